"""The drill: a backup of the running hub, restored beside it, run, compared, and taken down."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from services.agreements.versions import Versions
from services.hub.backup import secrets as secret_file
from services.hub.backup.manifest import load
from services.hub.backup.picture import Picture
from services.hub.backup.restore import Progress, Restored, Say, restore
from services.hub.backup.take import Taken, take
from services.hub.broker import process
from services.hub.broker.cluster import Cluster
from services.hub.catalogue import all_services
from services.hub.processes import Layout
from services.hub.proofs import Comparison, Recorded, compare
from services.hub.rest import Lag, until_at_rest
from services.hub.start import bring_up, stop_services
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.topics import Reader

REST_S = 180.0


@dataclass(frozen=True, slots=True)
class Drilled:
    """What the drill came to."""

    rpo_s: float
    """How much of what was just said would have been lost, had the cluster been lost at the end."""
    rto_s: float
    """From nothing to a hub whose processes are all healthy."""
    taken: Taken
    restored: Restored
    log_records: int
    """Compared with the running hub's, byte by byte with their times."""
    lost_notices: int
    """Notices in inboxes, as of the backup, that the restored hub does not hold."""
    not_compared: tuple[str, ...]
    """Services whose words cannot be held against their doing it again: what they said or took
    first is past its retention, or their order is chance."""
    different: tuple[str, ...]
    """What is not the same, a line each; empty: the drill went well."""


def drill(cluster: Cluster, folder: Path, say: Say, progress: Progress) -> Drilled:
    """The backup in that folder is brought up to now, and a second hub stood on it for a while.

    The second hub has a broker and ports of its own on this machine; it is told to nobody.

    Raises:
        Stop, BrokerFault, Unavailable, KafkaException: a step failed, which is the drill's result.
    """
    say("Taking the backup …")
    taken = take(cluster, folder, lambda done, total: progress("backing up", done, total))
    with tempfile.TemporaryDirectory(prefix="hub-drill-", ignore_cleanup_errors=True) as place:
        secrets, home = Path(place) / "secrets.tar.gz", Path(place) / "hub"
        secret_file.keep(cluster.home, secrets)
        lost_at = datetime.now(UTC)
        with _beside(home):
            restored = restore(folder, home, secrets, "", say, progress, owner_pid=os.getpid())
            scratch = Cluster.load(home, {})
            say("Comparing the logs …")
            compared, differs = _log(cluster, scratch)
            say("Starting its services …")
            agreements = home / "agreements" / Versions(home / "agreements").latest().version
            up_began = time.monotonic()
            bring_up(home, agreements, say, Layout(tick_s=5.0), owner_pid=os.getpid())
            rto_s = restored.took_s + time.monotonic() - up_began
            say("Waiting until it has done what was left …")
            services = all_services(home, scratch.names)
            with closing(Lag(scratch, services)) as lag:
                asyncio.run(until_at_rest(lag, within_s=REST_S, ticking=LOG_PARTITIONS))
            picture = Picture(folder, load(folder), scratch.names)
            lost = _lost(picture, scratch)
            say("Feeding each service its log again …")
            comparisons, not_compared = _again(scratch, picture)
    rpo_s = (lost_at - taken.holds_all_said_before).total_seconds()
    # What was told after the cut stands in an inbox as it was told; told again, it is due anew.
    lines = [line for one in comparisons for line in one.different]
    wrong = [line for line in lines if not line.startswith(cluster.names.inbox(""))]
    wrong += [differs] if differs else []
    wrong += [f"{lost} notices are not told any more"] if lost else []
    return Drilled(rpo_s, rto_s, taken, restored, compared, lost, tuple(not_compared), tuple(wrong))


@contextmanager
def _beside(home: Path) -> Iterator[None]:
    """A broker of its own, whatever cluster the environment names, and nothing left of it."""
    if os.environ.get("HUB_BOOTSTRAP_SERVERS"):
        raise Stop(
            "the drill starts a broker of its own beside the hub: run it without "
            "HUB_BOOTSTRAP_SERVERS, or restore into a second cluster by hand"
        )
    try:
        yield
    finally:
        stop_services(home, lambda _: None)
        process.stop(home)


def _log(cluster: Cluster, scratch: Cluster) -> tuple[int, str]:
    """How many records of the two logs are the same, and what differs."""
    same = 0
    with (
        closing(Reader(cluster.admin_config())) as ours,
        closing(Reader(scratch.admin_config())) as theirs,
    ):
        for number in range(LOG_PARTITIONS):
            restored = list(theirs.part(scratch.names.log, number))
            stands = list(ours.part(cluster.names.log, number, len(restored)))
            if _digest(stands) != _digest(restored):
                return same, f"{cluster.names.log}[{number}] is not what the running hub's is"
            same += len(restored)
    return same, ""


def _digest(records: list[Record]) -> bytes:
    whole = blake2b(digest_size=32)
    for one in records:
        whole.update(repr((one.offset, one.timestamp_ms, one.key, one.value, one.headers)).encode())
    return whole.digest()


def _lost(picture: Picture, scratch: Cluster) -> int:
    """How many notices that stood in an inbox when the backup was taken are in none now."""
    inbox, lost = scratch.names.inbox(""), 0
    with closing(Reader(scratch.admin_config())) as reader:
        for topic in picture.manifest.topics:
            if topic.startswith(inbox):
                told = {record.header("ce_id") for record in picture.read(topic, 0)}
                lost += len(told - {record.header("ce_id") for record in reader.part(topic, 0)})
    return lost


def _again(scratch: Cluster, picture: Picture) -> tuple[list[Comparison], list[str]]:
    """Each service that reads the log, against its doing all again; and who cannot be compared."""
    agreements = Versions(scratch.home / "agreements").latest()
    done, not_compared = [], []
    with closing(Recorded(scratch, agreements)) as recorded:
        for service in all_services(scratch.home, scratch.names):
            begun = (picture.manifest.topics.get(topic) for topic in service.writes)
            if service.journaled or any(held and held.spans[0][0] for held in begun):
                not_compared.append(service.name)
            else:
                done.append(asyncio.run(compare(recorded, service)))
    return done, not_compared
