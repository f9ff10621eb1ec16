"""Rows come back from their bytes as they were, and wake when they want to."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.decision import State
from services.runtime.faults import RowsUnusable, Stop
from services.runtime.rows import (
    META,
    VERSION,
    Kept,
    Meta,
    RowStore,
    Working,
    decode_row,
    encode_row,
    micros,
    shape_of,
)
from tests.makers import NOON
from tests.strategies import instants


class Note(State):
    """Something kept."""

    words: tuple[str, ...] = ()


notes = st.builds(Note, words=st.lists(st.text(max_size=5), max_size=3).map(tuple))
moments_us = st.integers(0, 2**60)
offsets = st.lists(st.integers(0, 2**62), max_size=3).map(tuple)
rows = st.builds(Kept, st.none() | notes, st.none() | moments_us, offsets)
keys = st.sampled_from(["a", "b", "c", "d"])


def a_store(**rows_by_key: Kept) -> RowStore:
    return RowStore(lambda _: Note, {key: encode_row(row) for key, row in rows_by_key.items()})


@given(rows)
def test_a_row_comes_back_as_it_was(row: Kept) -> None:
    assert decode_row(encode_row(row), Note) == row


def test_a_row_of_a_version_nobody_knows_stops_the_service() -> None:
    raw = encode_row(Kept(Note()))
    with pytest.raises(Stop):
        decode_row(bytes([VERSION + 1]) + raw[1:], Note)


def test_a_row_another_build_kept_stops_the_service_and_says_what_to_do() -> None:
    raw = encode_row(Kept(Note())).replace(b'"words"', b'"lines"')
    with pytest.raises(Stop, match="hub rebuild") as stop:
        decode_row(raw, Note)
    assert stop.value.__context__ is None


class Later(State):
    """The same something in another build."""

    words: tuple[str, ...] = ()
    seen: int = 0


Later.__name__ = Note.__name__


def saved(note: State) -> dict[str, bytes]:
    """Everything that stands in the changelog after one row was saved."""
    working = Working(opened(type(note), {}))
    working.put("a", Kept(note))
    return {key: value for key, value in working.encoded().items() if value is not None}


def opened(kind: type[State], rows: Mapping[str, bytes]) -> RowStore:
    """The partition, taken by a build with that type of state."""
    return RowStore(lambda _: kind, rows, shape_of([kind]))


def test_rows_another_build_kept_are_read_when_the_partition_is_taken_or_never() -> None:
    store = opened(Later, saved(Note(words=("x",))))
    assert store.get("a") == Kept(Later(words=("x",)))
    with pytest.raises(RowsUnusable, match="another build kept"):
        opened(Note, saved(Later(seen=1)))


def test_rows_of_the_same_shape_are_not_looked_at_before_they_are_needed() -> None:
    rows = saved(Note())
    rows["a"] = rows["a"].replace(b"words", b"lines")
    store = opened(Note, rows)
    with pytest.raises(RowsUnusable):
        store.get("a")


@given(instants())
def test_a_moment_is_the_same_to_the_microsecond(moment: datetime) -> None:
    assert Meta(now_us=micros(moment)).now == moment


def test_before_the_first_tick_there_is_no_now() -> None:
    assert Meta().now is None


def test_the_partitions_own_row_comes_back_and_is_no_row_of_a_key() -> None:
    meta = Meta(positions={"a": 3}, heard={"a|b|0": (4, 1, "00")}, adopted={"rules": "1"}, now_us=5)
    store = RowStore(lambda _: Note, {META: meta.model_dump_json().encode()})
    assert (store.meta, len(store), list(store.keys())) == (meta, 0, [])


def test_what_is_saved_is_what_is_recovered() -> None:
    working = Working(a_store())
    working.put("a", Kept(Note(words=("x",)), 7))
    working.meta.positions["topic"] = 9
    saved = {key: value for key, value in working.encoded().items() if value is not None}
    store = RowStore(lambda _: Note, saved)
    assert store.get("a") == Kept(Note(words=("x",)), 7)
    assert store.meta.positions == {"topic": 9}
    assert list(working.encoded())[-1] == META


def test_a_removed_row_is_removed_from_the_changelog() -> None:
    working = Working(a_store(a=Kept(Note())))
    working.put("a", None)
    assert working.encoded()["a"] is None
    working.apply()
    assert Working(a_store()).get("a") is None


def test_a_working_copy_changes_nothing_before_it_is_applied() -> None:
    store = a_store(a=Kept(Note()))
    working = Working(store)
    working.put("a", Kept(Note(words=("changed",))))
    working.put("b", Kept(Note()))
    working.meta.positions["topic"] = 1
    assert (store.get("a"), store.get("b")) == (Kept(Note()), None)
    assert store.meta.positions == {}
    assert working.get("a") == Note(words=("changed",))
    working.apply()
    assert store.get("a") == Kept(Note(words=("changed",)))
    assert store.meta.positions == {"topic": 1}


def test_what_one_record_changed_can_be_taken_back_and_what_was_before_stays() -> None:
    working = Working(a_store(a=Kept(Note())))
    working.put("a", Kept(Note(words=("kept",))))
    working.meta.now_us = 1
    working.begin()
    working.put("a", Kept(Note(words=("not",))))
    working.put("a", None)
    working.put("b", Kept(Note()))
    working.meta.now_us = 2
    working.undo()
    assert working.get("a") == Note(words=("kept",))
    assert (working.get("b"), working.meta.now_us) == (None, 1)
    assert set(working.changed) == {"a"}


@given(st.dictionaries(keys, rows), st.dictionaries(keys, st.none() | rows), moments_us)
def test_due_are_exactly_those_whose_time_has_come_and_their_order_tells_nothing_of_it(
    kept: dict[str, Kept], changes: dict[str, Kept | None], now_us: int
) -> None:
    working = Working(a_store(**kept))
    for key, row in changes.items():
        working.put(key, row)
    now = {**kept, **changes}
    expected = sorted(
        key
        for key, row in now.items()
        if row is not None and row.wake_us is not None and row.wake_us <= now_us and not row.waits
    )
    assert working.due(now_us) == expected
    working.apply()
    assert working.due(now_us) == expected
    assert Working(a_store(**kept)).due(-1) == []


@given(st.dictionaries(keys, rows), st.dictionaries(keys, st.none() | rows), moments_us)
def test_who_wakes_is_the_same_after_a_restart(
    kept: dict[str, Kept], changes: dict[str, Kept | None], now_us: int
) -> None:
    """The list of wake-ups is made anew from the rows as they were saved."""
    working = Working(a_store(**kept))
    for key, row in changes.items():
        working.put(key, row)
    saved = {key: encode_row(row) for key, row in kept.items()}
    for key, raw in working.encoded().items():
        saved.pop(key, None)
        saved |= {} if raw is None else {key: raw}
    working.apply()
    assert Working(RowStore(lambda _: Note, saved)).due(now_us) == working.due(now_us)


def test_a_row_that_changed_its_mind_is_woken_at_its_new_time_only() -> None:
    store = a_store(a=Kept(Note(), 10))
    for wake in (20, 30, 20):
        store.put("a", Kept(Note(), wake))
    assert store.due(10) == []
    assert store.due(20) == ["a"]
    assert store.due(40) == ["a"]


def test_micros_count_from_1970() -> None:
    assert micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == 1_000_000
    assert micros(NOON + timedelta(microseconds=1)) - micros(NOON) == 1


def test_a_state_does_not_show_what_it_holds() -> None:
    assert repr(Note(words=("Testperson",))) == str(Note()) == "Note(…)"
