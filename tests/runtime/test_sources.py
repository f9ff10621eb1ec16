"""Several sources come in an order of chance: it is written down, and then never changes."""

import pytest

from services.runtime.journal import MemoryJournal, Span, _go_on, spans
from services.runtime.records import Outgoing, Record
from services.runtime.rowlog import MemoryRowLog
from tests.makers import a_level, a_tick, admitted, later, rules_adopted
from tests.runtime.tally import NAMES, CrashError, House, Tally, because, merger


async def a_house() -> House:
    house = House(merger())
    await house.open()
    house.put(rules_adopted(), topic="deploy")
    await house.settle()
    return house


def _levels(house: House) -> tuple[list[Record], list[Record]]:
    """Two records of each source, all of one row."""
    left = house.put(admitted(a_level(1)), admitted(a_level(2)), topic="a")
    return left, house.put(admitted(a_level(3)), topic="b")


@pytest.mark.parametrize("crash", ["before-publish", "after-publish", "before-save"])
async def test_opened_again_the_same_order_is_repeated_whatever_comes_now(crash: str) -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    house.broken.at = crash
    with pytest.raises(CrashError):
        await house.lane.run([one, three, two])
    await house.open()
    assert await house.lane.run([three, one, two]) == ()
    assert house.state("all") == Tally(levels=(1, 3, 2))
    assert await house.heard() == ((None, 1), (1, 3), (3, 2))


async def test_what_was_said_is_said_again_to_the_letter() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    house.broken.at = "before-save"
    with pytest.raises(CrashError):
        await house.lane.run([one, three, two])
    await house.open()
    said = [(record.value, record.headers) for record in house.said()]
    assert said[:3] == said[3:]


async def test_a_batch_that_was_saved_is_not_done_again() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    house.broken.at = "after-save"
    with pytest.raises(CrashError):
        await house.lane.run([one, three, two])
    await house.open()
    assert len(house.said()) == 3
    assert house.state("all") == Tally(levels=(1, 3, 2))


async def test_killed_again_while_it_repeats_it_repeats_the_same() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    house.broken.at = "after-publish"
    with pytest.raises(CrashError):
        await house.lane.run([one, three, two])
    house.broken.at = "after-publish"
    with pytest.raises(CrashError):
        await house.open()
    await house.open()
    assert await house.heard() == ((None, 1), (1, 3), (3, 2))


async def test_what_waits_already_is_written_down_with_the_rows_and_only_once() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    await house.lane.run([one], lambda: [three, two])
    assert house.lane.written_down == [three, two]
    assert await house.lane.run(house.lane.written_down) == ()
    assert not house.lane.written_down
    entries = [entry.value for entry in house.topics.read(NAMES.journal("tally"))[-2:]]
    assert entries == [b'[["a", 0, 1]]', b'[["b", 0, 1], ["a", 1, 2]]']
    assert house.state("all") == Tally(levels=(1, 3, 2))


async def test_what_was_written_down_is_taken_first_by_whoever_comes_next() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    await house.lane.run([one], lambda: [three, two])
    await house.open()
    assert house.state("all") == Tally(levels=(1, 3, 2))
    assert await house.heard() == ((None, 1), (1, 3), (3, 2))


async def test_until_something_is_adopted_nothing_is_written_down_ahead() -> None:
    house = House(merger())
    await house.open()
    house.put(a_tick(later(days=1)), topic="deploy")
    (one, _), _ = _levels(house)
    await house.lane.run(house.topics.read("deploy"), lambda: [one])
    assert not house.lane.written_down


async def test_the_journal_holds_places_and_nothing_else() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    await house.lane.run([one, three, two])
    (*_, entry) = house.topics.read(NAMES.journal("tally"))
    assert entry.value == b'[["a", 0, 1], ["b", 0, 1], ["a", 1, 2]]'
    assert (entry.key, entry.headers) == (None, ())


async def test_the_last_batch_is_read_back_in_its_order() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    journal = MemoryJournal(house.topics, "journal", MemoryRowLog())
    assert await journal.unfinished({}) == []
    await journal.append([two], {})
    await journal.append([three, one, two], {})
    assert await journal.unfinished({}) == [three, one, two]


