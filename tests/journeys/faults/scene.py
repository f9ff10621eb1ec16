"""Whom a fault may strike, and whether the line runs again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from confluent_kafka import KafkaException

from services.hub import start
from services.hub.broker import process
from services.hub.broker import record as records
from services.hub.broker.layout import Home
from services.hub.broker.record import Node, Record
from services.hub.broker.render import REAUTHENTICATE_S
from services.hub.processes import Program
from services.hub.rest import Ends, Lag, metric
from services.runtime.faults import Unavailable
from services.runtime.names import SERVICES
from services.runtime.service import Service
from tests.journeys.faults import hanging
from tests.journeys.faults.load import Load
from tests.journeys.faults.verdict import NOTHING, Verdict, judge
from tests.journeys.hub import Hub
from tests.processes import a_free_port, guard, started

AGAIN_S = 240.0
"""A line that does not run again in this time counts as stopped."""
RESTS_S = 180.0
READ_AGAIN = 3
HANGING_S = 50.0
"""So long nothing moves before an open transaction is looked for: its time-out is over then."""


class StoppedForGood(Exception):
    """The line does not run again; names who is behind."""


@dataclass
class Scene:
    """A hub under load."""

    hub: Hub
    load: Load
    chance: random.Random = field(default_factory=lambda: random.Random(4))
    session_s: float = 8.0
    hung: int = 0
    """Transactions a killed broker left open for ever, aborted here."""
    guests: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    """Workers that joined beside those the supervisor keeps."""
    last: Verdict = NOTHING
    """What was found when the hub last rested."""

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """All stateful services; nothing is applied anew meanwhile."""
        return self.hub.services()

    @property
    def home(self) -> Path:
        """The hub's folder."""
        return self.hub.home

    # -- services

    def active(self, service: str) -> str:
        """One of the workers that hold partitions of the service now."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            holding = [
                one.name
                for one in start.running(self.home)
                if one.name.startswith(f"{service}-") and one.pid and _rows(one.port)
            ]
            if holding:
                return self.chance.choice(holding)
            time.sleep(0.2)
        raise StoppedForGood(f"nobody holds {service}")

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a process of the hub a signal."""
        self.hub.signal(name, number)

    def everything(self) -> list[int]:
        """The ids of all processes of the hub."""
        return [one.pid for one in start.running(self.home) if one.pid]

    def workers(self, service: str) -> list[str]:
        """All workers of the service that the supervisor keeps."""
        return [one.name for one in start.running(self.home) if one.name.startswith(f"{service}-")]

    def join(self, service: str) -> None:
        """A third worker joins the service's group."""
        given = json.loads((self.home / "run" / "programs.json").read_text())
        model = next(one for one in given["programs"] if one["name"] == f"{service}-1")
        name, port = f"{service}-3", a_free_port()
        own = {"HUB_WORKER": name, "HUB_PORT": str(port)}
        program = replace(Program(**model), name=name, environ=model["environ"] | own, port=port)
        guest = started(program, self.home / "logs" / f"{name}.log")
        guard([guest.pid])
        self.guests[service] = guest
        until = time.monotonic() + 90
        while not _healthy(port):
            if guest.poll() is not None or time.monotonic() > until:
                raise StoppedForGood(f"{name} does not get well")
            time.sleep(0.2)

    def leave(self, service: str) -> None:
        """That third worker goes."""
        guest = self.guests.pop(service)
        guest.terminate()
        guest.wait(30)

    # -- brokers

    @property
    def record(self) -> Record:
        """The cluster as it was started here.

        Raises:
            StoppedForGood: it was not.
        """
        record = records.read(Home(self.home).record)
        if record is None:
            raise StoppedForGood("no broker of this machine to strike")
        return record

    def brokers(self) -> list[Node]:
        """The nodes that run."""
        return [node for node in self.record.nodes if node.alive]

    def start_broker(self, reauthenticate_s: int = REAUTHENTICATE_S) -> None:
        """Every node that does not run is started again on its data."""
        process.start(
            self.home, quick=True, owner_pid=os.getpid(), reauthenticate_s=reauthenticate_s
        )

    # -- the line

    def at_rest(self) -> Verdict:
        """The verdict while nothing is said and nobody is behind.

        Raises:
            StoppedForGood: what was said is not taken, or somebody stays behind.
        """
        try:
            self.load.pause()
            self.hub.at_rest(RESTS_S)
        except (TimeoutError, AssertionError) as late:
            raise StoppedForGood(f"no rest: {late}") from None
        self.last = self._judged()
        return self.last

    def _judged(self) -> Verdict:
        for _ in range(READ_AGAIN):
            self.hub.recorded().close()  # a reader that stood idle while its broker was away fails
            with suppress(Unavailable):
                return judge(self.hub, self.services, self.load.taken)
        raise StoppedForGood("the topics cannot be read")

    @contextmanager
    def pause(self, taken: list[float]) -> Iterator[None]:
        """Measure the longest time from any moment in here until all said by then was done.

        Raises:
            StoppedForGood: it never was.
        """
        watch = _Watch(self)
        watch.start()
        try:
            yield
        finally:
            watch.over.set()
            watch.join()
            self.hung += watch.hung
        if watch.why:
            raise StoppedForGood(watch.why)
        taken.append(watch.longest_s)


class _Watch(threading.Thread):
    """Looks again and again, beside the fault, how long the line takes to do what was said."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(name="watch", daemon=True)
        self._cluster = scene.hub.cluster
        self._services = scene.services
        self._lag = Lag(self._cluster, self._services)
        self.over = threading.Event()
        self.longest_s = 0.0
        self.hung = 0
        self.why = ""
        """What keeps the line from running again, after long enough."""

    def run(self) -> None:
        began = time.monotonic()
        time.sleep(0.5)
        try:
            last = False
            while not (last or self.why):
                last = self.over.is_set()
                self.why = self._until_done(began)
                self.longest_s = max(self.longest_s, time.monotonic() - began)
                began = time.monotonic()
        finally:
            self._lag.close()

    def _until_done(self, began: float) -> str:
        """Empty once everything said by now is done, else what is in the way."""
        ends: Ends | None = None
        looked_at, why = began, ""
        while time.monotonic() - began < AGAIN_S:
            try:
                ends = ends or self._lag.ends()
                behind = {who: lag for who, lag in self._lag.short_of(ends).items() if lag}
            except (KafkaException, Unavailable) as fault:
                why = f"the broker does not answer: {fault}"
                self._connect_anew()
                continue
            if not behind:
                return ""
            why = f"still behind: {behind}"
            if time.monotonic() - looked_at > HANGING_S:
                self.hung += hanging.aborted(self._cluster, SERVICES)
                looked_at = time.monotonic()
            time.sleep(0.1)
        return why

    def _connect_anew(self) -> None:
        """A client that asked a frozen broker for its coordinator may wait for it for ever."""
        self._lag.close()
        self._lag = Lag(self._cluster, self._services)
        time.sleep(0.2)


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return True
    except OSError:
        return False


def _rows(port: int) -> bool:
    try:
        return bool(metric(port, "hub_rows"))
    except OSError:
        return False
