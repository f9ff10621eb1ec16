"""Reminders, and deadlines that fall away without being met: facts of their own by 2026-5."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings

from schemas.base import Fact
from schemas.custody import Presence
from schemas.eligibility import Disposal
from schemas.register import (
    CancelGround,
    Circumstance,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    Duty,
    NotificationKind,
)
from services.registry.dates import start_of
from tests.makers import (
    a_conviction,
    a_notification,
    a_presence,
    a_review,
    a_revision,
    a_taking_back,
    a_travel_notice,
    admitted,
    an_address_change,
)
from tests.registry.desk import of_kind
from tests.registry.person import (
    MONDAY,
    THURSDAY_MIDNIGHT,
    a_desk,
    cautioned,
    convicted,
    notified,
)
from tests.registry.test_properties import THE_END, interleavings

INITIAL, YEARLY = Duty.INITIAL_NOTIFICATION, Duty.ANNUAL_NOTIFICATION
DUE_ON, REMIND_ON = date(2027, 3, 2), date(2027, 2, 2)
"""Of the yearly notification after the one of that Monday."""


def _grounds(facts: list[Fact]) -> list[tuple[Duty, CancelGround]]:
    return [(fact.duty, fact.ground) for fact in of_kind(facts, DeadlineCancelled)]


def _told(**fields: Any) -> Fact:
    return convicted(sentence_ref="sentence-1", **fields)


def _quashed() -> Fact:
    return admitted(a_revision(None, sentence_ref="sentence-1", revised_on=date(2026, 3, 20)))


def _moved(on: date) -> Fact:
    return admitted(an_address_change(moved_on=on))


def _there(presence: Presence, on: date) -> Fact:
    return admitted(a_presence(presence, since_on=on))


def _fined() -> Fact:
    """Five years of notification, and nothing for agencies to do."""
    return convicted(disposal=Disposal.OTHER, term_months=0)


# -- reminders


def test_at_the_beginning_of_the_day_to_remind_from_a_reminder_is_said_once() -> None:
    desk = a_desk()
    desk.hear(_fined(), notified(MONDAY))
    assert desk.ticked(start_of(REMIND_ON) - timedelta(seconds=1)) == []
    (said,) = desk.ticked(start_of(REMIND_ON))
    assert isinstance(said, DeadlineReminded)
    assert (said.duty, said.due_on, said.occurred_at) == (YEARLY, DUE_ON, start_of(REMIND_ON))
    assert desk.because[-1] == "duty-reminded"
    assert desk.ticked(start_of(DUE_ON)) == []
    assert of_kind(desk.ticked(THE_END), DeadlineReminded) == []


def test_a_reminder_is_about_the_deadline_that_was_told() -> None:
    desk = a_desk()
    opened = of_kind(desk.hear(_fined(), notified(MONDAY)), DeadlineOpened)
    (said,) = of_kind(desk.ticked(start_of(REMIND_ON) + timedelta(hours=9)), DeadlineReminded)
    assert (said.deadline_ref, said.due_on) == (opened[-1].deadline_ref, opened[-1].due_on)
    assert said.noticed_at == start_of(REMIND_ON) + timedelta(hours=9)


def test_another_word_heard_after_a_reminder_brings_no_second_one() -> None:
    desk = a_desk()
    desk.hear(_fined(), notified(MONDAY))
    desk.ticked(start_of(REMIND_ON))
    desk.hear(_moved(date(2027, 2, 10)))
    later = desk.ticked(start_of(date(2027, 2, 11)))
    assert [one.duty for one in of_kind(later, DeadlineReminded)] == []
    assert [one.reminded for one in desk.state.clocks if one.duty is YEARLY] == [True]


def test_what_is_done_before_the_day_to_remind_from_is_not_reminded_of() -> None:
    desk = a_desk()
    desk.hear(_fined(), notified(MONDAY))
    desk.hear(notified(date(2027, 1, 20), NotificationKind.ANNUAL))
    assert desk.ticked(start_of(DUE_ON)) == []


def test_after_an_outage_what_is_over_is_missed_and_not_reminded_of() -> None:
    desk = a_desk()
    desk.hear(_fined(), notified(MONDAY))
    said = desk.ticked(start_of(DUE_ON + timedelta(days=3)))
    assert [type(fact) for fact in said] == [DeadlineMissed]


def test_after_an_outage_a_reminder_is_said_while_it_can_still_be_done() -> None:
    desk = a_desk()
    desk.hear(_fined(), notified(MONDAY))
    said = desk.ticked(start_of(DUE_ON) + timedelta(hours=23))
    assert [type(fact) for fact in said] == [DeadlineReminded]


def test_a_last_day_that_moves_is_reminded_of_anew() -> None:
    """In custody on the last day: the yearly notification is due three days after release."""
    desk = a_desk()
    desk.hear(_fined(), notified(MONDAY))
    desk.ticked(start_of(REMIND_ON))
    desk.hear(_there(Presence.IN_CUSTODY, date(2027, 2, 20)))
    desk.hear(_there(Presence.AT_LIBERTY, date(2027, 6, 1)))
    said = of_kind(desk.ticked(start_of(date(2027, 6, 1))), DeadlineReminded)
    assert [fact.due_on for fact in said if fact.duty is YEARLY] == [date(2027, 6, 3)]


def test_by_the_rules_before_a_reminder_is_only_a_day_told() -> None:
    desk = a_desk("2026-4")
    opened = of_kind(desk.hear(_fined(), notified(MONDAY)), DeadlineOpened)
    assert opened[-1].remind_on == REMIND_ON
    assert desk.ticked(start_of(REMIND_ON)) == []


# -- what falls away


def test_a_duty_told_of_falls_away_with_the_conviction_that_is_quashed() -> None:
    desk = a_desk()
    (opened,) = of_kind(desk.hear(_told()), DeadlineOpened)
    (said,) = of_kind(desk.hear(_quashed()), DeadlineCancelled)
    assert said.deadline_ref == opened.deadline_ref
    assert (said.ground, said.due_on) == (CancelGround.NOT_SUBJECT, opened.due_on)


def test_a_missed_one_falls_away_too() -> None:
    desk = a_desk()
    desk.hear(_told())
    assert len(of_kind(desk.ticked(THURSDAY_MIDNIGHT), DeadlineMissed)) == 1
    assert _grounds(desk.hear(_quashed())) == [(INITIAL, CancelGround.NOT_SUBJECT)]


def test_it_falls_away_as_not_subject_whatever_a_later_conviction_brings() -> None:
    desk = a_desk()
    desk.hear(_told(), convicted(date(2026, 3, 16)))
    assert (INITIAL, CancelGround.NOT_SUBJECT) in _grounds(desk.hear(_quashed()))


def test_what_was_done_by_a_word_taken_back_is_called_to_mind_after_all() -> None:
    back_on = date(2026, 7, 1)
    told = a_notification(
        made_on=back_on,
        notification=NotificationKind.CHANGE,
        circumstances=(Circumstance.RETURN,),
    )
    desk = a_desk()
    desk.hear(
        convicted(),
        notified(MONDAY),
        _there(Presence.ABROAD, date(2026, 6, 20)),
        _there(Presence.AT_LIBERTY, back_on),
        admitted(told),
        admitted(a_taking_back(told)),
    )
    said = of_kind(desk.ticked(start_of(date(2026, 7, 3))), DeadlineReminded)
    assert Duty.RETURN_NOTIFICATION in {one.duty for one in said}


def test_what_was_done_does_not_fall_away() -> None:
    desk = a_desk()
    desk.hear(_told(), notified(MONDAY))
    assert _grounds(desk.hear(_quashed())) == [(YEARLY, CancelGround.NOT_SUBJECT)]


def test_in_custody_no_clock_runs_and_it_is_told_anew_on_release() -> None:
    desk = a_desk()
    desk.hear(convicted(), notified(MONDAY), _moved(date(2026, 6, 1)))
    held = desk.hear(_there(Presence.IN_CUSTODY, date(2026, 6, 2)))
    held_or_away = CancelGround.HELD_OR_AWAY
    assert _grounds(held) == [(Duty.HOME_NOTIFICATION, held_or_away), (YEARLY, held_or_away)]
    assert desk.because[-1] == "duty-cancelled"
    free = of_kind(desk.hear(_there(Presence.AT_LIBERTY, date(2026, 7, 1))), DeadlineOpened)
    assert date(2026, 7, 2) in {one.due_on for one in free}


def test_custody_holds_a_duty_due_on_the_last_day_of_all_while_the_person_is_subject() -> None:
    """Subject until 1 March 2026."""
    desk = a_desk()
    yearly = notified(date(2025, 3, 1), NotificationKind.ANNUAL)
    opened = of_kind(desk.hear(cautioned(date(2024, 3, 2)), yearly), DeadlineOpened)
    assert (opened[-1].duty, opened[-1].due_on) == (YEARLY, date(2026, 3, 1))
    held = desk.hear(_there(Presence.IN_CUSTODY, date(2026, 2, 20)))
    assert _grounds(held) == [(YEARLY, CancelGround.HELD_OR_AWAY)]


def test_a_release_a_day_before_the_one_first_told_takes_its_place() -> None:
    desk = a_desk()
    held = _there(Presence.IN_CUSTODY, date(2026, 6, 10))
    desk.hear(convicted(), notified(MONDAY), held, _there(Presence.AT_LIBERTY, date(2026, 6, 11)))
    said = desk.hear(_there(Presence.AT_LIBERTY, date(2026, 6, 10)))
    release = Duty.RELEASE_NOTIFICATION
    assert (release, CancelGround.REPLACED) in _grounds(said)
    due_on = [one.due_on for one in of_kind(said, DeadlineOpened) if one.duty is release]
    assert due_on == [date(2026, 6, 12)]


def test_a_move_that_was_notified_ahead_need_not_be_notified() -> None:
    desk = a_desk()
    desk.hear(convicted(), notified(MONDAY), _moved(date(2026, 6, 10)))
    ahead = a_notification(
        made_on=date(2026, 6, 1),
        notification=NotificationKind.CHANGE,
        circumstances=(Circumstance.HOME,),
        expected_on=date(2026, 6, 10),
    )
    said = desk.hear(admitted(ahead))
    assert (Duty.HOME_NOTIFICATION, CancelGround.NOT_NEEDED) in _grounds(said)
    assert Duty.HOME_NOTIFICATION not in {one.duty for one in of_kind(said, DeadlineMet)}


def test_what_need_not_be_notified_is_said_once_and_of_what_had_not_begun_never() -> None:
    """That the move did not come would have been to say from the fourth day on."""
    desk = a_desk()
    ahead = a_notification(
        made_on=date(2026, 6, 1),
        notification=NotificationKind.CHANGE,
        circumstances=(Circumstance.HOME,),
        expected_on=date(2026, 6, 10),
    )
    desk.hear(convicted(), notified(MONDAY), admitted(ahead))
    assert _grounds(desk.hear(_moved(date(2026, 6, 10)))) == []
    late = a_desk()
    late.hear(convicted(), notified(MONDAY), _moved(date(2026, 6, 10)))
    not_needed = (Duty.HOME_NOTIFICATION, CancelGround.NOT_NEEDED)
    assert not_needed in _grounds(late.hear(admitted(ahead)))
    assert _grounds(late.hear(_moved(date(2026, 9, 1)))) == []


def test_a_journey_heard_of_late_takes_the_place_of_an_absence_nobody_had_named() -> None:
    desk = a_desk()
    left = _there(Presence.ABROAD, date(2026, 6, 20))
    desk.hear(convicted(), notified(MONDAY), left)
    told = a_travel_notice(
        journey_ref="trip-1",
        made_at=datetime(2026, 6, 1, tzinfo=UTC),
        departs_at=datetime(2026, 6, 20, 8, tzinfo=UTC),
    )
    assert _grounds(desk.hear(admitted(told))) == [
        (Duty.TRAVEL_NOTIFICATION, CancelGround.REPLACED)
    ]


def test_what_nobody_did_before_the_requirement_ended_cannot_be_done_any_more() -> None:
    desk = a_desk()
    desk.hear(convicted(term_months=0, disposal=Disposal.CAUTION))
    desk.ticked(THURSDAY_MIDNIGHT)
    said = desk.ticked(start_of(date(2028, 3, 9)))
    assert _grounds(said) == [(INITIAL, CancelGround.REQUIREMENT_ENDED)]
    (cancelled,) = of_kind(said, DeadlineCancelled)
    assert cancelled.occurred_at == start_of(date(2028, 3, 2))


def test_a_review_that_lifts_it_cancels_what_was_to_be_done_after() -> None:
    desk = a_desk()
    desk.hear(convicted(), notified(MONDAY))
    said = desk.hear(admitted(a_review(lifted=True, decided_on=date(2026, 9, 1))))
    assert _grounds(said) == [(YEARLY, CancelGround.NOT_SUBJECT)]


def test_a_home_that_is_none_makes_the_yearly_notification_a_weekly_one() -> None:
    """Said again of the same day."""
    desk = a_desk()
    desk.hear(convicted(), notified(MONDAY))
    weekly = a_notification(
        made_on=MONDAY, notification=NotificationKind.INITIAL, no_fixed_home=True
    )
    assert _grounds(desk.hear(admitted(weekly))) == [(YEARLY, CancelGround.REPLACED)]


def test_a_conviction_quashed_and_restored_is_missed_under_another_number() -> None:
    desk = a_desk()
    desk.hear(_told())
    (first,) = of_kind(desk.ticked(THURSDAY_MIDNIGHT), DeadlineMissed)
    desk.hear(_quashed())
    sentence = admitted(a_conviction(sentence_ref="sentence-2", convicted_on=MONDAY))
    desk.hear(sentence)
    (again,) = of_kind(desk.ticked(datetime(2026, 4, 1, tzinfo=UTC)), DeadlineMissed)
    assert again.deadline_ref == first.deadline_ref
    assert again.event_id != first.event_id
    assert (again.turn or 0) > (first.turn or 0)


# -- of any facts


@settings(deadline=None, max_examples=50)
@given(interleavings())
def test_whoever_was_told_of_a_deadline_is_told_how_it_ended(
    pair: tuple[list[Fact], list[Fact]],
) -> None:
    """What a reader of the facts alone holds to be open or missed is so in the row."""
    desk = a_desk()
    desk.hear(*pair[0])
    desk.ticked(THE_END)
    waits: dict[str, bool] = {}
    for fact in desk.said:
        if isinstance(fact, DeadlineOpened | DeadlineMissed):
            waits[fact.deadline_ref] = True
        elif isinstance(fact, DeadlineMet | DeadlineCancelled):
            waits[fact.deadline_ref] = False
    clocks = () if desk.state is None else desk.state.clocks
    mine = {one.ref(desk.state.person_id) for one in clocks if one.waits}
    assert {ref for ref, open_ in waits.items() if open_} == mine


@settings(deadline=None, max_examples=50)
@given(interleavings())
def test_of_one_deadline_and_last_day_a_reminder_is_said_once_and_only_while_it_runs(
    pair: tuple[list[Fact], list[Fact]],
) -> None:
    desk = a_desk()
    desk.hear(*pair[0])
    desk.ticked(THE_END)
    runs: dict[str, date] = {}
    reminded: set[tuple[str, date]] = set()
    for fact in desk.said:
        if isinstance(fact, DeadlineOpened):
            runs[fact.deadline_ref] = fact.due_on
            reminded.discard((fact.deadline_ref, fact.due_on))
        elif isinstance(fact, DeadlineReminded):
            key = (fact.deadline_ref, fact.due_on)
            assert runs.get(fact.deadline_ref) == fact.due_on
            assert key not in reminded
            reminded.add(key)
        elif isinstance(fact, DeadlineMet | DeadlineMissed | DeadlineCancelled):
            runs.pop(fact.deadline_ref, None)
