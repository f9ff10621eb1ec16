"""What each agency would have got of recorded facts under one version, and under another.

The fan-out's own rules are fed the log in memory, once as if the one version had been in force all
along and once the other; nothing leaves. Notices are paired by what they are about; a value is
compared and never kept, counted or shown. What agencies answered stands in the log as they did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from schemas.base import Fact, FieldClass
from schemas.catalogue import BY_KIND
from schemas.log import PersonHeld
from schemas.notice import NoticesResumed, Withheld
from services.agreements.compile import Agreements
from services.agreements.references import References
from services.agreements.versions import Versions
from services.hub.policy.shown import Direction, Shown, fields_of, values_of, way
from services.hub.policy.structure import in_plain_words
from services.hub.recording import Recording
from services.notify.app import build
from services.notify.domain import Delivery
from services.runtime import wire
from services.runtime.again import said_again
from services.runtime.faults import Stop
from services.runtime.names import Names
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.service import Service

_NOBODY = "fed-again"
"""A build that was never adopted, so that it reads past all that were."""
_NOTICE = "(that it happened)"
_HEAD = ("urgency", "act_by")
_HEAD_CLASS = (FieldClass.REFERENCE,)

Noticed = tuple[int, str, UUID]
"""Offset of what set it off, agency, number of the notice."""


@dataclass(frozen=True, slots=True)
class Example:
    """One event by which a difference can be looked at; nobody's data."""

    kind: str
    partition: int
    offset: int


@dataclass(slots=True)
class Difference:
    """One field of one fact that one agency would have got otherwise."""

    agency: str
    fact: str
    field: str
    classes: tuple[str, ...]
    direction: Direction
    words: str
    example: Example
    """The first."""
    notices: int = 0


@dataclass(frozen=True, slots=True)
class OnFacts:
    """What came of a recording."""

    facts: int
    notices: tuple[int, int]
    """Under the one version and under the other."""
    held: tuple[int, int]
    """How often a rule would have failed for somebody."""
    differences: tuple[Difference, ...]


@dataclass(slots=True)
class _Told:
    """What one version makes the fan-out tell of one partition."""

    notices: dict[Noticed, Delivery] = field(default_factory=dict)
    held: int = 0


def on_facts(before: Agreements, after: Agreements, recording: Recording) -> OnFacts:
    """Field by field, what each agency would have got otherwise.

    Raises:
        Stop: the log puts no agreements in force, or cannot be read by this build.
    """
    adopted = recording.agreements()
    if not adopted:
        raise Stop("no agreements were ever in force in that recording")
    notices, held = [0, 0], [0, 0]
    comparison = _Comparison(before, after)
    services = [_fan_out(one, adopted, recording.names) for one in (before, after)]
    for number, part in recording.log.items():
        sides = [asyncio.run(_told(service, number, part)) for service in services]
        for at, side in enumerate(sides):
            notices[at] += len(side.notices)
            held[at] += side.held
        kinds = {record.offset: wire.kind_of(record.headers) or "" for record in part}
        comparison.take(number, kinds, *sides)
    ordered = sorted(comparison.found.values(), key=lambda one: (one.agency, one.fact, one.field))
    return OnFacts(recording.facts, (notices[0], notices[1]), (held[0], held[1]), tuple(ordered))


def _fan_out(agreements: Agreements, adopted: Iterable[str], names: Names) -> Service:
    """The fan-out as if those agreements stood wherever any were adopted; references are nobody's.

    So a receipt answers nothing here: reminders are not compared. Nor is what was withdrawn when
    agreements narrowed, since here they never do, nor what waited for a suspended grant. No view is
    ever written by.
    """
    unwritten = replace(agreements, view_schemas={})
    versions = Versions(Path(), dict.fromkeys(adopted, unwritten))
    service = build(names, agreements.receivers, versions, References(bytes(32)))
    again = (Withheld, NoticesResumed)
    routes = tuple(one for one in service.routes if one.fact not in again)
    kinds = {fact.kind() for fact in again}
    back = {kind: at for kind, at in service.looks_back.items() if kind not in kinds}
    return replace(service, routes=routes, looks_back=back)


