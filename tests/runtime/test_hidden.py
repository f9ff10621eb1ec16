"""Whether what stands open in a changelog is hidden for good, or only for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from services.runtime import rowlog
from services.runtime.faults import Unavailable
from services.runtime.rowlog import stable_before

PLACE = TopicPartition("rows", 0)


class Asked:
    """A consumer that is told one end after the other, the last for ever."""

    def __init__(self, *stable: int) -> None:
        self._ends: Iterator[int] = iter(stable)
        self._end = 0

    def get_watermark_offsets(self, _: TopicPartition, timeout: float) -> tuple[int, int]:
        assert timeout > 0
        self._end = next(self._ends, self._end)
        return 0, self._end


class Away:
    def get_watermark_offsets(self, _: TopicPartition, timeout: float) -> tuple[int, int]:
        assert timeout > 0
        raise KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))


def asked(consumer: Any, end: int) -> int:  # noqa: ANN401  confluent's is not to be subclassed
    return stable_before(consumer, PLACE, end)


def test_a_marker_that_comes_a_moment_later_is_waited_for() -> None:
    assert asked(Asked(3, 3, 7), 7) == 7


def test_what_was_written_since_the_end_was_asked_for_is_not_looked_at() -> None:
    assert asked(Asked(9), 7) == 7


def test_what_stays_open_is_told_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowlog, "SETTLES_S", 0.3)
    assert asked(Asked(3), 7) == 3


def test_a_broker_that_does_not_say_is_no_transaction_left_open() -> None:
    with pytest.raises(Unavailable):
        asked(Away(), 7)
