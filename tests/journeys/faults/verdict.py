"""What the faults left behind, judged from the topics alone while nothing is said.

Everything the broker took stands in the log once; each service, fed the recorded log in memory,
says the same to the letter; and the rows a standby would recover are the rows of that same run.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from services.hub.proofs import NOBODY, Recorded, compare, lines
from services.hub.rebuild import by_itself
from services.runtime.again import said_again
from services.runtime.records import Record
from services.runtime.rows import META, Meta
from services.runtime.service import Service
from services.runtime.topics import Reader
from services.runtime.wire import Trigger
from tests.journeys.hub import Hub

Rows = dict[int, dict[str, bytes]]
"""By partition and key."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All zero but for the repeats, which readers drop."""

    said: int
    """Facts the broker took from agencies."""
    lost: int
    """Of these, not in the log."""
    repeated: int
    """Records that stand twice in a topic, to the letter."""
    twice: int
    """Facts that the log holds as if they were two."""
    differing: tuple[str, ...]
    """Topics that hold other than the recorded log gives in memory."""
    stale: tuple[str, ...]
    """Rows that are not what the recorded log gives in memory, by service."""

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.twice or self.differing or self.stale)


NOTHING = Verdict(said=0, lost=0, repeated=0, twice=0, differing=(), stale=())
"""Before anything was said."""


def judge(hub: Hub, services: Sequence[Service], taken: frozenset[bytes]) -> Verdict:
    """The verdict on a hub at rest."""
    recorded = hub.recorded()
    log = [record for part in recorded.log().values() for record in part]
    in_log = {record.header("ce_id") for record in log}
    found = [asyncio.run(compare(recorded, service)) for service in services]
    different = [line for one in found if not one.identical for line in lines([one])]
    return Verdict(
        said=len(taken),
        lost=len(taken - in_log),
        repeated=sum(one.repeats for one in found),
        twice=counted_twice(log),
        differing=tuple(different),
        stale=tuple(_stale(hub, services)),
    )


def counted_twice(log: Iterable[Record]) -> int:
    """One thing said has one trigger at the door, however often the door wrote it down."""
    triggers: dict[bytes | None, set[bytes]] = defaultdict(set)
    for record in log:
        trigger = Trigger.of(record.headers)
        if trigger is not None:
            triggers[record.header("ce_id")].add(trigger.header()[1])
    return sum(len(different) - 1 for different in triggers.values())


def _stale(hub: Hub, services: Sequence[Service]) -> Iterator[str]:
    for service in services:
        kept = recovered(hub, service)
        again = _refolded(hub.recorded(), service, kept)
        anew = by_itself.last(hub.home, service.name) is not None
        wrong = Counter(
            one
            for number in kept
            for one in differing_rows(kept[number], again.get(number, {}), anew=anew)
        )
        if wrong:
            of = ", ".join(f"{count} {kind}" for kind, count in sorted(wrong.items()))
            yield f"{service.name}: {wrong.total()} rows ({of})"


def recovered(hub: Hub, service: Service) -> Rows:
    """The rows as a standby would take them over."""
    with closing(Reader(hub.cluster.service_config(service.name))) as reader:
        rows = reader.table(service.names.rows(service.name), service.partitions)
    return {number: part for number, part in rows.items() if part}


def _refolded(recorded: Recorded, service: Service, kept: Rows) -> Rows:
    """The rows the recorded input gives, up to where the kept ones stand."""
    parts = recorded.taken(service)
    return {
        number: asyncio.run(_rows(service, number, parts[number], _positions(kept[number])))
        for number in kept
    }


async def _rows(
    service: Service, number: int, records: Iterable[Record], positions: Mapping[str, int]
) -> dict[str, bytes]:
    seen = [record for record in records if record.offset < positions.get(record.topic, 0)]
    again = await said_again(service, number, seen, NOBODY)
    return dict(again.rows)


def _positions(rows: Mapping[str, bytes]) -> Mapping[str, int]:
    return Meta.model_validate_json(rows[META]).positions


def differing_rows(
    kept: Mapping[str, bytes], again: Mapping[str, bytes], *, anew: bool
) -> list[str]:
    """Of which kind the rows are that are not alike; of the partition's own what it says counts.

    Where rows were made `anew`, one thing is counted from there on: how many letters of a sender
    began to wait that day (`services.hub.rebuild.by_door`), and so how many rows there are.
    """
    own, own_again = (json.loads(rows.get(META, b"{}")) for rows in (kept, again))
    keys = (kept.keys() | again.keys()) - {META}
    if anew:
        keys = {key for key in keys if not key.startswith("waited:")}
        own["count"] = own_again["count"] = None
    different = [key for key in sorted(keys) if kept.get(key) != again.get(key)]
    kinds = [key.partition(":")[0] if ":" in key else "person" for key in different]
    return [*kinds, *(["partition"] if own != own_again else [])]
