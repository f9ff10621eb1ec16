"""In which category under the arrangements somebody is, from when until when, and why.

Category 1 is being subject to notification (`periods.py`). The others are grounds of their own:
categories 2 and 4 follow from a sentence for as long as what belongs to it lasts, category 3 and
the other limb of 4 from a referral until it is closed. A level of management is none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from services.registry.dates import DAY, end_of, last_day, start_of
from services.registry.domain.pauses import free_on, held_from
from services.registry.domain.periods import Spell
from services.registry.domain.record import convictions_of
from services.registry.domain.state import Conviction, Register
from services.registry.domain.status import Ground, GroundStage, ReferralStep
from services.registry.domain.supervised import Supervised, over_with, supervised
from services.registry.domain.terms import CUSTODIAL, HOSPITAL
from services.registry.readings import Dated
from services.registry.rules import Rules
from services.registry.status_rules import StatusRules, TerroristTerm

AT_ONCE = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""Before any Tick: whatever Tick comes first is looked at."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time in one category."""

    category: int
    begins_on: date
    last_day: date | None
    """None: no end is known."""


def category_of(applying: Iterable[int], rules: StatusRules) -> int | None:
    """The one category recorded, the first that applies in the order of the rules.

    Source: CJA 2003 s.325(2), s.327(2)-(4G); one at a time, R-MAP-6.
    """
    applies = set(applying)
    if applies - {3}:
        applies.discard(3)
    return next((one for one in rules.category_order.value if one in applies), None)


def applying(register: Register) -> Iterator[int]:
    """Every category that applies, as far as the clock has shown."""
    requirement = register.requirement
    if requirement is not None and not requirement.ended:
        yield 1
    yield from (ground.category for ground in register.grounds if ground.applies)


def grounds_of(heard: Register, rules: Rules, day: date | None) -> tuple[Ground, ...]:
    """All there are, past and to come, each as it stands on that day.

    None: no Tick was heard, and what is told counts until one is.
    """
    every, status = supervised(heard), rules.status
    found = set[Ground]()
    for conviction in convictions_of(heard):
        found.update(_by_sentence(heard, conviction, every, status))
    found.update(_by_referral(heard, status))
    in_order = sorted(found, key=lambda one: one.model_dump_json())
    return tuple(ground.shown_on(day) for ground in in_order)


def times_of(heard: Register, spells: Iterable[Spell], rules: Rules) -> tuple[Time, ...]:
    """The times in each category one after the other, whatever the clock has shown of them."""
    found = list[Time]()
    grounds = (*_by_spells(spells), *grounds_of(heard, rules, None))
    turns = sorted({day for ground in grounds for day in turns_of(ground)})
    for number, begins_on in enumerate(turns):
        over_on = turns[number + 1] if number + 1 < len(turns) else None
        on_it = (ground.category for ground in grounds if ground.holds(begins_on))
        category = category_of(on_it, rules.status)
        until = None if over_on is None else over_on - DAY
        if found and category == found[-1].category and found[-1].last_day == begins_on - DAY:
            found[-1] = Time(found[-1].category, found[-1].begins_on, until)
        elif category is not None:
            found.append(Time(category, begins_on, until))
    return tuple(found)


def turns_of(ground: Ground) -> Iterator[date]:
    """The first day it holds, and the first on which it holds no more."""
    yield ground.begins_on
    if ground.last_day is not None:
        yield ground.last_day + DAY


def turned_on(register: Register, day: date) -> date | None:
    """The last day up to that one on which anything that bears on the category began or ended."""
    turns = [turn for ground in register.grounds for turn in turns_of(ground)]
    if register.requirement is not None and register.requirement.last_day is not None:
        turns.append(register.requirement.last_day + DAY)
    return max((turn for turn in turns if turn <= day), default=None)


def wakes_of(register: Register) -> Iterator[datetime]:
    """The moments at which a Tick shows that a ground begins or is over."""
    for ground in register.grounds:
        if ground.stage is GroundStage.TOLD:
            yield AT_ONCE
        elif ground.stage is GroundStage.AHEAD:
            yield start_of(ground.begins_on)
        elif ground.stage is GroundStage.APPLIES and ground.last_day is not None:
            yield end_of(ground.last_day)


def _by_spells(spells: Iterable[Spell]) -> Iterator[Ground]:
    for spell in spells:
        yield Ground(category=1, begins_on=spell.begins_on, last_day=spell.governing.last_day)


