"""When a review of indefinite notification opens, what blocks it, and what a decision does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.base import Fact
from schemas.custody import Presence
from schemas.register import (
    Basis,
    NotificationKind,
    OtherOrder,
    PreventionOrder,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.domain import as_of
from services.registry.domain.review import Review, review_of
from services.registry.rules import RULES
from tests.makers import (
    a_presence,
    a_prevention_order,
    a_review,
    a_revision,
    a_sentence,
    admitted,
    another_order,
)
from tests.registry.desk import of_kind
from tests.registry.person import MONDAY, NEWEST, OF_ITS_END, a_desk, convicted, notified, released

RULES_NOW = RULES[NEWEST]
RELEVANT, RELEASED, NOTIFIED = date(2006, 9, 1), date(2010, 8, 31), date(2010, 9, 1)
CHILD = date(1990, 1, 31)


def held(**fields: object) -> tuple[Fact, ...]:
    """Indefinitely since 2006, released and notified in 2010."""
    conviction = convicted(RELEVANT, term_months=96, in_custody=True, **fields)
    return conviction, released(RELEASED), notified(NOTIFIED)


def decided(on: date, *, lifted: bool = False, next_from: date | None = None) -> Fact:
    return admitted(a_review(decided_on=on, lifted=lifted, next_from=next_from))


def ordered(order: PreventionOrder, until: date | None = None) -> Fact:
    return admitted(a_prevention_order(order=order, made_on=MONDAY, until=until))


def review(*facts: Fact, on: date = MONDAY, version: str = NEWEST) -> Review | None:
    register = as_of(facts, on, RULES[version])
    assert register is not None
    return review_of(register, on, RULES[version])


def opens_on(*facts: Fact, on: date = MONDAY, version: str = NEWEST) -> date | None:
    found = review(*facts, on=on, version=version)
    assert found is not None
    return found.opens_on


def test_vector_22_fifteen_years_from_the_first_notification_after_release() -> None:
    found = review(*held())
    assert found == Review(date(2025, 9, 1), (), None)
    blocked = review(*held(), ordered(PreventionOrder.SEXUAL_HARM_PREVENTION))
    assert blocked is not None
    assert [one.order for one in blocked.blocked_by] == [PreventionOrder.SEXUAL_HARM_PREVENTION]
    assert blocked.opens_on == date(2025, 9, 1)


def test_vector_5_at_seventeen_it_opens_after_eight_years() -> None:
    assert opens_on(*held(born_on=CHILD)) == date(2018, 9, 1)


def test_eighteen_on_the_relevant_date_is_an_adult_whatever_the_age_at_the_offence() -> None:
    eighteen = convicted(date(2008, 1, 31), term_months=30, born_on=CHILD, in_custody=True)
    freed = released(date(2008, 2, 1))
    assert opens_on(eighteen, freed, notified(date(2008, 2, 1))) == date(2023, 2, 1)


def test_a_notification_before_release_does_not_count() -> None:
    early = notified(date(2009, 1, 1), NotificationKind.CHANGE)
    assert opens_on(*held(), early) == date(2025, 9, 1)
    conviction, freed, _ = held()
    assert opens_on(conviction, freed, early) is None


def test_while_nobody_told_of_a_release_nothing_is_counted() -> None:
    conviction, _, made = held()
    assert opens_on(conviction, made) is None


def test_what_was_notified_before_the_relevant_date_put_right_does_not_count() -> None:
    wrong = convicted(
        RELEVANT, term_months=96, sentenced_on=date(2006, 10, 2), sentence_ref="sentence-1"
    )
    right_on = date(2008, 9, 1)
    right = a_revision(a_sentence(96, relevant_on=right_on), revised_on=right_on, corrects=True)
    of_another_matter = (released(date(2007, 3, 1)), notified(date(2007, 3, 2)))
    assert opens_on(wrong, *of_another_matter, admitted(right)) is None
    after = (released(RELEASED), notified(NOTIFIED))
    assert opens_on(wrong, *of_another_matter, admitted(right), *after) == date(2025, 9, 1)


def test_of_two_convictions_without_end_the_later_to_open_counts() -> None:
    second = convicted(date(2015, 3, 2), term_months=30)
    freed = released(date(2016, 6, 1))
    later = notified(date(2016, 6, 2), NotificationKind.CHANGE)
    assert opens_on(*held(), second, freed, later) == date(2031, 6, 2)


@pytest.mark.parametrize(
    ("sentenced_on", "opens"), [(None, date(2025, 9, 1)), (date(2006, 10, 2), date(2025, 9, 1))]
)
def test_convicted_on_bail_it_is_not_counted_from_what_was_notified_before_the_sentence(
    sentenced_on: date | None, opens: date
) -> None:
    """SOA 2003 s.91B(10): when first released after serving the sentence."""
    bailed = convicted(RELEVANT, term_months=96, sentenced_on=sentenced_on)
    on_bail = notified(date(2006, 9, 2))
    assert opens_on(bailed, on_bail) is None
    assert opens_on(bailed, on_bail, released(RELEASED), notified(NOTIFIED)) == opens


@pytest.mark.parametrize(
    ("in_custody", "opens"), [(True, date(2025, 9, 1)), (False, date(2021, 9, 2))]
)
def test_by_the_version_before_the_first_of_all_counted_of_somebody_not_held(
    in_custody: bool, opens: date
) -> None:
    conviction = convicted(RELEVANT, term_months=96, in_custody=in_custody)
    facts = (conviction, notified(date(2006, 9, 2)), released(RELEASED), notified(NOTIFIED))
    assert opens_on(*facts, version="2026-4") == opens


def test_a_release_from_remand_before_the_sentence_is_none_from_it() -> None:
    bailed = convicted(RELEVANT, term_months=96, sentenced_on=date(2006, 10, 2))
    let_out = admitted(a_presence(Presence.AT_LIBERTY, since_on=date(2006, 9, 20)))
    assert opens_on(bailed, let_out, notified(date(2006, 9, 21))) is None


@pytest.mark.parametrize(
    ("next_from", "opens"), [(None, date(2034, 3, 2)), (date(2041, 3, 2), date(2041, 3, 2))]
)
def test_after_a_refusal_it_opens_again_after_eight_years_or_when_the_police_say(
    next_from: date | None, opens: date
) -> None:
    found = review(*held(), decided(MONDAY, next_from=next_from), on=date(2026, 3, 3))
    assert found == Review(opens, (), MONDAY)


def test_a_refusal_to_come_is_not_yet_one() -> None:
    assert opens_on(*held(), decided(MONDAY), on=MONDAY - timedelta(days=1)) == date(2025, 9, 1)


def test_a_refusal_counts_from_its_own_day() -> None:
    found = review(*held(), decided(MONDAY), on=MONDAY)
    assert found is not None
    assert found.refused_on == MONDAY


def test_a_review_that_lifted_is_no_refusal_for_what_comes_after_it() -> None:
    lifted = decided(MONDAY, lifted=True)
    again = (
        convicted(date(2027, 3, 2), term_months=30, in_custody=True),
        released(date(2028, 6, 1)),
        notified(date(2028, 6, 2)),
    )
    found = review(*held(), lifted, *again, on=date(2029, 1, 1))
    assert found == Review(date(2043, 6, 2), (), None)


@pytest.mark.parametrize(
    ("order", "blocks"),
    [
        (PreventionOrder.SEXUAL_HARM_PREVENTION, True),
        (PreventionOrder.INTERIM_SEXUAL_HARM_PREVENTION, True),
        (PreventionOrder.SEXUAL_OFFENCES_PREVENTION, True),
        (PreventionOrder.FOREIGN_TRAVEL, False),
    ],
)
def test_orders_in_force_block_it_and_others_do_not(order: PreventionOrder, blocks: bool) -> None:
    found = review(*held(), ordered(order))
    assert found is not None
    assert bool(found.blocked_by) is blocks


def test_it_is_blocked_on_the_last_day_of_the_order_and_free_the_day_after() -> None:
    order = ordered(PreventionOrder.SEXUAL_HARM_PREVENTION, until=date(2027, 3, 1))
    for day, blocked in ((date(2027, 3, 1), True), (date(2027, 3, 2), False)):
        found = review(*held(), order, on=day)
        assert found is not None
        assert bool(found.blocked_by) is blocked


def test_a_risk_order_blocks_nothing() -> None:
    found = review(*held(), admitted(another_order(OtherOrder.SEXUAL_RISK)))
    assert found is not None
    assert found.blocked_by == ()


def test_who_is_subject_for_a_time_or_by_an_order_alone_has_nothing_to_review() -> None:
    assert review(convicted(term_months=12), notified(MONDAY)) is None
    caution = convicted(term_months=6)
    assert review(caution, ordered(PreventionOrder.SEXUAL_HARM_PREVENTION)) is None


def test_lifted_somebody_is_free_from_the_day_of_the_decision() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*held())
    said = desk.hear(decided(MONDAY, lifted=True))
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [MONDAY]
    assert desk.state.category is None
    later = desk.ticked(datetime(2100, 1, 1, tzinfo=UTC))
    assert of_kind(later, RequirementEnded) == []
    assert {type(one) for one in later} <= OF_ITS_END


def test_lifted_what_has_an_end_goes_on_to_it_and_a_later_conviction_begins_anew() -> None:
    desk = a_desk(NEWEST)
    desk.hear(*held(), convicted(date(2020, 3, 2), term_months=12))
    (opened,) = of_kind(desk.hear(decided(MONDAY, lifted=True)), RequirementOpened)
    assert (opened.last_day, opened.basis) == (date(2030, 3, 1), Basis.TEN_YEAR_TERM)
    (anew,) = of_kind(desk.hear(convicted(date(2027, 3, 2), term_months=30)), RequirementOpened)
    assert anew.last_day is None


def test_lifted_on_the_day_of_another_such_conviction_that_one_goes_on() -> None:
    again = convicted(MONDAY, sentence_ref="sentence-2")
    found = as_of((*held(), again, decided(MONDAY, lifted=True)), date(2026, 3, 3), RULES_NOW)
    assert found is not None
    assert found.requirement is not None
    assert found.requirement.last_day is None


def test_who_is_free_by_the_police_is_so_from_the_day_notice_of_it_was_received() -> None:
    """SOA 2003 s.91C(4); by a court's order on appeal from its own day, s.91E(4)."""
    lifted = admitted(a_review(decided_on=MONDAY, lifted=True, received_on=date(2026, 3, 6)))
    found = as_of((*held(), lifted), date(2026, 3, 7), RULES_NOW)
    assert found is not None
    assert found.requirement is not None
    assert found.requirement.last_day == date(2026, 3, 5)
    by_court = as_of((*held(), decided(MONDAY, lifted=True)), date(2026, 3, 7), RULES_NOW)
    assert by_court is not None
    assert by_court.requirement is not None
    assert by_court.requirement.last_day == date(2026, 3, 1)
