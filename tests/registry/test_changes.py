"""Changes notified after, before, or never: three days, and what becomes of a notice too early."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.base import Fact
from schemas.custody import Presence
from schemas.register import (
    CancelGround,
    Circumstance,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    Duty,
    NotificationKind,
)
from services.registry.domain import Clock, Register, Stage, as_of
from services.registry.domain.changes import DUTY
from services.registry.rules import RULES
from tests.makers import (
    a_change,
    a_notification,
    a_presence,
    a_taking_back,
    admitted,
    an_address_change,
)
from tests.registry.desk import of_kind
from tests.registry.person import (
    EARLY,
    NEWEST,
    a_desk,
    cautioned,
    convicted,
    notified,
    released,
    short,
)

RULES_NOW = RULES[NEWEST]
RELEVANT = date(2026, 1, 5)
SUBJECT: tuple[Fact, ...] = (convicted(RELEVANT), notified(date(2026, 1, 6)))
MARCH_10 = date(2026, 3, 10)


def moved(on: date) -> Fact:
    return admitted(an_address_change(moved_on=on))


def changed(circumstance: Circumstance, on: date, **fields: Any) -> Fact:
    return admitted(a_change(circumstance, changed_on=on, **fields))


def stayed(on: date, days: int, premises: str = "premises-1") -> Fact:
    last = on + timedelta(days=days - 1)
    return changed(Circumstance.PREMISES, on, until=last, premises_ref=premises)


def told(on: date, *circumstances: Circumstance, **fields: Any) -> Fact:
    kind = NotificationKind.CHANGE
    return admitted(
        a_notification(made_on=on, notification=kind, circumstances=circumstances, **fields)
    )


def foretold(on: date, expected_on: date = MARCH_10) -> Fact:
    return told(on, Circumstance.HOME, expected_on=expected_on)


def the(duty: Duty, *facts: Fact, on: date = date(2026, 4, 1)) -> Clock:
    """The one clock of that duty."""
    (clock,) = clocks(duty, *facts, on=on)
    return clock


def clocks(duty: Duty, *facts: Fact, on: date = date(2026, 4, 1)) -> list[Clock]:
    found = as_of((*SUBJECT, *facts), on, RULES_NOW)
    assert isinstance(found, Register)
    return [clock for clock in found.clocks if clock.duty is duty]


# -- after it happened


@pytest.mark.parametrize("circumstance", DUTY.keys() - {Circumstance.PREMISES})
def test_each_change_is_notified_within_three_days_beginning_with_it(
    circumstance: Circumstance,
) -> None:
    clock = the(DUTY[circumstance], changed(circumstance, MARCH_10), on=date(2026, 3, 12))
    assert (clock.due_on, clock.stage) == (date(2026, 3, 12), Stage.OPEN)
    over = the(DUTY[circumstance], changed(circumstance, MARCH_10), on=date(2026, 3, 13))
    assert over.stage is Stage.MISSED


@pytest.mark.parametrize(
    ("made_on", "late"), [(MARCH_10, False), (date(2026, 3, 12), False), (date(2026, 3, 13), True)]
)
def test_a_move_notified_after_it_meets_the_duty_late_or_not(made_on: date, late: bool) -> None:
    clock = the(Duty.HOME_NOTIFICATION, moved(MARCH_10), told(made_on, Circumstance.HOME))
    assert (clock.stage, clock.met_on, clock.late) == (Stage.MET, made_on, late)


def test_a_change_notified_without_a_word_of_what_is_a_new_home() -> None:
    assert the(Duty.HOME_NOTIFICATION, moved(MARCH_10), told(MARCH_10)).stage is Stage.MET
    name = changed(Circumstance.NAME, MARCH_10)
    assert the(Duty.NAME_NOTIFICATION, name, told(MARCH_10)).stage is Stage.MISSED


def test_another_change_notified_is_no_answer_and_a_yearly_one_says_everything() -> None:
    name = told(MARCH_10, Circumstance.NAME)
    assert the(Duty.HOME_NOTIFICATION, moved(MARCH_10), name).stage is Stage.MISSED
    yearly = notified(date(2026, 3, 11), NotificationKind.ANNUAL)
    assert the(Duty.HOME_NOTIFICATION, moved(MARCH_10), yearly).stage is Stage.MET


def test_what_changed_before_or_after_the_person_was_subject_is_no_duty() -> None:
    assert clocks(Duty.HOME_NOTIFICATION, moved(RELEVANT - timedelta(days=1))) == []
    after = (cautioned(date(2020, 1, 1)), moved(date(2022, 1, 1)))
    found = as_of(after, date(2026, 1, 1), RULES_NOW)
    assert found is not None
    assert all(clock.duty is Duty.INITIAL_NOTIFICATION for clock in found.clocks)


@pytest.mark.parametrize(("day", "owes"), [(12, False), (13, True)])
def test_before_the_regulations_of_2012_a_new_bank_account_was_not_notified(
    day: int, owes: bool
) -> None:
    on = date(2012, 8, day)
    facts = (convicted(date(2012, 1, 9)), changed(Circumstance.FINANCE, on))
    found = as_of(facts, on, RULES_NOW)
    assert found is not None
    assert (Duty.FINANCE_NOTIFICATION in {one.duty for one in found.clocks}) is owes


def test_a_missed_change_is_said_as_a_possible_breach_and_met_late() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*SUBJECT)
    (opened,) = of_kind(desk.hear(moved(MARCH_10)), DeadlineOpened)
    assert (opened.duty, opened.rule) == (Duty.HOME_NOTIFICATION, "R-NOT-30")
    (missed,) = of_kind(desk.ticked(datetime(2026, 3, 13, tzinfo=UTC)), DeadlineMissed)
    assert (missed.duty, missed.possible_breach) == (Duty.HOME_NOTIFICATION, True)
    met = of_kind(desk.hear(told(date(2026, 3, 20), Circumstance.HOME)), DeadlineMet)
    assert [(one.deadline_ref, one.late) for one in met if one.duty is opened.duty] == [
        (opened.deadline_ref, True)
    ]


@pytest.mark.parametrize("version", EARLY)
def test_by_rules_before_no_change_is_watched(version: str) -> None:
    desk = a_desk(version)
    desk.hear(*SUBJECT)
    assert desk.hear(moved(MARCH_10), changed(Circumstance.NAME, MARCH_10)) == []


# -- before it happens


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (date(2026, 3, 7), Stage.MISSED),
        (date(2026, 3, 8), Stage.NOT_NEEDED),
        (date(2026, 3, 12), Stage.NOT_NEEDED),
        (date(2026, 3, 13), Stage.MISSED),
    ],
)
def test_a_move_foretold_is_covered_from_two_days_before_to_the_third_day(
    on: date, stage: Stage
) -> None:
    assert the(Duty.HOME_NOTIFICATION, foretold(date(2026, 3, 1)), moved(on)).stage is stage


@pytest.mark.parametrize(
    ("on", "stage"), [(date(2026, 3, 12), Stage.NOT_NEEDED), (date(2026, 3, 13), Stage.MISSED)]
)
def test_a_move_foretold_without_a_day_is_covered_to_the_third_day_from_the_notice(
    on: date, stage: Stage
) -> None:
    ahead = told(MARCH_10, Circumstance.HOME)
    assert the(Duty.HOME_NOTIFICATION, ahead, moved(on)).stage is stage


def test_a_release_cannot_be_notified_before_it_happens() -> None:
    ahead = told(date(2026, 3, 9), Circumstance.RELEASE, expected_on=MARCH_10)
    assert the(Duty.RELEASE_NOTIFICATION, ahead, released(MARCH_10)).stage is Stage.MISSED
    assert clocks(Duty.CHANGE_WITHDRAWAL, ahead) == []


def test_vector_17_a_move_three_days_early_voids_the_notice_and_is_to_be_notified() -> None:
    early = (foretold(date(2026, 3, 1)), moved(date(2026, 3, 7)))
    clock = the(Duty.HOME_NOTIFICATION, *early, on=date(2026, 3, 9))
    assert (clock.stage, clock.due_on) == (Stage.OPEN, date(2026, 3, 9))
    (told_of,) = clocks(Duty.CHANGE_WITHDRAWAL, *early)
    assert told_of.stage is Stage.NOT_NEEDED


def test_vector_18_a_move_that_did_not_come_is_to_be_said_within_six_days() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*SUBJECT)
    assert ("opened", date(2026, 3, 15)) not in short(*desk.hear(foretold(date(2026, 3, 1))))
    assert short(*desk.ticked(datetime(2026, 3, 12, tzinfo=UTC))) == []
    (opened,) = desk.ticked(datetime(2026, 3, 13, tzinfo=UTC))
    assert isinstance(opened, DeadlineOpened)
    assert (opened.duty, opened.due_on) == (Duty.CHANGE_WITHDRAWAL, date(2026, 3, 15))
    assert opened.occurred_at == datetime(2026, 3, 13, tzinfo=UTC)
    assert desk.ticked(datetime(2026, 3, 15, tzinfo=UTC)) == []
    assert short(*desk.ticked(datetime(2026, 3, 16, tzinfo=UTC))) == [("missed", date(2026, 3, 15))]


def test_after_an_outage_one_tick_says_that_it_began_and_that_it_was_missed() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*SUBJECT, foretold(date(2026, 3, 1)))
    assert short(*desk.ticked(datetime(2026, 4, 1, tzinfo=UTC))) == [
        ("opened", date(2026, 3, 15)),
        ("missed", date(2026, 3, 15)),
    ]


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (date(2026, 3, 11), Stage.NOT_NEEDED),
        (date(2026, 3, 13), Stage.MET),
        (date(2026, 3, 16), Stage.MET),
    ],
)
def test_that_it_did_not_come_may_be_said_before_in_time_and_late(on: date, stage: Stage) -> None:
    said = told(on, Circumstance.HOME, not_happened=True)
    clock = the(Duty.CHANGE_WITHDRAWAL, foretold(date(2026, 3, 1)), said)
    assert (clock.stage, clock.met_on, clock.late) == (stage, on, on > date(2026, 3, 15))


def test_a_move_in_time_but_heard_late_ends_the_duty_to_say_that_it_did_not_come() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*SUBJECT, foretold(date(2026, 3, 1)))
    desk.ticked(datetime(2026, 3, 14, tzinfo=UTC))
    (fell_away,) = desk.hear(moved(date(2026, 3, 11)))
    assert isinstance(fell_away, DeadlineCancelled)
    assert (fell_away.duty, fell_away.ground) == (Duty.CHANGE_WITHDRAWAL, CancelGround.NOT_NEEDED)


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (date(2026, 3, 1), Stage.NOT_NEEDED),
        (date(2026, 3, 12), Stage.NOT_NEEDED),
        (date(2026, 3, 13), Stage.MISSED),
        (date(2026, 2, 28), Stage.MISSED),
    ],
)
def test_a_change_since_the_notice_and_within_its_time_is_the_one_foretold(
    on: date, stage: Stage
) -> None:
    facts = (foretold(date(2026, 3, 1)), moved(on))
    assert the(Duty.CHANGE_WITHDRAWAL, *facts).stage is stage


@pytest.mark.parametrize(
    ("premises", "stage"), [("premises-1", Stage.NOT_NEEDED), ("premises-2", Stage.MISSED)]
)
def test_a_stay_at_other_premises_is_not_the_one_foretold(premises: str, stage: Stage) -> None:
    ahead = told(
        date(2026, 3, 1), Circumstance.PREMISES, expected_on=MARCH_10, premises_ref="premises-1"
    )
    stay = stayed(date(2026, 3, 4), 7, premises)
    assert the(Duty.CHANGE_WITHDRAWAL, ahead, stay).stage is stage


@pytest.mark.parametrize(("last", "owes"), [(date(2026, 3, 13), True), (date(2026, 3, 9), False)])
def test_of_a_day_on_which_the_person_is_free_nothing_has_to_be_called_off(
    last: date, owes: bool
) -> None:
    cautioned_on = date(last.year - 2, last.month, last.day + 1)
    facts = (cautioned(cautioned_on), notified(cautioned_on), foretold(date(2026, 3, 1)))
    found = as_of(facts, date(2026, 3, 13), RULES_NOW)
    assert found is not None
    assert found.requirement is not None
    assert found.requirement.last_day == last
    assert (Duty.CHANGE_WITHDRAWAL in {one.duty for one in found.clocks}) is owes


def test_that_it_did_not_come_is_to_be_said_again_once_that_word_is_taken_back() -> None:
    desk, said = a_desk(NEWEST), told(date(2026, 3, 13), Circumstance.HOME, not_happened=True)
    desk.hear(*SUBJECT, foretold(date(2026, 3, 1)))
    desk.ticked(datetime(2026, 3, 13, tzinfo=UTC))
    desk.hear(said, admitted(a_taking_back(said)))
    again = desk.ticked(datetime(2026, 3, 14, tzinfo=UTC))
    assert short(*again) == [("opened", date(2026, 3, 15))]
    assert short(*desk.ticked(datetime(2026, 3, 16, tzinfo=UTC))) == [("missed", date(2026, 3, 15))]


def test_a_move_notified_afterwards_with_the_day_it_was_leaves_nothing_to_be_called_off() -> None:
    facts = (moved(date(2026, 3, 9)), foretold(MARCH_10, expected_on=date(2026, 3, 9)))
    assert the(Duty.HOME_NOTIFICATION, *facts).stage is Stage.MET
    assert clocks(Duty.CHANGE_WITHDRAWAL, *facts) == []
    for_today = foretold(MARCH_10, expected_on=MARCH_10)
    assert the(Duty.CHANGE_WITHDRAWAL, for_today).stage is Stage.MISSED


def test_only_a_change_is_notified_ahead() -> None:
    yearly = admitted(
        a_notification(
            made_on=date(2026, 3, 1),
            notification=NotificationKind.ANNUAL,
            expected_on=MARCH_10,
        )
    )
    assert clocks(Duty.CHANGE_WITHDRAWAL, yearly) == []


def test_a_day_foretold_again_after_it_was_called_off_counts_again() -> None:
    off = told(date(2026, 3, 4), Circumstance.HOME, not_happened=True)
    facts = (foretold(date(2026, 3, 1)), off, foretold(date(2026, 3, 5)))
    assert the(Duty.CHANGE_WITHDRAWAL, *facts).stage is Stage.MISSED


def test_a_day_foretold_and_called_off_on_one_day_is_called_off() -> None:
    off = told(date(2026, 3, 1), Circumstance.HOME, not_happened=True)
    clock = the(Duty.CHANGE_WITHDRAWAL, foretold(date(2026, 3, 1)), off)
    assert clock.stage is Stage.NOT_NEEDED


def test_that_something_did_not_come_moves_no_year_and_notifies_no_move() -> None:
    said = told(date(2026, 3, 13), Circumstance.HOME, not_happened=True)
    facts = (foretold(date(2026, 3, 1)), said, moved(date(2026, 3, 13)))
    assert the(Duty.ANNUAL_NOTIFICATION, *facts).since == date(2026, 3, 1)
    assert the(Duty.HOME_NOTIFICATION, *facts).stage is Stage.MISSED


# -- premises stayed at


def test_vector_19_the_seventh_day_at_premises_is_the_first_of_three() -> None:
    three_three_one = (
        stayed(date(2025, 6, 1), 3),
        stayed(date(2026, 1, 10), 3),
        stayed(date(2026, 3, 20), 1),
    )
    subject = convicted(date(2025, 1, 6)), notified(date(2025, 1, 7))
    found = as_of((*subject, *three_three_one), date(2026, 3, 22), RULES_NOW)
    assert found is not None
    (clock,) = [one for one in found.clocks if one.duty is Duty.PREMISES_NOTIFICATION]
    assert (clock.since, clock.due_on) == (date(2026, 3, 20), date(2026, 3, 22))
    six = as_of((*subject, *three_three_one[:2]), date(2026, 3, 22), RULES_NOW)
    assert six is not None
    assert [one for one in six.clocks if one.duty is Duty.PREMISES_NOTIFICATION] == []


@pytest.mark.parametrize(
    ("seventh", "qualifies"), [(date(2027, 1, 9), True), (date(2027, 1, 10), False)]
)
def test_the_twelve_months_run_from_the_first_of_the_seven_days(
    seventh: date, qualifies: bool
) -> None:
    facts = (stayed(date(2026, 1, 10), 6), stayed(seventh, 1))
    assert bool(clocks(Duty.PREMISES_NOTIFICATION, *facts, on=seventh)) is qualifies


def test_days_at_other_premises_are_not_added_and_a_day_told_twice_is_one() -> None:
    facts = (
        stayed(MARCH_10, 4),
        stayed(MARCH_10, 3),
        stayed(date(2026, 3, 20), 3, "premises-2"),
    )
    assert clocks(Duty.PREMISES_NOTIFICATION, *facts) == []


def test_premises_notified_are_notified_for_good_and_others_are_not() -> None:
    stays = (stayed(MARCH_10, 7), stayed(MARCH_10, 7, "premises-2"))
    one = told(date(2026, 2, 1), Circumstance.PREMISES, premises_ref="premises-1")
    stages = {c.about: c.stage for c in clocks(Duty.PREMISES_NOTIFICATION, *stays, one)}
    assert stages == {"premises-1": Stage.NOT_NEEDED, "premises-2": Stage.MISSED}
    after = told(date(2026, 3, 17), Circumstance.PREMISES, premises_ref="premises-2")
    stages = {c.about: c.stage for c in clocks(Duty.PREMISES_NOTIFICATION, *stays, one, after)}
    assert stages["premises-2"] is Stage.MET


def test_two_premises_on_one_day_are_two_deadlines() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*SUBJECT)
    said = desk.hear(stayed(MARCH_10, 7), stayed(MARCH_10, 7, "premises-2"))
    assert len({one.deadline_ref for one in of_kind(said, DeadlineOpened)}) == 2


def test_premises_without_a_number_are_a_deadline_of_their_own() -> None:
    unnumbered = changed(Circumstance.PREMISES, MARCH_10, until=date(2026, 3, 16))
    found = clocks(Duty.PREMISES_NOTIFICATION, stayed(MARCH_10, 7), unnumbered)
    assert {one.about for one in found} == {"premises-1", None}


def test_premises_are_notified_once_and_not_for_every_day_after_the_seventh() -> None:
    again = (stayed(MARCH_10, 7), stayed(date(2026, 3, 20), 3))
    assert the(Duty.PREMISES_NOTIFICATION, *again).since == date(2026, 3, 16)


# -- release


def test_release_of_somebody_who_had_notified_is_notified() -> None:
    clock = the(Duty.RELEASE_NOTIFICATION, released(MARCH_10), on=date(2026, 3, 12))
    assert (clock.due_on, clock.stage) == (date(2026, 3, 12), Stage.OPEN)
    done = told(date(2026, 3, 11), Circumstance.RELEASE)
    assert the(Duty.RELEASE_NOTIFICATION, released(MARCH_10), done).stage is Stage.MET


@pytest.mark.parametrize(
    ("presence", "owes"),
    [(Presence.IN_HOSPITAL, True), (Presence.IN_CUSTODY, True), (Presence.ABROAD, False)],
)
def test_the_end_of_detention_is_a_release_and_a_return_is_none(
    presence: Presence, owes: bool
) -> None:
    gone = admitted(a_presence(presence, since_on=date(2026, 2, 1)))
    back = admitted(a_presence(Presence.AT_LIBERTY, since_on=MARCH_10))
    found = [clock.due_on for clock in clocks(Duty.RELEASE_NOTIFICATION, gone, back)]
    assert found == ([date(2026, 3, 12)] if owes else [])


def test_release_before_the_first_notification_begins_that_one_alone() -> None:
    held = (convicted(RELEVANT, in_custody=True), released(MARCH_10))
    found = as_of(held, MARCH_10, RULES_NOW)
    assert found is not None
    assert [one.duty for one in found.clocks] == [Duty.INITIAL_NOTIFICATION]


def test_who_notifies_for_the_first_time_on_the_day_of_release_owes_no_more_for_it() -> None:
    held = (convicted(RELEVANT, in_custody=True), released(MARCH_10), notified(MARCH_10))
    found = as_of(held, MARCH_10, RULES_NOW)
    assert found is not None
    assert Duty.RELEASE_NOTIFICATION not in {one.duty for one in found.clocks}
