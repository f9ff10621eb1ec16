"""A held person on a real broker: shown without their data, released after the fix, told of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from click.testing import CliRunner

from schemas.base import Fact
from schemas.log import HoldLifted, PersonHeld
from schemas.risk import RoshAssessed
from services.agreements.apply import apply
from services.hub.broker.cluster import Cluster
from services.hub.held import command
from services.hub.held.desk import Desk
from services.risk.app import build
from services.runtime import preflight, wire
from services.runtime.batch import Lane
from services.runtime.decision import Context, Decision, Route, State
from services.runtime.faults import Refused
from services.runtime.history import KafkaHistory
from services.runtime.names import Names
from services.runtime.outbox import KafkaOutbox
from services.runtime.records import Outgoing, Record
from services.runtime.rowlog import KafkaRowLog
from services.runtime.service import Service
from services.runtime.speech import log_partition
from services.runtime.telemetry import Meters
from services.runtime.topics import Reader
from tests import makers
from tests.journeys.hub import AGREEMENTS, eventually

pytestmark = pytest.mark.journey
SOMEBODY = makers.a_person(1)
HERE = log_partition(SOMEBODY)


def fails(_: State | None, __: RoshAssessed, ___: Context) -> Decision[State]:
    raise ZeroDivisionError


@dataclass
class Installation:
    """Risk by hand on a broker: what the door would append, and a lane that takes it."""

    cluster: Cluster
    outbox: KafkaOutbox

    async def appended(self, *facts: Fact) -> None:
        """They stand in the log, as the door puts them there."""
        log = self.cluster.names.log
        for fact in facts:
            headers = tuple(wire.headers_of(fact))
            out = Outgoing(log, SOMEBODY.bytes, wire.encode(fact), headers, HERE)
            await self.outbox.send([out])

    async def work(self, service: Service) -> Lane:
        """A process of risk takes what is new, and ends."""
        config, names = self.cluster.service_config("risk"), self.cluster.names
        lane = Lane(
            service,
            HERE,
            KafkaOutbox(config),
            KafkaRowLog(config, names, "risk"),
            Meters("risk"),
            "journey",
            history=KafkaHistory(config, names.app("risk")),
        )
        await lane.open()
        records = self.read(names.log)
        await lane.run([record for record in records if record.partition == HERE])
        return lane

    def read(self, topic: str, partitions: int = 4) -> list[Record]:
        """What stands in a topic."""
        reader = Reader(self.cluster.admin_config())
        try:
            return list(reader.read(topic, partitions))
        finally:
            reader.close()


@pytest.fixture(scope="module")
def installation(cluster: Cluster) -> Iterator[Installation]:
    mine = replace(cluster, names=Names(f"h{uuid4().hex[:6]}"))
    apply(mine, AGREEMENTS)
    # A right that was given a moment ago is waited for.
    config = mine.service_config("risk")
    eventually(
        lambda: not list(preflight.symptoms(preflight.wanted_by(build(mine.names)), config)),
        30,
        "risk has its rights",
    )
    outbox = KafkaOutbox(mine.admin_config())
    yield Installation(mine, outbox)
    outbox.close()


def assessed(number: int) -> RoshAssessed:
    at = makers.later(minutes=number)
    return makers.admitted(makers.a_rosh(occurred_at=at), SOMEBODY)


def broken(names: Names) -> Service:
    """Risk with a rule that fails on every assessment."""
    service = build(names)
    routes = tuple(
        Route(route.fact, fails) if route.fact is RoshAssessed else route
        for route in service.routes
    )
    return replace(service, routes=routes)


def test_a_held_person_is_released_after_the_fix(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = installation.cluster.names
    asyncio.run(installation.appended(makers.rules_adopted(), assessed(1), assessed(2)))
    asyncio.run(installation.work(broken(names)))
    desk = Desk(installation.cluster)
    (hold,) = desk.holds()
    assert (hold.service, hold.partition, hold.waits) == ("risk", HERE, (1, 2))
    assert desk.faults(hold) == ["ZeroDivisionError"]
    assert [waiting.kind for waiting in desk.waiting(hold)] == ["risk.rosh-assessed"] * 2

    monkeypatch.setattr(command, "_desk", lambda _: desk)
    listed = CliRunner().invoke(command.held, ["list"])
    assert hold.number in listed.output
    assert "ZeroDivisionError" in listed.output
    assert str(SOMEBODY) not in listed.output
    shown = CliRunner().invoke(command.held, ["show", hold.number, "--json"])
    assert shown.exit_code == 0
    assert str(SOMEBODY) not in shown.output
    missing = CliRunner().invoke(command.held, ["show", "risk-0-99999"])
    assert missing.exit_code == 1
    assert "hub held list" in missing.output

    said = desk.lift(hold, skipped=False, decided_by="on-call-1", at=datetime.now(UTC))
    (stands,) = installation.read(names.said("deploy", HoldLifted), 1)
    assert wire.decode(stands.value or b"") == said
    asyncio.run(installation.appended(said))
    asyncio.run(installation.work(broken(names)))
    assert desk.now(hold) == hold
    assert desk.faults(hold) == ["ZeroDivisionError"] * 2

    again = desk.lift(hold, skipped=False, decided_by="on-call-1", at=datetime.now(UTC))
    asyncio.run(installation.appended(again))
    lane = asyncio.run(installation.work(build(names)))
    assert desk.now(hold) is None
    with pytest.raises(Refused):
        desk.hold(hold.number)
    row = lane.store.get(str(SOMEBODY))
    assert row is not None
    assert row.waits == ()
    held = installation.read(names.said("risk", PersonHeld), 1)
    assert len({record.header("ce_id") for record in held}) == 2
