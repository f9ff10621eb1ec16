"""Counts in which nobody can be told: a small number is hidden, with what would give it away. Pure.

A number from 1 to `FEW` less one is hidden, and with it as many others of its table as it takes
that it cannot be worked out from them. Nought is shown. Source: local choice, see decisions 21, 23.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FEW = 5
ALL = "all"
HIDDEN = "*"

Cell = tuple[str, str]
"""Row and column, either of them `ALL`."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows and columns of a table, each of which ends in its sum."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """Every row and every column, with its sum."""
        rows, columns = (*self.rows, ALL), (*self.columns, ALL)
        yield from (tuple((row, column) for column in columns) for row in rows)
        yield from (tuple((row, column) for row in rows) for column in columns)

    def with_sums(self, counted: Mapping[Cell, int]) -> Mapping[Cell, int]:
        """The numbers, and what each row and column comes to."""
        found: Counter[Cell] = Counter()
        for (row, column), number in counted.items():
            for cell in ((row, column), (row, ALL), (ALL, column), (ALL, ALL)):
                found[cell] += number
        return {cell: found[cell] for line in self.lines() for cell in line}


@dataclass(frozen=True, slots=True)
class Counts:
    """A table of numbers, of which some are not shown."""

    grid: Grid
    numbers: Mapping[Cell, int]
    hidden: frozenset[Cell]

    def number(self, cell: Cell) -> int | None:
        """What is shown there; None: it is hidden."""
        return None if cell in self.hidden else self.numbers[cell]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Line by line, as it is shown."""
        for row, cells in self.as_object().items():
            yield row, *(shown(number) for number in cells.values())

    def as_object(self) -> Mapping[str, Mapping[str, int | None]]:
        """By row and column; null where it is hidden."""
        return {
            row: {column: self.number((row, column)) for column in (*self.grid.columns, ALL)}
            for row in (*self.grid.rows, ALL)
        }


def suppressed(grid: Grid, counted: Mapping[Cell, int]) -> Counts:
    """The table with its sums, as far as it may be shown."""
    numbers = grid.with_sums(counted)
    return Counts(grid, numbers, hidden(grid, numbers))


def alone(number: int) -> int | None:
    """A number that is part of no sum; None where it is hidden."""
    return None if 0 < number < FEW else number


def shown(number: int | None) -> str:
    """A number as it is printed."""
    return HIDDEN if number is None else f"{number:,}"


def hidden(grid: Grid, numbers: Mapping[Cell, int]) -> frozenset[Cell]:
    """The cells that are not shown: those with few, and those that would give them away.

    In every row and column at least two are hidden or none, and together they hold at least `FEW`,
    unless all of it is hidden. And whatever somebody adds up and takes away, over as many rows and
    columns as they like: each hidden number could be another one.
    """
    kept_back = {cell for cell, number in numbers.items() if 0 < number < FEW}
    while more := next(_given_away(grid, numbers, kept_back), None):
        kept_back.add(more)
    return frozenset(kept_back)


def _given_away(grid: Grid, numbers: Mapping[Cell, int], kept_back: set[Cell]) -> Iterator[Cell]:
    """What has to be hidden next, since what is shown tells something hidden."""
    for line in grid.lines():
        inside = [cell for cell in line if cell in kept_back]
        safe = len(inside) > 1 and sum(numbers[cell] for cell in inside) >= FEW
        if inside and not safe:
            yield from _least(numbers, set(line) - kept_back)
    for cell in sorted(kept_back):
        if not _could_be_another(cell, numbers, kept_back):
            lines = (line for line in grid.lines() if cell in line)
            yield from _least(numbers, {other for line in lines for other in line} - kept_back)


def _least(numbers: Mapping[Cell, int], of: set[Cell]) -> list[Cell]:
    """The one whose loss costs least: no sum, no nought, the smallest."""
    return sorted(of, key=lambda at: (ALL in at, numbers[at] == 0, numbers[at], at))[:1]


def _could_be_another(cell: Cell, numbers: Mapping[Cell, int], kept_back: set[Cell]) -> bool:
    """Whether another table shows the same and has another number there.

    Rows and columns are the places of a network, cells its pipes. One more in a cell has to come
    out again in others of its row and column, round a way that leads back. Nothing hidden sinks to
    nought on it, for a hidden number is known to be none. Such networks balance in whole numbers,
    so what no way shows is certain (total unimodularity).
    """
    return any(_leads_back(cell, more, numbers, kept_back) for more in (True, False))


def _leads_back(cell: Cell, more: bool, numbers: Mapping[Cell, int], kept: set[Cell]) -> bool:  # noqa: FBT001
    """Whether one more there, or one less, is made up for by other hidden cells."""
    if not _may_move(cell, more, numbers):
        return False
    start, end = (("row", cell[0]), ("column", cell[1]))
    if (_sign(cell) > 0) != more:
        start, end = end, start
    reached, ahead = {end}, [end]
    while ahead:
        here = ahead.pop()
        for other in kept - {cell}:
            ends = (("row", other[0]), ("column", other[1]))
            if here not in ends:
                continue
            there = ends[1] if here == ends[0] else ends[0]
            # From a row to a column the cell's part of both sums grows; back it shrinks.
            grows = (here == ends[0]) == (_sign(other) > 0)
            if there not in reached and _may_move(other, grows, numbers):
                reached.add(there)
                ahead.append(there)
    return start in reached


def _sign(cell: Cell) -> int:
    """A sum counts against its own row or column; the sum of sums is one of both."""
    return -1 if (cell[0] == ALL) != (cell[1] == ALL) else 1


def _may_move(cell: Cell, more: bool, numbers: Mapping[Cell, int]) -> bool:  # noqa: FBT001
    return more or numbers[cell] > 1
