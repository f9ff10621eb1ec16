"""How long it takes to decide again what waited far back in the log.

A person's facts stand spread over a log of others'; their hold is lifted, so that the service reads
exactly those again, beside reading the whole of it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing

from services.hub.broker.cluster import Cluster
from services.runtime.history import KafkaHistory
from services.runtime.records import Outgoing
from services.runtime.topics import Reader
from tests.bench.figures import Figure
from tests.bench.hub import Hub

WAITING = 50
FACT = bytes(300)
"""As long as most."""


def figures(cluster: Cluster, records: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Fifty facts of one person among so many records."""
    hub = Hub.set_up(cluster, "holds")
    names, config = hub.names, hub.cluster.admin_config()
    say(f"writing {records:,} records …")
    numbered = (Outgoing(names.log, b"%016d" % n, FACT, (), 0) for n in range(records))
    hub.write("admission", numbered)
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
