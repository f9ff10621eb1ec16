"""What is due or overdue, who leaves custody, and the whole register, on a day. Pure.

A person is named by the reference of the agency that asks, and by nothing else. Of whom it may not
be told such a thing now is in no list, whatever day it is of. What is due is the person's to do, a
duty, or an agency's, a milestone, which is nobody's breach; those of victim contact stand there for
those alone who are told of it (R-VIC-4).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from schemas.base import Fact, PersonId
from schemas.custody import Released, ReleaseDateSet, ReleaseKind
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, Owner
from schemas.register import DeadlineMissed, DeadlineOpened, RequirementOpened
from schemas.victim import VictimDeadline
from services.hub.register import words
from services.hub.register.people import Told
from services.hub.register.readiness import MILESTONES, owed
from services.hub.register.words import DUTIES, said
from services.registry.domain import Clock, Register, Stage
from services.registry.domain.breaches import decided
from services.registry.domain.milestones import OF_VICTIMS
from services.registry.domain.pauses import held_on

OFFENDER_MANAGER, PRACTITIONER = "offender-manager", "probation-practitioner"
OFFICERS = (OFFENDER_MANAGER, PRACTITIONER)
"""Whose work a release is: the police's officer who manages registered people, or probation's."""
ROLES = (OFFENDER_MANAGER, *(owner.value for owner in Owner))
"""Whose work what is due is: people notify the police (SOA 2003 s.87); a milestone's is its own."""
THE_PERSONS, AN_AGENCYS = "the person's", "an agency's"
NO_AREA = "none"
"""Stands for people whose home nobody told of."""
_SUPERVISED = frozenset({ReleaseKind.LICENCE, ReleaseKind.HOME_DETENTION_CURFEW})
_FOOTING = MappingProxyType(
    {
        ReleaseKind.LICENCE: "on licence",
        ReleaseKind.SENTENCE_END: "at the end of the sentence",
        ReleaseKind.HOME_DETENTION_CURFEW: "on home detention curfew",
        ReleaseKind.TO_HOSPITAL: "to hospital",
    }
)

TELLS: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {
        "due": (DeadlineOpened, MilestoneDeadline, VictimDeadline),
        "overdue": (DeadlineMissed, MilestoneMissed, VictimDeadline),
        "released": (Released, ReleaseDateSet),
        "as-of": (RequirementOpened,),
    }
)
"""The facts of which each list tells: whoever may be told none of them is told no list.

Of what is due: of a duty, of a milestone, of one of victim contact.
"""

Row = Mapping[str, Any]
"""Values by column: text, numbers, days; None where something is not known."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines in their order, and the columns they have."""

    columns: Mapping[str, str]
    """Key of each column, and its heading."""
    rows: tuple[Row, ...]

    def as_objects(self) -> list[dict[str, Any]]:
        """For programs: days as ISO 8601."""
        return [{key: _plain(row[key]) for key in self.columns} for row in self.rows]

    @property
    def headings(self) -> dict[str, str]:
        """Of what people read: all but the deadline's number, by which only programs go."""
        return {key: heading for key, heading in self.columns.items() if key != "deadline"}

    def lines(self) -> Iterator[list[str]]:
        """For people."""
        for row in self.rows:
            yield [_read(row[key], key) for key in self.headings]


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which day, for whom, and of which people."""

    day: date
    may_know: Callable[[Told, type[Fact]], bool]
    """Whether the agency may be told such a fact of somebody."""
    ref_of: Callable[[PersonId], str]
    """By which it knows somebody."""
    areas: Collection[str] = ()
    """ONS codes of councils, and `NO_AREA`; empty: all."""
    roles: Collection[str] = ()
    """Empty: all."""

    def of(self, people: Iterable[Told], listing: str) -> Iterator[tuple[Told, Row]]:
        """Whom that list shows, each with what every list says of them."""
        for told in people:
            area = told.area(self.day)
            if not self._wants(area or NO_AREA, self.areas):
                continue
            if any(self.may_know(told, kind) for kind in TELLS[listing]):
                ref, lead = self.ref_of(told.person), told.lead(self.day)
                level = told.level(self.day)
                yield told, {"person": ref, "area": area, "lead": lead, "level": level}

    def wants_role(self, role: str) -> bool:
        """Whether that role's work is asked for."""
        return self._wants(role, self.roles)

    @staticmethod
    def _wants(one: str, of: Collection[str]) -> bool:
        return not of or one in of


_WHO = {"person": "person", "area": "area", "lead": "lead", "level": "level"}
_DUTY = {"whose": "whose", "duty": "what", "due_on": "last day"}
_END = {"role": "role", "source": "where it stands", "deadline": "deadline"}
_DUE = {**_WHO, **_DUTY, "remind_on": "remind from", **_END}
_OVERDUE = {**_WHO, **_DUTY, "days_over": "days over", "stands": "how it stands", **_END}
_RELEASED = {**_WHO, "on": "day", "stands": "how it stands", "footing": "how", "role": "role"}
_AS_OF = {
    **_WHO,
    "category": "category",
    "requirement": "notification",
    "last_day": "last day",
    "held": "held",
    "open": "open",
    "overdue": "overdue",
}


