"""How a service reads the log and says facts: the same for all that stand on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, TypeVar
from uuid import UUID

from schemas.base import Fact, LogFact, PersonId, follows
from schemas.catalogue import BY_KIND
from schemas.log import HoldLifted, PersonHeld
from services.runtime import wire
from services.runtime.faults import Stop, Unreadable
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.service import Read, Service

R = TypeVar("R")
DEPTH = "hub_depth"
"""Header of the hub's own: how many causes stand behind this fact."""


def log_partition(person: PersonId) -> int:
    """Where in the log a person's facts stand, always."""
    return person.int % LOG_PARTITIONS


def reads_log(wanted: Iterable[type[Fact]]) -> Read:
    """Facts of the log that some route wants, and those the runtime takes itself.

    Others are not even decoded.
    """
    kinds = {fact.kind() for fact in wanted}
    kinds |= {kind for kind, entry in BY_KIND.items() if issubclass(entry.fact, LogFact)}
    kinds.add(HoldLifted.kind())

    def read(record: Record) -> Fact | None:
        if wire.kind_of(record.headers) not in kinds:
            return None
        try:
            return wire.decode(record.value or b"")
        except Unreadable as fault:
            raise Stop(f"the log holds what this build cannot read: {fault}") from None

    return read


def says_facts(names: Names, service: str) -> Callable[[Any, Headers, int], Iterable[Outgoing]]:
    """Facts go to the service's own topics, keyed by person."""
    topic = cache(partial(names.said, service))

    def say(fact: Fact, marks: Headers, adopted: int) -> Iterable[Outgoing]:
        key = None if fact.person_id is None else fact.person_id.bytes
        headers = wire.headers_of(fact, marks, adopted)
        return (Outgoing(topic(type(fact)), key, wire.encode(fact, adopted), headers),)

    return say


def dead_letter(names: Names, speaker: str, record: Record, reason: str, field: str) -> Outgoing:
    """A record as it came, for its sender alone, with what was wrong with it."""
    why = {
        "hub_reason": reason,
        "hub_field": field,
        "hub_topic": record.topic,
        "hub_offset": str(record.offset),
        "hub_at": recorded_at(record).isoformat(),
    }
    added = tuple((name, text.encode()) for name, text in why.items())
    return Outgoing(names.dead(speaker), record.key, record.value, (*record.headers, *added))


def failed_here(names: Names, record: Record) -> Outgoing:
    """A record at which process after process ended, with nothing known to be wrong with it."""
    return dead_letter(names, names.said_by(record.topic)[0], record, "failed-here", "")


def as_said(names: Names, fact: Fact) -> Outgoing:
    """The fact as its own source says it, which does not know what is adopted: as all can read."""
    value, headers = wire.encode(fact, 0), wire.headers_of(fact, adopted=0)
    return Outgoing(names.said(fact.source, type(fact)), None, value, headers)


def recorded_at(record: Record) -> datetime:
    """When the broker took it."""
    return datetime.fromtimestamp(record.timestamp_ms / 1000, UTC)


def person_of(fact: Fact) -> str:
    """The row of a fact's person.

    Raises:
        Stop: the log holds a fact about a person without one; the door does not do that.
    """
    if fact.person_id is None:
        raise Stop("the log holds a fact about nobody")
    return str(fact.person_id)


def held_person(service: str) -> Callable[[str, Any, str, str], Fact]:
    """What is said when a rule fails for a person: the hub is not watching them."""

    def held(key: str, cause: Fact, fault: str, part: str) -> Fact:
        return follows(
            cause,
            PersonHeld,
            source=service,
            part=part,
            person_id=cause.person_id or PersonId(UUID(key)),
            service=service,
            fault=fault.strip("_"),  # a private class is no word of the schema
        )

    return held


def adopted(what: str, known: Mapping[str, R]) -> Callable[[Mapping[str, str]], R | None]:
    """The rules in force, of those this worker came with.

    Raises (when called):
        Stop: a version adopted that this worker does not have.
    """

    def rules_of(versions: Mapping[str, str]) -> R | None:
        version = versions.get(what)
        if version is None:
            return None
        if version not in known:
            raise Stop(f"{what} were adopted that this worker does not have: update and restart")
        return known[version]

    return rules_of


class Speech:
    """Numbers what one record makes a service say."""

    def __init__(self, service: Service, record: Record, adopted: int) -> None:
        self.offset = record.offset
        self._adopted = adopted
        self._say = service.say
        self._record = record
        self._parts = 0
        behind = int(record.header(DEPTH) or 0) if service.trusts(record) else 0
        self._depth = (DEPTH, str(behind if service.passes_on else behind + 1).encode())

    def of(self, thing: Any) -> Iterable[Outgoing]:  # noqa: ANN401
        """The records that say one thing."""
        at = self._record
        trigger = wire.Trigger(at.topic, at.partition, at.offset, self._parts)
        self._parts += 1
        return self._say(thing, (trigger.header(), self._depth), self._adopted)
