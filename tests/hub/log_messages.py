"""A log whose offsets have gaps, as a client of the broker hands it over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.runtime.faults import Stop
from services.runtime.journal import to_record
from services.runtime.records import Record
from services.runtime.topics import Ask


@dataclass(frozen=True)
class Message:
    """As confluent-kafka has it."""

    record: Record

    def topic(self) -> str:
        return self.record.topic

    def partition(self) -> int:
        return self.record.partition

    def offset(self) -> int:
        return self.record.offset

    def timestamp(self) -> tuple[int, int]:
        return 2, self.record.timestamp_ms

    def key(self) -> bytes | None:
        return self.record.key

    def value(self) -> bytes | None:
        return self.record.value

    def headers(self) -> list[tuple[str, bytes]]:
        return list(self.record.headers)


@dataclass
class Log:
    """Its partitions, and how many records were handed over."""

    parts: dict[int, list[Record]] = field(default_factory=dict)
    read: int = 0
    visited: int = 0

    def ends(self, topic: str, partition: int) -> tuple[int, int]:
        stands = self.parts.get(partition)
        return (stands[0].offset, stands[-1].offset + 1) if stands else (0, 0)

    def part(
        self, topic: str, partition: int, until: int | None = None, since: int = 0, ask: Ask = None
    ) -> Iterator[Record]:
        for record in list(self.parts.get(partition, ())):
            if since <= record.offset and (until is None or record.offset < until):
                self.read += 1
                message: Any = Message(record)
                if ask is None or ask(message):
                    yield to_record(message)

    def visit(self, partition: int, offsets: Sequence[int]) -> Sequence[Record]:
        stands = {record.offset: record for record in self.parts.get(partition, ())}
        self.visited += len(offsets)
        if not stands.keys() >= set(offsets):
            raise Stop("the log does not hold that")
        return [stands[offset] for offset in offsets]

    def close(self) -> None:
        """Nothing is open."""
