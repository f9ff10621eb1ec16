"""The rows of one partition: what a service keeps, and how it stands in the changelog."""

from __future__ import annotations

import heapq
import json
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from services.runtime.decision import State
from services.runtime.faults import RowsUnusable

VERSION = 1
MAX_ROW = 900_000
"""The longest row; the broker takes records of 1 MiB."""
_HEAD = struct.Struct(">BqI")
"""Version, when to wake, and how many records wait; then their offsets, then the state."""
_OFFSET = struct.Struct(">q")
_NEVER = -1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

META = "@"
"""The key of the partition's own row; no other key begins with it."""

StateOf = Callable[[str], type[State]]
"""The type of state kept under a key."""


class Meta(BaseModel):
    """How far the rows have come: they hold the effect of everything before these positions."""

    model_config = ConfigDict(extra="forbid")

    positions: dict[str, int] = {}
    """Source topic → next offset to read."""
    heard: dict[str, tuple[int, int, str]] = {}
    """Writer's trigger stream → offset, part and digest of the last record taken from it."""
    adopted: dict[str, str] = {}
    """`rules`, `agreements`, `build` → the version in force."""
    crashed: dict[str, int] = {}
    """`topic@offset` of a record the process ended at → how many processes did."""
    now_us: int | None = None
    """The last Tick, microseconds since 1970."""
    count: int | None = None
    """How many rows stand beside this one; None: it was not counted."""
    shape: str = ""
    """That of the types of state of the build that kept rows last."""

    def copied(self) -> Meta:
        """Another with the same content; what changes in one does not in the other."""
        dicts = ("positions", "heard", "adopted", "crashed")
        return self.model_copy(update={name: dict(getattr(self, name)) for name in dicts})

    @property
    def now(self) -> datetime | None:
        """The last Tick."""
        return None if self.now_us is None else _EPOCH + timedelta(microseconds=self.now_us)


@dataclass(frozen=True, slots=True)
class Kept:
    """A row in memory: its state, when it wants to be woken, and what waits if it is held."""

    state: Any
    wake_us: int | None = None
    waits: tuple[int, ...] = ()
    """Offsets in the log of the record a rule failed on and of what came after it."""

    @property
    def held_at(self) -> int | None:
        """Where a rule failed; None: the row is not held."""
        return self.waits[0] if self.waits else None


def shape_of(states: Iterable[type[BaseModel]]) -> str:
    """A fingerprint of what these types of state hold: another means rows of another version."""
    described = {one.__name__: one.model_json_schema() for one in states}
    return blake2b(json.dumps(described, sort_keys=True).encode(), digest_size=8).hexdigest()


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def encode_row(row: Kept) -> bytes:
    """A row as it stands in the changelog."""
    head = _HEAD.pack(
        VERSION,
        _NEVER if row.wake_us is None else row.wake_us,
        len(row.waits),
    )
    head += b"".join(map(_OFFSET.pack, row.waits))
    return head if row.state is None else head + row.state.model_dump_json().encode()


def decode_row(raw: bytes, state_type: type[State]) -> Kept:
    """The row those bytes stand for.

    Raises:
        RowsUnusable: a version this build does not know, or a state another build kept.
    """
    version, wake, count = _HEAD.unpack_from(raw)
    if version != VERSION:
        raise _unknown(version)
    body = raw[_HEAD.size + count * _OFFSET.size :]
    return Kept(
        state=_state(body, state_type) if body else None,
        wake_us=None if wake == _NEVER else wake,
        waits=waits_of(raw),
    )


def _state(body: bytes, state_type: type[State]) -> State:
    fault = None
    try:
        return state_type.model_validate_json(body)
    except ValidationError:
        fault = RowsUnusable(
            "a row another build kept, which this one cannot read: run hub rebuild"
        )
    raise fault


def waits_of(raw: bytes) -> tuple[int, ...]:
    """What waits for the row's person, without a look at the state."""
    count = _HEAD.unpack_from(raw)[2]
    offsets = raw[_HEAD.size : _HEAD.size + count * _OFFSET.size]
    return tuple(offset for (offset,) in _OFFSET.iter_unpack(offsets))


def _unknown(version: int) -> RowsUnusable:
    return RowsUnusable(f"a row of version {version}; this build knows {VERSION}")


