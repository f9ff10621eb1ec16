"""The broker slows down whoever sends more than agreed, loses nothing of it, and nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, Message, Producer, ThrottleEvent

from schemas.housing import TenancyStarted
from services.agreements.apply import apply, plan
from services.agreements.compile import load
from services.hub.broker.cluster import Cluster
from tests.agreements.makers import a_file
from tests.journeys.hub import apart, eventually

pytestmark = pytest.mark.journey

LEAST = ("bytes_per_second: 1048576", "bytes_per_second: 65536")
SLOWED, AS_AGREED = "exampleshire-housing", "otherham-housing"
RECORDS, SIZE = 1_000, 1_200
"""Well above what ten seconds of the least there is let through at once."""


@dataclass
class Sender:
    """A body's producer, and what came back to it."""

    taken: int = 0
    refused: list[KafkaError] = field(default_factory=list)
    slowed: list[float] = field(default_factory=list)

    def heard(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.taken += 1
        else:
            self.refused.append(error)

    def throttled(self, event: ThrottleEvent) -> None:
        self.slowed.append(event.throttle_time)

    def send(self, cluster: Cluster, slug: str) -> None:
        config = {**cluster.agency_config(slug), "batch.size": 16_384, "log_level": 0}
        producer = Producer({**config, "throttle_cb": self.throttled})
        for _ in range(RECORDS):
            producer.produce(
                cluster.names.said(slug, TenancyStarted), bytes(SIZE), on_delivery=self.heard
            )
            producer.poll(0)
        assert producer.flush(60) == 0


@pytest.fixture
def mine(cluster: Cluster, tmp_path: Path) -> Iterator[Cluster]:
    a_file(tmp_path, LEAST, slug=SLOWED)
    a_file(tmp_path, slug=AS_AGREED)
    with apart(cluster) as own:
        apply(own, tmp_path)
        eventually(lambda: plan(own, load(tmp_path)).same, 30, "the broker holds what was applied")
        yield own


def test_a_flood_is_slowed_down_and_nothing_of_it_is_lost(mine: Cluster) -> None:
    flood, other = Sender(), Sender()
    flood.send(mine, SLOWED)
    other.send(mine, AS_AGREED)
    assert (flood.taken, flood.refused) == (RECORDS, [])
    assert (other.taken, other.refused) == (RECORDS, [])
    assert flood.slowed
    assert other.slowed == []