def _by_sentence(
    heard: Register, conviction: Conviction, every: tuple[Supervised, ...], rules: StatusRules
) -> Iterator[Ground]:
    """Category 2, and of a relevant terrorist offender category 4, from the day of sentence.

    Category 4 lasts for as long as Part 4 notification or the licence, whichever is longer; while
    no end of licence or order is told both go on.

    Source: CJA 2003 s.327(3), (4B)-(4G); CTA 2008 ss.44-45, 53; R-MAP-4; domain rules 1.3.
    """
    kinds = rules.category_2_lasts_with.value
    if conviction.schedule_15 and _long_enough(conviction, rules.category_2_from_months, rules):
        if not rules.by_days:
            yield Ground(category=2, begins_on=date.min, last_day=None)
            return
        ends = over_with(conviction, every, kinds)
        yield Ground(category=2, begins_on=conviction.dealt_with_on, last_day=ends)
    since = rules.category_4_since.value
    if since is None or not _terrorist(conviction, rules):
        return
    ends = over_with(conviction, every, kinds)
    notifies_until = _part_4(heard, conviction, rules)
    last = None if ends is None or notifies_until is None else max(ends, notifies_until)
    if last is None or last >= since:
        begins_on = max(conviction.dealt_with_on, since)
        yield Ground(category=4, begins_on=begins_on, last_day=last)


def _by_referral(heard: Register, rules: StatusRules) -> Iterator[Ground]:
    """From the day it was accepted to the day before it was closed; closed that day it was none."""
    counted = rules.referred_categories.value
    for one in heard.referrals:
        if one.step is not ReferralStep.ACCEPTED or one.category not in counted:
            continue
        closed = (
            other.on
            for other in heard.referrals
            if other.step is ReferralStep.CLOSED
            and other.referral_ref == one.referral_ref
            and other.on >= one.on
        )
        over_on = min(closed, default=None)
        if over_on != one.on:
            yield Ground(
                category=one.category,
                begins_on=one.on,
                last_day=None if over_on is None else over_on - DAY,
                referral_ref=one.referral_ref,
            )


def _terrorist(conviction: Conviction, rules: StatusRules) -> bool:
    """Whether CTA 2008 s.45 is met: the offence by the record's word, the rest by ours."""
    least_age = rules.category_4_from_age.on(conviction.dealt_with_on)
    return (
        conviction.schedule_19za
        and (conviction.child_aged is None or conviction.child_aged >= least_age)
        and _long_enough(conviction, rules.category_4_from_months, rules)
    )


def _long_enough(conviction: Conviction, months: Dated[int], rules: StatusRules) -> bool:
    """Whether it is life, an order that counts, or a term of so many months or more."""
    on = conviction.dealt_with_on
    if conviction.for_life or conviction.disposal in rules.category_2_orders.on(on):
        return True
    if conviction.suspended and not rules.category_2_counts_suspended.value:
        return False
    length = (conviction.months, conviction.days)
    return conviction.disposal in CUSTODIAL and length >= (months.on(on), 0)


def _part_4(heard: Register, conviction: Conviction, rules: StatusRules) -> date | None:
    """The last day of notification under Part 4, counted from the day of being dealt with.

    Time in custody or detained in a hospital is left out; None while nobody told that it is over.

    Source: CTA 2008 s.53(1), (4), (7); R-MAP-4.
    """
    on, length = conviction.dealt_with_on, (conviction.months, conviction.days)
    term = TerroristTerm.OTHER
    if not conviction.under_18:
        if conviction.for_life or length >= (rules.part_4_long_from_months.on(on), 0):
            term = TerroristTerm.LONG
        elif length >= (rules.part_4_middle_from_months.on(on), 0):
            term = TerroristTerm.MIDDLE
    months = rules.part_4_months.on(on)[term]
    begins_on = free_on(heard, on) if _serves(conviction) else on
    return None if begins_on is None else _without_custody(heard, begins_on, months)


def _serves(conviction: Conviction) -> bool:
    """Whether it begins with custody, or with detention in a hospital."""
    held = conviction.for_life or conviction.disposal in CUSTODIAL | HOSPITAL
    return held and not conviction.suspended


def _without_custody(heard: Register, begins_on: date, months: int) -> date | None:
    """The last day of so many months from that day on, with as many more as were not at large.

    A day is left out once, whoever told of it and however often.
    """
    ends, at_large = last_day(begins_on, months=months), begins_on
    for held_on in sorted(held_from(heard)):
        if held_on > ends:
            break
        free = free_on(heard, held_on)
        if free is None:
            return None
        if free > at_large:
            ends += free - max(held_on, at_large)
            at_large = free
    return ends