def due(people: Iterable[Told], scope: Scope, within: int) -> Listing:
    """What is open on the day and its last day at most so many days after it; soonest first."""
    last = _from(scope.day, within)
    found = (
        {**who, **_duty(clock, told), "remind_on": clock.remind_on}
        for told, _, who, clock in _clocks(people, scope, "due")
        if clock.stage is Stage.OPEN and scope.day <= clock.due_on <= last
    )
    return Listing(_DUE, _sorted(found, "due_on"))


def overdue(people: Iterable[Told], scope: Scope) -> Listing:
    """What was not done when its last day was over on the day; oldest first.

    A duty is a possible breach, or what an officer decided that it is: excused, it is still to do.
    """
    found = (
        {
            **who,
            **_duty(clock, told),
            "days_over": (scope.day - clock.due_on).days,
            "stands": _missed(clock, register, told),
        }
        for told, register, who, clock in _clocks(people, scope, "overdue")
        if clock.stage is Stage.MISSED
    )
    return Listing(_OVERDUE, _sorted(found, "due_on"))


def _missed(clock: Clock, register: Register, told: Told) -> str:
    if isinstance(clock.duty, Milestone):
        return "overdue"
    decision = dict(decided(register, told.rules)).get(clock)
    return "possible breach" if decision is None else words.officers_word(decision)


def released(people: Iterable[Told], scope: Scope, within: int) -> Listing:
    """Who left custody in so many days up to the day, and who is to leave in as many after it.

    A release that was planned for a day before and not told of stays on the list until it is.
    """
    first, last = _from(scope.day, -within), _from(scope.day, within)
    found = []
    for told, who in scope.of(people, "released"):
        for fact in told.releases(scope.day):
            if first <= fact.released_on:
                found.append({**who, **_leaving(fact.release, fact.released_on, "left custody")})
        plan = told.planned(scope.day)
        if plan is not None and plan.release_on <= last:
            late = plan.release_on < scope.day
            stands = "planned, not told of" if late else "to be released"
            found.append({**who, **_leaving(plan.release, plan.release_on, stands)})
    return Listing(
        _RELEASED, _sorted((row for row in found if scope.wants_role(row["role"])), "on")
    )


def whole(people: Iterable[Told], scope: Scope) -> Listing:
    """Everybody of whom the register keeps something, as it was on the day."""
    found = []
    for told, who in scope.of(people, "as-of"):
        register = told.register(scope.day)
        if register is not None:
            found.append({**who, **_stands(register, scope.day)})
    return Listing(_AS_OF, _sorted(found, "person"))


def _clocks(
    people: Iterable[Told], scope: Scope, listing: str
) -> Iterator[tuple[Told, Register, Row, Clock]]:
    for told, who in scope.of(people, listing):
        register = told.register(scope.day)
        if register is not None:
            for clock in (*register.clocks, *register.milestones):
                told_of = _tells(clock, *TELLS[listing])
                if scope.wants_role(_role(clock, told)) and scope.may_know(told, told_of):
                    yield told, register, who, clock


def _tells(
    clock: Clock, duty: type[Fact], milestone: type[Fact], of_victims: type[Fact]
) -> type[Fact]:
    """The fact that tells of it: who may be told of that sees it."""
    if not isinstance(clock.duty, Milestone):
        return duty
    return of_victims if clock.duty in OF_VICTIMS else milestone


def _role(clock: Clock, told: Told) -> str:
    if not isinstance(clock.duty, Milestone):
        return OFFENDER_MANAGER
    return owed(clock, told.rules)[0].value


def _duty(clock: Clock, told: Told) -> Row:
    whose = THE_PERSONS
    if isinstance(clock.duty, Milestone):
        reading = owed(clock, told.rules)[1]
        whose, duty = AN_AGENCYS, MILESTONES[clock.duty]
        source = f"{reading.source}{'; local' if reading.local else ''}"
    else:
        duty, source = DUTIES[clock.duty]
    return {
        "whose": whose,
        "duty": duty,
        "due_on": clock.due_on,
        "role": _role(clock, told),
        "source": source,
        "deadline": clock.ref(told.person),
    }


def _leaving(kind: ReleaseKind, on: date, stands: str) -> Row:
    role = PRACTITIONER if kind in _SUPERVISED else OFFENDER_MANAGER
    return {"on": on, "stands": stands, "footing": _FOOTING[kind], "role": role}


def _stands(register: Register, day: date) -> Row:
    requirement = register.requirement
    stages = [clock.stage for clock in register.clocks]
    return {
        "category": register.category,
        "requirement": words.requirement(register, day)[0],
        "last_day": None if requirement is None else requirement.last_day,
        "held": "held" if held_on(register, day) else None,
        "open": stages.count(Stage.OPEN),
        "overdue": stages.count(Stage.MISSED),
    }


def _from(day: date, days: int) -> date:
    """So many days from that one, as far as there are days."""
    return date.fromordinal(min(max(1, day.toordinal() + days), date.max.toordinal()))


def _sorted(rows: Iterable[Row], by: str) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (row[by], row["person"], str(row.get("deadline")))))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _read(value: object, key: str) -> str:
    if value is None:
        return "not known" if key in _WHO else ""
    return said(value) if isinstance(value, date) else str(value)
