"""What a position means: entered, left, or nothing, and why."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.tracking import Mechanism, ZoneEntered, ZoneKind, ZoneLeft
from services.tracking.domain import Device, Wearer, key_of, state_of
from tests.makers import NOON, a_position, a_zone
from tests.tracking.beat import (
    EDGE,
    INSIDE,
    OUTSIDE,
    PERSON_REF,
    at,
    fitted,
    seen,
    short,
    told,
    watched,
)

BESIDE = (-1.47985, 52.925)
"""About 10 m inside the line."""


def test_a_position_certainly_inside_an_exclusion_zone_enters_it() -> None:
    beat = watched()
    position = seen(INSIDE, 1)
    (entered,) = beat.hear(position)
    assert isinstance(entered, ZoneEntered)
    assert (entered.zone_ref, entered.zone_version, entered.device_ref) == ("zone-1", 1, "device-1")
    assert (entered.depth_m, entered.precision_m, entered.late) == (330, 6, False)
    assert (entered.occurred_at, entered.caused_by) == (at(1), position.event_id)
    assert beat.because[-1] == "entered"


def test_a_position_certainly_outside_an_inclusion_zone_crosses_its_line() -> None:
    beat = watched(zone=ZoneKind.INCLUSION)
    assert short(beat.hear(seen(INSIDE, 1), seen(OUTSIDE, 2), seen(INSIDE, 3))) == ["in 2", "out 3"]


def test_depth_is_what_is_left_of_the_distance_after_the_radius() -> None:
    (entered,) = watched().hear(seen(BESIDE, 1, precision_m=3))
    assert isinstance(entered, ZoneEntered)
    assert entered.depth_m == 7


@pytest.mark.parametrize("place", [EDGE, BESIDE])
def test_a_circle_of_uncertainty_across_the_line_decides_nothing(
    place: tuple[float, float],
) -> None:
    beat = watched()
    assert beat.hear(seen(place, 1, precision_m=13)) == []
    assert beat.because[-1] == "uncertain"


@pytest.mark.parametrize("mechanism", [Mechanism.CELL, Mechanism.RF])
def test_a_wide_cell_or_radio_fix_is_never_a_breach_on_its_own(mechanism: Mechanism) -> None:
    beat = watched()
    fixes = [seen(INSIDE, n, precision_m=101, mechanism=mechanism) for n in (1, 2, 3)]
    assert beat.hear(*fixes) == []
    assert beat.because[-1] == "too-coarse"


@pytest.mark.parametrize(
    ("mechanism", "precision_m"),
    [(Mechanism.CELL, 100), (Mechanism.RF, 30), (Mechanism.GPS, 200), (Mechanism.WIFI, 200)],
)
def test_a_narrow_fix_or_a_better_mechanism_may_be_a_breach(
    mechanism: Mechanism, precision_m: int
) -> None:
    beat = watched()
    assert short(beat.hear(seen(INSIDE, 1, precision_m=precision_m, mechanism=mechanism))) == [
        "in 1"
    ]


def test_a_visit_is_told_once_however_many_positions_show_it() -> None:
    beat = watched()
    assert short(beat.hear(*(seen(INSIDE, n) for n in range(5)))) == ["in 0"]
    assert beat.because[-1] == "still-beyond"


def test_left_only_when_certainly_back() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1))
    assert beat.hear(seen(EDGE, 2)) == []
    (left,) = beat.hear(seen(OUTSIDE, 3))
    assert isinstance(left, ZoneLeft)
    assert (left.occurred_at, left.zone_version) == (at(3), 1)
    assert beat.hear(seen(OUTSIDE, 4)) == []
    assert beat.because[-2:] == ["left", "on-the-right-side"]


def test_coming_back_in_is_another_visit() -> None:
    walk = [seen(place, n) for n, place in enumerate([INSIDE, OUTSIDE, INSIDE, OUTSIDE])]
    assert short(watched().hear(*walk)) == ["in 0", "out 1", "in 2", "out 3"]


def test_a_repeat_changes_nothing_neither_at_once_nor_hours_later() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1), seen(OUTSIDE, 5))
    before = dict(beat.rows)
    assert beat.hear(seen(INSIDE, 1)) == []
    assert beat.because[-1] == "already-counted"
    resent = seen(INSIDE, 1).model_copy(update={"recorded_at": at(300)})
    assert beat.hear(resent) == []
    assert beat.rows == before


def test_of_several_zones_the_weightiest_answer_is_the_reason() -> None:
    beat = watched()
    beat.hear(told(a_zone(zone_ref="zone-2", zone=ZoneKind.INCLUSION)))
    entered = beat.hear(seen(INSIDE, 1))
    assert [fact.zone_ref for fact in entered if isinstance(fact, ZoneEntered)] == ["zone-1"]
    assert beat.because[-1] == "entered"


def test_a_position_from_a_clock_that_is_ahead_is_not_judged() -> None:
    beat = watched()
    assert beat.hear(seen(INSIDE, 10, delay_s=-301)) == []
    assert beat.because[-1] == "clock-ahead"
    assert short(beat.hear(seen(INSIDE, 10, delay_s=-300))) == ["in 10"]


def test_a_position_never_recorded_counts_as_received_at_once() -> None:
    beat = watched()
    assert short(beat.hear(a_position(*INSIDE))) == ["in 0"]


def test_a_position_older_than_its_topic_keeps_is_not_judged() -> None:
    beat = watched()
    days = timedelta(days=3)
    assert beat.hear(seen(INSIDE, 1, delay_s=days.total_seconds() + 1)) == []
    assert beat.because[-1] == "too-old"


def test_rows_are_keyed_by_device_and_by_wearer() -> None:
    assert key_of(seen(INSIDE, 1)) == "device:device-1"
    assert key_of(fitted(1)) == f"wearer:{PERSON_REF}"
    assert (state_of("device:wearer:1"), state_of("wearer:device:1")) == (Device, Wearer)


def test_no_row_shows_what_it_holds() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1))
    rows: list[Any] = list(beat.rows.values())
    assert [repr(row) for row in rows] == ["Wearer(…)", "Device(…)"]
    assert NOON.isoformat() not in str(rows)
