"""What the register shows of a person on any day, whenever its facts were heard."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.register import Duty, NotificationKind
from services.registry.dates import start_of
from services.registry.domain import DAYS, Register, Stage, as_of
from services.registry.rules import RULES
from tests.registry.person import MONDAY, a_desk, cautioned, convicted, notified

NOW = RULES[max(RULES)]
STORY: tuple[Fact, ...] = (
    cautioned(MONDAY),
    notified(date(2026, 3, 3)),
    convicted(date(2027, 6, 1), term_months=8),
    notified(date(2027, 2, 10)),
)


def _day(fact: Fact) -> date:
    field = DAYS[type(fact)]
    assert field is not None
    day = getattr(fact, field)
    assert isinstance(day, date)
    return day


def on(day: date, *facts: Fact) -> Register:
    found = as_of(facts or STORY, day, NOW)
    assert found is not None
    return found


def test_before_anything_happened_there_is_nobody() -> None:
    assert as_of(STORY, MONDAY - timedelta(days=1), NOW) is None
    assert as_of((), MONDAY, NOW) is None


def test_on_the_day_itself_what_it_brought_counts() -> None:
    requirement = on(MONDAY).requirement
    assert requirement is not None
    assert (requirement.begins_on, requirement.last_day) == (MONDAY, date(2028, 3, 1))


def test_what_came_later_is_not_yet_so() -> None:
    before, after = on(date(2027, 5, 31)), on(date(2027, 6, 1))
    assert (len(before.convictions), len(after.convictions)) == (1, 2)
    assert before.requirement is not None
    assert after.requirement is not None
    assert (before.requirement.last_day, after.requirement.last_day) == (
        date(2028, 3, 1),
        date(2037, 5, 31),
    )


@pytest.mark.parametrize(
    ("day", "stage"), [(date(2026, 3, 4), Stage.OPEN), (date(2026, 3, 5), Stage.MISSED)]
)
def test_a_duty_is_missed_the_day_after_its_last(day: date, stage: Stage) -> None:
    clock = on(day, cautioned(MONDAY)).clock(Duty.INITIAL_NOTIFICATION, MONDAY)
    assert clock is not None
    assert clock.stage is stage


def test_the_requirement_holds_on_its_last_day_and_not_the_day_after() -> None:
    last, after = on(date(2028, 3, 1), cautioned(MONDAY)), on(date(2028, 3, 2), cautioned(MONDAY))
    assert last.requirement is not None
    assert after.requirement is not None
    assert (last.requirement.ended, after.requirement.ended) == (False, True)
    assert (last.category, after.category) == (1, None)


@pytest.mark.parametrize(
    ("day", "stage"), [(date(2026, 3, 1), Stage.OPEN), (date(2026, 3, 2), Stage.LAPSED)]
)
def test_what_is_due_on_the_last_day_of_all_may_be_done_to_its_end(day: date, stage: Stage) -> None:
    yearly = notified(date(2025, 3, 1), NotificationKind.ANNUAL)
    found = on(day, cautioned(date(2024, 3, 2)), yearly)
    clock = found.clock(Duty.ANNUAL_NOTIFICATION, date(2025, 3, 1))
    assert clock is not None
    assert (clock.due_on, clock.stage) == (date(2026, 3, 1), stage)


def test_what_was_done_stays_done_when_the_person_is_free() -> None:
    found = on(date(2028, 3, 2), cautioned(MONDAY), notified(date(2026, 3, 3)))
    clock = found.clock(Duty.INITIAL_NOTIFICATION, MONDAY)
    assert clock is not None
    assert (clock.stage, clock.met_on) == (Stage.MET, date(2026, 3, 3))


@given(st.permutations(STORY), st.dates(MONDAY, date(2040, 1, 1)))
def test_the_order_in_which_it_was_heard_does_not_matter(order: list[Fact], day: date) -> None:
    assert on(day, *order) == on(day)


@given(st.dates(MONDAY, date(2040, 1, 1)))
def test_it_is_what_the_service_would_have_kept_on_that_day(day: date) -> None:
    """The service's own row, fact by fact and Tick by Tick, up to the beginning of that day."""
    desk = a_desk()
    for fact in sorted(STORY, key=_day):
        if _day(fact) <= day:
            desk.ticked(start_of(_day(fact)))
            desk.hear(fact)
    desk.ticked(start_of(day))
    assert on(day) == desk.state
