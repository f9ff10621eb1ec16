"""A held person on a real broker: shown without their data, released by whom it takes, told of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from schemas.base import Fact
from schemas.log import ActRefused, Decided, HoldLifted, PersonHeld
from schemas.risk import RoshAssessed
from services.admission.app import build as build_door
from services.admission.domain.people import first_told_by
from services.agreements.adopt import tell
from services.agreements.apply import apply
from services.agreements.needs import needs
from services.agreements.references import References
from services.agreements.signing import Asked, NobodyActs, NotAllowed
from services.agreements.signing import installation as signed_for
from services.agreements.versions import Versions
from services.hub.actors.proof import prove
from services.hub.broker.cluster import Cluster
from services.hub.cli import main
from services.hub.held import command
from services.hub.held.desk import Desk
from services.risk.app import build
from services.runtime import preflight, wire
from services.runtime.batch import Lane
from services.runtime.decision import Context, Decision, Route, State
from services.runtime.faults import Refused, Unavailable
from services.runtime.history import KafkaHistory
from services.runtime.journal import KafkaJournal
from services.runtime.names import Names
from services.runtime.outbox import KafkaOutbox
from services.runtime.records import Outgoing, Record
from services.runtime.rowlog import KafkaRowLog
from services.runtime.service import Service
from services.runtime.speech import log_partition
from services.runtime.telemetry import Meters
from services.runtime.topics import Reader
from tests import makers
from tests.journeys.hub import AGREEMENTS, apart, eventually

pytestmark = pytest.mark.journey
KNOWN = makers.a_conviction()
SOMEBODY = first_told_by(KNOWN)
HERE = log_partition(SOMEBODY)


def fails(_: State | None, __: RoshAssessed, ___: Context) -> Decision[State]:
    raise ZeroDivisionError


@dataclass
class Installation:
    """The door and risk by hand on a broker: each takes what is new when it is told to."""

    cluster: Cluster
    outbox: KafkaOutbox
    keys: Path
    actors: dict[str, str]
    """Who is enrolled, by role."""
    others: tuple[str, ...] = ()
    """Who else is."""

    def asked(self, *roles: str) -> Asked:
        """Whoever has these roles says that they act."""
        return Asked(tuple(self.actors[role] for role in roles), self.keys)

    async def said(self, *facts: Fact) -> None:
        """Their sources say them."""
        for fact in facts:
            topic = self.cluster.names.said(fact.source, type(fact))
            headers = tuple(wire.headers_of(fact))
            await self.outbox.send([Outgoing(topic, None, wire.encode(fact), headers)])

    async def admit(self) -> Lane:
        """A process of the door takes what is new, and ends."""
        names, home = self.cluster.names, self.cluster.home
        versions = Versions(home / "agreements")
        sources = needs(versions.latest(), names)["admission"].reads
        references = References((home / "secrets" / "references").read_bytes())
        door = build_door(names, sources, versions, references)
        config = self.cluster.service_config("admission")
        rowlog = KafkaRowLog(config, names, "admission")
        journal = KafkaJournal(config, rowlog, names.journal("admission"), door.app_id)
        lane = Lane(
            door, 0, KafkaOutbox(config), rowlog, Meters("admission"), "journey", journal=journal
        )
        await lane.open()
        for topic in sources:
            new = [one for one in self.read(topic, 1) if one.offset >= (lane.position(topic) or 0)]
            if new:
                await lane.run(new)
        return lane

    async def work(self, service: Service) -> Lane:
        """The door, then a process of risk takes what is new, and ends."""
        await self.admit()
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

    def stands(self, kind: type[Fact]) -> list[Fact]:
        """All of that kind in that person's partition of the log."""
        records = self.read(self.cluster.names.log)
        facts = [wire.decode(one.value or b"") for one in records if one.partition == HERE]
        return [fact for fact in facts if isinstance(fact, kind)]


