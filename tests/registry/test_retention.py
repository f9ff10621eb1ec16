"""Once the arrangements have ended it is reviewed, in ten years, whether the record is needed."""

from datetime import date, timedelta

import pytest

from schemas.base import Fact
from schemas.eligibility import Disposal
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, MilestoneStage, Owner
from schemas.register import CategoryChanged
from services.registry.dates import end_of, start_of
from services.registry.domain import Register, Stage, as_of
from services.registry.domain.periods import spells_in
from services.registry.domain.retention import left_on
from services.registry.domain.screening import stays_of
from services.registry.rules import RULES
from tests.makers import a_record_review, admitted
from tests.registry.desk import Desk, of_kind
from tests.registry.person import BEFORE_FIFTH, NEWEST, a_desk, cautioned, convicted

CAUTIONED_ON = date(2024, 3, 2)
LAST_DAY, OUT_ON = date(2026, 3, 1), date(2026, 3, 2)
DUE_ON = date(2036, 3, 1)
RULES_NOW = RULES[NEWEST]


def reviews(desk: Desk) -> list[tuple[MilestoneStage, date]]:
    told = of_kind(desk.said, MilestoneDeadline)
    return [(one.stage, one.due_on) for one in told if one.milestone is Milestone.RETENTION_REVIEW]


def out() -> Desk:
    """Cautioned two years ago, and free since a moment."""
    desk = a_desk()
    desk.hear(cautioned(CAUTIONED_ON))
    desk.ticked(end_of(LAST_DAY))
    return desk


def test_it_begins_on_the_first_day_out_and_is_the_leading_bodys() -> None:
    desk = a_desk()
    desk.hear(cautioned(CAUTIONED_ON))
    desk.ticked(end_of(LAST_DAY) - timedelta(seconds=1))
    assert reviews(desk) == []
    desk.ticked(end_of(LAST_DAY))
    (changed,) = [one for one in of_kind(desk.said, CategoryChanged) if one.category is None]
    (told,) = of_kind(desk.said, MilestoneDeadline)
    assert changed.previous == 1
    assert (told.milestone, told.stage, told.owed_by) == (
        Milestone.RETENTION_REVIEW,
        MilestoneStage.OPENED,
        Owner.LEAD,
    )
    assert (told.due_on, told.remind_on) == (DUE_ON, DUE_ON - timedelta(days=182))
    assert (told.local, told.rule, told.occurred_at) == (True, "R-RET-3", start_of(OUT_ON))


def test_whichever_tick_shows_it_it_is_the_same_fact_and_is_said_once() -> None:
    late = a_desk()
    late.hear(cautioned(CAUTIONED_ON))
    late.ticked(end_of(LAST_DAY) + timedelta(days=40))
    (one,), (other,) = (of_kind(desk.said, MilestoneDeadline) for desk in (late, out()))
    assert one.event_id == other.event_id
    late.ticked(end_of(LAST_DAY) + timedelta(days=50))
    assert len(reviews(late)) == 1


def test_it_falls_away_when_the_person_comes_back_and_begins_anew_at_the_next_end() -> None:
    desk = out()
    desk.hear(cautioned(date(2026, 3, 9)))
    assert reviews(desk)[1:] == [(MilestoneStage.FELL_AWAY, DUE_ON)]
    desk.ticked(end_of(date(2028, 3, 8)))
    assert reviews(desk)[2:] == [(MilestoneStage.OPENED, date(2038, 3, 8))]


def test_a_caution_heard_late_that_prolongs_takes_it_back() -> None:
    desk = out()
    desk.hear(cautioned(date(2025, 3, 2)))
    assert reviews(desk)[1:] == [(MilestoneStage.FELL_AWAY, DUE_ON)]
    desk.ticked(end_of(date(2027, 3, 1)))
    assert reviews(desk)[2:] == [(MilestoneStage.OPENED, date(2037, 3, 1))]


