"""The changelog of a service's rows: one transaction a batch, one holder a partition."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic, sleep
from typing import TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from services.runtime.faults import RowsUnusable, Stop, Unavailable
from services.runtime.names import Names
from services.runtime.outbox import RDKAFKA, Config
from services.runtime.records import RowBytes

log = logging.getLogger(__name__)

T = TypeVar("T")
Written = tuple[str, bytes | None, bytes | None]
"""Topic, key and value of a record in a transaction."""

TRANSACTION_TIMEOUT_MS = 30_000
SETTLES_S = 10.0
"""Far more than a marker takes."""
READS_S = 20.0
"""No row for so long, though all can be read: the broker is away."""
REFUSED = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._AUTHENTICATION})  # noqa: SLF001
"""Codes of what does not pass by waiting."""


def ends_of(consumer: Consumer, place: TopicPartition) -> tuple[int, int]:
    """First offset of a partition and the one after its last; what passes is waited for.

    A partition made, or led anew, a moment ago is unknown to a client for a little while.

    Raises:
        Unavailable: the broker refuses, or does not answer in half a minute.
    """
    until = monotonic() + 30
    while True:
        try:
            low, end = consumer.get_watermark_offsets(place, timeout=10)
        except KafkaException as fault:
            error: KafkaError = fault.args[0]
            if error.code() in REFUSED or monotonic() > until:
                raise Unavailable(f"{place.topic} cannot be read: {error.name()}") from None
            sleep(0.3)
        else:
            return low, end


def stable_before(consumer: Consumer, place: TopicPartition, end: int) -> int:
    """Before where everything is committed or aborted: `end`, or where a transaction stays open.

    For whoever holds the partition: what only its own id writes was ended when that was fenced, so
    what is open some seconds later nobody will ever end. A sole broker killed while it ends a
    transaction can leave one so.

    Raises:
        Unavailable: the broker refuses or does not answer.
    """
    until = monotonic() + SETTLES_S
    while True:
        stable = min(end, ends_of(consumer, place)[1])
        if stable == end or monotonic() > until:
            return stable
        sleep(0.2)


class KafkaRowLog:
    """Rows in a compacted topic, written in transactions whose id is (service, partition).

    Taking a partition fences its former holder: whatever a frozen worker writes afterwards is
    refused by the broker. Rows of one batch and the positions they stand for are saved together or
    not at all. Recovery reads committed rows in bulk and ends by position, never by a record: the
    last thing in the topic is a transaction marker (decision 6).
    """

    def __init__(self, config: Config, names: Names, service: str) -> None:
        self._config = dict(config)
        self._names = names
        self._service = service
        self._topic = names.rows(service)
        self._producers: dict[int, Producer] = {}
        self._threads: dict[int, ThreadPoolExecutor] = defaultdict(
            lambda: ThreadPoolExecutor(1, thread_name_prefix="rows")
        )

    async def take(self, partition: int) -> dict[str, bytes]:
        """Fence the former holder, then every row there is."""
        return await self._in_thread(partition, partial(self._take, partition))

    async def save(self, partition: int, rows: RowBytes) -> None:
        """These rows are durable, all of them.

        Raises:
            Stop: another worker holds the partition now, or the broker refused; the outcome is
                settled by whoever takes the partition next.
        """
        await self._in_thread(partition, partial(self._commit, partition, self._written(rows)))

    async def note(self, partition: int, topic: str, value: bytes, rows: RowBytes) -> None:
        """One record is durable in that topic of the service's own, and these rows with it.

        Raises:
            Stop: as `save` does.
        """
        written = [*self._written(rows), (topic, None, value)]
        await self._in_thread(partition, partial(self._commit, partition, written))

    def _written(self, rows: RowBytes) -> list[Written]:
        return [(self._topic, key.encode(), value) for key, value in rows.items()]

    async def _in_thread(self, partition: int, do: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads[partition], do)

    def _take(self, partition: int) -> dict[str, bytes]:
        producer = Producer(
            {
                **self._config,
                "transactional.id": self._names.transactional_id(self._service, partition),
                "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
                "delivery.timeout.ms": TRANSACTION_TIMEOUT_MS,
                "linger.ms": 0,
            },
            logger=RDKAFKA,
        )
        try:
            producer.init_transactions(60)
        except KafkaException as refused:
            raise Stop(f"cannot take partition {partition}: {refused.args[0].name()}") from None
        self._producers[partition] = producer
        end = self._end(partition)
        return self._read(partition, end)

    def _commit(self, partition: int, written: Sequence[Written]) -> None:
        producer = self._producers[partition]
        try:
            producer.begin_transaction()
            for topic, key, value in written:
                producer.produce(topic, value, key, partition)
            producer.commit_transaction()
        except KafkaException as refused:
            raise Stop(f"not saved: {refused.args[0].name()}") from None

    def _consumer(self, isolation: str) -> Consumer:
        return Consumer(
            {
                **self._config,
                "group.id": self._names.app(self._service),
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "isolation.level": isolation,
                "fetch.wait.max.ms": 50,
            },
            logger=RDKAFKA,
        )

    def _end(self, partition: int) -> int:
        consumer = self._consumer("read_uncommitted")
        try:
            return ends_of(consumer, TopicPartition(self._topic, partition))[1]
        finally:
            consumer.close()

    def _read(self, partition: int, end: int) -> dict[str, bytes]:
        """Every committed row before `end`.

        Raises:
            RowsUnusable: an open transaction nobody will end hides rows.
            Stop: the broker refuses, or stays away.
        """
        if end == 0:
            return {}
        consumer = self._consumer("read_committed")
        try:
            stable = stable_before(consumer, TopicPartition(self._topic, partition), end)
            if stable < end:
                raise RowsUnusable(
                    f"partition {partition} of {self._topic} has a transaction that nobody ends, "
                    f"open at {stable}; run: hub rebuild {self._service}"
                )
            return self._rows(consumer, partition, end)
        finally:
            consumer.close()

    def _rows(self, consumer: Consumer, partition: int, end: int) -> dict[str, bytes]:
        rows: dict[str, bytes] = {}
        patience = monotonic() + READS_S
        consumer.assign([TopicPartition(self._topic, partition, 0)])
        while monotonic() < patience:
            for message in consumer.consume(5000, timeout=0.2):
                error = message.error()
                if error is None:
                    key, value = message.key(), message.value()
                    if key is None:
                        raise RowsUnusable("a row without a key stands in the changelog")
                    if value is None:
                        rows.pop(key.decode(), None)
                    else:
                        rows[key.decode()] = value
                    patience = monotonic() + READS_S
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                    if (message.offset() or 0) >= end:
                        return rows
                elif not error.retriable():
                    raise Stop(f"rows cannot be read: {error.name()}")
        raise Stop(
            f"rows cannot be read: the broker sent none of {self._topic} for {READS_S:.0f} s"
        )


class MemoryRowLog:
    """Rows in memory; nobody else can take a partition, so nothing is fenced."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, bytes]] = defaultdict(dict)

    async def take(self, partition: int) -> dict[str, bytes]:
        """Every row there is."""
        return dict(self.rows[partition])

    async def save(self, partition: int, rows: Mapping[str, bytes | None]) -> None:
        """These rows are kept, all of them."""
        for key, value in rows.items():
            if value is None:
                self.rows[partition].pop(key, None)
            else:
                self.rows[partition][key] = value
