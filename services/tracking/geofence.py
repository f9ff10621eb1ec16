"""On which side of a line a place is, how far from it, and how sure that is. Pure geometry.

Corners and places are WGS 84 degrees, joined by straight lines in degrees as in RFC 7946. Distances
are metres in a flat projection around the middle of the outline: near the line, where it matters,
off by less than one part in a hundred for zones as large as a county.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import shapely  # type: ignore[import-untyped]  # ships no types

from services.runtime.faults import Refused

Outline = tuple[tuple[float, float], ...]
"""Corners as (longitude, latitude), not repeated."""


class Side(StrEnum):
    """Where the true place is, given the radius it lies in."""

    CERTAINLY_INSIDE = "certainly-inside"
    POSSIBLY_INSIDE = "possibly-inside"
    CERTAINLY_OUTSIDE = "certainly-outside"


@dataclass(frozen=True, slots=True)
class Measure:
    """A place against an outline."""

    inside: bool
    to_line_m: float
    """To the nearest point of the line, from either side; or less, where that was allowed."""

    def side(self, precision_m: float) -> Side:
        """Certain only if the whole circle of uncertainty is on one side of the line."""
        if self.to_line_m <= precision_m:
            return Side.POSSIBLY_INSIDE
        return Side.CERTAINLY_INSIDE if self.inside else Side.CERTAINLY_OUTSIDE


@dataclass(frozen=True, slots=True)
class _Fence:
    area: shapely.Geometry
    line: shapely.Geometry
    middle: tuple[float, float]
    metres: tuple[float, float]
    half_m: tuple[float, float]
    """From the middle to the east and north edge of the box around it."""


def measure(
    outline: Outline, longitude_deg: float, latitude_deg: float, near_m: float = math.inf
) -> Measure:
    """The place against the outline.

    Of a place more than `near_m` outside the box around the outline, the distance to the box will
    do: most places are far from most zones.

    Raises:
        Refused: the outline has no area, so nothing is inside it.
    """
    fence = _fence(outline)
    x = (longitude_deg - fence.middle[0]) * fence.metres[0]
    y = (latitude_deg - fence.middle[1]) * fence.metres[1]
    to_box_m = max(abs(x) - fence.half_m[0], abs(y) - fence.half_m[1])
    if to_box_m > near_m:
        return Measure(inside=False, to_line_m=to_box_m)
    to_line_m = float(shapely.distance(fence.line, shapely.Point(x, y)))
    return Measure(bool(shapely.contains_xy(fence.area, x, y)), to_line_m)


def has_area(outline: Outline) -> bool:
    """Whether anything can be inside the outline at all."""
    try:
        _fence(outline)
    except Refused:
        return False
    return True


@lru_cache(maxsize=4096)
def _fence(outline: Outline) -> _Fence:
    """The outline in metres. One that crosses itself covers all that its line goes around."""
    longitudes, latitudes = zip(*outline, strict=True)
    middle = (_middle(longitudes), _middle(latitudes))
    metres = _metres_per_degree(middle[1])
    ring = [((lon - middle[0]) * metres[0], (lat - middle[1]) * metres[1]) for lon, lat in outline]
    area = shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False)
    if area.area == 0:
        raise Refused("zone-without-area", "outline")
    line = shapely.boundary(area)
    shapely.prepare([area, line])
    half_m = (max(x for x, _ in ring), max(y for _, y in ring))
    return _Fence(area, line, middle, metres, half_m)


def _middle(degrees: tuple[float, ...]) -> float:
    return (min(degrees) + max(degrees)) / 2


def _metres_per_degree(latitude_deg: float) -> tuple[float, float]:
    """Length of a degree of longitude and of latitude there, on the WGS 84 ellipsoid."""
    radius_m, squared_eccentricity = 6_378_137.0, 0.00669437999014
    latitude = math.radians(latitude_deg)
    bulge = 1 - squared_eccentricity * math.sin(latitude) ** 2
    east = radius_m * math.cos(latitude) / math.sqrt(bulge)
    north = radius_m * (1 - squared_eccentricity) / bulge**1.5
    return math.radians(east), math.radians(north)
