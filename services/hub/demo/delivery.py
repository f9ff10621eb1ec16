"""What is delivered, by whom and in which order, and what has to become of it.

Every line is written together with its outcome, so that what a run counts can be held against what
it must be. An outcome here is one that is certain: it does not hang on how fast anything runs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from schemas.base import Fact


class Way(StrEnum):
    """How a file reaches the hub."""

    SAY = "say"
    """By the agency's own Kafka client, line by line."""
    EM = "em"
    """By the tag provider's file drop."""
    HOUSING = "housing"
    """By the housing bridge's door, one event after the other."""


class Outcome(StrEnum):
    """What becomes of one line; any other reason is a refusal of the door's."""

    ADMITTED = "admitted"
    REPEATED = "repeated"
    WAITS = "waits"
    """For its person, whom nobody makes known."""
    TOO_BIG_FOR_THE_BROKER = "too-big-for-the-broker"


@dataclass(frozen=True, slots=True)
class Line:
    """One line for an agency's client, and what becomes of it."""

    agency: str
    content: str
    outcome: str = Outcome.ADMITTED
    """An `Outcome`, or the coded reason the door refuses it with."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, to be delivered after those before it."""

    agency: str
    way: Way
    file: Path


@dataclass
class Expected:
    """What must be counted once a phase has come to rest.

    `said` are the records on the agency's own topics that the door reads: positions are not among
    them. `admitted` of them are in the log; the others were repeats, wait, or are dead letters.
    """

    said: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    refused: dict[str, Counter[str]] = field(default_factory=dict)
    """By agency, then by the door's reason."""
    refused_by_broker: Counter[str] = field(default_factory=Counter)
    positions: int = 0
    """Positions said, each delivery of one counted."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows of partners' files, by feed."""
    rows_refused: Counter[str] = field(default_factory=Counter)
    """Of those, refused by the bridge, by `feed:reason:field`."""
    rows_not_for_the_hub: int = 0

    def admitted(self, agency: str) -> int:
        """Facts of that agency that come into the log."""
        returned = self.refused.get(agency, Counter()).total()
        return self.said[agency] - self.repeated[agency] - self.waiting[agency] - returned

    def count(self, agency: str, outcome: str, times: int = 1) -> None:
        """One more thing said, and what becomes of it."""
        if outcome == Outcome.TOO_BIG_FOR_THE_BROKER:
            self.refused_by_broker[agency] += times
            return
        self.said[agency] += times
        if outcome == Outcome.REPEATED:
            self.repeated[agency] += times
        elif outcome == Outcome.WAITS:
            self.waiting[agency] += times
        elif outcome != Outcome.ADMITTED:
            self.refused.setdefault(agency, Counter())[outcome] += times

    def __add__(self, other: Expected) -> Expected:
        """Both together, for what is counted over several phases."""
        agencies = self.refused.keys() | other.refused.keys()
        return Expected(
            said=self.said + other.said,
            repeated=self.repeated + other.repeated,
            waiting=self.waiting + other.waiting,
            refused={
                agency: self.refused.get(agency, Counter()) + other.refused.get(agency, Counter())
                for agency in sorted(agencies)
            },
            refused_by_broker=self.refused_by_broker + other.refused_by_broker,
            positions=self.positions + other.positions,
            rows=self.rows + other.rows,
            rows_refused=self.rows_refused + other.rows_refused,
            rows_not_for_the_hub=self.rows_not_for_the_hub + other.rows_not_for_the_hub,
        )


@dataclass(frozen=True, slots=True)
class Phase:
    """Files that may be delivered at once, in their order, and what comes of them."""

    name: str
    deliveries: tuple[Delivery, ...]
    expected: Expected


def line_of(fact: Fact, outcome: str = Outcome.ADMITTED, agency: str = "") -> Line:
    """The line that says a fact; `agency` says it instead of its source."""
    body = fact.model_dump_json(exclude_none=True)
    return Line(agency or fact.source, f'{{"kind":"{fact.kind()}","fact":{body}}}', outcome)


def raw_line(agency: str, kind: str, raw: bytes, outcome: str, *, times: int = 1) -> Line:
    """The line that says bytes as they are."""
    return Line(agency, json.dumps({"kind": kind, "raw_hex": raw.hex(), "times": times}), outcome)


def write_lines(
    folder: Path, name: str, lines: Iterable[Line], expected: Expected
) -> tuple[Delivery, ...]:
    """One file for each agency, its lines in order; counts what becomes of them."""
    by_agency: dict[str, list[str]] = {}
    for line in lines:
        by_agency.setdefault(line.agency, []).append(line.content)
        expected.count(line.agency, line.outcome)
    return tuple(
        Delivery(agency, Way.SAY, _written(folder / "say" / f"{name}_{agency}.jsonl", contents))
        for agency, contents in sorted(by_agency.items())
    )


def write_rows(path: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """One JSON value on each line; a text stands there as it is."""
    return _written(path, [row if isinstance(row, str) else json.dumps(row) for row in rows])


def _written(path: Path, lines: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path
