"""Waiting until a hub has nothing left to do."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Iterable

from confluent_kafka import Consumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from services.hub.broker.cluster import Cluster
from services.runtime.faults import Stop
from services.runtime.rowlog import ends_of
from services.runtime.service import Service


class Lag:
    """How far each service is behind its sources, asked with the service's own rights."""

    def __init__(self, cluster: Cluster, services: Iterable[Service]) -> None:
        self._services = tuple(services)
        self._consumers = {
            service.name: Consumer(
                {**cluster.service_config(service.name), "group.id": service.app_id}
            )
            for service in self._services
        }

    def behind(self) -> dict[str, int]:
        """Records not yet done, by service; only what is committed counts as done."""
        return {service.name: self._behind(service) for service in self._services}

    def close(self) -> None:
        """Leave no connection behind."""
        for consumer in self._consumers.values():
            consumer.close()

    def _behind(self, service: Service) -> int:
        consumer = self._consumers[service.name]
        places = [
            TopicPartition(topic, number)
            for topic in service.sources
            for number in range(service.partitions)
        ]
        lag = 0
        for place in consumer.committed(places, timeout=20):
            low, end = ends_of(consumer, TopicPartition(place.topic, place.partition))
            lag += end - (place.offset if place.offset >= 0 else low)
        return lag


async def until_at_rest(lag: Lag, *, within_s: float, ticking: int = 0) -> None:
    """Every service has done everything; `ticking` records of a running clock may be on the way.

    Raises:
        Stop: not in that time; names who is behind.
    """
    until = time.monotonic() + within_s
    quiet = 0
    behind: dict[str, int] = {}
    while time.monotonic() < until:
        behind = await asyncio.to_thread(lag.behind)
        quiet = quiet + 1 if all(count <= ticking for count in behind.values()) else 0
        if quiet == 3:
            return
        await asyncio.sleep(0.7)
    late = ", ".join(f"{name} {count}" for name, count in behind.items() if count > ticking)
    raise Stop(f"still behind: {late}")


def metric(port: int, name: str) -> dict[tuple[tuple[str, str], ...], float]:
    """One metric of a process's page: labels → value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:  # noqa: S310
        text = page.read().decode()
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }
