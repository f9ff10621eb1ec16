"""Waiting until a hub has nothing left to do."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from prometheus_client.parser import text_string_to_metric_families

from services.hub.broker.cluster import Cluster
from services.hub.offsets import Place, earliest, latest, offsets
from services.runtime.faults import Stop, Unavailable
from services.runtime.outbox import RDKAFKA
from services.runtime.rowlog import REFUSED
from services.runtime.service import Service

WAIT_S = 20.0
PASSES_S = 30.0
"""A partition made, or led anew, a moment ago is unknown for a little while."""
Ends = Mapping[str, Mapping[Place, tuple[int, int]]]
"""By service and place: the first offset there, and the one after the last."""


class Lag:
    """How far each service is behind its sources, asked with the service's own rights."""

    def __init__(self, cluster: Cluster, services: Iterable[Service]) -> None:
        self._services = tuple(services)
        self._consumers = {
            service.name: Consumer(
                {**cluster.service_config(service.name), "group.id": service.app_id},
                logger=RDKAFKA,
            )
            for service in self._services
        }
        self._admins = {
            service.name: AdminClient({**cluster.service_config(service.name), "log_level": 0})
            for service in self._services
        }

    def behind(self) -> dict[str, int]:
        """Records not yet done, by service; only what is committed counts as done."""
        return self.short_of(self.ends())

    def ends(self) -> Ends:
        """Where each source of each service ends now; what passes is waited for.

        Raises:
            Unavailable: the broker refuses, or does not answer in half a minute.
        """
        return {service.name: self._ends(service) for service in self._services}

    def short_of(self, ends: Ends) -> dict[str, int]:
        """Records before those ends that are not yet done, by service.

        Raises:
            KafkaException: the broker does not answer.
        """
        return {name: self._short_of(name, mine) for name, mine in ends.items()}

    def close(self) -> None:
        """Leave no connection behind."""
        for consumer in self._consumers.values():
            consumer.close()

    def _ends(self, service: Service) -> Mapping[Place, tuple[int, int]]:
        admin = self._admins[service.name]
        places = [
            (topic, number) for topic in service.sources for number in range(service.partitions)
        ]
        until = time.monotonic() + PASSES_S
        while True:
            try:
                first, ends = (
                    offsets(admin, places, spec, WAIT_S, committed=True)
                    for spec in (earliest(), latest())
                )
            except KafkaException as fault:
                error = fault.args[0]
                if error.code() in REFUSED or time.monotonic() > until:
                    raise Unavailable(f"no answer where topics end: {error.name()}") from None
                time.sleep(0.3)
            else:
                return {place: (first[place], end) for place, end in ends.items()}

    def _short_of(self, name: str, ends: Mapping[Place, tuple[int, int]]) -> int:
        lag = 0
        places = [TopicPartition(topic, number) for topic, number in ends]
        for place in self._consumers[name].committed(places, timeout=WAIT_S):
            low, end = ends[place.topic, place.partition]
            lag += max(0, end - (place.offset if place.offset >= 0 else low))
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


def metric(port: int, name: str, within_s: float = 5.0) -> dict[tuple[tuple[str, str], ...], float]:
    """One metric of a process's page: labels → value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=within_s) as page:  # noqa: S310
        text = page.read().decode()
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }
