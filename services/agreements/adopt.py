"""Saying that agreements are adopted: a fact like any other, by the principal that deploys."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from time import monotonic, sleep

from confluent_kafka import KafkaError, KafkaException, Producer

from schemas.base import Fact, sourced_id
from schemas.log import AgreementsAdopted
from services.hub.broker.cluster import Cluster
from services.runtime import wire

SPEAKER = "deploy"
WAIT_S = 20.0


def adopted(version: str, at: datetime) -> AgreementsAdopted:
    """The fact that from here on these agreements hold; adopting them again is another fact."""
    return AgreementsAdopted(
        event_id=sourced_id(SPEAKER, AgreementsAdopted.kind(), f"{version}@{at.isoformat()}"),
        occurred_at=at,
        source=SPEAKER,
        version=version,
    )


def tell(cluster: Cluster, fact: Fact) -> int:
    """The broker has this fact of the principal that deploys; its place among those of its kind.

    A right that was given a moment ago is waited for.

    Raises:
        KafkaException: the broker refused, or did not answer in time.
    """
    # Not idempotent: a refusal would be fatal to such a producer, and saying it twice does no harm.
    producer = Producer({**cluster.service_config(SPEAKER), "acks": "all", "log_level": 0})
    topic = cluster.names.said(SPEAKER, type(fact))
    until = monotonic() + WAIT_S
    while True:
        error, offset = _produce(producer, topic, fact)
        if error is None:
            return offset
        if error.code() != KafkaError.TOPIC_AUTHORIZATION_FAILED or monotonic() > until:
            raise KafkaException(error)
        sleep(0.2)


def tell_all(cluster: Cluster, facts: Iterable[Fact]) -> None:
    """The broker has all of these, of the principal that deploys.

    Raises:
        KafkaException: it refused one, or did not answer in time.
    """
    producer = Producer({**cluster.service_config(SPEAKER), "acks": "all", "log_level": 0})
    failed: list[KafkaError] = []
    for fact in facts:
        while True:
            with suppress(BufferError):
                producer.produce(
                    cluster.names.said(SPEAKER, type(fact)),
                    wire.encode(fact, 0),
                    headers=dict(wire.headers_of(fact, adopted=0)),
                    on_delivery=lambda error, _: failed.append(error) if error else None,
                )
                break
            producer.poll(0.1)
    if producer.flush(WAIT_S) or failed:
        raise KafkaException(failed[0] if failed else KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001


def _produce(producer: Producer, topic: str, fact: Fact) -> tuple[KafkaError | None, int]:
    answers: list[tuple[KafkaError | None, int]] = []
    try:
        producer.produce(
            topic,
            wire.encode(fact, 0),
            headers=dict(wire.headers_of(fact, adopted=0)),
            on_delivery=lambda error, message: answers.append((error, message.offset() or 0)),
        )
    except KafkaException as refused:  # a known refusal is raised here, a fresh one delivered
        error = refused.args[0]
        known = error if isinstance(error, KafkaError) else KafkaError(KafkaError._FAIL)  # noqa: SLF001
        return known, -1
    producer.flush(WAIT_S)
    return answers[0] if answers else (KafkaError(KafkaError._TIMED_OUT), -1)  # noqa: SLF001