class RowStore:
    """All rows of one partition in memory, decoded when first looked at.

    Where another build kept them, with another shape of state, all are looked at here: what cannot
    be read shows when the partition is taken, not when its person is spoken of next.

    Raises:
        RowsUnusable: rows or positions of a version this build does not know.
    """

    def __init__(self, state_of: StateOf, raw: Mapping[str, bytes], shape: str = "") -> None:
        self._state_of = state_of
        self.shape = shape
        self._raw = dict(raw)
        self._rows: dict[str, Kept] = {}
        self.meta = _meta(self._raw.pop(META, None))
        for row in self._raw.values():
            if row[:1] != bytes([VERSION]) or len(row) < _HEAD.size:
                raise _unknown(row[0] if row else 0)
        if self.meta.shape != shape:
            for key, row in self._raw.items():
                decode_row(row, state_of(key))
        self._wakes = [
            (wake, key)
            for key, row in self._raw.items()
            if (wake := _HEAD.unpack_from(row)[1]) != _NEVER
        ]
        heapq.heapify(self._wakes)

    @property
    def whole(self) -> bool:
        """Whether these are all rows there were when the last batch was saved."""
        if self.meta.count is None:
            return bool(self.meta.positions) or not len(self)
        return self.meta.count == len(self)

    def __contains__(self, key: object) -> bool:
        return key in self._raw or key in self._rows

    def __len__(self) -> int:
        return len(self._raw) + len(self._rows)

    def keys(self) -> Iterator[str]:
        """Every key there is."""
        yield from self._raw
        yield from self._rows

    def get(self, key: str) -> Kept | None:
        """The row under that key."""
        row = self._rows.get(key)
        if row is None and (raw := self._raw.get(key)) is not None:
            row = self._rows[key] = decode_row(raw, self._state_of(key))
            del self._raw[key]
        return row

    def put(self, key: str, row: Kept | None) -> None:
        """Keep that row, or none, under the key."""
        self._raw.pop(key, None)
        if row is None:
            self._rows.pop(key, None)
            return
        self._rows[key] = row
        if row.wake_us is not None:
            heapq.heappush(self._wakes, (row.wake_us, key))

    def due(self, now_us: int) -> list[str]:
        """Keys that want to be woken by now, earliest first, each once. Not taken off the list."""
        found: list[tuple[int, str]] = []
        while self._wakes and self._wakes[0][0] <= now_us:
            wake, key = heapq.heappop(self._wakes)
            row = self.get(key)
            if row is not None and row.wake_us == wake and (wake, key) not in found[-1:]:
                found.append((wake, key))
        for entry in found:
            heapq.heappush(self._wakes, entry)
        return list(dict.fromkeys(key for _, key in found))


def _meta(raw: bytes | None) -> Meta:
    if raw is None:
        return Meta()
    try:
        return Meta.model_validate_json(raw)
    except ValidationError:
        raise RowsUnusable("positions that this build cannot read") from None


_UNTOUCHED: Any = object()


class Working:
    """A working copy over a store: changes are seen by later decisions, kept only on `apply`."""

    def __init__(self, store: RowStore) -> None:
        self._store = store
        self.changed: dict[str, Kept | None] = {}
        self.meta = store.meta.copied()
        self._before: dict[str, Kept | None] = {}
        self._encoded: dict[str, tuple[Kept, bytes]] = {}
        self._now_before = self.meta.now_us

    def begin(self) -> None:
        """What changes from here on belongs to one record: all of it is kept, or none."""
        self._before.clear()
        self._now_before = self.meta.now_us

    def put(self, key: str, row: Kept | None) -> None:
        """Change that row; None removes it."""
        self._before.setdefault(key, self.changed.get(key, _UNTOUCHED))
        self.changed[key] = row

    def fits(self, key: str, row: Kept) -> bool:
        """Whether the broker takes that row; its bytes are kept for when it is written."""
        raw = encode_row(row)
        self._encoded[key] = (row, raw)
        return len(raw) <= MAX_ROW

    def undo(self) -> None:
        """Take back what changed since `begin`."""
        for key, row in self._before.items():
            if row is _UNTOUCHED:
                del self.changed[key]
            else:
                self.changed[key] = row
        self.meta.now_us = self._now_before

    def row(self, key: str) -> Kept | None:
        """The row as this batch left it so far."""
        if key in self.changed:
            return self.changed[key]
        return self._store.get(key)

    def get(self, key: str) -> Any:  # noqa: ANN401
        """The state under that key, for rules that look beyond their own row."""
        row = self.row(key)
        return None if row is None else row.state

    def due(self, now_us: int) -> list[str]:
        """Keys to wake by now, those this batch changed included.

        In the order of keys, not of when each wanted to be woken: that depends on all a person is
        waited for by anybody, and whoever hears of two people would see it by who comes first.
        """
        wakes = {
            key: row.wake_us
            for key in self._store.due(now_us)
            if (row := self.row(key)) is not None and row.wake_us is not None and not row.waits
        }
        for key, row in self.changed.items():
            if row is not None and row.wake_us is not None and not row.waits:
                wakes[key] = row.wake_us
        return sorted(key for key, wake in wakes.items() if wake <= now_us)

    def encoded(self) -> dict[str, bytes | None]:
        """What has to be written to the changelog, the partition's own row last."""
        rows: dict[str, bytes | None] = {
            key: None if row is None else self._bytes(key, row) for key, row in self.changed.items()
        }
        more = sum((row is not None) - (key in self._store) for key, row in self.changed.items())
        self.meta.count = len(self._store) + more
        self.meta.shape = self._store.shape
        rows[META] = self.meta.model_dump_json().encode()
        return rows

    def _bytes(self, key: str, row: Kept) -> bytes:
        known = self._encoded.get(key)
        return known[1] if known is not None and known[0] is row else encode_row(row)

    def apply(self) -> None:
        """Make the changes the store's own; called once they are durable."""
        for key, row in self.changed.items():
            self._store.put(key, row)
        self._store.meta = self.meta
