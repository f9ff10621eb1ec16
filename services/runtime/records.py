"""Records as they stand in a topic, and as they are about to be written to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record read from a topic; its content stays out of any message."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    """The broker's append time."""
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    def header(self, name: str) -> bytes | None:
        """The last header of that name."""
        for key, value in reversed(self.headers):
            if key == name:
                return value
        return None

    def __repr__(self) -> str:
        return f"Record({self.topic}[{self.partition}]@{self.offset})"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to be written; the partition is always chosen by the writer."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int = 0

    def __repr__(self) -> str:
        return f"Outgoing({self.topic}[{self.partition}])"


Outgoings = Sequence[Outgoing]
RowBytes = Mapping[str, bytes | None]
"""Rows by key as they stand in the changelog; None removes one."""
