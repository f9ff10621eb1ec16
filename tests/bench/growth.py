"""Whether size matters: a log a hundred times as long, of a hundred times as many people.

The registry catches up with it: what a fact costs in the beginning and in the end says whether the
length of the log matters; beside the same mixture of a thousand people, whether their number does.
Then it starts again over the rows it kept, and then these are made anew from the log.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.hub.broker.cluster import Cluster
from services.hub.rebuild.run import rebuild
from tests.bench import load
from tests.bench.figures import Figure
from tests.bench.hub import Hub
from tests.bench.throughput import Run, Sample, between, looked_at

REGISTRY = "registry"
EACH = 20
"""Facts of a person: each step of the mixture once."""
FEW = 1_000
PARTS = 10
"""The log's beginning and its end are a part each, and tell as many people's stories whole."""
FAR = 10_000_000
"""Facts of a log that nobody writes here: what making rows anew from it takes is extrapolated."""


@dataclass(frozen=True)
class Grown:
    """The registry over one log."""

    facts: int
    whole: Run
    begins: Run
    ends: Run
    serves_s: float
    memory_mb: float
    rebuilt_s: float


def figures(cluster: Cluster, persons: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """How cost, start and memory stand with so many people, beside a thousand."""
    few = _grown(Hub.set_up(cluster, "few"), FEW, say)
    many = _grown(Hub.set_up(cluster, "many"), persons, say)
    million = many.facts / 1e6
    who = f"{persons:,} people"
    yield Figure(f"cost per fact: {who} over 1,000", many.whole.cpu_us / few.whole.cpu_us, "×", 1.2)
    longer = many.ends.cpu_us / many.begins.cpu_us
    yield Figure(f"cost per fact: end of {million:.1f} M over its beginning", longer, "×", 1.2)
    yield Figure(f"registry: start to serving, {who}", many.serves_s, "s", 20)
    yield Figure(f"registry: memory, {who}", many.memory_mb, "MB")
    name = f"registry: rows anew from 10 M facts (from {million:.1f} M)"
    yield Figure(name, many.rebuilt_s * FAR / many.facts, "s")


def _grown(hub: Hub, persons: int, say: Callable[[str], None]) -> Grown:
    facts, name = persons * EACH, f"{REGISTRY}-1"
    say(f"writing a log of {facts:,} facts about {persons:,} invented people …")
    together = max(FEW, persons // PARTS)
    log = load.log(hub.names, hub.agreements.version, persons, facts, together)
    in_log = hub.write("admission", log)
    with hub.running([name], ready=False) as workers:
        worker = workers[name]
        samples = list(looked_at(worker, in_log))
        first, last = samples[0], samples[-1]
        whole = between(REGISTRY, worker, first, last)
        begins = between(REGISTRY, worker, first, _after(samples, in_log // PARTS))
        ends = between(REGISTRY, worker, _after(samples, in_log - in_log // PARTS), last)
    say(f"  {whole.cpu_us:.0f} µs a fact: {begins.cpu_us:.0f} at first, {ends.cpu_us:.0f} at last")
    serves_s, memory_mb = hub.starts(name)
    rebuilt = rebuild(hub.cluster, REGISTRY, lambda _: None, lambda _, __: None)
    say(f"  serves {serves_s:.1f} s after its start; rows made anew in {rebuilt.took_s:.1f} s")
    return Grown(facts, whole, begins, ends, serves_s, memory_mb, rebuilt.took_s)


def _after(samples: list[Sample], taken: int) -> Sample:
    """The first sample by which so many were taken, but for the very last."""
    return next((one for one in samples[1:-1] if one.taken >= taken), samples[-2])
