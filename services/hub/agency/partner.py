"""An agency as it comes to the broker: with its folder, and nothing else of the hub's."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicCollection
from confluent_kafka.admin import AdminClient
from pydantic import BaseModel, ConfigDict, ValidationError

from services.bridge.bundle import Bundle
from services.runtime.faults import Stop, Unavailable
from services.runtime.names import Names
from services.runtime.outbox import RDKAFKA
from services.runtime.records import Headers

WAIT_S = 15.0
LARGEST = 2_000_000
"""What the client lets through: the broker decides."""
Answer = KafkaError | None


class _More(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    dead: str


@dataclass(frozen=True)
class Partner:
    """One agency's folder, read."""

    bundle: Bundle
    dead: str
    slug: str
    names: Names

    @classmethod
    def read(cls, folder: Path) -> Partner:
        """The agency whose folder that is.

        Raises:
            Stop: a file is missing or is not what it should be.
        """
        bundle = Bundle.read(folder)
        try:
            more = _More.model_validate_json((folder / "topics.json").read_bytes())
        except ValidationError:
            raise Stop("no usable agency folder: topics.json") from None
        *before, _, slug = bundle.inbox.split(".")
        return cls(bundle, more.dead, slug, Names(".".join(before)))

    @property
    def config(self) -> dict[str, Any]:
        """For a Kafka client. Holds the password: never to be logged."""
        return {**self.bundle.client, "log_level": 0}

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """Where the broker is to be found."""
        listed = self.bundle.client.get("bootstrap.servers", "").split(",")
        pairs = [one.rpartition("://")[2].strip().rpartition(":") for one in listed]
        return [(host.strip("[]"), int(port)) for host, _, port in pairs if port.isdecimal()]

    @property
    def limit_bytes(self) -> int:
        """A value longer than this is too large for any topic it may write."""
        return 2 * self.bundle.largest_batch_bytes

    def shake_hands(self, host: str, port: int) -> str:
        """The version of TLS, with a broker whose certificate the folder's authority has signed.

        Raises:
            OSError: it has not, or nobody answers.
        """
        client = self.bundle.client
        context = ssl.create_default_context(cafile=client.get("ssl.ca.location"))
        if "ssl.certificate.location" in client:
            context.load_cert_chain(
                client["ssl.certificate.location"], client.get("ssl.key.location")
            )
        with (
            socket.create_connection((host, port), WAIT_S) as bare,
            context.wrap_socket(bare, server_hostname=host) as safe,
        ):
            return str(safe.version())

    def admitted(self) -> AdminClient:
        """A client the broker has let in.

        Raises:
            KafkaException: it did not.
        """
        errors: list[KafkaError] = []
        config: dict[str, Any] = {**self.config, "error_cb": errors.append}
        admin = AdminClient(config)
        until = monotonic() + WAIT_S
        while True:
            try:
                admin.list_topics(timeout=1.0)
            except KafkaException:
                admin.poll(0)
                told = [one for one in errors if one.code() in _HOPELESS]
                if told:
                    raise KafkaException(told[0]) from None
                if monotonic() > until:
                    raise
            else:
                return admin

    def say(self, letters: Iterable[tuple[str, bytes, Headers]]) -> list[Answer]:
        """What the broker answered to each, in their order; None: it has it."""
        told: dict[int, Answer] = {}
        limits = {"message.max.bytes": LARGEST, "compression.type": "none"}
        times = {"delivery.timeout.ms": int(WAIT_S * 1000), "batch.size": 1}
        producer = Producer({**self.config, **limits, **times, "acks": "all"}, logger=RDKAFKA)
        count = 0
        for topic, value, headers in letters:
            producer.produce(topic, value, headers=list(headers), on_delivery=_into(told, count))
            count += 1
        producer.flush(WAIT_S + 5)
        unanswered = KafkaError(KafkaError._MSG_TIMED_OUT)  # noqa: SLF001  its own way to say so
        return [told.get(number, unanswered) for number in range(count)]


_HOPELESS = {KafkaError._AUTHENTICATION, KafkaError._SSL}  # noqa: SLF001  likewise


def topic_rights(admin: AdminClient, topics: Iterable[str]) -> dict[str, frozenset[str] | Answer]:
    """By topic, what the broker says may be done there; or why it does not say."""
    asked = admin.describe_topics(
        TopicCollection(list(topics)), include_authorized_operations=True, request_timeout=WAIT_S
    )
    return {topic: _operations(future) for topic, future in asked.items()}


def group_rights(admin: AdminClient, group: str) -> frozenset[str] | Answer:
    """What may be done with that group; or why the broker does not say."""
    asked = admin.describe_consumer_groups(
        [group], include_authorized_operations=True, request_timeout=WAIT_S
    )
    return _operations(asked[group])


def cluster_rights(admin: AdminClient) -> frozenset[str] | Answer:
    """What may be done with the cluster as a whole."""
    asked = admin.describe_cluster(include_authorized_operations=True, request_timeout=WAIT_S)
    return _operations(asked)


def _operations(future: Future[Any]) -> frozenset[str] | Answer:
    try:
        described = future.result(timeout=WAIT_S)
    except KafkaException as refused:
        error: KafkaError = refused.args[0]
        return error
    except TimeoutError:
        raise Unavailable("the broker does not say what may be done") from None
    return frozenset(one.name for one in described.authorized_operations or ())


def _into(told: dict[int, Answer], number: int) -> Callable[[Answer, Message], None]:
    def keep(answer: Answer, _: Message) -> None:
        told[number] = answer

    return keep


def words(client: Mapping[str, str]) -> list[str]:
    """What in a client's settings weakens TLS."""
    found = []
    if client.get("security.protocol", "").upper() not in {"SSL", "SASL_SSL"}:
        found.append("security.protocol is not SASL_SSL or SSL")
    if not client.get("ssl.ca.location"):
        found.append("ssl.ca.location is missing")
    if client.get("enable.ssl.certificate.verification", "true").lower() != "true":
        found.append("enable.ssl.certificate.verification is off")
    if client.get("ssl.endpoint.identification.algorithm", "https").lower() != "https":
        found.append("ssl.endpoint.identification.algorithm is off")
    return found
