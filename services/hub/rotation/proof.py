"""What the broker really does with a credential, asked of every node with that credential."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from services.hub.broker.cluster import ClientConfig
from services.hub.broker.faults import NotTaken
from services.hub.broker.probe import QUIET
from services.runtime.connection import tls_of

WITHIN_S = 30.0
THREADS = 4
"""So often a listener is asked: it has two threads, each with certificate and trust of its own."""
_REFUSALS = frozenset({KafkaError._AUTHENTICATION, KafkaError._SSL})  # noqa: SLF001  its public face


def let_in(config: ClientConfig, within_s: float = WITHIN_S) -> float:
    """Seconds until every node answered a new session with it.

    Raises:
        NotTaken: one did not in that time.
    """
    return _each_node(config, _answers, f"does not take the new credential. {_ONE_SLOT}", within_s)


def shut_out(config: ClientConfig, within_s: float = WITHIN_S) -> float:
    """Seconds until every node refused a new session with it.

    Raises:
        NotTaken: one did not in that time.
    """
    return _each_node(config, _refuses, "still takes the old credential", within_s)


def certificate_shut_out(config: ClientConfig, within_s: float = WITHIN_S) -> float:
    """Seconds until every node refused a new session with that certificate.

    Raises:
        NotTaken: one did not in that time.
    """
    return _each_node(config, _alerts, "still takes the old certificate", within_s)


class Session:
    """Sessions that stand before something is taken away: what they are told afterwards counts.

    One for each node, since each learns of a right that is gone by itself.
    """

    def __init__(self, config: ClientConfig, topics: Collection[str]) -> None:
        self._topics = sorted(topics)
        self._clients = [AdminClient({**one, **QUIET}) for one in _by_node(config)]

    def open(self) -> bool:
        """Whether the credential lets them in at all; from here on they stand."""
        return all(_listed(client, 5.0) for client in self._clients)

    def until_denied(self, within_s: float = WITHIN_S) -> float:
        """Seconds until every node denies all of the topics.

        Raises:
            NotTaken: one did not in that time.
        """
        began, left = time.monotonic(), list(self._clients)
        while left:
            left = [client for client in left if not self._denied(client)]
            if left and time.monotonic() - began > within_s:
                raise NotTaken(
                    f"{len(left)} of {len(self._clients)} brokers still serve it after "
                    f"{within_s:.0f} s. Run the command again; if that does not help, stop them."
                )
        return time.monotonic() - began

    def _denied(self, client: AdminClient) -> bool:
        asked = client.describe_topics(TopicCollection(self._topics), request_timeout=5.0)
        return all(_code(one.exception()) in _DENIALS for one in asked.values())


_ONE_SLOT = "One started by an earlier build offers one password mechanism only: hub down, hub up"
_DENIALS = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, *_REFUSALS})


def _each_node(
    config: ClientConfig, true: Callable[[ClientConfig], bool], otherwise: str, within_s: float
) -> float:
    began = time.monotonic()
    for one in _by_node(config):
        while not true(one):
            if time.monotonic() - began > within_s:
                raise NotTaken(
                    f"After {within_s:.0f} s the broker at {one['bootstrap.servers']} {otherwise}. "
                    "Nothing more was changed; its server.log says why. Then run this again."
                )
    return time.monotonic() - began


def _by_node(config: ClientConfig) -> Sequence[ClientConfig]:
    return [
        {**config, "bootstrap.servers": address}
        for address in str(config["bootstrap.servers"]).split(",")
    ]


def _answers(config: ClientConfig) -> bool:
    return _listed(AdminClient({**config, **QUIET}), 2.0)


def _refuses(config: ClientConfig) -> bool:
    """Whether the broker says that it does not know this; silence says nothing."""
    errors: list[KafkaError] = []
    watched: dict[str, Any] = {**config, **QUIET, "error_cb": errors.append}
    client = AdminClient(watched)
    if _listed(client, 1.0):
        return False
    client.poll(0)
    return any(error.code() in _REFUSALS for error in errors)


def _alerts(config: ClientConfig) -> bool:
    """Whether each thread of the listener ends the handshake with an alert.

    librdkafka reports that like a broker that is away, so the handshake is made here.
    """
    context = tls_of(config)
    host, _, port = str(config["bootstrap.servers"]).rpartition(":")
    return all(_alert(context, host, int(port)) for _ in range(THREADS))


def _alert(context: ssl.SSLContext, host: str, port: int) -> bool:
    """Whether the server refuses; one that lets in waits for a request, which never comes."""
    try:
        with (
            socket.create_connection((host, port), timeout=2) as plain,
            context.wrap_socket(plain, server_hostname=host) as line,
        ):
            line.settimeout(1)
            line.recv(1)
    except ssl.SSLError:
        return True
    except OSError:
        return False
    return False


def _listed(client: AdminClient, timeout_s: float) -> bool:
    try:
        client.list_topics(timeout=timeout_s)
    except KafkaException:
        return False
    return True


def _code(fault: BaseException | None) -> int | None:
    return fault.args[0].code() if isinstance(fault, KafkaException) else None
