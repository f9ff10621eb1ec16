"""How long it takes to decide again what waited far back in the log.

A person's facts stand spread over a log of others'; their hold is lifted, so that the service reads
exactly those again, beside reading the whole of it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from confluent_kafka import Producer

from services.agreements.apply import apply
from services.hub.broker.cluster import Cluster
from services.runtime.history import KafkaHistory
from services.runtime.names import Names
from services.runtime.outbox import RDKAFKA
from services.runtime.topics import Reader
from tests.bench.figures import Figure
from tests.bench.hub import AGREEMENTS

WAITING = 50
FACT = bytes(300)
"""As long as most."""


def figures(cluster: Cluster, records: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Fifty facts of one person among so many records."""
    mine = replace(cluster, names=Names("holds"))
    apply(mine, AGREEMENTS)
    say(f"writing {records:,} records …")
    _write(mine, records)
    names, config = mine.names, mine.admin_config()
    offsets = [records // WAITING * number for number in range(WAITING)]
    began = time.monotonic()
    found = asyncio.run(KafkaHistory(config, names.app("risk")).read(names.log, 0, offsets))
    sought_s = time.monotonic() - began
    began = time.monotonic()
    with closing(Reader(config)) as reader:
        whole = sum(1 for record in reader.read(names.log) if record.partition == 0)
    whole_s = time.monotonic() - began
    say(f"  {len(found)} found in {sought_s:.1f} s, all {whole:,} read in {whole_s:.1f} s")
    yield Figure(f"hold lifted: {WAITING} facts read again of {records:,}", sought_s, "s")
    yield Figure("the same over reading all of them", sought_s / whole_s, "×")


def _write(cluster: Cluster, records: int) -> None:
    producer = Producer({**cluster.admin_config(), "linger.ms": 50}, logger=RDKAFKA)
    for number in range(records):
        while True:
            try:
                producer.produce(cluster.names.log, FACT, b"%016d" % number, 0)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()
