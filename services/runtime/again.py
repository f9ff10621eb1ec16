"""A recorded input fed to a service again, in memory: what it would say, to the letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from schemas.log import PersonHeld
from services.runtime.batch import Lane
from services.runtime.faults import Stop
from services.runtime.journal import spans_of
from services.runtime.ports import History
from services.runtime.records import Outgoing, Outgoings, Record
from services.runtime.rowlog import MemoryRowLog
from services.runtime.service import Service
from services.runtime.telemetry import Meters
from services.runtime.turns import BATCH


class _Said:
    """An outbox that only remembers."""

    def __init__(self) -> None:
        self.records: list[Outgoing] = []

    async def send(self, records: Outgoings) -> None:
        self.records.extend(records)


class _Unsaid:
    """An outbox that throws away what was said before, but remembers who was held."""

    def __init__(self, held_in: str) -> None:
        self._held_in = held_in
        self.held: set[UUID] = set()

    async def send(self, records: Outgoings) -> None:
        self.held |= {
            UUID(bytes.decode(dict(out.headers)["ce_id"]))
            for out in records
            if out.topic == self._held_in
        }


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
    service: Service,
    partition: int,
    records: Sequence[Record],
    build: str,
    build_since: int = -1,
) -> Again:
    """Everything the service says to these records of one partition, from an empty state."""
    said, rowlog, meters = _Said(), MemoryRowLog(), Meters(service.name)
    lane = Lane(
        service,
        partition,
        said,
        rowlog,
        meters,
        build,
        build_since=build_since,
        history=_Recorded(records),
    )
    await _fed(lane, records)
    because: Counter[str] = Counter()
    for metric in meters.decisions.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                because[sample.labels["because"]] += int(sample.value)
    return Again(said.records, because, rowlog.rows[partition])


@dataclass(frozen=True, slots=True)
class Kept:
    """What a service keeps after a recorded input."""

    rows: Mapping[str, bytes]
    held: frozenset[UUID]
    """Ids of what was said when rows were held."""


async def kept_again(
    service: Service,
    partition: int,
    records: Iterable[Record],
    build: str,
    *,
    build_since: int,
    history: History,
    failed_before: frozenset[UUID],
    on_progress: Callable[[int], None],
) -> Kept:
    """What the service keeps after these records of one partition; nothing it says leaves."""
    unsaid = _Unsaid(service.names.said(service.name, PersonHeld))
    rowlog = MemoryRowLog()
    lane = Lane(
        service,
        partition,
        unsaid,
        rowlog,
        Meters(service.name),
        build,
        build_since=build_since,
        history=history,
        failed_before=failed_before,
    )
    await _fed(lane, records, on_progress)
    return Kept(rowlog.rows[partition], frozenset(unsaid.held))


async def _fed(
    lane: Lane, records: Iterable[Record], on_progress: Callable[[int], None] = lambda _: None
) -> None:
    """The lane, just opened, has taken all of these."""
    await lane.open()
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        await _taken(lane, batch)
        on_progress(len(batch))


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
        for topic, first, end in spans_of(entry):
            for offset in range(max(first, taken[topic]), end):
                record = by_offset[topic].get(offset)
                if record is not None:
                    ordered.append(record)
            taken[topic] = max(taken[topic], end)
    return ordered
