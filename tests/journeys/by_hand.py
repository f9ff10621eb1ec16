"""Services by hand on the real broker: each takes what is new when it is told to, and ends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner
from confluent_kafka.admin import AdminClient

from schemas.base import Fact
from services.admission.app import build as build_door
from services.admission.domain.people import first_told_by
from services.agreements.adopt import tell
from services.agreements.apply import apply
from services.agreements.needs import needs
from services.agreements.references import References
from services.agreements.signing import Asked
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.cli import main
from services.hub.offsets import latest, offsets
from services.risk.app import build
from services.runtime import preflight, wire
from services.runtime.batch import Lane
from services.runtime.faults import Unavailable
from services.runtime.history import KafkaHistory
from services.runtime.journal import KafkaJournal
from services.runtime.outbox import KafkaOutbox
from services.runtime.records import Outgoing, Record
from services.runtime.rowlog import KafkaRowLog
from services.runtime.service import Service
from services.runtime.speech import log_partition
from services.runtime.telemetry import Meters
from services.runtime.topics import Reader
from tests import makers
from tests.journeys.hub import AGREEMENTS, eventually

KNOWN = makers.a_conviction()
SOMEBODY = first_told_by(KNOWN)
HERE = log_partition(SOMEBODY)


@dataclass
class Installation:
    """An installation whose services run only when they are told to."""

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
        admin = AdminClient({**self.cluster.admin_config(), "log_level": 0})
        ends = offsets(admin, [(topic, 0) for topic in sources], latest(), 20, committed=True)
        async with self.at_work(door, 0) as lane:
            with self.reading() as reader:
                for topic in sources:
                    done = lane.position(topic) or 0
                    if ends[topic, 0] > done:
                        await lane.run(list(reader.part(topic, 0, since=done)))
        return lane

    async def work(self, service: Service) -> Lane:
        """The door, then a process of the service takes what is new of one person, and ends."""
        await self.admit()
        async with self.at_work(service, HERE) as lane:
            records = self.read(self.cluster.names.log)
            await lane.run([record for record in records if record.partition == HERE])
        return lane

    @asynccontextmanager
    async def at_work(self, service: Service, partition: int) -> AsyncIterator[Lane]:
        """A process of the service has taken that partition; after the block it is gone."""
        name, names = service.name, self.cluster.names
        config = self.cluster.service_config(name)
        rowlog, journal, history = KafkaRowLog(config, names, name), None, None
        if service.journaled:
            journal = KafkaJournal(config, rowlog, names.journal(name), service.app_id)
        else:
            history = KafkaHistory(config, names.app(name))
        with closing(KafkaOutbox(config)) as out:
            meters = Meters(name)
            lane = Lane(
                service, partition, out, rowlog, meters, "journey", journal=journal, history=history
            )
            await lane.open()
            yield lane

    def reading(self) -> AbstractContextManager[Reader]:
        """One connection for many topics: connecting takes longer than reading."""
        return closing(Reader(self.cluster.admin_config()))

    def read(self, topic: str, partitions: int = 4) -> list[Record]:
        """What stands in a topic."""
        with self.reading() as reader:
            return list(reader.read(topic, partitions))

    def stands(self, kind: type[Fact]) -> list[Fact]:
        """All of that kind in that person's partition of the log."""
        records = self.read(self.cluster.names.log)
        facts = [wire.decode(one.value or b"") for one in records if one.partition == HERE]
        return [fact for fact in facts if isinstance(fact, kind)]


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
