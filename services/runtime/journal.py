"""In which order a service with several sources took them: chance, so it is written down first.

A batch that was said but not saved is done again; with several sources the broker would hand the
records over in another order, and the same facts could lead to other decisions. The journal makes
the second time the same as the first (decision 6).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain, groupby
from time import monotonic

from confluent_kafka import Consumer, KafkaError, TopicPartition

from services.runtime.faults import Stop
from services.runtime.outbox import RDKAFKA, Config, MemoryTopics
from services.runtime.ports import RowLog
from services.runtime.records import Outgoing, Record, RowBytes
from services.runtime.rowlog import KafkaRowLog, ends_of, stable_before

log = logging.getLogger(__name__)

Span = tuple[str, int, int]
"""Topic, first offset, and the offset after the last, of records taken one after another."""


def spans(batch: Sequence[Record]) -> list[Span]:
    """The batch's order, run by run."""
    runs = (list(run) for _, run in groupby(batch, key=lambda record: record.topic))
    return [(run[0].topic, run[0].offset, run[-1].offset + 1) for run in runs]


def entry(batch: Sequence[Record]) -> bytes:
    """The batch's order as it stands in the journal: topics and offsets, nothing else."""
    return json.dumps(spans(batch)).encode()


def spans_of(written: Record) -> list[Span]:
    """The order that stands in an entry of the journal."""
    return [tuple(span) for span in json.loads(written.value or b"[]")]


def left_of(written: Iterable[Span], done: Mapping[str, int]) -> Iterator[Span]:
    """What of it is not done."""
    for topic, first, end in written:
        first = max(first, done.get(topic, 0))
        if first < end:
            yield topic, first, end


def to_record(message: object) -> Record:
    """A librdkafka message as a record."""
    timestamp = message.timestamp()[1]  # type: ignore[attr-defined]  # confluent ships no stubs
    return Record(
        message.topic(),  # type: ignore[attr-defined]  # as above
        message.partition(),  # type: ignore[attr-defined]  # as above
        message.offset(),  # type: ignore[attr-defined]  # as above
        timestamp,
        message.key(),  # type: ignore[attr-defined]  # as above
        message.value(),  # type: ignore[attr-defined]  # as above
        tuple((k, v or b"") for k, v in message.headers() or ()),  # type: ignore[attr-defined]  # as above
    )


def _go_on(*entries: Sequence[Span]) -> bool:
    """Whether each begins where those before it ended; else the last was written down anew."""
    ends: dict[str, int] = {}
    for topic, first, end in chain(*entries):
        if first < ends.get(topic, first):
            return False
        ends[topic] = end
    return True


READS_S = 60.0
"""So long nothing may come of what has to be read again: a broker that starts takes less."""
_TAIL = 50
"""So far back from the end the last entry is looked for: aborted ones and markers lie between."""


class KafkaJournal:
    """The journal in its own topic, kept as long as the sources are.

    Written in transactions, so that a former holder's order is refused like its rows.
    """

    def __init__(self, config: Config, rowlog: KafkaRowLog, topic: str, group: str) -> None:
        self._config = dict(config)
        self._rowlog = rowlog
        self._topic = topic
        self._group = group

    async def append(self, batch: Sequence[Record], rows: RowBytes) -> None:
        """The order of this batch is durable, and with it the rows of the one before."""
        await self._rowlog.note(0, self._topic, entry(batch), rows)

    async def unfinished(self, done: Mapping[str, int]) -> Sequence[Record]:
        """The records of the last batch written down that are not done, in its order.

        `done` is the offset after the last that is, by topic. What is done is not read, so a topic
        may go once nothing of it is left to do.

        Raises:
            Stop: one of them cannot be read again.
        """
        return await asyncio.to_thread(self._unfinished, done)

    def _unfinished(self, done: Mapping[str, int]) -> list[Record]:
        """What follows a transaction nobody ends counts as well: only the holder writes here.

        Nothing was said of an entry before it was committed, so the one left open is either the
        order that was begun or as good as any. The rows it was to be saved with may be lost with
        it, so the one before it is done again as well. The next entry's marker ends it too.
        """
        with closing(self._consumer("read_committed")) as consumer:
            place = TopicPartition(self._topic, 0)
            low, _ = ends_of(consumer, place)
            with closing(self._consumer("read_uncommitted")) as whole:
                high = ends_of(whole, place)[1]
                stable = stable_before(consumer, place, high)
                if stable < high:
                    reason = f"{self._topic}: open at {stable}; see hub doctor"
                    log.error("a transaction nobody ends", extra={"reason": reason})
                open_now = self._fetch(whole, (self._topic, stable, high))
            first = max(low, stable - _TAIL)
            entries = [*self._fetch(consumer, (self._topic, first, stable)), *open_now]
            last = [spans_of(written) for written in entries[-2:]]
            if not open_now or not _go_on(*last):
                last = last[-1:]
            left = left_of(chain(*last), done)
            return [record for span in left for record in self._fetch(consumer, span)]

    def _consumer(self, isolation: str) -> Consumer:
        return Consumer(
            {
                **self._config,
                "group.id": self._group,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "isolation.level": isolation,
            },
            logger=RDKAFKA,
        )

    @staticmethod
    def _fetch(consumer: Consumer, span: Span) -> list[Record]:
        topic, first, end = span
        consumer.assign([TopicPartition(topic, 0, first)])
        found: list[Record] = []
        following, until = first, monotonic() + READS_S
        while following < end:
            if monotonic() > until:
                raise Stop(f"{topic} cannot be read again: nothing comes from {following} on")
            for message in consumer.consume(min(500, end - following), timeout=0.2):
                error = message.error()
                if error is None:
                    record = to_record(message)
                    if record.offset < end:
                        found.append(record)
                    following, until = record.offset + 1, monotonic() + READS_S
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                    return found  # what is missing is past its retention, or a marker
                elif not error.retriable():
                    raise Stop(f"{topic} cannot be read again: {error.name()}")
        return found


class MemoryJournal:
    """The journal in memory."""

    def __init__(self, topics: MemoryTopics, topic: str, rowlog: RowLog) -> None:
        self._topics = topics
        self._topic = topic
        self._rowlog = rowlog

    async def append(self, batch: Sequence[Record], rows: RowBytes) -> None:
        """The order of this batch is kept, and with it the rows of the one before."""
        if rows:
            await self._rowlog.save(0, rows)
        self._topics.append(Outgoing(self._topic, None, entry(batch)))

    async def unfinished(self, done: Mapping[str, int]) -> Sequence[Record]:
        """The records of the last batch written down that are not done, in its order."""
        return read_again(self._topics, self._topic, done)


def read_again(topics: MemoryTopics, journal: str, done: Mapping[str, int]) -> list[Record]:
    """The records of the last batch that journal holds that are not done, in its order."""
    return [
        record
        for line in topics.read(journal)[-1:]
        for topic, first, end in left_of(spans_of(line), done)
        for record in topics.read(topic, 0, first)[: end - first]
    ]
