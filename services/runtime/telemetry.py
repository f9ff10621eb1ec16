"""What operators see: JSON log lines without payload, and metrics."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SHOWN = ("at", "fault", "service", "partition", "count", "port", "agency", "file", "reason")
"""The only extras a log line may carry: places, types, names of our own making."""

_QUIET = ("librdkafka", "faust", "aiokafka", "mode", "asyncssh", "aiohttp.access")


class JsonLines(logging.Formatter):
    """One JSON object a line. Exceptions show their type and place, never their text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "at_time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "from": record.name,
            "says": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _SHOWN if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                line["where"] = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        return json.dumps(line, default=lambda value: type(value).__name__)


class _NotTooOften(logging.Filter):
    """Lets one line of a kind through per interval, of those libraries that say much.

    On the handler: a logger's filter does not see what its children say.
    """

    def __init__(self, every_s: float = 10.0) -> None:
        super().__init__()
        self._every_s = every_s
        self._last: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not any(record.name == of or record.name.startswith(f"{of}.") for of in _QUIET):
            return True
        key, now = (record.pathname, record.lineno), monotonic()
        if now - self._last.get(key, -self._every_s) < self._every_s:
            return False
        self._last[key] = now
        return True


def log_to_stderr(level: int = logging.INFO) -> None:
    """JSON lines on standard error; client libraries only from WARNING, and not too often.

    DEBUG is never set: aiokafka would print keys and values.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(_NotTooOften())
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Meters:
    """The metrics of one stateful service; labels are ours alone, never anybody's data."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()

        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(name, doc, labels, namespace="hub", registry=self.registry)

        def gauge(name: str, doc: str, *labels: str) -> Gauge:
            return Gauge(name, doc, labels, namespace="hub", registry=self.registry)

        gauge("service_info", "1 while it runs.", "service").labels(service=service).set(1)
        self.decisions = counter("decisions", "Decisions by reason.", "because")
        self.taken = counter("records_taken", "Records decided, saved and done.")
        self.said = counter("records_said", "Records published.")
        self.repeats = counter("repeats_dropped", "Records said again, dropped.")
        self.repeats_that_differ = counter(
            "repeats_that_differ", "Said again with other bytes: page somebody."
        )
        self.held = counter("rows_held", "Rows held because a rule failed.")
        self.parked = counter("records_parked", "Records set aside: process after process failed.")
        self.batches = counter("batches", "Micro-batches done.")
        self.position = gauge("position", "Next offset to read.", "topic", "partition")
        self.lag = gauge("lag_records", "Records behind.", "topic", "partition")
        self.rebuilt_at = gauge(
            "rows_rebuilt_at_seconds",
            "When the supervisor made its rows anew, since 1970; 0: never.",
        )
        self.rows = gauge("rows", "Rows kept.", "partition")
        self.delay_s = Histogram(
            "delay_seconds",
            "From the broker's append to done.",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
            namespace="hub",
            registry=self.registry,
        )
