"""A measured figure, what it ought to be, and how it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One number of a run."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether it is as good as it ought to be; None: nothing was set."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None

    def aim(self) -> str:
        """What was set, in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:,g}"
        return "" if self.at_least is None else f"≥ {self.at_least:,g}"


WORDS = {True: "reached", False: "missed", None: ""}


def table(figures: Iterable[Figure]) -> Table:
    """All of them, a line each."""
    shown = Table(title="Figures", box=None, header_style="bold", title_justify="left")
    shown.add_column("what")
    for column in ("measured", "", "aim"):
        shown.add_column(column, justify="right" if column != "" else "left")
    shown.add_column("")
    for one in figures:
        shown.add_row(one.name, rounded(one.value), one.unit, one.aim(), WORDS[one.reached])
    return shown


def rounded(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
