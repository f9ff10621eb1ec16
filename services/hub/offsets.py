"""Where topics begin and end: all places are asked about at once, however many an agency has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    OffsetSpec,
)

Place = tuple[str, int]
"""Topic and partition."""


def latest() -> OffsetSpec:
    """The end."""
    return OffsetSpec.latest()  # type: ignore[no-untyped-call, no-any-return]  # it has no types


def earliest() -> OffsetSpec:
    """The beginning."""
    return OffsetSpec.earliest()  # type: ignore[no-untyped-call, no-any-return]  # likewise


def offsets(
    admin: AdminClient,
    places: Iterable[Place],
    spec: OffsetSpec,
    within_s: float,
    *,
    committed: bool,
) -> Mapping[Place, int]:
    """One offset of each place; -1 where none is as late as asked.

    Raises:
        KafkaException: the broker refuses, or does not answer in that time.
    """
    asked = {TopicPartition(topic, number): spec for topic, number in places}
    if not asked:
        return {}
    isolation = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
    answers = admin.list_offsets(asked, isolation_level=isolation, request_timeout=within_s)
    return {
        (place.topic, place.partition): answer.result().offset for place, answer in answers.items()
    }