def test_heard_of_long_after_it_is_over_it_begins_at_the_next_tick() -> None:
    desk = a_desk()
    desk.hear(cautioned(date(2014, 3, 2)))
    assert desk.wake_at is not None
    assert desk.wake_at <= start_of(date(2016, 3, 2))
    desk.ticked(start_of(OUT_ON))
    assert reviews(desk) == [(MilestoneStage.OPENED, date(2026, 3, 1))]
    assert [one.milestone for one in of_kind(desk.said, MilestoneMissed)] == [
        Milestone.RETENTION_REVIEW
    ]


def test_ten_years_on_nobody_said_it_was_done_and_it_is_overdue() -> None:
    desk = out()
    assert of_kind(desk.ticked(end_of(DUE_ON) - timedelta(seconds=1)), MilestoneMissed) == []
    (missed,) = of_kind(desk.ticked(end_of(DUE_ON)), MilestoneMissed)
    assert (missed.milestone, missed.due_on) == (Milestone.RETENTION_REVIEW, DUE_ON)


@pytest.mark.parametrize("version", BEFORE_FIFTH)
def test_by_the_versions_before_there_is_none(version: str) -> None:
    desk = a_desk(version)
    desk.hear(cautioned(CAUTIONED_ON))
    desk.ticked(end_of(LAST_DAY))
    assert reviews(desk) == []


def test_in_any_order_it_is_the_same() -> None:
    facts = (cautioned(CAUTIONED_ON), cautioned(date(2025, 3, 2)), cautioned(date(2026, 9, 1)))
    rows = list[object]()
    for order in (facts, facts[::-1], (facts[1], facts[2], facts[0])):
        desk = a_desk()
        for fact in order:
            desk.hear(fact)
            desk.ticked(start_of(date(2026, 10, 1)))
        rows.append(desk.state)
    assert rows[0] == rows[1] == rows[2]


# -- when somebody left


def first_day_out(register: Register) -> date | None:
    return left_on(stays_of(register, spells_in(register, RULES_NOW), RULES_NOW))


def test_who_is_in_category_2_when_notification_ends_has_not_left() -> None:
    register = as_of(
        (convicted(date(2010, 3, 1), term_months=12, schedule_15=True),), OUT_ON, RULES_NOW
    )
    assert register is not None
    assert register.category == 2
    assert first_day_out(register) is None


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        ((cautioned(CAUTIONED_ON),), OUT_ON),
        ((convicted(CAUTIONED_ON, term_months=40),), None),
        ((convicted(CAUTIONED_ON, disposal=Disposal.CAUTION, schedule_3=False),), None),
    ],
    ids=["the day after the last", "without end", "never in a category"],
)
def test_the_first_day_out_follows_from_what_was_heard(
    facts: tuple[object, ...], day: date | None
) -> None:
    desk = a_desk()
    desk.hear(*facts)  # type: ignore[arg-type]  # facts, as pytest hands them on
    assert (None if desk.state is None else first_day_out(desk.state)) == day


def test_it_is_ahead_until_then() -> None:
    desk = a_desk()
    desk.hear(cautioned(CAUTIONED_ON))
    (clock,) = (one for one in desk.state.milestones if one.duty is Milestone.RETENTION_REVIEW)
    assert (clock.stage, clock.opens_on) == (Stage.AHEAD, OUT_ON)


def reviewed(on: date) -> Fact:
    return admitted(a_record_review(reviewed_on=on))


def test_a_review_meets_it_and_the_next_is_owed_ten_years_after() -> None:
    desk = out()
    desk.hear(reviewed(date(2036, 2, 1)))
    desk.ticked(end_of(date(2036, 2, 1)))
    assert reviews(desk)[-2:] == [
        (MilestoneStage.MET, DUE_ON),
        (MilestoneStage.OPENED, date(2046, 1, 31)),
    ]


def test_a_review_before_somebody_left_is_none_of_it() -> None:
    before, after = out(), out()
    after.hear(reviewed(LAST_DAY))
    assert after.state.milestones == before.state.milestones


def test_a_review_on_the_first_day_out_is_where_the_months_begin_and_no_second_one() -> None:
    desk = out()
    desk.hear(reviewed(OUT_ON))
    assert reviews(desk) == [(MilestoneStage.OPENED, DUE_ON)]
    (clock,) = desk.state.milestones
    assert (clock.since, clock.due_on) == (OUT_ON, DUE_ON)
