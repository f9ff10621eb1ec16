"""Journeys out of the United Kingdom and back (SOA 2003 s.86; SI 2004/1220)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from schemas.custody import Presence
from schemas.register import Circumstance, Duty
from services.registry.dates import (
    HoursBefore,
    days_before,
    hours_before,
    last_day,
    last_day_within,
    local_day,
    start_of,
)
from services.registry.domain.journeys import Travel
from services.registry.domain.notifying import made_in
from services.registry.domain.pauses import free_on
from services.registry.domain.periods import Spell
from services.registry.domain.state import Clock, Register, Stage
from services.registry.rules import Rules


@dataclass(frozen=True, slots=True)
class Journey:
    """What was notified of a journey, and when the person is known to have left."""

    ref: str | None
    notices: tuple[Travel, ...]
    """In the order made; none: nobody notified it."""
    departs_at: datetime
    """As notified last; where the person left on another day, its first moment."""
    lasted: int | None
    """Days from leaving to the return; None: neither, or only one of them, is known."""


def travel_clocks(heard: Register, spell: Spell, rules: Rules) -> Iterator[Clock]:
    """Seven days before departure, or hours before that date; with a safe time and a hard one.

    The hours count where the person says the details were not known seven days ahead. A journey
    nobody notified is late from its beginning.

    Source: R-NOT-60, R-DT-3 (SI 2004/1220 reg 5; SI 2012/1876 regs 3, 5).
    """
    for journey in _journeys(heard):
        departs_on = local_day(journey.departs_at)
        days = rules.travel.travel_days.on(departs_on)
        if not spell.holds(departs_on) or days is None:
            continue
        if not _long_enough(journey.lasted, departs_on, rules):
            continue
        before = days_before(departs_on, days)
        clock = Clock(
            duty=Duty.TRAVEL_NOTIFICATION,
            since=departs_on,
            due_on=before.hard,
            until=spell.governing.last_day,
            stage=Stage.OPEN,
            about=journey.ref,
            remind_on=before.safe,
        )
        yield _notified(clock, journey, rules)


def travel_change_clocks(heard: Register, spell: Spell, rules: Rules) -> Iterator[Clock]:
    """A fresh notice before that date, where details changed of a journey notified.

    Worked to and called to mind by the safe moment; from there to the hard one it takes a
    reasonable excuse, which is an officer's to weigh. Of several changes on a day the last counts.
    One that comes after the hard moment cannot be notified in time: it opens nothing.

    Source: R-NOT-62 (SI 2004/1220 reg 7; SI 2012/1876 reg 7); the last sentence is a local choice.
    """
    for journey in _journeys(heard):
        departs_on = local_day(journey.departs_at)
        hours = rules.travel.travel_change_hours.on(departs_on)
        if hours is None or not journey.notices:
            continue
        of_the_day = rules.travel.travel_change_date_hours.on(departs_on)
        before = hours_before(journey.departs_at, of_the_day=of_the_day, of_the_hour=hours)
        for changed_at in _changed(heard, journey, before.hard):
            changed_on = local_day(changed_at)
            clock = Clock(
                duty=Duty.TRAVEL_CHANGE_NOTIFICATION,
                since=changed_on,
                due_on=before.hard_on,
                until=spell.governing.last_day,
                stage=Stage.OPEN,
                about=journey.ref,
                remind_on=max(before.safe_on, changed_on),
            )
            if spell.holds(changed_on):
                yield _told_anew(clock, journey, changed_at, before)


def return_clocks(heard: Register, spell: Spell, rules: Rules) -> Iterator[Clock]:
    """Three days from the return: worked to with it as the first, late only after the third day.

    Not needed where day and place were notified before and kept to.

    Source: R-NOT-63 (SI 2004/1220 reg 8(1)-(3)).
    """
    made = made_in(heard, spell)
    for back_on in _returns(heard, rules):
        days = rules.travel.return_days.on(back_on)
        if not spell.holds(back_on) or days is None:
            continue
        clock = Clock(
            duty=Duty.RETURN_NOTIFICATION,
            since=back_on,
            due_on=last_day_within(back_on, days=days),
            until=spell.governing.last_day,
            stage=Stage.OPEN,
            remind_on=last_day(back_on, days=days),
        )
        told = (n for n in made if n.made_on >= back_on and Circumstance.RETURN in n.circumstances)
        first = next(told, None)
        if any(one.as_notified and one.on == back_on for one in heard.whereabouts):
            clock = clock.settled(Stage.NOT_NEEDED, back_on)
        elif first is not None:
            clock = clock.settled(Stage.MET, first.made_on)
        yield clock


def _notified(clock: Clock, journey: Journey, rules: Rules) -> Clock:
    """The clock as the first notice of the journey leaves it."""
    if not journey.notices:
        return clock
    first = journey.notices[0]
    made_on = local_day(first.made_at)
    met = clock.settled(Stage.MET, made_on)
    if not first.learned_late or made_on <= clock.due_on:
        return met
    hours = rules.travel.travel_hours.on(clock.since)
    before = hours_before(journey.departs_at, of_the_day=hours, of_the_hour=hours)
    worked_to = rules.travel.travel_by_the_date.on(clock.since)
    told = {
        "due_on": before.hard_on,
        "remind_on": before.safe_on if worked_to else None,
        "too_late": first.made_at > before.hard,
        "doubtful": worked_to and before.safe < first.made_at <= before.hard,
    }
    return met.model_copy(update=told)


def _changed(heard: Register, journey: Journey, latest: datetime) -> Iterator[datetime]:
    """When details of it changed, once it was notified and in time to say so; the last of a day."""
    first = min(one.made_at for one in journey.notices)
    told = (one.changed_at for one in heard.travel_changes if one.journey_ref == journey.ref)
    by_day = {local_day(at): at for at in sorted(told) if first <= at <= latest}
    yield from by_day.values()


def _told_anew(clock: Clock, journey: Journey, changed_at: datetime, before: HoursBefore) -> Clock:
    """The clock as the first notice since the change leaves it."""
    since = (one.made_at for one in journey.notices if one.made_at >= changed_at)
    made_at = min(since, default=None)
    if made_at is None:
        return clock
    met = clock.settled(Stage.MET, local_day(made_at))
    told = {
        "too_late": met.met_on == met.due_on and made_at > before.hard,
        "doubtful": before.safe < made_at <= before.hard,
    }
    return met.model_copy(update=told)


def _long_enough(lasted: int | None, departs_on: date, rules: Rules) -> bool:
    """Whether it lasted so long that it had to be notified; of any length, none need be known."""
    least = rules.travel.travel_from_days.on(departs_on)
    return least == 0 or (lasted is not None and lasted >= least)


def _returns(heard: Register, rules: Rules) -> Iterator[date]:
    """The days of return from journeys that had to be notified, each once."""
    abroad = {one.on for one in heard.whereabouts if one.presence is Presence.ABROAD}
    back = ((on, free_on(heard, on)) for on in abroad)
    yield from sorted(
        {
            over_on
            for on, over_on in back
            if over_on is not None and _long_enough((over_on - on).days, on, rules)
        }
    )


def _journeys(heard: Register) -> Iterator[Journey]:
    """Those notified, and those of which only the absence is known.

    Gone without a journey named, on the day one was to begin, the person is on that one.
    """
    left = {(w.journey_ref, w.on) for w in heard.whereabouts if w.presence is Presence.ABROAD}
    notified = {one.journey_ref for one in heard.travels}
    for ref in sorted(notified):
        told = (one for one in heard.travels if one.journey_ref == ref)
        notices = tuple(sorted(told, key=lambda one: (one.made_at, one.departs_at)))
        left_on = min((on for whose, on in left if whose == ref), default=None)
        departs_at = _departure(notices[-1].departs_at, left_on)
        yield Journey(ref, notices, departs_at, _lasted(heard, left, local_day(departs_at)))
    expected = {local_day(one.departs_at) for one in heard.travels}
    untold = (
        (whose, on)
        for whose, on in left
        if whose not in notified and not (whose is None and on in expected)
    )
    for whose, on in sorted(untold, key=str):
        yield Journey(whose, (), start_of(on), _lasted(heard, left, on))


def _lasted(heard: Register, left: set[tuple[str | None, date]], departs_on: date) -> int | None:
    """Days from the day the person left, if they are known to have, to that of their return."""
    over_on = free_on(heard, departs_on) if any(on == departs_on for _, on in left) else None
    return None if over_on is None else (over_on - departs_on).days


def _departure(notified: datetime, left_on: date | None) -> datetime:
    if left_on is None or left_on == local_day(notified):
        return notified
    return start_of(left_on)
