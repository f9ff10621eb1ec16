"""What a lane stands on; each has a real and an in-memory version in its own module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.runtime.records import Outgoings, Record, RowBytes


class Outbox(Protocol):
    """Publishes records; returns when the broker has them all, in order per partition."""

    async def send(self, records: Outgoings) -> None: ...  # noqa: D102


class RowLog(Protocol):
    """Keeps a partition's rows; one `save` is all or nothing and refused to a former holder."""

    async def take(self, partition: int) -> dict[str, bytes]: ...  # noqa: D102

    async def save(self, partition: int, rows: RowBytes) -> None: ...  # noqa: D102


class Journal(Protocol):
    """Remembers the order in which a service took its sources.

    `rows` of the batch before are saved with it: both are durable, or neither.
    """

    async def append(self, batch: Sequence[Record], rows: RowBytes) -> None: ...  # noqa: D102

    async def unfinished(self, done: Mapping[str, int]) -> Sequence[Record]: ...  # noqa: D102


class History(Protocol):
    """Reads single records of the log again."""

    async def read(  # noqa: D102
        self, topic: str, partition: int, offsets: Sequence[int]
    ) -> Sequence[Record]: ...
