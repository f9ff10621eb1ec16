"""The brokers take up renewed certificate and trust while they serve; none is started again.

A change of any setting of one broker makes it read the files its settings name anew, listener by
listener, a second or two later. The setting is taken away again at once: the files' places belong
to `server.properties`, not to the cluster's own memory.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from cryptography import x509

from services.agreements import live
from services.hub.broker import certificates, pids, process, watchdog
from services.hub.broker import record as records
from services.hub.broker.artifacts import Say
from services.hub.broker.certificates import BROKER, Unit
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import NotSetUp, NotTaken
from services.hub.broker.layout import Home
from services.hub.broker.probe import QUIET
from services.hub.broker.record import Node
from services.hub.broker.render import lay_keys
from services.hub.rotation.proof import THREADS

WITHIN_S, IN_STEP_S = 30.0, 120.0
_KEY = "listener.name.internal.ssl.{}.location"
_STORES = ("keystore", "truststore")


def take_up(cluster: Cluster) -> float:
    """Seconds until every listener of every running broker serves the certificate of this home.

    One that does not run reads its files at its next start.

    Raises:
        NotSetUp: the brokers are not ours.
        NotTaken: one did not in time; it goes on with what it had.
        KafkaException: a broker refused or did not answer.
    """
    began = time.monotonic()
    for node in _nodes(cluster):
        lay_keys(Home(cluster.home), node.number)
        if node.alive:
            _read_again(cluster, node)
            _until_served(cluster, node)
    return time.monotonic() - began


def roll(cluster: Cluster, file: Path, say: Say) -> float:
    """Seconds until no broker of several runs that started before the file was written.

    What brokers say to each other to choose a leader is not read anew while they run. One after
    the other, each with every replica in step before the next; a sole broker is left alone.

    Raises:
        NotSetUp: the brokers are not ours.
        NotTaken: the replicas were not in step in time; the next broker was not touched.
        BrokerFault: one did not start; its own complaints are shown.
    """
    began, nodes = time.monotonic(), _nodes(cluster)
    written = file.stat().st_mtime
    for node in nodes if len(nodes) > 1 else ():
        if node.process is None or not pids.older(node.process[0], written):
            continue
        _until_in_step(cluster)
        say(f"  broker {node.number} starts anew …")
        watchdog.end([node.process], process.STOP_S)
        process.start(cluster.home)
    if len(nodes) > 1:
        _until_in_step(cluster)
    return time.monotonic() - began


def _until_in_step(cluster: Cluster) -> None:
    admin, began = AdminClient({**cluster.admin_config(), **QUIET}), time.monotonic()
    while not _in_step(admin):
        if time.monotonic() - began > IN_STEP_S:
            raise NotTaken(
                f"Replicas are not in step after {IN_STEP_S:.0f} s, so no broker is stopped. Look "
                "at hub doctor, then run this again."
            )
        time.sleep(0.5)


def _in_step(admin: AdminClient) -> bool:
    try:
        topics = admin.list_topics(timeout=5).topics.values()
    except KafkaException:
        return False
    return all(
        len(partition.isrs) == len(partition.replicas)
        for topic in topics
        for partition in topic.partitions.values()
    )


def _nodes(cluster: Cluster) -> Sequence[Node]:
    record = records.read(Home(cluster.home).record) if cluster.local else None
    if record is None:
        raise NotSetUp("These brokers were not started here: whoever runs them renews them.")
    return record.nodes


def _read_again(cluster: Cluster, node: Node) -> None:
    admin = AdminClient(cluster.admin_config())
    resource = ConfigResource(ResourceType.BROKER, str(node.number))
    (asked,) = admin.describe_configs([resource], request_timeout=live.WAIT_S).values()
    set_now = asked.result(timeout=live.WAIT_S)
    places = {_KEY.format(name): str(set_now[f"ssl.{name}.location"].value) for name in _STORES}
    for how in (AlterConfigOpType.SET, AlterConfigOpType.DELETE):
        entries = [
            ConfigEntry(key, place, incremental_operation=how) for key, place in places.items()
        ]
        changed = ConfigResource(ResourceType.BROKER, str(node.number), incremental_configs=entries)
        _wait_all(admin, [changed])


def _wait_all(admin: AdminClient, changed: list[ConfigResource]) -> None:
    answers = admin.incremental_alter_configs(changed, request_timeout=live.WAIT_S)
    for answer in answers.values():
        answer.result(timeout=live.WAIT_S)


def _until_served(cluster: Cluster, node: Node) -> None:
    certificate, _ = certificates.issue(Home(cluster.home), BROKER, Unit.PLATFORM)
    wanted = x509.load_pem_x509_certificate(certificate.read_bytes())
    began = time.monotonic()
    while not all(one == wanted for one in _served(asdict(node.ports).values())):
        if time.monotonic() - began > WITHIN_S:
            raise NotTaken(
                f"Broker {node.number} does not serve the new certificate after {WITHIN_S:.0f} s; "
                "it goes on with the old one. Its server.log says why; then run this again."
            )
        time.sleep(0.3)


def _served(ports: Iterable[int]) -> Iterable[x509.Certificate]:
    for port in ports:
        for _ in range(THREADS):
            shown = ssl.get_server_certificate(("localhost", port), timeout=5)
            yield x509.load_pem_x509_certificate(shown.encode())
