"""Several terms as one: consecutive, partly and wholly concurrent, and what adds nothing."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.eligibility import ConvictionRecorded, Disposal
from schemas.register import Basis
from services.registry.domain import Requirement, as_of
from services.registry.domain.terms import terms_of
from services.registry.rules import RULES
from tests.makers import a_conviction, admitted
from tests.registry.person import a_desk, convicted

ON = date(2026, 3, 2)
RULES_NOW = RULES[max(RULES)]


def a_term(number: int, months: int, after: int | None = None, **fields: Any) -> ConvictionRecorded:
    """The sentence of that number, which runs on from another if one is named."""
    link = {} if after is None else {"consecutive_to": f"sentence-{after}"}
    return admitted(
        a_conviction(
            sentence_ref=f"sentence-{number}",
            term_months=months,
            **{"convicted_on": ON, **link, **fields},
        )
    )


def required(*facts: ConvictionRecorded) -> Requirement:
    """What holds once all of them were heard, in whatever order."""
    found = set()
    for order in permutations(facts):
        desk = a_desk()
        desk.hear(*order)
        found.add(desk.state.requirement)
    (requirement,) = found
    assert isinstance(requirement, Requirement)
    return requirement


def test_vector_10_consecutive_terms_are_added() -> None:
    found = required(a_term(1, 15), a_term(2, 15, after=1))
    assert (found.last_day, found.basis) == (None, Basis.INDEFINITE_TERM)


def test_vector_11_of_partly_concurrent_terms_what_runs_together_counts_once() -> None:
    found = required(a_term(1, 24), a_term(2, 18, after=1, overlap_months=10))
    assert found.last_day is None
    shorter = required(a_term(1, 24), a_term(2, 18, after=1, overlap_months=13))
    assert shorter.basis is Basis.TEN_YEAR_TERM


def test_vector_12_of_wholly_concurrent_terms_the_longest_counts() -> None:
    found = required(a_term(1, 20), a_term(2, 20))
    assert (found.last_day, found.basis) == (date(2036, 3, 1), Basis.TEN_YEAR_TERM)


def test_vector_13_a_term_for_another_offence_adds_nothing() -> None:
    found = required(a_term(1, 6), a_term(2, 8, after=1, schedule_3=False))
    assert (found.last_day, found.basis) == (date(2033, 3, 1), Basis.SEVEN_YEAR_TERM)


def test_terms_run_on_through_one_for_another_offence() -> None:
    other = a_term(2, 8, after=1, schedule_3=False, overlap_months=1)
    assert required(a_term(1, 6), other, a_term(3, 1, after=2)).basis is Basis.TEN_YEAR_TERM


def test_what_runs_together_with_a_term_for_another_offence_takes_nothing_away() -> None:
    other = a_term(2, 8, after=1, schedule_3=False)
    found = required(a_term(1, 6), other, a_term(3, 1, after=2, overlap_months=1))
    assert found.basis is Basis.TEN_YEAR_TERM


def test_three_months_and_ten_are_thirteen() -> None:
    """The example of the House of Lords library's note (R-NOT-9)."""
    assert required(a_term(1, 3), a_term(2, 10, after=1)).basis is Basis.TEN_YEAR_TERM


def test_days_beyond_the_months_make_a_month_by_the_calendar() -> None:
    almost = required(a_term(1, 29, term_days=15), a_term(2, 0, after=1, term_days=15))
    enough = required(a_term(1, 29, term_days=15), a_term(2, 0, after=1, term_days=16))
    assert (almost.basis, enough.basis) == (Basis.TEN_YEAR_TERM, Basis.INDEFINITE_TERM)


def test_days_that_run_together_are_taken_from_the_end() -> None:
    found = required(a_term(1, 20), a_term(2, 10, after=1, overlap_days=1))
    assert found.basis is Basis.TEN_YEAR_TERM


def test_more_days_that_run_together_than_a_month_has_are_taken_from_the_end_too() -> None:
    found = required(a_term(1, 20), a_term(2, 11, after=1, overlap_days=40))
    assert found.basis is Basis.TEN_YEAR_TERM


def test_of_two_terms_that_run_on_from_one_the_longer_way_counts() -> None:
    found = required(a_term(1, 20), a_term(2, 4, after=1), a_term(3, 10, after=1))
    assert found.last_day is None


