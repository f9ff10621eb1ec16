"""The Act of 2026: here, and off until a day of commencement is set; the one here is invented."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.register import (
    Circumstance,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    Duty,
    NotificationKind,
)
from services.registry.act_2026 import NAMED_ONLY, Provision
from services.registry.dates import end_of, start_of
from services.registry.domain import BY_FACT, Stage, on_tick
from services.registry.domain.as_of import as_of
from services.registry.rules import RULES
from tests.makers import (
    a_change,
    a_notification,
    admitted,
    an_absence_from_home,
    an_address_change,
)
from tests.registry.desk import Desk, of_kind
from tests.registry.person import MONDAY, NEWEST, a_desk, convicted, notified
from tests.registry.questions_of_reviews import COMMENCES, commenced

OF_THE_ACT = (Duty.NAME_AHEAD_NOTIFICATION, Duty.AWAY_NOTIFICATION)
IN_FORCE = commenced(RULES[NEWEST])
USED_ON, LAST = date(2027, 7, 12), date(2027, 7, 5)
LEAVES_AT = datetime(2027, 7, 12, 8, tzinfo=UTC)
"""Nine in the morning in London: nine in the evening before is the last hour."""


def used(on: date = USED_ON) -> Fact:
    return admitted(a_change(Circumstance.NAME, changed_on=on))


def foretold(on: date, expected_on: date = USED_ON) -> Fact:
    told = {"circumstances": (Circumstance.NAME,), "expected_on": expected_on}
    return admitted(a_notification(made_on=on, notification=NotificationKind.CHANGE, **told))


def away(days: int = 6, **fields: Any) -> Fact:
    until = LEAVES_AT.date() + timedelta(days=days - 1)
    return admitted(an_absence_from_home(**{"leaves_at": LEAVES_AT, "until": until, **fields}))


def in_force(*facts: Fact) -> Desk:
    """Somebody subject, by the rules as if the Act were commenced."""
    desk = Desk(BY_FACT, on_tick, IN_FORCE)
    desk.hear(convicted(), notified(MONDAY), *facts)
    return desk


def due(desk: Desk, duty: Duty) -> list[date]:
    return [one.due_on for one in of_kind(desk.said, DeadlineOpened) if one.duty is duty]


def met(desk: Desk, duty: Duty) -> list[tuple[date, bool]]:
    return [(one.met_on, one.late) for one in of_kind(desk.said, DeadlineMet) if one.duty is duty]


# -- off


def test_no_provision_has_a_day_of_commencement() -> None:
    for rules in RULES.values():
        assert rules.act_2026.commences.value == dict.fromkeys(Provision)
        assert rules.act_2026.commences.local


@settings(deadline=None, max_examples=40)
@given(
    st.dates(date(2026, 4, 29), date(2060, 1, 1)),
    st.integers(0, 60),
    st.integers(1, 40),
    st.sampled_from(sorted(RULES)),
)
def test_while_it_is_not_commenced_nothing_is_said_of_it_on_any_day(
    day: date, before: int, days: int, version: str
) -> None:
    leaves_at = start_of(day) + timedelta(hours=9)
    told = {"leaves_at": leaves_at, "until": day + timedelta(days=days), "occurred_at": leaves_at}
    facts = (
        convicted(),
        notified(MONDAY),
        foretold(day - timedelta(days=before), day),
        used(day),
        admitted(an_absence_from_home(**told)),
    )
    desk = a_desk(version)
    desk.hear(*facts)
    desk.ticked(end_of(day + timedelta(days=60)))
    assert not [one for one in desk.said if getattr(one, "duty", None) in OF_THE_ACT]
    for on in (day, day + timedelta(days=days)):
        row = as_of(facts, on, RULES[version])
        assert row is not None
        assert not [one for one in row.clocks if one.duty in OF_THE_ACT]


# -- as if it were in force


def test_another_name_is_notified_seven_days_before_it_is_used() -> None:
    desk = in_force(used())
    assert due(desk, Duty.NAME_AHEAD_NOTIFICATION) == [LAST]
    (opened,) = [one for one in of_kind(desk.said, DeadlineOpened) if one.duty is OF_THE_ACT[0]]
    assert (opened.rule, opened.remind_on) == ("R-NEW-1", LAST - timedelta(days=1))


@pytest.mark.parametrize(("on", "late"), [(LAST, False), (LAST + timedelta(days=1), True)])
def test_notified_on_the_last_day_it_is_in_time_and_on_the_next_it_is_late(
    on: date, late: bool
) -> None:
    assert met(in_force(foretold(on), used()), OF_THE_ACT[0]) == [(on, late)]


def test_a_name_notified_once_it_is_used_is_late_and_in_time_for_the_three_days() -> None:
    desk = in_force(used(), foretold(USED_ON))
    assert met(desk, OF_THE_ACT[0]) == [(USED_ON, True)]
    assert met(desk, Duty.NAME_NOTIFICATION) == [(USED_ON, False)]


def test_a_name_nobody_notified_is_missed_at_the_next_tick() -> None:
    desk = in_force(used())
    said = of_kind(desk.ticked(end_of(USED_ON)), DeadlineMissed)
    assert OF_THE_ACT[0] in [one.duty for one in said]


def test_only_a_name_is_notified_before_it_is_used_and_a_move_is_not() -> None:
    desk = in_force(admitted(an_address_change(moved_on=USED_ON)))
    assert due(desk, Duty.NAME_AHEAD_NOTIFICATION) == []
    assert due(desk, Duty.HOME_NOTIFICATION) == [USED_ON + timedelta(days=2)]


@pytest.mark.parametrize(("days", "lasts"), [(5, []), (6, [date(2027, 7, 11)])])
def test_an_absence_of_more_than_five_days_is_notified_twelve_hours_before_leaving(
    days: int, lasts: list[date]
) -> None:
    assert due(in_force(away(days)), Duty.AWAY_NOTIFICATION) == lasts


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (1, True)])
def test_the_twelfth_hour_is_in_time_and_the_minute_after_is_late(minutes: int, late: bool) -> None:
    notified_at = LEAVES_AT - timedelta(hours=12) + timedelta(minutes=minutes)
    desk = in_force(away(notified_at=notified_at))
    assert met(desk, Duty.AWAY_NOTIFICATION) == [(date(2027, 7, 11), late)]


def test_of_one_absence_the_last_word_counts_and_it_stays_notified() -> None:
    first = away(notified_at=LEAVES_AT - timedelta(days=3))
    later = away(9, occurred_at=LEAVES_AT - timedelta(days=1))
    desk = in_force(first, later)
    assert met(desk, Duty.AWAY_NOTIFICATION) == [(date(2027, 7, 9), False)]
    shorter = away(3, occurred_at=LEAVES_AT)
    desk.hear(shorter)
    assert not [one for one in desk.state.clocks if one.duty is Duty.AWAY_NOTIFICATION]


def test_one_absence_notified_says_nothing_of_another() -> None:
    leaves_at = LEAVES_AT + timedelta(days=30)
    other = away(40, absence_ref="absence-2", leaves_at=leaves_at)
    desk = in_force(away(notified_at=LEAVES_AT - timedelta(days=3)), other)
    stages = {c.about: c.stage for c in desk.state.clocks if c.duty is Duty.AWAY_NOTIFICATION}
    assert stages == {"absence-1": Stage.MET, "absence-2": Stage.OPEN}


def test_what_could_not_be_notified_before_it_was_commenced_is_not_asked() -> None:
    early = COMMENCES + timedelta(days=6)
    assert due(in_force(used(early)), OF_THE_ACT[0]) == []
    assert due(in_force(used(early + timedelta(days=1))), OF_THE_ACT[0]) == [COMMENCES]


def test_what_could_not_be_notified_before_the_person_was_subject_is_not_asked() -> None:
    desk = Desk(BY_FACT, on_tick, IN_FORCE)
    desk.hear(convicted(LAST + timedelta(days=1)), used(), away())
    assert due(desk, OF_THE_ACT[0]) == []
    assert due(desk, Duty.AWAY_NOTIFICATION) == [date(2027, 7, 11)]


def test_what_is_only_named_leads_to_nothing_even_if_a_day_is_set() -> None:
    assert {Provision.NAME_AHEAD, Provision.AWAY} == set(Provision) - NAMED_ONLY
    desk = in_force(used(), away())
    new = {one.duty for one in desk.state.clocks if one.duty in OF_THE_ACT}
    assert new == set(OF_THE_ACT)


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(7)), st.permutations(range(7)), st.lists(st.integers(0, 6)))
def test_any_order_with_ticks_between_ends_in_the_same_row(
    one: list[int], other: list[int], ticks: list[int]
) -> None:
    facts = [
        convicted(),
        notified(MONDAY),
        foretold(LAST),
        used(),
        used(USED_ON + timedelta(days=20)),
        away(),
        away(8, occurred_at=LEAVES_AT, notified_at=LEAVES_AT - timedelta(hours=11)),
    ]
    desks = [Desk(BY_FACT, on_tick, IN_FORCE) for _ in range(2)]
    for desk, numbers in zip(desks, (one, other), strict=True):
        for place, number in enumerate(numbers):
            desk.hear(facts[number])
            if place in ticks:
                desk.ticked(start_of(USED_ON))
        desk.ticked(start_of(date(2027, 9, 1)))
        assert desk.hear(*facts) == []
    assert desks[0].state == desks[1].state
