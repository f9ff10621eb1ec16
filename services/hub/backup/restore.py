"""A hub put back from a backup into a cluster that holds none of it.

    checked whole → secrets and files laid → broker → topics filled to the cut → groups told
    → our services' rights → rows made anew → a new epoch of all inboxes

No agency is let in: `hub up` does that. What ends half way is begun again by the same command.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.base import Fact
from schemas.log import AgreementsAdopted
from services.agreements import apply as applying
from services.agreements import epochs, live
from services.agreements.adopt import tell
from services.agreements.broker_plan import Scope
from services.agreements.broker_plan import Topic as WantedTopic
from services.agreements.compile import Agreements
from services.agreements.epochs import Epoch
from services.agreements.versions import Versions
from services.hub.backup import secrets as secret_file
from services.hub.backup.cut import READERS, Cut
from services.hub.backup.manifest import (
    HOME,
    Done,
    Manifest,
    faults,
    file_count,
    installation_of,
    load,
)
from services.hub.backup.picture import Picture
from services.hub.backup.refill import WHILE_FILLING, Filler, begin_at
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import private_directory, write_private
from services.hub.rebuild.run import put, rebuild
from services.hub.start import broker
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.rows import META

Say = Callable[[str], None]
Progress = Callable[[str, int, int], None]
"""(what, done, in all)."""

MARGIN = timedelta(minutes=1)
"""Clocks differ so much at most: what was said so long before the backup is said again too."""
GONE_S = 60.0


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    epoch: int
    records: int
    empty: int
    """Offsets of records that were past their retention, filled and deleted."""
    cut: int
    """Records left out: they are said again by our services."""
    rows: int
    holds_all_said_before: datetime
    say_again_since: datetime
    took_s: float


def restore(
    folder: Path,
    home: Path,
    secrets: Path | None,
    passphrase: str,
    say: Say,
    progress: Progress,
    *,
    owner_pid: int = 0,
    decide: Callable[[Cluster], Fact | None] = lambda _: None,
) -> Restored:
    """The hub of that backup stands in the cluster of that home, ready for `hub up`.

    With `owner_pid` a broker started for it ends when that process does. `decide` gives the act by
    which people allow it, or raises; the hub is told of it when it is there.

    Raises:
        Stop: why it cannot be, and what to do; a cluster that holds a hub is not touched.
        BrokerFault: no broker is to be had.
        Unavailable, KafkaException: the broker did not answer or refused; run it again.
    """
    began = time.monotonic()
    manifest = checked(folder, progress)
    _lay(folder, home, manifest, secrets, passphrase)
    cluster = broker(home, say, owner_pid)
    act = decide(cluster)
    agreements = Versions(home / "agreements").latest()
    _emptied(cluster, manifest, say)
    picture = Picture(folder, manifest, cluster.names)
    picked = picture.cut()
    _check_agreements(home, picture, picked)
    say("Filling the topics …")
    records, empty = _filled(cluster, picture, picked, progress)
    _tell_groups(cluster, manifest, picked)
    applying.let_services_in(cluster, agreements)
    rows = _rows(cluster, agreements, picture, say, progress)
    epoch = _opened(cluster, manifest, picture.unfinished_since(picked) - MARGIN)
    (home / epochs.RESTORING).unlink()
    if act is not None:
        tell(cluster, act)
    left_out, took_s = manifest.records - records, time.monotonic() - began
    since = epoch.say_again_since or manifest.began_at
    return Restored(epoch.number, records, empty, left_out, rows, manifest.began_at, since, took_s)


def checked(folder: Path, progress: Progress) -> Manifest:
    """The backup's manifest, after a look at every byte.

    Raises:
        Stop: it is not whole; names what is wrong.
    """
    manifest = load(folder)
    found, total = [], file_count(manifest)
    for number, fault in enumerate(faults(folder, manifest), 1):
        progress("checking", min(number, total), total)
        if fault:
            found.append(fault)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Stop(
            f"{folder} is not whole: {found[0]}{more}. Nothing was restored; use another copy of "
            "this backup, or an earlier one"
        )
    return manifest


def _lay(
    folder: Path, home: Path, manifest: Manifest, secrets: Path | None, passphrase: str
) -> None:
    """Secrets and the installation's own files are in the home.

    Raises:
        Stop: the home is another installation's, or lacks its secrets.
    """
    private_directory(home)
    references = home / secret_file.REFERENCES
    if references.exists() and installation_of(references.read_bytes()) != manifest.installation:
        raise Stop(f"{home} is another installation's than the backup's: give another --home")
    if secrets is not None:
        secret_file.lay(secrets, home, manifest.installation, passphrase)
    elif not references.exists():
        raise Stop(
            f"{home} has no secrets, and without the very same ones everybody the hub knows would "
            "be a stranger: give the file that hub backup --secrets wrote"
        )
    for name in manifest.files:
        target = home / name
        private_directory(target.parent)
        write_private(target, (folder / HOME / name).read_bytes())


def _emptied(cluster: Cluster, manifest: Manifest, say: Say) -> None:
    """The cluster holds nothing of this hub; what an earlier try left is removed.

    Raises:
        Stop: it holds a hub that no restore began.
    """
    marker, mark = cluster.home / epochs.RESTORING, json.dumps({"began": manifest.lineage})
    admin, scope = AdminClient(cluster.admin_config()), Scope(cluster.names)
    there = _topics(admin, scope)
    if there and not marker.exists():
        raise Stop(
            f"the cluster already holds a hub ({len(there)} topics of it): nothing was touched. "
            "Restore into an empty one: another --home, or stop the broker and remove its data"
        )
    if there:
        say("Removing what an earlier restore left …")
        gone = admin.delete_topics(
            there, request_timeout=live.WAIT_S, operation_timeout=live.WAIT_S
        )
        live.wait(gone.values())
        until = time.monotonic() + GONE_S
        while _topics(admin, scope):
            if time.monotonic() > until:
                raise Stop("topics of an earlier restore do not go: run it again")
            time.sleep(0.3)
    write_private(marker, mark)


def _topics(admin: AdminClient, scope: Scope) -> list[str]:
    return [name for name in admin.list_topics(timeout=live.WAIT_S).topics if scope.topic(name)]


def _check_agreements(home: Path, picture: Picture, picked: Cut) -> None:
    """Every version of the agreements that the log says is adopted is here.

    Raises:
        Stop: one is not.
    """
    versions = Versions(home / "agreements")
    for record in picture.kept(picked, picture.names.log, 0):
        if wire.kind_of(record.headers) == AgreementsAdopted.kind():
            fact = wire.decode(record.value or b"")
            if isinstance(fact, AgreementsAdopted):
                versions.get(fact.version)


def _filled(cluster: Cluster, picture: Picture, picked: Cut, progress: Progress) -> tuple[int, int]:
    """Every topic holds what it held up to the cut; records put, and empty ones."""
    topics = picture.manifest.topics
    journals = {name for name, topic in topics.items() if not topic.gapless}
    applying.make(
        cluster, (WantedTopic(n, len(topic.spans), WHILE_FILLING) for n, topic in topics.items())
    )
    filler = Filler(cluster.admin_config())
    firsts = [
        (name, number, min(first, 1) if name in journals else first)
        for name, topic in topics.items()
        for number, (first, _) in enumerate(topic.spans)
    ]
    total, done, records = picture.manifest.records, 0, 0

    def on_progress(count: int) -> None:
        nonlocal done
        done += count
        progress("filling", done, total)

    for name, number, first in firsts:
        kept = picture.kept(picked, name, number)
        records += filler.fill((name, number), first, kept, on_progress) - first
    config = cluster.admin_config()
    begin_at(config, firsts)
    applying.configure(cluster, {name: topic.configs for name, topic in topics.items()})
    return records, sum(first for _, _, first in firsts)


def _tell_groups(cluster: Cluster, manifest: Manifest, picked: Cut) -> None:
    """Each group is told how far it is done: agencies as they were, services up to the cut."""
    names = cluster.names
    told: Done = {group: dict(done) for group, done in manifest.done.items()}
    for service, done in picked.done.items():
        told[names.app(service)] = {topic: dict(parts) for topic, parts in done.items()}
    admin = AdminClient(cluster.admin_config())
    for group, done in told.items():
        places = [
            TopicPartition(topic, number, offset)
            for topic, parts in done.items()
            for number, offset in parts.items()
        ]
        if places:
            asked = [ConsumerGroupTopicPartitions(group, places)]
            answers = admin.alter_consumer_group_offsets(asked, request_timeout=live.WAIT_S)
            live.wait(answers.values())


def _rows(
    cluster: Cluster, agreements: Agreements, picture: Picture, say: Say, progress: Progress
) -> int:
    """Every service has its rows: tracking those it had, the others new ones of the log."""
    applying.renew(cluster, agreements, cluster.names.rows("tracking"))
    asyncio.run(put(cluster, "tracking", {0: picture.rows}))
    rows = sum(key != META for key in picture.rows)
    for service in ("admission", *READERS):
        made = rebuild(
            cluster,
            service,
            say,
            lambda done, total, service=service: progress(service, done, total),  # type: ignore[misc]  # a lambda's default has no annotation
        )
        rows += made.rows
    return rows


def _opened(cluster: Cluster, manifest: Manifest, since: datetime) -> Epoch:
    """The new epoch of all inboxes, which their folders will tell."""
    names = cluster.names
    epoch = Epoch(
        number=max(epochs.read(cluster.home).highest, manifest.epoch) + 1,
        opened_at=datetime.now(UTC),
        say_again_since=since,
        first_offsets={
            topic: held.spans[0][1]
            for topic, held in manifest.topics.items()
            if topic.startswith(names.inbox(""))
        },
    )
    write_private(cluster.home / epochs.EPOCH, epoch.model_dump_json(indent=1))
    return epoch
