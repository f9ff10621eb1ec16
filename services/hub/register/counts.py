"""How many are managed, by category and level, and nobody can be told from it. Pure.

Cases of category 4 and those limited to named bodies are in no count. A number below `FEW` is
hidden, and with it as many others of its row and column as it takes that it cannot be worked out
from those. Source: local choice, see decision 21.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from uuid import UUID

from schemas.base import Fact, PersonId
from schemas.case import LevelSet, LimitedAccessSet
from schemas.notice import FactTakenBack
from schemas.register import CategoryChanged

FEW = 5
CATEGORIES = ("1", "2", "3")
LEVELS = ("1", "2", "3", "none")
ALL = "all"
HIDDEN = "*"
COUNTED = frozenset(
    fact.kind() for fact in (CategoryChanged, LevelSet, LimitedAccessSet, FactTakenBack)
)
"""The kinds of fact that are looked at."""

Cell = tuple[str, str]
"""Category and level, either of them `ALL`."""


@dataclass(slots=True)
class Managed:
    """What counts of one person."""

    category: int | None = None
    level: LevelSet | None = None
    limits: dict[str, LimitedAccessSet] = field(default_factory=dict)
    """Each source's last word."""
    taken_back: set[tuple[str, UUID]] = field(default_factory=set)

    def hear(self, fact: Fact) -> None:
        """The next fact of the log. What our own service says counts by order, all else by time."""
        if isinstance(fact, CategoryChanged):
            self.category = fact.category
        elif isinstance(fact, LevelSet):
            if self.level is None or _when(fact) > _when(self.level):
                self.level = fact
        elif isinstance(fact, LimitedAccessSet):
            last = self.limits.get(fact.source)
            if last is None or fact.occurred_at >= last.occurred_at:
                self.limits[fact.source] = fact
        elif isinstance(fact, FactTakenBack):
            self.taken_back.add((fact.source, fact.fact_ref))

    @property
    def cell(self) -> Cell | None:
        """Where the person is counted; None: nowhere."""
        limited = any(one.restricted_to is not None or one.excluded for one in self.limits.values())
        if limited or str(self.category) not in CATEGORIES:
            return None
        level = self.level
        if level is None or (level.source, level.event_id) in self.taken_back:
            return str(self.category), "none"
        return str(self.category), str(level.level)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers by category and level, of which some are not shown."""

    numbers: Mapping[Cell, int]
    hidden: frozenset[Cell]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Line by line, as it is shown."""
        for row, cells in self.as_object().items():
            yield row, *(HIDDEN if number is None else str(number) for number in cells.values())

    def as_object(self) -> Mapping[str, Mapping[str, int | None]]:
        """By category and level; null where it is hidden."""
        return {
            row: {
                column: None if (row, column) in self.hidden else self.numbers[row, column]
                for column in _columns()
            }
            for row in _rows()
        }


def counted(heard: Iterable[tuple[PersonId, Fact]]) -> Counts:
    """Everybody who is managed, as far as it may be shown."""
    numbers = table(heard)
    return Counts(numbers, hidden(numbers))


def table(heard: Iterable[tuple[PersonId, Fact]]) -> Mapping[Cell, int]:
    """Everybody counted, with what each row and column comes to."""
    people: dict[PersonId, Managed] = {}
    for person, fact in heard:
        people.setdefault(person, Managed()).hear(fact)
    cells = Counter(cell for one in people.values() if (cell := one.cell) is not None)
    return with_sums(cells)


def with_sums(cells: Mapping[Cell, int]) -> Mapping[Cell, int]:
    """The numbers, and what each row and column comes to."""
    found: Counter[Cell] = Counter()
    for (category, level), number in cells.items():
        for cell in ((category, level), (category, ALL), (ALL, level), (ALL, ALL)):
            found[cell] += number
    return {(row, column): found[row, column] for row in _rows() for column in _columns()}


def hidden(numbers: Mapping[Cell, int]) -> frozenset[Cell]:
    """The cells that are not shown: those with few, and those that would give them away.

    In every row and column at least two are hidden or none, and together they hold at least `FEW`,
    unless all of it is hidden.
    """
    kept_back = {cell for cell, number in numbers.items() if 0 < number < FEW}
    while more := next(_given_away(numbers, kept_back), None):
        kept_back.add(more)
    return frozenset(kept_back)


def _given_away(numbers: Mapping[Cell, int], kept_back: set[Cell]) -> Iterator[Cell]:
    """What has to be hidden next, since a row or column would tell what is hidden in it."""
    for line in lines():
        inside = [cell for cell in line if cell in kept_back]
        shown = [cell for cell in line if cell not in kept_back]
        safe = len(inside) > 1 and sum(numbers[cell] for cell in inside) >= FEW
        if inside and shown and not safe:
            yield min(
                shown, key=lambda cell: (ALL in cell, numbers[cell] == 0, numbers[cell], cell)
            )


def lines() -> Iterator[tuple[Cell, ...]]:
    """Every row and every column, with its sum."""
    rows = (tuple((row, column) for column in _columns()) for row in _rows())
    columns = (tuple((row, column) for row in _rows()) for column in _columns())
    return chain(rows, columns)


def _rows() -> tuple[str, ...]:
    return (*CATEGORIES, ALL)


def _columns() -> tuple[str, ...]:
    return (*LEVELS, ALL)


def _when(fact: LevelSet) -> tuple[datetime, int]:
    return fact.occurred_at, fact.level
