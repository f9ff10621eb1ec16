"""Sides and distances, against known vectors and against an ellipsoid."""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from services.runtime.faults import Refused
from services.tracking.geofence import Measure, Outline, Side, has_area, measure

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "em"
SQUARE: Outline = ((-1.48, 52.92), (-1.47, 52.92), (-1.47, 52.93), (-1.48, 52.93))
BOW_TIE: Outline = ((-1.48, 52.92), (-1.47, 52.93), (-1.47, 52.92), (-1.48, 52.93))
A_LINE: Outline = ((-1.48, 52.92), (-1.47, 52.93), (-1.46, 52.94))


def _vectors() -> Iterator[dict[str, str]]:
    path = SAMPLES / "zone_geometry_vectors.csv"
    if not path.exists():
        assert os.environ.get("HUB_REQUIRE_SAMPLES") != "1", "the samples are required here"
        pytest.skip("the samples are not here")
    with path.open(newline="") as lines:
        yield from csv.DictReader(lines)


@pytest.mark.samples
def test_every_vector_of_the_park_falls_on_its_side() -> None:
    vectors = list(_vectors())
    shape = json.loads((SAMPLES / "exclusion_zone_source_shape.json").read_bytes())
    ring = shape["exclusionZones"][0]["geometry"]["coordinates"][0]
    outline = tuple((lon, lat) for lon, lat in ring[:-1])
    assert vectors
    for row in vectors:
        found = measure(outline, float(row["longitude"]), float(row["latitude"]))
        assert str(found.inside).lower() == row["point_in_polygon"], row["case"]
        on_a_sphere = float(row["distance_to_boundary_m"])
        assert found.to_line_m == pytest.approx(on_a_sphere, rel=0.01, abs=1), row["case"]
        side = found.side(int(row["position_precision_m"]))
        assert side.value.replace("-", "_") == row["uncertainty_circle"], row["case"]


@given(
    east=st.floats(-1.6, -1.35),
    north=st.floats(52.85, 53.0),
    precision_m=st.integers(0, 3_000),
    outline=st.sampled_from((SQUARE, BOW_TIE)),
)
def test_a_place_plainly_outside_is_on_the_same_side_as_if_measured_to_the_metre(
    east: float, north: float, precision_m: int, outline: Outline
) -> None:
    exact, near = measure(outline, east, north), measure(outline, east, north, precision_m)
    assert near.side(precision_m) is exact.side(precision_m)
    assert near.inside is exact.inside
    assert near.to_line_m <= exact.to_line_m + 1e-6


@pytest.mark.parametrize(
    ("longitude_deg", "latitude_deg", "nearest"),
    [
        (-1.475, 52.9215, (-1.475, 52.92)),
        (-1.478, 52.925, (-1.48, 52.925)),
        (-1.475, 52.94, (-1.475, 52.93)),
        (-1.46, 52.925, (-1.47, 52.925)),
        (-1.45, 52.94, (-1.47, 52.93)),
        (-1.475, 53.02, (-1.475, 52.93)),
    ],
)
def test_distances_agree_with_the_ellipsoid_to_half_a_percent(
    longitude_deg: float, latitude_deg: float, nearest: tuple[float, float]
) -> None:
    _, _, expected = Geod(ellps="WGS84").inv(longitude_deg, latitude_deg, *nearest)
    assert measure(SQUARE, longitude_deg, latitude_deg).to_line_m == pytest.approx(
        expected, rel=0.005
    )


def test_a_circle_that_touches_the_line_is_certain_of_nothing() -> None:
    assert Measure(inside=True, to_line_m=6.0).side(6) is Side.POSSIBLY_INSIDE
    assert Measure(inside=False, to_line_m=6.0).side(6) is Side.POSSIBLY_INSIDE
    assert Measure(inside=True, to_line_m=6.1).side(6) is Side.CERTAINLY_INSIDE
    assert Measure(inside=False, to_line_m=6.1).side(6) is Side.CERTAINLY_OUTSIDE


def test_a_place_on_the_line_is_no_distance_from_it() -> None:
    assert measure(SQUARE, -1.475, 52.92).to_line_m == pytest.approx(0, abs=1e-6)


def test_corners_may_run_either_way() -> None:
    assert measure(SQUARE, -1.475, 52.925) == measure(SQUARE[::-1], -1.475, 52.925)


def test_an_outline_that_crosses_itself_covers_what_it_goes_around() -> None:
    assert measure(BOW_TIE, -1.4712, 52.925).inside
    assert measure(BOW_TIE, -1.4788, 52.925).inside
    assert not measure(BOW_TIE, -1.475, 52.9288).inside


def test_an_outline_without_area_is_refused() -> None:
    assert has_area(SQUARE)
    assert not has_area(A_LINE)
    with pytest.raises(Refused, match="^zone-without-area: outline$"):
        measure(A_LINE, -1.475, 52.925)
