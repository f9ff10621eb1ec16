"""`python -m tests.bench.door`: what the door takes a second, how it starts when many are known.

Convictions of invented persons wait in the police's topic; the door makes everybody known. Then a
new process of it starts over the rows that it kept.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from confluent_kafka import KafkaError, Message, Producer
from rich.console import Console

from schemas.base import Fact
from services.hub.broker import process
from services.hub.broker.cluster import Cluster
from services.runtime.outbox import RDKAFKA
from services.runtime.wire import encode, headers_of
from tests.bench import load
from tests.bench.hub import Hub, NotMeasured, Worker, until_so
from tests.bench.throughput import watched

POLICE = "derbyshire-police"
DOOR = "admission-1"
START_S = 120.0


@dataclass(frozen=True)
class Found:
    """What was measured of one process of the door."""

    persons: int
    facts_per_s: float
    cpu_us: float
    start_s: float
    """From its start over those persons' rows until it serves."""
    memory_mb: float
    """After that start."""


def measure(cluster: Cluster, persons: int) -> Found:
    """The door over so many persons."""
    hub = Hub.set_up(cluster, "door")
    hub.adopt()
    say(hub, load.known_persons(persons, POLICE))
    with hub.running([DOOR], ready=False) as workers:
        run = watched("admission", workers[DOOR], persons + len(load.adoptions("any")))
    began = time.monotonic()
    with hub.running([DOOR], ready=False) as workers:
        worker = workers[DOOR]
        until_so(worker.healthy, START_S, "the door serves")
        took = time.monotonic() - began
        return Found(persons, run.facts_per_s, run.cpu_us, took, memory_mb(worker))


def say(hub: Hub, facts: Iterable[Fact]) -> None:
    """The police say them, with their own rights.

    Raises:
        NotMeasured: the broker did not take all of them.
    """
    refused: list[KafkaError] = []

    def heard(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            refused.append(error)

    # What travels together has to stay within the topic's limit, as an agency's folder says.
    settings = {"linger.ms": 20, "batch.size": 32_768}
    producer = Producer({**hub.cluster.agency_config(POLICE), **settings}, logger=RDKAFKA)
    for fact in facts:
        topic = hub.names.said(POLICE, type(fact))
        while True:
            try:
                producer.produce(
                    topic, encode(fact), headers=list(headers_of(fact)), on_delivery=heard
                )
            except BufferError:
                producer.poll(0.1)
            else:
                break
        producer.poll(0)
    if producer.flush(60) or refused:
        reason = refused[0].name() if refused else "no answer"
        raise NotMeasured(f"the broker did not take what the police said: {reason}")


def memory_mb(worker: Worker) -> float:
    """What it holds of the machine's memory."""
    for line in Path(f"/proc/{worker.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


@click.command()
@click.option("--persons", default=100_000, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(*, persons: int, as_json: bool) -> None:
    """Measure on a broker of its own."""
    console = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as home:
        try:
            cluster = process.start(Path(home), owner_pid=os.getpid(), say=console.print).cluster
            found = measure(cluster, persons)
        finally:
            process.stop(Path(home))
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    click.echo(
        f"The door: {found.facts_per_s:,.0f} convictions/s, {found.cpu_us:.0f} µs each; with "
        f"{found.persons:,} persons it serves {found.start_s:.1f} s after its start and holds "
        f"{found.memory_mb:.0f} MB"
    )


if __name__ == "__main__":
    main()
