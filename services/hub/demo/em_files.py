"""The tag provider's hourly files of the day, as they really come.

Rows are delivered twice and three times, within a file and across two; one file holds what happened
sixty hours ago; some rows cannot be read, and one is of a device nobody was fitted with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from services.hub.demo import identifiers
from services.hub.demo.delivery import Delivery, Expected, Outcome, Way, write_rows
from services.hub.demo.em_rows import (
    FEED,
    TAMPERS,
    Row,
    event_row,
    event_rows,
    position_rows,
    with_lineage,
)
from services.hub.demo.fixes import LATE_BY, Fix, fixes, late_fixes
from services.hub.demo.monitoring import NOBODY
from services.hub.demo.roles import EM
from services.hub.demo.wearers import Story, Wearer

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class _File:
    name: str
    rows: Sequence[Row | str]


def write_em_files(
    folder: Path, wearers: Sequence[Wearer], now: datetime, seed: int, expected: Expected
) -> tuple[Delivery, ...]:
    """Every file, in the order the provider delivers them."""
    draw = Random(f"fixes {seed}")  # noqa: S311  # a story, not a secret
    by_hour = _positions(wearers, now, draw)
    found = [*_position_files(by_hour, now), *_event_files(wearers, now)]
    found += _late_files(wearers, now, draw)
    _count(found, expected)
    return tuple(
        Delivery(EM, Way.EM, write_rows(folder / "em" / file.name, _lined(file, f"L{number}")))
        for number, file in enumerate(found, 1)
    )


def _positions(wearers: Sequence[Wearer], now: datetime, draw: Random) -> list[list[Row]]:
    """Rows by the hour they are delivered in, oldest first; what is dated wrongly comes last."""
    pairs = [(wearer, fix) for wearer in wearers for fix in fixes(wearer, now, draw)]
    pairs.sort(key=lambda pair: (pair[1].at, pair[0].number))
    hours: list[list[tuple[Wearer, Fix]]] = [[], [], []]
    for pair in pairs:
        age = now - pair[1].at
        hours[2 if not HOUR < age <= 3 * HOUR else (1 if age <= 2 * HOUR else 0)].append(pair)
    rows = position_rows([pair for hour in hours for pair in hour])
    sizes = [len(hour) for hour in hours]
    return [rows[: sizes[0]], rows[sizes[0] : sizes[0] + sizes[1]], rows[sum(sizes[:2]) :]]


def _position_files(by_hour: Sequence[Sequence[Row]], now: datetime) -> list[_File]:
    """Every twentieth row stands twice in its file, every fortieth comes again with the next."""
    files, carried = [], list[Row]()
    for number, rows in enumerate(by_hour):
        last = number == len(by_hour) - 1
        bad = _unreadable(rows[0]) if last else []
        content = [*carried, *rows, *rows[::20], *bad]
        files.append(_File(_name("position", now - HOUR * (2 - number)), content))
        carried = list(rows[5::40])
    return files


def _unreadable(row: Row) -> list[Row | str]:
    """Rows that a bridge must refuse, each by another reason, without losing those around them."""
    without = {name: value for name, value in row.items() if name != "position_latitude"}
    return [
        without,
        {**row, "position_latitude": 123.4},
        {**row, "position_lbs": 9},
        {**row, "position_gps_date": "05/01/2026 09:00"},
        {**row, "position_precision": -1},
        {**row, "device_id": None},
        '{"position_id": 9900000000, "person_id": 99',
        "[]",
    ]


UNREADABLE = (
    "missing:position_latitude",
    "less-than-equal:position_latitude",
    "literal-error:position_lbs",
    "not-a-time:position_gps_date",
    "greater-than-equal:position_precision",
    "int-type:device_id",
    "not-json:",
    "not-an-object:",
)
"""What the bridge says of the rows of `_unreadable`."""


def _event_files(wearers: Sequence[Wearer], now: datetime) -> list[_File]:
    """Every event stands there twice; every third comes once more, in a file of its own."""
    rows = [row for wearer in wearers for row in event_rows(wearer, now, wearer.number * 100 + 1)]
    stranger = event_row(wearers[0], TAMPERS[Story.STRAP], now - timedelta(minutes=6), 99_998)
    rows.append({**stranger, "device_id": identifiers.device(NOBODY + 1), "person_id": NOBODY})
    rows.sort(key=lambda row: (row["event_start_date_local"], row["event_id"]))
    bad = [{**stranger, "event_start_date_utc": None}]
    return [
        _File(_name("event", now - timedelta(minutes=2)), [*rows, *rows, *bad]),
        _File(_name("event", now), rows[::3]),
    ]


def _late_files(wearers: Sequence[Wearer], now: datetime, draw: Random) -> list[_File]:
    """What happened sixty hours ago and is uploaded now."""
    late = [(wearer, fix) for wearer in wearers for fix in late_fixes(wearer, now, draw)]
    if not late:
        return []
    moved = TAMPERS[Story.HOME_UNIT_MOVED]
    event = event_row(late[0][0], moved, now - LATE_BY - HOUR, 99_999, uploaded_at=now)
    return [
        _File(_name("position", now, "late"), position_rows(late, uploaded_at=now)),
        _File(_name("event", now, "late"), [event]),
    ]


def _name(feed: str, at: datetime, addition: str = "") -> str:
    return f"{feed}_{FEED}{addition and '-' + addition}_{at:%Y%m%d%H%M%S}.jsonl"


def _lined(file: _File, load: str) -> Iterable[Row | str]:
    rows = [row for row in file.rows if not isinstance(row, str)]
    return [*with_lineage(rows, file.name, load), *(r for r in file.rows if isinstance(r, str))]


def _count(files: Iterable[_File], expected: Expected) -> None:
    """By what the rows are, not by what a bridge makes of them."""
    codes = {code.name for code in TAMPERS.values()}
    tampers: Counter[int] = Counter()
    for file in files:
        feed = file.name.split("_", 1)[0]
        expected.rows[feed] += len(file.rows)
        if feed == "position":
            expected.positions += len(file.rows)
            continue
        for row in file.rows:
            if isinstance(row, str) or row["event_type_code"] not in codes:
                expected.rows_not_for_the_hub += 1
            elif row["event_start_date_utc"] is not None:
                tampers[row["event_id"]] += 1
    expected.positions -= len(UNREADABLE)
    for why in UNREADABLE:
        expected.rows_refused[f"position:{why}"] += 1
    expected.rows_refused["event:not-a-time:event_start_date_utc"] += 1
    for number, times in tampers.items():
        known = number % 100_000 != 99_998
        expected.count(EM, Outcome.ADMITTED if known else Outcome.WAITS)
        expected.count(EM, Outcome.REPEATED if known else Outcome.WAITS, times - 1)
