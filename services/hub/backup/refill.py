"""Topics made again as they were: each record at its offset, with its time.

Places in a topic are part of what the hub knows (decision 6), so a topic whose first records are
gone gets as many empty ones, which are then deleted: it begins where it began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from services.agreements.live import WAIT_S
from services.hub.broker.cluster import ClientConfig
from services.runtime.faults import Stop
from services.runtime.outbox import RDKAFKA
from services.runtime.records import Record
from services.runtime.topics import Reader

WHILE_FILLING = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "message.timestamp.type": "CreateTime",
}
"""A record keeps its time, and none is deleted for its age, until all are back."""
_LONG_AGO_MS = 1


@dataclass
class Filler:
    """Writes as the deploying principal, each partition in order and without gaps."""

    config: ClientConfig
    producer: Producer = field(init=False)

    def __post_init__(self) -> None:
        """One producer for all; not packed, for aiokafka opens less than librdkafka packs."""
        self.producer = Producer(
            {
                **self.config,
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 5,
                "message.max.bytes": 1_048_576,
                "queue.buffering.max.messages": 500_000,
            },
            logger=RDKAFKA,
        )

    def fill(
        self,
        place: tuple[str, int],
        first: int,
        records: Iterable[Record],
        on_progress: Callable[[int], None],
    ) -> int:
        """The partition begins at `first` and holds the records; the offset after the last.

        Raises:
            Stop: the broker did not take all of them.
        """
        topic, number = place
        self._empty(topic, number, first)
        end = first
        for record in records:
            self._put(record)
            end += 1
            if end % 1000 == 0:
                on_progress(1000)
        on_progress((end - first) % 1000)
        left = self.producer.flush(120)
        if left or self._end(topic, number) != end:
            raise Stop(f"the broker did not take all of {topic}[{number}]: restore again")
        return end

    def _empty(self, topic: str, number: int, count: int) -> None:
        # As old as can be, so that no segment is kept for their sake.
        empty = Record(topic, number, 0, _LONG_AGO_MS, None, None)
        for _ in range(count):
            self._put(empty)

    def _put(self, record: Record) -> None:
        while True:
            try:
                self.producer.produce(
                    record.topic,
                    record.value,
                    record.key,
                    record.partition,
                    timestamp=record.timestamp_ms,
                    headers=list(record.headers),
                )
            except BufferError:
                self.producer.poll(0.05)
            else:
                return

    def _end(self, topic: str, number: int) -> int:
        reader = Reader(self.config)
        try:
            return reader.ends(topic, number)[1]
        finally:
            reader.close()


def begin_at(config: ClientConfig, firsts: Iterable[tuple[str, int, int]]) -> None:
    """What stands before the first offset of each topic and partition is gone.

    Raises:
        KafkaException: the broker refused.
    """
    places = [TopicPartition(topic, number, first) for topic, number, first in firsts if first]
    if places:
        admin = AdminClient(config)
        for future in admin.delete_records(places, request_timeout=WAIT_S).values():
            future.result(timeout=WAIT_S)
