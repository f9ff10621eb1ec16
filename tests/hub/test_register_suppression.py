"""No number that is hidden can be worked out, by whatever is added up and taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from services.hub.register.suppression import ALL, FEW, Cell, Grid, alone, hidden, shown, suppressed

SMALL = Grid(("a", "b"), ("x", "y"))
REPORT = Grid(("1", "2", "3"), ("1", "2", "3", "none"))


def numbers_of(grid: Grid, most: int) -> st.SearchStrategy[dict[Cell, int]]:
    return st.fixed_dictionaries(
        {cell: st.integers(0, most) for cell in product(grid.rows, grid.columns)}
    )


def determined(grid: Grid, kept_back: Sequence[Cell]) -> set[Cell]:
    """Hidden cells that the rows and columns fix: those that no other solution changes.

    Exact linear algebra, and not as the hub looks for them: each row and column is an equation in
    the hidden cells; a cell is fixed if its unit vector is a sum of equations.
    """
    equations = [
        [Fraction(_sign(line, cell)) if cell in line else Fraction(0) for cell in kept_back]
        for line in grid.lines()
    ]
    reduced = list(_reduced(equations))
    return {
        kept_back[pivots[0]]
        for row in reduced
        if len(pivots := [at for at, value in enumerate(row) if value]) == 1
    }


def _sign(line: tuple[Cell, ...], cell: Cell) -> int:
    return -1 if cell == line[-1] else 1


def _reduced(rows: list[list[Fraction]]) -> Iterator[list[Fraction]]:
    """In reduced echelon form, without what is nought."""
    left, done = [row for row in rows if any(row)], list[list[Fraction]]()
    while left:
        pivot_row = left.pop()
        at = next(number for number, value in enumerate(pivot_row) if value)
        pivot_row = [value / pivot_row[at] for value in pivot_row]

        def without(row: list[Fraction], by: list[Fraction] = pivot_row, at: int = at):  # type: ignore[no-untyped-def]  # noqa: ANN202
            return [value - row[at] * one for value, one in zip(row, by, strict=True)]

        left = [row for one in left if any(row := without(one))]
        done = [*(without(one) for one in done), pivot_row]
    yield from done


@given(numbers_of(REPORT, 12))
@settings(deadline=None, max_examples=400)
def test_linear_algebra_finds_no_hidden_number(cells: dict[Cell, int]) -> None:
    numbers = REPORT.with_sums(cells)
    kept_back = sorted(hidden(REPORT, numbers))
    assert determined(REPORT, kept_back) == set()
    assert not [c for c in numbers.keys() - set(kept_back) if 0 < numbers[c] < FEW]


def same_on_the_page(
    grid: Grid, numbers: Mapping[Cell, int], kept_back: frozenset[Cell], most: int
) -> Iterator[Mapping[Cell, int]]:
    """Every table of whole numbers that looks the same; what is not nought there is not here."""
    inner = list(product(grid.rows, grid.columns))
    ranges = [
        range(min(numbers[cell], 1), most) if cell in kept_back else (numbers[cell],)
        for cell in inner
    ]
    for values in product(*ranges):
        other = grid.with_sums(dict(zip(inner, values, strict=True)))
        if all(other[cell] == numbers[cell] for cell in numbers.keys() - kept_back):
            yield other


@given(numbers_of(SMALL, 7))
@settings(deadline=None, max_examples=60)
def test_trying_every_table_there_is_leaves_each_hidden_number_open(
    cells: dict[Cell, int],
) -> None:
    numbers = SMALL.with_sums(cells)
    kept_back = hidden(SMALL, numbers)
    seen: dict[Cell, set[int]] = {cell: set() for cell in kept_back}
    for other in same_on_the_page(SMALL, numbers, kept_back, 9):
        for cell, values in seen.items():
            values.add(other[cell])
    assert all(len(values) > 1 for values in seen.values())


def test_two_pairs_of_rows_and_columns_joined_by_one_cell_do_not_give_it_away() -> None:
    """Each row and column hides two, and yet the cell that joins them is what is left over."""
    few = dict.fromkeys(product(("1", "2"), ("1", "2")), 3)
    many = {cell: 50 for cell in product(REPORT.rows, REPORT.columns) if cell not in few}
    numbers = REPORT.with_sums({**many, **few, ("2", "3"): 2})
    joined = {*few, *product(("3", ALL), ("3", "none")), ("2", "3")}
    assert determined(REPORT, sorted(joined)) == {("2", "3")}
    kept_back = hidden(REPORT, numbers)
    assert ("2", "3") in kept_back
    assert determined(REPORT, sorted(kept_back)) == set()


def test_the_guard_finds_what_a_single_row_gives_away() -> None:
    assert determined(SMALL, [("a", "x")]) == {("a", "x")}
    assert determined(SMALL, [("a", "x"), ("a", "y")]) == {("a", "x"), ("a", "y")}
    assert determined(SMALL, list(product("ab", "xy"))) == set()


def test_a_number_in_no_sum_is_hidden_if_it_is_small() -> None:
    assert [alone(number) for number in (0, 1, 4, 5, 1_154)] == [0, None, None, 5, 1_154]
    assert (shown(None), shown(1_154), shown(0)) == ("*", "1,154", "0")


def test_for_programs_a_hidden_number_is_null() -> None:
    found = suppressed(SMALL, {("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 50, ("b", "y"): 60})
    assert found.as_object()["a"] == {"x": None, "y": None, ALL: 43}
    assert next(found.rows()) == ("a", "*", "*", "43")
