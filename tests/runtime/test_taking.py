"""A worker takes its partitions in time of its own; one that cannot, or cannot read, ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from services.runtime.faust_app import LaneConsumer

WHERE_ROWS_STAND = 7
LOG = TP("log", 0)


class Consumer(LaneConsumer):
    """Knows of no broker; each time it takes the partition, its rows come when the test says so."""

    def __init__(self, *rows: Awaitable[None]) -> None:
        self.stopped: list[BaseException] = []
        self.sought: list[int | None] = []
        self.taking: list[asyncio.Future[Any]] = []
        coming = list(rows)
        self.app: Any = SimpleNamespace(
            stop_now=self.stopped.append,
            hub_service=SimpleNamespace(sources=(LOG.topic,), leads=(), name="registry"),
            new_lane=lambda *_: SimpleNamespace(
                open=lambda: coming.pop(0), position=lambda _: WHERE_ROWS_STAND
            ),
            health=SimpleNamespace(progress=lambda: None),
        )
        self._works, self._epoch, self._open = {}, 0, False
        self._one_takes = asyncio.Lock()

    def add_future(self, coro: Awaitable[Any]) -> Any:
        self.taking.append(asyncio.ensure_future(coro))

    def assignment(self) -> Any:
        return {LOG}

    async def _seek_source(self, tp: TP, position: int | None) -> None:
        self.sought.append(position)

    async def _serve(self, work: Any) -> None:
        """Nothing to do."""

    @property
    def works_on(self) -> list[int]:
        """The partitions it fetches for."""
        return sorted(self._works) if self._open else []


def soon() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def given_anew(*rows: Awaitable[None]) -> Consumer:
    """It has begun to take, and was given all anew meanwhile."""
    consumer = Consumer(*rows)
    await consumer.perform_seek()
    await asyncio.sleep(0.01)
    await consumer._shut()
    await consumer.perform_seek()
    return consumer


async def test_rows_that_take_longer_than_faust_waits_are_waited_for_all_the_same() -> None:
    rows = soon()
    consumer = Consumer(rows)
    await asyncio.wait_for(consumer.perform_seek(), 1)
    await asyncio.sleep(0.01)
    assert (consumer.works_on, consumer.sought) == ([], [])
    rows.set_result(None)
    await asyncio.gather(*consumer.taking)
    assert (consumer.works_on, consumer.sought) == ([0], [WHERE_ROWS_STAND])
    assert consumer.stopped == []


async def test_given_anew_meanwhile_it_begins_only_with_what_was_read_since() -> None:
    first, second = soon(), soon()
    consumer = await given_anew(first, second)
    first.set_result(None)
    await asyncio.sleep(0.01)
    assert (consumer.works_on, consumer.sought) == ([], [])
    second.set_result(None)
    await asyncio.gather(*consumer.taking)
    assert (consumer.works_on, consumer.sought) == ([0], [WHERE_ROWS_STAND])


async def test_taken_away_while_it_seeks_it_does_not_begin() -> None:
    rows = soon()
    consumer = Consumer(rows)

    async def taken_away(tp: TP, position: int | None) -> None:
        await consumer._shut()

    consumer._seek_source = taken_away  # type: ignore[method-assign]
    await consumer.perform_seek()
    rows.set_result(None)
    await asyncio.gather(*consumer.taking)
    assert consumer.works_on == []


async def test_rows_that_cannot_be_read_end_the_worker() -> None:
    rows = soon()
    consumer = Consumer(rows)
    await consumer.perform_seek()
    rows.set_exception(RuntimeError("no row can be read"))
    await asyncio.gather(*consumer.taking)
    assert [type(why) for why in consumer.stopped] == [RuntimeError]


async def test_what_fails_after_it_was_given_anew_is_no_fault() -> None:
    first, second = soon(), soon()
    consumer = await given_anew(first, second)
    first.set_exception(RuntimeError("fenced"))
    second.set_result(None)
    await asyncio.gather(*consumer.taking)
    assert (consumer.works_on, consumer.stopped) == ([0], [])


class Deaf(LaneConsumer):
    """Cannot read what the broker sends."""

    should_stop = False

    def __init__(self, *, stopping: bool) -> None:
        self.stopped: list[BaseException] = []
        self.app: Any = SimpleNamespace(should_stop=stopping, stop_now=self.stopped.append)

    async def _fetch_once(self) -> None:
        raise RuntimeError("a batch packed in a way this client cannot open")


async def test_a_worker_that_cannot_read_ends_and_says_why() -> None:
    consumer = Deaf(stopping=False)
    await consumer._drain_messages(SimpleNamespace(should_stop=False))
    assert [type(why) for why in consumer.stopped] == [RuntimeError]


async def test_what_fails_while_the_worker_is_told_to_stop_is_no_fault() -> None:
    consumer = Deaf(stopping=True)
    await consumer._drain_messages(SimpleNamespace(should_stop=False))
    assert consumer.stopped == []


async def test_what_fails_of_fausts_own_ends_the_worker_too() -> None:
    """It would crash a part of itself, and the process stand still for good."""
    at_work, stopping = Deaf(stopping=False), Deaf(stopping=True)
    for consumer in (at_work, stopping):
        await consumer.crash(AssertionError())
    assert [type(why) for why in at_work.stopped] == [AssertionError]
    assert stopping.stopped == []


def test_positions_are_not_asked_for() -> None:
    """Faust's own look at them fails where one was just reset, for there is none then."""
    consumer = Deaf(stopping=False)  # without a thread that could be asked
    consumer.verify_event_path(0.0, LOG)
    assert consumer.stopped == []
