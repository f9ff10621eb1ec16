"""Where in the log each person's facts stand: offsets and marks, and nothing of anybody. Pure.

A mark is made from the hub's number of a person by the installation's secret: who holds the file
alone cannot tell of whom it is, who holds the secret could read the log itself. What is kept is
believed of one partition of one topic of one cluster, and while the record read last still stands
where it stood; else it is made anew. Without it the same is read, only longer.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from schemas.log import Tick
from services.runtime.records import Record
from services.runtime.schema_store import committed

FOR_ALL = bytes(8)
"""The mark of what is about nobody, as the rules adopted: read for everybody."""
_ENTRY = struct.Struct(">8sQ")
_HEAD = struct.Struct(">8s16sQ16s")
_MAGIC = b"places 1"
_DIGEST = 16
TICKS = frozenset(stored.frame for stored in committed() if stored.kind == Tick.kind())
"""How the clock's words begin: what nobody is looked up for, and most of the log."""


@dataclass(slots=True)
class Places:
    """Of one partition, from its beginning up to `end`."""

    of: bytes
    """Which log it is, and by which secret the marks are; see `log_of`."""
    end: int = 0
    """The offset after the record read last."""
    last: bytes = bytes(_DIGEST)
    """What that record was."""
    entries: bytearray = field(default_factory=bytearray)

    def add(self, mark: bytes, offset: int) -> None:
        """The next record that is no Tick."""
        self.entries += _ENTRY.pack(mark, offset)

    def __len__(self) -> int:
        return len(self.entries) // _ENTRY.size

    def where(self, mark: bytes | None) -> Iterator[tuple[int, bytes]]:
        """Offset and mark of all that is marked so, or for all; None: of everything."""
        wanted = (mark, FOR_ALL)
        for found, offset in _ENTRY.iter_unpack(self.entries):
            if mark is None or found in wanted:
                yield offset, found

    def encode(self) -> bytes:
        """As it is kept."""
        raw = _HEAD.pack(_MAGIC, self.of, self.end, self.last) + self.entries
        return raw + _digest(raw)


def decode(raw: bytes, of: bytes) -> Places | None:
    """What was kept of that log; None: it is another's, or not whole."""
    body, digest = raw[:-_DIGEST], raw[-_DIGEST:]
    if _digest(body) != digest or len(body) < _HEAD.size:
        return None
    magic, whose, end, last = _HEAD.unpack_from(body)
    entries = bytearray(body[_HEAD.size :])
    if magic != _MAGIC or whose != of or len(entries) % _ENTRY.size:
        return None
    return Places(of, end, last, entries)


def log_of(secret: bytes, *names: str) -> bytes:
    """One partition of one topic of one cluster, with marks by that secret."""
    return blake2b("\n".join(names).encode(), key=_key(secret), digest_size=_DIGEST).digest()


def mark_of(secret: bytes, key: bytes | None) -> bytes:
    """The mark of whom the key is the number of."""
    if key is None:
        return FOR_ALL
    return blake2b(key, key=_key(secret), digest_size=len(FOR_ALL)).digest()


def seen(record: Record) -> bytes:
    """What tells that record from any other that could stand in its place."""
    parts = (str(record.timestamp_ms).encode(), record.key or b"", record.value or b"")
    headers = (part for name, value in record.headers for part in (name.encode(), value))
    whole = blake2b(digest_size=_DIGEST)
    for part in (*parts, *headers):
        whole.update(len(part).to_bytes(4) + part)
    return whole.digest()


def _key(secret: bytes) -> bytes:
    return blake2b(secret, person=b"places").digest()


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=_DIGEST).digest()
