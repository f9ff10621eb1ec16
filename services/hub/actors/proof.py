"""The log read from its beginning, and every act in it proved again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from schemas.log import ActRefused, Decided
from services.agreements.replay import Replay
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.runtime import wire
from services.runtime.names import LOG_PARTITIONS
from services.runtime.topics import Reader

_WHO_READS = "registry"


@dataclass(frozen=True)
class Proven:
    """One act as it is shown: about whom it is is not."""

    at: str
    act: str
    subject: str
    reasons: tuple[str, ...]
    by: str
    second: str


@dataclass(frozen=True)
class Proof:
    """What the log holds."""

    acts: tuple[Proven, ...]
    refused: int
    wrong: tuple[str, ...]
    """Place and coded reason."""


def prove(cluster: Cluster, versions: Versions, installation: str) -> Proof:
    """Every act in the log, and what there is without one.

    Raises:
        Stop: agreements were adopted that are not here.
    """
    acts: dict[str, Proven] = {}
    refused: set[str] = set()
    wrong: list[str] = []
    seen: set[tuple[int, bytes | None]] = set()
    replays = [Replay(versions.get, installation) for _ in range(LOG_PARTITIONS)]
    with closing(Reader(cluster.service_config(_WHO_READS))) as reader:
        for record in reader.read(cluster.names.log, LOG_PARTITIONS):
            place = (record.partition, record.header("ce_id"))
            if place in seen:
                continue  # the door says again what it said before it was killed
            seen.add(place)
            fact = wire.decode(record.value or b"")
            reason = replays[record.partition].take(fact)
            if reason:
                wrong.append(f"{fact.kind()} at {record.partition}:{record.offset}: {reason}")
            elif isinstance(fact, Decided):
                acts[str(fact.event_id)] = _shown(fact)
            elif isinstance(fact, ActRefused):
                refused.add(str(fact.event_id))
    shown = sorted(acts.values(), key=lambda one: one.at)
    return Proof(tuple(shown), len(refused), tuple(wrong))


def _shown(fact: Decided) -> Proven:
    signed = [
        f"{one.actor} ({one.role}, {one.agency})" if one else "-" for one in (fact.by, fact.second)
    ]
    act = f"{fact.what} {fact.outcome}"
    return Proven(fact.occurred_at.isoformat(), act, fact.subject, fact.reasons, *signed)
