"""Forced compaction of all rows, so that a stale one would be the only one left."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from services.hub.broker.cluster import Cluster
from services.runtime.service import Service
from services.runtime.topics import Reader

AT_ONCE = {"segment.ms": "1000", "min.cleanable.dirty.ratio": "0.0", "max.compaction.lag.ms": "1"}
LOOKS_EVERY = {"log.cleaner.backoff.ms": "500"}
WITHIN_S = 60.0


def not_compacted(cluster: Cluster, services: Sequence[Service]) -> list[str]:
    """Whose rows do not stand in half the records after a minute, while the services go on."""
    admin = AdminClient({**cluster.admin_config(), "log_level": 0})
    for number in admin.list_topics(timeout=10).brokers:
        _set(admin, ConfigResource(ResourceType.BROKER, str(number)), LOOKS_EVERY)
    rows = [
        ConfigResource(ResourceType.TOPIC, service.names.rows(service.name)) for service in services
    ]
    before = {service.name: _standing(cluster, service) for service in services}
    for topic in rows:
        _set(admin, topic, AT_ONCE)
    left, until = list(services), time.monotonic() + WITHIN_S
    while left and time.monotonic() < until:
        time.sleep(2)
        left = [one for one in left if _standing(cluster, one) > before[one.name] / 2]
    for topic in rows:
        _set(admin, topic, dict.fromkeys(AT_ONCE))
    return [service.name for service in left]


def _standing(cluster: Cluster, service: Service) -> int:
    reader = Reader(cluster.service_config(service.name))
    try:
        topic = service.names.rows(service.name)
        return sum(1 for _ in reader.read(topic, service.partitions))
    finally:
        reader.close()


def _set(admin: AdminClient, of: ConfigResource, values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        how = AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET
        of.add_incremental_config(ConfigEntry(name, value, incremental_operation=how))
    for answer in admin.incremental_alter_configs([of]).values():
        answer.result(30)
    of.incremental_configs.clear()
