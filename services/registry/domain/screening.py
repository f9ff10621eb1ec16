"""Who came under the arrangements and is on no case yet, and who has just gone out of them.

Neither is counted back: who is loaded years late is no backlog, since the first days from which
these are watched are part of the rules (decision 25).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.milestone import Milestone
from services.registry.dates import DAY, last_day_within
from services.registry.domain.categories import times_of
from services.registry.domain.periods import Spell
from services.registry.domain.record import convictions_of
from services.registry.domain.state import Clock, Register, Stage
from services.registry.domain.status import ReferralStep
from services.registry.rules import Rules


@dataclass(frozen=True, slots=True)
class Stay:
    """A time under the arrangements without a break, in whichever categories."""

    begins_on: date
    over_on: date | None
    """The first day out of them; None: no end is known."""


def screening_clocks(heard: Register, stays: Sequence[Stay], rules: Rules) -> Iterator[Clock]:
    """For each time under the arrangements: who takes the case, and what is decided after it."""
    for number, stay in enumerate(stays):
        before = stays[number - 1] if number else None
        after = stays[number + 1] if number + 1 < len(stays) else None
        yield from _identification(heard, stay, before, rules)
        yield from _rescreening(heard, stay, after, rules)


def stays_of(heard: Register, spells: Iterable[Spell], rules: Rules) -> tuple[Stay, ...]:
    """The times under the arrangements, earliest first."""
    stays = list[Stay]()
    for time in times_of(heard, spells, rules):
        over_on = None if time.last_day is None else time.last_day + DAY
        if stays and stays[-1].over_on == time.begins_on:
            stays[-1] = Stay(stays[-1].begins_on, over_on)
        else:
            stays.append(Stay(time.begins_on, over_on))
    return tuple(stays)


def _identification(
    heard: Register, stay: Stay, before: Stay | None, rules: Rules
) -> Iterator[Clock]:
    """After sentence: that a level is set, or a body leads. Who was referred is identified by that.

    One that was set, or led, in the same time outside the arrangements before counts.

    Source: domain rules 1.7, unconfirmed; R-LEAD-1.
    """
    since = _sentenced(heard, stay.begins_on)
    days = rules.release.identification_days.on(since)
    if days is None or _referred_on(heard, stay.begins_on):
        return
    out_since = date.min if before is None or before.over_on is None else before.over_on
    known = (*(level.on for level in heard.levels), *heard.leads)
    first = min((day for day in known if day >= out_since), default=None)
    if first is None or first >= since:
        due_on = last_day_within(since, days=days)
        clock = Clock.of_milestone(Milestone.IDENTIFICATION, since, due_on)
        yield clock.ahead() if first is None else clock.settled(Stage.MET, first)


def _rescreening(heard: Register, stay: Stay, after: Stay | None, rules: Rules) -> Iterator[Clock]:
    """After the last category: a decision on a referral. One that ended it is that decision.

    Somebody who came under them again without one needs none.

    Source: R-MAP-6, unconfirmed.
    """
    over_on = stay.over_on
    days = None if over_on is None else rules.release.rescreening_days.on(over_on)
    if over_on is None or days is None:
        return
    answers = [one for one in heard.referrals if one.on >= over_on]
    if any(one.step is ReferralStep.CLOSED and one.on == over_on for one in answers):
        return
    clock = Clock.of_milestone(Milestone.RESCREENING, over_on, last_day_within(over_on, days=days))
    again = None if after is None else after.begins_on
    decided = min((one.on for one in answers if again is None or one.on <= again), default=None)
    if decided is not None:
        yield clock.settled(Stage.MET, decided)
    elif again is not None:
        yield clock.settled(Stage.NOT_NEEDED, again)
    else:
        yield clock.ahead()


def _sentenced(heard: Register, day: date) -> date:
    """The day of sentence, where a conviction of that day was dealt with later."""
    dealt = (one.dealt_with_on for one in convictions_of(heard) if one.convicted_on == day)
    return max(day, min(dealt, default=day))


def _referred_on(heard: Register, day: date) -> bool:
    return any(one.step is ReferralStep.ACCEPTED and one.on == day for one in heard.referrals)
