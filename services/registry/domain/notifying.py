"""The first notification, and the yearly or weekly one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from schemas.register import Duty, NotificationKind
from services.registry.dates import DAY, Pause, last_counted_day, last_day, last_day_within
from services.registry.domain.pauses import free_on
from services.registry.domain.periods import Period, Spell
from services.registry.domain.state import Clock, Notification, Register, Stage
from services.registry.rules import Rules


def made_in(heard: Register, spell: Spell) -> list[Notification]:
    """The notifications made while the person was subject, in the order made."""
    return [one for one in heard.notifications if spell.holds(one.made_on)]


def moves_the_year(made: Notification, rules: Rules) -> bool:
    """Whether the time to the next notification is counted from this one.

    Source: SOA 2003 s.85(1)-(2); R-NOT-40, R-NOT-41: what only the regulations of 2012 or on travel
        ask does not move it, nor that a change did not happen (s.84(4)).
    """
    if made.kind is not NotificationKind.CHANGE or not made.circumstances:
        return True
    counts = frozenset(made.circumstances) - rules.extras.on(made.made_on)
    return bool(counts) and not made.not_happened


def first_clocks(
    heard: Register, spell: Spell, pauses: tuple[Pause, ...], rules: Rules
) -> Iterator[Clock]:
    """One duty for each relevant date, once its clock runs.

    Source: R-NOT-20 (SOA 2003 s.83(1), (6)): days in custody, in hospital or abroad do not count,
        and what is left of the days runs from release or return.
    """
    made = made_in(heard, spell)
    asked = [period for period in spell.periods if period.first]
    for since in sorted({period.asks_from for period in asked}):
        brings = [period for period in asked if period.asks_from == since]
        held = any(period.in_custody for period in brings)
        stopped = (*pauses, Pause(since, free_on(heard, since))) if held else pauses
        begins_on = last_counted_day(since, 1, stopped)
        if begins_on is None:
            continue
        due_on = last_counted_day(since, rules.initial_days.on(begins_on), stopped)
        if due_on is not None:
            clock = Clock(
                duty=Duty.INITIAL_NOTIFICATION,
                since=since,
                due_on=due_on,
                until=spell.governing.last_day,
                stage=Stage.OPEN,
            )
            before = _spared_by(clock, brings, spell, made, rules)
            yield _answered(clock, begins_on, before, made)


def _spared_by(
    clock: Clock, brings: list[Period], spell: Spell, made: list[Notification], rules: Rules
) -> list[Notification]:
    """What was notified before that makes it needless, if nothing happened in between.

    Whoever was subject by something earlier on the day before, and stays so by that for all the
    days of the clock, those in custody left out. Any notification shows that the first was made.

    Source: SOA 2003 s.83(2), (4), (6); R-NOT-22; the last sentence is a local choice, see decision
        4.
    """
    if not rules.earlier_event_lasts.on(clock.since):
        return [one for one in made if one.kind is NotificationKind.INITIAL]
    day_before = min(period.begins_on for period in brings) - DAY
    earlier = [one for one in spell.periods if one.holds(day_before)]
    return made if any(one.ends >= clock.due_on for one in earlier) else []


def _answered(
    clock: Clock, begins_on: date, before: list[Notification], made: list[Notification]
) -> Clock:
    """The clock as the notifications leave it.

    One made before it began makes it needless, if it may; else a first notification meets it. A
    change or a yearly notification shows that the first was made, on a day the hub was not told.

    Source: R-NOT-22 (SOA 2003 s.83(2), (4)); the last sentence is a local choice, see decision 4.
    """
    spared = next((n for n in before if n.made_on < begins_on), None)
    if spared is not None:
        return clock.settled(Stage.NOT_NEEDED, spared.made_on)
    since = [n for n in made if n.made_on >= begins_on]
    first = next((n for n in since if n.kind is NotificationKind.INITIAL), None)
    if first is not None:
        return clock.settled(Stage.MET, first.made_on)
    return clock.settled(Stage.NOT_NEEDED, since[0].made_on) if since else clock


def periodic_clocks(
    heard: Register, spell: Spell, pauses: tuple[Pause, ...], rules: Rules
) -> Iterator[Clock]:
    """The duty to notify again within a year of the last notification, or within a week of it.

    Weekly where the home last notified is only a place to be found at. If the time ends in custody,
    hospital or abroad, it goes on until three days after that. It does not arise if the person is
    free before it is due.

    Source: R-NOT-40, R-NOT-42, R-NOT-43 (SOA 2003 s.85(1), (3)-(6); SI 2012/1876).
    """
    made = made_in(heard, spell)
    since = max((n.made_on for n in made if moves_the_year(n, rules)), default=None)
    clock = None if since is None else _periodic_clock(since, made, spell, pauses, rules)
    if clock is not None:
        yield clock


def late_periodic_clocks(
    heard: Register, spell: Spell, pauses: tuple[Pause, ...], rules: Rules
) -> Iterator[Clock]:
    """Those which the next notification answered after their last day, and so gave way to it."""
    made = made_in(heard, spell)
    days = sorted({n.made_on for n in made if moves_the_year(n, rules)})
    for since, met_on in pairwise(days):
        clock = _periodic_clock(since, made, spell, pauses, rules)
        if clock is not None and met_on > clock.due_on:
            yield clock.settled(Stage.MET, met_on)


def _periodic_clock(
    since: date, made: list[Notification], spell: Spell, pauses: tuple[Pause, ...], rules: Rules
) -> Clock | None:
    duty, due_on = _next_after(since, made, rules)
    resumed_on = last_counted_day(due_on, 1, pauses)
    if resumed_on is None:
        return None
    if resumed_on > due_on:
        due_on = last_day(resumed_on, days=rules.resume_days.on(resumed_on))
    until = spell.governing.last_day
    if until is not None and due_on > until:
        return None
    return Clock(duty=duty, since=since, due_on=due_on, until=until, stage=Stage.OPEN)


def _next_after(since: date, made: list[Notification], rules: Rules) -> tuple[Duty, date]:
    homes = (n.no_fixed_home for n in reversed(made) if n.made_on <= since)
    days = rules.weekly_days.on(since)
    if days is not None and next((home for home in homes if home is not None), False):
        return Duty.WEEKLY_NOTIFICATION, last_day_within(since, days=days)
    return Duty.ANNUAL_NOTIFICATION, last_day_within(since, months=12)
