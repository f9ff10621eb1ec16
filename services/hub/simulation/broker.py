"""What the broker holds in a simulation: topics, rows, and who may write them."""

from __future__ import annotations

from collections import defaultdict

from services.runtime.faults import Stop
from services.runtime.outbox import MemoryTopics
from services.runtime.records import Outgoing, Record, RowBytes

Place = tuple[str, int]
"""A service and a partition."""


class Broker:
    """Nothing here is ever lost; what is done here is done."""

    def __init__(self) -> None:
        self.topics = MemoryTopics()
        self.rows: dict[Place, dict[str, bytes]] = defaultdict(dict)
        self._holders: dict[Place, int] = defaultdict(int)
        self.now = 0
        """Steps since the beginning."""
        self.appended = 0
        """Counts what arrives, so that readers know whether to look."""
        self.used: dict[int, set[str]] = defaultdict(set)
        """By partition, the topics with anything in them, so that readers look into no other."""

    def append(self, out: Outgoing) -> Record:
        """The record as it now stands in its topic."""
        self.appended += 1
        self.used[out.partition].add(out.topic)
        return self.topics.append(out)

    def end(self, topic: str, partition: int = 0) -> int:
        """The offset after the last."""
        return self.topics.end(topic, partition)

    def fence(self, place: Place) -> int:
        """A new holder; whoever held the place before is refused from here on."""
        self._holders[place] += 1
        return self._holders[place]

    def check(self, place: Place, holder: int) -> None:
        """That holder may still write there.

        Raises:
            Stop: another took the place.
        """
        if self._holders[place] != holder:
            raise Stop("not saved: fenced")

    def save(self, place: Place, holder: int, rows: RowBytes) -> None:
        """All of these rows, or none.

        Raises:
            Stop: another took the place.
        """
        self.check(place, holder)
        stands = self.rows[place]
        for key, value in rows.items():
            if value is None:
                stands.pop(key, None)
            else:
                stands[key] = value
