"""Who is held, found in the rows of the services themselves; shown without anybody's data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from schemas.base import PersonId
from schemas.log import Decided, PersonHeld
from services.agreements.acts import hold_number
from services.agreements.ours import SAYS
from services.agreements.signing import Asked, decide
from services.hub.broker.cluster import Cluster
from services.runtime import wire
from services.runtime.faults import Refused
from services.runtime.history import KafkaHistory
from services.runtime.names import LOG_PARTITIONS, SERVICES
from services.runtime.records import Record
from services.runtime.rows import META, waits_of
from services.runtime.speech import recorded_at
from services.runtime.topics import Reader

HOLD = tuple(service for service in SERVICES if PersonHeld in SAYS.get(service, ()))
"""The services that hold a person where a rule fails."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One fact that waits in the log."""

    offset: int
    kind: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """One person whom one service does not watch."""

    service: str
    partition: int
    waits: tuple[int, ...]
    person_id: PersonId = field(repr=False)
    """Never shown: an operator needs the place, not the person."""

    @property
    def number(self) -> str:
        """How the desk calls it."""
        return hold_number(self.service, self.partition, self.failed_at)

    @property
    def failed_at(self) -> int:
        """Where in the log the rule failed."""
        return self.waits[0]


class Desk:
    """Reads with the rights of the services, decides with those of whoever deploys."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._names = cluster.names

    def holds(self) -> list[Hold]:
        """Everybody held, longest waiting first by service and place."""
        return sorted(
            (hold for service in HOLD for hold in self._of(service)),
            key=lambda hold: (hold.service, hold.partition, hold.failed_at),
        )

    def _of(self, service: str) -> Iterator[Hold]:
        with closing(Reader(self._cluster.service_config(service))) as reader:
            rows = reader.table(self._names.rows(service), LOG_PARTITIONS)
        for partition, part in rows.items():
            for key, row in part.items():
                waits = () if key == META else waits_of(row)
                if waits:
                    person = PersonId(UUID(key.rpartition(":")[2]))
                    yield Hold(service, partition, waits, person)

    def hold(self, number: str) -> Hold:
        """The hold of that number.

        Raises:
            Refused: there is none (any more).
        """
        found = [hold for hold in self.holds() if hold.number == number]
        if not found:
            raise Refused("not-held", "number")
        return found[0]

    def waiting(self, hold: Hold) -> list[Waiting]:
        """What waits for the person, the fact that failed first."""
        config = self._cluster.service_config(hold.service)
        history = KafkaHistory(config, self._names.app(hold.service))
        records = asyncio.run(history.read(self._names.log, hold.partition, hold.waits))
        return [_waiting(record) for record in records]

    def errors(self, service: str) -> dict[PersonId | None, list[str]]:
        """The types of error that held each person, oldest first; what is too old is not kept."""
        with closing(Reader(self._cluster.service_config("admission"))) as reader:
            said = list(reader.read(self._names.said(service, PersonHeld)))
        facts = {record.header("ce_id"): wire.decode(record.value or b"") for record in said}
        found: dict[PersonId | None, list[str]] = {}
        for fact in facts.values():
            if isinstance(fact, PersonHeld):
                found.setdefault(fact.person_id, []).append(fact.fault)
        return found

    def faults(self, hold: Hold) -> list[str]:
        """The types of error that held that person."""
        return self.errors(hold.service).get(hold.person_id, [])

    def lift(self, hold: Hold, *, skipped: bool, asked: Asked) -> Decided | None:
        """Somebody decides that the service shall decide again; the broker has it.

        The door says so to the service, if the act is signed by whom it takes.

        Raises:
            NobodyActs, NotAllowed: it is not.
        """
        outcome = "skip" if skipped else "release"
        return decide(self._cluster, "hold", outcome, hold.number, asked, person_id=hold.person_id)

    def now(self, before: Hold) -> Hold | None:
        """How the person of that hold stands at its service now; None: watched."""
        mine = (one for one in self._of(before.service) if one.person_id == before.person_id)
        return next(mine, None)


def _waiting(record: Record) -> Waiting:
    return Waiting(record.offset, wire.kind_of(record.headers) or "?", recorded_at(record))
