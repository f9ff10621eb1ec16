"""Whose records come next: sources take turns, so that a flood in one delays none of the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence

from services.runtime.records import Record

BATCH = 500
"""Most records of one micro-batch."""
BATCH_BYTES = 4 * 1024 * 1024
"""Past so many bytes a micro-batch takes no further record."""
QUEUED = 1000
"""Records of one source a lane lets wait before it asks that source for no more.

Source: local choice; two batches, so that nobody idles while the next are fetched."""


class Turns:
    """What waits for a lane, source by source; each source's own order is kept.

    In a batch those that lead come first: an adoption before what is said because of it.
    """

    def __init__(self, leads: Collection[str] = ()) -> None:
        self._leads = leads
        self._waiting: dict[str, deque[Record]] = {}
        """Sources with anything waiting; the one whose turn it is first."""

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def wants(self, source: str) -> bool:
        """Whether there is room for more of that source, however much waits of others."""
        return len(self._waiting.get(source, ())) < QUEUED

    def put(self, records: Iterable[Record]) -> None:
        """These wait behind what waits of their source."""
        for record in records:
            self._waiting.setdefault(record.topic, deque()).append(record)

    def put_back(self, records: Sequence[Record]) -> None:
        """These were taken and wait again, before what waits of their source."""
        for record in reversed(records):
            self._waiting.setdefault(record.topic, deque()).appendleft(record)

    def clear(self) -> None:
        """Nothing waits."""
        self._waiting.clear()

    def take(self) -> list[Record]:
        """The next batch: one record of each source in turn, then put together source by source.

        Together they are few runs in the journal, so that a batch is quickly read back.
        """
        taken: dict[str, list[Record]] = {}
        count = size = 0
        while self._waiting and count < BATCH and size < BATCH_BYTES:
            source = next(iter(self._waiting))
            queue = self._waiting.pop(source)
            record = queue.popleft()
            if queue:
                self._waiting[source] = queue
            taken.setdefault(source, []).append(record)
            count += 1
            size += len(record.value or b"")
        in_order = sorted(taken, key=lambda source: source not in self._leads)
        return [record for source in in_order for record in taken[source]]
