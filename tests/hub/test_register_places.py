"""Where facts stand is kept: the answer is the same with and without, whatever became of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.log import Tick
from services.hub.register import catch_up, log_reading
from services.hub.register.log_reading import Kept, LogReader
from services.hub.register.places import Places, decode
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.speech import log_partition
from services.runtime.topics import Reader
from tests.hub.log_messages import Log
from tests.makers import a_conviction, a_person, a_tick, admitted, later, rules_adopted

NOBODY = 0
PEOPLE = {number: a_person(number) for number in range(1, 9)}
ONE = PEOPLE[1]
HERE = log_partition(ONE)
MATES = [one for one in PEOPLE.values() if log_partition(one) == HERE]
TICK, RULES = a_tick(), rules_adopted("2026-4")
Words = Sequence[tuple[int, int]]
"""Of each record: how many offsets it stands after the one before, and about whom it is (0: a Tick;
a negative number: the rules)."""


@pytest.fixture(autouse=True)
def _everything_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_WORTH_KEEPING", 0), ("_KEPT_EVERY", 20), ("_FEW", 2), ("_MANY", 2)):
        monkeypatch.setattr(log_reading, name, value)
    monkeypatch.setattr(log_reading, "_VISITORS", 2)
    monkeypatch.setattr(log_reading, "DENSE", 0)


def said(log: Log, words: Words) -> None:
    """The log goes on."""
    for gap, about in words:
        if about <= 0:
            whole: Fact = TICK if about == 0 else RULES
            for partition in range(LOG_PARTITIONS):
                stand(log, partition, gap, None, whole)
        else:
            person = PEOPLE[about]
            fact = admitted(a_conviction(), person)
            stand(log, log_partition(person), gap, person.bytes, fact)


def stand(log: Log, partition: int, gap: int, key: bytes | None, fact: Fact) -> None:
    stands = log.parts.setdefault(partition, [])
    offset = (stands[-1].offset + 1 if stands else 0) + gap
    at = int(later(seconds=offset).timestamp() * 1000)
    stands.append(
        Record("log", partition, offset, at, key, wire.encode(fact), wire.headers_of(fact))
    )


def kept_in(folder: Path, log: str = "c/t", secret: bytes = b"s" * 32) -> Kept:
    return Kept(folder / "places", "log", secret, log)


def looked(log: Log, kept: Kept) -> LogReader:
    return LogReader(cast("Reader", log), log.visit, kept, lambda *_: None)


def asked(log: Log, kept: Kept, number: int) -> list[Record]:
    """What is read of one person; 0: of everybody."""
    reader = looked(log, kept)
    if number:
        return list(reader.of(PEOPLE[number]))
    return [record for part in reader.parts() for record in part]


def plainly(log: Log, number: int) -> list[Record]:
    """The same, read from the beginning with nothing kept."""
    ticks = Tick.kind()
    parts = [log.parts.get(partition, []) for partition in range(LOG_PARTITIONS)]
    if number:
        parts = [parts[log_partition(PEOPLE[number])]]
    keys = None if number == 0 else (None, PEOPLE[number].bytes)
    return [
        record
        for part in parts
        for record in part
        if wire.kind_of(record.headers) != ticks and (keys is None or record.key in keys)
    ]


words = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 8)), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(words, st.integers(0, 8)), min_size=1, max_size=5))
def test_whoever_asks_in_whatever_order_is_told_what_the_whole_log_says(
    steps: list[tuple[Words, int]],
) -> None:
    log = Log()
    with TemporaryDirectory() as folder:
        kept = kept_in(Path(folder))
        for words, number in steps:
            said(log, words)
            assert asked(log, kept, number) == plainly(log, number)


STORY: Words = [(0, -1), (2, 1), (0, 0), (1, 2), *[(0, 0)] * 50, (3, 1), *[(0, 0)] * 50, (0, 5)]


@pytest.fixture
def log() -> Log:
    made = Log()
    said(made, STORY)
    return made


def test_the_clock_is_read_past_once(log: Log, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    asked(log, kept, 1)
    log.read = log.visited = 0
    said(log, [(0, 0)] * 3)
    assert asked(log, kept, 1) == plainly(log, 1)
    assert (log.read, log.visited) == (1 + 3, len(plainly(log, 1)))  # the last, and what is new


def test_once_it_was_caught_up_with_nobody_waits(log: Log, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    asked(log, kept, 1)
    said(log, [(0, 0), (0, 1), (0, 5)])
    looked(log, kept).catch_up()
    for number in (1, 5):
        log.read = log.visited = 0
        assert asked(log, kept, number) == plainly(log, number)
        assert (log.read, log.visited) == (1, len(plainly(log, number)))  # the last, and what is so


def test_where_no_hub_was_begun_that_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    program = [sys.executable, "-m", catch_up.__name__, str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("places: No broker was started in ")
    assert not (tmp_path / "places").exists()


def test_where_facts_stand_close_together_everybody_is_read_in_one_go(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(log, kept_in(tmp_path), 0)
    assert asked(log, kept_in(tmp_path), 0) == plainly(log, 0)
    assert log.visited > 0
    log.visited = 0
    monkeypatch.setattr(log_reading, "DENSE", 1_000)
    assert asked(log, kept_in(tmp_path), 0) == plainly(log, 0)
    assert log.visited == 0


def files(folder: Path) -> Iterator[Path]:
    return (folder / "places").iterdir()


def test_what_is_kept_says_nothing_of_anybody_and_is_its_owners_alone(
    log: Log, tmp_path: Path
) -> None:
    asked(log, kept_in(tmp_path), 0)
    assert (tmp_path / "places").stat().st_mode & 0o777 == 0o700
    for file in files(tmp_path):
        assert file.stat().st_mode & 0o777 == 0o600
        raw = file.read_bytes()
        for person in PEOPLE.values():
            assert person.bytes not in raw
            assert str(person).encode() not in raw
        assert b"s" * 8 not in raw


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_file_cut_short_or_changed_anywhere_is_not_believed(data: st.DataObject) -> None:
    log = Log()
    said(log, STORY)
    with TemporaryDirectory() as folder:
        kept = kept_in(Path(folder))
        asked(log, kept, 1)
        (file,) = files(Path(folder))
        raw = bytearray(file.read_bytes())
        at = data.draw(st.integers(0, len(raw) - 1))
        if data.draw(st.booleans()):
            raw = raw[:at]
        else:
            raw[at] ^= data.draw(st.integers(1, 255))
        file.write_bytes(raw)
        assert decode(bytes(raw), kept.load(HERE).of) is None
        assert asked(log, kept, 1) == plainly(log, 1)


@pytest.mark.parametrize("other", [{"log": "c/other"}, {"secret": b"o" * 32}])
def test_of_another_log_or_by_another_secret_nothing_is_believed(
    log: Log, tmp_path: Path, other: dict[str, str]
) -> None:
    asked(log, kept_in(tmp_path), 1)
    log.visited = 0
    assert asked(log, kept_in(tmp_path, **other), 1) == plainly(log, 1)  # type: ignore[arg-type]  # one of two
    assert log.visited == 0


def test_nor_of_a_log_that_was_cut_or_has_something_else_where_it_ended(
    log: Log, tmp_path: Path
) -> None:
    kept = kept_in(tmp_path)
    asked(log, kept, 1)
    whole = log.parts[HERE]
    other = replace(whole[-1], timestamp_ms=whole[-1].timestamp_ms + 1)
    for stands in (whole[:-1], whole[:2], [*whole[:-1], other], whole[-1:]):
        log.parts[HERE], log.visited = stands, 0
        assert asked(log, kept, 1) == plainly(log, 1)


@pytest.mark.parametrize("moved", [0, 1])
def test_places_that_are_wrong_all_the_same_are_never_an_answer_and_are_forgotten(
    log: Log, tmp_path: Path, moved: int
) -> None:
    """What is about nobody would be taken for the person's, or stands where nothing stands."""
    kept = kept_in(tmp_path)
    asked(log, kept, 1)
    true = kept.load(HERE)
    found = dict(true.where(None))
    wrong = Places(true.of, true.end, true.last)
    for offset, mark in zip(found, reversed(found.values()), strict=True):
        wrong.add(mark, offset + moved)
    kept.save(HERE, wrong)
    with pytest.raises(Stop):
        asked(log, kept, 1)
    assert asked(log, kept, 1) == plainly(log, 1)


