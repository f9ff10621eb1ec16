"""Whether a warning comes as fast while a million late positions are worked through beside it.

The same road and the same rate, first without tracking, then while it works off the file.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from services.hub.broker.cluster import Cluster
from services.runtime.names import SERVICES
from tests.bench import load
from tests.bench.figures import Figure
from tests.bench.hub import Hub, NotMeasured
from tests.bench.latency import PERSONS, SENDER, Run, whole_line
from tests.bench.positions import A_MINUTE, PROVIDER, TRACKING, Watched, told

WEARERS = 1_000
RATE = 100
P50_MS, P99_MS = 80, 400


def figures(
    cluster: Cluster, positions: int, seconds: float, say: Callable[[str], None]
) -> Iterator[Figure]:
    """Submission to inbox at 100 facts a second, without and beside so many positions."""
    hub = Hub.set_up(cluster, "bulk")
    hub.adopt()
    say(f"putting {WEARERS:,} invented people on a tag …")
    watch = Watched(WEARERS, datetime.now(UTC) - timedelta(days=2))
    told(hub, watch)
    each = positions // WEARERS
    say(f"a late file of {positions:,} positions …")
    count = hub.say(PROVIDER, watch.positions(datetime.now(UTC) - each * A_MINUTE, each))
    facts = load.steadily(PERSONS, SENDER)
    others = [service for service in SERVICES if service != "tracking"]
    with whole_line(hub, say, others) as road:
        yield from _told("alone", road.spell(islice(facts, round(RATE * seconds)), RATE), say)
        with hub.running([TRACKING]) as workers:
            run = road.spell(islice(facts, round(RATE * seconds)), RATE)
            done = workers[TRACKING].figure("hub_records_taken_total")
        if not 0 < done < count:
            raise NotMeasured("tracking was not at the file for all of the time")
        yield from _told(f"beside {positions:,} positions", run, say)


def _told(how: str, run: Run, say: Callable[[str], None]) -> Iterator[Figure]:
    p50, p99 = run.ms(0.5), run.ms(0.99)
    say(f"  {how}: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    yield Figure(f"submission → inbox p50 at {RATE}/s, {how}", p50, "ms", P50_MS)
    yield Figure(f"submission → inbox p99 at {RATE}/s, {how}", p99, "ms", P99_MS)
