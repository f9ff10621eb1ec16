"""Decide, publish, save: in this order, once each, whatever breaks in between."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.case import LevelSet
from services.runtime import speech
from services.runtime.decision import Context, Decision, Route
from services.runtime.faults import Stop
from services.runtime.rows import META
from services.runtime.wire import Trigger
from tests.makers import (
    a_tick,
    later,
)
from tests.runtime.tally import (
    DAY,
    NAMES,
    ONE,
    OTHER,
    WOKEN,
    CrashError,
    Tally,
    a_house,
    level,
    release,
)

CRASHES = ("before-publish", "after-publish", "before-save", "after-save")


async def test_facts_are_published_before_rows_are_saved_and_positions_move_after() -> None:
    house = await a_house()
    assert house.lane.position(NAMES.log) is None
    house.put(level(1), level(2))
    await house.settle()
    assert house.broken.order == ["publish", "save"]
    assert house.lane.position(NAMES.log) == 2
    assert house.state(str(ONE)) == Tally(levels=(1, 2))


@pytest.mark.parametrize("crash", CRASHES)
async def test_killed_anywhere_every_fact_counts_once_downstream(crash: str) -> None:
    house = await a_house()
    house.put(level(1), level(2), level(3, OTHER))
    house.broken.at = crash
    with pytest.raises(CrashError):
        await house.settle()
    await house.open()
    await house.settle()
    assert await house.heard() == ((None, 1), (1, 2), (None, 3))
    assert house.state(str(ONE)) == Tally(levels=(1, 2))
    assert house.state(str(OTHER)) == Tally(levels=(3,))


async def test_what_is_said_again_is_said_to_the_letter() -> None:
    house = await a_house()
    house.put(level(1), level(2))
    house.broken.at = "after-publish"
    with pytest.raises(CrashError):
        await house.settle()
    await house.open()
    await house.settle()
    first, second, again, and_again = house.said()
    assert [(r.value, r.headers) for r in (first, second)] == [
        (r.value, r.headers) for r in (again, and_again)
    ]


async def test_saved_but_not_acknowledged_the_record_is_skipped() -> None:
    house = await a_house()
    records = house.put(level(1))
    house.broken.at = "after-save"
    with pytest.raises(CrashError):
        await house.settle()
    await house.open()
    assert await house.lane.run(records) == ()
    assert len(house.said()) == 1


@settings(max_examples=50)
@given(
    st.lists(
        st.one_of(
            st.builds(level, st.integers(1, 3), st.sampled_from([ONE, OTHER])),
            st.builds(
                release, st.dates(DAY, DAY + timedelta(days=3)), st.sampled_from([ONE, OTHER])
            ),
            st.integers(0, 100).map(lambda hours: a_tick(later(hours=hours))),
        ),
        max_size=12,
    ),
    st.lists(st.sampled_from(["", *CRASHES]), max_size=6),
    st.integers(1, 5),
)
def test_however_it_is_cut_and_killed_the_rows_are_the_fold_of_the_log(
    facts: list[Fact], crashes: list[str], size: int
) -> None:
    smooth, rough = asyncio.run(_run(facts, [], 99)), asyncio.run(_run(facts, crashes, size))
    assert rough == smooth


async def _run(facts: list[Fact], crashes: list[str], size: int) -> Any:
    house = await a_house()
    house.put(*facts)
    for crash in [*crashes, *[""] * len(facts)]:
        house.broken.at = crash
        try:
            await house.lane.run(house.left()[:size])
        except CrashError:
            await house.open()
    house.broken.at = ""
    await house.settle()
    rows = {str(key): house.state(str(key)) for key in (ONE, OTHER)}
    return rows, await house.heard(), len({r.headers for r in house.said(WOKEN)})


async def test_a_batch_that_could_not_be_published_leaves_no_trace_in_the_rows() -> None:
    house = await a_house()
    house.put(level(1))
    house.broken.at = "before-publish"
    with pytest.raises(CrashError):
        await house.settle()
    assert house.state(str(ONE)) is None
    assert house.lane.position(NAMES.log) is None
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1,))


async def test_outputs_carry_what_triggered_them_and_how_deep_they_are() -> None:
    house = await a_house()
    house.put(level(1))
    house.put(level(2), depth=4)
    await house.settle()
    first, second = house.said()
    assert Trigger.of(first.headers) == Trigger(NAMES.log, 0, 0, 0)
    assert Trigger.of(second.headers) == Trigger(NAMES.log, 0, 1, 0)
    assert [r.header(speech.DEPTH) for r in (first, second)] == [b"1", b"5"]


async def test_the_door_passes_on_and_adds_no_link_to_the_chain() -> None:
    house = await a_house(passes_on=True)
    house.put(level(1), depth=4)
    await house.settle()
    assert house.said()[0].header(speech.DEPTH) == b"4"


async def test_headers_of_whom_the_service_does_not_trust_mean_nothing() -> None:
    house = await a_house(trusts=lambda _: False)
    for number in (1, 2):
        fact = level(number)
        house.put(fact, trigger=Trigger("x", 0, 9, 0), depth=7)
    await house.settle()
    assert [r.header(speech.DEPTH) for r in house.said()] == [b"1", b"1"]
    assert house.state(str(ONE)) == Tally(levels=(1, 2))


# -- repeats


async def test_what_a_writer_of_ours_says_again_is_dropped_by_its_place() -> None:
    house = await a_house()
    house.put(level(1), trigger=Trigger("x", 0, 5, 0))
    house.put(level(2), trigger=Trigger("x", 0, 5, 1))
    house.put(level(1), trigger=Trigger("x", 0, 5, 0))
    house.put(level(3), trigger=Trigger("x", 1, 5, 0))
    house.put(level(2), trigger=Trigger("x", 0, 5, 1))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1, 2, 3))
    assert house.counted("repeats_dropped") == 2
    assert house.counted("repeats_that_differ") == 0


async def test_a_repeat_is_dropped_after_a_crash_and_a_restart_too() -> None:
    house = await a_house()
    house.put(level(1), trigger=Trigger("x", 0, 5, 0))
    await house.settle()
    await house.open()
    house.put(level(1), trigger=Trigger("x", 0, 5, 0))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1,))


async def test_a_repeat_that_differs_is_dropped_and_counted() -> None:
    house = await a_house()
    house.put(level(1), trigger=Trigger("x", 0, 5, 0))
    house.put(level(2), trigger=Trigger("x", 0, 5, 0))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1,))
    assert house.counted("repeats_that_differ") == 1


# -- rows that cannot be gone on from


@pytest.mark.parametrize("kept", [{}, {META: b'{"positions":{"hub.facts":1}}'}])
async def test_behind_what_its_group_was_told_the_rows_are_lost(kept: dict[str, bytes]) -> None:
    house = await a_house()
    house.broken.rowlog.rows[0] = kept

    async def done() -> dict[str, int]:
        return {NAMES.log: 2}

    with pytest.raises(Stop, match="are lost; run: hub rebuild tally"):
        await house.open(done=done)


@pytest.mark.parametrize("gone", [str(ONE), str(OTHER), META])
async def test_where_a_row_is_missing_the_rows_are_lost(gone: str) -> None:
    """As when a topic was lost under a worker that ran on and wrote into the next."""
    house = await a_house()
    house.put(level(1), level(2, OTHER), level(3))
    await house.settle()
    await house.open()
    del house.broken.rowlog.rows[0][gone]
    with pytest.raises(Stop, match="are lost; run: hub rebuild tally"):
        await house.open()


async def test_rows_counted_as_they_come_and_go_are_whole_at_every_opening() -> None:
    def forget(_: Any, fact: Any, __: Context) -> Decision[Tally]:
        return Decision(None if fact.level == 3 else Tally(), "counted")

    house = await a_house(routes=(Route(LevelSet, forget),))
    for number, person in ((1, ONE), (1, OTHER), (3, ONE), (3, ONE), (2, ONE)):
        house.put(level(number, person))
        await house.settle()
        await house.open()
    assert len(house.lane.store) == 2


async def test_rows_that_stand_where_the_group_was_told_or_after_are_gone_on_from() -> None:
    house = await a_house()
    house.put(level(1), level(2))
    await house.settle()
    for told in (1, 2):

        async def done(told: int = told) -> dict[str, int]:
            return {NAMES.log: told}

        await house.open(done=done)
        assert house.lane.position(NAMES.log) == 2


@pytest.mark.parametrize(
    "kept", [{"a": b"\x09" + bytes(12)}, {"a": b""}, {META: b"{"}, {META: b'{"place":1}'}]
)
async def test_rows_of_another_version_stop_it_and_it_says_what_to_do(
    kept: dict[str, bytes],
) -> None:
    house = await a_house()
    house.broken.rowlog.rows[0] = kept
    with pytest.raises(Stop, match="run: hub rebuild tally"):
        await house.open()


# -- the lease


async def test_who_lost_its_lease_says_nothing_and_saves_nothing() -> None:
    house = await a_house()

    async def lost() -> None:
        raise CrashError

    await house.open(lease=lost)
    house.put(level(1))
    with pytest.raises(CrashError):
        await house.settle()
    assert house.said() == []
    assert house.broken.rowlog.rows[0] == {}
