"""Custody, hospital and abroad: the days that do not count, for every clock."""

from datetime import UTC, date, datetime

import pytest

from schemas.base import Fact
from schemas.custody import Presence, ReleaseKind
from schemas.register import Circumstance, DeadlineCancelled, DeadlineOpened, Duty, NotificationKind
from services.registry.domain import Clock, Stage, as_of
from services.registry.domain.pauses import held_on
from services.registry.rules import RULES
from tests.makers import a_notification, a_presence, a_return, admitted, an_address_change
from tests.registry.desk import of_kind
from tests.registry.person import (
    EARLY,
    MONDAY,
    NEWEST,
    a_desk,
    convicted,
    notified,
    released,
    short,
)

RULES_NOW = RULES[NEWEST]


def there(presence: Presence, on: date) -> Fact:
    return admitted(a_presence(presence, since_on=on))


def away(presence: Presence, begins_on: date, over_on: date) -> tuple[Fact, Fact]:
    return there(presence, begins_on), there(Presence.AT_LIBERTY, over_on)


def first_of(duty: Duty, *facts: Fact, on: date = date(2026, 3, 3)) -> Clock | None:
    found = as_of(facts, on, RULES_NOW)
    return None if found is None else next((c for c in found.clocks if c.duty is duty), None)


AWAY = [Presence.IN_CUSTODY, Presence.IN_HOSPITAL, Presence.ABROAD]


@pytest.mark.parametrize("presence", AWAY)
@pytest.mark.parametrize(
    ("begins_on", "over_on", "due_on"),
    [
        (date(2026, 3, 2), date(2026, 6, 1), date(2026, 6, 3)),
        (date(2026, 3, 3), date(2026, 6, 1), date(2026, 6, 2)),
        (date(2026, 3, 4), date(2026, 6, 1), date(2026, 6, 1)),
        (date(2026, 3, 5), date(2026, 6, 1), date(2026, 3, 4)),
        (date(2026, 3, 3), date(2026, 3, 3), date(2026, 3, 4)),
    ],
)
def test_what_is_left_of_the_three_days_runs_from_release_or_return(
    presence: Presence, begins_on: date, over_on: date, due_on: date
) -> None:
    facts = (convicted(), *away(presence, begins_on, over_on))
    clock = first_of(Duty.INITIAL_NOTIFICATION, *facts, on=over_on)
    assert clock is not None
    assert clock.due_on == due_on


def test_while_somebody_is_held_no_clock_runs_and_after_it_the_same_deadline_is_told_anew() -> None:
    desk = a_desk(NEWEST)
    (opened,) = of_kind(desk.hear(convicted()), DeadlineOpened)
    (held,) = desk.hear(there(Presence.IN_CUSTODY, date(2026, 3, 3)))
    assert isinstance(held, DeadlineCancelled)
    assert held.deadline_ref == opened.deadline_ref
    assert desk.state.clocks == ()
    assert short(*desk.ticked(datetime(2026, 5, 1, tzinfo=UTC))) == []
    (again,) = of_kind(desk.hear(released(date(2026, 6, 1))), DeadlineOpened)
    assert (again.deadline_ref, again.due_on) == (opened.deadline_ref, date(2026, 6, 2))


def test_a_move_from_prison_to_hospital_frees_nobody_and_its_end_does() -> None:
    to_hospital = (
        convicted(in_custody=True),
        released(date(2026, 4, 1), release=ReleaseKind.TO_HOSPITAL),
        there(Presence.IN_HOSPITAL, date(2026, 4, 1)),
    )
    assert first_of(Duty.INITIAL_NOTIFICATION, *to_hospital, on=date(2026, 5, 1)) is None
    free = (*to_hospital, there(Presence.AT_LIBERTY, date(2026, 6, 1)))
    clock = first_of(Duty.INITIAL_NOTIFICATION, *free, on=date(2026, 6, 1))
    assert clock is not None
    assert clock.due_on == date(2026, 6, 3)


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        ((convicted(), *away(Presence.IN_CUSTODY, date(2026, 4, 1), date(2026, 5, 1))), True),
        ((convicted(), *away(Presence.IN_HOSPITAL, date(2026, 4, 1), date(2026, 5, 1))), True),
        ((convicted(), *away(Presence.ABROAD, date(2026, 4, 1), date(2026, 5, 1))), False),
        ((convicted(date(2026, 4, 1), in_custody=True), released(date(2026, 5, 1))), True),
        ((convicted(date(2026, 4, 1)), released(date(2026, 5, 1))), False),
    ],
)
def test_who_is_held_is_so_from_the_first_day_and_on_the_day_of_release_no_more(
    facts: tuple[Fact, ...], held: bool
) -> None:
    found = as_of(facts, date(2026, 6, 1), RULES_NOW)
    assert found is not None
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1))
    assert [held_on(found, day) for day in days] == [False, held, held, False]


