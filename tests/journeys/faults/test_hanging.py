"""A transaction nobody ends is found by its mark and aborted; one that has ended is left alone."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from aiokafka.errors import InvalidProducerIdMapping  # type: ignore[import-untyped]  # ships no types
from confluent_kafka import Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    NewTopic,
)

from services.hub.broker.cluster import Cluster
from services.hub.rebuild.by_journal import check_ended
from services.runtime.faults import RowsUnusable, Stop
from services.runtime.journal import KafkaJournal, entry, spans, spans_of
from services.runtime.names import Names
from services.runtime.records import Record
from services.runtime.rowlog import KafkaRowLog
from services.runtime.topics import Reader
from tests.journeys.faults import hanging

pytestmark = pytest.mark.journey

GIVEN_UP_S = 30
"""So long Faust gives a worker to take its partitions; what it then ends by is not looked at."""


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


def test_what_no_coordinator_knows_of_hangs_until_an_administrator_aborts_it(
    cluster: Cluster,
) -> None:
    mine = replace(cluster, names=Names("unheard"))
    rows = mine.names.rows("registry")
    admin = AdminClient(mine.admin_config())
    admin.create_topics([NewTopic(rows, 1)])[rows].result(30)
    with pytest.raises(InvalidProducerIdMapping):
        asyncio.run(hanging.left_open(mine, rows, 0, b"open", b"row"))
    with hanging.unverified(mine):
        assert asyncio.run(hanging.left_open(mine, rows, 0, b"open", b"row")) == 0
    behind = Producer(mine.admin_config())
    behind.produce(rows, b"behind", b"row")
    assert behind.flush(30) == 0
    rowlog = KafkaRowLog(mine.admin_config(), mine.names, "registry")
    began = time.monotonic()
    with pytest.raises(RowsUnusable, match="open at 0; run: hub rebuild registry"):
        asyncio.run(rowlog.take(0))
    assert time.monotonic() - began < GIVEN_UP_S
    with closing(Reader(mine.admin_config())) as reader:
        assert list(reader.read(rows)) == []
        assert hanging.hangs(mine, rows, 0)
        assert hanging.aborted(mine, ("registry",)) == 1
        assert not hanging.hangs(mine, rows, 0)
        assert [record.value for record in reader.read(rows)] == [b"behind"]
    assert asyncio.run(rowlog.take(0)) == {"row": b"behind"}


@dataclass(frozen=True)
class Desk:
    """A service with a journal, and what it may take."""

    cluster: Cluster
    rowlog: KafkaRowLog
    journal: KafkaJournal
    topic: str
    records: list[Record]

    def take(self) -> list[Record]:
        """What its worker begins with when it takes the partition."""
        asyncio.run(self.rowlog.take(0))
        return list(asyncio.run(self.journal.unfinished({})))

    def begun(self, records: list[Record], of: str | None = None) -> None:
        """An order that stands written down, its transaction open for ever."""
        with hanging.unverified(self.cluster):
            left = hanging.left_open(self.cluster, self.topic, 0, None, entry(records), of)
            asyncio.run(left)


@pytest.fixture
def desk(cluster: Cluster) -> Desk:
    mine = replace(cluster, names=Names(f"begun{uuid4().hex[:6]}"))
    source, topic = f"{mine.names.prefix}.letters", mine.names.journal("tracking")
    admin, config = AdminClient(mine.admin_config()), mine.admin_config()
    needed = (source, topic, mine.names.rows("tracking"))
    for made in admin.create_topics([NewTopic(one, 1) for one in needed]).values():
        made.result(30)
    said = Producer(config)
    for number in range(6):
        said.produce(source, b"%d" % number)
    assert said.flush(30) == 0
    with closing(Reader(config)) as reader:
        records = list(reader.read(source))
    rowlog = KafkaRowLog(config, mine.names, "tracking")
    return Desk(mine, rowlog, KafkaJournal(config, rowlog, topic, "begun"), topic, records)


def test_an_order_that_was_begun_is_gone_on_with_though_nobody_ends_its_transaction(
    desk: Desk,
) -> None:
    assert desk.take() == []
    asyncio.run(desk.journal.append(desk.records[:2], {}))
    assert desk.take() == desk.records[:2]
    desk.begun(desk.records[2:4])
    assert desk.take() == desk.records[:4]


def test_an_order_left_open_in_the_services_own_name_is_ended_by_the_next(desk: Desk) -> None:
    assert desk.take() == []
    asyncio.run(desk.journal.append(desk.records[:2], {}))
    desk.begun(desk.records[2:4], of=desk.cluster.names.transactional_id("tracking", 0))
    assert desk.take() == desk.records[:4]
    asyncio.run(desk.journal.append(desk.records[4:], {"a": b"1"}))
    assert desk.take() == desk.records[4:]
    assert asyncio.run(desk.rowlog.take(0)) == {"a": b"1"}
    with closing(Reader(desk.cluster.admin_config())) as reader:
        orders = [spans_of(one) for one in reader.read(desk.topic)]
    assert orders == [spans(desk.records[n : n + 2]) for n in (0, 2, 4)]


def test_nothing_is_made_anew_from_a_journal_that_cannot_be_read_whole(desk: Desk) -> None:
    config = desk.cluster.admin_config()
    assert desk.take() == []
    asyncio.run(desk.journal.append(desk.records[:2], {}))
    check_ended(config, desk.topic, within_s=0)
    desk.begun(desk.records[2:4])
    with pytest.raises(Stop, match="open at 2: nothing was changed; run: hub doctor"):
        check_ended(config, desk.topic, within_s=1)
