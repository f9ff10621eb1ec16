"""Counts of who is managed: right, and nobody can be told from them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact, PersonId
from schemas.case import LimitedAccessSet
from schemas.register import CategoryChanged
from services.hub.register.counts import CATEGORIES, GRID, LEVELS, cells
from services.hub.register.limits import Limits
from services.hub.register.people import Told
from services.hub.register.suppression import ALL, FEW, Cell, hidden
from services.registry.rules import RULES
from tests.makers import NOON, a_level, a_limit, a_taking_back, later

CELLS = tuple(product(CATEGORIES, LEVELS))
NUMBERS = st.fixed_dictionaries({cell: st.integers(0, 12) for cell in CELLS})


def person(number: int) -> PersonId:
    return PersonId(UUID(int=number))


def category(value: int | None) -> CategoryChanged:
    return CategoryChanged(
        event_id=UUID(int=7), occurred_at=NOON, source="registry", category=value
    )


def counted(*facts: Fact) -> Mapping[Cell, int]:
    limits = Limits()
    for fact in facts:
        if isinstance(fact, LimitedAccessSet):
            limits.hear(fact)
    found = cells([Told(person(1), facts, limits, RULES[max(RULES)])])
    return {cell: n for cell, n in GRID.with_sums(found).items() if n}


def everywhere(cell: Cell) -> Mapping[Cell, int]:
    return dict.fromkeys((cell, (cell[0], ALL), (ALL, cell[1]), (ALL, ALL)), 1)


def test_a_person_is_counted_once_by_the_last_category_and_the_latest_level() -> None:
    assert counted(category(2), category(1), a_level(2)) == everywhere(("1", "2"))
    late = a_level(3, occurred_at=later(hours=-5))
    assert counted(category(1), a_level(2), late) == everywhere(("1", "2"))
    assert counted(category(1)) == everywhere(("1", "none"))


@pytest.mark.parametrize(
    "facts",
    [
        (a_level(2),),
        (category(1), category(None)),
        (category(4), a_level(3)),
        (category(1), a_limit("probation")),
        (category(1), a_limit(excluded=("dwp",))),
    ],
    ids=["no-category", "no-longer", "category-4", "restricted", "excluded"],
)
def test_who_is_not_managed_or_limited_is_in_no_count(facts: tuple[Fact, ...]) -> None:
    assert counted(*facts) == {}


def test_a_limit_that_was_lifted_is_none() -> None:
    lifted = a_limit(occurred_at=later(hours=1))
    assert counted(category(1), a_limit("probation"), lifted) == everywhere(("1", "none"))


def test_a_level_taken_back_by_its_source_counts_no_more() -> None:
    level = a_level(2)
    assert counted(category(1), level, a_taking_back(level)) == everywhere(("1", "none"))
    other = a_taking_back(level, source="derbyshire-police")
    assert counted(category(1), level, other) == everywhere(("1", "2"))


@given(NUMBERS)
def test_nothing_small_is_shown_and_nothing_hidden_can_be_worked_out(
    cells: dict[Cell, int],
) -> None:
    numbers = GRID.with_sums(cells)
    kept_back = hidden(GRID, numbers)
    assert not [cell for cell in numbers.keys() - kept_back if 0 < numbers[cell] < FEW]
    for line in GRID.lines():
        inside = [cell for cell in line if cell in kept_back]
        alone = len(inside) == 1 or (inside and sum(numbers[cell] for cell in inside) < FEW)
        assert not alone or len(inside) == len(line)


@given(NUMBERS)
def test_who_takes_rows_and_columns_apart_learns_no_hidden_number(cells: dict[Cell, int]) -> None:
    """As somebody would: a sum less what is shown of it, again and again."""
    numbers = GRID.with_sums(cells)
    unknown = set(hidden(GRID, numbers))
    for _ in unknown:
        for line in GRID.lines():
            missing = [cell for cell in line if cell in unknown]
            if len(missing) == 1:
                unknown -= {*missing}
    assert unknown == hidden(GRID, numbers)


@given(NUMBERS)
def test_where_nothing_is_small_everything_is_shown(cells: dict[Cell, int]) -> None:
    large = {cell: 0 if number == 0 else number + FEW for cell, number in cells.items()}
    assert hidden(GRID, GRID.with_sums(large)) == frozenset()


def test_sums_are_what_their_rows_and_columns_come_to() -> None:
    numbers = GRID.with_sums({("1", "1"): 6, ("2", "1"): 7, ("2", "none"): 9})
    assert numbers[ALL, ALL] == 22
    assert (numbers[ALL, "1"], numbers["2", ALL], numbers["3", ALL]) == (13, 16, 0)


def test_a_single_small_number_takes_others_with_it() -> None:
    kept_back = hidden(
        GRID, GRID.with_sums({("1", "1"): 3, ("1", "2"): 20, ("2", "1"): 30, ("2", "2"): 40})
    )
    assert {("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")} <= kept_back
    assert (ALL, ALL) not in kept_back
