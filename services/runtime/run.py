"""How a stateful service runs as a process: settings, pre-flight, lanes, pages, signals."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import Field

from services.runtime import handover, http, installed, preflight, topics
from services.runtime.batch import Lane
from services.runtime.connection import Connection
from services.runtime.faults import Fault, Stop, Unavailable
from services.runtime.faust_app import LaneApp, faust_app
from services.runtime.history import KafkaHistory
from services.runtime.journal import KafkaJournal
from services.runtime.names import Names
from services.runtime.outbox import KafkaOutbox
from services.runtime.rowlog import KafkaRowLog
from services.runtime.schema_store import committed
from services.runtime.service import Service
from services.runtime.settings import Settings, load
from services.runtime.symptoms import Symptom, Weight
from services.runtime.telemetry import Meters, log_to_stderr

log = logging.getLogger(__name__)

EXIT_CONFIG = 78
"""Exit code where settings, rights or topics are wrong (EX_CONFIG)."""


class WorkerSettings(Settings):
    """Where a worker finds its broker and its own certificate, and what it is called."""

    bootstrap: str = Field(description="Brokers' mutual-TLS listener, host:port.")
    ca: Path = Field(description="Certificate authority of the brokers.")
    certificate: Path = Field(description="This service's certificate.")
    key: Path = Field(description="Its key; readable by the service alone.")
    home: Path = Field(description="The installation's folder: agreements and secrets.")
    worker: str = Field(description="Stable name of this worker in its group.")
    port: int = Field(description="Port of /health and /metrics on this machine.")
    prefix: str = Field(default="", description="Keeps several installations apart.")
    session_timeout_s: float = Field(
        default=8.0, ge=6, description="After this silence a standby takes over."
    )

    rows_rebuilt_at: float = Field(
        default=0, description="When its rows were made anew by themselves, seconds since 1970."
    )
    waits: bool = Field(
        default=False, description="Whether it waits, ready, until the one before it has ended."
    )

    @property
    def names(self) -> Names:
        """The installation's names."""
        return Names(self.prefix)

    @property
    def connection(self) -> Connection:
        """How to reach the broker."""
        return Connection(self.bootstrap, self.ca, self.certificate, self.key)

    def reference_secret(self) -> bytes:
        """The installation's secret for references.

        Raises:
            Stop: it is not there.
        """
        path = self.home / "secrets" / "references"
        if not path.is_file():
            raise Stop("The secret for references is missing; run: hub agreements apply")
        return path.read_bytes()


GARBAGE = (50_000, 20, 50)
"""Rows live for ever and hold no cycles: looked through as often as Python does by itself, they
took an eighth of the door's time."""


def main(build: Callable[[WorkerSettings], Service], environ: Mapping[str, str]) -> None:
    """Run the service until it is told to stop; exits 78 where the installation is wrong."""
    log_to_stderr()
    gc.set_threshold(*GARBAGE)
    try:
        settings = load(WorkerSettings, environ)
        refuse(_seen_here(settings))
        service = build(settings)
        asyncio.run(_run(service, settings))
    except Fault as fault:
        log.critical("cannot run", extra={"reason": str(fault)})
        sys.exit(EXIT_CONFIG)


async def _run(service: Service, settings: WorkerSettings) -> None:
    meters, health = Meters(service.name), http.Health()
    outbox = KafkaOutbox(settings.connection.confluent())
    ready = partial(_ready, service, settings, meters, health, outbox)
    app = None
    if settings.waits:
        app = await ready()
        log.info("ready to take over", extra={"service": service.name})
        if not await asyncio.to_thread(handover.told_to_begin):
            return
        log.info("takes over", extra={"service": service.name})
    pages = await http.serve(http.status_page(health.fault, meters.registry), settings.port)
    try:
        await _work(app or await ready(), settings)
    finally:
        await pages.cleanup()
        outbox.close()


async def _checked(service: Service, settings: WorkerSettings, health: http.Health) -> None:
    """Wait while the broker is away; refuse to start where that could not work.

    Raises:
        Stop: something that stops a worker was found; each has a line in the log.
    """
    config = settings.connection.confluent()
    wanted = preflight.wanted_by(service)
    for attempt in range(sys.maxsize):
        try:
            found = await asyncio.to_thread(preflight.symptoms, wanted, config)
        except Unavailable:
            health.because = "the broker does not answer"
            await asyncio.sleep(min(10.0, 0.5 * 2**attempt) * random.uniform(0.5, 1))  # noqa: S311
            continue
        refuse(found)
        return


def _seen_here(settings: WorkerSettings) -> list[Symptom]:
    """What is wrong without asking the broker; with an expired certificate it never answers."""
    build = installed.build_fingerprint()
    # One that waits is not adopted yet: that is what it waits for.
    version = build if settings.waits else installed.adopted_build(settings.home)[0]
    return [
        *installed.certificates((settings.certificate, settings.ca), datetime.now(UTC)),
        *installed.schema_ids(),
        *installed.build(version, build),
        *installed.written(installed.in_use(settings.home), committed().highest),
    ]


def refuse(found: Iterable[Symptom]) -> None:
    """One line for each.

    Raises:
        Stop: with some of them a worker must not start.
    """
    stopping = 0
    for one in found:
        level = logging.ERROR if one.weight is Weight.STOPS else logging.WARNING
        log.log(level, "pre-flight", extra={"reason": str(one)})
        stopping += one.weight is Weight.STOPS
    if stopping:
        raise Stop(f"pre-flight: {stopping} of the faults above keep this worker from working")


async def _ready(
    service: Service,
    settings: WorkerSettings,
    meters: Meters,
    health: http.Health,
    outbox: KafkaOutbox,
) -> LaneApp:
    """Everything is checked and made; nothing is taken yet.

    Raises:
        Stop: a worker must not start here.
    """
    await _checked(service, settings, health)
    config = settings.connection.confluent()
    meters.rebuilt_at.set(settings.rows_rebuilt_at)
    build = installed.build_fingerprint()
    rowlog = KafkaRowLog(config, service.names, service.name)
    history = KafkaHistory(config, service.app_id)
    journal = KafkaJournal(config, rowlog, service.names.journal(service.name), service.app_id)

    async def done(partition: int) -> dict[str, int]:
        places = [(topic, partition) for topic in service.sources]
        told = await asyncio.to_thread(topics.done, config, service.app_id, places)
        return {topic: offsets[partition] for topic, offsets in told.items()}

    def new_lane(partition: int, lease: Callable[[], Awaitable[None]]) -> Lane:
        return Lane(
            service,
            partition,
            outbox,
            rowlog,
            meters,
            build,
            journal if service.journaled else None,
            lease,
            installed.build_since(settings.home, build),
            history,
            partial(done, partition),
        )

    app = faust_app(
        service,
        settings.connection,
        new_lane=new_lane,
        meters=meters,
        health=health,
        worker=settings.worker,
        session_timeout_s=settings.session_timeout_s,
        datadir=settings.home / "run" / settings.worker,
    )
    app.conf.datadir.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.loop = asyncio.get_running_loop()
    app.finalize()
    return app


async def _work(app: LaneApp, settings: WorkerSettings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await app.start()
    log.info("running", extra={"service": app.hub_service.name, "port": settings.port})
    await stopped.wait()
    app.health.because = "stopping"
    await app.stop()
