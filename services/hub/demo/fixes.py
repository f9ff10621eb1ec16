"""The positions a device reports of its wearer's day.

A device that moves is found by satellite once a minute; one that is still, by the cell network
about every five minutes and often coarsely. Errors stay within half of the radius reported.

Source: feeds §2.2, measured on the provider's development trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, exp, log, pi, sin
from random import Random

from services.hub.demo.grid import Metres, along, beside, distance_m
from services.hub.demo.wearers import Story, Wearer

GPS, CELL, WIFI = 1, 5, 6
"""The provider's codes of mechanisms (`position_lbs`)."""
STILL_EVERY_S, STILL_SPREAD_S = 297, 31
BUS_M_PER_MIN = 400.0
WINDOW = timedelta(hours=3)
"""How far back the story's files go."""
LATE_BY = timedelta(hours=60)
COARSE_M = 700
WEEK_ROLLOVER = timedelta(weeks=1024)
"""By how much a device errs that has lost count of the satellites' ten-bit week number."""

Way = list[tuple[float, Metres]]
"""Minutes from the moment of the story, and where the wearer is then; straight in between.

What has to be learned live happens in the last eight minutes, well within the fifteen allowed.
"""


@dataclass(frozen=True, slots=True)
class Fix:
    """One position as the device reports it."""

    at: datetime
    place: Metres
    precision_m: int
    lbs: int
    speed: int = 0


def fixes(wearer: Wearer, now: datetime, draw: Random) -> list[Fix]:
    """Everything a wearer's device reports up to `now`, in order of time; late ones apart."""
    way = _way(wearer)
    begun = now + timedelta(minutes=way[0][0]) if way else now + timedelta(seconds=1)
    ended = now + timedelta(minutes=way[-1][0]) if way else begun
    found = [f for f in _still(wearer, now, draw) if not begun <= f.at <= ended]
    found += _moving(way, now, draw)
    if wearer.story is Story.PERHAPS:
        found.append(_coarse(wearer, now))
    if wearer.story is Story.CLOCK_JUMPS:
        found += _misdated(wearer, now, draw)
    return sorted(found, key=lambda fix: fix.at)


def late_fixes(wearer: Wearer, now: datetime, draw: Random) -> list[Fix]:
    """What the device reported sixty hours ago and only arrives now."""
    if wearer.story is not Story.ENTERED_LATE:
        return []
    return _moving(_through(wearer), now - LATE_BY, draw)


def _way(wearer: Wearer) -> Way:
    home, centre = wearer.home, wearer.zone_centre
    far = distance_m(home, centre)
    match wearer.story:
        case Story.ENTERS:
            return [(-4 - far / BUS_M_PER_MIN, home), (-4, centre), (0, centre)]
        case Story.PASSES:
            return _through(wearer)
        case Story.BESIDE:
            start, end = along(home, centre, far - 400), along(home, centre, far + 400)
            here, there = beside(start, end, wearer.zone_radius_m + 60)
            return [(-10 - far / BUS_M_PER_MIN, home), (-10, here), (-2, there), (0, there)]
        case Story.LEAVES_HOME:
            away = (home[0] + 1_600, home[1])
            return [(-11, home), (-8, home), (-2, away), (0, away)]
        case Story.STROLLS:
            return [(-40, home), (-25, (home[0], home[1] + 600)), (-10, home)]
        case _:
            return []


def _through(wearer: Wearer) -> Way:
    home, centre = wearer.home, wearer.zone_centre
    far = distance_m(home, centre)
    before, beyond = along(home, centre, far - 400), along(home, centre, far + 400)
    start = (-10 - (far - 400) / BUS_M_PER_MIN, home)
    return [start, (-10, before), (-6, centre), (-2, beyond), (0, beyond)]


def _moving(way: Way, now: datetime, draw: Random) -> list[Fix]:
    if not way:
        return []
    minutes = [float(n) for n in range(int(way[0][0]), int(way[-1][0]) + 1)]
    return [_gps(now + timedelta(minutes=m), _on(way, m), draw) for m in minutes]


def _on(way: Way, minute: float) -> Metres:
    for (left, here), (reached, there) in pairwise(way):
        if left <= minute <= reached:
            return along(here, there, distance_m(here, there) * (minute - left) / (reached - left))
    return way[-1][1]


def _gps(at: datetime, place: Metres, draw: Random) -> Fix:
    precision = min(36, _lognormal(3, 13, draw))
    return Fix(at, _erring(place, precision, draw), precision, GPS, speed=draw.randint(3, 6))


def _still(wearer: Wearer, now: datetime, draw: Random) -> Iterator[Fix]:
    at = now - WINDOW + timedelta(seconds=draw.randint(0, STILL_EVERY_S))
    while at <= now:
        by_wifi = draw.random() < 0.1
        precision = draw.randint(20, 60) if by_wifi else min(1_598, _lognormal(57, 729, draw))
        place = _erring(wearer.home, precision, draw)
        yield Fix(at, place, precision, WIFI if by_wifi else CELL)
        at += timedelta(seconds=max(200, round(draw.gauss(STILL_EVERY_S, STILL_SPREAD_S))))


def _coarse(wearer: Wearer, now: datetime) -> Fix:
    """In the zone by its centre, anywhere by its radius."""
    east, north = wearer.zone_centre
    return Fix(now - timedelta(minutes=5, seconds=30), (east + 120, north), COARSE_M, CELL)


def _misdated(wearer: Wearer, now: datetime, draw: Random) -> list[Fix]:
    """Positions at home that the device's clock dates wrongly: twenty years ago, and tomorrow."""
    then = now - WEEK_ROLLOVER
    moments = [*(then - timedelta(minutes=n) for n in (30, 31, 32)), now + timedelta(days=1)]
    return [_gps(at, wearer.home, draw) for at in moments]


def _lognormal(median: float, nine_in_ten: float, draw: Random) -> int:
    sigma = log(nine_in_ten / median) / 1.2816
    return max(1, round(median * exp(draw.gauss(0, sigma))))


def _erring(place: Metres, precision_m: int, draw: Random) -> Metres:
    angle, far = draw.uniform(0, 2 * pi), draw.uniform(0, precision_m / 2)
    return (place[0] + far * cos(angle), place[1] + far * sin(angle))
