"""The log without the clock's Ticks: read past once, then what stands at known places is visited.

Where facts stand is kept under the hub's home (`places.py`). What it does not know yet is read and
added by whoever looks, and by the hub itself every so often (`catch_up.py`); losing it costs the
time to read again, and never an answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from confluent_kafka import KafkaException, Message, TopicCollection
from confluent_kafka.admin import AdminClient

from schemas.base import PersonId
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import private_directory, write_private
from services.hub.register.places import TICKS, Places, decode, log_of, mark_of, seen
from services.runtime.faults import Stop, Unavailable
from services.runtime.history import KafkaHistory
from services.runtime.journal import to_record
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.speech import log_partition
from services.runtime.topics import Reader

Progress = Callable[[int, int], None]
"""Takes how many records were read, of how many."""
Visit = Callable[[int, Sequence[int]], Sequence[Record]]
"""Of a partition: the records at those offsets, which grow."""
NEAR = 64
"""So few records between two facts are read over when a fact is visited."""
DENSE = 250
"""Everybody's facts are visited where more records than that lie between two, else all is read:
reading so many costs what a visit costs."""
_LITTLE = {"fetch.message.max.bytes": 20_000, "fetch.queue.backoff.ms": 0}
"""A visit takes one fact: what follows it is not fetched in megabytes."""
_VISITORS, _FEW, _MANY = 8, 250, 4_000
"""So many visit at a time, each between so few and so many facts."""
_WORTH_KEEPING, _KEPT_EVERY = 1_000, 1_000_000
_SHOWN_EVERY = 5_000
_WAIT_S = 30.0


@dataclass(frozen=True)
class Kept:
    """Where the places of one log are kept, and by which secret people are marked."""

    folder: Path
    topic: str
    secret: bytes
    log: str
    """Which one it is, whatever else is called so: of the cluster and of the topic."""

    def load(self, partition: int) -> Places:
        """What is known; nothing where nothing was kept, or it is another log's."""
        of = log_of(self.secret, self.log, self.topic, str(partition))
        with suppress(OSError):
            return decode(self._file(partition).read_bytes(), of) or Places(of)
        return Places(of)

    def save(self, partition: int, places: Places) -> None:
        """It is kept; where it cannot be, the next look takes longer."""
        with suppress(OSError):
            private_directory(self.folder)
            write_private(self._file(partition), places.encode())

    def forget(self, partition: int) -> None:
        """Nothing is known of that partition."""
        with suppress(OSError):
            self._file(partition).unlink(missing_ok=True)

    def _file(self, partition: int) -> Path:
        return self.folder / f"{self.topic}.{partition}"


