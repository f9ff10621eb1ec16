"""A service's rows made anew: replayed in memory, checked, and put in place of the old ones.

Nothing is said again, and nothing left unsaid: the rows come to stand where it is known that all
was said, and from there the service goes on as after any crash. What stands in the changelog is not
looked at. Until all is checked it stays as it is; from then on, until the new rows are whole, a
worker that takes a partition sees that rows are lost, and stops.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from uuid import UUID

from confluent_kafka.admin import AdminClient

from schemas.log import PersonHeld
from services.agreements import apply as applying
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.catalogue import all_services
from services.hub.proofs import Recorded
from services.hub.rebuild.by_door import kept_by_the_door
from services.hub.rebuild.by_journal import check_ended, kept_by_journal
from services.hub.rebuild.by_log import kept_by_log, said_held, whole
from services.hub.start import held_back
from services.runtime import topics
from services.runtime.faults import Stop
from services.runtime.history import KafkaHistory
from services.runtime.installed import build_fingerprint, build_since
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.rowlog import KafkaRowLog
from services.runtime.rows import META
from services.runtime.service import Service, worker_of

Say = Callable[[str], None]
Progress = Callable[[int, int], None]
"""Records done, and how many there are."""

_LOG = range(LOG_PARTITIONS)
AT_ONCE = 1000
"""Rows written in one transaction."""
GROUP_EMPTY_S = 60.0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made anew."""

    service: str
    records: int
    """Read to make it."""
    rows: int
    held: int
    """How often a row was held on the way, as it had been."""
    took_s: float


@dataclass(frozen=True, slots=True)
class _Made:
    rows: Mapping[int, Mapping[str, bytes]]
    """By partition."""
    records: int
    held: int = 0


def rebuild(cluster: Cluster, name: str, say: Say, progress: Progress) -> Rebuilt:
    """That service's rows are again what they were where it is known that all was said.

    Its workers started here are stopped first and run again after, whatever comes of it.

    Raises:
        Stop: why it cannot be; its rows are as they were.
        Unavailable: the broker does not answer.
        KafkaException: the broker refused to empty the changelog.
    """
    services = all_services(cluster.home, cluster.names)
    service = next(one for one in services if one.name == name)
    with held_back(cluster.home, name, say) as ended:
        began = time.monotonic()
        made = asyncio.run(_made(cluster, service, progress))
        _until_nobody_works(cluster, service, ended)
        say("Putting the rows in place …")
        agreements = Versions(cluster.home / "agreements").latest()
        applying.renew(cluster, agreements, service.names.rows(name))
        asyncio.run(put(cluster, name, made.rows))
        rows = sum(key != META for part in made.rows.values() for key in part)
        return Rebuilt(name, made.records, rows, made.held, time.monotonic() - began)


async def _made(cluster: Cluster, service: Service, progress: Progress) -> _Made:
    agreements = Versions(cluster.home / "agreements").latest()
    if service.journaled:
        check_ended(cluster.service_config(service.name), service.names.journal(service.name))
    with closing(Recorded(cluster, agreements, by_deployer=True)) as recorded:
        if service.name == "admission":
            return _by_door(cluster, service, recorded)
        if service.journaled:
            return await _by_journal(cluster, service, recorded)
        held = said_held(recorded.source(service.names.said(service.name, PersonHeld)))
        with closing(topics.Reader(cluster.service_config(service.name))) as reader:
            return await _by_log(cluster, service, reader, held, progress)


def _by_door(cluster: Cluster, service: Service, recorded: Recorded) -> _Made:
    records = 0

    def counted(of: Iterable[Record]) -> Iterator[Record]:
        nonlocal records
        for record in of:
            records += 1
            yield record

    with ExitStack() as open_now:
        # One reader a partition: they are read side by side.
        config = cluster.service_config("registry")
        readers = [open_now.enter_context(closing(topics.Reader(config))) for _ in _LOG]
        log = [
            reader.part(service.names.log, number)
            for number, reader in zip(_LOG, readers, strict=True)
        ]
        rows = kept_by_the_door(
            service,
            [counted(whole(part)) for part in log],
            recorded.journal(service.name),
            recorded.said,
            _done(cluster, service),
        )
    return _Made({0: rows}, records)