def test_where_nothing_can_be_kept_the_answer_is_the_same(log: Log, tmp_path: Path) -> None:
    (tmp_path / "places").write_text("no folder")
    for _ in range(2):
        assert asked(log, kept_in(tmp_path), 1) == plainly(log, 1)


def test_two_who_look_at_once_keep_what_one_of_them_read(log: Log, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    one, other = looked(log, kept).of(ONE), looked(log, kept).of(ONE)
    first = [next(one)]
    said(log, [(0, 0), (0, 1)])
    second = list(other)
    first += one
    assert first == second[: len(first)]
    assert asked(log, kept, 1) == plainly(log, 1) == second


def test_who_stops_half_way_loses_nothing_for_the_next(log: Log, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    for taken in range(len(plainly(log, 1))):
        reader = looked(log, kept).of(ONE)
        for _ in range(taken):
            next(reader)
        del reader
        assert asked(log, kept, 1) == plainly(log, 1)


def test_how_far_a_long_log_is_read_is_told_over_all_its_partitions(tmp_path: Path) -> None:
    log, told = Log(), list[tuple[int, int]]()
    said(log, [(0, 0)] * 3_000)
    reader = LogReader(
        cast("Reader", log), log.visit, kept_in(tmp_path), lambda *what: told.append(what)
    )
    assert sum(1 for part in reader.parts() for _ in part) == 0
    assert told == [(5_000, 12_000), (10_000, 12_000)]
