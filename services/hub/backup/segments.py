"""Records of one partition in a file: an Avro object container, which any Avro tool opens.

A file is written once, under a name of its own, and known by its length and digest ever after.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from fastavro import parse_schema, reader, writer
from pydantic import BaseModel, ConfigDict, Field

from services.runtime.faults import Stop
from services.runtime.records import Record

_BYTES_OR_NONE = ["null", "bytes"]
_SCHEMA = parse_schema(
    {
        "type": "record",
        "name": "Record",
        "namespace": "mappa_hub.backup",
        "doc": "A record as it stands in a topic of the broker.",
        "fields": [
            {"name": "offset", "type": "long"},
            {"name": "timestamp_ms", "type": "long"},
            {"name": "key", "type": _BYTES_OR_NONE},
            {"name": "value", "type": _BYTES_OR_NONE},
            {
                "name": "headers",
                "type": {
                    "type": "array",
                    "items": {
                        "type": "record",
                        "name": "Header",
                        "fields": [
                            {"name": "name", "type": "string"},
                            {"name": "value", "type": "bytes"},
                        ],
                    },
                },
            },
        ],
    }
)


class Segment(BaseModel):
    """One file: which records of which partition it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    """Relative to the backup's folder."""
    topic: str
    partition: int = Field(ge=0)
    first: int = Field(ge=0)
    """Offset of its first record."""
    end: int = Field(ge=0)
    """The offset after its last."""
    records: int = Field(ge=1)
    size_bytes: int
    digest: str

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.first}"


def write(folder: Path, file: str, records: Iterable[Record]) -> Segment | None:
    """The records are in that file and on the disk; None: there were none, and there is no file.

    Raises:
        OSError: the disk is full, or cannot be written; no part of the file is left.
    """
    path = folder / file
    counted = _Counted(records)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            writer(out, _SCHEMA, map(_as_avro, counted), codec="deflate")
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if counted.last is None or counted.first is None:
        path.unlink()
        return None
    return Segment(
        file=file,
        topic=counted.last.topic,
        partition=counted.last.partition,
        first=counted.first.offset,
        end=counted.last.offset + 1,
        records=counted.count,
        size_bytes=path.stat().st_size,
        digest=digest_of(path),
    )


def read(folder: Path, segment: Segment) -> Iterator[Record]:
    """Its records; to be checked first.

    Raises:
        Stop: it is not what was written.
    """
    with (folder / segment.file).open("rb") as source:
        for row in reader(source):
            if not isinstance(row, dict):
                raise Stop(f"{segment.file} holds something else than records")
            yield _as_record(segment, row)


def has_its_length(folder: Path, segment: Segment) -> bool:
    """Whether the file is there with as many bytes as were written; says nothing of them."""
    try:
        return (folder / segment.file).stat().st_size == segment.size_bytes
    except OSError:
        return False


def fault_of(folder: Path, segment: Segment) -> str:
    """What is wrong with the file, or empty."""
    path = folder / segment.file
    with suppress(OSError):
        if path.stat().st_size != segment.size_bytes:
            return "has another length than was written"
        return "" if digest_of(path) == segment.digest else "is not what was written: bytes differ"
    return "is missing, or cannot be read"


def digest_of(path: Path) -> str:
    """What tells the file's content from any other."""
    whole = blake2b(digest_size=32)
    with path.open("rb") as source:
        while part := source.read(1 << 20):
            whole.update(part)
    return whole.hexdigest()


class _Counted:
    """Records on their way into a file."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = records
        self.first: Record | None = None
        self.last: Record | None = None
        self.count = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.first = self.first or record
            self.last = record
            self.count += 1
            yield record


def _as_avro(record: Record) -> dict[str, Any]:
    return {
        "offset": record.offset,
        "timestamp_ms": record.timestamp_ms,
        "key": record.key,
        "value": record.value,
        "headers": [{"name": name, "value": value} for name, value in record.headers],
    }


def _as_record(segment: Segment, row: dict[str, Any]) -> Record:
    return Record(
        segment.topic,
        segment.partition,
        row["offset"],
        row["timestamp_ms"],
        row["key"],
        row["value"],
        tuple((one["name"], one["value"]) for one in row["headers"]),
    )
