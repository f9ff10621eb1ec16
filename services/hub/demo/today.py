"""What happens to the people of the story on its own day, as each agency says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.base import FactAboutPerson
from schemas.case import AgencyLeftCase, CaseRole, LevelSet
from schemas.custody import Released, ReleaseDateSet, ReleaseKind
from schemas.eligibility import Disposal
from schemas.register import AddressChanged, NotificationKind
from schemas.risk import Rosh, RoshAssessed
from schemas.tracking import ZoneEnded
from services.hub.demo.offences import Offence
from services.hub.demo.population import POLICE, PRISON, PROBATION, Person, Population
from services.hub.demo.roles import CHILDRENS, DERBY, DERBY_HOUSING, DWP
from services.hub.demo.statements import conviction, joined, notified, stated
from services.hub.demo.wearers import Story, Wearer

NEWCOMERS = 2
"""People cautioned today, whom nobody knew before."""


def of_today(
    population: Population, wearers: Sequence[Wearer], now: datetime
) -> Iterator[FactAboutPerson]:
    """Everything said today, in the order in which each agency says it."""
    for person in newcomers(population):
        yield conviction(person, now - timedelta(minutes=50))
        yield joined(person.lead, person, now - timedelta(minutes=49), CaseRole.LEAD)
    yield from _prison(population, now)
    yield from _police(population, now)
    yield from _probation(population, wearers, now)


def newcomers(population: Population) -> tuple[Person, ...]:
    """Cautioned today, at liberty: the first notification is due the day after tomorrow."""
    caution = Offence(convicted_on=population.today, disposal=Disposal.CAUTION)
    model = next(p for p in population.people if p.registered and p.lead == POLICE)
    first = len(population.people) + 1
    stem = model.family_name.rsplit("-", 1)[0]
    return tuple(
        replace(
            model,
            number=number,
            family_name=f"{stem}-{number:04d}",
            offence=caution,
            in_prison=False,
            leaving_today=False,
            overdue=False,
            on_case=frozenset(),
            nhs=None,
        )
        for number in range(first, first + NEWCOMERS)
    )


def _prison(population: Population, now: datetime) -> Iterator[FactAboutPerson]:
    at = now - timedelta(minutes=40)
    how = {"release": ReleaseKind.LICENCE, "prison_code": "ZZA"}
    for person in population.people:
        if person.leaving_today:
            yield stated(Released, PRISON, person, at, released_on=population.today, **how)
    staying = [p for p in population.on(DWP) if p.in_prison and not p.leaving_today]
    for person in staying[:2]:
        sooner = population.today + timedelta(days=2)
        moved = stated(ReleaseDateSet, PRISON, person, at, "moved", release_on=sooner, **how)
        yield moved


def _police(population: Population, now: datetime) -> Iterator[FactAboutPerson]:
    at = now - timedelta(minutes=30)
    registered = [p for p in population.people if p.registered and p.at_liberty and not p.overdue]
    for person in registered[:3]:
        yield notified(person, NotificationKind.ANNUAL, population.today, at)
    for person in moving(population):
        to = {"moved_on": population.today, "home": person.home}
        yield stated(AddressChanged, POLICE, person, at, "moved", **to)
    for person in population.on(CHILDRENS)[:1]:
        left = {"agency": CHILDRENS}
        yield stated(AgencyLeftCase, person.lead, person, at, f"left/{CHILDRENS}", **left)


def moving(population: Population) -> tuple[Person, ...]:
    """Two people on whose case Derby's housing authority is, in their new homes in Derby."""
    there = [p for p in population.places if p.council_code == DERBY]
    people = [p for p in population.on(DERBY_HOUSING) if p.at_liberty][:2]
    return tuple(
        replace(person, place=there[person.number % len(there)], line=f"{n} Example Street")
        for n, person in enumerate(people, 1)
    )


def _probation(
    population: Population, wearers: Sequence[Wearer], now: datetime
) -> Iterator[FactAboutPerson]:
    at = now - timedelta(minutes=20)
    led = [p for p in population.people if p.lead == PROBATION and p.at_liberty]
    raised = next(p for p in led if p.level == 1)
    yield stated(LevelSet, PROBATION, raised, at, "raised", level=2, set_on=population.today)
    worse = {"overall": Rosh.VERY_HIGH, "tool": "OASys-4.1"}
    for person in (raised, *(p for p in led if p.level == 2)):
        yield stated(RoshAssessed, PROBATION, person, at, "worse", **worse)
    for wearer in wearers:
        if wearer.story is Story.STAYS:
            ended = {"zone_ref": wearer.zone_ref}
            yield stated(ZoneEnded, PROBATION, wearer.person, at, "ended", **ended)
            return
