"""The judge itself: what it has to find is found, and what differs in looks only is not."""

from __future__ import annotations

from functools import partial
from io import StringIO

from rich.console import Console

from services.runtime.records import Record
from services.runtime.rows import META
from services.runtime.wire import Trigger
from tests.journeys.faults import report
from tests.journeys.faults.run import Outcome
from tests.journeys.faults.verdict import counted_twice, differing_rows

differ = partial(differing_rows, anew=False)
OWN = b'{"positions": {"a": 4, "b": 2}}'


def stands(ce_id: bytes, said_at: int, offset: int) -> Record:
    trigger = Trigger("said-here", 0, said_at, 0).header()
    return Record("log", 0, offset, 0, b"key", b"value", (("ce_id", ce_id), trigger))


def test_written_down_again_for_the_same_trigger_a_fact_counts_once() -> None:
    assert counted_twice([stands(b"one", 1, 0), stands(b"one", 1, 1), stands(b"two", 2, 2)]) == 0


def test_a_fact_that_stands_there_for_two_triggers_counts_twice() -> None:
    assert counted_twice([stands(b"one", 1, 0), stands(b"one", 2, 1)]) == 1


def test_a_row_gone_back_one_too_many_and_one_missing_are_found() -> None:
    again = {META: OWN, "person": b"new", "kept": b"same"}
    assert differ({META: OWN, "person": b"new", "kept": b"same"}, again) == []
    assert differ({META: OWN, "person": b"old", "kept": b"same"}, again) == ["person"]
    assert differ({META: OWN, "kept": b"same", "more": b""}, again) == ["person", "person"]
    assert differ({META: OWN, "heard:x": b"one"}, {META: OWN}) == ["heard"]


def test_the_partitions_own_row_is_compared_by_what_it_says() -> None:
    otherwise = b'{"positions": {"b": 2, "a": 4}}'
    assert differ({META: otherwise}, {META: OWN}) == []
    assert differ({META: b'{"positions": {"a": 3, "b": 2}}'}, {META: OWN}) == ["partition"]
    assert differ({META: OWN}, {}) == ["partition"]


def test_rows_made_anew_may_lack_a_days_count_and_nothing_else() -> None:
    one, two = b'{"positions": {"a": 1}, "count": 1}', b'{"positions": {"a": 1}, "count": 2}'
    fewer = {META: one, "id:7": b"same"}
    again = {META: two, "id:7": b"same", "waited:em": b"three"}
    assert differ(fewer, again) == ["waited", "partition"]
    assert differing_rows(fewer, again, anew=True) == []
    assert differing_rows({META: one, "id:7": b"old"}, again, anew=True) == ["id"]
    moved = b'{"positions": {"a": 2}, "count": 2}'
    assert differing_rows({META: moved, "id:7": b"same"}, again, anew=True) == ["partition"]


def test_the_table_shows_what_broke_and_what_was_not_shown() -> None:
    shown = StringIO()
    outcomes = [
        Outcome("kill", runs=2, said=9, pauses_s=[1.0, 3.0], stale=["notify: 1 rows"]),
        Outcome("full-disk", not_shown="no disk"),
    ]
    report.show(Console(file=shown, width=160), outcomes)
    assert "kill: stale: notify: 1 rows" in shown.getvalue()
    assert "full-disk: not shown: no disk" in shown.getvalue()
    assert [one["clean"] for one in report.as_json(outcomes)] == [False, True]
