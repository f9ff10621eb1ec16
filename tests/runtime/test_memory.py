"""All services in one process: they hear each other, and can be opened again."""

from datetime import UTC, datetime

from services.runtime import wire
from services.runtime.memory import MemoryHub
from services.runtime.records import Outgoing
from tests.makers import NOON, admitted, later
from tests.runtime.tally import NAMES, ONE, SAID, level, listener, merger, tally


def say(hub: MemoryHub, number: int, topic: str = NAMES.log) -> None:
    fact = level(number)
    hub.append(Outgoing(topic, None, wire.encode(fact), tuple(wire.headers_of(fact))))


async def a_hub() -> MemoryHub:
    hub = MemoryHub([listener(), tally()])
    await hub.open()
    return hub


async def test_a_service_hears_what_another_says_whichever_comes_first() -> None:
    hub = await a_hub()
    say(hub, 1)
    say(hub, 2)
    await hub.settle()
    listening, counting = hub.rowlogs["listener"].rows[0], hub.rowlogs["tally"].rows[0]
    assert b"[1,2]" in counting[str(ONE)]
    assert b"[[null,1],[1,2]]" in listening["all"]


async def test_opened_again_everything_goes_on_where_it_was() -> None:
    hub = await a_hub()
    say(hub, 1)
    await hub.settle()
    await hub.open()
    say(hub, 2)
    await hub.settle()
    assert len(hub.topics.read(SAID)) == 2
    assert b"[[null,1],[1,2]]" in hub.rowlogs["listener"].rows[0]["all"]


async def test_what_is_appended_bears_the_drivers_time() -> None:
    hub = await a_hub()
    hub.at(NOON)
    say(hub, 1)
    hub.at(later(hours=1))
    await hub.settle()
    (heard,), (said,) = hub.topics.read(NAMES.log), hub.topics.read(SAID)
    moments = [datetime.fromtimestamp(r.timestamp_ms / 1000, UTC) for r in (heard, said)]
    assert moments == [NOON, later(hours=1)]


async def test_where_everything_waits_for_adoption_it_settles_all_the_same() -> None:
    hub = MemoryHub([merger()])
    await hub.open()
    say(hub, 1, "a")
    await hub.settle()
    assert hub.topics.names() == ["a"]


async def test_each_partition_has_its_own_rows() -> None:
    hub = MemoryHub([tally(partitions=2)])
    await hub.open()
    fact = admitted(level(1))
    for partition in (0, 1):
        headers = tuple(wire.headers_of(fact))
        hub.append(Outgoing(NAMES.log, None, wire.encode(fact), headers, partition))
    await hub.settle()
    assert set(hub.rowlogs["tally"].rows) == {0, 1}
    assert len(hub.topics.read(SAID)) == 2
