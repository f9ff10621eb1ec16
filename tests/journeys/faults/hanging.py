"""Transactions a killed broker left open for ever: found by their mark, ended by Kafka's own tool.

A sole broker killed while it ends a transaction may forget a partition's marker. Nobody can read
past it then, and no producer can end it: only an administrator.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    OffsetSpec,
)

from services.hub.broker.artifacts import obtain_jars
from services.hub.broker.cluster import Cluster
from services.hub.broker.java import find_java
from services.hub.broker.private import private_directory, write_private
from services.hub.broker.process import quiet
from services.runtime.names import LOG_PARTITIONS

TOOL = "org.apache.kafka.tools.TransactionsCommand"
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


def _places(cluster: Cluster, services: Iterable[str]) -> Iterable[TopicPartition]:
    there = AdminClient({**cluster.admin_config(), "log_level": 0}).list_topics(timeout=10).topics
    for service in services:
        for topic in (cluster.names.rows(service), cluster.names.journal(service)):
            if topic in there:
                for number in range(min(LOG_PARTITIONS, len(there[topic].partitions))):
                    yield TopicPartition(topic, number)


def _open(cluster: Cluster, places: list[TopicPartition]) -> dict[tuple[str, int], int]:
    """Where the first open transaction of each place begins."""
    stable = _ends(cluster, places, IsolationLevel.READ_COMMITTED)
    whole = _ends(cluster, places, IsolationLevel.READ_UNCOMMITTED)
    return {place: end for place, end in stable.items() if end < whole[place]}


def _ends(
    cluster: Cluster, places: list[TopicPartition], isolation: IsolationLevel
) -> dict[tuple[str, int], int]:
    admin = AdminClient({**cluster.admin_config(), "log_level": 0})
    newest: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # it has none
    asked = dict.fromkeys(places, newest)
    answers = admin.list_offsets(asked, isolation_level=isolation, request_timeout=10)
    return {
        (place.topic, place.partition): answer.result(20).offset
        for place, answer in answers.items()
    }


def _abort(cluster: Cluster, topic: str, partition: int, start: int) -> None:
    where = ["--topic", topic, "--partition", str(partition), "--start-offset", str(start)]
    done = subprocess.run(
        [
            *(str(find_java(quiet).path), "-cp", f"{obtain_jars(quiet)}/*", TOOL),
            *("--bootstrap-server", cluster.bootstrap_internal),
            *("--command-config", str(_as_admin(cluster)), "abort", *where),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"a transaction of {topic} cannot be aborted: {done.stderr[-300:]}")


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
