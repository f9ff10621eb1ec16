"""The first notification: when it is due, made in time, made late, and missed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from schemas.custody import ReleaseKind
from schemas.register import (
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    Duty,
    NotificationKind,
)
from services.registry.domain import BY_FACT, Stage
from tests.makers import PERSON, a_conviction, a_notification, a_person, a_release, a_tick, admitted
from tests.registry.desk import of_kind
from tests.registry.person import (
    MONDAY,
    THURSDAY_MIDNIGHT,
    WEDNESDAY,
    a_desk,
    cautioned,
    convicted,
    notified,
    released,
    short,
)


def test_vector_16_at_liberty_the_first_notice_is_due_on_the_third_day() -> None:
    said = a_desk().hear(convicted())
    (opened,) = of_kind(said, DeadlineOpened)
    assert (opened.due_on, opened.duty) == (WEDNESDAY, Duty.INITIAL_NOTIFICATION)
    assert opened.rule == "R-NOT-20"


def test_vector_16_in_custody_the_three_days_begin_with_the_day_of_release() -> None:
    desk = a_desk()
    assert not of_kind(desk.hear(convicted(in_custody=True)), DeadlineOpened)
    (opened,) = of_kind(desk.hear(released(date(2026, 6, 1))), DeadlineOpened)
    assert opened.due_on == date(2026, 6, 3)
    assert desk.because == ["requirement-opened", "clock-started"]


def test_release_into_hospital_starts_no_clock() -> None:
    desk = a_desk()
    desk.hear(convicted(in_custody=True))
    assert desk.hear(released(MONDAY, release=ReleaseKind.TO_HOSPITAL)) == []
    assert desk.because[-1] == "to-hospital"


def test_release_of_somebody_who_was_at_liberty_when_convicted_starts_no_clock() -> None:
    desk = a_desk()
    desk.hear(convicted())
    assert desk.hear(released(date(2026, 6, 1))) == []
    assert desk.because[-1] == "nothing-new"


def test_notifying_on_the_last_day_meets_the_duty_and_starts_the_year() -> None:
    desk = a_desk()
    desk.hear(convicted())
    said = desk.hear(notified(WEDNESDAY))
    assert short(*said) == [("met", WEDNESDAY), ("opened", date(2027, 3, 4))]
    assert desk.because[-1] == "duty-done"


def test_notifying_on_the_day_the_three_days_begin_meets_the_duty() -> None:
    at_liberty, held = a_desk(), a_desk()
    at_liberty.hear(convicted())
    assert short(*at_liberty.hear(notified(MONDAY)))[0] == ("met", MONDAY)
    out_on = date(2026, 6, 1)
    held.hear(convicted(in_custody=True), released(out_on))
    assert short(*held.hear(notified(out_on)))[0] == ("met", out_on)


def test_the_last_day_is_over_at_the_next_midnight_and_not_before() -> None:
    desk = a_desk()
    desk.hear(convicted())
    assert desk.wake_at == THURSDAY_MIDNIGHT
    assert desk.ticked(datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC)) == []
    (missed,) = desk.ticked(THURSDAY_MIDNIGHT)
    assert isinstance(missed, DeadlineMissed)
    assert (missed.due_on, missed.possible_breach) == (WEDNESDAY, True)
    assert (missed.occurred_at, missed.noticed_at) == (THURSDAY_MIDNIGHT, THURSDAY_MIDNIGHT)
    assert desk.because[-1] == "duty-missed"


def test_a_day_in_summer_is_over_at_midnight_in_london() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2026, 6, 1)))
    assert desk.wake_at == datetime(2026, 6, 3, 23, tzinfo=UTC)


def test_a_tick_before_the_last_day_is_over_changes_nothing() -> None:
    desk = a_desk()
    desk.hear(convicted())
    before = desk.state
    decision = desk._on_tick(before, a_tick(datetime(2026, 3, 3, tzinfo=UTC)), desk.context())
    assert (decision.state, decision.facts, decision.because) == (before, (), "nothing-new")


def test_after_an_outage_one_tick_says_what_was_missed_and_when_it_was_noticed() -> None:
    desk = a_desk()
    desk.hear(convicted())
    (missed,) = of_kind(desk.ticked(datetime(2026, 3, 9, 7, tzinfo=UTC)), DeadlineMissed)
    assert missed.occurred_at == THURSDAY_MIDNIGHT
    assert missed.noticed_at == datetime(2026, 3, 9, 7, tzinfo=UTC)
    assert desk.ticked(datetime(2026, 3, 9, 8, tzinfo=UTC)) == []


@pytest.mark.parametrize("year", [2026, 2200])
def test_what_the_end_of_a_day_changes_is_the_same_fact_whichever_tick_shows_it(year: int) -> None:
    found = []
    for hour in (7, 8):
        desk = a_desk()
        desk.hear(cautioned(MONDAY))
        said = desk.ticked(datetime(year, 12, 9, hour, tzinfo=UTC))
        assert said
        found.append([(type(fact), fact.event_id) for fact in said])
        assert len(set(found[-1])) == len(said)
    assert found[0] == found[1]


def test_a_missed_duty_done_later_is_met_late() -> None:
    desk = a_desk()
    desk.hear(convicted())
    desk.ticked(THURSDAY_MIDNIGHT)
    said = desk.hear(notified(date(2026, 3, 6)))
    assert short(*said) == [("met late", date(2026, 3, 6)), ("opened", date(2027, 3, 6))]
    assert desk.because[-1] == "done-late"


def test_a_notification_in_time_but_heard_after_the_tick_is_met_and_not_late() -> None:
    desk = a_desk()
    desk.hear(convicted())
    desk.ticked(THURSDAY_MIDNIGHT)
    assert short(*desk.hear(notified(WEDNESDAY)))[0] == ("met", WEDNESDAY)


def test_a_notification_heard_before_its_conviction_meets_the_duty() -> None:
    desk = a_desk()
    assert desk.hear(notified(WEDNESDAY)) == []
    assert short(*desk.hear(convicted())) == [
        ("opened", WEDNESDAY),
        ("met", WEDNESDAY),
        ("opened", date(2027, 3, 4)),
    ]
    assert short(*desk.ticked(datetime(2026, 4, 1, tzinfo=UTC))) == []


def test_deadline_and_duty_are_the_same_from_opened_to_met() -> None:
    desk = a_desk()
    desk.hear(convicted())
    desk.ticked(THURSDAY_MIDNIGHT)
    desk.hear(notified(date(2026, 3, 6)))
    opened, missed, met = (
        of_kind(desk.said, kind)[0] for kind in (DeadlineOpened, DeadlineMissed, DeadlineMet)
    )
    assert opened.deadline_ref == missed.deadline_ref == met.deadline_ref


def test_a_deadline_has_another_number_for_every_person() -> None:
    (one,) = of_kind(a_desk().hear(convicted()), DeadlineOpened)
    other = admitted(a_conviction(convicted_on=MONDAY), person=a_person(2))
    assert one.deadline_ref != of_kind(a_desk().hear(other), DeadlineOpened)[0].deadline_ref


def test_no_duty_for_a_new_conviction_of_somebody_who_had_notified_and_was_subject() -> None:
    desk = a_desk()
    desk.hear(convicted(), notified(WEDNESDAY))
    assert short(*desk.hear(convicted(on=date(2026, 9, 1)))) == []


def test_a_duty_turns_out_needless_when_the_earlier_notification_is_heard_late() -> None:
    desk = a_desk()
    desk.hear(convicted(on=date(2026, 9, 1)))
    desk.ticked(datetime(2026, 9, 4, tzinfo=UTC))
    said = desk.hear(convicted(), notified(WEDNESDAY))
    needless = of_kind(said, DeadlineCancelled)
    missed = of_kind(desk.said, DeadlineMissed)
    assert missed[0].deadline_ref in {one.deadline_ref for one in needless}
    assert not any(one.late for one in of_kind(said, DeadlineMet))


def test_a_yearly_notification_shows_that_the_first_was_made() -> None:
    desk = a_desk()
    yearly = notified(date(2026, 3, 10), NotificationKind.ANNUAL)
    assert short(*desk.hear(yearly, convicted(on=date(2020, 1, 6)))) == [
        ("opened", date(2027, 3, 10))
    ]


def test_a_first_notification_heard_after_a_yearly_one_says_when_it_was_made() -> None:
    desk = a_desk()
    desk.hear(notified(date(2026, 3, 10), NotificationKind.ANNUAL))
    desk.hear(convicted(on=date(2025, 3, 10)))
    assert short(*desk.hear(notified(date(2025, 3, 11)))) == [("met", date(2025, 3, 11))]


def test_everything_said_about_a_tick_names_the_person() -> None:
    desk = a_desk()
    desk.hear(convicted())
    tick = a_tick(THURSDAY_MIDNIGHT)
    (missed,) = desk.hear(tick)
    assert (missed.person_id, missed.caused_by) == (PERSON, tick.event_id)


@pytest.mark.parametrize(
    "fact", [a_conviction(), a_release(), a_notification()], ids=lambda fact: fact.kind()
)
def test_a_fact_about_nobody_is_an_error_that_holds_the_row(fact: Any) -> None:
    with pytest.raises(ValueError, match="person_id"):
        BY_FACT[type(fact)](None, fact, a_desk().context())


def test_a_yearly_notification_on_the_relevant_date_itself_shows_that_too() -> None:
    desk = a_desk()
    desk.hear(convicted(), notified(MONDAY, NotificationKind.ANNUAL))
    stages = {clock.duty: clock.stage for clock in desk.state.clocks}
    assert stages[Duty.INITIAL_NOTIFICATION] is Stage.NOT_NEEDED


@pytest.mark.parametrize(("day", "arises"), [(1, True), (2, False)])
def test_a_yearly_notification_due_on_the_last_day_of_all_still_arises(
    day: int, arises: bool
) -> None:
    """Subject until 1 March 2026."""
    desk = a_desk()
    last = date(2025, 3, day)
    desk.hear(cautioned(date(2024, 3, 2)), notified(last, NotificationKind.ANNUAL))
    found = [clock.due_on for clock in desk.state.clocks if clock.duty is Duty.ANNUAL_NOTIFICATION]
    assert found == ([date(2026, 3, 1)] if arises else [])
