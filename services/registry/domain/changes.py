"""Changes that have to be notified, before or after they happen (SOA 2003 s.84)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from schemas.register import Circumstance, Duty, NotificationKind
from services.registry.dates import DAY, Pause, last_counted_day, last_day
from services.registry.domain.notifying import made_in
from services.registry.domain.pauses import let_go
from services.registry.domain.periods import Spell
from services.registry.domain.state import Change, Clock, Notification, Register, Stage
from services.registry.rules import Rules

DUTY: Mapping[Circumstance, Duty] = MappingProxyType(
    {
        Circumstance.NAME: Duty.NAME_NOTIFICATION,
        Circumstance.HOME: Duty.HOME_NOTIFICATION,
        Circumstance.PREMISES: Duty.PREMISES_NOTIFICATION,
        Circumstance.RELEASE: Duty.RELEASE_NOTIFICATION,
        Circumstance.CHILD_HOUSEHOLD: Duty.CHILD_HOUSEHOLD_NOTIFICATION,
        Circumstance.FINANCE: Duty.FINANCE_NOTIFICATION,
        Circumstance.IDENTITY_DOCUMENT: Duty.IDENTITY_DOCUMENT_NOTIFICATION,
    }
)
"""By what changed; a return from abroad has rules of its own."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A change on the day from which its three days count."""

    circumstance: Circumstance
    on: date
    premises_ref: str | None = None


def change_clocks(
    heard: Register, spell: Spell, pauses: tuple[Pause, ...], rules: Rules
) -> Iterator[Clock]:
    """Three days for each change, beginning with it; days in custody and so on do not count.

    Source: R-NOT-30, R-NOT-31, R-NOT-51, R-NOT-52 (SOA 2003 s.84(1), (5)-(6); SI 2012/1876).
    """
    made = made_in(heard, spell)
    for one in _happened(heard, spell, rules):
        if one.circumstance not in rules.changes_watched.on(one.on):
            continue
        due_on = last_counted_day(one.on, rules.change_days.on(one.on), pauses)
        if due_on is not None:
            clock = Clock(
                duty=DUTY[one.circumstance],
                since=one.on,
                due_on=due_on,
                until=spell.governing.last_day,
                stage=Stage.OPEN,
                about=one.premises_ref,
            )
            yield _answered(clock, one, made, rules)


def withdrawal_clocks(
    heard: Register, spell: Spell, pauses: tuple[Pause, ...], rules: Rules
) -> Iterator[Clock]:
    """Of a change notified ahead that did not happen in time, that has to be said.

    It begins only when the time for the change is over, so until then it is ahead.

    Source: R-NOT-32 (SOA 2003 s.84(4)(b), (5)).
    """
    made = made_in(heard, spell)
    happened = tuple(_happened(heard, spell, rules))
    for notice in made:
        expected = notice.expected_on if notice.kind is NotificationKind.CHANGE else None
        if expected is None or notice.not_happened or not spell.holds(expected):
            continue
        if expected < notice.made_on:  # said afterwards, with the day it was: nothing is to come
            continue
        due_on = last_counted_day(expected, rules.withdraw_days.on(expected), pauses)
        for circumstance in sorted(rules.changes_foreseen.on(notice.made_on)):
            if due_on is not None and notice.names(circumstance):
                clock = Clock(
                    duty=Duty.CHANGE_WITHDRAWAL,
                    since=expected,
                    due_on=due_on,
                    until=spell.governing.last_day,
                    stage=Stage.AHEAD,
                    about=circumstance.value,
                    opens_on=_in_time_until(expected, rules) + DAY,
                )
                yield _settled(clock, circumstance, notice, happened, made)


def _happened(heard: Register, spell: Spell, rules: Rules) -> Iterator[Happened]:
    """What changed while the person was subject, each once."""
    plain = DUTY.keys() - {Circumstance.PREMISES}
    found = {Happened(c.circumstance, c.on) for c in heard.changes if c.circumstance in plain}
    found |= {Happened(Circumstance.RELEASE, on) for on in _releases(heard, spell)}
    found |= set(_qualified(heard.changes, spell, rules))
    yield from sorted(
        (one for one in found if spell.holds(one.on)),
        key=lambda one: (one.on, one.circumstance, one.premises_ref or ""),
    )


