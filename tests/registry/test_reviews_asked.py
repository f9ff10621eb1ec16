"""A review that is asked for: by when the police decide it, what speaks against it, the appeal."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, MilestoneStage, Owner
from schemas.register import PreventionOrder
from services.registry.dates import end_of, start_of
from services.registry.domain import Stage, as_of
from services.registry.domain.review import Doubt, Refused, asked_of, refused_of, review_of
from services.registry.rules import RULES
from tests.makers import (
    a_prevention_order,
    a_review,
    a_review_asked,
    a_revision,
    a_taking_back,
    admitted,
)
from tests.registry.desk import Desk, of_kind
from tests.registry.person import (
    BEFORE_FIFTH,
    MONDAY,
    NEWEST,
    a_desk,
    convicted,
    notified,
    released,
)

RULES_NOW = RULES[NEWEST]
DUE = MONDAY + timedelta(days=84)
OPENS = date(2025, 9, 1)


def held(**fields: Any) -> tuple[Fact, ...]:
    """Indefinitely since 2006, released and notified in 2010."""
    conviction = convicted(date(2006, 9, 1), term_months=96, in_custody=True, **fields)
    return conviction, released(date(2010, 8, 31)), notified(date(2010, 9, 1))


def asked(on: date = MONDAY) -> Fact:
    return admitted(a_review_asked(asked_on=on))


def decided(on: date, **fields: Any) -> Fact:
    return admitted(a_review(decided_on=on, **fields))


def desk_of(*facts: Fact, version: str = NEWEST) -> Desk:
    desk = a_desk(version)
    desk.hear(*facts)
    return desk


def told(desk: Desk) -> list[tuple[MilestoneStage, date]]:
    every = of_kind(desk.said, MilestoneDeadline)
    return [(one.stage, one.due_on) for one in every if one.milestone is Milestone.REVIEW_DECISION]


def doubts(*facts: Fact, on: date = MONDAY) -> list[tuple[Doubt, ...]]:
    row = as_of(facts, on, RULES_NOW)
    assert row is not None
    return [one.doubts for one in asked_of(row, on, RULES_NOW)]


def refusals(*facts: Fact, on: date) -> list[Refused]:
    row = as_of((*held(), *facts), on, RULES_NOW)
    assert row is not None
    return list(refused_of(row, on, RULES_NOW))


# -- by when the police decide


def test_twelve_weeks_after_it_was_received_the_police_have_decided_at_the_latest() -> None:
    """Fourteen days, twenty-eight days and six weeks (SOA 2003 s.91B(8)-(9), s.91C(1))."""
    desk = desk_of(*held(), asked())
    (opened,) = [
        one
        for one in of_kind(desk.said, MilestoneDeadline)
        if one.milestone is Milestone.REVIEW_DECISION
    ]
    assert (opened.stage, opened.due_on) == (MilestoneStage.OPENED, DUE)
    assert (opened.owed_by, opened.rule, opened.local) == (Owner.POLICE, "R-REV-6", True)


@pytest.mark.parametrize("lifted", [True, False])
def test_a_decision_either_way_meets_it_and_one_before_the_application_does_not(
    lifted: bool,
) -> None:
    desk = desk_of(*held(), decided(date(2015, 9, 1)), asked())
    assert told(desk) == [(MilestoneStage.OPENED, DUE)]
    desk.hear(decided(DUE, lifted=lifted))
    assert told(desk)[1:] == [(MilestoneStage.MET, DUE)]


def test_a_decision_of_a_court_on_the_very_day_meets_it() -> None:
    desk = desk_of(*held(), asked(), decided(MONDAY, lifted=True))
    (clock,) = [one for one in desk.state.milestones if one.duty is Milestone.REVIEW_DECISION]
    assert (clock.stage, clock.met_on, clock.late) == (Stage.MET, MONDAY, False)


def test_what_is_not_decided_by_the_last_day_is_overdue_and_nobodys_breach() -> None:
    desk = desk_of(*held(), asked())
    desk.ticked(end_of(DUE) - timedelta(seconds=1))
    assert of_kind(desk.said, MilestoneMissed) == []
    (missed,) = [
        one
        for one in of_kind(desk.ticked(end_of(DUE)), MilestoneMissed)
        if one.milestone is Milestone.REVIEW_DECISION
    ]
    assert missed.due_on == DUE


def test_asked_again_each_application_has_its_own_last_day() -> None:
    again = date(2034, 3, 2)
    desk = desk_of(*held(), asked(), decided(MONDAY), asked(again))
    assert told(desk)[-1] == (MilestoneStage.OPENED, again + timedelta(days=84))


def test_what_was_never_received_or_is_quashed_falls_away() -> None:
    application = asked()
    desk = desk_of(*held(), application)
    desk.hear(admitted(a_taking_back(application)))
    assert told(desk)[1:] == [(MilestoneStage.FELL_AWAY, DUE)]
    quashed = desk_of(*held(sentence_ref="one"), asked())
    quashed.hear(admitted(a_revision(sentence_ref="one", sentence=None, revised_on=MONDAY)))
    assert told(quashed)[1:] == [(MilestoneStage.FELL_AWAY, DUE)]


def test_before_the_day_there_were_reviews_nothing_is_owed() -> None:
    early = date(2012, 7, 29)
    assert told(desk_of(*held(), asked(early))) == []
    assert told(desk_of(*held(), asked(early + timedelta(days=1)))) != []


@pytest.mark.parametrize("version", BEFORE_FIFTH)
def test_by_rules_before_an_application_is_not_weighed(version: str) -> None:
    desk = desk_of(*held(), version=version)
    assert desk.hear(asked()) == []
    assert list(asked_of(desk.state, MONDAY, RULES[version])) == []


# -- what speaks against an application is said, and decided by people


@pytest.mark.parametrize(
    ("on", "against"), [(OPENS - timedelta(days=1), (Doubt.TOO_EARLY,)), (OPENS, ())]
)
def test_an_application_before_its_day_is_shown_as_one_and_owed_an_answer(
    on: date, against: tuple[Doubt, ...]
) -> None:
    assert doubts(*held(), asked(on), on=on) == [against]
    assert told(desk_of(*held(), asked(on))) == [(MilestoneStage.OPENED, on + timedelta(days=84))]


def test_an_order_in_force_when_it_is_made_speaks_against_it_and_one_since_does_not() -> None:
    for made_on, against in ((MONDAY, (Doubt.ORDER,)), (MONDAY + timedelta(days=1), ())):
        order = a_prevention_order(
            order=PreventionOrder.SEXUAL_HARM_PREVENTION, made_on=made_on, until=None
        )
        assert doubts(*held(), admitted(order), asked(), on=date(2026, 3, 9)) == [against]


def test_of_somebody_who_has_nothing_to_review_it_is_shown_and_nothing_is_owed() -> None:
    short = convicted(term_months=12)
    assert doubts(short, asked()) == [(Doubt.NOT_ENDLESS,)]
    assert told(desk_of(short, asked())) == []


def test_while_no_day_is_counted_that_is_said() -> None:
    conviction, freed, _ = held()
    assert doubts(conviction, freed, asked()) == [(Doubt.NOT_COUNTED,)]


def test_once_lifted_it_stands_as_it_was_found() -> None:
    lifted = decided(MONDAY + timedelta(days=20), lifted=True)
    assert doubts(*held(), asked(), lifted, on=date(2026, 6, 1)) == [()]


@pytest.mark.parametrize(
    ("looked_on", "decided_on"),
    [(date(2026, 3, 19), None), (date(2026, 3, 20), date(2026, 3, 20))],
)
def test_an_application_is_decided_by_the_decision_after_it_once_there_is_one(
    looked_on: date, decided_on: date | None
) -> None:
    story = (*held(), decided(date(2015, 9, 1)), asked(), decided(date(2026, 3, 20)))
    row = as_of(story, date(2026, 6, 1), RULES_NOW)
    assert row is not None
    (found,) = asked_of(row, looked_on, RULES_NOW)
    assert (found.on, found.decided_on) == (MONDAY, decided_on)


# -- the appeal


@pytest.mark.parametrize(
    ("received_on", "until"), [(date(2026, 3, 6), date(2026, 3, 26)), (None, None)]
)
def test_the_days_to_appeal_begin_with_receipt_and_without_it_no_day_is_shown(
    received_on: date | None, until: date | None
) -> None:
    (found,) = refusals(decided(MONDAY, received_on=received_on), on=date(2026, 3, 9))
    assert (found.appeal_until, found.appeal_days) == (until, 21)


def test_a_review_that_lifts_has_no_appeal() -> None:
    assert refusals(decided(MONDAY, lifted=True, received_on=MONDAY), on=MONDAY) == []


def test_a_refusal_that_sets_no_day_to_ask_again_is_not_doubtful() -> None:
    (found,) = refusals(decided(MONDAY), on=MONDAY)
    assert found.doubts == ()


@pytest.mark.parametrize("version", BEFORE_FIFTH)
def test_by_rules_before_no_appeal_is_shown(version: str) -> None:
    row = as_of((*held(), decided(MONDAY)), MONDAY, RULES[version])
    assert row is not None
    assert len(row.reviews) == 1
    assert list(refused_of(row, MONDAY, RULES[version])) == []


def test_a_day_to_ask_again_later_than_fifteen_years_is_doubtful_and_counts() -> None:
    for next_from, against in ((date(2041, 3, 2), ()), (date(2041, 3, 3), (Doubt.GAP,))):
        refused = decided(MONDAY, next_from=next_from)
        (found,) = refusals(refused, on=MONDAY)
        assert found.doubts == against
        row = as_of((*held(), refused), MONDAY, RULES_NOW)
        assert row is not None
        review = review_of(row, MONDAY, RULES_NOW)
        assert review is not None
        assert review.opens_on == next_from


def test_before_the_thirtieth_of_july_2012_no_review_opens() -> None:
    child = convicted(date(2003, 6, 2), term_months=96, born_on=date(1990, 1, 31), in_custody=True)
    facts = (child, released(date(2003, 6, 3)), notified(date(2004, 6, 1)))
    found = {}
    for version in (NEWEST, "2026-4"):
        row = as_of(facts, date(2012, 6, 4), RULES[version])
        assert row is not None
        review = review_of(row, date(2012, 6, 4), RULES[version])
        assert review is not None
        found[version] = review.opens_on
    assert found == {NEWEST: date(2012, 7, 30), "2026-4": date(2012, 6, 1)}


# -- in any order


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(8)), st.permutations(range(8)), st.lists(st.integers(0, 7)))
def test_any_order_with_ticks_between_ends_in_the_same_row(
    one: list[int], other: list[int], ticks: list[int]
) -> None:
    order = a_prevention_order(order=PreventionOrder.SEXUAL_HARM_PREVENTION, made_on=MONDAY)
    facts = [
        *held(),
        asked(date(2026, 1, 5)),
        asked(MONDAY),
        decided(date(2026, 4, 1), received_on=date(2026, 4, 2)),
        decided(date(2026, 6, 1), lifted=True),
        admitted(order),
    ]
    desks = [a_desk(), a_desk()]
    for desk, numbers in zip(desks, (one, other), strict=True):
        for place, number in enumerate(numbers):
            desk.hear(facts[number])
            if place in ticks:
                desk.ticked(start_of(date(2026, 6, 2)))
        desk.ticked(start_of(date(2026, 7, 1)))
        repeat = desk.hear(*facts)
        assert repeat == []
    assert desks[0].state == desks[1].state
