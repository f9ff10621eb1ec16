"""A picture of one clock as SVG: a row for each thing told, and the days below one another.

Long times in which nothing happens are drawn short, with how many days they are. Every row has its
words to itself, so none lie over each other; shapes differ as well as colours; light and dark each
have a background of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from textwrap import wrap

from services.registry.dates import DAY

_WIDTH, _DAYS_FROM, _DAYS_TO = 960, 400, 940
_LINE, _PAD, _TOP = 18, 12, 40
_LETTERS = 54
"""So many letters fit on a line of a row's words."""
_SHOWN_WHOLE = 10
"""Up to so many days on end are drawn day by day."""
_SHORT = 60
"""Pixels of a longer time, enough to write its length above."""
_WIDEST = 34
_NARROWEST_NUMBERED = 13
_DATE = re.compile(r"(\d) ([A-Z][a-z]{2}) (\d{4})")
_STYLE = """\
text{font:13px system-ui,sans-serif;fill:#1a1a1a}.small{font-size:11px;fill:#505050}
.ground{fill:#fff}.guide{stroke:#b0b0b0;stroke-dasharray:2 3}.gap{stroke:#8a8a8a;stroke-width:2;\
stroke-dasharray:1 5}
.told{fill:#1a1a1a}.seen{fill:none;stroke:#1a1a1a;stroke-width:2}.runs{fill:#9cc3e6;stroke:#1f5f99}.last{fill:#1f5f99;stroke:#1f5f99}
.stands{fill:#e4e4e4;stroke:#8a8a8a;stroke-dasharray:3 2}.mind{fill:#a85a00}
.number{font-size:11px;text-anchor:middle}.on-last{fill:#fff}
@media (prefers-color-scheme:dark){text{fill:#f0f0f0}.small{fill:#c0c0c0}.ground{fill:#16181c}
.guide{stroke:#5a5a5a}.gap{stroke:#9a9a9a}.told{fill:#f0f0f0}.seen{stroke:#f0f0f0}\
.runs{fill:#1d4f7c;stroke:#8cc4f5}
.last{fill:#8cc4f5;stroke:#8cc4f5}.stands{fill:#3a3d42;stroke:#9a9a9a}.mind{fill:#ffb454}
.on-last{fill:#10233a}}"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its words, and what is drawn beside them."""

    says: str
    days: tuple[tuple[str, date, date], ...] = ()
    """What is drawn from which day to which, both included: `runs`, `last` or `stands`."""
    mark: tuple[str, date] | None = None
    """`told`, `mind` or `seen`, and its day."""
    numbers: Mapping[date, int] | None = None


def drawn(title: str, rows: tuple[Row, ...]) -> str:
    """The picture, the same text for the same rows."""
    scale = _Scale(_days_in(rows))
    texts = [wrap(_DATE.sub("\\1\xa0\\2\xa0\\3", row.says), _LETTERS) for row in rows]
    parts, top = list(scale.gaps()), _TOP
    for row, lines in zip(rows, texts, strict=True):
        parts += _words(lines, top)
        parts += _beside(row, scale, top)
        top += _LINE * len(lines) + _PAD
    guides = (
        f'<line class="guide" x1="{x}" x2="{x}" y1="{_TOP - _PAD}" y2="{top}"/>'
        for x in scale.edges()
    )
    desc = "; ".join(row.says for row in rows)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top + _PAD}" '
            'role="img" aria-labelledby="title desc">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(desc)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="{_WIDTH}" height="{top + _PAD}"/>',
            *guides,
            *parts,
            "</svg>\n",
        )
    )


class _Scale:
    """Where on the page a day begins."""

    def __init__(self, days: Iterable[date]) -> None:
        self._starts = sorted({start for day in days for start in (day, day + DAY)})
        spans = list(zip(self._starts, self._starts[1:], strict=False))
        whole = sum(n for n in map(_length, spans) if n <= _SHOWN_WHOLE)
        short = sum(_SHORT for one in spans if _length(one) > _SHOWN_WHOLE)
        self.day = min(_WIDEST, (_DAYS_TO - _DAYS_FROM - short) / whole)
        self._at = {self._starts[0]: float(_DAYS_FROM)}
        for span in spans:
            n = _length(span)
            width = n * self.day if n <= _SHOWN_WHOLE else _SHORT
            self._at[span[1]] = self._at[span[0]] + width
        self._long = tuple(one for one in spans if _length(one) > _SHOWN_WHOLE)

    def at(self, day: date) -> float:
        """Where it begins; of a day within a long time, where that begins."""
        start = max(one for one in self._starts if one <= day)
        inside = any(begins <= day < ends for begins, ends in self._long)
        return round(self._at[start] + (0 if inside else (day - start).days * self.day), 1)

    def numbered(self, day: date) -> bool:
        """Whether there is room for a number on it."""
        inside = any(begins <= day < ends for begins, ends in self._long)
        return self.day >= _NARROWEST_NUMBERED and not inside

    def edges(self) -> list[float]:
        """Where long times begin and end, and the days as a whole."""
        ends = {one for span in self._long for one in span}
        return sorted(self.at(one) for one in ends | {self._starts[0], self._starts[-1]})

    def gaps(self) -> Iterator[str]:
        """Long times: a dotted line, and how long."""
        for span in self._long:
            begins, ends = map(self.at, span)
            y, middle = _TOP - _PAD, round((begins + ends) / 2, 1)
            yield f'<line class="gap" x1="{begins}" x2="{ends}" y1="{y}" y2="{y}"/>'
            yield f'<text class="small number" x="{middle}" y="{y - 6}">{_length(span)} days</text>'


def _length(span: tuple[date, date]) -> int:
    return (span[1] - span[0]).days


def _days_in(rows: Iterable[Row]) -> Iterator[date]:
    for row in rows:
        yield from (day for _, *both in row.days for day in both)
        if row.mark is not None:
            yield row.mark[1]


def _words(lines: list[str], top: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f'<text x="16" y="{top + 13 + number * _LINE}">{escape(line)}</text>'


def _beside(row: Row, scale: _Scale, top: int) -> Iterator[str]:
    for kind, first, last in row.days:
        x = scale.at(first)
        width = round(scale.at(last + DAY) - x, 1)
        yield f'<rect class="{kind}" x="{x}" y="{top}" width="{width}" height="17"/>'
    ends = {last for kind, _, last in row.days if kind == "last"}
    for day, number in (row.numbers or {}).items():
        if scale.numbered(day):
            x = round(scale.at(day) + scale.day / 2, 1)
            kind = "number on-last" if day in ends else "number"
            yield f'<text class="{kind}" x="{x}" y="{top + 13}">{number}</text>'
    if row.mark is not None:
        kind, day = row.mark
        x, y = round(scale.at(day) + scale.day / 2, 1), top + 9
        if kind == "mind":
            yield f'<path class="mind" d="M{x} {y - 7}l7 13h-14z"/>'
        else:
            yield f'<circle class="{kind}" cx="{x}" cy="{y}" r="5"/>'
