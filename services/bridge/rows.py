"""Rows from a partner: read under limits, and reported on by number, field and reason.

A report never holds a value. A row that cannot be read does not stop the rows after it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Protocol

from schemas.base import Fact
from services.bridge.door import Door
from services.bridge.watch import Watch
from services.runtime.faults import Refused

MAX_LINE = 64 * 1024
MAX_FILE = 256 * 1024 * 1024
MAX_LINES = 2_000_000
"""Lines of a file; a row has more than a hundred bytes."""
MAX_ROWS = 100_000
"""Rows of one body."""
MAX_VALUES = 500_000
"""Members and items of one JSON text: each takes up to 100 bytes of memory, however short it is."""
MAX_DEPTH = 16
MAX_FAULTS = 1000
"""Faults a report lists; more are counted."""
BATCH = 500
"""Rows said to the broker together."""

_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)
"""Brackets; strings are taken whole, so that those in them do not count."""
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}

Row = tuple[int, object | Refused]
"""Its number from 1, and what stands there or why it cannot be read."""


class Reading(Protocol):
    """What a mapping makes of one row."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What it says; empty if it is none of the hub's business."""

    @property
    def because(self) -> str:
        """Why it says nothing; empty if it does."""

    @property
    def late(self) -> bool:
        """Whether it came too late to be acted on as live."""


@dataclass(slots=True)
class Report:
    """What became of the rows; all its partner learns."""

    rows: int = 0
    facts: int = 0
    late: int = 0
    refused: int = 0
    not_for_the_hub: Counter[str] = field(default_factory=Counter)
    faults: list[dict[str, int | str]] = field(default_factory=list)

    def fault(self, row: int, refused: Refused) -> None:
        """One row was refused."""
        self.refused += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append({"row": row, "field": refused.field, "reason": refused.reason})

    def as_json(self) -> dict[str, Any]:
        """As it is written to a file or answered."""
        return {
            "rows": self.rows,
            "facts": self.facts,
            "late": self.late,
            "not_for_the_hub": dict(sorted(self.not_for_the_hub.items())),
            "refused": self.refused,
            "faults": self.faults,
            "faults_not_listed": self.refused - len(self.faults),
        }


async def take_in(
    rows: Iterable[Row], read: Callable[[object], Reading], door: Door, watch: Watch
) -> Report:
    """Every row is said and confirmed, or counted, or refused in the report.

    Raises:
        Unavailable: the broker does not confirm. What is before is said and may be said again.
    """
    report = Report()
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        said = [fact for row in batch for fact in _read(row, read, door, report)]
        await door.say(said)
        await asyncio.sleep(0)  # others have their turn, though nothing was to be said
        report.facts += len(said)
        for kind, count in Counter(fact.kind() for fact in said).items():
            watch.said.labels(kind=kind).inc(count)
    for outcome, count in (
        ("refused", report.refused),
        ("not-for-the-hub", report.not_for_the_hub.total()),
        ("taken", report.rows - report.refused - report.not_for_the_hub.total()),
    ):
        watch.rows.labels(outcome=outcome).inc(count)
    return report


def _read(
    row: Row, read: Callable[[object], Reading], door: Door, report: Report
) -> tuple[Fact, ...]:
    number, content = row
    report.rows += 1
    try:
        if isinstance(content, Refused):
            raise content
        reading = read(content)
        for fact in reading.facts:
            door.check(fact)
    except Refused as refused:
        report.fault(number, refused)
        return ()
    report.late += reading.late
    if reading.because:
        report.not_for_the_hub[reading.because] += 1
    return reading.facts


def rows_of_file(path: Path) -> Iterator[Row]:
    """The rows of a JSONL file, read one at a time; empty lines count but are no rows.

    Past `MAX_LINES` one row is refused in place of all that are left.
    """
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), start=1):
            if number > MAX_LINES:
                yield number, Refused("too-many-lines")
                return
            if line is None:
                yield number, Refused("line-too-long")
            elif line.strip():
                yield number, _read_json(line)


def rows_of_body(body: bytes) -> Sequence[Row]:
    """The rows of a JSON array, or of JSON lines.

    Raises:
        Refused: it begins like an array and cannot be read as one, or there are too many.
    """
    if body.lstrip()[:1] == b"[":
        array = json_of(body)
        rows = array if isinstance(array, list) else []
        if len(rows) > MAX_ROWS:
            raise Refused("too-many-rows")
        return [(number, row) for number, row in enumerate(rows, start=1)]
    if body.count(b"\n") >= MAX_ROWS:
        raise Refused("too-many-rows")
    lines = enumerate(body.split(b"\n"), start=1)
    return [
        (number, Refused("line-too-long") if len(line) > MAX_LINE else _read_json(line))
        for number, line in lines
        if line.strip()
    ]


def json_of(raw: bytes) -> object:
    """What the JSON says. Strict: UTF-8, no member twice, no number that is none, not too deep.

    Nor so many values that a small text would fill the memory.

    Raises:
        Refused: with a coded reason.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not-utf-8") from None
    if len(raw) > MAX_VALUES and sum(raw.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        raise Refused("too-many-values")
    if _depth(raw) > MAX_DEPTH:
        raise Refused("too-deep")
    try:
        value: object = _STRICT.decode(text)
    except ValueError:  # a number of thousands of digits is one too
        raise Refused("not-json") from None
    return value


def _read_json(line: bytes) -> object | Refused:
    try:
        return json_of(line)
    except Refused as refused:
        return refused


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Lines; None in place of one that is too long, whose rest is passed over."""
    while line := file.readline(MAX_LINE + 1):
        if len(line) <= MAX_LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE)
        yield None


def _depth(raw: bytes) -> int:
    """How deep objects and arrays are nested, at most; quick where it is little."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for token in _BRACKETS.finditer(raw):
        depth += _STEP.get(token[0], 0)
        deepest = max(deepest, depth)
    return deepest


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Refused("said-twice")
    return members


def _no_number(_: str) -> NoReturn:
    raise Refused("not-a-number")


_STRICT = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_number)
