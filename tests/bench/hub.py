"""The hub under measure: its own broker, agreements applied, services as real processes."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from confluent_kafka import KafkaError, Message, Producer

from schemas.base import FactAboutDevice, FactAboutPerson
from services.agreements import apply as applying
from services.agreements.compile import Agreements, load
from services.agreements.needs import needs
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import private_directory
from services.hub.processes import Layout, Program, programs
from services.runtime.names import Names
from services.runtime.outbox import RDKAFKA, Config
from services.runtime.records import Outgoing
from services.runtime.speech import as_said
from tests.bench.load import adoptions
from tests.bench.machine import cpu_s, memory_mb
from tests.bench.topics import emptied_group, may_write, written
from tests.processes import a_free_port, guard, started

AGREEMENTS = Path(__file__).parents[2] / "deploy" / "agreements"
READY_S = 90.0
STOP_S = 20.0


class NotMeasured(Exception):
    """Something did not come about in time; the message says what, and where to look."""


@dataclass(frozen=True)
class Worker:
    """One service at work in a process of its own."""

    program: Program
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def pid(self) -> int:
        """Of its process."""
        return self.process.pid

    def cpu_s(self) -> float:
        """Processor time so far."""
        return cpu_s(self.pid)

    def figure(self, name: str) -> float:
        """The sum of a counter of its metrics, over all its labels; 0 while it has no page."""
        lines = self._page("metrics").splitlines()
        values = (line.rsplit(" ", 1) for line in lines if line.startswith(name))
        return sum(float(value) for key, value in values if key.split("{")[0] == name)

    def healthy(self) -> bool:
        """Whether it says so itself.

        Raises:
            NotMeasured: it has ended.
        """
        self.still_runs()
        return bool(self._page("health"))

    def still_runs(self) -> None:
        """Returns if it does.

        Raises:
            NotMeasured: it has ended.
        """
        if self.process.poll() is not None:
            raise NotMeasured(f"{self.program.name} ended; its log: {self.log}")

    def stop(self) -> None:
        """The process has ended."""
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _page(self, name: str) -> str:
        url = f"http://127.0.0.1:{self.program.port}/{name}"
        try:
            with urllib.request.urlopen(url, timeout=5) as page:
                return str(page.read().decode())
        except (urllib.error.URLError, OSError):
            return ""


@dataclass(frozen=True)
class Hub:
    """One installation on the cluster; several stand beside each other by their prefix."""

    cluster: Cluster
    agreements: Agreements

    @classmethod
    def set_up(cls, cluster: Cluster, prefix: str) -> "Hub":
        """The installation with its topics, rights and passwords."""
        mine = replace(cluster, names=Names(prefix))
        applying.apply(mine, AGREEMENTS)
        hub = cls(mine, load(AGREEMENTS))
        until_so(hub._rights_hold, READY_S, "the rights given by the agreements hold")
        return hub

    def _rights_hold(self) -> bool:
        return may_write(self.cluster.service_config("admission"), self.names.log)

    @property
    def names(self) -> Names:
        """Of its topics."""
        return self.cluster.names

    def write(self, speaker: str, records: Iterable[Outgoing]) -> int:
        """How many records the broker took from that service or speaker of ours.

        Raises:
            NotMeasured: it did not take all of them.
        """
        return _taken({**self.cluster.service_config(speaker), "linger.ms": 20}, records)

    def say(self, agency: str, facts: Iterable[FactAboutPerson | FactAboutDevice]) -> int:
        """How many facts the broker took from that agency, with the agency's own rights.

        Raises:
            NotMeasured: it did not take all of them.
        """
        # What travels together has to stay within the topic's limit, as an agency's folder says.
        settings = {"linger.ms": 20, "batch.size": 32_768}
        records = (as_said(self.names, fact) for fact in facts)
        return _taken({**self.cluster.agency_config(agency), **settings}, records)

    def adopt(self) -> None:
        """Rules, build and agreements are in force, as far as the door takes what is said."""
        adopted = adoptions(self.agreements.version)
        self.write("deploy", (as_said(self.names, fact) for fact in adopted))

    def said_by(self, service: str) -> int:
        """How many records the service has published so far, its rows not among them."""
        topics = needs(self.agreements, self.names)[service].writes
        return written(self.cluster.admin_config(), topics)

    def without_rows(self, service: str) -> None:
        """The service keeps nothing any more: it begins with the first record of the log.

        Its group is forgotten too: one that was told it is done, without rows, means rows are lost.
        """
        applying.renew(self.cluster, self.agreements, self.names.rows(service))
        emptied_group(self.cluster.admin_config(), self.names.app(service))

    @contextmanager
    def running(
        self, wanted: Iterable[str], *, ready: bool = True
    ) -> Iterator[Mapping[str, Worker]]:
        """Those programs as processes, by name; ended with the block, and if this process is."""
        workers: dict[str, Worker] = {}
        try:
            for program in self._programs(set(wanted)):
                workers[program.name] = self._started(program)
            guard(worker.pid for worker in workers.values())
            if ready:
                for name, worker in workers.items():
                    until_so(worker.healthy, READY_S, f"{name} is healthy; its log: {worker.log}")
            yield workers
        finally:
            for worker in workers.values():
                worker.process.terminate()
            for worker in workers.values():
                worker.stop()

    def starts(self, name: str) -> tuple[float, float]:
        """Seconds from that worker's start until it serves, and the megabytes it then holds."""
        began = time.monotonic()
        with self.running([name], ready=False) as workers:
            until_so(workers[name].healthy, READY_S, f"{name} serves")
            return time.monotonic() - began, memory_mb(workers[name].pid)

    def _programs(self, wanted: set[str]) -> Iterator[Program]:
        layout = Layout()
        ports = {name: a_free_port() for name in layout.ports()}
        for program in programs(self.cluster, layout, ports):
            if program.name in wanted:
                yield program

    def _started(self, program: Program) -> Worker:
        logs = private_directory(self.cluster.home / "logs")
        path = logs / f"{self.names.prefix}-{program.name}.log"
        return Worker(program, started(program, path), path)


def until_so(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Returns once it is so.

    Raises:
        NotMeasured: it is not so after that time.
    """
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise NotMeasured(f"after {seconds:.0f} s it is not so that {what}")
        time.sleep(0.1)


def _taken(config: Config, records: Iterable[Outgoing]) -> int:
    refused: list[KafkaError] = []

    def heard(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            refused.append(error)

    producer, count = Producer(dict(config), logger=RDKAFKA), 0
    for out in records:
        while True:
            try:
                producer.produce(
                    out.topic,
                    out.value,
                    out.key,
                    out.partition,
                    on_delivery=heard,
                    headers=list(out.headers),
                )
            except BufferError:
                producer.poll(0.1)
            else:
                break
        producer.poll(0)
        count += 1
    left = producer.flush(60)
    if refused or left:
        reason = refused[0].name() if refused else "no answer"
        raise NotMeasured(f"the broker did not take {left or len(refused)} records: {reason}")
    return count
