"""What the door takes a second, and how it starts when many people are known.

Convictions of invented people wait in the police's topic, and the door makes everybody known; then
what is said of people it knows. Then a new process of it starts over the rows that it kept.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from services.hub.broker.cluster import Cluster
from tests.bench import load
from tests.bench.figures import Figure
from tests.bench.hub import Hub
from tests.bench.throughput import watched

POLICE = "derbyshire-police"
DOOR = "admission-1"
LEAST_PER_S = 3_000


def figures(cluster: Cluster, persons: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """The door over so many people: their convictions, and as many facts about them after."""
    hub = Hub.set_up(cluster, "door")
    hub.adopt()
    said = {
        "new people": load.known_persons(persons, POLICE),
        "known people": islice(load.steadily(persons, POLICE), persons),
    }
    for whom, facts in said.items():
        say(f"the police speak of {persons:,} {whom} …")
        count = hub.say(POLICE, facts)
        with hub.running([DOOR], ready=False) as workers:
            run = watched("admission", workers[DOOR], count)
        say(f"  admission {run.facts_per_s:,.0f}/s, {run.cpu_us:.0f} µs")
        yield Figure(f"door: facts/s, {whom}", run.facts_per_s, "1/s", at_least=LEAST_PER_S)
        yield Figure(f"door: CPU per fact, {whom}", run.cpu_us, "µs")
    serves_s, memory_mb = hub.starts(DOOR)
    say(f"  serves {serves_s:.1f} s after its start")
    yield Figure(f"door: start to serving, {persons:,} people", serves_s, "s", 20)
    yield Figure(f"door: memory, {persons:,} people", memory_mb, "MB")
