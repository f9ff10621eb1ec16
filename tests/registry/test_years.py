"""The years after: notifying every year, how the requirement ends, and what ends with it."""

from datetime import UTC, date, datetime

import pytest

from schemas.eligibility import Disposal
from schemas.register import (
    CancelGround,
    CategoryChanged,
    DeadlineCancelled,
    DeadlineMissed,
    DeadlineOpened,
    Duty,
    NotificationKind,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.domain import Stage
from services.registry.rules import RULES
from tests.makers import admitted, an_address_change
from tests.registry.desk import of_kind
from tests.registry.person import (
    BEFORE_FIFTH,
    OF_ITS_END,
    WEDNESDAY,
    a_desk,
    cautioned,
    convicted,
    notified,
    released,
    short,
)


def test_vector_20_an_address_change_moves_the_year() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2025, 3, 10)), notified(date(2025, 3, 10)))
    said = desk.hear(notified(date(2025, 9, 5), NotificationKind.CHANGE))
    assert short(*said) == [("met", date(2025, 9, 5)), ("opened", date(2026, 9, 5))]
    (opened,) = of_kind(said, DeadlineOpened)
    assert (opened.duty, opened.rule) == (Duty.ANNUAL_NOTIFICATION, "R-NOT-40")


def test_an_older_notification_heard_late_moves_nothing() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2025, 3, 10)), notified(date(2025, 3, 10)))
    desk.hear(notified(date(2025, 9, 5), NotificationKind.CHANGE))
    assert short(*desk.hear(notified(date(2025, 6, 1), NotificationKind.CHANGE))) == []


def test_a_year_missed_and_then_done_is_met_late() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2025, 3, 10)), notified(date(2025, 3, 10)))
    assert short(*desk.ticked(datetime(2026, 3, 11, tzinfo=UTC))) == [("missed", date(2026, 3, 10))]
    said = desk.hear(notified(date(2026, 3, 12), NotificationKind.ANNUAL))
    assert short(*said) == [("met late", date(2026, 3, 12)), ("opened", date(2027, 3, 12))]


def test_no_yearly_duty_if_the_requirement_ends_before_it_is_due() -> None:
    desk = a_desk()
    discharge = convicted(disposal=Disposal.CONDITIONAL_DISCHARGE, term_months=12)
    said = desk.hear(discharge, notified(WEDNESDAY))
    assert short(*said) == [("opened", WEDNESDAY), ("met", WEDNESDAY)]


def test_the_requirement_ends_on_the_tick_after_its_last_day() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2018, 6, 15), term_months=6), notified(date(2018, 6, 16)))
    desk.hear(notified(date(2024, 6, 16), NotificationKind.ANNUAL))
    assert desk.wake_at == datetime(2025, 6, 14, 23, tzinfo=UTC)
    said = desk.ticked(datetime(2025, 6, 15, 12, tzinfo=UTC))
    ended, change = (one for one in said if type(one) not in OF_ITS_END)
    assert isinstance(ended, RequirementEnded)
    assert ended.ended_on == date(2025, 6, 15)
    assert ended.occurred_at == datetime(2025, 6, 14, 23, tzinfo=UTC)
    assert isinstance(change, CategoryChanged)
    assert (change.category, change.previous) == (None, 1)
    assert desk.because[-1] == "requirement-ended"
    # Ten years on the record is to be reviewed; nothing of the person is due any more.
    assert desk.wake_at == datetime(2035, 6, 14, 23, tzinfo=UTC)


def test_a_later_conviction_revives_what_had_ended_without_a_gap() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2018, 6, 15), term_months=6))
    desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    said = desk.hear(convicted(on=date(2025, 6, 15), term_months=12))
    (opened,) = of_kind(said, RequirementOpened)
    assert opened.last_day == date(2035, 6, 14)
    assert desk.state.category == 1


@pytest.mark.parametrize(
    ("on", "begins_on"),
    [
        (date(2025, 6, 14), date(2018, 6, 15)),
        (date(2025, 6, 15), date(2018, 6, 15)),
        (date(2025, 6, 16), date(2025, 6, 16)),
    ],
)
def test_who_is_convicted_the_day_after_the_last_was_subject_without_a_break(
    on: date, begins_on: date
) -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2018, 6, 15), term_months=6), convicted(on=on, term_months=12))
    assert desk.state.requirement.begins_on == begins_on


def test_an_ended_requirement_stays_ended_when_its_history_becomes_longer() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2018, 6, 15), term_months=6))
    desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    desk.hear(cautioned(date(2017, 1, 9)))
    assert desk.state.requirement.ended
    assert desk.state.requirement.begins_on == date(2017, 1, 9)


def test_category_2_remains_when_notification_ends() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2005, 6, 15), term_months=12, schedule_15=True))
    said = desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    (change,) = of_kind(said, CategoryChanged)
    assert (change.category, change.previous) == (2, 1)


