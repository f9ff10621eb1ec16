"""Taking partitions may last longer than Faust waits; it goes on, and ends where it is undone."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from services.runtime.faust_app import LaneConsumer
from services.runtime.http import Health


class Consumer(LaneConsumer):
    """Takes as long as it is let; knows of no broker."""

    def __init__(self) -> None:
        self.app: Any = SimpleNamespace(health=Health())
        self._taking = None
        self.let = asyncio.Event()
        self.begun = self.taken = 0

    async def _take_and_open(self) -> None:
        self.begun += 1
        await self.let.wait()
        self.taken += 1
        self.app.health.progress()


async def given_up(consumer: Consumer) -> None:
    """As Faust does when its half minute is over: it forgets the call and goes on."""
    call = asyncio.create_task(consumer.perform_seek())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait([call])


async def test_partitions_are_taken_though_faust_has_given_up_waiting() -> None:
    consumer = Consumer()
    await given_up(consumer)
    assert consumer.app.health.fault() == "taking partitions"
    consumer.let.set()
    await asyncio.sleep(0.01)
    assert consumer.taken == 1
    assert consumer.app.health.fault() == ""


async def test_what_was_given_anew_is_taken_once() -> None:
    consumer = Consumer()
    await given_up(consumer)
    consumer.let.set()
    await consumer.perform_seek()
    await asyncio.sleep(0.01)
    assert consumer.taken == 1


async def test_a_standby_whose_taking_was_undone_is_well() -> None:
    """Seen after a frozen broker: given nothing in the end, it called itself unwell for ever."""
    consumer = Consumer()
    await given_up(consumer)
    await consumer._take_no_more()
    assert consumer.begun == 1
    assert consumer.taken == 0
    assert consumer.app.health.fault() == ""