def test_records_one_after_another_are_one_span() -> None:
    batch = [Record(topic, 0, offset, 0, None, None) for topic, offset in (("a", 4), ("a", 5))]
    other = Record("b", 0, 9, 0, None, None)
    assert spans([*batch, other]) == [("a", 4, 6), ("b", 9, 10)]
    assert spans([]) == []


# -- nothing is adopted yet


async def test_nothing_adopted_everything_waits_but_what_leads() -> None:
    house = House(merger())
    await house.open()
    (one, two), (three,) = _levels(house)
    assert await house.lane.run([one, three, two]) == [one, three, two]
    assert (house.said(), house.lane.position("a")) == ([], None)


async def test_what_is_adopted_is_taken_first_and_the_others_after_it() -> None:
    house = House(merger())
    await house.open()
    (one, two), (three,) = _levels(house)
    (rules,) = house.put(rules_adopted(), topic="deploy")
    assert await house.lane.run([one, three, two, rules]) == ()
    assert house.state("all") == Tally(levels=(1, 3, 2))
    assert house.lane.position("deploy") == 1


async def test_what_waited_is_taken_in_its_order_once_something_is_adopted() -> None:
    house = House(merger())
    await house.open()
    (one, two), (three,) = _levels(house)
    waiting = await house.lane.run([one, three, two])
    house.put(rules_adopted(), topic="deploy")
    await house.lane.run(house.topics.read("deploy"))
    await house.lane.run(waiting)
    assert house.state("all") == Tally(levels=(1, 3, 2))


async def test_a_crash_after_adoption_repeats_it_before_what_waited() -> None:
    house = House(merger())
    await house.open()
    (one, two), (three,) = _levels(house)
    (rules,) = house.put(rules_adopted(), topic="deploy")
    house.broken.at = "after-publish"
    with pytest.raises(CrashError):
        await house.lane.run([one, three, two, rules])
    await house.open()
    await house.settle()
    assert house.state("all") == Tally(levels=(1, 3, 2))
    assert await house.heard() == ((None, 1), (1, 3), (3, 2))


# -- what takes effect


async def test_a_version_that_was_not_let_in_is_not_in_force() -> None:
    house = House(merger())
    await house.open()
    house.put(rules_adopted("other"), topic="deploy")
    await house.settle()
    assert house.lane.store.meta.adopted == {}
    assert because(house.meters) == {"refused": 1}


async def test_a_tick_or_a_version_in_a_topic_that_is_not_the_log_has_no_effect_by_itself() -> None:
    house = await a_house()
    house.put(a_tick(later(days=999)), topic="a")
    await house.settle()
    assert house.lane.store.meta.now is None
    assert house.lane.position("a") == 1


async def test_an_offset_that_was_taken_is_skipped_in_each_source_by_itself() -> None:
    house = await a_house()
    (one, two), (three,) = _levels(house)
    await house.lane.run([one, three])
    await house.lane.run([one, two, three])
    assert house.state("all") == Tally(levels=(1, 3, 2))


def test_a_record_of_another_writer_is_not_shown_in_messages() -> None:
    assert repr(Outgoing("a", b"key", b"Testperson")) == "Outgoing(a[0])"
    assert repr(Record("a", 0, 7, 0, b"key", b"Testperson")) == "Record(a[0]@7)"


@pytest.mark.parametrize(
    ("last", "following", "goes_on"),
    [
        ([("a", 0, 3), ("b", 0, 1)], [("b", 1, 2), ("a", 3, 4)], True),
        ([("a", 0, 3)], [("b", 0, 2)], True),
        ([("a", 0, 3), ("b", 0, 1)], [("a", 3, 4), ("b", 0, 2)], False),
        ([("a", 5, 9)], [("a", 5, 7)], False),
    ],
)
def test_an_entry_goes_on_where_the_one_before_ended_or_replaces_it(
    last: list[Span], following: list[Span], *, goes_on: bool
) -> None:
    assert _go_on(last, following) is goes_on