def test_a_duty_of_a_time_long_over_is_not_called_missed() -> None:
    desk = a_desk()
    desk.hear(cautioned(date(2010, 6, 15)))
    said = desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    assert not of_kind(said, DeadlineMissed)
    assert [clock.stage for clock in desk.state.clocks] == [Stage.STAYS_MISSED]


@pytest.mark.parametrize("version", sorted(RULES))
def test_a_missed_duty_stays_missed_when_the_requirement_ends(version: str) -> None:
    desk = a_desk(version)
    desk.hear(cautioned(date(2010, 6, 15)))
    assert short(*desk.ticked(datetime(2010, 7, 1, tzinfo=UTC))) == [("missed", date(2010, 6, 17))]
    assert short(*desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))) == []
    stays = Stage.LAPSED if version in BEFORE_FIFTH else Stage.STAYS_MISSED
    assert [clock.stage for clock in desk.state.clocks] == [stays]
    assert desk.wake_at is None


def test_that_it_cannot_be_done_any_more_is_said_once_and_nothing_opens_it_again() -> None:
    desk = a_desk()
    desk.hear(cautioned(date(2010, 6, 15)))
    desk.ticked(datetime(2010, 7, 1, tzinfo=UTC))
    (said,) = of_kind(desk.ticked(datetime(2026, 1, 1, tzinfo=UTC)), DeadlineCancelled)
    assert (said.duty, said.ground) == (
        Duty.INITIAL_NOTIFICATION,
        CancelGround.REQUIREMENT_ENDED,
    )
    more = desk.hear(released(date(2011, 1, 3))) + desk.ticked(datetime(2026, 1, 2, tzinfo=UTC))
    assert not [fact for fact in more if isinstance(fact, DeadlineOpened | DeadlineCancelled)]
    assert [clock.stage for clock in desk.state.clocks] == [Stage.STAYS_MISSED]


def test_watched_from_day_to_day_or_loaded_late_the_row_is_the_same() -> None:
    watched, late = a_desk(), a_desk()
    for desk in (watched, late):
        desk.hear(cautioned(date(2010, 6, 15)))
    for year in (2010, 2011, 2012, 2013):
        watched.ticked(datetime(year, 7, 1, tzinfo=UTC))
    for desk in (watched, late):
        desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
        desk.hear(released(date(2011, 1, 3)))
        desk.ticked(datetime(2026, 1, 2, tzinfo=UTC))
    assert watched.state == late.state
    assert len(of_kind(watched.said, DeadlineMissed)) == 1
    assert not of_kind(late.said, DeadlineMissed)


@pytest.mark.parametrize(
    ("moved_on", "stage"),
    [(date(2012, 6, 11), Stage.STAYS_MISSED), (date(2012, 6, 12), Stage.LAPSED)],
)
def test_what_could_be_done_until_the_very_end_was_never_missed(
    moved_on: date, stage: Stage
) -> None:
    desk = a_desk()
    moved = admitted(an_address_change(moved_on=moved_on))
    desk.hear(cautioned(date(2010, 6, 15)), notified(date(2012, 6, 1)), moved)
    desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    (clock,) = [one for one in desk.state.clocks if one.duty is Duty.HOME_NOTIFICATION]
    assert (clock.stage, clock.not_in_time) == (stage, stage is Stage.STAYS_MISSED)


def test_a_lapsed_duty_opens_again_when_the_requirement_proves_longer() -> None:
    desk = a_desk()
    desk.hear(cautioned(date(2010, 6, 15)))
    desk.ticked(datetime(2013, 1, 1, tzinfo=UTC))
    said = desk.hear(convicted(on=date(2011, 6, 15), term_months=30))
    assert [due for word, due in short(*said) if word == "opened"] == [
        date(2010, 6, 17),
        date(2011, 6, 17),
    ]
    assert len(of_kind(desk.ticked(datetime(2013, 1, 2, tzinfo=UTC)), DeadlineMissed)) == 2


def test_an_earlier_release_heard_late_moves_the_deadline() -> None:
    desk = a_desk()
    desk.hear(convicted(in_custody=True), released(date(2026, 6, 8)))
    assert short(*desk.hear(released(date(2026, 6, 1)))) == [("opened", date(2026, 6, 3))]


def test_a_yearly_duty_of_an_earlier_time_is_not_done_by_a_conviction_of_a_later_one() -> None:
    desk = a_desk()
    desk.hear(cautioned(date(2010, 6, 15)), notified(date(2010, 6, 15)))
    assert short(*desk.hear(convicted())) == [("opened", WEDNESDAY)]


def test_a_notification_after_the_last_day_does_no_duty() -> None:
    desk = a_desk()
    desk.hear(cautioned(date(2010, 6, 15)), notified(date(2010, 6, 15)))
    desk.ticked(datetime(2011, 6, 17, tzinfo=UTC))
    assert short(*desk.hear(notified(date(2013, 1, 1), NotificationKind.ANNUAL))) == []
