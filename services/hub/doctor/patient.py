"""The installation that is looked at, and how to ask its broker. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    OffsetSpec,
)

from services.hub.broker.cluster import Cluster
from services.hub.offsets import Place, earliest, latest, offsets
from services.runtime.faults import Fault
from services.runtime.journal import to_record
from services.runtime.records import Record

WAIT_S = 15.0


class CannotLook(Fault):
    """A check cannot be made; says why."""


@dataclass(frozen=True)
class Patient:
    """One installation, as the deploying principal sees it."""

    home: Path
    cluster: Cluster
    files: Path
    """The agreement files it should stand by."""
    admin: AdminClient
    now: datetime

    @classmethod
    def of(cls, cluster: Cluster, files: Path) -> Patient:
        """Everything is looked at as it is: no certificate or password is made on the way."""
        looking = replace(cluster, local=False)
        admin = AdminClient({**looking.admin_config(), "log_level": 0})
        return cls(cluster.home, looking, files, admin, datetime.now(UTC))

    def places(self, topics: Iterable[str]) -> list[Place]:
        """Every partition of those of the topics that are there."""
        found = self.admin.list_topics(timeout=WAIT_S).topics
        return [
            (topic, number)
            for topic in topics
            if topic in found
            for number in sorted(found[topic].partitions)
        ]

    def offsets(
        self, places: Iterable[Place], spec: OffsetSpec, *, committed: bool = False
    ) -> Mapping[Place, int]:
        """One offset of each place; -1 where none is as late as asked."""
        return offsets(self.admin, places, spec, WAIT_S, committed=committed)

    def last(self, topic: str) -> Record | None:
        """The last record of a topic of one partition, as it is said without transactions."""
        (end, start) = (
            self.offsets([(topic, 0)], spec)[topic, 0] for spec in (latest(), earliest())
        )
        if end <= start:
            return None
        consumer = Consumer({**self.cluster.admin_config(), "group.id": "none", "log_level": 0})
        try:
            consumer.assign([TopicPartition(topic, 0, end - 1)])
            message = consumer.poll(WAIT_S)
        finally:
            consumer.close()
        return None if message is None or message.error() is not None else to_record(message)


def taken_since(moment: datetime) -> OffsetSpec:
    """The first record the broker took at that moment or later."""
    spec: OffsetSpec = OffsetSpec.for_timestamp(int(moment.timestamp() * 1000))
    return spec
