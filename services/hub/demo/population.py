"""The people of the story: invented, and told apart from real ones at a glance.

Owns who there is and what is true of each; what which agency says of it is in `statements.py`.
Everything follows from the settings, the seed and the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from schemas.base import Identifier
from schemas.register import Address
from services.hub.demo import identifiers
from services.hub.demo.area import AreaSettings, Size
from services.hub.demo.offences import Offence
from services.hub.demo.postcodes import Place, places
from services.hub.demo.roles import (
    AMBER_HOUSING,
    AMBER_VALLEY,
    DERBY,
    DERBY_HOUSING,
    EM,
    Roles,
    cast,
)

POLICE, PROBATION, PRISON = "derbyshire-police", "probation", "prison"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person."""

    number: int
    given_names: str
    family_name: str
    born_on: date
    registered: bool
    """Category 1; otherwise category 2."""
    offence: Offence
    place: Place
    line: str
    level: int
    supervised: bool
    overdue: bool
    in_prison: bool
    leaving_today: bool
    on_case: frozenset[str]
    """Agencies beside the Responsible Authority."""
    wearer: int | None
    """Its place among the wearers of a tag."""
    nhs: Identifier | None

    @property
    def pnc(self) -> Identifier:
        """By which every agency of the Responsible Authority knows the person."""
        return identifiers.pnc(self.number)

    @property
    def home(self) -> Address:
        """A house in a street that does not exist, at a postcode that does."""
        return Address(
            line=self.line, postcode=self.place.postcode, council_code=self.place.council_code
        )

    @property
    def at_liberty(self) -> bool:
        """Neither in prison nor in hospital."""
        return not (self.in_prison or self.offence.hospital)

    @property
    def lead(self) -> str:
        """Probation for those it supervises, else the police (R-LEAD-1)."""
        return PROBATION if self.supervised else POLICE

    def known_to(self, agency: str) -> tuple[Identifier, ...]:
        """The numbers by which that agency names the person."""
        if agency == POLICE:
            return (self.pnc, identifiers.cro(self.number))
        if agency == PROBATION:
            hospital = (self.nhs,) if self.nhs else ()
            return (identifiers.crn(self.number), self.pnc, *hospital)
        if agency == PRISON:
            return (identifiers.noms(self.number), self.pnc)
        return (identifiers.housing(self.number, agency),)


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody, and the places of their area."""

    people: tuple[Person, ...]
    places: tuple[Place, ...] = field(repr=False)
    today: date

    def on(self, agency: str) -> tuple[Person, ...]:
        """On whose case that agency is, beside the Responsible Authority."""
        return tuple(person for person in self.people if agency in person.on_case)

    @property
    def wearers(self) -> tuple[Person, ...]:
        """Who wears a tag, in the wearers' order."""
        return tuple(sorted(self.on(EM), key=lambda person: person.wearer or 0))


def populate(area: AreaSettings, size: Size, seed: int, today: date) -> Population:
    """The same people for the same seed and day."""
    draw = Random(f"people {seed}")  # noqa: S311  # a story, not a secret
    where = places(area.postcode_letters, frozenset(area.councils))
    roles = cast(size, draw, today)
    by_council = {
        council: tuple(place for place in where if place.council_code == council)
        for council in (DERBY, AMBER_VALLEY)
    }
    numbers = identifiers.nhs_numbers()
    people = []
    for number in sorted(roles.offences):
        in_hospital = roles.offences[number].hospital
        choice = by_council.get(_council(number, roles), where)
        nhs = next(numbers) if in_hospital else None
        registered = number <= size.registered
        people.append(_person(number, area, roles, draw, choice, nhs, registered=registered))
    return Population(tuple(people), where, today)


def _council(number: int, roles: Roles) -> str:
    """Where a tenant's home has to be; empty for anybody else."""
    if number in roles.on_case[DERBY_HOUSING]:
        return DERBY
    return AMBER_VALLEY if number in roles.on_case[AMBER_HOUSING] else ""


def _person(
    number: int,
    area: AreaSettings,
    roles: Roles,
    draw: Random,
    where: Sequence[Place],
    nhs: Identifier | None,
    *,
    registered: bool,
) -> Person:
    offence = roles.offences[number]
    return Person(
        number=number,
        given_names=draw.choice(area.given_names),
        family_name=f"{area.family_name}-{number:04d}",
        born_on=offence.convicted_on - timedelta(days=draw.randint(19 * 365, 62 * 365)),
        registered=registered,
        offence=offence,
        place=draw.choice(where),
        line=f"{draw.randint(1, 99)} {draw.choice(area.streets)}",
        level=roles.levels.get(number, 1),
        supervised=number in roles.supervised,
        overdue=number in roles.overdue,
        in_prison=number in roles.in_prison,
        leaving_today=number in roles.leaving_today,
        on_case=frozenset(agency for agency, on in roles.on_case.items() if number in on),
        wearer=roles.wearers.index(number) if number in roles.on_case[EM] else None,
        nhs=nhs,
    )
