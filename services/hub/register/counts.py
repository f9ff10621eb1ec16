"""How many are managed, by category and level, and nobody can be told from it. Pure.

Cases of category 4 and those limited to named bodies are in no count; what is hidden of it is in
`suppression.py`. Source: local choice, see decision 21.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from schemas.base import Fact
from schemas.case import LevelSet
from schemas.notice import FactTakenBack
from schemas.register import CategoryChanged
from services.hub.register.people import Told
from services.hub.register.suppression import Cell, Counts, Grid, suppressed

CATEGORIES = ("1", "2", "3")
LEVELS = ("1", "2", "3", "none")
GRID = Grid(CATEGORIES, LEVELS)
READ: tuple[type[Fact], ...] = (CategoryChanged, LevelSet, FactTakenBack)
"""The facts that are looked at, beside limits."""


def counted(people: Iterable[Told]) -> Counts:
    """Everybody who is managed, as far as it may be shown."""
    return suppressed(GRID, cells(people))


def cells(people: Iterable[Told]) -> Mapping[Cell, int]:
    """How many there are in each cell."""
    return Counter(cell for told in people if (cell := cell_of(told)) is not None)


def cell_of(told: Told) -> Cell | None:
    """Where the person is counted; None: nowhere."""
    category = None
    for fact in told.heard:  # our own service's words count by their order in the log
        if isinstance(fact, CategoryChanged):
            category = str(fact.category)
    if told.limits.any or category not in CATEGORIES:
        return None
    return category, str(told.level(date.max) or "none")
