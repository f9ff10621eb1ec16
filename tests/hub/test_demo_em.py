"""The tag provider's files: its shape, its faults, and walks whose outcome is certain."""

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from pyproj import Geod
from shapely.geometry import Point, Polygon  # type: ignore[import-untyped]  # publishes no types

from schemas.tracking import Mechanism, Position, ZoneKind
from services.em_bridge.mapping import Feed, Tolerances, feed_of, read_row
from services.hub.demo.delivery import Way
from services.hub.demo.story import Story, generate
from services.hub.demo.wearers import Story as Walk
from services.hub.demo.wearers import Wearer, story_of
from services.runtime.faults import Refused
from tests.hub.demo_world import lines_of

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
LIVE = timedelta(minutes=15)
GEOD = Geod(ellps="WGS84")
POSITION_FIELDS = {
    "position_id", "person_id", "device_id", "client_id", "location_id", "position_gps_date",
    "position_recorded_date", "position_uploaded_date", "position_latitude", "position_longitude",
    "position_geometry", "position_precision", "position_speed", "position_direction",
    "position_satellite", "position_hdop", "position_lbs", "position_circulation_id",
    "_file_name", "_feed_type", "_delivery_date", "_dlt_load_id", "_dlt_id",
}  # fmt: skip


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return generate(tmp_path_factory.mktemp("em"), "county", 7, NOW)


def rows(story: Story, feed: Feed) -> list[dict[str, Any]]:
    """Every row of that feed that is a JSON object."""
    files = [d.file for p in story.phases for d in p.deliveries if d.way is Way.EM]
    found = []
    for path in files:
        if feed_of(path.name) is feed:
            found += [_row(line) for line in path.read_text("utf-8").splitlines()]
    return [row for row in found if isinstance(row, dict)]


