"""A possible breach decided by an officer on a real broker: read in the log, signed, let in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from schemas.register import BreachDecided, BreachOutcome
from services.agreements.references import References
from services.hub.broker.cluster import Cluster
from services.hub.register import command
from services.hub.register.breach_command import DECIDED, NO_SUCH
from tests import makers
from tests.journeys.by_hand import KNOWN, SOMEBODY, Installation, put_up
from tests.journeys.hub import apart

pytestmark = pytest.mark.journey
DEADLINE, ANOTHER = (f"00000000-0000-8000-8000-0000000000d{number}" for number in (1, 2))


@pytest.fixture
def installation(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with apart(cluster) as mine, put_up(mine, tmp_path_factory) as there:
        yield there


def test_an_officer_decides_what_the_log_calls_missed_and_nothing_else(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = installation.cluster
    monkeypatch.setattr(Cluster, "load", lambda _: cluster)
    references = References((cluster.home / "secrets" / "references").read_bytes())
    hers = references.ref("probation", SOMEBODY)
    missed = makers.a_deadline_missed(person_id=SOMEBODY, deadline_ref=DEADLINE)
    asyncio.run(installation.said(KNOWN))
    asyncio.run(installation.admit())
    asyncio.run(installation.said(missed))
    asyncio.run(installation.admit())

    def breach(role: str, deadline: str) -> Result:
        by = ("--as", installation.actors[role], "--keys", str(installation.keys))
        words = ("breach", hers, deadline, "excused", *by)
        return CliRunner().invoke(command.register, words, env={"HUB_ACTOR": ""})

    unknown = breach("lead-officer", ANOTHER)
    assert (unknown.exit_code, unknown.output) == (1, f"Error: {NO_SUCH}\n")
    assert breach("on-call", DEADLINE).exit_code == 1
    done = breach("lead-officer", DEADLINE)
    assert (done.exit_code, done.output) == (0, f"{DECIDED}\n")

    asyncio.run(installation.admit())
    (fact,) = installation.stands(BreachDecided)
    assert isinstance(fact, BreachDecided)
    assert (fact.deadline_ref, fact.outcome) == (DEADLINE, BreachOutcome.EXCUSED)
    assert fact.person_id == SOMEBODY