def _done(cluster: Cluster, service: Service) -> dict[str, int]:
    """How far the group was told it is done, by topic; of a service of one partition."""
    told = topics.done(cluster.service_config(service.name), service.app_id, _places(service))
    return {topic: offsets[0] for topic, offsets in told.items()}


async def _by_journal(cluster: Cluster, service: Service, recorded: Recorded) -> _Made:
    build = build_fingerprint()
    again, records = await kept_by_journal(
        service,
        recorded.journal(service.name),
        recorded.said,
        _done(cluster, service),
        build=build,
        build_since=build_since(cluster.home, build),
    )
    return _Made({0: again.rows}, records)


async def _by_log(
    cluster: Cluster,
    service: Service,
    reader: topics.Reader,
    held: frozenset[UUID],
    progress: Progress,
) -> _Made:
    config, build, log = (
        cluster.service_config(service.name),
        build_fingerprint(),
        service.names.log,
    )
    ends = _ends(service, topics.done(config, service.app_id, _places(service)), reader)
    done, total = 0, sum(ends.values())

    def on_progress(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total)

    rows, held_again = {}, 0
    for number, end in ends.items():
        kept = await kept_by_log(
            service,
            number,
            partial(reader.part, log, number),
            end,
            held,
            build=build,
            build_since=build_since(cluster.home, build),
            history=KafkaHistory(config, service.app_id),
            on_progress=on_progress,
        )
        rows[number] = kept.rows
        held_again += len(kept.held)
    return _Made(rows, total, held_again)


def _ends(
    service: Service, done: Mapping[str, Mapping[int, int]], reader: topics.Reader
) -> dict[int, int]:
    """By partition of the log, before which offset all was said.

    Raises:
        Stop: nobody knows any more.
    """
    log = service.names.log
    ends = {number: done.get(log, {}).get(number) for _, number in _places(service)}
    for number, end in ends.items():
        if end is None and any(True for _ in reader.part(log, number, 1)):
            raise Stop(
                f"nobody knows how far {service.name} had come in partition {number}: its group "
                f"{service.app_id} has no offsets any more. Nothing was changed; set them with "
                "kafka-consumer-groups.sh to where all was said, then run this again"
            )
    return {number: end or 0 for number, end in ends.items()}


def _places(service: Service) -> list[tuple[str, int]]:
    return [(topic, number) for topic in service.sources for number in range(service.partitions)]


def _until_nobody_works(cluster: Cluster, service: Service, ended: Collection[str]) -> None:
    """The service's group has no member but those that are known to have ended.

    One that ended is counted in for a session more; no other can go by its name meanwhile, for the
    group would have shut it out.

    Raises:
        Stop: somebody works elsewhere.
    """
    admin = AdminClient(cluster.admin_config())
    until = time.monotonic() + GROUP_EMPTY_S
    while True:
        described = admin.describe_consumer_groups([service.app_id], request_timeout=20)
        members = described[service.app_id].result().members
        if all(worker_of(member.group_instance_id or "") in ended for member in members):
            return
        if time.monotonic() > until:
            raise Stop(
                f"{service.name} runs somewhere that was not started here: nothing was changed; "
                "stop it, then run this again"
            )
        time.sleep(0.5)


async def put(cluster: Cluster, name: str, rows: Mapping[int, Mapping[str, bytes]]) -> None:
    """These rows stand in the service's empty changelog, each partition's positions last."""
    rowlog = KafkaRowLog(cluster.service_config(name), cluster.names, name)

    async def put_part(number: int, part: Mapping[str, bytes]) -> None:
        await rowlog.take(number)
        for some in _portions(part):
            await rowlog.save(number, some)

    await asyncio.gather(*(put_part(number, part) for number, part in rows.items()))


def _portions(part: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    rest = iter([key for key in part if key != META])
    while keys := list(islice(rest, AT_ONCE)):
        yield {key: part[key] for key in keys}
    if META in part:
        yield {META: part[META]}
