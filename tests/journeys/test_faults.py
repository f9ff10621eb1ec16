"""Killed, frozen, cut off: nothing is missing, nothing counts twice, a standby takes over."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.eligibility import ConvictionRecorded
from services.hub import start
from services.hub.broker import record as records
from services.hub.broker.layout import Home
from services.hub.proofs import compare, lines
from services.hub.rest import metric
from services.runtime.faults import Unavailable
from tests import makers
from tests.journeys.hub import Hub, eventually

pytestmark = [pytest.mark.journey, pytest.mark.timeout(480)]


def people(first: int, count: int) -> list[ConvictionRecorded]:
    return [
        makers.a_conviction(
            identifiers=(makers.a_pnc(number),), occurred_at=datetime.now(UTC), term_months=12
        )
        for number in range(first, first + count)
    ]


def in_log(hub: Hub, facts: list[ConvictionRecorded]) -> int:
    """How many of the facts stand in the log; none while the broker does not answer."""
    wanted = {str(fact.event_id).encode() for fact in facts}
    try:
        log = hub.recorded().log()
    except Unavailable:
        return 0
    return len(wanted & {record.header("ce_id") for part in log.values() for record in part})


def identical(hub: Hub) -> None:
    """Every service, fed the recorded log in memory, says the same to the letter."""
    hub.at_rest()
    recorded = hub.recorded()
    services = [one for one in hub.services() if one.name in ("registry", "risk", "notify")]
    found = [asyncio.run(compare(recorded, service)) for service in services]
    assert all(one.identical for one in found), "\n".join(lines(found))


def test_killed_under_load_nothing_is_lost_and_nothing_counts_twice(
    hub: Hub, tmp_path: Path
) -> None:
    facts = people(20_000, 300)
    for part, service in enumerate(("admission", "registry", "notify")):
        hub.say(tmp_path, *facts[part * 100 : part * 100 + 100])
        hub.signal(f"{service}-1", signal.SIGKILL)
    eventually(lambda: in_log(hub, facts) == 300, 180, "every fact stands in the log")
    identical(hub)


def test_a_standby_takes_over_from_a_frozen_worker_who_then_does_no_harm(
    hub: Hub, tmp_path: Path
) -> None:
    hub.at_rest()
    frozen = _active(hub, "admission")
    hub.signal(frozen, signal.SIGSTOP)
    began = time.monotonic()
    try:
        facts = people(23_000, 20)
        hub.say(tmp_path, *facts)
        eventually(lambda: in_log(hub, facts) == 20, 120, "the standby takes over")
        took = time.monotonic() - began
    finally:
        hub.signal(frozen, signal.SIGCONT)
    print(f"the standby had taken over after {took:.1f} s, the client's own start in it")  # noqa: T201
    more = people(23_100, 20)
    hub.say(tmp_path, *more)
    eventually(lambda: in_log(hub, more) == 20, 120, "the line runs on")
    identical(hub)


def test_a_broker_that_is_away_is_waited_for(hub: Hub, tmp_path: Path) -> None:
    record = records.read(Home(hub.home).record)
    assert record is not None
    pids = {node.pid for node in record.nodes if node.pid}
    restarts = sum(one.restarts for one in start.running(hub.home))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(12)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    facts = people(24_000, 20)
    hub.say(tmp_path, *facts)
    eventually(lambda: in_log(hub, facts) == 20, 180, "the line runs on")
    assert sum(one.restarts for one in start.running(hub.home)) == restarts


def _active(hub: Hub, service: str) -> str:
    """The worker that holds the partition now."""
    for one in start.running(hub.home):
        if one.name.startswith(service) and metric(one.port, "hub_rows"):
            return one.name
    raise AssertionError(f"nobody holds {service}")
