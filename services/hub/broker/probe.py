"""Whether the brokers answer, asked as the administrator on the listener only certificates open."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from services.hub.broker.cluster import Cluster

QUIET = {"log_level": 0, "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 200}


class Probe:
    """One administrator's connection, kept between questions."""

    def __init__(self, cluster: Cluster) -> None:
        self._admin = AdminClient({**cluster.admin_config(), **QUIET})

    def answering(self, timeout_s: float) -> int:
        """How many brokers the cluster lists; none if it does not answer in time."""
        try:
            return len(self._admin.list_topics(timeout=timeout_s).brokers)
        except KafkaException:
            return 0


def ready(
    cluster: Cluster,
    addresses: Sequence[str],
    brokers: int,
    going_on: Callable[[], bool],
    allow_s: float,
) -> bool:
    """Whether each address answered that it knows so many brokers, all within the time.

    Each is asked itself: the others still list a broker that was killed a moment ago. The time ends
    early if `going_on` ends.
    """
    deadline = time.monotonic() + allow_s
    waiting = [Probe(replace(cluster, bootstrap_internal=address)) for address in addresses]
    while going_on() and time.monotonic() < deadline:
        waiting = [probe for probe in waiting if probe.answering(1.0) < brokers]
        if not waiting:
            return True
        time.sleep(0.05)
    return False