@pytest.fixture(scope="module")
def installation(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with apart(cluster) as mine, put_up(mine, tmp_path_factory) as there:
        yield there


@contextmanager
def put_up(
    mine: Cluster, tmp_path_factory: pytest.TempPathFactory, *others: str
) -> Iterator[Installation]:
    """The installation, with people enrolled, rules and agreements said to be in force.

    `others` are roles of people enrolled beside those of every installation.
    """
    folder = tmp_path_factory.mktemp("actors")
    files, keys = Path(copytree(AGREEMENTS, folder / "agreements")), folder / "keys"
    actors = {role: _enrol(files, keys, role) for role in ("on-call", "lead-officer", "contact")}
    more = tuple(_enrol(files, keys, role) for role in others)
    version = apply(mine, files).version
    # A right that was given a moment ago is waited for.
    eventually(lambda: _has_its_rights(mine), 30, "risk has its rights")
    outbox = KafkaOutbox(mine.admin_config())
    there = Installation(mine, outbox, keys, actors, more)
    for fact in (makers.rules_adopted(), makers.agreements_adopted(version)):
        tell(mine, fact)
    yield there
    outbox.close()


def _has_its_rights(mine: Cluster) -> bool:
    wanted = preflight.wanted_by(build(mine.names))
    with suppress(Unavailable):  # a broker that has only just started loads its groups still
        return not list(preflight.symptoms(wanted, mine.service_config("risk")))
    return False


def _enrol(files: Path, keys: Path, role: str) -> str:
    words = ("--agency", "probation", "--role", role, "--until", "2099-12-31", "--json")
    where = ("--dir", str(files), "--keys", str(keys))
    done = CliRunner().invoke(main, ["actor", "enrol", *words, *where])
    assert done.exit_code == 0, done.output
    actor: str = json.loads(done.output)["actor"]
    return actor


def assessed(*numbers: int) -> Sequence[RoshAssessed]:
    return [makers.a_rosh(occurred_at=makers.later(minutes=number)) for number in numbers]


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
    asyncio.run(installation.said(KNOWN))
    asyncio.run(installation.admit())
    asyncio.run(installation.said(*assessed(1, 2)))
    asyncio.run(installation.work(broken(names)))
    desk = Desk(installation.cluster)
    (hold,) = desk.holds()
    assert (hold.service, hold.partition, len(hold.waits)) == ("risk", HERE, 2)
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

    nobody = CliRunner().invoke(command.held, ["release", hold.number], env={"HUB_ACTOR": ""})
    assert nobody.exit_code == 1
    assert "--as ACTOR" in nobody.output
    assert installation.actors["on-call"] in nobody.output
    with pytest.raises(NobodyActs):
        desk.lift(hold, skipped=False, asked=Asked(("a-ffffffffffff",), installation.keys))
    with pytest.raises(NotAllowed, match="role-may-not"):
        desk.lift(hold, skipped=False, asked=installation.asked("contact"))
    asyncio.run(installation.work(broken(names)))
    assert desk.now(hold) == hold
    (refused,) = installation.stands(ActRefused)
    assert isinstance(refused, ActRefused)
    assert (refused.what, refused.reason) == ("hold", "role-may-not")
    assert refused.actor == installation.actors["contact"]
    assert installation.stands(Decided) == installation.stands(HoldLifted) == []

    said = desk.lift(hold, skipped=False, asked=installation.asked("on-call"))
    (*_, told) = installation.read(names.said("deploy", Decided), 1)
    assert wire.decode(told.value or b"") == said
    asyncio.run(installation.work(broken(names)))
    assert desk.now(hold) == hold
    assert desk.faults(hold) == ["ZeroDivisionError"] * 2

    asyncio.run(installation.said(*assessed(3)))  # waits too
    asyncio.run(installation.work(broken(names)))
    with pytest.raises(NotAllowed, match="role-may-not"):
        desk.lift(hold, skipped=True, asked=installation.asked("on-call"))
    desk.lift(hold, skipped=True, asked=installation.asked("lead-officer"))
    lane = asyncio.run(installation.work(build(names)))
    assert desk.now(hold) is None
    with pytest.raises(Refused):
        desk.hold(hold.number)
    row = lane.store.get(str(SOMEBODY))
    assert row is not None
    assert row.waits == ()
    held = installation.read(names.said("risk", PersonHeld), 1)
    assert len({record.header("ce_id") for record in held}) == 2
    _proved(installation)


def _proved(installation: Installation) -> None:
    """Every act in the log is proved again; one that nobody signed is found."""
    cluster = installation.cluster
    versions, here = Versions(cluster.home / "agreements"), signed_for(cluster.home)
    proof = prove(cluster, versions, here)
    assert [one.act for one in proof.acts] == ["hold release", "hold skip"]
    assert (proof.refused, proof.wrong) == (2, ())
    lifted = [fact for fact in installation.stands(HoldLifted) if isinstance(fact, HoldLifted)]
    assert [fact.skipped for fact in lifted] == [False, True]
    forged = lifted[0].model_copy(update={"event_id": makers.CAUSE, "caused_by": makers.CAUSE})
    log, headers = cluster.names.log, tuple(wire.headers_of(forged))
    out = Outgoing(log, SOMEBODY.bytes, wire.encode(forged), headers, HERE)
    asyncio.run(installation.outbox.send([out]))
    (wrong,) = prove(cluster, versions, here).wrong
    assert wrong.startswith("log.hold-lifted at ")
    assert wrong.endswith(": nobody-decided")
