"""Which duties run for a person, until when, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from schemas.register import Duty, NotificationKind
from services.registry.dates import end_of, last_day, last_day_within
from services.registry.domain.periods import Spell
from services.registry.domain.state import Clock, Notification, Register, Stage
from services.registry.rules import Rules


def clocks_of(heard: Register, spells: tuple[Spell, ...], rules: Rules) -> tuple[Clock, ...]:
    """Every duty that follows from what was heard.

    What only a Tick may decide, that a day is over, stays as it was decided.
    """
    found = [clock for spell in spells for clock in _first_notifications(heard, spell, rules)]
    if spells:
        found.extend(_yearly(heard, spells[-1]))
    return tuple(_kept(heard, clock) for clock in found)


def at_the_end_of(clock: Clock, today: date) -> Clock:
    """The clock as a Tick of that day shows it: missed once its last day is over.

    A duty that nobody did while the person was subject has lapsed once they are not.
    """
    if not clock.waits:
        return clock
    if clock.until is not None and clock.until < today:
        return clock.model_copy(update={"stage": Stage.LAPSED})
    if clock.due_on < today:
        return clock.model_copy(update={"stage": Stage.MISSED})
    return clock


def wake_of(register: Register) -> datetime | None:
    """The first moment at which a Tick can show something new."""
    days = [clock.due_on for clock in register.clocks if clock.stage is Stage.OPEN]
    days += [c.until for c in register.clocks if c.waits and c.until is not None]
    requirement = register.requirement
    if requirement and requirement.last_day and not requirement.ended:
        days.append(requirement.last_day)
    return end_of(min(days)) if days else None


def _first_notifications(heard: Register, spell: Spell, rules: Rules) -> Iterator[Clock]:
    """One duty for each relevant date, once its clock runs.

    Source: R-NOT-20 (SOA 2003 s.83(1), (6)): days in custody do not count, so the clock of
        somebody held on the relevant date runs from their release.
    """
    brings = [period for period in spell.periods if period.first]
    for since in sorted({period.begins_on for period in brings}):
        held = any(period.in_custody for period in brings if period.begins_on == since)
        begins_on = next((d for d in heard.releases if d >= since), None) if held else since
        if begins_on is not None:
            clock = Clock(
                duty=Duty.INITIAL_NOTIFICATION,
                since=since,
                due_on=last_day(begins_on, days=rules.initial_days.on(begins_on)),
                until=spell.governing.last_day,
                stage=Stage.OPEN,
            )
            yield _answered(clock, begins_on, _made_in(heard, spell))


def _answered(clock: Clock, begins_on: date, made: list[Notification]) -> Clock:
    """The clock as the notifications leave it.

    A first notification meets it, or makes it needless if made before it began. A change or a
    yearly notification shows that the first was made, on a day the hub was not told.

    Source: R-NOT-22 (SOA 2003 s.83(2), (4)); the second sentence is a local choice, see decision 4.
    """
    first = next((n for n in made if n.kind is NotificationKind.INITIAL), None)
    if first is not None and first.made_on >= begins_on:
        return clock.model_copy(update={"stage": Stage.MET, "met_on": first.made_on})
    shown = first or next((n for n in made if n.made_on >= begins_on), None)
    if shown is not None:
        return clock.model_copy(update={"stage": Stage.NOT_NEEDED, "met_on": shown.made_on})
    return clock


def _yearly(heard: Register, spell: Spell) -> Iterator[Clock]:
    """The duty to notify again within a year of the last notification of any kind.

    Source: R-NOT-40 (SOA 2003 s.85(1)). It does not arise if the person is free before it is due.
    """
    made = _made_in(heard, spell)
    if not made:
        return
    since, until = made[-1].made_on, spell.governing.last_day
    due_on = last_day_within(since, months=12)
    if until is None or due_on <= until:
        yield Clock(
            duty=Duty.ANNUAL_NOTIFICATION,
            since=since,
            due_on=due_on,
            until=until,
            stage=Stage.OPEN,
        )


def _made_in(heard: Register, spell: Spell) -> list[Notification]:
    return [n for n in heard.notifications if spell.holds(n.made_on)]


def _kept(before: Register, clock: Clock) -> Clock:
    """The clock with what a Tick has shown of it already, as long as its days are the same."""
    old = before.clock(clock.duty, clock.since)
    if not clock.waits or old is None or old.due_on != clock.due_on:
        return clock
    if old.stage is Stage.MISSED or (old.stage is Stage.LAPSED and old.until == clock.until):
        return clock.model_copy(update={"stage": old.stage})
    return clock
