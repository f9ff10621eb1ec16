"""Transactions left open for ever: made on purpose, found by their mark, ended by Kafka's own tool.

A sole broker killed while it ends a transaction may forget a partition's marker. Nobody can read
past it then, and no producer can end it: only an administrator. Here one is made by writing what
belongs to a transaction that no coordinator ever heard of.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import for_code  # type: ignore[import-untyped]  # likewise
from aiokafka.protocol.produce import ProduceRequest  # type: ignore[import-untyped]  # likewise
from aiokafka.protocol.transaction import (  # type: ignore[import-untyped]  # likewise
    InitProducerIdRequest,
)
from aiokafka.record.default_records import (  # type: ignore[import-untyped]  # likewise
    DefaultRecordBatchBuilder,
)
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from services.hub.broker.artifacts import obtain_jars
from services.hub.broker.cluster import Cluster
from services.hub.broker.java import find_java
from services.hub.broker.private import private_directory, write_private
from services.hub.broker.process import quiet
from services.hub.offsets import Place, latest, offsets
from services.runtime.connection import tls_of
from services.runtime.names import LOG_PARTITIONS

VERIFIES = "transaction.partition.verification.enable"
"""Whether the broker asks the coordinator before it takes what belongs to a transaction."""
TOOL = "org.apache.kafka.tools.TransactionsCommand"
STILL_VERIFIES_S = 10.0
_NOT_YET = frozenset({3, 48, 49})
"""Error codes: no such partition, as after it was made; and two by which it refuses what no
coordinator knows of."""
SETTLES_S = 5.0
"""A transaction at work ends in far less."""


def aborted(cluster: Cluster, services: Iterable[str]) -> int:
    """How many transactions on rows and journals stood open and have been aborted."""
    places = list(_places(cluster, services))
    before = _open(cluster, places)
    time.sleep(SETTLES_S)
    stuck = {place: start for place, start in _open(cluster, places).items() if place in before}
    same = {place: start for place, start in stuck.items() if before[place] == start}
    for (topic, partition), start in same.items():
        _abort(cluster, topic, partition, start)
    return len(same)


def _places(cluster: Cluster, services: Iterable[str]) -> Iterable[Place]:
    there = AdminClient({**cluster.admin_config(), "log_level": 0}).list_topics(timeout=10).topics
    for service in services:
        for topic in (cluster.names.rows(service), cluster.names.journal(service)):
            if topic in there:
                for number in range(min(LOG_PARTITIONS, len(there[topic].partitions))):
                    yield topic, number


def _open(cluster: Cluster, places: list[Place]) -> dict[Place, int]:
    """Where the first open transaction of each place begins."""
    admin = AdminClient({**cluster.admin_config(), "log_level": 0})
    stable = offsets(admin, places, latest(), 20, committed=True)
    whole = offsets(admin, places, latest(), 20, committed=False)
    return {place: end for place, end in stable.items() if end < whole[place]}


def hangs(cluster: Cluster, topic: str, partition: int) -> bool:
    """Whether Kafka's own tool finds a transaction there that its coordinator knows nothing of."""
    where = ("--topic", topic, "--partition", str(partition))
    found = _tool(cluster, "find-hanging", "--max-transaction-timeout", "0", *where)
    return any(line.split()[:2] == [topic, str(partition)] for line in found.splitlines())


@contextmanager
def unverified(cluster: Cluster) -> Iterator[None]:
    """During the block the broker takes what belongs to a transaction without asking about it."""
    _verify(cluster, "false")
    try:
        yield
    finally:
        _verify(cluster, "true")


def _verify(cluster: Cluster, value: str) -> None:
    entry = ConfigEntry(VERIFIES, value, incremental_operation=AlterConfigOpType.SET)
    admin = AdminClient({**cluster.admin_config(), "log_level": 0})
    for node in admin.describe_cluster(request_timeout=10).result().nodes:
        asked = ConfigResource(ResourceType.BROKER, str(node.id), incremental_configs=[entry])
        (answer,) = admin.incremental_alter_configs([asked]).values()
        answer.result(20)


async def left_open(
    cluster: Cluster,
    topic: str,
    partition: int,
    key: bytes | None,
    row: bytes,
    of: str | None = None,
) -> int:
    """Where a record now stands whose transaction nobody began, so that nobody will end it.

    It is of a producer nobody has heard of, or of the one with the transactional id `of`, which is
    fenced by that.

    Raises:
        KafkaError: the broker refused it.
    """
    config = cluster.admin_config()
    admin = AIOKafkaAdminClient(
        bootstrap_servers=str(config["bootstrap.servers"]),
        security_protocol="SSL",
        ssl_context=tls_of(config),
    )
    try:
        await admin.start()
        given = await _producer(admin, of)
        written = _batch(given.producer_id, given.producer_epoch, key, row)
        topics = [(topic, [(partition, written)])]
        return await _taken(admin, ProduceRequest(of or "nobody-ends-it", -1, 20_000, topics))
    finally:
        await admin.close()


async def _taken(admin: AIOKafkaAdminClient, asked: ProduceRequest) -> int:
    """Where it stands; a broker told a moment ago not to verify may for a moment still do so."""
    until = time.monotonic() + STILL_VERIFIES_S
    while True:
        answer = await admin._send_request(asked)  # noqa: SLF001  it has no public way
        ((_, ((_, code, offset, *_),)),) = answer.topics
        if not code:
            return int(offset)
        if code not in _NOT_YET or time.monotonic() > until:
            raise for_code(code)
        await asyncio.sleep(0.2)


async def _producer(admin: AIOKafkaAdminClient, of: str | None) -> Any:  # noqa: ANN401
    """Number and epoch of a producer; the broker that numbers them may be starting."""
    asked, until = InitProducerIdRequest(of, 20_000), time.monotonic() + 30
    while True:
        given = await admin._send_request(asked)  # noqa: SLF001  it has no public way
        if not given.error_code:
            return given
        if time.monotonic() > until:
            raise for_code(given.error_code)
        await asyncio.sleep(0.2)


def _batch(producer_id: int, epoch: int, key: bytes | None, row: bytes) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=1,
        producer_id=producer_id,
        producer_epoch=epoch,
        base_sequence=0,
        batch_size=1_000_000,
    )
    builder.append(0, None, key, row, [])
    return bytes(builder.build())


def _abort(cluster: Cluster, topic: str, partition: int, start: int) -> None:
    where = ("--topic", topic, "--partition", str(partition), "--start-offset", str(start))
    _tool(cluster, "abort", *where)


def _tool(cluster: Cluster, *command: str) -> str:
    """What Kafka's own tool says to that."""
    done = subprocess.run(
        [
            *(str(find_java(quiet).path), "-cp", f"{obtain_jars(quiet)}/*", TOOL),
            *("--bootstrap-server", cluster.bootstrap_internal),
            *("--command-config", str(_as_admin(cluster)), *command),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr[-300:]}")
    return done.stdout


def _as_admin(cluster: Cluster) -> Path:
    """Java's settings of the administrator."""
    folder = private_directory(cluster.home / "run")
    keys = folder / "admin.pem"
    write_private(keys, cluster.admin_key.read_bytes() + cluster.admin_certificate.read_bytes())
    lines = {
        "security.protocol": "SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keys.absolute()),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(cluster.ca.absolute()),
    }
    text = "".join(f"{key}={value}\n" for key, value in lines.items())
    return write_private(folder / "admin.properties", text)
