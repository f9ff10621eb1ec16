"""A backup taken of a running hub, or the last one brought up to now.

Nobody is stopped. What makes it one picture is the order in which ends are noted, effects before
their causes (decision 9): how far groups are done and what tracking keeps; the door's journal; the
log; what was said and told. Then everything before those ends is read, as far as it is not here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from confluent_kafka.admin import AdminClient

from services.agreements import epochs, live
from services.agreements.broker_plan import Scope
from services.agreements.suspended import SUSPENDED
from services.agreements.versions import Versions
from services.agreements.withdrawal import PENDING
from services.hub.backup import segments
from services.hub.backup.manifest import (
    HOME,
    MANIFEST,
    Done,
    Manifest,
    Topic,
    installation_of,
    load,
    save,
)
from services.hub.backup.segments import Segment
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import private_directory, try_hold, write_private
from services.hub.catalogue import all_services
from services.hub.rules.in_force import FILE as RULES_IN_FORCE
from services.runtime import topics
from services.runtime.faults import Stop
from services.runtime.installed import IN_USE, INSTALLED
from services.runtime.names import SERVICES, Names
from services.runtime.records import Record
from services.runtime.rows import META, Meta
from services.runtime.topics import Reader

Progress = Callable[[int, int], None]
"""Records done, and how many there are."""

LAST_BACKUP = "last-backup"
"""The file of an installation that says when its last backup began."""
SEGMENT = 200_000
"""At most so many records in a file."""
ROWS_TRIES = 5
_CONFIGS = (
    "cleanup.policy",
    "compression.type",
    "max.message.bytes",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "retention.bytes",
    "retention.ms",
    "segment.bytes",
    "segment.ms",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was added, and what the backup holds now."""

    folder: str
    run: int
    new_records: int
    dropped_records: int
    """Gone from the hub by their retention, and therefore from the backup."""
    records: int
    size_bytes: int
    holds_all_said_before: datetime
    took_s: float


def take(cluster: Cluster, folder: Path, progress: Progress) -> Taken:
    """All of the hub up to now is in that folder, closed to others.

    Raises:
        Stop: the folder is another installation's or an earlier life's, another backup is under
            way, or the hub does not hold what it should.
        Unavailable: the broker does not answer.
        OSError: the disk is full; the backup of before is as it was.
    """
    began = time.monotonic()
    private_directory(folder)
    lock = try_hold(folder / ".lock")
    if lock is None:
        raise Stop(f"another backup into {folder} is under way")
    try:
        admin = AdminClient(cluster.admin_config())
        before = _before(cluster, admin, folder)
        with closing(Reader(cluster.admin_config())) as reader:
            made, dropped, new = _taken(cluster, admin, reader, folder, before, progress)
        save(folder, made)
        write_private(cluster.home / LAST_BACKUP, made.began_at.isoformat())
        _sweep(folder, made)
    finally:
        os.close(lock)
    took_s = time.monotonic() - began
    return Taken(
        str(folder), made.run, new, dropped, made.records, made.size_bytes, made.began_at, took_s
    )


def _before(cluster: Cluster, admin: AdminClient, folder: Path) -> Manifest:
    """The backup so far, or an empty one of this hub.

    Raises:
        Stop: it is not of this hub.
    """
    epoch = epochs.read(cluster.home).number
    now = datetime.now(UTC)
    described = admin.describe_cluster(request_timeout=live.WAIT_S).result(timeout=live.WAIT_S)
    empty = Manifest(
        installation=installation_of((cluster.home / "secrets" / "references").read_bytes()),
        lineage=f"{described.cluster_id}/{epoch}",
        prefix=cluster.names.prefix,
        epoch=epoch,
        run=0,
        began_at=now,
        made_at=now,
        topics={},
        segments=(),
        rows=None,
        done={},
        files={},
    )
    if not (folder / MANIFEST).exists():
        return empty
    found = load(folder)
    if (found.installation, found.prefix) != (empty.installation, empty.prefix):
        raise Stop(f"{folder} is the backup of another installation: give another folder")
    if found.lineage != empty.lineage:
        raise Stop(
            f"{folder} was taken before the hub was last restored or its cluster replaced, so its "
            "offsets may hold other things: keep it, and give a new folder"
        )
    if damaged := [one.file for one in found.segments if not segments.has_its_length(folder, one)]:
        raise Stop(
            f"{folder} has lost {damaged[0]}, or a part of it: keep it, and give a new folder"
        )
    return found


def _taken(
    cluster: Cluster,
    admin: AdminClient,
    reader: Reader,
    folder: Path,
    before: Manifest,
    progress: Progress,
) -> tuple[Manifest, int, int]:
    """The new manifest, how many records fell away, and how many came."""
    names, run, began_at = cluster.names, before.run + 1, datetime.now(UTC)
    private_directory(folder / "segments")
    done = _done(cluster)
    rows = _rows(reader, folder, names.rows("tracking"), run)
    found = live.read(cluster.admin_config(), Scope(names)).topics
    ordered = sorted(found, key=lambda name: (_rank(names, name), name))
    changelogs = {names.rows(service) for service in SERVICES}
    spans = {
        name: [reader.ends(name, number) for number in range(found[name].partitions)]
        for name in ordered
        if name not in changelogs
    }
    if any(first for first, _ in spans[names.log]):
        raise Stop(f"{names.log} does not begin at 0 any more: look at its retention")
    journals = {names.journal(service) for service in SERVICES}
    parts = [_part(before, t, n, span) for t, mine in spans.items() for n, span in enumerate(mine)]
    kept, fresh = _read(reader, folder, parts, journals, run, progress)
    made = before.model_copy(
        update={
            "run": run,
            "began_at": began_at,
            "made_at": datetime.now(UTC),
            "topics": {
                name: Topic(
                    configs={key: found[name].configs[key] for key in _CONFIGS},
                    spans=tuple(
                        _held(kept, fresh, name, number, span) for number, span in enumerate(mine)
                    ),
                    gapless=name not in journals,
                )
                for name, mine in spans.items()
            },
            "segments": (*kept, *fresh),
            "rows": rows,
            "done": done,
            "files": _files(cluster.home, folder),
        }
    )
    new = sum(segment.records for segment in fresh)
    return made, before.records - sum(segment.records for segment in kept), new


