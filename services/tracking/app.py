"""Tracking as a service: raw positions and its own inbox in, crossings of zones out.

It stands at the edge: positions never enter the log, so what is unfit among them goes back to its
sender from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemas.base import Fact
from schemas.catalogue import BY_KIND
from schemas.notice import Notice
from schemas.tracking import Position
from services.agreements.compile import Agreements
from services.agreements.ours import SAYS
from services.runtime import wire
from services.runtime.decision import Context, Decision, Route, State
from services.runtime.faults import Stop, Unreadable
from services.runtime.names import Names
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.schema_store import SchemaStore
from services.runtime.service import Service
from services.runtime.speech import dead_letter, failed_here, recorded_at, says_facts
from services.tracking.domain import Device, Wearer, assess, hear, key_of, state_of
from services.tracking.rules import RULES, Rules

ME = "tracking"
VERSION = "2026-1"
"""It reads no log, so adoption does not reach it; its rules come with the build."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A record that is no position of its sender's."""

    record: Record
    reason: str
    field: str = ""


def give_back(_: State | None, unfit: Unfit, __: Context) -> Decision[State]:
    """What is unfit goes back to its sender."""
    return Decision(None, f"refused-{unfit.reason}", (unfit,))


ROUTES = (Route(Position, assess), Route(Notice, hear), Route(Unfit, give_back))


def build(names: Names, agreements: Agreements, views: Mapping[int, dict[str, Any]]) -> Service:
    """Tracking, over every topic raw positions are said on; `views` by schema id."""
    speakers = [
        slug
        for slug, agency in sorted(agreements.agencies.items())
        if any(BY_KIND[kind].fact is Position for kind in agency.says)
    ]
    inbox = names.inbox(ME)
    return Service(
        name=ME,
        names=names,
        sources=(*(names.said(slug, Position) for slug in speakers), inbox),
        partitions=1,
        read=_reads(names, inbox, views),
        routes=ROUTES,
        key_of=lambda item: "unfit" if isinstance(item, Unfit) else key_of(item),
        state_of=state_of,
        states=(Device, Wearer),
        rules_of=_rules,
        writes=(
            *(names.said(ME, fact) for fact in SAYS[ME]),
            *(names.dead(slug) for slug in speakers),
        ),
        say=_says(names),
        trusts=lambda _: False,
        holds=False,
        # A notice of a zone is never set aside: somebody would not be watched.
        park=lambda record: None if record.topic == inbox else failed_here(names, record),
    )


def _rules(_: Mapping[str, str]) -> Rules:
    return RULES[VERSION]


def _reads(
    names: Names, inbox: str, views: Mapping[int, dict[str, Any]]
) -> Callable[[Record], Position | Notice | Unfit]:
    store = SchemaStore()
    for schema_id, schema in views.items():
        store.register(schema_id, schema)

    def read(record: Record) -> Position | Notice | Unfit:
        if record.topic == inbox:
            return _notice(record, store)
        return _position(record, names.said_by(record.topic)[0])

    return read


def _notice(record: Record, store: SchemaStore) -> Notice:
    try:
        return Notice.model_validate(wire.decode_view(record.value or b"", store))
    except (Unreadable, ValidationError):
        raise Stop("tracking's inbox holds what this worker cannot read: restart it") from None


def _position(record: Record, speaker: str) -> Position | Unfit:
    try:
        fact = wire.decode(record.value or b"")
    except Unreadable as fault:
        return Unfit(record, fault.reason, fault.field)
    if not isinstance(fact, Position):
        return Unfit(record, "wrong-topic")
    if fact.source != speaker:
        return Unfit(record, "foreign-provenance", "source")
    for field in ("person_id", "recorded_at", "caused_by"):
        if getattr(fact, field) is not None:
            return Unfit(record, "only-the-hub-says-that", field)
    return fact.model_copy(update={"recorded_at": recorded_at(record)})


def _says(names: Names) -> Callable[[Fact | Unfit, Headers, int], Iterable[Outgoing]]:
    say_fact = says_facts(names, ME)

    def say(thing: Fact | Unfit, marks: Headers, adopted: int) -> Iterable[Outgoing]:
        if isinstance(thing, Unfit):
            speaker = names.said_by(thing.record.topic)[0]
            return (dead_letter(names, speaker, thing.record, thing.reason, thing.field),)
        return say_fact(thing, marks, adopted)

    return say
