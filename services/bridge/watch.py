"""What operators see of a bridge: which of its parts wait for whom, and counts without names."""

from __future__ import annotations

import logging

from prometheus_client import CollectorRegistry, Counter, Gauge

log = logging.getLogger(__name__)


class Watch:
    """Red while any part waits for something that is away; metrics of one process.

    Reasons and labels are of our own making: never anything a partner wrote.
    """

    def __init__(self, bridge: str) -> None:
        self.registry = CollectorRegistry()
        self._away: dict[str, str] = {}

        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(name, doc, labels, namespace="hub_bridge", registry=self.registry)

        self.said = counter("facts_said", "Facts the broker confirmed, by kind.", "kind")
        self.rows = counter("rows", "Rows or events taken in, by outcome.", "outcome")
        self.asked = counter("requests", "Requests of the partner, by status.", "status")
        self.told = counter("notices", "Notices handed over, by outcome.", "outcome")
        self.repeats = counter("notices_repeated", "Notices that stood twice in the inbox.")
        self.canary = Gauge(
            "last_canary_timestamp_seconds",
            "When the last canary was sent that came through the inbox; 0 before the first.",
            namespace="hub_bridge",
            registry=self.registry,
        )
        self.gaps = counter("inbox_gaps", "Places in the inbox that were skipped: page somebody.")
        self.is_away = Gauge(
            "away",
            "1 while a part waits for something that is away.",
            ["part"],
            namespace="hub_bridge",
            registry=self.registry,
        )
        info = Gauge(
            "info", "1 while it runs.", ["bridge"], namespace="hub_bridge", registry=self.registry
        )
        info.labels(bridge=bridge).set(1)

    def away(self, part: str, because: str) -> None:
        """That part waits, and why."""
        if self._away.get(part) != because:
            log.warning("A part of the bridge waits", extra={"service": part, "reason": because})
        self._away[part] = because
        self.is_away.labels(part=part).set(1)

    def back(self, part: str) -> None:
        """That part works."""
        if self._away.pop(part, None) is not None:
            log.info("A part of the bridge works again", extra={"service": part})
        self.is_away.labels(part=part).set(0)

    def waits(self, part: str) -> bool:
        """Whether that part waits now."""
        return part in self._away

    def fault(self) -> str:
        """What is waited for now, or empty."""
        return "; ".join(f"{part}: {why}" for part, why in sorted(self._away.items()))
