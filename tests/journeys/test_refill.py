"""A topic made again on a real broker begins where it began, each record at its place and time."""

from __future__ import annotations

import time
from contextlib import closing
from uuid import uuid4

import pytest

from services.agreements import apply as applying
from services.agreements.broker_plan import Topic
from services.hub.backup.refill import WHILE_FILLING, Filler, begin_at
from services.hub.broker.cluster import Cluster
from services.runtime.faults import Stop
from services.runtime.records import Record
from services.runtime.topics import Reader

pytestmark = pytest.mark.journey

BEGINS = 200_000
LAST_WEEK_MS = 1_700_000_000_000


def test_a_topic_comes_back_at_the_same_places_and_times(cluster: Cluster) -> None:
    topic = f"refilled-{uuid4().hex}"
    records = [
        Record(topic, 0, BEGINS + n, LAST_WEEK_MS + n, b"k%d" % n, b"v" * n or None, (("h", b"1"),))
        for n in range(2_500)
    ]
    applying.make(cluster, [Topic(topic, 1, WHILE_FILLING)])
    told: list[int] = []
    began = time.monotonic()
    end = Filler(cluster.admin_config()).fill((topic, 0), BEGINS, records, told.append)
    print(f"filled {end / (time.monotonic() - began):,.0f} records a second")  # noqa: T201
    begin_at(cluster.admin_config(), [(topic, 0, BEGINS)])
    assert end == BEGINS + len(records)
    assert sum(told) == len(records)
    with closing(Reader(cluster.admin_config())) as reader:
        assert reader.ends(topic) == (BEGINS, end)
        assert list(reader.part(topic, 0)) == records
        assert list(reader.part(topic, 0, end - 10, end - 20)) == records[-20:-10]


def test_what_the_broker_does_not_take_is_not_passed_over(cluster: Cluster) -> None:
    topic = f"refilled-{uuid4().hex}"
    applying.make(cluster, [Topic(topic, 1, {**WHILE_FILLING, "max.message.bytes": "1024"})])
    records = [
        Record(topic, 0, n, LAST_WEEK_MS, None, b"v" * size)
        for n, size in enumerate((10, 5000, 10))
    ]
    with pytest.raises(Stop, match="restore again"):
        Filler(cluster.admin_config()).fill((topic, 0), 0, records, lambda _: None)
