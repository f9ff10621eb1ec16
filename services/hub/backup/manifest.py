"""What a backup holds, and whether it still does.

The manifest is written last and as one piece, so whatever ends half way leaves the backup of
before; what no manifest names is rubbish. It holds names, offsets and digests, nobody's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from services.hub.backup import segments
from services.hub.backup.segments import Segment
from services.hub.broker.private import write_private
from services.runtime.faults import Stop

FORMAT = 1
MANIFEST = "manifest.json"
HOME = "home"
"""Folder of the installation's own files in a backup."""

Done = dict[str, dict[str, dict[int, int]]]
"""Group → topic → partition → the offset before which it was told all is done."""


class Topic(BaseModel):
    """A topic as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    configs: dict[str, str]
    spans: tuple[tuple[int, int], ...]
    """By partition: the first offset that was still there, and the one after the last."""
    gapless: bool
    """Whether each offset between them has a record."""


class Manifest(BaseModel):
    """All of one backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    installation: str
    """Tells installations apart; nothing can be told from it."""
    lineage: str
    """Which life of its cluster: after a restore the same offsets may hold other things."""
    prefix: str
    epoch: int
    """Of the inboxes."""
    run: int
    """How often this backup was added to."""
    began_at: datetime
    """All that was said before this instant is in it."""
    made_at: datetime
    topics: dict[str, Topic]
    segments: tuple[Segment, ...]
    rows: Segment | None
    """The rows of tracking; everybody else's are made anew."""
    done: Done
    files: dict[str, str]
    """Digest by path under `home/`."""

    def of(self, topic: str, partition: int = 0) -> list[Segment]:
        """The segments of a partition, in order."""
        mine = [s for s in self.segments if (s.topic, s.partition) == (topic, partition)]
        return sorted(mine, key=lambda segment: segment.first)

    @property
    def records(self) -> int:
        """In all segments."""
        return sum(segment.records for segment in self.segments)

    @property
    def size_bytes(self) -> int:
        """Of all segments."""
        return sum(segment.size_bytes for segment in self.segments)


def installation_of(reference_secret: bytes) -> str:
    """The name of the installation with that secret."""
    return blake2b(reference_secret, digest_size=16, person=b"hub-installatio").hexdigest()


def load(folder: Path) -> Manifest:
    """The manifest of the backup in that folder.

    Raises:
        Stop: there is none, or not one this build knows.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError:
        raise Stop(
            f"{folder} holds no whole backup: it has no {MANIFEST}. A first backup that was ended "
            "half way looks like this; take it again, or use another backup"
        ) from None
    except ValidationError:
        raise Stop(
            f"{folder / MANIFEST} is not what this build writes: use another backup, or the build "
            "that made it"
        ) from None


def save(folder: Path, manifest: Manifest) -> None:
    """From here on the backup is this one."""
    write_private(folder / MANIFEST, manifest.model_dump_json(indent=1))


def faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What of the backup is missing or is not what was written, a line each; empty: it is whole.

    Reads every file; for each that is well an empty line is yielded, so that a caller can count.
    """
    for segment in (*manifest.segments, *([manifest.rows] if manifest.rows else [])):
        fault = segments.fault_of(folder, segment)
        yield f"{segment.file} ({segment}) {fault}" if fault else ""
    for name, digest in manifest.files.items():
        yield "" if _digest(folder / HOME / name) == digest else f"{HOME}/{name} is not as written"
    yield from _gaps(manifest)


def file_count(manifest: Manifest) -> int:
    """How many files `faults` looks at."""
    return len(manifest.segments) + len(manifest.files) + (manifest.rows is not None)


def _digest(path: Path) -> str:
    try:
        return segments.digest_of(path)
    except OSError:
        return ""


def _gaps(manifest: Manifest) -> Iterator[str]:
    """Offsets that have to be there and are in no segment."""
    by_place = _by_place(manifest.segments)
    for name, topic in manifest.topics.items():
        for partition, (first, end) in enumerate(topic.spans):
            if not topic.gapless or first == end:
                continue
            place = f"{name}[{partition}]"
            held = by_place.get((name, partition), [])
            if not held or held[0].first > first or held[-1].end != end:
                yield f"{place} does not reach from {first} to {end}"
            if any(before.end != after.first for before, after in pairwise(held)):
                yield f"{place} has a gap between two files"
            if any(one.end - one.first != one.records for one in held):
                yield f"{place} has a gap within a file"


def _by_place(held: Iterable[Segment]) -> Mapping[tuple[str, int], list[Segment]]:
    found: dict[tuple[str, int], list[Segment]] = {}
    for segment in sorted(held, key=lambda one: one.first):
        found.setdefault((segment.topic, segment.partition), []).append(segment)
    return found
