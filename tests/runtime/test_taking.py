"""A worker that cannot take its partitions, or read them, ends loudly: it would stand still."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from services.runtime.faust_app import LaneConsumer


class Consumer(LaneConsumer):
    """Takes for ever; knows of no broker."""

    def __init__(self, time_out_s: float) -> None:
        self.stopped: list[BaseException] = []
        conf = SimpleNamespace(broker_request_timeout=time_out_s)
        self.app: Any = SimpleNamespace(conf=conf, stop_now=self.stopped.append)

    async def _take_and_open(self) -> None:
        await asyncio.Event().wait()


async def given_up(consumer: Consumer, after_s: float) -> None:
    """As Faust does: it forgets the call and goes on."""
    call = asyncio.create_task(consumer.perform_seek())
    await asyncio.sleep(after_s)
    call.cancel()
    await asyncio.wait([call])
    assert call.cancelled()


async def test_given_up_by_faust_the_worker_ends_and_says_why() -> None:
    consumer = Consumer(time_out_s=0.02)
    await given_up(consumer, after_s=0.05)
    assert [str(why) for why in consumer.stopped] == [
        "partitions could not be taken in time; see hub doctor"
    ]


async def test_given_anew_before_that_it_is_only_begun_again() -> None:
    consumer = Consumer(time_out_s=30)
    await given_up(consumer, after_s=0.01)
    assert consumer.stopped == []


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