def _rank(names: Names, topic: str) -> int:
    """Effects before causes: whose end is noted first."""
    if topic == names.journal("admission"):
        return 0
    if topic == names.journal("tracking"):
        return 1
    return 2 if topic == names.log else 3


def _done(cluster: Cluster) -> Done:
    """How far every group was told it is done."""
    names, config = cluster.names, cluster.admin_config()
    groups = {
        service.app_id: [(t, n) for t in service.sources for n in range(service.partitions)]
        for service in all_services(cluster.home, names)
    }
    for slug in Versions(cluster.home / "agreements").latest().agencies:
        groups[names.agency_user(slug)] = [(names.inbox(slug), 0), (names.dead(slug), 0)]
    return {group: topics.done(config, group, places) for group, places in groups.items()}


def _rows(reader: Reader, folder: Path, topic: str, run: int) -> Segment | None:
    """All rows of a changelog of one partition, with the positions they stand for.

    Raises:
        Stop: they do not come to rest.
    """
    for _ in range(ROWS_TRIES):
        table = reader.table(topic)[0]
        meta = Meta.model_validate_json(table.get(META, b"{}"))
        # The broker may compact away what a row was before what it became is read.
        if meta.count is None or meta.count == len(table) - 1:
            records = (
                Record(topic, 0, number, 0, key.encode(), value)
                for number, (key, value) in enumerate(table.items())
            )
            return segments.write(folder, f"segments/{topic}-{run}.avro", records)
    raise Stop(f"{topic} is not whole: run hub rebuild tracking, then the backup again")


@dataclass(frozen=True, slots=True)
class _Part:
    """What is to be read of one partition."""

    topic: str
    number: int
    held: list[Segment]
    """What of it is here already and still counts."""
    since: int
    end: int


def _read(
    reader: Reader,
    folder: Path,
    parts: list[_Part],
    journals: Collection[str],
    run: int,
    progress: Progress,
) -> tuple[list[Segment], list[Segment]]:
    """Segments of before that still count, and new ones."""
    kept: list[Segment] = []
    fresh: list[Segment] = []
    total, done = sum(part.end - part.since for part in parts), 0
    for part in parts:
        new = []
        for segment in _written(reader, folder, part, run):
            new.append(segment)
            progress(done + segment.end - part.since, total)
        # If its beginning went by retention while it was read, what is before that is gone too.
        gone = new and new[0].first > part.since and part.topic not in journals
        kept += [] if gone else part.held
        fresh += new
        done += part.end - part.since
        progress(done, total)
    return kept, fresh


def _part(before: Manifest, topic: str, number: int, span: tuple[int, int]) -> _Part:
    first, end = span
    held = [one for one in before.of(topic, number) if one.end > first]
    since = max(first, held[-1].end if held else first)
    if since > end:
        raise Stop(f"{topic}[{number}] holds less than its backup: give a new folder")
    return _Part(topic, number, held, since, end)


def _written(reader: Reader, folder: Path, part: _Part, run: int) -> Iterator[Segment]:
    if part.since == part.end:
        return
    records = reader.part(part.topic, part.number, part.end, part.since)
    for file in count():
        name = f"{part.topic}-{part.number}-{part.since:020}-{run}-{file}.avro"
        segment = segments.write(folder, f"segments/{name}", islice(records, SEGMENT))
        if segment is None:
            return
        yield segment


def _held(
    kept: Iterable[Segment], fresh: Iterable[Segment], name: str, number: int, span: tuple[int, int]
) -> tuple[int, int]:
    """The span as it was read: its beginning may have gone by retention since it was noted."""
    first, end = span
    held = [one.first for one in (*kept, *fresh) if (one.topic, one.partition) == (name, number)]
    return (max(first, min(held, default=end)), end)


def _files(home: Path, folder: Path) -> dict[str, str]:
    """The installation's own files but its secrets, copied, with their digests."""
    found = [path for path in sorted((home / "agreements").rglob("*")) if path.is_file()]
    kept = (INSTALLED, IN_USE, RULES_IN_FORCE, epochs.EPOCH, SUSPENDED, PENDING)
    found += [path for name in kept if (path := home / name).exists()]
    copied = {}
    for path in found:
        name = path.relative_to(home).as_posix()
        copy = folder / HOME / name
        private_directory(copy.parent)
        write_private(copy, path.read_bytes())
        copied[name] = segments.digest_of(copy)
    return copied


def _sweep(folder: Path, manifest: Manifest) -> None:
    """What no manifest names is gone: what is past its retention must not outlive it here."""
    named = {segment.file for segment in manifest.segments}
    if manifest.rows is not None:
        named.add(manifest.rows.file)
    for path in (folder / "segments").iterdir():
        if path.relative_to(folder).as_posix() not in named:
            path.unlink()
