"""What each agency says of the people before the day of the story begins.

Owns the history: how somebody came under the arrangements, who is on the case, and the duties
done since. What happens on the day itself is in `today.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from schemas.base import FactAboutPerson, sourced_id
from schemas.case import AgencyJoinedCase, CaseRole, LevelSet
from schemas.custody import Released, ReleaseDateSet, ReleaseKind
from schemas.eligibility import ConvictionRecorded
from schemas.register import AddressChanged, NotificationKind, NotificationMade
from schemas.risk import Rosh, RoshAssessed
from services.hub.demo.population import POLICE, PRISON, PROBATION, Person, Population

Fs = TypeVar("Fs", bound=FactAboutPerson)
ROSH_SHARES = {Rosh.LOW: 10, Rosh.MEDIUM: 55, Rosh.HIGH: 33, Rosh.VERY_HIGH: 2}
"""Local choice."""


def at_noon(day: date) -> datetime:
    """The instant given to what is known only by its day."""
    return datetime.combine(day, time(12), UTC)


def stated(
    kind: type[Fs], speaker: str, person: Person, at: datetime, part: str = "", /, **fields: Any
) -> Fs:
    """The speaker's statement of the person; said again it has the same id."""
    number = f"{person.number}/{part or kind.__name__}"
    return kind(
        event_id=sourced_id(speaker, kind.kind(), number),
        occurred_at=at,
        source=speaker,
        identifiers=person.known_to(speaker),
        **fields,
    )


def convictions(population: Population) -> Iterator[ConvictionRecorded]:
    """One of each person: by the police of category 1, else by probation or the prison."""
    for person in population.people:
        yield conviction(person, at_noon(person.offence.convicted_on))


def conviction(person: Person, at: datetime) -> ConvictionRecorded:
    """How that person came under the arrangements."""
    other = PRISON if person.in_prison else PROBATION
    offence = person.offence
    return stated(
        ConvictionRecorded,
        POLICE if person.registered else other,
        person,
        at,
        family_name=person.family_name,
        given_names=person.given_names,
        born_on=person.born_on,
        convicted_on=offence.convicted_on,
        disposal=offence.disposal,
        for_life=offence.for_life,
        term_months=offence.term_months,
        schedule_3=person.registered,
        schedule_15=not person.registered,
        in_custody=offence.prison or offence.hospital,
    )


def joinings(population: Population, seed: int) -> Iterator[AgencyJoinedCase]:
    """Who is on each case."""
    draw = Random(f"joinings {seed}")  # noqa: S311  # a story, not a secret
    for person in population.people:
        begun = person.offence.convicted_on
        yield joined(person.lead, person, at_noon(begun + timedelta(days=3)), CaseRole.LEAD)
        lately = at_noon(population.today - timedelta(days=draw.randint(7, 40)))
        for agency in sorted({*person.on_case, *([PRISON] if person.in_prison else [])}):
            yield joined(agency, person, lately, CaseRole.MEMBER)


def cases(population: Population, seed: int) -> Iterator[FactAboutPerson]:
    """How each case is managed, and what was notified and served since."""
    draw = Random(f"cases {seed}")  # noqa: S311  # a story, not a secret
    for person in population.people:
        yield from _management(person, population.today, draw)
        yield from _custody(person, population.today, draw)
        yield from notifications(person, population.today, draw)


def joined(agency: str, person: Person, at: datetime, role: CaseRole) -> AgencyJoinedCase:
    """The lead agency says that an agency is on the case."""
    return stated(
        AgencyJoinedCase, person.lead, person, at, f"joined/{agency}", agency=agency, role=role
    )


def _management(person: Person, today: date, draw: Random) -> Iterator[FactAboutPerson]:
    begun = person.offence.convicted_on
    set_on = begun + timedelta(days=draw.randint(4, 30))
    yield stated(LevelSet, person.lead, person, at_noon(set_on), level=person.level, set_on=set_on)
    if person.supervised:
        yield stated(
            RoshAssessed,
            PROBATION,
            person,
            at_noon(today - timedelta(days=draw.randint(5, 300))),
            overall=_rosh(person, draw),
            tool="OASys-4.1",
        )
    if not person.registered and person.at_liberty:
        since = person.offence.at_large_on
        yield stated(
            AddressChanged, PROBATION, person, at_noon(since), moved_on=since, home=person.home
        )


def _rosh(person: Person, draw: Random) -> Rosh:
    """Levels 2 and 3 here have a high one, which is a reason for the level but never sets it."""
    if person.level > 1:
        return Rosh.VERY_HIGH if person.level == 3 else Rosh.HIGH
    return draw.choices(list(ROSH_SHARES), list(ROSH_SHARES.values()))[0]


def _custody(person: Person, today: date, draw: Random) -> Iterator[FactAboutPerson]:
    day = person.offence.released_on
    if day is None:
        return
    code = "ZZ" + draw.choice("ABC")
    how = {"release": ReleaseKind.LICENCE, "prison_code": code}
    if person.in_prison:
        known = at_noon(today - timedelta(days=draw.randint(20, 40)))
        yield stated(ReleaseDateSet, PRISON, person, known, release_on=day, **how)
    else:
        yield stated(Released, PRISON, person, at_noon(day), released_on=day, **how)


def notifications(person: Person, today: date, draw: Random) -> Iterator[NotificationMade]:
    """The first within three days, then each within a year of the one before (ss.83, 85).

    Only the last of them is said: the yearly duty runs from it alone, and a register that is
    loaded with the first and the last would take the last to be years late.
    """
    if not (person.registered and person.at_liberty):
        return
    first = person.offence.at_large_on
    made_on, kind = first + timedelta(days=draw.randint(0, 2)), NotificationKind.INITIAL
    # Who is overdue made the last one somewhat more than a year ago.
    until = today - timedelta(days=371 if person.overdue else 1)
    while (following := made_on + timedelta(days=draw.randint(338, 364))) <= until:
        made_on, kind = following, NotificationKind.ANNUAL
    yield notified(person, kind, made_on, at_noon(made_on))


def notified(
    person: Person, kind: NotificationKind, made_on: date, at: datetime
) -> NotificationMade:
    """The person came to the police station."""
    return stated(
        NotificationMade,
        POLICE,
        person,
        at,
        f"notified/{made_on}",
        notification=kind,
        made_on=made_on,
        home=person.home,
    )
