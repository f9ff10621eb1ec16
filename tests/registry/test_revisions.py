"""Appeals, other sentences and corrections: counted anew from the same day, nothing overwritten."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.base import Fact
from schemas.eligibility import ConvictionRevised, Disposal, Sentence
from schemas.register import (
    Basis,
    Breached,
    CategoryChanged,
    OrderStep,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.dates import end_of
from services.registry.domain import Register, as_of
from services.registry.domain.record import convictions_of
from services.registry.rules import RULES
from tests.makers import (
    a_breach,
    a_prevention_order,
    a_review,
    a_revision,
    a_sentence,
    admitted,
    an_order_change,
    another_order,
    later,
)
from tests.registry.desk import of_kind
from tests.registry.person import (
    EARLY,
    MONDAY,
    NEWEST,
    OF_ITS_END,
    a_desk,
    cautioned,
    convicted,
    notified,
    released,
)

NUMBERED: dict[str, Any] = {"sentence_ref": "sentence-1"}
JUDGED = date(2026, 9, 1)


def revised(
    sentence: Sentence | None = None, on: date = JUDGED, **fields: Any
) -> ConvictionRevised:
    return admitted(a_revision(sentence, revised_on=on, **fields))


def row(*facts: Fact) -> Register:
    """What all of them lead to, in whatever order they are heard, once the clock has ticked."""
    found = []
    for order in permutations(facts):
        desk = a_desk(NEWEST)
        desk.hear(*order)
        desk.ticked(datetime(2026, 10, 1, tzinfo=UTC))
        found.append(desk.state)
    assert all(one == found[0] for one in found)
    assert isinstance(found[0], Register)
    return found[0]


def test_a_term_cut_on_appeal_is_counted_anew_from_the_same_relevant_date() -> None:
    desk = a_desk(NEWEST)
    desk.hear(convicted(term_months=36, **NUMBERED))
    (opened,) = of_kind(desk.hear(revised(a_sentence(18))), RequirementOpened)
    assert (opened.begins_on, opened.last_day) == (MONDAY, date(2036, 3, 1))
    assert opened.basis is Basis.TEN_YEAR_TERM
    assert desk.because[-1] == "requirement-changed"


def test_what_was_heard_first_stays_and_is_still_true_of_the_days_before() -> None:
    story = (convicted(term_months=36, **NUMBERED), revised(a_sentence(18)))
    before, after = (as_of(story, day, RULES[NEWEST]) for day in (date(2026, 8, 31), JUDGED))
    assert before is not None
    assert after is not None
    assert before.requirement is not None
    assert after.requirement is not None
    assert (before.requirement.last_day, after.requirement.last_day) == (None, date(2036, 3, 1))
    assert after.convictions == before.convictions


def test_a_correction_is_true_from_the_day_of_what_it_corrects() -> None:
    story = (
        convicted(term_months=36, **NUMBERED),
        revised(a_sentence(18), on=MONDAY, corrects=True),
    )
    found = as_of(story, MONDAY, RULES[NEWEST])
    assert found is not None
    assert found.requirement is not None
    assert found.requirement.last_day == date(2036, 3, 1)


def test_a_quashed_conviction_ends_notification_on_the_day_of_the_judgment() -> None:
    desk = a_desk(NEWEST)
    desk.hear(convicted(schedule_15=True, **NUMBERED))
    said = desk.hear(revised())
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [JUDGED]
    assert [one.category for one in of_kind(said, CategoryChanged)] == [None]
    assert (desk.state.requirement, desk.state.clocks) == (None, ())
    assert desk.because[-1] == "requirement-ended"
    assert desk.ticked(datetime(2100, 1, 1, tzinfo=UTC)) == []


def test_cut_on_what_is_its_last_day_it_ends_only_when_that_day_is_over() -> None:
    last = date(2028, 3, 1)
    caution = a_sentence(0, disposal=Disposal.CAUTION)
    desk = a_desk(NEWEST)
    desk.hear(convicted(**NUMBERED), notified(MONDAY))
    said = desk.hear(revised(caution, on=last))
    assert [one.last_day for one in of_kind(said, RequirementOpened)] == [last]
    assert of_kind(said, RequirementEnded) == []
    (ended,) = of_kind(desk.ticked(end_of(last)), RequirementEnded)
    assert ended.ended_on == date(2028, 3, 2)


def test_cut_on_the_day_after_what_is_its_last_it_is_over_at_once() -> None:
    day = date(2028, 3, 2)
    desk = a_desk(NEWEST)
    desk.hear(convicted(**NUMBERED), notified(MONDAY))
    said = desk.hear(revised(a_sentence(0, disposal=Disposal.CAUTION), on=day))
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [day]


def test_of_several_judgments_the_last_ends_it() -> None:
    desk = a_desk(NEWEST)
    desk.hear(convicted(term_months=36, **NUMBERED), revised(a_sentence(18), on=date(2026, 6, 1)))
    said = desk.hear(revised())
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [JUDGED]


def test_a_finding_ends_with_the_trial_and_the_verdict_begins_its_own() -> None:
    """SOA 2003 s.82(5): a disability finding, then tried and convicted."""
    finding = convicted(disposal=Disposal.HOSPITAL_ORDER, term_months=0, **NUMBERED)
    verdict = convicted(JUDGED, term_months=12, sentence_ref="sentence-2")
    found = row(finding, revised(), verdict).requirement
    assert found is not None
    assert (found.begins_on, found.last_day) == (JUDGED, date(2036, 8, 31))


def test_where_an_older_conviction_goes_on_only_what_is_left_governs() -> None:
    found = row(cautioned(MONDAY), convicted(date(2026, 6, 1), **NUMBERED), revised()).requirement
    assert found is not None
    assert (found.begins_on, found.last_day, found.ended) == (MONDAY, date(2028, 3, 1), False)


def test_what_was_over_long_before_is_not_opened_again_when_the_later_is_quashed() -> None:
    desk = a_desk(NEWEST)
    desk.hear(cautioned(date(2018, 6, 15)), convicted(**NUMBERED))
    said = desk.hear(revised())
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [JUDGED]
    assert of_kind(said, RequirementOpened) == []
    later = desk.ticked(datetime(2026, 10, 1, tzinfo=UTC))
    assert {type(one) for one in later} <= OF_ITS_END


def test_a_conviction_restored_by_a_higher_court_counts_again() -> None:
    again = revised(a_sentence(36), on=date(2026, 9, 20))
    found = row(convicted(term_months=36, **NUMBERED), revised(), again).requirement
    assert found is not None
    assert found.last_day is None


def test_terms_ordered_to_run_together_are_no_longer_added() -> None:
    one = convicted(term_months=20, sentence_ref="sentence-0")
    two = convicted(term_months=15, consecutive_to="sentence-0", **NUMBERED)
    assert row(one, two).requirement == row(convicted(term_months=35)).requirement
    together = row(one, two, revised(a_sentence(15))).requirement
    assert together is not None
    assert together.basis is Basis.TEN_YEAR_TERM


def test_of_two_words_for_one_day_a_correction_and_then_the_later_said_holds() -> None:
    wrong = revised(a_sentence(3), occurred_at=later(hours=5))
    right = revised(a_sentence(9), corrects=True)
    later_still = revised(a_sentence(5), corrects=True, occurred_at=later(hours=1))
    first = convicted(term_months=36, **NUMBERED)
    for facts, last_day in (
        ((first, wrong, right), date(2036, 3, 1)),
        ((first, wrong, right, later_still), date(2033, 3, 1)),
    ):
        found = row(*facts).requirement
        assert found is not None
        assert found.last_day == last_day


def test_custody_on_the_relevant_date_is_no_matter_of_an_appeal() -> None:
    held = convicted(term_months=36, in_custody=True, **NUMBERED)
    found = row(held, revised(a_sentence(18)), released(JUDGED))
    assert [clock.due_on for clock in found.clocks] == [date(2026, 9, 3)]


def test_an_order_made_on_what_was_quashed_binds_by_itself_until_it_is_said_to_be_over() -> None:
    """SOA 2003 s.103G(2): of somebody who was no relevant offender, from its making."""
    order = admitted(a_prevention_order(made_on=MONDAY))
    numbered = convicted(disposal=Disposal.CAUTION, term_months=0, **NUMBERED)
    found = row(numbered, order, revised())
    assert found.requirement is not None
    assert (found.requirement.basis, found.clocks) == (Basis.ORDER, ())
    over = an_order_change(OrderStep.VARIED, changed_on=JUDGED, until=JUDGED - timedelta(days=1))
    ended = as_of((numbered, order, revised(), admitted(over)), JUDGED, RULES[NEWEST])
    assert ended is not None
    assert ended.requirement is not None
    assert ended.requirement.ended


RISKY = another_order(made_on=MONDAY, until=date(2026, 3, 8))


@pytest.mark.parametrize(
    "told",
    [
        (revised(sentence_ref="sentence-9"),),
        (admitted(an_order_change(OrderStep.VARIED, changed_on=JUDGED, until=JUDGED)),),
        (admitted(another_order()), admitted(an_order_change(changed_on=JUDGED))),
        (admitted(a_review(decided_on=JUDGED)),),
        (admitted(a_breach(proved_on=JUDGED)),),
        (admitted(RISKY), admitted(a_breach(Breached.NOTIFICATION, proved_on=JUDGED))),
    ],
    ids=[
        "an appeal of what nobody recorded",
        "an order varied that nobody told of",
        "an order served",
        "a review refused",
        "a breach of notification",
        "a breach of notification after a risk order",
    ],
)
def test_what_makes_less_of_nothing_heard_ends_no_notification(told: tuple[Fact, ...]) -> None:
    desk = a_desk(NEWEST)
    desk.hear(*told, cautioned(date(2024, 3, 2)))
    said = desk.hear(cautioned(date(2024, 6, 2)))
    assert of_kind(said, RequirementEnded) == []
    (opened,) = of_kind(said, RequirementOpened)
    assert opened.last_day == date(2026, 6, 1)


@pytest.mark.parametrize("version", EARLY)
def test_where_no_breach_is_weighed_one_on_the_last_day_of_its_order_makes_less_of_nothing(
    version: str,
) -> None:
    order = admitted(another_order(made_on=MONDAY, until=JUDGED))
    breach = admitted(a_breach(Breached.RISK_ORDER, proved_on=JUDGED, order_ref="order-1"))
    desk = a_desk(version)
    desk.hear(order, breach, cautioned(date(2024, 3, 2)))
    said = desk.hear(cautioned(date(2024, 6, 2)))
    assert of_kind(said, RequirementEnded) == []


@pytest.mark.parametrize("ref", ["sentence-9", "order-1"])
def test_a_word_on_what_nobody_recorded_changes_nothing(ref: str) -> None:
    desk = a_desk(NEWEST)
    desk.hear(convicted(**NUMBERED), notified(MONDAY))
    before = desk.state.requirement
    assert desk.hear(revised(sentence_ref=ref)) == []
    assert desk.state.requirement == before


# -- the day on which it ends is that of what ended it


def ends(*facts: Fact) -> list[date]:
    """What the last of those facts says of the end of a requirement."""
    desk = a_desk(NEWEST)
    desk.hear(*facts[:-1])
    return [one.ended_on for one in of_kind(desk.hear(facts[-1]), RequirementEnded)]


def test_a_discharge_ends_it_on_its_own_day_whatever_else_was_quashed_since() -> None:
    order = admitted(a_prevention_order(made_on=MONDAY, until=date(2031, 3, 1)))
    served = admitted(an_order_change(OrderStep.SERVED, changed_on=MONDAY))
    old = cautioned(date(2020, 1, 6)).model_copy(update=NUMBERED)
    discharged = admitted(
        an_order_change(OrderStep.VARIED, changed_on=date(2026, 4, 1), until=date(2026, 3, 31))
    )
    assert ends(order, served, discharged) == [date(2026, 4, 1)]
    assert ends(order, served, old, revised(), discharged) == [date(2026, 4, 1)]


def test_cut_to_a_day_after_the_word_it_ends_after_that_day() -> None:
    order = admitted(a_prevention_order(made_on=MONDAY, until=date(2031, 3, 1)))
    old = cautioned(date(2020, 1, 6)).model_copy(update=NUMBERED)
    varied = admitted(an_order_change(OrderStep.VARIED, changed_on=JUDGED, until=date(2026, 9, 10)))
    assert ends(order, old, revised(on=date(2026, 9, 20)), varied) == [date(2026, 9, 11)]


def test_who_is_told_late_to_have_breached_an_order_that_was_over_was_subject_for_no_day() -> None:
    order = admitted(another_order(made_on=MONDAY))
    breach = admitted(a_breach(Breached.RISK_ORDER, proved_on=JUDGED, order_ref="order-1"))
    over = admitted(
        an_order_change(OrderStep.VARIED, changed_on=date(2026, 4, 1), until=date(2026, 8, 31))
    )
    assert ends(order, breach, over) == [JUDGED]


def test_made_longer_by_what_is_heard_late_it_is_told_so_though_a_later_day_is_known() -> None:
    quashed = convicted(date(2020, 1, 6), **NUMBERED)
    desk = a_desk(NEWEST)
    desk.hear(quashed, revised(on=date(2026, 9, 20)), cautioned(date(2024, 3, 2)))
    desk.ticked(datetime(2026, 10, 1, tzinfo=UTC))
    (opened,) = of_kind(desk.hear(cautioned(date(2024, 9, 2))), RequirementOpened)
    assert opened.last_day == date(2026, 9, 1)
    (ended,) = of_kind(desk.ticked(datetime(2026, 10, 2, tzinfo=UTC)), RequirementEnded)
    assert ended.ended_on == date(2026, 9, 2)


def test_a_day_of_sentence_before_the_relevant_date_as_put_right_is_not_known() -> None:
    told = convicted(date(2025, 9, 1), sentenced_on=date(2025, 10, 2), **NUMBERED)
    for right_on, sentenced_on in (
        (date(2025, 9, 8), date(2025, 10, 2)),
        (date(2025, 10, 2), date(2025, 10, 2)),
        (date(2025, 10, 3), None),
    ):
        right = revised(a_sentence(30, relevant_on=right_on), on=right_on, corrects=True)
        (found,) = convictions_of(row(told, right))
        assert (found.convicted_on, found.sentenced_on) == (right_on, sentenced_on)