class LogReader:
    """Reads the log's records but the Ticks, of one person or of everybody."""

    def __init__(self, reader: Reader, visit: Visit, kept: Kept, progress: Progress) -> None:
        self._reader, self._visit, self._kept = reader, visit, kept
        self._progress = progress
        self._count = self._total = 0

    def of(self, person: PersonId) -> Iterator[Record]:
        """What is about the person, and about nobody.

        Raises:
            Stop: what was kept of the log was not so; it is forgotten, and the next look is whole.
            Unavailable: the broker does not answer.
        """
        part = self._read(self._found(log_partition(person), everybody=False), person.bytes)
        return (record for record in part if record.key in (None, person.bytes))

    def parts(self) -> Iterator[Iterator[Record]]:
        """Everything, one partition after the other.

        Raises:
            Stop, Unavailable: as `of` does.
        """
        found = [self._found(partition, everybody=True) for partition in range(LOG_PARTITIONS)]
        for one in found:
            yield self._read(one, None)

    def catch_up(self) -> None:
        """What came since anybody looked is known, too.

        Raises:
            Unavailable: the broker does not answer.
        """
        for partition in range(LOG_PARTITIONS):
            deque(self._onwards(*self._found(partition, everybody=False)), maxlen=0)

    def close(self) -> None:
        """No connection is left."""
        self._reader.close()

    def _found(self, partition: int, *, everybody: bool) -> tuple[int, Places]:
        """What is known of the partition and still so."""
        low, end = self._reader.ends(self._kept.topic, partition)
        places = self._kept.load(partition)
        spread = places.end - low > DENSE * len(places)
        if not self._still_so(partition, places, low, end) or (everybody and not spread):
            places = Places(places.of)
        self._total += end - max(low, places.end)
        return partition, places

    def _still_so(self, partition: int, places: Places, low: int, end: int) -> bool:
        """Whether the record that was read last stands where it stood."""
        at = places.end - 1
        if not low <= at < end:
            return False
        last = self._reader.part(self._kept.topic, partition, until=at + 1, since=at)
        return [seen(record) for record in last] == [places.last]

    def _read(self, found: tuple[int, Places], key: bytes | None) -> Iterator[Record]:
        partition, places = found
        mark = None if key is None else mark_of(self._kept.secret, key)
        for record, known in self._visited(partition, list(places.where(mark))):
            if mark_of(self._kept.secret, record.key) != known:
                raise self._wrong(partition)
            yield record
        yield from self._onwards(partition, places)

    def _visited(
        self, partition: int, known: Sequence[tuple[int, bytes]]
    ) -> Iterator[tuple[Record, bytes]]:
        each = min(_MANY, max(_FEW, -(-len(known) // _VISITORS)))
        slices = iter([known[at : at + each] for at in range(0, len(known), each)])
        self._total += len(known)
        with ThreadPoolExecutor(_VISITORS, thread_name_prefix="visitor") as pool:
            while some := list(islice(slices, _VISITORS)):
                try:
                    found = pool.map(
                        lambda one: self._visit(partition, [offset for offset, _ in one]), some
                    )
                    for one, records in zip(some, found, strict=True):
                        self._tell(len(one))
                        for (_, mark), record in zip(one, records, strict=True):
                            yield record, mark
                except Stop:
                    raise self._wrong(partition) from None

    def _onwards(self, partition: int, places: Places) -> Iterator[Record]:
        """What is not known yet; it is, afterwards."""
        topic, since, kept, last = self._kept.topic, places.end, places.end, None

        def no_tick(message: Message) -> bool:
            nonlocal last
            last = message
            self._tell(1)
            return message.key() is not None or (message.value() or b"")[:5] not in TICKS

        def keep() -> None:
            if last is not None:
                record = to_record(last)
                places.end, places.last = record.offset + 1, seen(record)
                self._kept.save(partition, places)

        for record in self._reader.part(topic, partition, since=since, ask=no_tick):
            places.add(mark_of(self._kept.secret, record.key), record.offset)
            if record.offset - kept >= _KEPT_EVERY:
                keep()
                kept = record.offset
            yield record
        if last is not None and (last.offset() or 0) - since >= _WORTH_KEEPING:
            keep()

    def _tell(self, more: int) -> None:
        before, self._count = self._count, self._count + more
        if before // _SHOWN_EVERY != self._count // _SHOWN_EVERY:
            self._progress(self._count, self._total)

    def _wrong(self, partition: int) -> Stop:
        self._kept.forget(partition)
        return Stop("what was kept of the log was not so; it is forgotten: ask again")


def log_reader(cluster: Cluster, progress: Progress = lambda *_: None) -> LogReader:
    """Of that cluster's log, as the register's service.

    Raises:
        Unavailable: the broker does not answer.
    """
    config, topic = cluster.service_config("registry"), cluster.names.log
    history = KafkaHistory({**config, **_LITTLE}, cluster.names.app("registry"), NEAR)

    def visit(partition: int, offsets: Sequence[int]) -> Sequence[Record]:
        return asyncio.run(history.read(topic, partition, offsets))

    admin = AdminClient({**config, "log_level": 0})
    try:
        described = admin.describe_topics(TopicCollection([topic]), request_timeout=_WAIT_S)
        whose = admin.describe_cluster(request_timeout=_WAIT_S).result(_WAIT_S).cluster_id
        log = f"{whose}/{described[topic].result(_WAIT_S).topic_id}"
    except KafkaException as refused:
        raise Unavailable(f"{topic} cannot be read: {refused.args[0].name()}") from None
    secret = (cluster.home / "secrets" / "references").read_bytes()
    kept = Kept(cluster.home / "places", topic, secret, log)
    return LogReader(Reader(config), visit, kept, progress)
