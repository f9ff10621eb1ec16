"""What goes wrong on the same day: each line is refused, or waits, or was said before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from schemas.base import Identifier, IdentifierType, derived_id, sourced_id
from schemas.case import LevelSet
from schemas.notice import NoticeReceipted, ReceiptStatus
from schemas.register import AddressChanged, NotificationKind, NotificationMade
from schemas.risk import Rosh, RoshAssessed
from services.hub.demo import identifiers
from services.hub.demo.delivery import Line, Outcome, line_of, raw_line
from services.hub.demo.monitoring import NOBODY
from services.hub.demo.population import POLICE, PRISON, PROBATION, Population
from services.hub.demo.roles import CHILDRENS, DWP
from services.hub.demo.statements import notified, stated

TOO_BIG = 70_000
"""Bytes; an agency's topics take 65,536."""


def troubles(population: Population, now: datetime) -> Iterator[Line]:
    """The lines, each with what becomes of it."""
    yield from _identity(population, now)
    yield from _provenance(population, now)
    yield from _repeats(population, now)
    yield from _receipts(now)
    yield from _bytes()


def _identity(population: Population, now: datetime) -> Iterator[Line]:
    """Wrong check letters, no such form, nobody, two people at once, a person nobody knows."""
    one, other = population.people[0], population.people[1]
    level = stated(LevelSet, POLICE, one, now, "identity", level=1, set_on=population.today)
    for n, numbers, outcome in (
        (1, (identifiers.wrong_pnc(one.number),), "check-character"),
        (2, (identifiers.wrong_pnc(other.number),), "check-character"),
        (3, (Identifier(type=IdentifierType.CRN, value="X12"),), "format"),
        (4, (), "nobody"),
        (5, (one.pnc, other.pnc), "identifiers-disagree"),
        (6, (identifiers.pnc(NOBODY),), Outcome.WAITS),
        (7, (identifiers.pnc(NOBODY + 1),), Outcome.WAITS),
    ):
        changed = {"identifiers": numbers, "event_id": derived_id(level.event_id, str(n))}
        yield line_of(level.model_copy(update=changed), outcome)


def _provenance(population: Population, now: datetime) -> Iterator[Line]:
    """Speaking for another, saying what only the hub says, and speaking of the future."""
    person = population.people[2]
    assessed = {"overall": Rosh.LOW, "tool": "OASys-4.1"}
    rosh = stated(RoshAssessed, PROBATION, person, now, "provenance", **assessed)
    foreign = rosh.model_copy(update={"source": PRISON})
    yield line_of(foreign, "foreign-provenance", PROBATION)
    yield line_of(rosh.model_copy(update={"caused_by": UUID(int=1)}), "only-the-hub-says-that")
    later = now + timedelta(days=30)
    yield line_of(rosh.model_copy(update={"occurred_at": later}), "in-the-future")
    moved = {"moved_on": population.today, "home": person.home}
    changed = stated(AddressChanged, POLICE, person, now, "provenance", **moved)
    home = person.home.model_copy(update={"postcode": "no postcode"})
    yield line_of(changed.model_copy(update={"home": home}), "invalid")


def _repeats(population: Population, now: datetime) -> Iterator[Line]:
    """Said again, and said again otherwise."""
    person = [p for p in population.people if p.registered and p.at_liberty and not p.overdue][3]
    change = notified(person, NotificationKind.CHANGE, population.today, now)
    said = change.model_copy(update={"event_id": derived_id(change.event_id, "repeats")})
    yield line_of(said)
    yield line_of(said, Outcome.REPEATED)
    yield line_of(said, Outcome.REPEATED)
    earlier: NotificationMade = said.model_copy(
        update={"made_on": population.today - timedelta(days=1)}
    )
    yield line_of(earlier, "said-differently")


def _receipts(now: datetime) -> Iterator[Line]:
    """Answers under references the hub never gave."""
    for agency in (DWP, CHILDRENS):
        yield line_of(
            NoticeReceipted(
                event_id=sourced_id(agency, NoticeReceipted.kind(), "invented"),
                occurred_at=now,
                source=agency,
                person_ref="invented-reference",
                notice_ref=UUID(int=1),
                status=ReceiptStatus.READ,
            ),
            "unknown-reference",
        )


def _bytes() -> Iterator[Line]:
    """Not a fact at all, a schema nobody published, and more than the broker takes."""
    kind = AddressChanged.kind()
    yield raw_line(POLICE, kind, b"not a fact", "no-frame")
    yield raw_line(POLICE, kind, b"\0" + (8_888).to_bytes(4, "big") + b"\0", "unknown-schema")
    yield raw_line(PRISON, "custody.released", b"\0", "no-frame")
    yield raw_line(PROBATION, kind, b"\0", Outcome.TOO_BIG_FOR_THE_BROKER, times=TOO_BIG)
