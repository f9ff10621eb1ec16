"""The register's clocks: when a duty is due, met, met late and missed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from schemas.base import Fact
from schemas.custody import Released, ReleaseKind
from schemas.eligibility import ConvictionRecorded, Disposal
from schemas.register import (
    CategoryChanged,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    Duty,
    NotificationKind,
    NotificationMade,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.domain import Stage
from tests.makers import PERSON, a_conviction, a_notification, a_person, a_release, a_tick, admitted
from tests.registry.desk import of_kind
from tests.registry.person import ROUTES, a_desk

MONDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 4)
THURSDAY_MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)


def _convicted(on: date = MONDAY, **fields: Any) -> ConvictionRecorded:
    return admitted(a_conviction(convicted_on=on, **fields))


def _cautioned(on: date) -> ConvictionRecorded:
    return _convicted(on, disposal=Disposal.CAUTION, term_months=0)


def _released(on: date, **fields: Any) -> Released:
    return admitted(a_release(released_on=on, **fields))


def _notified(on: date, kind: NotificationKind = NotificationKind.INITIAL) -> NotificationMade:
    return admitted(a_notification(made_on=on, notification=kind))


def _short(*facts: Fact) -> list[tuple[str, date]]:
    """The deadline facts, as what a reader looks at."""
    found = []
    for fact in facts:
        if isinstance(fact, DeadlineOpened):
            found.append(("opened", fact.due_on))
        elif isinstance(fact, DeadlineMet):
            found.append(("met late" if fact.late else "met", fact.met_on))
        elif isinstance(fact, DeadlineMissed):
            found.append(("missed", fact.due_on))
    return found


def test_vector_16_at_liberty_the_first_notice_is_due_on_the_third_day() -> None:
    said = a_desk().hear(_convicted())
    (opened,) = of_kind(said, DeadlineOpened)
    assert (opened.due_on, opened.duty) == (WEDNESDAY, Duty.INITIAL_NOTIFICATION)
    assert opened.rule == "R-NOT-20"


def test_vector_16_in_custody_the_three_days_begin_with_the_day_of_release() -> None:
    desk = a_desk()
    assert not of_kind(desk.hear(_convicted(in_custody=True)), DeadlineOpened)
    (opened,) = of_kind(desk.hear(_released(date(2026, 6, 1))), DeadlineOpened)
    assert opened.due_on == date(2026, 6, 3)
    assert desk.because == ["requirement-opened", "clock-started"]


def test_release_into_hospital_starts_no_clock() -> None:
    desk = a_desk()
    desk.hear(_convicted(in_custody=True))
    assert desk.hear(_released(MONDAY, release=ReleaseKind.TO_HOSPITAL)) == []
    assert desk.because[-1] == "to-hospital"


def test_release_of_somebody_who_was_at_liberty_when_convicted_starts_no_clock() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    assert desk.hear(_released(date(2026, 6, 1))) == []
    assert desk.because[-1] == "nothing-new"


def test_notifying_on_the_last_day_meets_the_duty_and_starts_the_year() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    said = desk.hear(_notified(WEDNESDAY))
    assert _short(*said) == [("met", WEDNESDAY), ("opened", date(2027, 3, 4))]
    assert desk.because[-1] == "duty-done"


def test_the_last_day_is_over_at_the_next_midnight_and_not_before() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    assert desk.wake_at == THURSDAY_MIDNIGHT
    assert desk.ticked(datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC)) == []
    (missed,) = desk.ticked(THURSDAY_MIDNIGHT)
    assert isinstance(missed, DeadlineMissed)
    assert (missed.due_on, missed.possible_breach) == (WEDNESDAY, True)
    assert (missed.occurred_at, missed.noticed_at) == (THURSDAY_MIDNIGHT, THURSDAY_MIDNIGHT)
    assert desk.because[-1] == "duty-missed"


def test_a_day_in_summer_is_over_at_midnight_in_london() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2026, 6, 1)))
    assert desk.wake_at == datetime(2026, 6, 3, 23, tzinfo=UTC)


def test_a_tick_before_the_last_day_is_over_changes_nothing() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    before = desk.state
    decision = desk._on_tick(before, a_tick(datetime(2026, 3, 3, tzinfo=UTC)), desk.context())
    assert (decision.state, decision.facts, decision.because) == (before, (), "nothing-new")


def test_after_an_outage_one_tick_says_what_was_missed_and_when_it_was_noticed() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    (missed,) = of_kind(desk.ticked(datetime(2026, 3, 9, 7, tzinfo=UTC)), DeadlineMissed)
    assert missed.occurred_at == THURSDAY_MIDNIGHT
    assert missed.noticed_at == datetime(2026, 3, 9, 7, tzinfo=UTC)
    assert desk.ticked(datetime(2026, 3, 9, 8, tzinfo=UTC)) == []


def test_a_missed_duty_done_later_is_met_late() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    desk.ticked(THURSDAY_MIDNIGHT)
    said = desk.hear(_notified(date(2026, 3, 6)))
    assert _short(*said) == [("met late", date(2026, 3, 6)), ("opened", date(2027, 3, 6))]
    assert desk.because[-1] == "done-late"


def test_a_notification_in_time_but_heard_after_the_tick_is_met_and_not_late() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    desk.ticked(THURSDAY_MIDNIGHT)
    assert _short(*desk.hear(_notified(WEDNESDAY)))[0] == ("met", WEDNESDAY)


def test_a_notification_heard_before_its_conviction_meets_the_duty() -> None:
    desk = a_desk()
    assert desk.hear(_notified(WEDNESDAY)) == []
    assert _short(*desk.hear(_convicted())) == [
        ("opened", WEDNESDAY),
        ("met", WEDNESDAY),
        ("opened", date(2027, 3, 4)),
    ]
    assert desk.ticked(datetime(2026, 4, 1, tzinfo=UTC)) == []


def test_deadline_and_duty_are_the_same_from_opened_to_met() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    desk.ticked(THURSDAY_MIDNIGHT)
    desk.hear(_notified(date(2026, 3, 6)))
    opened, missed, met = (
        of_kind(desk.said, kind)[0] for kind in (DeadlineOpened, DeadlineMissed, DeadlineMet)
    )
    assert opened.deadline_ref == missed.deadline_ref == met.deadline_ref


def test_a_deadline_has_another_number_for_every_person() -> None:
    (one,) = of_kind(a_desk().hear(_convicted()), DeadlineOpened)
    other = admitted(a_conviction(convicted_on=MONDAY), person=a_person(2))
    assert one.deadline_ref != of_kind(a_desk().hear(other), DeadlineOpened)[0].deadline_ref


def test_no_duty_for_a_new_conviction_of_somebody_who_had_notified_and_was_subject() -> None:
    desk = a_desk()
    desk.hear(_convicted(), _notified(WEDNESDAY))
    assert _short(*desk.hear(_convicted(on=date(2026, 9, 1)))) == []


def test_a_duty_turns_out_needless_when_the_earlier_notification_is_heard_late() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2026, 9, 1)))
    desk.ticked(datetime(2026, 9, 4, tzinfo=UTC))
    said = desk.hear(_convicted(), _notified(WEDNESDAY))
    met = of_kind(said, DeadlineMet)
    missed = of_kind(desk.said, DeadlineMissed)
    assert missed[0].deadline_ref in {one.deadline_ref for one in met}
    assert not any(one.late for one in met)


def test_a_yearly_notification_shows_that_the_first_was_made() -> None:
    desk = a_desk()
    yearly = _notified(date(2026, 3, 10), NotificationKind.ANNUAL)
    assert _short(*desk.hear(yearly, _convicted(on=date(2020, 1, 6)))) == [
        ("opened", date(2027, 3, 10))
    ]


def test_a_first_notification_heard_after_a_yearly_one_says_when_it_was_made() -> None:
    desk = a_desk()
    desk.hear(_notified(date(2026, 3, 10), NotificationKind.ANNUAL))
    desk.hear(_convicted(on=date(2025, 3, 10)))
    assert _short(*desk.hear(_notified(date(2025, 3, 11)))) == [("met", date(2025, 3, 11))]


def test_vector_20_an_address_change_moves_the_year() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2025, 3, 10)), _notified(date(2025, 3, 10)))
    said = desk.hear(_notified(date(2025, 9, 5), NotificationKind.CHANGE))
    assert _short(*said) == [("met", date(2025, 9, 5)), ("opened", date(2026, 9, 5))]
    (opened,) = of_kind(said, DeadlineOpened)
    assert (opened.duty, opened.rule) == (Duty.ANNUAL_NOTIFICATION, "R-NOT-40")


def test_an_older_notification_heard_late_moves_nothing() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2025, 3, 10)), _notified(date(2025, 3, 10)))
    desk.hear(_notified(date(2025, 9, 5), NotificationKind.CHANGE))
    assert _short(*desk.hear(_notified(date(2025, 6, 1), NotificationKind.CHANGE))) == []


def test_a_year_missed_and_then_done_is_met_late() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2025, 3, 10)), _notified(date(2025, 3, 10)))
    assert _short(*desk.ticked(datetime(2026, 3, 11, tzinfo=UTC))) == [
        ("missed", date(2026, 3, 10))
    ]
    said = desk.hear(_notified(date(2026, 3, 12), NotificationKind.ANNUAL))
    assert _short(*said) == [("met late", date(2026, 3, 12)), ("opened", date(2027, 3, 12))]


def test_no_yearly_duty_if_the_requirement_ends_before_it_is_due() -> None:
    desk = a_desk()
    discharge = _convicted(disposal=Disposal.CONDITIONAL_DISCHARGE, term_months=12)
    said = desk.hear(discharge, _notified(WEDNESDAY))
    assert _short(*said) == [("opened", WEDNESDAY), ("met", WEDNESDAY)]


def test_the_requirement_ends_on_the_tick_after_its_last_day() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2018, 6, 15), term_months=6), _notified(date(2018, 6, 16)))
    desk.hear(_notified(date(2024, 6, 16), NotificationKind.ANNUAL))
    assert desk.wake_at == datetime(2025, 6, 14, 23, tzinfo=UTC)
    ended, change = desk.ticked(datetime(2025, 6, 15, 12, tzinfo=UTC))
    assert isinstance(ended, RequirementEnded)
    assert ended.ended_on == date(2025, 6, 15)
    assert ended.occurred_at == datetime(2025, 6, 14, 23, tzinfo=UTC)
    assert isinstance(change, CategoryChanged)
    assert (change.category, change.previous) == (None, 1)
    assert desk.because[-1] == "requirement-ended"
    assert desk.wake_at is None


def test_a_later_conviction_revives_what_had_ended_without_a_gap() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2018, 6, 15), term_months=6))
    desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    said = desk.hear(_convicted(on=date(2025, 6, 15), term_months=12))
    (opened,) = of_kind(said, RequirementOpened)
    assert opened.last_day == date(2035, 6, 14)
    assert desk.state.category == 1


def test_an_ended_requirement_stays_ended_when_its_history_becomes_longer() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2018, 6, 15), term_months=6))
    desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    desk.hear(_cautioned(date(2017, 1, 9)))
    assert desk.state.requirement.ended
    assert desk.state.requirement.begins_on == date(2017, 1, 9)


def test_category_2_remains_when_notification_ends() -> None:
    desk = a_desk()
    desk.hear(_convicted(on=date(2005, 6, 15), term_months=12, schedule_15=True))
    said = desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    (change,) = of_kind(said, CategoryChanged)
    assert (change.category, change.previous) == (2, 1)


def test_a_duty_of_a_time_long_over_is_not_called_missed() -> None:
    desk = a_desk()
    desk.hear(_cautioned(date(2010, 6, 15)))
    said = desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))
    assert not of_kind(said, DeadlineMissed)
    assert [clock.stage for clock in desk.state.clocks] == [Stage.LAPSED]


def test_a_missed_duty_lapses_with_the_requirement() -> None:
    desk = a_desk()
    desk.hear(_cautioned(date(2010, 6, 15)))
    assert _short(*desk.ticked(datetime(2010, 7, 1, tzinfo=UTC))) == [("missed", date(2010, 6, 17))]
    assert _short(*desk.ticked(datetime(2026, 1, 1, tzinfo=UTC))) == []
    assert [clock.stage for clock in desk.state.clocks] == [Stage.LAPSED]


def test_a_lapsed_duty_opens_again_when_the_requirement_proves_longer() -> None:
    desk = a_desk()
    desk.hear(_cautioned(date(2010, 6, 15)))
    desk.ticked(datetime(2013, 1, 1, tzinfo=UTC))
    said = desk.hear(_convicted(on=date(2011, 6, 15), term_months=30))
    assert [due for word, due in _short(*said) if word == "opened"] == [
        date(2010, 6, 17),
        date(2011, 6, 17),
    ]
    assert len(of_kind(desk.ticked(datetime(2013, 1, 2, tzinfo=UTC)), DeadlineMissed)) == 2


def test_an_earlier_release_heard_late_moves_the_deadline() -> None:
    desk = a_desk()
    desk.hear(_convicted(in_custody=True), _released(date(2026, 6, 8)))
    assert _short(*desk.hear(_released(date(2026, 6, 1)))) == [("opened", date(2026, 6, 3))]


def test_a_yearly_duty_of_an_earlier_time_is_not_done_by_a_conviction_of_a_later_one() -> None:
    desk = a_desk()
    desk.hear(_cautioned(date(2010, 6, 15)), _notified(date(2010, 6, 15)))
    assert _short(*desk.hear(_convicted())) == [("opened", WEDNESDAY)]


def test_a_notification_after_the_last_day_does_no_duty() -> None:
    desk = a_desk()
    desk.hear(_cautioned(date(2010, 6, 15)), _notified(date(2010, 6, 15)))
    desk.ticked(datetime(2011, 6, 17, tzinfo=UTC))
    assert _short(*desk.hear(_notified(date(2013, 1, 1), NotificationKind.ANNUAL))) == []


def test_everything_said_about_a_tick_names_the_person() -> None:
    desk = a_desk()
    desk.hear(_convicted())
    tick = a_tick(THURSDAY_MIDNIGHT)
    (missed,) = desk.hear(tick)
    assert (missed.person_id, missed.caused_by) == (PERSON, tick.event_id)


@pytest.mark.parametrize(
    "fact", [a_conviction(), a_release(), a_notification()], ids=lambda fact: fact.kind()
)
def test_a_fact_about_nobody_is_an_error_that_holds_the_row(fact: Any) -> None:
    with pytest.raises(ValueError, match="person_id"):
        ROUTES[type(fact)](None, fact, a_desk().context())
