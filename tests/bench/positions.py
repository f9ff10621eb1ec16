"""How fast tracking takes positions: each against a zone of its own, all of them live.

Everybody is made known and watched as in life: the police, probation and the provider say it, the
door lets it in, the fan-out tells tracking. Only then do positions come, one a minute and device.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.tracking import Point, Position, TagFitted, ZoneSet
from services.hub.broker.cluster import Cluster
from tests import makers
from tests.bench import load
from tests.bench.figures import Figure
from tests.bench.hub import Hub, Worker, until_so
from tests.bench.throughput import watched
from tests.bench.topics import written

POLICE, PROBATION, PROVIDER = "derbyshire-police", "probation", "em"
TRACKING = "tracking-1"
A_MINUTE = timedelta(minutes=1)
EACH = 14
"""Positions of a device: what is found within a quarter of an hour is live."""
TOLD_S = 300.0
LEAST_PER_S = 5_000
HERE, THERE = (-1.475, 52.925), (-1.500, 52.925)
"""Inside every zone, and outside of all."""
A_WALK = 10
"""Every tenth wearer is inside for a while."""


@dataclass(frozen=True)
class Watched:
    """People on a tag, by number."""

    wearers: int
    since: datetime

    def zones(self) -> Iterator[ZoneSet]:
        """A zone of its own for each, no two alike."""
        for who in range(self.wearers):
            yield makers.a_zone(
                identifiers=(makers.a_pnc(who),),
                zone_ref=f"zone-{who}",
                occurred_at=self.since,
                in_force_from=self.since,
                outline=tuple(_moved(corner, who) for corner in makers.SQUARE),
            )

    def fittings(self) -> Iterator[TagFitted]:
        """A device on each."""
        for who in range(self.wearers):
            yield makers.a_fitting(
                identifiers=(makers.a_pnc(who),),
                device_ref=f"device-{who}",
                occurred_at=self.since,
            )

    def positions(self, first: datetime, each: int = EACH) -> Iterator[Position]:
        """Minute by minute, one of every device."""
        for minute in range(each):
            for who in range(self.wearers):
                inside = who % A_WALK == 0 and minute % EACH in (4, 5, 6)
                yield makers.a_position(
                    *(HERE if inside else THERE),
                    device_ref=f"device-{who}",
                    occurred_at=first + minute * A_MINUTE,
                )


def _moved(corner: Point, who: int) -> Point:
    moved = round(corner.longitude_deg + who % 2000 * 1e-6, 6)
    return Point(longitude_deg=moved, latitude_deg=corner.latitude_deg)


def figures(cluster: Cluster, wearers: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Tracking over the live positions of so many wearers."""
    hub = Hub.set_up(cluster, "positions")
    hub.adopt()
    say(f"putting {wearers} invented people on a tag …")
    watch = Watched(wearers, datetime.now(UTC) - timedelta(days=1))
    told(hub, watch)
    say("their positions …")
    count = hub.say(PROVIDER, watch.positions(datetime.now(UTC) - EACH * A_MINUTE))
    with hub.running([TRACKING], ready=False) as workers:
        run = watched("tracking", workers[TRACKING], count)
    say(f"  tracking {run.facts_per_s:,.0f} positions/s, {run.cpu_us:.0f} µs")
    yield Figure("tracking: positions/s", run.facts_per_s, "1/s", at_least=LEAST_PER_S)
    yield Figure("tracking: CPU per position", run.cpu_us, "µs")


def told(hub: Hub, watch: Watched) -> None:
    """Tracking knows who wears which device and which zone binds them."""
    hub.say(POLICE, load.known_persons(watch.wearers, POLICE))
    with hub.running(["admission-1", "notify-1", TRACKING]) as workers:
        _taken(workers, "admission-1", watch.wearers)
        hub.say(PROBATION, watch.zones())
        hub.say(PROVIDER, watch.fittings())
        inbox, notices = hub.names.inbox("tracking"), 2 * watch.wearers
        until_so(
            lambda: written(hub.cluster.admin_config(), [inbox]) >= notices,
            TOLD_S,
            "tracking was told of every zone and every tag",
        )
        _taken(workers, TRACKING, notices)


def _taken(workers: Mapping[str, Worker], name: str, records: int) -> None:
    until_so(
        lambda: workers[name].figure("hub_records_taken_total") >= records,
        TOLD_S,
        f"{name} took {records} records",
    )