def test_half_of_a_training_order_is_added() -> None:
    training: dict[str, Any] = {"disposal": Disposal.DETENTION_AND_TRAINING}
    six = required(a_term(1, 6, **training), a_term(2, 6, after=1, **training))
    more = required(a_term(1, 6, **training), a_term(2, 7, after=1, **training))
    assert (six.basis, more.basis) == (Basis.SEVEN_YEAR_TERM, Basis.TEN_YEAR_TERM)


@pytest.mark.parametrize(
    ("months", "days", "half"),
    [(12, 0, (6, 0)), (12, 1, (6, 1)), (13, 0, (6, 15)), (13, 3, (6, 17))],
)
def test_half_of_an_odd_month_is_fifteen_days_and_half_a_day_is_one(
    months: int, days: int, half: tuple[int, int]
) -> None:
    desk = a_desk()
    kind = Disposal.DETENTION_AND_TRAINING
    desk.hear(a_term(1, months, term_days=days, disposal=kind))
    (conviction,) = desk.state.convictions
    assert terms_of([conviction], RULES_NOW) == {conviction: half}


def test_each_period_begins_with_its_own_conviction() -> None:
    later = a_term(2, 4, after=1, convicted_on=date(2027, 3, 2))
    found = required(a_term(1, 4), later)
    assert (found.begins_on, found.last_day) == (ON, date(2037, 3, 1))


@pytest.mark.parametrize("overlap", [7, 1200])
def test_more_that_runs_together_than_there_is_leaves_the_longest(overlap: int) -> None:
    found = required(a_term(1, 7), a_term(2, 6, after=1, overlap_months=overlap))
    assert found.basis is Basis.TEN_YEAR_TERM


def test_a_circle_of_sentences_and_a_sentence_nobody_told_of_end_the_sum() -> None:
    circle = required(a_term(1, 4, after=2), a_term(2, 4, after=1))
    nobody = required(a_term(1, 4, after=9), a_term(2, 1, after=1))
    assert (circle.basis, nobody.basis) == (Basis.TEN_YEAR_TERM, Basis.SEVEN_YEAR_TERM)


def test_to_itself_nothing_is_added() -> None:
    assert required(a_term(1, 4, after=1)).basis is Basis.SEVEN_YEAR_TERM


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 5)), max_size=6))
def test_no_term_ever_counts_for_less_than_itself_or_for_more_than_all(
    drawn: list[tuple[int, int | None]],
) -> None:
    desk = a_desk()
    desk.hear(*(a_term(number, *one) for number, one in enumerate(drawn)))
    convictions = desk.state.convictions if drawn else ()
    counts = terms_of(convictions, RULES_NOW)
    whole = sum(one.months for one in convictions)
    assert all((one.months, 0) <= counts[one] <= (whole, 0) for one in convictions)


# -- offences that Schedule 3 lists only with a certain sentence


@pytest.mark.parametrize(
    ("by_sentence", "last"), [(True, date(2036, 4, 1)), (None, date(2036, 3, 1))]
)
def test_of_an_offence_listed_only_by_its_sentence_the_relevant_date_is_that_of_sentence(
    by_sentence: bool | None, last: date
) -> None:
    """SOA 2003 s.132(3), in particular for s.82(6)."""
    fact = convicted(ON, term_months=12, sentenced_on=date(2026, 4, 2), by_sentence=by_sentence)
    found = as_of([fact], date(2026, 4, 2), RULES_NOW)
    assert found is not None
    assert found.requirement is not None
    assert found.requirement.last_day == last
    before = as_of([fact], date(2026, 4, 1), RULES_NOW)
    assert (before is None) is (by_sentence is True)


def test_who_turned_eighteen_before_such_a_sentence_is_an_adult() -> None:
    born_on = date(2008, 3, 20)
    fact = convicted(
        ON,
        term_months=12,
        born_on=born_on,
        sentenced_on=date(2026, 4, 2),
        by_sentence=True,
    )
    found = as_of([fact], date(2026, 4, 2), RULES_NOW)
    assert found is not None
    assert found.requirement is not None
    assert not found.requirement.halved
