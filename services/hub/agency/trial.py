"""The letters of a trial: each is meant to come back, for a reason that is known beforehand.

Pure. None can be taken for anybody: a person is spoken of by a reference the hub gives nobody, and
what would wait at the door for its person is said two days ahead of the clock, which the door
returns before it looks for whom it is about. So nothing of a trial is kept by the hub but in the
agency's own topics, and nothing of it reaches the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from schemas.base import Fact, FactAboutPerson
from schemas.catalogue import BY_KIND
from services.agreements import samples
from services.hub.agency.refusals import TRIAL
from services.runtime import wire
from services.runtime.records import Headers

TOO_FAR_AHEAD = timedelta(days=2)
NOT_A_RECORD = b"not a record of any schema"
STRANGER = "nobody-at-all"
"""Who says a letter whose `source` is not its sender."""


@dataclass(frozen=True)
class Letter:
    """One letter, and the answer to it."""

    kind: str
    topic: str
    number: UUID
    value: bytes
    headers: Headers
    what: str
    """`valid`, `foreign` or `unreadable`."""
    expected: str
    """The reason with which it comes back."""


def letters(
    slug: str, topics: Mapping[str, str], schemas: Mapping[str, int], run: UUID, now: datetime
) -> Iterator[Letter]:
    """All of one run: of each kind one that is in order and one that is not, and one unreadable.

    `topics` and `schemas` (their ids) are by kind, as the agency's folder has them. Raw kinds,
    which the door does not read, are not said.
    """
    answered = [kind for kind in topics if kind in BY_KIND and not BY_KIND[kind].raw]
    for kind in answered:
        for what, fact, expected in _facts(slug, kind, now):
            number = uuid5(run, f"{kind}/{what}")
            numbered = fact.model_copy(update={"event_id": number})
            value = wire.encode(numbered, schemas[kind])
            headers = (*wire.headers_of(numbered, adopted=schemas[kind]), _mark(run))
            yield Letter(kind, topics[kind], number, value, headers, what, expected)
    for kind in answered[:1]:
        number = uuid5(run, f"{kind}/unreadable")
        named = (("ce_id", str(number).encode()), _mark(run))
        yield Letter(kind, topics[kind], number, NOT_A_RECORD, named, "unreadable", "no-frame")


def _facts(slug: str, kind: str, now: datetime) -> Iterator[tuple[str, Fact, str]]:
    fact = samples.said(slug, kind)
    if isinstance(fact, FactAboutPerson):
        fact = fact.model_copy(update={"identifiers": ()})
    yield "foreign", _of(fact, now, source=STRANGER), "foreign-provenance"
    if isinstance(fact, FactAboutPerson):
        yield "valid", _of(fact, now), "unknown-reference"
    else:
        yield "valid", _of(fact, now + TOO_FAR_AHEAD), "in-the-future"


def _of(fact: Fact, at: datetime, **changed: object) -> Fact:
    return fact.model_copy(update={"occurred_at": at, **changed})


def _mark(run: UUID) -> tuple[str, bytes]:
    return TRIAL, str(run).encode()