async def _told(service: Service, number: int, part: Sequence[Record]) -> _Told:
    """What it tells of one partition."""
    told = _Told()

    def say(thing: Fact | Delivery, marks: Headers, _: int) -> Iterable[Outgoing]:
        trigger = wire.Trigger.of(marks)
        if isinstance(thing, PersonHeld):
            told.held += 1
        elif isinstance(thing, Delivery) and trigger is not None:
            told.notices[trigger.offset, thing.agency, thing.notice_ref] = thing
        return ()

    await said_again(replace(service, say=say), number, part, _NOBODY)
    return told


class _Comparison:
    """Counts what is otherwise in the partitions, and keeps where it was first."""

    def __init__(self, before: Agreements, after: Agreements) -> None:
        self.found: dict[tuple[str, ...], Difference] = {}
        self._schemas = {**before.view_schemas, **after.view_schemas}
        self._fields: dict[int, Mapping[str, Shown]] = {}

    def take(self, number: int, kinds: Mapping[int, str], was: _Told, now: _Told) -> None:
        """One partition under both versions; `kinds` by offset."""
        for noticed in sorted(was.notices.keys() | now.notices.keys(), key=lambda one: one[:2]):
            one, other = was.notices.get(noticed), now.notices.get(noticed)
            offset, agency, _ = noticed
            example = Example(kinds[offset], number, offset)
            for kind, otherwise in self._of_two(one, other):
                self._count(agency, BY_KIND[kind].topic_part, otherwise, example)

    def _of_two(
        self, one: Delivery | None, other: Delivery | None
    ) -> Iterator[tuple[str, _Otherwise]]:
        kind = one.kind if one is not None else other.kind if other is not None else ""
        if one is None or other is None:
            direction = Direction.WIDENS if one is None else Direction.NARROWS
            words = "is told, was not" if one is None else "is not told any more"
            yield kind, _Otherwise(_NOTICE, _HEAD_CLASS, direction, words)
        then, since = self._shown(one), self._shown(other)
        for path in sorted(then.keys() | since.keys()):
            was, now = then.get(path), since.get(path)
            direction_ = way(was, now)
            if direction_ is not None:
                classes = shown.classes if (shown := now or was) else _HEAD_CLASS
                yield kind, _Otherwise(path, classes, direction_, in_plain_words(was, now))
        if one is not None and other is not None:
            alike = {path: shown for path, shown in since.items() if then.get(path) == shown}
            yield from ((kind, otherwise) for otherwise in _values(one, other, alike))

    def _shown(self, notice: Delivery | None) -> Mapping[str, Shown]:
        if notice is None:
            return {}
        number = notice.schema_id  # made of the schema's content: the same in both versions
        if number not in self._fields:
            self._fields[number] = fields_of(self._schemas[number])
        return self._fields[number]

    def _count(self, agency: str, fact: str, otherwise: _Otherwise, example: Example) -> None:
        key = (agency, fact, otherwise.field, otherwise.direction, otherwise.words)
        one = self.found.get(key)
        if one is None:
            classes = tuple(sorted(otherwise.classes))
            one = self.found[key] = Difference(
                *(agency, fact, otherwise.field, classes),
                *(otherwise.direction, otherwise.words, example),
            )
        one.notices += 1


@dataclass(frozen=True, slots=True)
class _Otherwise:
    """One field in which two notices differ."""

    field: str
    classes: Iterable[str]
    direction: Direction
    words: str


def _values(one: Delivery, other: Delivery, alike: Mapping[str, Shown]) -> Iterator[_Otherwise]:
    """Where two notices that show the same fields carry something else in them."""
    for name in _HEAD:
        if one.record.get(name) != other.record.get(name):
            yield _Otherwise(f"({name})", _HEAD_CLASS, Direction.CHANGES, "is another")
    then, since = values_of(one.record["told"]), values_of(other.record["told"])
    for path, shown in alike.items():
        was, now = then.get(path, ()), since.get(path, ())
        if was != now:
            yield _Otherwise(path, shown.classes, *_more_or_less(was, now))


def _more_or_less(was: Sequence[Any], now: Sequence[Any]) -> tuple[Direction, str]:
    left, more = list(was), []
    for value in now:
        if value in left:
            left.remove(value)
        else:
            more.append(value)
    if not left:
        return Direction.WIDENS, "is shown with more in it"
    if not more:
        return Direction.NARROWS, "is shown with less in it"
    return Direction.CHANGES, "is shown with something else in it"
