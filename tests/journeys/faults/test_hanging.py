"""A transaction nobody ends is found by its mark and aborted; one that has ended is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    NewTopic,
)

from services.hub.broker.cluster import Cluster
from services.runtime.names import Names
from services.runtime.topics import Reader
from tests.journeys.faults import hanging

pytestmark = pytest.mark.journey


def test_what_stands_behind_an_open_transaction_can_be_read_again(cluster: Cluster) -> None:
    mine = replace(cluster, names=Names("hanging"))
    rows = mine.names.rows("registry")
    admin = AdminClient(mine.admin_config())
    admin.create_topics([NewTopic(rows, 1)])[rows].result(30)
    hangs = Producer({**mine.admin_config(), "transactional.id": "hanging-registry-0"})
    hangs.init_transactions(30)
    hangs.begin_transaction()
    hangs.produce(rows, b"open", b"row")
    assert hangs.flush(30) == 0
    behind = Producer(mine.admin_config())
    behind.produce(rows, b"behind", b"row")
    assert behind.flush(30) == 0
    assert hanging.aborted(mine, ("registry",)) == 1
    assert hanging.aborted(mine, ("registry",)) == 0
    reader = Reader(mine.admin_config())
    try:
        assert [record.value for record in reader.read(rows)] == [b"behind"]
    finally:
        reader.close()
