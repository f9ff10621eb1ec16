"""Whether the broker answers, and lets in only whom it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AclOperation,
    AdminClient,
    ConfigResource,
    ResourceType,
)

from services.hub.broker import record as records
from services.hub.broker.faults import NotSetUp
from services.hub.broker.layout import Home
from services.hub.doctor.patient import WAIT_S, CannotLook, Patient
from services.runtime.symptoms import Symptom, Weight

_SETTINGS = "compare its server.properties with deploy/kafka, then restart it"
ANSWERS_S = 6.0
_STRANGER = "clock"
"""A principal of ours that has nothing to do with the log."""


@dataclass(frozen=True)
class BrokerSeen:
    """How many answered, how each is set, and what somebody without a right is shown."""

    answering: int
    expected: int
    settings: Mapping[str, Mapping[str, str]]
    """By broker; what the broker keeps to itself is not among them."""
    shows_the_log_to_anybody: bool = False


def look(patient: Patient) -> BrokerSeen:
    """The brokers as they are.

    Raises:
        CannotLook: the certificate is not the deploying principal's.
    """
    expected = _expected(patient)
    try:
        cluster = patient.admin.describe_cluster(
            include_authorized_operations=True, request_timeout=ANSWERS_S
        ).result()
    except KafkaException:
        return BrokerSeen(0, expected, {})
    if AclOperation.ALTER not in (cluster.authorized_operations or ()):
        # Asked for passwords as anybody else, the client library ends this process.
        raise CannotLook("this is not the deploying principal: set HUB_ADMIN_CERT, HUB_ADMIN_KEY")
    resources = [ConfigResource(ResourceType.BROKER, str(node.id)) for node in cluster.nodes]
    described = patient.admin.describe_configs(resources, request_timeout=WAIT_S)
    settings = {
        resource.name: {
            name: str(entry.value)
            for name, entry in answer.result().items()
            if entry.value is not None
        }
        for resource, answer in described.items()
    }
    return BrokerSeen(len(cluster.nodes), expected, settings, _shown_to_a_stranger(patient))


def symptoms(seen: BrokerSeen) -> Iterator[Symptom]:
    """What is wrong with them."""
    if not seen.answering:
        do = "run: hub broker status, then hub up; its log is in broker/1/logs"
        yield Symptom("broker", "does not answer", do, Weight.STOPS)
    elif seen.answering < seen.expected:
        wrong = f"only {seen.answering} of {seen.expected} brokers answer"
        yield Symptom("broker", wrong, "run: hub broker start")
    for number, settings in sorted(seen.settings.items()):
        yield from _secured(f"broker {number}", settings)
    if seen.shows_the_log_to_anybody:
        wrong = f"shows the log to {_STRANGER}, who has no right to it"
        yield Symptom("broker", wrong, f"set allow.everyone.if.no.acl.found=false: {_SETTINGS}")


def _secured(where: str, settings: Mapping[str, str]) -> Iterator[Symptom]:
    pairs = settings.get("listener.security.protocol.map", "").split(",")
    protocols = dict(pair.strip().partition(":")[::2] for pair in pairs)
    for listener in _listeners(settings):
        protocol = protocols.get(listener, listener)
        if protocol.endswith("PLAINTEXT"):
            wrong = f"listener {listener} is open without TLS ({protocol})"
            yield Symptom(where, wrong, _SETTINGS)
        own = f"listener.name.{listener.lower()}.ssl.client.auth"
        asks = settings.get(own, settings.get("ssl.client.auth", "none"))
        if protocol == "SSL" and asks != "required":
            wrong = f"listener {listener} lets in who has no certificate"
            yield Symptom(where, wrong, f"set {own}=required: {_SETTINGS}")
    if not settings.get("authorizer.class.name"):
        yield Symptom(where, "checks nobody's rights: it has no authorizer", _SETTINGS)
    if settings.get("auto.create.topics.enable") != "false":
        yield Symptom(where, "makes any topic somebody asks for", _SETTINGS)


def _listeners(settings: Mapping[str, str]) -> list[str]:
    listeners = settings.get("listeners", "").split(",")
    return [name for name, _, _ in (one.strip().partition("://") for one in listeners) if name]


def _expected(patient: Patient) -> int:
    record = records.read(Home(patient.home).record)
    return len(record.nodes) if record else 1


def _shown_to_a_stranger(patient: Patient) -> bool:
    try:
        config = patient.cluster.service_config(_STRANGER)
    except NotSetUp:
        return False
    log, stranger = patient.cluster.names.log, AdminClient({**config, "log_level": 0})
    answers = stranger.describe_topics(TopicCollection([log]), request_timeout=WAIT_S)
    try:
        answers[log].result()
    except KafkaException:
        return False
    return True
