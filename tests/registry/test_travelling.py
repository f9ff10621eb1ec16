"""Journeys abroad and back: a safe day and a hard one, twelve hours, and a journey untold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.base import Fact
from schemas.custody import Presence
from schemas.register import Circumstance, DeadlineMissed, Duty, NotificationKind
from services.registry.domain import Clock, Stage, as_of
from services.registry.rules import RULES
from tests.makers import (
    a_notification,
    a_presence,
    a_travel_notice,
    admitted,
)
from tests.registry.desk import of_kind
from tests.registry.person import MONDAY, NEWEST, a_desk, cautioned, convicted, notified

RULES_NOW = RULES[NEWEST]
SUBJECT: tuple[Fact, ...] = (convicted(), notified(MONDAY))
DEPARTS = datetime(2026, 6, 20, 5, 30, tzinfo=UTC)
"""Half past six in the morning in London."""


def noted(at: datetime, departs_at: datetime = DEPARTS, **fields: Any) -> Fact:
    return admitted(a_travel_notice(made_at=at, departs_at=departs_at, **fields))


def left(on: date, ref: str | None = "journey-1") -> Fact:
    return admitted(a_presence(Presence.ABROAD, since_on=on, journey_ref=ref))


def back(on: date, *, as_notified: bool = False) -> Fact:
    return admitted(a_presence(Presence.AT_LIBERTY, since_on=on, as_notified=as_notified))


def the(duty: Duty, *facts: Fact, on: date = date(2026, 8, 1)) -> Clock:
    found = as_of((*SUBJECT, *facts), on, RULES_NOW)
    assert found is not None
    (clock,) = [one for one in found.clocks if one.duty is duty]
    return clock


@pytest.mark.parametrize(
    ("day", "late"),
    [(date(2026, 6, 12), False), (date(2026, 6, 13), False), (date(2026, 6, 14), True)],
)
def test_a_journey_is_notified_seven_days_ahead_and_the_safe_day_is_one_more(
    day: date, late: bool
) -> None:
    clock = the(Duty.TRAVEL_NOTIFICATION, noted(datetime(day.year, 6, day.day, 12, tzinfo=UTC)))
    assert (clock.due_on, clock.remind_on) == (date(2026, 6, 13), date(2026, 6, 12))
    assert (clock.stage, clock.late) == (Stage.MET, late)


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (1, True)])
def test_what_was_not_known_earlier_is_notified_twelve_hours_before_departure(
    seconds: int, late: bool
) -> None:
    at = DEPARTS - timedelta(hours=12) + timedelta(seconds=seconds)
    clock = the(Duty.TRAVEL_NOTIFICATION, noted(at, learned_late=True))
    assert (clock.due_on, clock.late) == (date(2026, 6, 19), late)
    # Noon of the 19th by the date: the last whole day before that is the 18th.
    assert clock.remind_on == date(2026, 6, 18)


def test_twelve_hours_are_hours_also_over_the_night_on_which_clocks_change() -> None:
    departs_at = datetime(2026, 10, 25, 8, tzinfo=UTC)
    last = departs_at - timedelta(hours=12)
    for at, late in ((last, False), (last + timedelta(minutes=1), True)):
        clock = the(
            Duty.TRAVEL_NOTIFICATION,
            noted(at, departs_at, learned_late=True),
            on=date(2026, 11, 1),
        )
        assert (clock.due_on, clock.late) == (date(2026, 10, 24), late)


def test_what_was_known_seven_days_ahead_has_no_twelve_hours() -> None:
    assert the(Duty.TRAVEL_NOTIFICATION, noted(DEPARTS - timedelta(days=2))).late


def test_what_was_learned_late_and_notified_by_the_hard_day_is_measured_by_that_day() -> None:
    at = datetime(2026, 6, 13, 12, tzinfo=UTC)
    clock = the(Duty.TRAVEL_NOTIFICATION, noted(at, learned_late=True))
    assert (clock.due_on, clock.late) == (date(2026, 6, 13), False)


def test_a_journey_nobody_notified_is_a_possible_breach_once_it_is_heard_of() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*SUBJECT, left(date(2026, 6, 20)))
    (missed,) = of_kind(desk.ticked(datetime(2026, 6, 21, tzinfo=UTC)), DeadlineMissed)
    assert (missed.duty, missed.due_on) == (Duty.TRAVEL_NOTIFICATION, date(2026, 6, 13))


def test_who_leaves_earlier_than_notified_has_to_have_notified_earlier() -> None:
    notice = noted(datetime(2026, 6, 10, 12, tzinfo=UTC))
    in_time, early = (
        the(Duty.TRAVEL_NOTIFICATION, notice, left(on))
        for on in (date(2026, 6, 17), date(2026, 6, 16))
    )
    assert (in_time.late, early.late) == (False, True)


def test_a_later_notice_of_the_same_journey_moves_the_day() -> None:
    first = noted(datetime(2026, 6, 10, 12, tzinfo=UTC))
    again = noted(datetime(2026, 6, 11, 12, tzinfo=UTC), DEPARTS + timedelta(days=10))
    assert the(Duty.TRAVEL_NOTIFICATION, first, again).since == date(2026, 6, 30)


def test_while_its_length_counts_a_journey_of_no_known_length_is_not_weighed() -> None:
    for on, weighed in ((date(2012, 8, 27), False), (date(2012, 8, 28), True)):
        found = as_of([convicted(date(2012, 1, 2)), left(on)], on, RULES_NOW)
        assert found is not None
        duties = {clock.duty for clock in found.clocks}
        assert (Duty.TRAVEL_NOTIFICATION in duties) is weighed


def test_by_older_rules_every_journey_counts_from_the_day_of_the_regulations() -> None:
    for on, weighed in ((date(2012, 8, 12), False), (date(2012, 8, 13), True)):
        found = as_of([convicted(date(2012, 1, 2)), left(on)], on, RULES["2026-4"])
        assert found is not None
        duties = {clock.duty for clock in found.clocks}
        assert (Duty.TRAVEL_NOTIFICATION in duties) is weighed


def test_neither_a_short_journey_of_old_nor_the_return_from_it_is_notified() -> None:
    for back_on, owed in ((date(2011, 6, 3), False), (date(2011, 6, 4), True)):
        facts = (convicted(date(2011, 1, 4)), left(date(2011, 6, 1)), back(back_on))
        found = as_of(facts, date(2011, 7, 1), RULES_NOW)
        assert found is not None
        of_travel = {Duty.TRAVEL_NOTIFICATION, Duty.RETURN_NOTIFICATION}
        duties = {clock.duty for clock in found.clocks} & of_travel
        assert duties == (of_travel if owed else set())


@pytest.mark.parametrize(
    ("hour", "minute", "doubtful", "late"),
    [(11, 0, False, False), (11, 1, True, False), (17, 30, True, False), (17, 31, False, True)],
)
def test_the_hours_run_back_from_the_date_and_late_is_only_what_is_late_from_the_hour(
    hour: int, minute: int, doubtful: bool, late: bool
) -> None:
    """Noon of the day before in London is eleven; half past six in the evening is 17:30."""
    notice = noted(datetime(2026, 6, 19, hour, minute, tzinfo=UTC), learned_late=True)
    clock = the(Duty.TRAVEL_NOTIFICATION, notice)
    assert (clock.doubtful, clock.late) == (doubtful, late)
    assert clock.remind_on == date(2026, 6, 18)
    older = as_of((*SUBJECT, notice), date(2026, 8, 1), RULES["2026-4"])
    assert older is not None
    (same,) = [one for one in older.clocks if one.duty is Duty.TRAVEL_NOTIFICATION]
    assert (same.doubtful, same.late, same.remind_on) == (False, late, None)


def test_an_evening_notice_of_an_afternoon_journey_is_not_late_by_any_day() -> None:
    """Noon of the day before is worked to; twelve hours before 15:00 is 03:00 of that very day."""
    departs_at = datetime(2026, 6, 20, 14, tzinfo=UTC)
    clock = the(
        Duty.TRAVEL_NOTIFICATION,
        noted(datetime(2026, 6, 20, 1, tzinfo=UTC), departs_at, learned_late=True),
    )
    assert (clock.due_on, clock.doubtful, clock.late) == (date(2026, 6, 20), True, False)


def test_of_two_journeys_each_goes_by_its_own_notice_and_its_own_departure() -> None:
    """Left on the first a day early, and the second notified late."""
    second = datetime(2026, 7, 20, 5, 30, tzinfo=UTC)
    facts = (
        noted(datetime(2026, 6, 1, 12, tzinfo=UTC)),
        noted(datetime(2026, 7, 18, 12, tzinfo=UTC), second, journey_ref="journey-2"),
        left(date(2026, 6, 19)),
    )
    found = as_of((*SUBJECT, *facts), date(2026, 8, 1), RULES_NOW)
    assert found is not None
    clocks = [one for one in found.clocks if one.duty is Duty.TRAVEL_NOTIFICATION]
    assert {(one.about, one.since, one.met_on, one.late) for one in clocks} == {
        ("journey-1", date(2026, 6, 19), date(2026, 6, 1), False),
        ("journey-2", date(2026, 7, 20), date(2026, 7, 18), True),
    }


# -- the return


@pytest.mark.parametrize(
    ("told_on", "late"),
    [
        (date(2026, 7, 1), False),
        (date(2026, 7, 3), False),
        (date(2026, 7, 4), False),
        (date(2026, 7, 5), True),
    ],
)
def test_the_return_is_notified_within_three_days(told_on: date, late: bool) -> None:
    told = admitted(
        a_notification(
            made_on=told_on,
            notification=NotificationKind.CHANGE,
            circumstances=(Circumstance.RETURN,),
        )
    )
    clock = the(Duty.RETURN_NOTIFICATION, left(date(2026, 6, 20)), back(date(2026, 7, 1)), told)
    assert (clock.due_on, clock.remind_on) == (date(2026, 7, 4), date(2026, 7, 3))
    assert (clock.stage, clock.late) == (Stage.MET, late)


@pytest.mark.parametrize(
    ("told_on", "circumstance"),
    [(date(2026, 6, 30), Circumstance.RETURN), (date(2026, 7, 2), Circumstance.HOME)],
    ids=["before the return", "of another change"],
)
def test_only_a_word_of_this_return_answers_it(told_on: date, circumstance: Circumstance) -> None:
    told = a_notification(
        made_on=told_on, notification=NotificationKind.CHANGE, circumstances=(circumstance,)
    )
    gone = (left(date(2026, 6, 20)), back(date(2026, 7, 1)))
    assert the(Duty.RETURN_NOTIFICATION, *gone, admitted(told)).stage is Stage.MISSED


@pytest.mark.parametrize(("back_on", "owed"), [(date(2028, 3, 1), True), (date(2028, 3, 2), False)])
def test_who_is_back_after_the_last_day_of_notification_owes_no_word_of_it(
    back_on: date, owed: bool
) -> None:
    story = (cautioned(MONDAY), notified(MONDAY), left(date(2028, 2, 20)), back(back_on))
    found = as_of(story, back_on, RULES_NOW)
    assert found is not None
    assert (Duty.RETURN_NOTIFICATION in {one.duty for one in found.clocks}) is owed


def test_before_the_act_of_2003_was_in_force_no_return_was_notified() -> None:
    began = date(2004, 5, 1)
    for left_on, owed in ((began - timedelta(days=8), False), (began, True)):
        back_on = left_on + timedelta(days=7)
        story = (convicted(date(2003, 3, 3)), left(left_on), back(back_on))
        found = as_of(story, back_on, RULES_NOW)
        assert found is not None
        assert (Duty.RETURN_NOTIFICATION in {one.duty for one in found.clocks}) is owed


def test_a_return_as_notified_needs_no_word_and_another_does() -> None:
    gone = left(date(2026, 6, 20))
    kept = the(Duty.RETURN_NOTIFICATION, gone, back(date(2026, 7, 1), as_notified=True))
    assert kept.stage is Stage.NOT_NEEDED
    assert the(Duty.RETURN_NOTIFICATION, gone, back(date(2026, 7, 1))).stage is Stage.MISSED


def test_release_from_prison_is_no_return_from_abroad() -> None:
    held = admitted(a_presence(Presence.IN_CUSTODY, since_on=date(2026, 6, 20)))
    found = as_of((*SUBJECT, held, back(date(2026, 7, 1))), date(2026, 8, 1), RULES_NOW)
    assert found is not None
    assert Duty.RETURN_NOTIFICATION not in {clock.duty for clock in found.clocks}


def test_who_left_on_the_day_notified_is_on_that_journey_though_nobody_named_it() -> None:
    made = noted(datetime(2026, 6, 12, 12, tzinfo=UTC))
    clock = the(Duty.TRAVEL_NOTIFICATION, made, left(date(2026, 6, 20), None))
    assert (clock.stage, clock.about) == (Stage.MET, "journey-1")
    another = as_of((*SUBJECT, made, left(date(2026, 6, 21), None)), date(2026, 8, 1), RULES_NOW)
    assert another is not None
    stages = [one.stage for one in another.clocks if one.duty is Duty.TRAVEL_NOTIFICATION]
    assert sorted(stages) == [Stage.MET, Stage.MISSED]
