"""The door in memory; the same door over a broker is in `test_with_broker`."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.base import Fact
from schemas.tracking import Position, TagTampered
from services.bridge.bundle import Bundle
from services.bridge.door import Door, KafkaDoor, MemoryDoor, key_of
from services.runtime.faults import Unavailable
from services.runtime.schema_store import SchemaStore
from tests.bridge.door import DoorContract
from tests.bridge.kit import a_while
from tests.makers import a_tamper, a_tenancy

AGREED = (Position.kind(), TagTampered.kind())


class InMemory:
    def __init__(self) -> None:
        self._door = MemoryDoor("em", AGREED)
        self.door: Door = self._door

    async def stands(self) -> Sequence[Fact]:
        return self._door.said

    async def keys(self) -> Sequence[bytes]:
        return self._door.keys

    async def go_away(self) -> None:
        self._door.go_away()


class TestMemoryDoor(DoorContract):
    @pytest.fixture
    def site(self) -> InMemory:
        return InMemory()


async def test_saying_ends_only_when_it_is_confirmed() -> None:
    door = MemoryDoor("em", AGREED)
    door.hesitate()
    saying = asyncio.create_task(door.say([a_tamper()]))
    await a_while()
    assert not saying.done()
    assert door.said == []
    door.come_back()
    await saying
    assert len(door.said) == 1


async def test_a_broker_that_cannot_be_reached_is_unavailable_in_time(tmp_path: Path) -> None:
    nowhere = {"bootstrap.servers": "127.0.0.1:1", "log_level": "0"}
    topics = dict.fromkeys(AGREED, "any")
    bundle = Bundle(tmp_path, nowhere, topics, "inbox", "group", SchemaStore())
    door = KafkaDoor(bundle, "em", timedelta(seconds=1))
    with pytest.raises(Unavailable):
        await door.say([a_tamper()])
    await door.close()


def test_a_fact_about_a_person_has_a_key_of_its_own() -> None:
    assert key_of(a_tenancy()) == a_tenancy().event_id.bytes
