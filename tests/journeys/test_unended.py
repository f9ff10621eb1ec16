"""A transaction that nobody will ever end stands in a changelog: the rows are made anew, once.

The line runs on; whoever takes the partition sees that rows are hidden and says so; nobody is told
twice.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.hub.cli import main
from services.hub.rebuild import by_itself
from services.runtime.faults import EXIT_ROWS
from tests.journeys.anew import (
    convicted,
    made_anew_by_itself,
    opened,
    shown,
    times_in_log,
    well,
    workers,
)
from tests.journeys.faults import hanging
from tests.journeys.faults.verdict import judge, recovered
from tests.journeys.hub import Hub, eventually

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.timeout(480)]


@pytest.fixture
def seen_to(hub: Hub) -> Iterator[None]:
    """Whatever was made anew here by itself, somebody has seen to it."""
    yield
    by_itself.forget(hub.home, "registry")


def symptoms(hub: Hub, check: str) -> list[dict[str, str]]:
    """What the doctor says under that heading."""
    told = CliRunner().invoke(main, ["doctor", "--home", str(hub.home), "--json"])
    (found,) = [one for one in json.loads(told.stdout)["checks"] if one["check"] == check]
    assert not found["not_seen"]
    return list(found["symptoms"])


def exits(hub: Hub, service: str) -> set[int]:
    """How its workers ended lately."""
    state = json.loads((hub.home / "run" / "processes.json").read_text())
    known = [one for one in state["processes"] if one["name"] in workers(service)]
    return {code for one in known for code in one["exits"]}


@pytest.mark.usefixtures("seen_to")
def test_rows_behind_a_transaction_nobody_ends_are_made_anew_and_nobody_is_told_twice(
    hub: Hub, tmp_path: Path
) -> None:
    registry = next(one for one in hub.services() if one.name == "registry")
    topic, before = hub.cluster.names.rows("registry"), opened(hub)
    said = convicted(hub, tmp_path, 28_000)
    eventually(lambda: opened(hub) == before + 10, 60, "ten requirements are opened")
    hub.at_rest()
    stood, partition = shown(hub), min(recovered(hub, registry))

    with hanging.unverified(hub.cluster):
        at = asyncio.run(hanging.left_open(hub.cluster, topic, partition, b"nobody", b"{}"))
    said += convicted(hub, tmp_path, 28_100)
    goes_on = eventually(lambda: opened(hub) == before + 20, 60, "the line runs on")
    named = eventually(lambda: bool(symptoms(hub, "transactions")), 120, "the doctor names it")
    (symptom,) = symptoms(hub, "transactions")
    assert symptom["where"] == f"{topic}[{partition}]"
    assert symptom["wrong"] == f"a transaction is open at {at} for over a minute"
    assert "hub rebuild registry" in symptom["do"]
    assert hanging.hangs(hub.cluster, topic, partition)

    began = datetime.now(UTC)
    for worker in workers("registry"):
        hub.signal(worker, signal.SIGKILL)
    said += convicted(hub, tmp_path, 28_200)
    eventually(lambda: made_anew_by_itself(hub, "registry"), 180, "its rows are made anew")
    anew = datetime.now(UTC) - began
    eventually(lambda: opened(hub) == before + 30, 60, "what came meanwhile is decided")
    serves = datetime.now(UTC) - began
    eventually(lambda: well(hub, "registry"), 60, "its workers run again")
    print(  # noqa: T201
        f"ran on after {goes_on:.1f} s, named after {named:.1f} s; both workers killed: "
        f"rows made anew after {anew.total_seconds():.1f} s, served after "
        f"{serves.total_seconds():.1f} s"
    )
    assert EXIT_ROWS in exits(hub, "registry")
    assert symptoms(hub, "transactions") == []
    assert not hanging.hangs(hub.cluster, topic, partition)
    (renewed,) = [one for one in symptoms(hub, "rows") if one["where"] == "registry"]
    assert "were made anew by themselves" in renewed["wrong"]
    hub.at_rest()

    assert times_in_log(hub, said) == [1] * 30
    taken = frozenset(str(fact.event_id).encode() for fact in said)
    verdict = judge(hub, hub.services(), taken)
    assert verdict.clean, verdict
    for slug, notices in shown(hub).items():
        new = notices[len(stood[slug]) :]
        assert not set(new) & set(stood[slug])
        assert len(new) == len(set(new))
