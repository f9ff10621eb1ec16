"""The changelog of a running service is lost: its rows are made anew by themselves, once.

Nobody is told twice; what is lost again is left to a person.
"""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.case import LevelSet
from schemas.eligibility import ConvictionRecorded
from services.agreements import apply as applying
from services.agreements.versions import Versions
from services.hub.cli import main
from services.hub.proofs import compare, lines
from tests import makers
from tests.journeys.anew import (
    convicted,
    made_anew_by_itself,
    opened,
    shown,
    times_in_log,
    well,
    workers,
)
from tests.journeys.hub import Hub, eventually

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.timeout(480)]


def lose_the_rows_of(hub: Hub, service: str) -> None:
    """Its topic is gone and made again, empty, while its workers stand still; then they are."""
    for worker in workers(service):
        hub.signal(worker, signal.SIGSTOP)
    agreements = Versions(hub.home / "agreements").latest()
    applying.renew(hub.cluster, agreements, hub.cluster.names.rows(service))
    for worker in workers(service):
        hub.signal(worker, signal.SIGKILL)


def left_to_a_person(hub: Hub, service: str) -> bool:
    supervisor = (hub.home / "logs" / "supervisor.log").read_text().splitlines()
    told = [json.loads(line) for line in supervisor if line.startswith("{")]
    workers_logs = [(hub.home / "logs" / f"{one}.log").read_text() for one in workers(service)]
    named = any(f"are lost; run: hub rebuild {service}" in text for text in workers_logs)
    again = "rows cannot be used again"
    return named and any(one["says"] == again and one["service"] == service for one in told)


def make_anew(hub: Hub, service: str) -> None:
    """By the command; then its workers run again."""
    done = CliRunner().invoke(main, ["rebuild", "--home", str(hub.home), "--json", service])
    assert done.exit_code == 0, done.output
    print(f"made anew: {done.stdout}")  # noqa: T201
    assert json.loads(done.stdout)["rows"] >= 10
    eventually(lambda: well(hub, service), 60, "its workers run again")


def test_rows_that_are_lost_are_made_anew_and_nobody_is_told_twice(
    hub: Hub, tmp_path: Path
) -> None:
    before = opened(hub)
    first = convicted(hub, tmp_path, 27_000)
    stranger = makers.a_pnc(27_200)
    hub.say(tmp_path, makers.a_level(identifiers=(stranger,), occurred_at=datetime.now(UTC)))
    eventually(lambda: opened(hub) == before + 10, 60, "ten requirements are opened")
    hub.at_rest()
    stood = shown(hub)

    lose_the_rows_of(hub, "registry")
    more = convicted(hub, tmp_path, 27_100)
    eventually(lambda: made_anew_by_itself(hub, "registry"), 120, "its rows are made anew")
    eventually(lambda: opened(hub) == before + 20, 60, "what came meanwhile is decided")
    eventually(lambda: well(hub, "registry"), 60, "its workers run again")

    lose_the_rows_of(hub, "registry")
    eventually(lambda: left_to_a_person(hub, "registry"), 120, "a second time a person looks")
    make_anew(hub, "registry")

    lose_the_rows_of(hub, "admission")
    hub.say(tmp_path, *first)
    eventually(lambda: made_anew_by_itself(hub, "admission"), 120, "its rows are made anew")
    last = makers.a_conviction(identifiers=(stranger,), occurred_at=datetime.now(UTC))
    hub.say(tmp_path, last)
    eventually(lambda: opened(hub) == before + 21, 60, "the door is open again")
    hub.at_rest()

    assert times_in_log(hub, [*first, *more, last]) == [1] * 21
    waited = [one for one in hub.told("derbyshire-police", LevelSet) if is_of(hub, one, last)]
    assert len(waited) == 1
    found = [asyncio.run(compare(hub.recorded(), service)) for service in hub.services()]
    assert all(one.identical for one in found), "\n".join(lines(found))
    for slug, notices in shown(hub).items():
        new = notices[len(stood[slug]) :]
        assert not set(new) & set(stood[slug])
        assert len(new) == len(set(new))


def is_of(hub: Hub, notice: dict[str, object], fact: ConvictionRecorded) -> bool:
    """Whether a notice is about the person whom that fact made known."""
    number = fact.identifiers[0].value
    return any(
        number in str(one["told"]) and one["person_ref"] == notice["person_ref"]
        for one in hub.notices("derbyshire-police")
    )
