"""How long each partition stood still: from its last commit under one holder to the next."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from confluent_kafka import Consumer, KafkaException, TopicPartition

from services.hub.broker.cluster import Cluster
from services.runtime.outbox import RDKAFKA
from services.runtime.service import Service

LOOKS_EVERY_S = 0.1


class Pauses(threading.Thread):
    """Looks ten times a second how far each partition is committed, while something goes on.

    The clock ticks into every partition each second, and commits are a second apart: about two
    seconds are nothing but that.
    """

    def __init__(self, cluster: Cluster, services: Iterable[Service]) -> None:
        super().__init__(name="pauses", daemon=True)
        self._services = tuple(services)
        self._consumers = {
            one.name: Consumer(
                {**cluster.service_config(one.name), "group.id": one.app_id}, logger=RDKAFKA
            )
            for one in self._services
        }
        self._over = threading.Event()
        self._moved: dict[tuple[str, int], tuple[int, float]] = {}
        self.longest_s: dict[tuple[str, int], float] = {}
        """By service and partition."""

    def run(self) -> None:
        while not self._over.is_set():
            for one in self._services:
                with suppress(KafkaException):
                    self._look(one)
            self._over.wait(LOOKS_EVERY_S)
        for consumer in self._consumers.values():
            consumer.close()

    def _look(self, service: Service) -> None:
        places = [TopicPartition(t, n) for t in service.sources for n in range(service.partitions)]
        done: dict[int, int] = {}
        for place in self._consumers[service.name].committed(places, timeout=5):
            done[place.partition] = done.get(place.partition, 0) + max(0, place.offset)
        now = time.monotonic()
        for number, count in done.items():
            key = (service.name, number)
            before, since = self._moved.setdefault(key, (count, now))
            self.longest_s[key] = max(self.longest_s.get(key, 0.0), now - since)
            if count != before:
                self._moved[key] = (count, now)

    def lines(self) -> Iterator[str]:
        """One line each, for people."""
        for (name, number), seconds in sorted(self.longest_s.items()):
            yield f"  {name}[{number}]: {seconds:.1f} s"

    def end(self) -> None:
        """Nothing more is measured."""
        self._over.set()
        self.join()


@contextmanager
def measured(what: str, cluster: Cluster, services: Iterable[Service]) -> Iterator[Pauses]:
    """The longest pause of each partition during the block, printed after it."""
    pauses = Pauses(cluster, services)
    pauses.start()
    try:
        yield pauses
    finally:
        pauses.end()
        longest = max(pauses.longest_s.values(), default=0.0)
        print("\n".join([f"{what}: longest pause {longest:.1f} s", *pauses.lines()]))  # noqa: T201
