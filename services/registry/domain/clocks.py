"""Which duties run for a person, until when, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from schemas.milestone import Milestone
from services.registry.dates import Pause, end_of, start_of
from services.registry.domain.act_2026 import away_clocks, name_ahead_clocks
from services.registry.domain.categories import wakes_of
from services.registry.domain.changes import change_clocks, withdrawal_clocks
from services.registry.domain.milestones import milestones_of
from services.registry.domain.notifying import first_clocks, periodic_clocks
from services.registry.domain.pauses import pauses_of
from services.registry.domain.periods import Spell
from services.registry.domain.retention import retention_clocks
from services.registry.domain.review import asked_clocks
from services.registry.domain.risk_orders import order_clocks
from services.registry.domain.screening import screening_clocks, stays_of
from services.registry.domain.state import ENDED, Clock, Register, Stage
from services.registry.domain.travelling import (
    return_clocks,
    travel_change_clocks,
    travel_clocks,
)
from services.registry.readings import Step
from services.registry.rules import Rules


def clocks_of(heard: Register, spells: tuple[Spell, ...], rules: Rules) -> tuple[Clock, ...]:
    """Every duty that follows from what was heard, of those these rules watch.

    What only a Tick may decide, that a day is over, stays as it was decided.
    """
    pauses = pauses_of(heard, rules)
    found = [clock for spell in spells for clock in _within(heard, spell, pauses, rules)]
    if spells:
        found.extend(periodic_clocks(heard, spells[-1], pauses, rules))
    found.extend(order_clocks(heard, spells, rules))
    watched = [one for one in found if one.duty in rules.duties.value]
    # Said twice, of one order or of one day ahead, it is one duty: as the later word leaves it.
    once = {one.key: one for one in watched}
    days = rules.remind_days.value
    return tuple(_kept(heard, _reminded(one, days), rules) for one in once.values())


def milestone_clocks_of(
    heard: Register, spells: tuple[Spell, ...], rules: Rules
) -> tuple[Clock, ...]:
    """What agencies have to do that follows from what was heard, as far as these rules watch it."""
    release, watched = rules.release, rules.release.milestones.value
    if not watched:
        return ()
    stays = stays_of(heard, spells, rules)
    every = (
        *milestones_of(heard, release),
        *screening_clocks(heard, stays, rules),
        *retention_clocks(heard, stays, rules),
        *asked_clocks(heard, rules),
    )
    days = release.milestone_remind_days.value
    return tuple(_kept(heard, _reminded(one, days), rules) for one in every if one.duty in watched)


def at_the_end_of(clock: Clock, today: date, rules: Rules) -> Clock:
    """The clock as a Tick of that day shows it: missed once its last day is over.

    A duty that nobody did while the person was subject stays missed once they are not, or has
    lapsed if its last day was not over by then. One that is still to be done is called to mind from
    its day on.
    """
    if clock.stage is Stage.AHEAD and clock.opens_on is not None and clock.opens_on <= today:
        clock = clock.model_copy(update={"stage": Stage.OPEN})
    if clock.until is not None and clock.until < today and clock.unsettled:
        return clock.model_copy(update={"stage": _ended(clock, rules), "reminded": False})
    if clock.due_on < today and clock.stage is Stage.OPEN:
        return clock.model_copy(update={"stage": Stage.MISSED, "reminded": False})
    remind_on = _to_remind(clock, rules)
    if remind_on is not None and remind_on <= today:
        return clock.model_copy(update={"reminded": True})
    return clock


def wake_of(register: Register, rules: Rules) -> datetime | None:
    """The first moment at which a Tick can show something new."""
    clocks = (*register.clocks, *register.milestones)
    moments = [end_of(clock.due_on) for clock in clocks if clock.stage is Stage.OPEN]
    moments.extend(wakes_of(register))
    for clock in register.clocks:
        remind_on = _to_remind(clock, rules)
        if remind_on is not None:
            moments.append(start_of(remind_on))
    for clock in clocks:
        if clock.unsettled and clock.until is not None:
            moments.append(end_of(clock.until))
        if clock.stage is Stage.AHEAD and clock.opens_on is not None:
            moments.append(start_of(clock.opens_on))
    requirement = register.requirement
    if requirement and requirement.last_day and not requirement.ended:
        moments.append(end_of(requirement.last_day))
    return min(moments, default=None)


def _within(
    heard: Register, spell: Spell, pauses: tuple[Pause, ...], rules: Rules
) -> Iterator[Clock]:
    """The duties of one time of being subject."""
    yield from first_clocks(heard, spell, pauses, rules)
    yield from change_clocks(heard, spell, pauses, rules)
    yield from withdrawal_clocks(heard, spell, pauses, rules)
    yield from travel_clocks(heard, spell, rules)
    yield from travel_change_clocks(heard, spell, rules)
    yield from return_clocks(heard, spell, rules)
    yield from name_ahead_clocks(heard, spell, rules)
    yield from away_clocks(heard, spell, rules)


def _reminded(clock: Clock, days_before: Mapping[Any, int]) -> Clock:
    """With the day from which it is to be called to mind, where none is set by the duty."""
    days = days_before.get(clock.duty)
    if days is None or clock.remind_on is not None:
        return clock
    return clock.model_copy(update={"remind_on": clock.due_on - timedelta(days=days)})


def _to_remind(clock: Clock, rules: Rules) -> date | None:
    """The day from which a duty still to be done is to be called to mind, if that was not said.

    Of a milestone nothing is: its day is told with it.
    """
    if isinstance(clock.duty, Milestone) or Step.REMINDED not in rules.deadline_steps.value:
        return None
    due = clock.stage is Stage.OPEN and not clock.reminded
    return clock.remind_on if due else None


def _ended(clock: Clock, rules: Rules) -> Stage:
    """Where a duty that nobody did stands once the person is no longer subject.

    By its days alone, so that it is the same whether a Tick came in between or none.

    Source: SOA 2003 s.91(3).
    """
    missed = clock.until is not None and clock.due_on < clock.until
    return Stage.STAYS_MISSED if missed and rules.missed_stays.value else Stage.LAPSED


def _kept(before: Register, clock: Clock, rules: Rules) -> Clock:
    """The clock with what a Tick has shown of it already, as long as its days are the same."""
    old = before.clock(clock.duty, clock.since, clock.about)
    if not clock.unsettled or old is None or old.due_on != clock.due_on:
        return clock
    shown = old.stage is Stage.MISSED or (old.stage is Stage.OPEN and clock.stage is Stage.AHEAD)
    if shown:
        clock = clock.model_copy(update={"stage": old.stage})
    if old.stage in ENDED and old.until == clock.until:
        clock = clock.model_copy(update={"stage": _ended(clock, rules)})
    if clock.stage is Stage.OPEN and old.remind_on == clock.remind_on:
        clock = clock.model_copy(update={"reminded": old.reminded})
    return clock
