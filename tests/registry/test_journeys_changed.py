"""Details of a journey that change before departure: notified anew (R-NOT-62)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.register import (
    CancelGround,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    Duty,
)
from services.registry.dates import start_of
from services.registry.domain import Clock, Stage
from tests.makers import a_taking_back, a_travel_change, a_travel_notice, admitted
from tests.registry.desk import Desk, of_kind
from tests.registry.person import BEFORE_FIFTH, MONDAY, NEWEST, a_desk, convicted, notified

CHANGE = Duty.TRAVEL_CHANGE_NOTIFICATION
DEPARTS_AT = datetime(2026, 6, 20, 5, 30, tzinfo=UTC)
"""So the last hour to say so is half past six in the evening before, in London."""


def _june(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def _told(at: datetime, **fields: Any) -> Fact:
    return admitted(a_travel_notice(made_at=at, **{"departs_at": DEPARTS_AT, **fields}))


def _changed(at: datetime, ref: str = "journey-1") -> Fact:
    return admitted(a_travel_change(changed_at=at, journey_ref=ref))


def _desk(*facts: Fact, version: str = NEWEST) -> Desk:
    desk = a_desk(version)
    desk.hear(convicted(), notified(MONDAY), _told(_june(1)), *facts)
    return desk


def _clocks(desk: Desk) -> list[Clock]:
    return [one for one in desk.state.clocks if one.duty is CHANGE]


def test_a_change_is_notified_by_the_day_of_the_twelfth_hour_before_departure() -> None:
    desk = _desk()
    (opened,) = of_kind(desk.hear(_changed(_june(17))), DeadlineOpened)
    assert (opened.duty, opened.due_on, opened.rule) == (CHANGE, date(2026, 6, 19), "R-NOT-62")
    assert opened.remind_on == date(2026, 6, 18)


def test_it_is_called_to_mind_on_the_last_whole_day_before_the_safe_moment() -> None:
    desk = _desk(_changed(_june(17)))
    said = of_kind(desk.ticked(start_of(date(2026, 6, 18))), DeadlineReminded)
    assert [fact.duty for fact in said] == [CHANGE]


def test_a_safe_moment_that_moves_is_called_to_mind_anew() -> None:
    """Of a journey first told of for late that evening, and then for early in the morning after."""
    desk = a_desk()
    evening = _told(_june(1), departs_at=_june(19, 22))
    desk.hear(convicted(), notified(MONDAY), evening, _changed(_june(10)))
    assert len(of_kind(desk.ticked(start_of(date(2026, 6, 17))), DeadlineReminded)) == 1
    desk.hear(_told(_june(9)))
    assert of_kind(desk.ticked(_june(17)), DeadlineReminded) == []
    (again,) = of_kind(desk.ticked(start_of(date(2026, 6, 18))), DeadlineReminded)
    assert (again.duty, again.due_on) == (CHANGE, date(2026, 6, 19))


def test_one_that_comes_after_that_day_is_called_to_mind_on_its_own() -> None:
    (clock,) = _clocks(_desk(_changed(_june(19, 9))))
    assert clock.remind_on == date(2026, 6, 19)


@pytest.mark.parametrize(
    ("at", "doubtful"),
    [((18, 22, 59), False), ((18, 23, 0), False), ((18, 23, 1), True), ((19, 17, 30), True)],
)
def test_from_a_day_before_the_date_on_it_takes_an_excuse(
    at: tuple[int, int, int], doubtful: bool
) -> None:
    """Midnight in London is eleven at night."""
    (clock,) = _clocks(_desk(_changed(_june(17)), _told(_june(*at))))
    assert (clock.stage, clock.late, clock.doubtful) == (Stage.MET, False, doubtful)


@pytest.mark.parametrize(
    ("leaves", "remind_on"), [((3, 30), date(2026, 3, 27)), ((10, 26), date(2026, 10, 24))]
)
def test_the_day_after_the_clocks_change_twenty_four_hours_are_hours(
    leaves: tuple[int, int], remind_on: date
) -> None:
    """Sunday has 23 hours, so they begin on Saturday; or 25, so they begin on Sunday."""
    departs_at = datetime(2026, *leaves, 8, tzinfo=UTC)
    facts = (
        convicted(date(2025, 3, 3)),
        notified(date(2025, 3, 3)),
        _told(departs_at - timedelta(days=20), departs_at=departs_at),
        _changed(departs_at - timedelta(days=9)),
    )
    desk = a_desk()
    desk.hear(*facts)
    (clock,) = _clocks(desk)
    assert clock.remind_on == remind_on


@pytest.mark.parametrize(("minute", "late"), [(30, False), (31, True)])
def test_the_twelfth_hour_is_in_time_and_the_minute_after_is_late(minute: int, late: bool) -> None:
    desk = _desk(_changed(_june(17)))
    (met,) = of_kind(desk.hear(_told(_june(19, 17, minute))), DeadlineMet)
    assert (met.duty, met.late) == (CHANGE, late)


def test_what_nobody_says_anew_is_missed() -> None:
    desk = _desk(_changed(_june(17)))
    said = of_kind(desk.ticked(start_of(date(2026, 6, 20))), DeadlineMissed)
    assert [fact.duty for fact in said] == [CHANGE]


def test_the_notice_made_before_the_change_does_not_answer_it() -> None:
    (clock,) = _clocks(_desk(_told(_june(16)), _changed(_june(17))))
    assert clock.stage is Stage.OPEN


def test_a_change_at_the_moment_of_the_notice_is_in_it_and_one_before_is_none() -> None:
    (clock,) = _clocks(_desk(_changed(_june(1))))
    assert (clock.stage, clock.met_on) == (Stage.MET, date(2026, 6, 1))
    assert _clocks(_desk(_changed(_june(1, 11, 59)))) == []


def test_of_several_changes_on_a_day_the_last_counts() -> None:
    (clock,) = _clocks(_desk(_changed(_june(17)), _changed(_june(17, 14)), _told(_june(17, 13))))
    assert clock.stage is Stage.OPEN
    (answered,) = _clocks(_desk(_changed(_june(17, 14)), _told(_june(17, 15))))
    assert answered.stage is Stage.MET


def test_of_two_journeys_changed_on_a_day_each_is_notified_for_itself() -> None:
    other = _told(_june(1), journey_ref="journey-2")
    desk = _desk(other, _changed(_june(17)), _changed(_june(17), "journey-2"))
    assert {one.about for one in _clocks(desk)} == {"journey-1", "journey-2"}


def test_a_change_of_one_journey_is_none_of_another() -> None:
    other = _told(_june(1), journey_ref="journey-2")
    assert [one.about for one in _clocks(_desk(other, _changed(_june(17))))] == ["journey-1"]


def test_what_changes_within_the_last_hours_opens_nothing() -> None:
    assert _clocks(_desk(_changed(_june(19, 17, 31)))) == []
    assert len(_clocks(_desk(_changed(_june(19, 17, 30))))) == 1


def test_a_change_of_a_journey_nobody_notified_opens_nothing() -> None:
    desk = a_desk()
    desk.hear(convicted(), notified(MONDAY), _changed(_june(17)))
    assert _clocks(desk) == []


def test_a_change_taken_back_is_to_be_notified_no_more() -> None:
    changed = _changed(_june(17))
    desk = _desk(changed)
    (said,) = of_kind(desk.hear(admitted(a_taking_back(changed))), DeadlineCancelled)
    assert (said.duty, said.ground) == (CHANGE, CancelGround.TAKEN_BACK)


@pytest.mark.parametrize("version", BEFORE_FIFTH)
def test_by_rules_before_a_change_of_details_is_not_weighed(version: str) -> None:
    desk = _desk(version=version)
    assert desk.hear(_changed(_june(17))) == []
    assert _clocks(desk) == []


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(6)), st.permutations(range(6)))
def test_any_order_ends_in_the_same_row(one: list[int], other: list[int]) -> None:
    facts = [
        convicted(),
        notified(MONDAY),
        _told(_june(1)),
        _changed(_june(10)),
        _changed(_june(10, 18)),
        _told(_june(10, 15), departs_at=_june(21)),
    ]
    desks = [a_desk(), a_desk()]
    for desk, order in zip(desks, (one, other), strict=True):
        desk.hear(*(facts[number] for number in order))
        desk.ticked(_june(25))
    assert desks[0].state == desks[1].state
