"""How the tags of the story came to be watched: devices fitted, zones set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from schemas.tracking import Point, ZoneSet
from services.hub.demo import identifiers
from services.hub.demo.delivery import Delivery, Expected, Outcome, Way, write_rows
from services.hub.demo.em_rows import FEED, Row, activation_row, with_lineage, written
from services.hub.demo.grid import circle, degrees
from services.hub.demo.population import POLICE, PROBATION
from services.hub.demo.roles import EM
from services.hub.demo.statements import stated
from services.hub.demo.wearers import Story, Wearer

WATCHED_SINCE = timedelta(days=30)
NOBODY = 99_999
"""The number of a person whom nobody makes known."""


def zones(wearers: Iterable[Wearer], now: datetime) -> Iterator[ZoneSet]:
    """One zone of each wearer; one of them was changed since."""
    for wearer in wearers:
        yield _zone(wearer, 1, wearer.zone_radius_m, now - WATCHED_SINCE)
        if wearer.story is Story.STROLLS:
            yield _zone(wearer, 2, wearer.zone_radius_m + 50, now - WATCHED_SINCE / 2)


def _zone(wearer: Wearer, version: int, radius_m: float, since: datetime) -> ZoneSet:
    corners = degrees(circle(wearer.zone_centre, radius_m))
    return stated(
        ZoneSet,
        POLICE if wearer.number % 5 == 4 else PROBATION,
        wearer.person,
        since,
        f"zone/{version}",
        zone_ref=wearer.zone_ref,
        zone_version=version,
        zone=wearer.zone,
        outline=tuple(Point(longitude_deg=lon, latitude_deg=lat) for lon, lat in corners),
        in_force_from=since,
        protects_victim=wearer.protects_victim,
    )


def write_activations(
    folder: Path, wearers: Iterable[Wearer], now: datetime, expected: Expected
) -> Delivery:
    """Who wears which device, with the faults such a list has."""
    fitted = [activation_row(wearer, now - WATCHED_SINCE) for wearer in wearers]
    faulty = _faulty(fitted[0], now)
    expected.count(EM, Outcome.ADMITTED, len(fitted))
    expected.count(EM, Outcome.WAITS)
    expected.rows["activation"] += len(fitted) + len(faulty)
    expected.rows_refused["activation:no-identifier:"] += 1
    expected.rows_refused["activation:ends-before-it-starts:device_deactivation_date"] += 1
    expected.rows_not_for_the_hub += 1
    name = f"activation_{FEED}_{now - timedelta(hours=3):%Y%m%d%H%M%S}.jsonl"
    rows = with_lineage([*fitted, *faulty], name, "L0")
    return Delivery(EM, Way.EM, write_rows(folder / "em" / name, rows))


def _faulty(right: Row, now: datetime) -> list[Row]:
    """Of nobody the hub knows, of nobody at all, ending before it starts, and yet to come."""
    number = right["device_activation_id"] + NOBODY
    nobody: Row = {"nomis_id": None, "pnc_id": None, "delius_id": None, "person_id": None}
    before = written(now - WATCHED_SINCE * 2, 0)
    later = written(now + timedelta(days=2), 0)
    stranger: Row = {
        **nobody,
        "delius_id": identifiers.crn(NOBODY).value,
        "device_id": identifiers.device(NOBODY),
    }
    changes: list[Row] = [stranger, nobody, {"device_deactivation_date": before}]
    changes.append({"device_activation_date": later, "device_deactivation_date": None})
    return [{**right, "device_activation_id": number + n, **c} for n, c in enumerate(changes)]
