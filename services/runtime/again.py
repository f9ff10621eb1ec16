"""A recorded input fed to a service again, in memory: what it would say, to the letter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.runtime.batch import Lane
from services.runtime.faults import Stop
from services.runtime.journal import Span
from services.runtime.records import Outgoing, Outgoings, Record
from services.runtime.rowlog import MemoryRowLog
from services.runtime.service import Service
from services.runtime.telemetry import Meters


class _Said:
    """An outbox that only remembers."""

    def __init__(self) -> None:
        self.records: list[Outgoing] = []

    async def send(self, records: Outgoings) -> None:
        self.records.extend(records)


class _Recorded:
    """What was recorded, by its place."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = {record.offset: record for record in records}

    async def read(self, _: str, __: int, offsets: Sequence[int]) -> Sequence[Record]:
        return [self._records[offset] for offset in offsets]


@dataclass(frozen=True, slots=True)
class Again:
    """What a service says to a recorded input, why it decided so, and what it keeps."""

    said: Sequence[Outgoing]
    because: Counter[str]
    rows: Mapping[str, bytes]
    """What it keeps in the end."""


async def said_again(
    service: Service, partition: int, records: Sequence[Record], build: str
) -> Again:
    """Everything the service says to these records of one partition, from an empty state."""
    said, rowlog, meters = _Said(), MemoryRowLog(), Meters(service.name)
    lane = Lane(service, partition, said, rowlog, meters, build, history=_Recorded(records))
    await lane.open()
    for start in range(0, len(records), 500):
        await _taken(lane, records[start : start + 500])
    because: Counter[str] = Counter()
    for metric in meters.decisions.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                because[sample.labels["because"]] += int(sample.value)
    return Again(said.records, because, rowlog.rows[partition])


async def _taken(lane: Lane, records: Sequence[Record]) -> None:
    """As process after process took them: a record they ended at is set aside once more."""
    while True:
        before = lane.store.meta.crashed
        try:
            return await lane.work(records)
        except Stop:
            if lane.store.meta.crashed == before:
                raise


def in_order(journal: Iterable[Record], sources: Mapping[str, Sequence[Record]]) -> list[Record]:
    """The records of several sources in the order the service's journal says it took them."""
    taken = dict.fromkeys(sources, 0)
    by_offset = {
        topic: {record.offset: record for record in records} for topic, records in sources.items()
    }
    ordered: list[Record] = []
    for entry in journal:
        spans: list[Span] = json.loads(entry.value or b"[]")
        for topic, first, end in spans:
            for offset in range(max(first, taken[topic]), end):
                record = by_offset[topic].get(offset)
                if record is not None:
                    ordered.append(record)
            taken[topic] = max(taken[topic], end)
    return ordered
