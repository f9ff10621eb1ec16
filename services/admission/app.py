"""The door as a service: every `from.` topic in, the log and the dead letters out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import get_args

from schemas.base import LogFact
from schemas.log import OfVersion
from services.admission.domain import DOOR, STATES, Admitted, Letter, Returned, admit, forget
from services.admission.rules import CANARY_EVERY, Rules
from services.agreements.references import References
from services.agreements.versions import Versions
from services.runtime import wire
from services.runtime.decision import Route
from services.runtime.faults import Unreadable
from services.runtime.names import LOG_PARTITIONS, SERVICES, Names
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.service import Service
from services.runtime.speech import DEPTH, dead_letter, failed_here, log_partition, recorded_at

ROUTES = (Route(Letter, admit),)


def build(
    names: Names, sources: Iterable[str], versions: Versions, references: References
) -> Service:
    """The door, reading those topics."""
    sources = tuple(sources)
    speakers = sorted({names.said_by(topic)[0] for topic in sources})
    return Service(
        name="admission",
        names=names,
        sources=sources,
        partitions=1,
        read=_opens(names),
        routes=ROUTES,
        key_of=lambda _: DOOR,
        state_of=lambda key: STATES[key.split(":", 1)[0]],
        states=tuple(STATES.values()),
        rules_of=_rules(versions, references),
        writes=(names.log, *(names.dead(speaker) for speaker in speakers)),
        say=_says(names),
        passes_on=True,
        on_tick=forget,
        holds=False,
        park=partial(failed_here, names),
        trusts=_from_us(names),
        leads=tuple(names.said("deploy", fact) for fact in get_args(OfVersion)),
    )


def _rules(
    versions: Versions, references: References
) -> Callable[[Mapping[str, str]], Rules | None]:
    def rules_of(adopted: Mapping[str, str]) -> Rules | None:
        if "agreements" not in adopted or "rules" not in adopted:
            return None
        agreements, every = versions.get(adopted["agreements"]), CANARY_EVERY.get(adopted["rules"])
        return Rules(agreements, references, versions.get, every)

    return rules_of


def _from_us(names: Names) -> Callable[[Record], bool]:
    return lambda record: names.said_by(record.topic)[0] in SERVICES


def _opens(names: Names) -> Callable[[Record], Letter]:
    from_us = _from_us(names)

    def read(record: Record) -> Letter:
        speaker, part = names.said_by(record.topic)
        fact, fault = None, None
        try:
            fact = wire.decode(record.value or b"")
        except Unreadable as unreadable:
            fault = unreadable
        return Letter(
            speaker=speaker,
            part=part,
            number=f"{record.topic}@{record.offset}",
            recorded_at=recorded_at(record),
            depth=int(record.header(DEPTH) or 0) if from_us(record) else 0,
            fact=fact,
            fault=fault,
            original=record,
        )

    return read


def _says(names: Names) -> Callable[[Admitted | Returned, Headers, int], Iterable[Outgoing]]:
    def say(thing: Admitted | Returned, marks: Headers, adopted: int) -> Iterable[Outgoing]:
        if isinstance(thing, Returned):
            letter = thing.letter
            return (dead_letter(names, letter.speaker, letter.original, thing.reason, thing.field),)
        fact = thing.fact
        value = wire.encode(fact, adopted)
        headers = wire.headers_of(fact, marks, adopted)
        if isinstance(fact, LogFact) or fact.person_id is None:
            return [
                Outgoing(names.log, None, value, headers, number)
                for number in range(LOG_PARTITIONS)
            ]
        person = fact.person_id
        return (Outgoing(names.log, person.bytes, value, headers, log_partition(person)),)

    return say
