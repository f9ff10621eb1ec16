"""Says a Tick at a steady pace; the door puts it into the log, where rules find their "now"."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter
from pydantic import Field

from schemas.base import sourced_id
from schemas.log import Tick
from services.runtime import http
from services.runtime.connection import Connection
from services.runtime.faults import Unavailable
from services.runtime.names import Names
from services.runtime.outbox import KafkaOutbox
from services.runtime.settings import Settings, load
from services.runtime.speech import as_said
from services.runtime.telemetry import log_to_stderr

log = logging.getLogger(__name__)

ME = "clock"


class ClockSettings(Settings):
    """Where the clock finds its broker, and how often it ticks."""

    bootstrap: str
    ca: Path
    certificate: Path
    key: Path
    port: int
    prefix: str = ""
    every_s: float = Field(default=10.0, gt=0, description="Seconds between ticks.")


def tick(now: datetime) -> Tick:
    """The tick of that moment; said again, it is the same."""
    return Tick(
        event_id=sourced_id(ME, Tick.kind(), now.isoformat()), occurred_at=now, source=ME, now=now
    )


async def run(environ: Mapping[str, str]) -> None:
    """Tick until told to stop; a broker that is away only makes the next tick late."""
    log_to_stderr()
    settings = load(ClockSettings, environ)
    connection = Connection(settings.bootstrap, settings.ca, settings.certificate, settings.key)
    outbox, names = KafkaOutbox(connection.confluent()), Names(settings.prefix)
    registry, health = CollectorRegistry(), http.Health()
    said = Counter("ticks", "Ticks said.", namespace="hub", registry=registry)
    pages = await http.serve(http.status_page(health.fault, registry), settings.port)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    while not stopped.is_set():
        try:
            await outbox.send([as_said(names, tick(datetime.now(UTC)))])
            said.inc()
            health.progress()
        except Unavailable:
            health.because = "the broker does not answer"
            log.warning("tick not said")
        try:
            await asyncio.wait_for(stopped.wait(), settings.every_s)
        except TimeoutError:
            continue
    await pages.cleanup()
    outbox.close()
