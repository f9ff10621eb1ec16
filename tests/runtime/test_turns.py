"""Turns between sources: a flood delays nobody, and each source's own order is kept."""

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.journal import spans
from services.runtime.records import Record
from services.runtime.turns import BATCH, BATCH_BYTES, QUEUED, Turns


def records(source: str, count: int, size: int = 1) -> list[Record]:
    return [Record(source, 0, offset, 0, None, b"x" * size) for offset in range(count)]


def drained(turns: Turns) -> list[list[Record]]:
    batches = []
    while batch := turns.take():
        batches.append(batch)
    return batches


def test_one_fact_behind_a_flood_is_in_the_very_next_batch() -> None:
    turns = Turns()
    turns.put(records("flood", 50_000))
    turns.take()
    turns.put(records("quiet", 1))
    batch = turns.take()
    assert len(batch) == BATCH
    assert [record for record in batch if record.topic == "quiet"] == records("quiet", 1)


def test_what_leads_comes_first_in_a_batch_and_takes_no_more_turns_than_others() -> None:
    turns = Turns(leads=("deploy",))
    turns.put([*records("said", 2000), *records("deploy", 2000)])
    batch = turns.take()
    assert batch == [*records("deploy", BATCH // 2), *records("said", BATCH // 2)]


def test_sources_that_flood_share_what_a_batch_holds() -> None:
    turns = Turns()
    for source in ("a", "b", "c"):
        turns.put(records(source, 5000))
    batch = turns.take()
    counts = {source: sum(record.topic == source for record in batch) for source in "abc"}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len(batch) == BATCH


def test_more_sources_than_a_batch_holds_are_all_served_in_turn() -> None:
    turns = Turns()
    sources = [f"s{number}" for number in range(BATCH + 100)]
    for source in sources:
        turns.put(records(source, 10))
    first, second = turns.take(), turns.take()
    assert {record.topic for record in [*first, *second]} == set(sources)


def test_a_batch_of_a_flood_and_others_is_few_runs_in_the_journal() -> None:
    turns = Turns()
    turns.put(records("a", 5000))
    turns.put(records("b", 5000))
    assert spans(turns.take()) == [("a", 0, 250), ("b", 0, 250)]


def test_large_records_end_a_batch_early() -> None:
    turns = Turns()
    turns.put(records("a", 100, size=BATCH_BYTES // 8))
    assert len(turns.take()) == 8


def test_a_full_source_is_asked_for_no_more_and_the_others_are() -> None:
    turns = Turns()
    turns.put(records("flood", QUEUED))
    assert not turns.wants("flood")
    assert turns.wants("quiet")


def test_what_is_put_back_comes_first_of_its_source() -> None:
    turns = Turns()
    flood = records("a", 700)
    turns.put(flood)
    turns.put_back(turns.take())
    assert [record for batch in drained(turns) for record in batch] == flood
    assert not turns


def test_cleared_nothing_waits() -> None:
    turns = Turns()
    turns.put(records("a", 3))
    turns.clear()
    assert turns.take() == []


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_every_record_comes_once_in_the_order_of_its_source(steps: list[tuple[str, bool]]) -> None:
    turns, came = Turns(), list[Record]()
    offsets = dict.fromkeys("abcd", 0)
    for source, takes in steps:
        turns.put([Record(source, 0, offsets[source], 0, None, None)])
        offsets[source] += 1
        if takes:
            came += turns.take()
    came += [record for batch in drained(turns) for record in batch]
    for source, count in offsets.items():
        assert [record.offset for record in came if record.topic == source] == list(range(count))
