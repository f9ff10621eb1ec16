"""A whole hub on the session's broker, and agencies outside it with nothing but their folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from schemas.base import Fact
from services.agreements.versions import ADOPTED, LATEST, Versions
from services.bridge.bundle import Bundle
from services.hub import start
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import write_private
from services.hub.catalogue import all_services
from services.hub.processes import Layout
from services.hub.proofs import Recorded, is_canary
from services.hub.rest import Lag
from services.runtime import wire
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Record
from services.runtime.service import Service

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "examples" / "agency_client.py"
AGREEMENTS = ROOT / "deploy" / "agreements"


@dataclass(frozen=True)
class Hub:
    """A running hub."""

    home: Path
    cluster: Cluster
    topics: Recorded

    def services(self) -> tuple[Service, ...]:
        """All stateful services, as the processes build them."""
        return all_services(self.home, self.cluster.names)

    def recorded(self) -> Recorded:
        """What stands in the topics now."""
        return self.topics

    def pid(self, name: str) -> int:
        """The process id of a running process."""
        pids = {one.name: one.pid for one in start.running(self.home)}
        pid = pids[name]
        assert pid is not None
        return pid

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a process a signal."""
        os.kill(self.pid(name), number)

    def client(
        self, slug: str, *command: str, seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run the stock client as that agency."""
        return subprocess.run(
            [
                sys.executable,
                str(CLIENT),
                "--bundle",
                str(self.home / "agencies" / slug),
                *command,
            ],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def say(self, folder: Path, *facts: Fact) -> None:
        """The facts' own sources say them, each with its stock client."""
        by_source: dict[str, list[Fact]] = {}
        for fact in facts:
            by_source.setdefault(fact.source, []).append(fact)
        for source, said in by_source.items():
            file = folder / f"{source}-{said[0].event_id}.jsonl"
            file.write_text("".join(line(fact) for fact in said))
            done = self.client(source, "say", str(file), "--json")
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["acknowledged"] == len(said)

    def notices(self, slug: str) -> list[dict[str, Any]]:
        """Every different notice in the agency's inbox that is about somebody."""
        bundle = Bundle.read(self.home / "agencies" / slug)
        found: dict[bytes | None, dict[str, Any]] = {}
        for record in self.of_somebody(slug):
            notice = wire.decode_view(record.value or b"", bundle.views)
            found.setdefault(record.header("ce_id"), notice)
        return list(found.values())

    def of_somebody(self, slug: str) -> list[Record]:
        """What stands in the agency's inbox, but for canaries: those come whatever is done."""
        inbox = self.recorded().source(self.cluster.names.inbox(slug))
        return [record for record in inbox if not is_canary(record)]

    def told(self, slug: str, about: type[Fact], ref: str | None = None) -> list[dict[str, Any]]:
        """The agency's notices about that kind of fact, of one person if `ref` is given."""
        return [
            notice
            for notice in self.notices(slug)
            if notice["about"] == about.kind() and ref in (None, notice["person_ref"])
        ]

    def at_rest(self, within_s: float = 60) -> None:
        """All that was said is done, and what followed from it; the clock goes on ticking.

        Three times in turn nobody is behind by more than a tick, and what they are behind by is
        waited for each time: among the ticks there may be something said.

        Raises:
            AssertionError: somebody is behind still.
        """
        with closing(Lag(self.cluster, self.services())) as lag:
            quiet, until = 0, time.monotonic() + within_s
            while quiet < 3:
                ends = lag.ends()
                behind = lag.short_of(ends)
                quiet = quiet + 1 if max(behind.values()) <= LOG_PARTITIONS else 0
                while any(behind.values()):
                    assert time.monotonic() < until, behind
                    time.sleep(0.1)
                    behind = lag.short_of(ends)


def line(fact: Fact) -> str:
    """The line that makes a stock client say a fact."""
    body = fact.model_dump_json(exclude_none=True)
    return f'{{"kind": "{fact.kind()}", "fact": {body}}}\n'


@contextmanager
def running_hub(cluster: Cluster) -> Iterator[Hub]:
    """A hub with a standby for each service; its services end with this process at the latest."""
    layout = Layout(tick_s=1.0, standbys=True)
    start.bring_up(cluster.home, AGREEMENTS, lambda _: None, layout, owner_pid=os.getpid())
    topics = Recorded(cluster, Versions(cluster.home / "agreements").latest())
    try:
        yield Hub(cluster.home, cluster, topics)
    finally:
        topics.close()
        start.stop_services(cluster.home, lambda _: None)


@contextmanager
def apart(cluster: Cluster) -> Iterator[Cluster]:
    """An installation with names of its own in the same home.

    What was in force there is again afterwards: a worker of the session's hub that starts anew
    takes the agreements this home names.
    """
    kept = [cluster.home / "agreements" / name for name in (LATEST, ADOPTED)]
    before = {file: file.read_text() for file in kept if file.is_file()}
    try:
        yield replace(cluster, names=Names(f"t{uuid4().hex[:6]}"))
    finally:
        for file in kept:
            file.unlink(missing_ok=True)
        for file, version in before.items():
            write_private(file, version)


@contextmanager
def meanwhile(do: Callable[[], object]) -> Iterator[None]:
    """It is done again and again during the block, and once more to the end."""
    over = Event()

    def again() -> None:
        while not over.is_set():
            do()

    thread = Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def eventually(true: Callable[[], bool], within_s: float, what: str) -> float:
    """Seconds until it was true.

    Raises:
        AssertionError: it did not become true in that time.
    """
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        if true():
            return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError(f"not within {within_s} s: {what}")
