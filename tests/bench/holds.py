"""`python -m tests.bench.holds`: how long it takes to decide again what waited far back in the log.

A person's facts stand spread over a log of a million others; their hold is lifted, so that the
service reads exactly those again. Printed: the time of that read beside that of the whole log.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path

import click
from confluent_kafka import Producer

from services.agreements.apply import apply
from services.hub.broker import process
from services.hub.broker.cluster import Cluster
from services.runtime.history import KafkaHistory
from services.runtime.names import Names
from services.runtime.topics import Reader

AGREEMENTS = Path("deploy/agreements")
FACT = bytes(300)
"""As long as most."""


def written(cluster: Cluster, records: int) -> None:
    """So many records stand in the first partition of the log."""
    producer = Producer({**cluster.admin_config(), "linger.ms": 50, "log_level": 0})
    for number in range(records):
        while True:
            try:
                producer.produce(cluster.names.log, FACT, b"%016d" % number, 0)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()


@click.command()
@click.option("--records", default=1_000_000, show_default=True)
@click.option("--waiting", default=50, show_default=True, help="How many of them are the person's.")
@click.option("--json", "as_json", is_flag=True)
def main(*, records: int, waiting: int, as_json: bool) -> None:
    """Measure on a broker of its own."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as home:
        try:
            cluster = process.start(Path(home), owner_pid=os.getpid(), say=click.echo).cluster
            apply(cluster, AGREEMENTS)
            names = Names()
            written(cluster, records)
            config = cluster.admin_config()
            offsets = [records // waiting * number for number in range(waiting)]
            history = KafkaHistory(config, names.app("risk"))
            began = time.monotonic()
            found = asyncio.run(history.read(names.log, 0, offsets))
            sought_s = time.monotonic() - began
            began = time.monotonic()
            with closing(Reader(config)) as reader:
                whole = sum(1 for record in reader.read(names.log) if record.partition == 0)
            whole_s = time.monotonic() - began
        finally:
            process.stop(Path(home))
    result = {
        "records": whole,
        "sought": len(found),
        "sought_s": round(sought_s, 2),
        "whole_s": round(whole_s, 2),
    }
    if as_json:
        click.echo(json.dumps(result))
        return
    click.echo(
        f"{len(found)} facts that waited, of {whole:,} records: {sought_s:.2f} s; "
        f"the whole partition: {whole_s:.2f} s"
    )


if __name__ == "__main__":
    main()
