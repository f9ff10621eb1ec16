"""Single records of the log, read again when what waited for a held person is decided."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from confluent_kafka import Consumer, KafkaError, TopicPartition

from services.runtime.faults import Stop, Unavailable
from services.runtime.journal import to_record
from services.runtime.outbox import RDKAFKA, Config, MemoryTopics
from services.runtime.records import Record

NEAR = 500
"""So few records between two that wait are read over; more are jumped."""
_ANSWERS_WITHIN_S = 30.0


class KafkaHistory:
    """The log at the broker: each record is sought, however long ago it was said."""

    def __init__(self, config: Config, group: str, near: int = NEAR) -> None:
        self._config, self._group, self._near = dict(config), group, near

    async def read(self, topic: str, partition: int, offsets: Sequence[int]) -> Sequence[Record]:
        """The records at those offsets, which grow; between two, up to `near` are read over.

        Raises:
            Stop: the log does not hold one of them.
            Unavailable: the broker does not answer.
        """
        return await asyncio.to_thread(self._read, topic, partition, offsets)

    def _read(self, topic: str, partition: int, offsets: Sequence[int]) -> list[Record]:
        consumer = Consumer(
            {
                **self._config,
                "group.id": self._group,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 10,
            },
            logger=RDKAFKA,
        )
        try:
            found, at = list[Record](), -1
            for offset in offsets:
                if at < 0 or offset - at > self._near:
                    consumer.assign([TopicPartition(topic, partition, offset)])
                found.append(_one(consumer, topic, offset))
                at = offset
            return found
        finally:
            consumer.close()


def _one(consumer: Consumer, topic: str, offset: int) -> Record:
    """The record at that offset, those before it read over."""
    while True:
        message = consumer.poll(_ANSWERS_WITHIN_S)
        if message is None:
            raise Unavailable(f"{topic} does not answer")
        error = message.error()
        if error is None:
            if message.offset() == offset:
                return to_record(message)
            if (message.offset() or 0) < offset:
                continue
        elif error.code() != KafkaError._PARTITION_EOF and error.retriable():  # noqa: SLF001
            continue
        raise Stop(f"{topic} does not hold what waited in it at {offset}")


class MemoryHistory:
    """The log in memory."""

    def __init__(self, topics: MemoryTopics) -> None:
        self._topics = topics

    async def read(self, topic: str, partition: int, offsets: Sequence[int]) -> Sequence[Record]:
        """The records at those offsets."""
        return [self._topics.read(topic, partition, offset)[0] for offset in offsets]