def _releases(heard: Register, spell: Spell) -> Iterator[date]:
    """Those of somebody who had notified before; for others it is the first notification's day."""
    made = made_in(heard, spell)
    return (day for day in let_go(heard) if any(one.made_on < day for one in made))


def _qualified(changes: Iterable[Change], spell: Spell, rules: Rules) -> Iterator[Happened]:
    """For each premises the first day that makes the days stayed there a qualifying period.

    Source: R-NOT-31 (SOA 2003 s.84(6)): seven days, or several stays of seven days in all within
        any twelve months; the seventh is the first of the three to notify in.
    """
    enough = rules.qualifying_days.on(spell.begins_on)
    stayed: dict[str | None, set[date]] = {}
    for one in changes:
        if one.circumstance is Circumstance.PREMISES:
            stayed.setdefault(one.premises_ref, set()).update(_days(one, spell, enough))
    for premises, days in stayed.items():
        ordered = sorted(days)
        for first, last in zip(ordered, ordered[enough - 1 :], strict=False):
            if last <= last_day(first, months=rules.qualifying_months.on(first)):
                yield Happened(Circumstance.PREMISES, last, premises)
                break


def _days(stay: Change, spell: Spell, enough: int) -> Iterator[date]:
    """The days of a stay on which the person was subject; no more of them than are enough."""
    begins_on = max(stay.on, spell.begins_on)
    ends_on = min(stay.until or stay.on, spell.governing.ends)
    days = min((ends_on - begins_on).days + 1, enough)
    return (begins_on + timedelta(days=number) for number in range(days))


def _answered(clock: Clock, one: Happened, made: list[Notification], rules: Rules) -> Clock:
    """The clock as the notifications leave it: foretold and so needless, done, or still to do."""
    ahead = next((n for n in made if foretells(n, one, rules)), None)
    if ahead is not None:
        return clock.settled(Stage.NOT_NEEDED, ahead.made_on)
    after = next((n for n in made if n.made_on >= one.on and tells(n, one)), None)
    if after is not None:
        return clock.settled(Stage.MET, after.made_on)
    return clock


def tells(made: Notification, one: Happened) -> bool:
    """Whether it says this. A first or yearly one says everything anew (s.83(5), s.85(1))."""
    if made.kind is not NotificationKind.CHANGE:
        return True
    named = made.names(one.circumstance) and not made.not_happened
    return named and one.premises_ref in (None, made.premises_ref)


def foretells(made: Notification, one: Happened, rules: Rules) -> bool:
    """Whether it was made before, and the change came when it says; else it is void.

    One that names no day is taken as of the day it was made; premises once notified stay so.

    Source: R-NOT-32 (SOA 2003 s.84(2)-(4)); the second sentence is a local choice, see decision 4.
    """
    if made.kind is not NotificationKind.CHANGE or made.made_on >= one.on or not tells(made, one):
        return False
    if one.circumstance not in rules.changes_foreseen.on(made.made_on):
        return False
    if one.circumstance is Circumstance.PREMISES and made.expected_on is None:
        return True
    expected = made.expected_on or made.made_on
    early = timedelta(days=rules.early_days.on(expected))
    return expected - early <= one.on <= _in_time_until(expected, rules)


def _in_time_until(expected: date, rules: Rules) -> date:
    """The last day on which a change notified ahead is still the one that was notified."""
    return last_day(expected, days=rules.advance_days.on(expected))


def _settled(
    clock: Clock,
    circumstance: Circumstance,
    notice: Notification,
    happened: Iterable[Happened],
    made: list[Notification],
) -> Clock:
    """Needless if the change came, however early, or was called off before; met if said after."""
    opens_on = clock.opens_on or clock.since
    came = (
        one.on
        for one in happened
        if one.circumstance is circumstance
        and notice.made_on <= one.on < opens_on
        and one.premises_ref in (None, notice.premises_ref)
    )
    said = (
        n.made_on
        for n in made
        if n.not_happened and n.names(circumstance) and n.made_on >= notice.made_on
    )
    on = min((*came, *said), default=None)
    if on is None:
        return clock
    stage = Stage.MET if on >= opens_on else Stage.NOT_NEEDED
    return clock.settled(stage, on)
