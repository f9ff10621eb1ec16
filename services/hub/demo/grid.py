"""Metres of the national grid to degrees, and the outline of a circle in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import cos, hypot, pi, sin

from pyproj import Transformer

Metres = tuple[float, float]
"""Easting and northing (EPSG:27700)."""
Degrees = tuple[float, float]
"""Longitude and latitude (EPSG:4326), to seven places: about a centimetre."""


@lru_cache(maxsize=1)
def _transformer() -> Transformer:
    return Transformer.from_crs(27700, 4326, always_xy=True)


def degrees(points: Sequence[Metres]) -> list[Degrees]:
    """The same places on the ellipsoid; one call for many is much cheaper than many."""
    if not points:
        return []
    eastings, northings = zip(*points, strict=True)
    longitudes, latitudes = _transformer().transform(eastings, northings)
    return [(round(lon, 7), round(lat, 7)) for lon, lat in zip(longitudes, latitudes, strict=True)]


def circle(centre: Metres, radius_m: float, corners: int = 24) -> list[Metres]:
    """The corners of a regular polygon inside that circle, in order, not repeated."""
    east, north = centre
    angles = (2 * pi * n / corners for n in range(corners))
    return [(east + radius_m * cos(a), north + radius_m * sin(a)) for a in angles]


def distance_m(one: Metres, other: Metres) -> float:
    """How far apart two places are."""
    return hypot(one[0] - other[0], one[1] - other[1])


def along(start: Metres, end: Metres, gone_m: float) -> Metres:
    """The place that far from `start` towards `end`; also beyond it."""
    whole = distance_m(start, end)
    share = gone_m / whole if whole else 0.0
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def beside(start: Metres, end: Metres, off_m: float) -> tuple[Metres, Metres]:
    """The same line moved sideways by that much."""
    whole = distance_m(start, end)
    dx, dy = (end[1] - start[1]) / whole * off_m, -(end[0] - start[0]) / whole * off_m
    return (start[0] + dx, start[1] + dy), (end[0] + dx, end[1] + dy)
