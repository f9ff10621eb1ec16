"""Reading a whole topic as it stands now; how far a group was told it is done with one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from services.runtime.faults import Unavailable
from services.runtime.journal import to_record
from services.runtime.outbox import RDKAFKA, Config
from services.runtime.records import Record
from services.runtime.rowlog import ends_of

Ask = Callable[[Message], bool] | None
"""Asked of each message as it comes: what it leaves out costs a tenth of a record."""


class Reader:
    """Reads whole topics as whoever `config` is, without a group; only committed records."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._consumer = self._connected()

    def _connected(self) -> Consumer:
        return Consumer(
            {
                **self._config,
                "group.id": "none",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                # The next topic waits for the fetch of the last one to come back.
                "fetch.wait.max.ms": 10,
            },
            logger=RDKAFKA,
        )

    def read(self, topic: str, partitions: int = 1) -> Iterator[Record]:
        """Every record of the topic up to its end at the call, partition by partition.

        Raises:
            Unavailable: the broker refuses or does not answer; the next try connects anew.
        """
        for partition in range(partitions):
            yield from self.part(topic, partition)

    def part(
        self, topic: str, partition: int, until: int | None = None, since: int = 0, ask: Ask = None
    ) -> Iterator[Record]:
        """The records of one partition from `since` up to its end at the call, or before `until`.

        Raises:
            Unavailable: the broker refuses or does not answer; the next try connects anew.
        """
        try:
            yield from _read(self._consumer, TopicPartition(topic, partition), until, since, ask)
        except Unavailable:
            self.close()
            self._consumer = self._connected()
            raise

    def table(self, topic: str, partitions: int = 1) -> dict[int, dict[str, bytes]]:
        """What stands last under each key, by partition; what was removed is not there.

        Raises:
            Unavailable: as `read` does.
        """
        rows: dict[int, dict[str, bytes]] = {number: {} for number in range(partitions)}
        for record in self.read(topic, partitions):
            key = (record.key or b"").decode()
            if record.value is None:
                rows[record.partition].pop(key, None)
            else:
                rows[record.partition][key] = record.value
        return rows

    def ends(self, topic: str, partition: int = 0) -> tuple[int, int]:
        """First offset of a partition and the one after its last.

        Raises:
            Unavailable: the broker refuses or does not answer.
        """
        return ends_of(self._consumer, TopicPartition(topic, partition))

    def close(self) -> None:
        """No connection is left."""
        self._consumer.close()


def done(
    config: Config, group: str, places: Iterable[tuple[str, int]]
) -> dict[str, dict[int, int]]:
    """How far the group was told it is done, by topic and partition, as far as it was told.

    Raises:
        Unavailable: the broker refuses or does not answer.
    """
    asked = [TopicPartition(topic, partition) for topic, partition in places]
    consumer = Consumer({**config, "group.id": group}, logger=RDKAFKA)
    try:
        answered = consumer.committed(asked, timeout=30)
    except KafkaException as refused:
        raise Unavailable(f"{group} cannot be asked: {refused.args[0].name()}") from None
    finally:
        consumer.close()
    found: dict[str, dict[int, int]] = {}
    for place in answered:
        if place.error is not None:
            raise Unavailable(f"{group} cannot be asked: {place.error.name()}")
        if place.offset >= 0:
            found.setdefault(place.topic, {})[place.partition] = place.offset
    return found


def _read(
    consumer: Consumer, place: TopicPartition, until: int | None, since: int, ask: Ask
) -> Iterator[Record]:
    low, end = ends_of(consumer, place)
    if until is not None:
        end = min(end, until)
    place.offset = following = max(low, since)
    if following >= end:
        return
    consumer.assign([place])
    while True:
        # `consume` waits its whole time unless it gets as many as it asks for.
        for message in consumer.consume(min(2000, end - following), timeout=0.5):
            error = message.error()
            if error is None:
                following = (message.offset() or 0) + 1
                if following <= end and (ask is None or ask(message)):
                    yield to_record(message)
                if following >= end:
                    return
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                return
            elif error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                continue  # no group is used; the library asks for its coordinator all the same
            elif not error.retriable():
                raise Unavailable(f"{place.topic} cannot be read: {error.name()}")
