"""Rows are read under limits, and reported on without a value."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tracking import TagTampered
from services.bridge.door import MemoryDoor
from services.bridge.rows import (
    MAX_DEPTH,
    MAX_FAULTS,
    MAX_LINE,
    Row,
    json_of,
    rows_of_body,
    rows_of_file,
    take_in,
)
from services.bridge.watch import Watch
from services.em_bridge.mapping import Taken
from services.runtime.faults import Refused, Unavailable
from tests.bridge.kit import CANARIES
from tests.makers import a_tamper


def reasons(rows: list[Row]) -> list[object]:
    return [row.reason if isinstance(row, Refused) else row for _, row in rows]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff", "not-utf-8"),
        (b"\xef\xbb\xbf{}", "not-json"),
        (b'{"a": 1', "not-json"),
        (b"", "not-json"),
        (b'{"a": NaN}', "not-a-number"),
        (b'{"a": -Infinity}', "not-a-number"),
        (b'{"a": 1, "a": 2}', "said-twice"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too-deep"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "too-deep"),
        (b"9" * 5000, "not-json"),
        (b'"\\ud800', "not-json"),
    ],
)
def test_what_is_not_strict_json_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        json_of(raw)
    assert refused.value.reason == reason


def test_brackets_in_texts_are_not_depth() -> None:
    text = '\\"[' * 40 + "\\\\"
    assert json_of(f'{{"a": "{text}"}}'.encode()) == {"a": '"[' * 40 + "\\"}


def test_an_unclosed_text_of_many_quotes_costs_no_time() -> None:
    with pytest.raises(Refused):
        json_of(b'[[[[[[[[[[[[[[[[["' + b'\\"' * 500_000)


@given(st.binary())
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    try:
        value = json_of(raw)
    except Refused:
        return
    assert json.loads(raw) == value


def test_a_row_that_cannot_be_read_does_not_stop_those_after_it(tmp_path: Path) -> None:
    lines = [
        b'{"a": 1}',
        b"",
        b"  ",
        b"nonsense",
        b'"' + b"x" * MAX_LINE + b'"',
        b'"' + b"x" * (MAX_LINE - 2) + b'"',
        b'"' + b"y" * (3 * MAX_LINE) + b'"',
        b'{"b": 2}\r',
        b'{"c": 3}',
    ]
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(lines))
    rows = list(rows_of_file(path))
    assert [number for number, _ in rows] == [1, 4, 5, 6, 7, 8, 9]
    assert reasons(rows)[:3] == [{"a": 1}, "not-json", "line-too-long"]
    assert reasons(rows)[4:] == ["line-too-long", {"b": 2}, {"c": 3}]
    assert reasons(list(rows_of_body(path.read_bytes()))) == reasons(rows)


def test_a_file_of_one_endless_line_is_one_refusal(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"x" * (5 * MAX_LINE))
    assert reasons(list(rows_of_file(path))) == ["line-too-long"]


def test_a_body_may_be_an_array() -> None:
    assert rows_of_body(b' [{"a": 1}, 2]') == [(1, {"a": 1}), (2, 2)]
    with pytest.raises(Refused):
        rows_of_body(b"[1, 2")


def read(row: object) -> Taken:
    """A mapping of two words."""
    match row:
        case "tamper":
            return Taken((a_tamper(),), late=True)
        case "foreign":
            return Taken((a_tamper(source="prison"),))
        case "nothing":
            return Taken(because="not-for-the-hub")
    raise Refused("unknown", "word")


def numbered(*rows: object) -> list[Row]:
    return list(enumerate(rows, start=1))


async def test_every_row_is_said_or_counted_or_refused_by_number() -> None:
    door, watch = MemoryDoor("em", [TagTampered.kind()]), Watch("em")
    rows = numbered("tamper", "nothing", CANARIES[0], Refused("not-json"), "foreign", "tamper")
    report = (await take_in(rows, read, door, watch)).as_json()
    assert report == {
        "rows": 6,
        "facts": 2,
        "late": 2,
        "not_for_the_hub": {"not-for-the-hub": 1},
        "refused": 3,
        "faults": [
            {"row": 3, "field": "word", "reason": "unknown"},
            {"row": 4, "field": "", "reason": "not-json"},
            {"row": 5, "field": "source", "reason": "speaks-for-another"},
        ],
        "faults_not_listed": 0,
    }
    assert len(door.said) == 2
    assert CANARIES[0] not in json.dumps(report)
    assert _count(watch, "hub_bridge_rows_total", outcome="taken") == 2
    assert _count(watch, "hub_bridge_rows_total", outcome="refused") == 3


async def test_a_report_stays_short_however_much_is_wrong() -> None:
    rows = numbered(*["wrong"] * (MAX_FAULTS + 5))
    report = await take_in(rows, read, MemoryDoor("em", []), Watch("em"))
    shown = report.as_json()
    assert (len(shown["faults"]), shown["faults_not_listed"]) == (MAX_FAULTS, 5)


async def test_an_unconfirmed_row_ends_the_whole() -> None:
    door = MemoryDoor("em", [TagTampered.kind()])
    door.go_away()
    with pytest.raises(Unavailable):
        await take_in(numbered("tamper"), read, door, Watch("em"))


def _count(watch: Watch, name: str, **labels: Any) -> float | None:
    return watch.registry.get_sample_value(name, labels)
