"""How fast one service catches up with a log that is there already, and what each fact costs."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from services.runtime.names import LOG_PARTITIONS
from tests.bench import bare, load
from tests.bench.hub import Hub, NotMeasured, Worker
from tests.bench.topics import emptied
from tests.processes import guard

SERVICES = ("registry", "notify")
PERSONS = 1000
LOOK_EVERY_S = 0.1
ALLOW_S = 180.0
BARE = "bare loop"
FANS_OUT = "notify"
AS_MUCH = "bare loop saying as much as notify"
"""What a fact costs whoever says of it as many records as notify does, each encoded anew."""


@dataclass(frozen=True)
class Run:
    """One catching-up: over `facts` of them, start-up left out."""

    who: str
    facts: int
    seconds: float
    cpu_s: float
    decided: float
    """Decisions per fact: a service does not even decode what it has no rule for."""
    said: float
    """Records published per fact, without the service's own rows."""

    @property
    def facts_per_s(self) -> float:
        """Pace."""
        return self.facts / self.seconds

    @property
    def cpu_us(self) -> float:
        """Processor time per fact, microseconds."""
        return self.cpu_s / self.facts * 1e6


def measure(
    hub: Hub, facts: int, rounds: Iterable[int], say: Callable[[str], None]
) -> Iterator[Run]:
    """Rounds of bare loop and services, one after another, so that a busy spell meets each."""
    say(f"writing a log of {facts} facts about {PERSONS} invented persons …")
    records = load.log(hub.names, hub.agreements.version, PERSONS, facts)
    in_log = hub.write("admission", records)
    said = 1.0
    for number in rounds:
        for who in _in_turn(number):
            if who in SERVICES:
                run = _service(hub, who, in_log)
            else:
                run = _bare(hub, in_log, who, said if who == AS_MUCH else 1.0)
            said = run.said if who == FANS_OUT else said
            say(f"  round {number}: {who} {run.facts_per_s:,.0f}/s, {run.cpu_us:.0f} µs")
            yield run


def _in_turn(number: int) -> tuple[str, ...]:
    """Each round begins with another, so that being first helps or hurts nobody.

    Whoever says as much as notify comes after it in the first round: how much that is shows there.
    """
    everybody = (BARE, *SERVICES, AS_MUCH)
    first = (number - 1) % len(everybody)
    return everybody[first:] + everybody[:first]


def _service(hub: Hub, service: str, in_log: int) -> Run:
    hub.without_rows(service)
    before, name = hub.said_by(service), f"{service}-1"
    with hub.running([name], ready=False) as workers:
        pace = watched(service, workers[name], in_log)
    return replace(pace, said=(hub.said_by(service) - before) / in_log)


@dataclass(frozen=True)
class Sample:
    """How far a worker has come, and what it has cost so far."""

    at_s: float
    cpu_s: float
    taken: int


def watched(service: str, worker: Worker, in_log: int) -> Run:
    """The pace of a worker until it has taken so many records."""
    samples = list(looked_at(worker, in_log))
    return between(service, worker, samples[0], samples[-1])


def between(service: str, worker: Worker, first: Sample, last: Sample) -> Run:
    """The pace of a worker from one sample to another."""
    return Run(
        service,
        last.taken - first.taken,
        last.at_s - first.at_s,
        last.cpu_s - first.cpu_s,
        worker.figure("hub_decisions_total") / last.taken,
        said=0.0,
    )


def looked_at(worker: Worker, in_log: int, every_s: float = LOOK_EVERY_S) -> Iterator[Sample]:
    """Samples from the first batch on, until it has taken so many records.

    Raises:
        NotMeasured: it ended, or took nothing for too long.
    """
    taken, until = 0, time.monotonic() + ALLOW_S
    while taken < in_log:
        if time.monotonic() > until:
            raise NotMeasured(f"{worker.program.name} did not catch up; its log: {worker.log}")
        worker.still_runs()
        found = int(worker.figure("hub_records_taken_total"))
        if found > taken:
            taken, until = found, time.monotonic() + ALLOW_S
            yield Sample(time.perf_counter(), worker.cpu_s(), taken)
        if taken < in_log:
            time.sleep(every_s)


def _bare(hub: Hub, in_log: int, who: str, said: float) -> Run:
    config = hub.cluster.admin_config()
    with emptied(config, {"bench.out": LOG_PARTITIONS, "bench.rows": LOG_PARTITIONS}):
        task = bare.Task(
            config=dict(config),
            source=hub.names.log,
            partitions=LOG_PARTITIONS,
            target="bench.out",
            changelog="bench.rows",
            group="bench",
            until=in_log,
            said=said,
        )
        pace = bare.Pace(**json.loads(_ran(task)))
    return Run(who, pace.facts, pace.seconds, pace.cpu_s, 1.0, said)


def _ran(task: bare.Task) -> str:
    command = [sys.executable, "-m", bare.__name__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        guard([process.pid])
        try:
            said, _ = process.communicate(json.dumps(asdict(task)) + "\n", ALLOW_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise NotMeasured("the bare loop did not get to the end of the log") from None
    if process.returncode:
        raise NotMeasured("the bare loop ended with an error; it is above")
    return said
