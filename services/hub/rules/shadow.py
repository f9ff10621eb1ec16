"""Whom other rules would affect, and how: the register of each person by both, on one day. Pure.

Each is made anew from all that was heard, as if the one rules had been in force all along and as if
the others had. So it shows where the two end up, not which words are said on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas.base import PersonId
from schemas.milestone import Milestone
from schemas.register import Duty
from services.hub.register.people import Told
from services.hub.register.readiness import MILESTONES
from services.hub.register.words import DUTIES
from services.registry.domain import Register, Stage, as_of
from services.registry.domain.milestones import OF_VICTIMS
from services.registry.rules import Rules

Due = tuple[Duty | Milestone, date, str | None]
"""Of a clock: its duty, since when, about what."""
_STANDS: Mapping[Stage, str] = {
    Stage.AHEAD: "may yet begin",
    Stage.OPEN: "is to be done",
    Stage.MISSED: "counts as a possible breach",
    Stage.MET: "was done",
    Stage.NOT_NEEDED: "is not needed",
    Stage.LAPSED: "lapsed",
    Stage.STAYS_MISSED: "was missed, and the person is subject no more",
}


@dataclass(slots=True)
class Report:
    """What came of comparing, so far."""

    people: int = 0
    """Of whom the register keeps anything."""
    affected: set[PersonId] = field(default_factory=set)
    changes: dict[str, set[PersonId]] = field(default_factory=lambda: defaultdict(set))
    """In words, and whom it is true of."""

    def take(self, person: PersonId, before: Register | None, after: Register | None) -> None:
        """What is different for one person."""
        if before is None and after is None:
            return
        self.people += 1
        for change in changes(before, after):
            self.affected.add(person)
            self.changes[change].add(person)

    def rows(self) -> Iterator[tuple[str, set[PersonId]]]:
        """What most people are affected by first."""
        yield from sorted(self.changes.items(), key=lambda one: (-len(one[1]), one[0]))


def compared(people: Iterable[Told], day: date, before: Rules, after: Rules) -> Report:
    """All people's registers on that day by the rules in force, held against those by others."""
    report = Report()
    for one in people:
        was, now = (as_of(one.heard, day, rules) for rules in (before, after))
        report.take(one.person, was, now)
    return report


def changes(before: Register | None, after: Register | None) -> Iterator[str]:
    """What is different, each in the words of a change report."""
    yield from _requirement(before, after)
    was, now = (None if one is None else one.category for one in (before, after))
    if was != now:
        yield f"category {was or 'none'} becomes {now or 'none'}"
    known, stands = _clocks(before), _clocks(after)
    for due in sorted(known.keys() | stands.keys(), key=str):
        if known.get(due) != stands.get(due):
            yield _clock(due[0], known.get(due), stands.get(due))


def _requirement(before: Register | None, after: Register | None) -> Iterator[str]:
    was, now = (None if one is None else one.requirement for one in (before, after))
    if was == now:
        return
    if was is None or now is None:
        yield f"{'becomes' if was is None else 'is no more'} subject to notification"
    elif was.ended != now.ended:
        yield f"is {'no more' if now.ended else 'still'} subject to notification"
    elif (was.last_day or date.max) != (now.last_day or date.max):
        longer = (now.last_day or date.max) > (was.last_day or date.max)
        yield f"is subject to notification for {'longer' if longer else 'a shorter time'}"
    else:
        yield "is subject to notification on another ground"


def _clocks(register: Register | None) -> dict[Due, tuple[Stage, date]]:
    """But those about victims: who is in contact is not for all who may compare (R-VIC-4).

    Nor a milestone that has not begun: it asks nobody for anything.
    """
    clocks = () if register is None else (*register.clocks, *register.milestones)
    return {
        one.key: (one.stage, one.due_on)
        for one in clocks
        if one.duty not in OF_VICTIMS
        and not (isinstance(one.duty, Milestone) and one.stage is Stage.AHEAD)
    }


def _clock(
    duty: Duty | Milestone, was: tuple[Stage, date] | None, now: tuple[Stage, date] | None
) -> str:
    name = MILESTONES[duty] if isinstance(duty, Milestone) else DUTIES[duty][0]
    if now is None:
        return f"{name}: no longer to be done"
    if was is None:
        return f"{name}: new, and {_stands(duty, now[0])}"
    if was[0] is not now[0]:
        return f"{name}: {_stands(duty, now[0])}, where it {_stands(duty, was[0])}"
    return f"{name}: its last day is {'later' if now[1] > was[1] else 'earlier'}"


def _stands(duty: Duty | Milestone, stage: Stage) -> str:
    overdue = isinstance(duty, Milestone) and stage is Stage.MISSED
    return "is overdue, which is nobody's breach" if overdue else _STANDS[stage]
