"""Everybody's facts, read from the log as it stood at some moment, one partition at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from schemas.base import Fact, PersonId
from schemas.case import LimitedAccessSet
from schemas.log import RulesAdopted
from services.hub.broker.cluster import Cluster
from services.hub.register.limits import Limits
from services.hub.register.log_reading import Progress, log_reader
from services.hub.register.people import READ, Told
from services.registry.rules import RULES, Rules
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.records import Record
from services.runtime.speech import recorded_at

_RULES, _LIMIT = RulesAdopted.kind(), LimitedAccessSet.kind()


@dataclass(slots=True)
class _Partition:
    """What of one partition is needed, as bytes: decoded facts are twenty times as large."""

    known_at: datetime
    kinds: frozenset[str]
    heard: dict[bytes, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    limits: dict[bytes, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    version: str | None = None

    def take(self, record: Record) -> None:
        """The next record; of what came after that moment only limits are heard."""
        kind = wire.kind_of(record.headers)
        if kind == _LIMIT and record.key is not None:
            self.limits[record.key].append(record.value or b"")
        elif kind not in self.kinds and kind != _RULES:
            return
        elif recorded_at(record) <= self.known_at:
            if kind == _RULES:
                fact = wire.decode(record.value or b"")
                self.version = fact.version if isinstance(fact, RulesAdopted) else None
            elif record.key is not None:
                self.heard[record.key].append(record.value or b"")

    def people(self) -> Iterator[Told]:
        """Each person of it."""
        for key in list(self.heard):
            heard = [wire.decode(value) for value in self.heard.pop(key)]
            limits = Limits()
            for value in self.limits.get(key, ()):
                fact = wire.decode(value)
                if isinstance(fact, LimitedAccessSet):
                    limits.hear(fact)
            yield Told(PersonId(UUID(bytes=key)), heard, limits, rules_of(self.version))


def people_in(
    partitions: Iterable[Iterable[Record]],
    known_at: datetime,
    facts: Iterable[type[Fact]] = READ,
) -> Iterator[Told]:
    """Each person of those partitions of whom such a fact was known to the hub at that moment.

    Raises:
        Stop: rules were adopted that this build does not have.
    """
    kinds = frozenset(fact.kind() for fact in facts)
    for records in partitions:
        partition = _Partition(known_at, kinds)
        for record in records:
            partition.take(record)
        yield from partition.people()


def everybody(
    cluster: Cluster,
    known_at: datetime,
    progress: Progress,
    facts: Iterable[type[Fact]] = READ,
) -> Iterator[Told]:
    """Each person in the log of whom such a fact was known to the hub at that moment.

    Raises:
        Stop: rules were adopted that this build does not have, or where facts stand was kept wrong.
        Unavailable: the broker does not answer.
    """
    with closing(log_reader(cluster, progress)) as log:
        yield from people_in(log.parts(), known_at, facts)


def rules_of(version: str | None) -> Rules:
    """The rules of that version.

    Raises:
        Stop: none were adopted, or ones that this build does not have.
    """
    if version is None or version not in RULES:
        raise Stop("rules are in force that this build does not have; update it")
    return RULES[version]