def test_who_is_held_with_no_end_told_is_held_on() -> None:
    found = as_of((convicted(in_custody=True),), date(2026, 6, 1), RULES_NOW)
    assert found is not None
    assert held_on(found, date(2026, 6, 1))


def test_custody_for_one_matter_holds_the_clock_of_another() -> None:
    facts = (
        convicted(in_custody=True),
        convicted(date(2026, 4, 1), term_months=6),
        released(date(2026, 6, 1)),
    )
    found = as_of(facts, date(2026, 6, 1), RULES_NOW)
    assert found is not None
    assert {clock.due_on for clock in found.clocks} == {date(2026, 6, 3)}


def test_a_change_in_custody_is_notified_after_it() -> None:
    facts = (
        convicted(),
        notified(MONDAY),
        *away(Presence.IN_CUSTODY, date(2026, 4, 1), date(2026, 5, 1)),
        admitted(an_address_change(moved_on=date(2026, 4, 10))),
    )
    clock = first_of(Duty.HOME_NOTIFICATION, *facts, on=date(2026, 5, 1))
    assert clock is not None
    assert clock.due_on == date(2026, 5, 3)


@pytest.mark.parametrize(
    ("begins_on", "over_on", "due_on"),
    [
        (date(2027, 3, 1), date(2027, 3, 2), date(2027, 3, 2)),
        (date(2027, 3, 1), date(2027, 3, 3), date(2027, 3, 5)),
        (date(2027, 3, 2), date(2027, 6, 1), date(2027, 6, 3)),
        (date(2027, 3, 3), date(2027, 6, 1), date(2027, 3, 2)),
    ],
)
def test_a_year_that_ends_in_custody_goes_on_until_the_third_day_after(
    begins_on: date, over_on: date, due_on: date
) -> None:
    """Notified on 2 March 2026, so within the year to 2 March 2027 (R-NOT-42)."""
    facts = (convicted(), notified(MONDAY), *away(Presence.IN_CUSTODY, begins_on, over_on))
    clock = first_of(Duty.ANNUAL_NOTIFICATION, *facts, on=over_on)
    assert clock is not None
    assert clock.due_on == due_on


def test_a_year_that_ends_in_custody_with_no_end_yet_is_not_missed() -> None:
    facts = (convicted(), notified(MONDAY), there(Presence.IN_CUSTODY, date(2027, 3, 1)))
    assert first_of(Duty.ANNUAL_NOTIFICATION, *facts, on=date(2027, 4, 1)) is None


@pytest.mark.parametrize("version", EARLY)
@pytest.mark.parametrize(
    "held",
    [
        there(Presence.IN_CUSTODY, date(2026, 3, 3)),
        admitted(a_return(returned_on=date(2026, 3, 3))),
    ],
    ids=["in-custody", "recalled"],
)
def test_by_rules_before_only_custody_on_the_relevant_date_holds_its_own_clock(
    held: Fact, version: str
) -> None:
    desk = a_desk(version)
    desk.hear(convicted(), held)
    assert short(*desk.ticked(datetime(2026, 3, 5, tzinfo=UTC))) == [("missed", date(2026, 3, 4))]


@pytest.mark.parametrize("version", EARLY)
def test_by_rules_before_custody_on_one_relevant_date_holds_no_clock_of_another(
    version: str,
) -> None:
    desk = a_desk(version)
    assert short(*desk.hear(convicted(in_custody=True))) == []
    another = convicted(date(2026, 4, 1), term_months=6)
    assert short(*desk.hear(another)) == [("opened", date(2026, 4, 3))]
    assert short(*desk.hear(released(date(2026, 6, 1)))) == [("opened", date(2026, 6, 3))]