def _row(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def positions(story: Story, wearer: Wearer) -> list[Position]:
    """What the bridge makes of one device's rows, each once, in order of time."""
    if story.folder not in POSITIONS:
        POSITIONS[story.folder] = _positions(rows(story, Feed.POSITION))
    return POSITIONS[story.folder][str(wearer.device)]


POSITIONS: dict[Path, dict[str, list[Position]]] = {}


def _positions(found: list[dict[str, Any]]) -> dict[str, list[Position]]:
    facts = {}
    for row in found:
        with suppress(Refused):
            (fact,) = read_row(Feed.POSITION, row, NOW, Tolerances()).facts
            facts[fact.event_id] = fact
    by_device: dict[str, list[Position]] = {}
    for fact in sorted(facts.values(), key=lambda fact: fact.occurred_at):
        assert isinstance(fact, Position)
        by_device.setdefault(fact.device_ref, []).append(fact)
    return by_device


def outline(story: Story, wearer: Wearer) -> Polygon:
    """The wearer's zone as it was said last."""
    said = [
        line["fact"]
        for phase in story.phases
        for _, line in lines_of(phase.deliveries)
        if line.get("kind") == "tracking.zone-set" and line["fact"]["zone_ref"] == wearer.zone_ref
    ]
    corners = max(said, key=lambda fact: int(fact["zone_version"]))["outline"]
    return Polygon([(c["longitude_deg"], c["latitude_deg"]) for c in corners])


def depth_m(zone: Polygon, fact: Position) -> float:
    """How far inside the line; negative outside."""
    point = Point(fact.point.longitude_deg, fact.point.latitude_deg)
    edge = zone.exterior.interpolate(zone.exterior.project(point))
    _, _, far = GEOD.inv(point.x, point.y, edge.x, edge.y)
    return float(far if zone.contains(point) else -far)


def certainly_inside(zone: Polygon, found: list[Position]) -> list[Position]:
    return [fact for fact in found if depth_m(zone, fact) > fact.precision_m]


def certainly_outside(zone: Polygon, found: list[Position]) -> list[Position]:
    return [fact for fact in found if -depth_m(zone, fact) > fact.precision_m]


def of(story: Story, walk: Walk) -> list[Wearer]:
    return [wearer for wearer in story.wearers if wearer.story is walk]


def recent(found: list[Position]) -> list[Position]:
    return [fact for fact in found if timedelta(0) <= NOW - fact.occurred_at < LIVE]


def test_every_row_has_the_published_fields(story: Story) -> None:
    complete = [row for row in rows(story, Feed.POSITION) if "position_latitude" in row]
    assert all(set(row) == POSITION_FIELDS for row in complete)
    assert {row["_file_name"].split("_")[0] for row in complete} == {"position"}
    assert {row["event_status"] for row in rows(story, Feed.EVENT)} == {"A", "F"}


def test_rows_come_twice_and_three_times(story: Story) -> None:
    events = Counter(row["event_id"] for row in rows(story, Feed.EVENT))
    assert set(events.values()) >= {2, 3}
    places = Counter(row["position_id"] for row in rows(story, Feed.POSITION))
    assert set(places.values()) >= {1, 2}


def test_moving_devices_report_each_minute_and_still_ones_each_five(story: Story) -> None:
    gaps: dict[Mechanism, list[float]] = {Mechanism.GPS: [], Mechanism.CELL: []}
    for wearer in (*of(story, Walk.ENTERS), *of(story, Walk.STAYS)):
        found = positions(story, wearer)
        for before, after in zip(found, found[1:], strict=False):
            if before.mechanism is after.mechanism and after.mechanism in gaps:
                gaps[after.mechanism].append((after.occurred_at - before.occurred_at).seconds)
    assert median(gaps[Mechanism.GPS]) == 60
    assert 270 < median(gaps[Mechanism.CELL]) < 330


def test_precision_is_spread_as_on_the_providers_trace(story: Story) -> None:
    by: dict[int, list[int]] = {1: [], 5: []}
    for row in rows(story, Feed.POSITION):
        if row.get("position_lbs") in by and row["position_precision"] >= 0:
            by[row["position_lbs"]].append(row["position_precision"])
    assert 2 <= median(by[1]) <= 4
    assert max(by[1]) <= 36
    assert 40 <= median(by[5]) <= 80
    assert 700 < max(by[5]) <= 1_598


def test_who_enters_is_certainly_inside_and_live(story: Story) -> None:
    for wearer in of(story, Walk.ENTERS):
        found = recent(positions(story, wearer))
        inside = certainly_inside(outline(story, wearer), found)
        assert len(inside) >= 3
        assert inside[-1] is found[-1]


def test_who_passes_is_certainly_inside_and_then_certainly_outside(story: Story) -> None:
    for wearer in of(story, Walk.PASSES):
        zone, found = outline(story, wearer), recent(positions(story, wearer))
        inside = certainly_inside(zone, found)
        assert len(inside) >= 2
        after = [fact for fact in found if fact.occurred_at > inside[-1].occurred_at]
        assert len(certainly_outside(zone, after)) >= 2


def test_who_leaves_home_is_certainly_inside_and_then_certainly_outside(story: Story) -> None:
    for wearer in of(story, Walk.LEAVES_HOME):
        zone, found = outline(story, wearer), positions(story, wearer)
        assert wearer.zone is ZoneKind.INCLUSION
        outside = certainly_outside(zone, found)
        assert outside
        assert outside == recent(outside)
        assert certainly_inside(zone, found)[0].occurred_at < outside[0].occurred_at


def test_a_coarse_position_in_a_zone_is_not_certain(story: Story) -> None:
    for wearer in of(story, Walk.PERHAPS):
        zone, found = outline(story, wearer), positions(story, wearer)
        assert [f.precision_m for f in found if depth_m(zone, f) > 0] == [700]
        assert not certainly_inside(zone, found)


def test_nobody_else_is_in_or_near_a_zone_to_stay_out_of(story: Story) -> None:
    crossing = {Walk.ENTERS, Walk.PASSES, Walk.LEAVES_HOME, Walk.PERHAPS, Walk.ENTERED_LATE}
    for wearer in story.wearers:
        if wearer.story not in crossing:
            zone = outline(story, wearer)
            assert all(depth_m(zone, fact) < -20 for fact in positions(story, wearer))


def test_who_entered_late_did_so_sixty_hours_ago_and_the_file_says_so(story: Story) -> None:
    (wearer,) = of(story, Walk.ENTERED_LATE)
    inside = certainly_inside(outline(story, wearer), positions(story, wearer))
    assert inside
    assert all(
        timedelta(hours=59) < NOW - fact.occurred_at < timedelta(hours=61) for fact in inside
    )
    late = [
        row
        for row in rows(story, Feed.POSITION)
        if row.get("device_id") == wearer.device and "-late_" in row["_file_name"]
    ]
    assert late
    assert all(read_row(Feed.POSITION, row, NOW, Tolerances()).late for row in late)


def test_a_clock_that_jumps_is_twenty_years_behind_or_a_day_ahead(story: Story) -> None:
    for wearer in of(story, Walk.CLOCK_JUMPS):
        found = positions(story, wearer)
        assert sum(NOW - fact.occurred_at > timedelta(days=7_000) for fact in found) == 3
        assert sum(fact.occurred_at > NOW for fact in found) == 1


def test_the_first_wearers_do_each_another_thing_and_the_rest_stroll_or_stay() -> None:
    assert [story_of(place) for place in range(len(Walk))] == list(Walk)
    assert {story_of(place) for place in range(23, 60)} == {Walk.STROLLS, Walk.STAYS}


def test_files_are_named_as_the_bridge_reads_them(story: Story) -> None:
    names = [Path(d.file).name for p in story.phases for d in p.deliveries if d.way is Way.EM]
    assert {feed_of(name) for name in names} == set(Feed)
