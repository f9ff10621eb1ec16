"""How long a fetch may wait at the broker: for long only if no partition is left out of it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.fetcher import Fetcher, FetchResult  # type: ignore[import-untyped]
from aiokafka.consumer.subscription_state import (  # type: ignore[import-untyped]  # ships no types
    SubscriptionState,
)
from aiokafka.structs import TopicPartition  # type: ignore[import-untyped]  # likewise
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from services.runtime.faust_app import FETCH_WAIT_MS, IDLE_FETCH_WAIT_MS, LaneThread

BROKER = 1
ONE, OTHER = TopicPartition("log", 0), TopicPartition("log", 1)


class Thread(LaneThread):
    """Has a real fetcher, which knows of one broker and never asks it anything."""

    def __init__(self, fetcher: Any) -> None:
        self._fetched_by = fetcher

    def _ensure_consumer(self) -> Any:
        return SimpleNamespace(_fetcher=self._fetched_by)


def idle_fetcher() -> tuple[Any, Any]:
    """A fetcher at the beginning of both partitions, and what it is assigned."""
    given = SubscriptionState()
    given.assign_from_user({ONE, OTHER})
    assignment = given.subscription.assignment
    for tp in assignment.tps:
        assignment.state_value(tp).seek(0)
    client = SimpleNamespace(
        _loop=asyncio.get_running_loop(),
        _metadata_max_age_ms=1000,
        cluster=SimpleNamespace(leader_for_partition=lambda _: BROKER),
    )
    fetcher = Fetcher(client, given, prefetch_backoff=0)
    fetcher._fetch_task.cancel()
    return fetcher, assignment


@pytest.fixture
async def started(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    async def starts(_: object) -> None: ...

    monkeypatch.setattr(AIOKafkaConsumerThread, "on_start", starts)
    fetcher, assignment = idle_fetcher()
    await Thread(fetcher).on_start()
    return fetcher, assignment


def planned(fetcher: Any, assignment: Any) -> tuple[int, int]:
    """How long the next fetch may wait, and for how many partitions it is."""
    ((node, request),) = fetcher._get_actions_per_node(assignment)[0]
    assert node == BROKER
    return request._max_wait_ms, sum(len(partitions) for _, partitions in request.topics)


def some_records(fetcher: Any, assignment: Any) -> Any:
    return FetchResult(ONE, assignment=assignment, partition_records=[], backoff=0)


async def test_a_fetch_for_all_partitions_waits_for_long(started: tuple[Any, Any]) -> None:
    assert planned(*started) == (IDLE_FETCH_WAIT_MS, 2)


async def test_while_something_fetched_is_still_here_the_next_fetch_is_soon_back(
    started: tuple[Any, Any],
) -> None:
    fetcher, assignment = started
    fetcher._records[ONE] = some_records(fetcher, assignment)
    assert planned(fetcher, assignment) == (FETCH_WAIT_MS, 1)
    del fetcher._records[ONE]
    assert planned(fetcher, assignment) == (IDLE_FETCH_WAIT_MS, 2)


async def test_while_a_partition_is_paused_the_next_fetch_is_soon_back(
    started: tuple[Any, Any],
) -> None:
    fetcher, assignment = started
    assignment.state_value(OTHER).pause()
    assert planned(fetcher, assignment) == (FETCH_WAIT_MS, 1)
