"""Publishing: to the broker, waiting until it has everything; or to memory."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Mapping

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from services.runtime.faults import Stop, Unavailable
from services.runtime.records import Outgoing, Outgoings, Record

RDKAFKA = logging.getLogger("librdkafka")
"""Where the C library's own lines go, so that they are JSON and not too many."""

Config = Mapping[str, str | int | float | bool]

_REFUSALS = frozenset(
    {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED}
)


class _Ticket:
    """Counts the deliveries of one `send` and wakes its waiter after the last."""

    def __init__(self, count: int, loop: asyncio.AbstractEventLoop) -> None:
        self._left = count
        self._loop = loop
        self._error: KafkaError | None = None
        self.done: asyncio.Future[KafkaError | None] = loop.create_future()

    def __call__(self, error: KafkaError | None, _: Message) -> None:
        self._left -= 1
        self._error = self._error or error
        if self._left == 0:
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(self._error)


class KafkaOutbox:
    """One idempotent producer for a whole process; librdkafka's thread, our waiting."""

    def __init__(self, config: Config) -> None:
        self._producer = Producer(
            {
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 1,
                "delivery.timeout.ms": 120_000,
                "message.max.bytes": 1_048_576,  # a dead letter is longer than what it returns
                **config,
            },
            logger=RDKAFKA,
        )
        self._stopped = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="outbox", daemon=True)
        self._poller.start()

    def _poll(self) -> None:
        while not self._stopped.is_set():
            self._producer.poll(0.2)

    async def send(self, records: Outgoings) -> None:
        """Every record is with the broker, in order per partition.

        Raises:
            Stop: the broker refuses this principal.
            Unavailable: the broker did not answer within the delivery time-out.
        """
        if not records:
            return
        ticket = _Ticket(len(records), asyncio.get_running_loop())
        for record in records:
            await self._produce(record, ticket)
        error = await ticket.done
        if error is None:
            return
        if error.code() in _REFUSALS:
            raise Stop(f"the broker refuses to take this: {error.name()}")
        raise Unavailable(f"the broker did not take it: {error.name()}")

    async def _produce(self, record: Outgoing, ticket: _Ticket) -> None:
        while True:
            try:
                self._producer.produce(
                    record.topic,
                    record.value,
                    record.key,
                    record.partition,
                    on_delivery=ticket,
                    headers=list(record.headers),
                )
            except BufferError:
                await asyncio.sleep(0.01)
            except KafkaException as refused:
                raise Stop(f"the broker refuses to take this: {refused.args[0].name()}") from None
            else:
                return

    def close(self) -> None:
        """Stop the thread; what was not confirmed was not acknowledged either."""
        self._stopped.set()
        self._poller.join()


class MemoryTopics:
    """Topics in memory: what the broker would hold, without its rights."""

    def __init__(self) -> None:
        self.now_ms = 0
        """The append time of what comes next; moved by whoever drives."""
        self._records: dict[tuple[str, int], list[Record]] = defaultdict(list)

    def append(self, out: Outgoing) -> Record:
        """The record as it now stands in its topic."""
        stands = self._records[out.topic, out.partition]
        record = Record(
            out.topic, out.partition, len(stands), self.now_ms, out.key, out.value, out.headers
        )
        stands.append(record)
        return record

    def read(self, topic: str, partition: int = 0, offset: int = 0) -> list[Record]:
        """All records from that offset on."""
        return self._records[topic, partition][offset:]

    def end(self, topic: str, partition: int = 0) -> int:
        """The offset after the last record."""
        return len(self._records[topic, partition])

    def names(self) -> list[str]:
        """Topics with anything in them."""
        return sorted({topic for (topic, _), stands in self._records.items() if stands})


class MemoryOutbox:
    """The outbox that cannot fail."""

    def __init__(self, topics: MemoryTopics) -> None:
        self._topics = topics

    async def send(self, records: Outgoings) -> None:
        """Every record stands in its topic."""
        for record in records:
            self._topics.append(record)
