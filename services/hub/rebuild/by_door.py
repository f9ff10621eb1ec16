"""The door's rows made anew from the log it wrote and from what is still kept of its sources.

The log tells who is known, by which numbers, who wears what, what was said and what is adopted. The
journal tells how far each source was taken, the sources who still waits and what was heard last of
each service. What is past the sources' 72 hours is past the door's own memory of it too: a letter
that waited so long is forgotten. Three things are not told any more:

    the last word of a service's stream that was silent for 72 hours: if that service, having been
        down so long, says its last batch again, the log holds it twice, with one event id;
    which of two people a number of an issuer's own was given to first, where that issuer used it
        for both within one batch;
    how many letters of a sender began to wait today: that is counted anew, so a flood may fill its
        day once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from typing import Any
from uuid import UUID

from schemas.log import Adoption, Tick, put_in_force
from services.admission.domain import Letter, adopted_once, relearn, still_waits
from services.admission.domain.desk import Desk
from services.runtime import wire
from services.runtime.again import in_order
from services.runtime.decision import Row
from services.runtime.faults import Stop
from services.runtime.journal import spans_of
from services.runtime.records import Record
from services.runtime.repeats import heard_of
from services.runtime.rows import META, Kept, Meta, encode_row, micros
from services.runtime.service import Service
from services.runtime.wire import Trigger

Name = tuple[str, UUID] | None
"""Whose, and under which event id; None: it cannot be read."""


def kept_by_the_door(
    service: Service,
    log: Iterable[Iterable[Record]],
    journal: Sequence[Record],
    read: Callable[[str], Sequence[Record]],
    done: Mapping[str, int],
) -> dict[str, bytes]:
    """What the door keeps of all it is known to have done; `log` by partition, `done` by topic."""
    positions = _positions(journal, done)
    sources = {
        topic: _before(positions[topic], read(topic))
        for topic in service.sources
        if topic in positions
    }
    taken = _in_order(journal, sources)
    returned = _returned(service, read)
    letters = [service.read(one) for one in taken if (one.topic, one.offset) not in returned]
    table = _Table(service, positions, asked=frozenset(map(_name, letters)))
    for record in merge(*log, key=lambda record: record.timestamp_ms):
        table.stands(record)
    for letter, till in zip(letters, _ticks_after(letters), strict=True):
        table.came(letter, till)
    return table.rows(Meta(heard=_heard(service, taken)))


@dataclass(slots=True)
class _Table:
    """The rows so far."""

    service: Service
    positions: Mapping[str, int]
    asked: frozenset[Name]
    """What the letters still kept are called."""
    kept: dict[str, Row[Any]] = field(default_factory=dict)
    adopted: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """By partition of the log, for each has its own order."""
    adoptions: dict[str, dict[int, Any]] = field(default_factory=lambda: defaultdict(dict))
    """All that was said of adopting, by its place in its source."""
    admitted: set[Name] = field(default_factory=set)
    """Those of `asked` that stand in the log."""
    silent: dict[str, int] = field(default_factory=dict)
    """Sources of which only the log tells how far they were taken."""
    now: datetime | None = None

    def get(self, key: str) -> Any:  # noqa: ANN401
        """As rules see it."""
        row = self.kept.get(key)
        return None if row is None else row.state

    def stands(self, record: Record) -> None:
        """The log holds it; it counts if all of what its source said till then is done."""
        trigger = Trigger.of(record.headers)
        if trigger is None:
            raise Stop("the log holds what the door did not write")
        if trigger.topic not in self.positions:
            after = max(trigger.offset + 1, self.silent.get(trigger.topic, 0))
            self.silent[trigger.topic] = after
        elif trigger.offset >= self.positions[trigger.topic]:
            return
        fact = wire.decode(record.value or b"")
        if isinstance(fact, Adoption):
            what, how = put_in_force(fact)
            self.adopted[record.partition][what] = how
            self.adoptions[trigger.topic][trigger.offset] = fact
            return
        if isinstance(fact, Tick):
            self.now = fact.now if self.now is None else max(self.now, fact.now)
        self.admitted |= {(fact.source, fact.event_id)} & self.asked
        desk = self._desk(record.partition)
        relearn(desk, fact)
        self._keep(desk)

    def came(self, letter: Letter, till: datetime | None) -> None:
        """A letter that did not go back: it is in the log, or waits till a tick, or was dropped."""
        if isinstance(letter.fact, Adoption):
            topic, _, offset = letter.number.rpartition("@")
            self.adoptions[topic][int(offset)] = letter.fact
        elif _name(letter) not in self.admitted:
            desk = self._desk(0)
            if still_waits(desk, letter, till):
                self._keep(desk)

    def _desk(self, partition: int) -> Desk:
        return Desk(self, self.service.rules_of(self.adopted[partition]))

    def _keep(self, desk: Desk) -> None:
        for key, row in desk.decision("").others.items():
            if row is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = row

    def rows(self, meta: Meta) -> dict[str, bytes]:
        """As they stand in the changelog."""
        for said in self.adoptions.values():
            for _, fact in sorted(said.items()):
                desk = self._desk(0)
                adopted_once(desk, fact)
                self._keep(desk)
        positions = {**self.silent, **self.positions}
        meta.positions = {topic: offset for topic, offset in positions.items() if offset}
        meta.adopted = dict(self.adopted[0])
        meta.now_us = None if self.now is None else micros(self.now)
        rows = {
            key: encode_row(Kept(row.state, None if row.wake_at is None else micros(row.wake_at)))
            for key, row in self.kept.items()
        }
        meta.count = len(rows)
        meta.shape = self.service.shape
        return {**rows, META: meta.model_dump_json().encode()}


def _positions(journal: Sequence[Record], done: Mapping[str, int]) -> dict[str, int]:
    """Before which offset each source is known to be done."""
    positions = {topic: offset for topic, offset in done.items() if offset}
    for entry in journal[:-1]:
        for topic, _, end in spans_of(entry):
            positions[topic] = max(end, positions.get(topic, 0))
    for entry in journal[-1:]:
        for topic, first, _ in spans_of(entry):
            positions.setdefault(topic, first)
    return positions


def _before(end: int, records: Iterable[Record]) -> list[Record]:
    return [record for record in records if record.offset < end]


def _in_order(journal: Sequence[Record], sources: Mapping[str, Sequence[Record]]) -> list[Record]:
    """In the order they were taken; what is older than the journal first, as the broker had it."""
    named = {topic for entry in journal for topic, _, _ in spans_of(entry)}
    ordered = in_order(journal, {topic: sources.get(topic, ()) for topic in named})
    places = {(record.topic, record.offset) for record in ordered}
    older = [
        record
        for records in sources.values()
        for record in records
        if (record.topic, record.offset) not in places
    ]
    older.sort(key=lambda record: (record.timestamp_ms, record.topic, record.offset))
    return [*older, *ordered]


def _returned(
    service: Service, read: Callable[[str], Sequence[Record]]
) -> frozenset[tuple[str, int]]:
    """Places of the letters that went back to their senders."""
    names = service.names
    return frozenset(
        (topic.decode(), int(record.header("hub_offset") or b"-1"))
        for written in service.writes
        if written != names.log
        for record in read(written)
        if (topic := record.header("hub_topic")) is not None
    )


def _ticks_after(letters: Sequence[Letter]) -> list[datetime | None]:
    """For each letter the last tick let in after it; one that brings no new moment is not."""
    ticks: list[datetime] = []
    before: list[int] = []
    for letter in letters:
        before.append(len(ticks))
        if isinstance(letter.fact, Tick) and (not ticks or letter.fact.now > ticks[-1]):
            ticks.append(letter.fact.now)
    return [ticks[-1] if count < len(ticks) else None for count in before]


def _heard(service: Service, taken: Iterable[Record]) -> dict[str, tuple[int, int, str]]:
    """The last word of each of our services' streams that is still kept."""
    heard: dict[str, tuple[int, int, str]] = {}
    for record in taken:
        trigger = Trigger.of(record.headers) if service.trusts(record) else None
        if trigger is not None:
            stream, place = heard_of(record, trigger)
            if stream not in heard or place[:2] > heard[stream][:2]:
                heard[stream] = place
    return heard


def _name(letter: Letter) -> Name:
    """What its sender calls it."""
    return None if letter.fact is None else (letter.fact.source, letter.fact.event_id)