# -- the year and the week


def change(on: date, *circumstances: Circumstance) -> Fact:
    kind = NotificationKind.CHANGE
    return admitted(a_notification(made_on=on, notification=kind, circumstances=circumstances))


def test_vector_20_bank_details_do_not_move_the_year_and_a_new_address_does() -> None:
    subject = (convicted(date(2020, 1, 6)), notified(date(2025, 3, 10), NotificationKind.ANNUAL))
    bank = change(date(2025, 8, 1), Circumstance.FINANCE)
    still = first_of(Duty.ANNUAL_NOTIFICATION, *subject, bank, on=date(2025, 8, 1))
    assert still is not None
    assert still.due_on == date(2026, 3, 10)
    home = change(date(2025, 9, 5), Circumstance.HOME, Circumstance.FINANCE)
    moved = first_of(Duty.ANNUAL_NOTIFICATION, *subject, bank, home, on=date(2025, 9, 5))
    assert moved is not None
    assert moved.due_on == date(2026, 9, 5)


def test_what_is_told_to_have_done_the_year_is_the_new_address_and_not_the_bank_details() -> None:
    desk = a_desk(NEWEST)
    desk.hear(convicted(date(2025, 3, 10)), notified(date(2025, 3, 10)))
    assert desk.hear(change(date(2025, 8, 1), Circumstance.FINANCE)) == []
    assert short(*desk.hear(change(date(2025, 9, 5), Circumstance.HOME))) == [
        ("met", date(2025, 9, 5)),
        ("opened", date(2026, 9, 5)),
    ]


def homeless(on: date, kind: NotificationKind = NotificationKind.INITIAL) -> Fact:
    return admitted(a_notification(made_on=on, notification=kind, home=None, no_fixed_home=True))


def test_vector_21_without_a_home_the_next_notification_is_within_seven_days() -> None:
    subject = (convicted(date(2026, 6, 1)), homeless(date(2026, 6, 1)))
    clock = first_of(Duty.WEEKLY_NOTIFICATION, *subject, on=date(2026, 6, 8))
    assert clock is not None
    assert (clock.due_on, clock.stage) == (date(2026, 6, 8), Stage.OPEN)
    over = first_of(Duty.WEEKLY_NOTIFICATION, *subject, on=date(2026, 6, 9))
    assert over is not None
    assert over.stage is Stage.MISSED
    assert first_of(Duty.ANNUAL_NOTIFICATION, *subject, on=date(2026, 6, 8)) is None


def test_each_weekly_notification_meets_the_one_before_until_there_is_a_home_again() -> None:
    desk = a_desk(NEWEST)
    desk.hear(convicted(date(2026, 6, 1)), homeless(date(2026, 6, 1)))
    again = homeless(date(2026, 6, 8), NotificationKind.ANNUAL)
    assert short(*desk.hear(again)) == [("met", date(2026, 6, 8)), ("opened", date(2026, 6, 15))]
    silent = admitted(a_notification(made_on=date(2026, 6, 15), home=None))
    assert short(*desk.hear(silent))[-1] == ("opened", date(2026, 6, 22))
    kind = NotificationKind.CHANGE
    home = admitted(
        a_notification(made_on=date(2026, 6, 16), notification=kind, no_fixed_home=False)
    )
    assert short(*desk.hear(home))[-1] == ("opened", date(2027, 6, 16))


def test_before_the_regulations_of_2012_there_was_no_weekly_duty() -> None:
    for on, duty in (
        (date(2012, 8, 12), Duty.ANNUAL_NOTIFICATION),
        (date(2012, 8, 13), Duty.WEEKLY_NOTIFICATION),
    ):
        clock = first_of(duty, convicted(on), homeless(on), on=on)
        assert clock is not None


def test_the_year_is_called_to_mind_four_weeks_before_its_end() -> None:
    desk = a_desk(NEWEST)
    said = of_kind(desk.hear(convicted(), notified(MONDAY)), DeadlineOpened)
    assert [(one.duty, one.remind_on) for one in said] == [
        (Duty.INITIAL_NOTIFICATION, None),
        (Duty.ANNUAL_NOTIFICATION, date(2027, 2, 2)),
    ]
