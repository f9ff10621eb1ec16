"""The same broker in the project's own container image, started from the same rendered files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from testcontainers.core.container import DockerContainer

from services.hub.broker import certificates
from services.hub.broker import record as records
from services.hub.broker.artifacts import KAFKA_VERSION
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import StartFailed
from services.hub.broker.jvm import TUNING, heap
from services.hub.broker.layout import Home
from services.hub.broker.ports import Ports
from services.hub.broker.probe import ready
from services.hub.broker.process import ALLOW_S
from services.hub.broker.render import CONTAINER, FORMAT, LOGGING, PROPERTIES, lay_out

IMAGE = f"apache/kafka:{KAFKA_VERSION}"
SCRIPT = (
    f"/opt/kafka/bin/kafka-storage.sh @{CONTAINER.root}/{FORMAT} >/dev/null"
    f" && exec /opt/kafka/bin/kafka-server-start.sh {CONTAINER.root}/{PROPERTIES}"
)
"""The image's own start makes its storage without our arguments, so its scripts are called."""


class HubKafka(DockerContainer):
    """One node; `directory` is what `lay_out` made for `CONTAINER`."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        super().__init__(IMAGE, user=f"{os.getuid()}:0")  # our user: the keys are ours alone
        self.with_volume_mapping(str(directory), CONTAINER.root, "ro")
        self.with_command(["bash", "-c", SCRIPT])
        for port in astuple(
            ports
        ):  # the same inside and outside: what is advertised is what is true
            self.ports[f"{port}/tcp"] = ("127.0.0.1", port)  # type: ignore[assignment]  # docker takes the pair
        self.with_env("KAFKA_HEAP_OPTS", heap())
        self.with_env("KAFKA_JVM_PERFORMANCE_OPTS", " ".join(TUNING))
        self.with_env("LOG_DIR", f"{CONTAINER.data}/logs")
        logging = f"-Dlog4j2.configurationFile=file:{CONTAINER.root}/{LOGGING}"
        self.with_env("KAFKA_LOG4J_OPTS", logging)

    def running(self) -> bool:
        """Whether the container has not ended."""
        container = self.get_wrapped_container()
        container.reload()
        return str(container.status) in {"created", "running"}


@contextmanager
def broker_in_container(home: Path) -> Iterator[Cluster]:
    """A fresh broker for the length of the block; its data ends with it.

    Raises:
        StartFailed: it ended, or was not ready in time.
    """
    layout = Home(home.resolve()).made()
    certificates.ensure(layout)
    record = records.new(nodes=1)
    ports = record.nodes[0].ports
    directory = lay_out(layout, CONTAINER, 1, [ports], record.cluster_id)
    cluster = Cluster.of(record, layout.path)
    with HubKafka(directory, ports) as container:
        if not ready(cluster, [cluster.bootstrap_internal], 1, container.running, ALLOW_S):
            output, errors = container.get_logs()
            said = (output + errors).decode(errors="replace")[-2000:]
            raise StartFailed(f"The broker's container was not ready in time. It said:\n{said}")
        (directory / FORMAT).unlink()
        yield cluster
