"""Order, lateness and repeats: what is learned when, and what it may change."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from schemas.tracking import Position
from tests.tracking.beat import INSIDE, OUTSIDE, Beat, seen, short, watched

HOUR_S = 3600.0


def _live(beat: Beat) -> list[tuple[datetime, bool]]:
    (watch,) = beat.rows["device:device-1"].watches
    return [(mark.at, mark.beyond) for mark in watch.marks if not mark.late]


def test_sixteen_minutes_is_late_and_fifteen_is_not() -> None:
    assert short(watched().hear(seen(INSIDE, 1, delay_s=15 * 60))) == ["in 1"]
    assert short(watched().hear(seen(INSIDE, 1, delay_s=15 * 60 + 1))) == ["in late 1"]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_two_visits_are_two_in_any_order_of_their_positions(order: tuple[int, ...]) -> None:
    walk = [seen(place, n) for n, place in enumerate([INSIDE, OUTSIDE, INSIDE, OUTSIDE])]
    beat = watched()
    said = short(beat.hear(*(walk[n] for n in order)))
    assert sum(word.startswith("in") for word in said) == 2
    assert "out 3" in said


def test_a_position_that_proves_the_visit_began_earlier_tells_nothing_new() -> None:
    beat = watched()
    assert short(beat.hear(seen(INSIDE, 4), seen(INSIDE, 2))) == ["in 4"]


def test_a_position_outside_between_two_inside_makes_the_later_part_a_visit() -> None:
    beat = watched()
    assert short(beat.hear(seen(INSIDE, 1), seen(INSIDE, 5))) == ["in 1"]
    assert short(beat.hear(seen(OUTSIDE, 3))) == ["in 5", "out 3"]


def test_a_visit_learned_of_when_it_is_over_is_entered_and_left() -> None:
    beat = watched()
    beat.hear(seen(OUTSIDE, 1), seen(OUTSIDE, 5))
    assert short(beat.hear(seen(INSIDE, 3))) == ["in 3", "out 5"]


def test_a_late_visit_is_told_once_and_marked_late() -> None:
    beat = watched()
    beat.hear(seen(OUTSIDE, 1), seen(OUTSIDE, 59))
    batch = [seen(INSIDE, n, delay_s=HOUR_S) for n in range(20, 40)]
    assert short(beat.hear(*batch)) == ["in late 20", "out 59"]
    assert beat.because[-1] == "still-beyond"


def test_a_late_visit_with_its_end_in_the_same_batch() -> None:
    beat = watched()
    batch = [seen(INSIDE, 20, delay_s=HOUR_S), seen(OUTSIDE, 30, delay_s=HOUR_S)]
    assert short(beat.hear(*batch)) == ["in late 20", "out 30"]
    assert beat.because[-2:] == ["learned-late", "left"]


def test_a_late_position_within_a_live_visit_tells_nothing_new() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1), seen(INSIDE, 30))
    assert beat.hear(seen(INSIDE, 10, delay_s=HOUR_S)) == []
    assert beat.because[-1] == "already-counted"


def test_a_late_position_before_a_live_visit_joins_it() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 70))
    assert beat.hear(seen(INSIDE, 60, delay_s=HOUR_S)) == []
    assert beat.because[-1] == "still-beyond"


def test_after_a_late_visit_the_first_live_position_inside_is_told_as_live() -> None:
    beat = watched()
    assert short(beat.hear(seen(INSIDE, 1, delay_s=HOUR_S))) == ["in late 1"]
    assert short(beat.hear(seen(INSIDE, 62))) == ["in 62"]
    assert short(beat.hear(seen(OUTSIDE, 63))) == ["out 63"]


def test_a_late_position_outside_does_not_end_a_live_visit() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1))
    live = _live(beat)
    assert beat.hear(seen(OUTSIDE, 10, delay_s=HOUR_S)) == []
    assert _live(beat) == live
    assert beat.hear(seen(INSIDE, 71)) == []
    assert short(beat.hear(seen(OUTSIDE, 72))) == ["out 72"]


def test_while_a_live_visit_lasts_a_late_visit_is_not_said_to_have_been_left() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1))
    batch = [
        seen(OUTSIDE, 10, delay_s=HOUR_S),
        seen(INSIDE, 20, delay_s=HOUR_S),
        seen(OUTSIDE, 30, delay_s=HOUR_S),
    ]
    assert short(beat.hear(*batch)) == ["in late 20"]
    assert short(beat.hear(seen(OUTSIDE, 95))) == ["out 95"]


def test_a_file_sixty_hours_late_is_judged_in_its_own_time() -> None:
    beat = watched()
    beat.hear(seen(OUTSIDE, 60 * 60))
    assert short(beat.hear(seen(INSIDE, 1, delay_s=60 * HOUR_S))) == ["in late 1", "out 3600"]


def test_a_provider_that_only_sends_hourly_files_is_told_late_and_once() -> None:
    beat = watched()
    places = [OUTSIDE] * 10 + [INSIDE] * 30 + [OUTSIDE] * 20
    day = [seen(place, n, delay_s=HOUR_S - n) for n, place in enumerate(places)]
    assert short(beat.hear(*day)) == ["in late 10", "out 40"]


def test_what_is_kept_does_not_grow_with_the_length_of_a_day() -> None:
    beat = watched()
    places = ([OUTSIDE] * 100 + [INSIDE] * 100) * 3
    beat.hear(*(seen(place, n) for n, place in enumerate(places)))
    (watch,) = beat.rows["device:device-1"].watches
    assert len(watch.marks) <= 2 * 6 + 21
    assert sum(word.startswith("in") for word in short(beat.said)) == 3


def test_whoever_walks_along_a_line_all_day_fills_no_row() -> None:
    beat = watched()
    beat.hear(*(seen((OUTSIDE, INSIDE)[n % 2], n) for n in range(300)))
    (watch,) = beat.rows["device:device-1"].watches
    assert len(watch.marks) == 200
    assert sum(word.startswith("in") for word in short(beat.said)) == 150


def test_a_stay_longer_than_what_is_remembered_is_still_one_visit() -> None:
    beat = watched()
    stay = [seen(INSIDE, hours * 60) for hours in range(0, 100, 5)]
    assert short(beat.hear(*stay)) == ["in 0"]
    (watch,) = beat.rows["device:device-1"].watches
    assert len(watch.marks) <= 4
    assert short(beat.hear(seen(OUTSIDE, 6001))) == ["out 6001"]


def test_a_repeat_of_a_position_that_is_no_longer_kept_changes_nothing() -> None:
    beat = watched()
    walk = [seen(INSIDE, n) for n in range(60)]
    beat.hear(*walk)
    before = dict(beat.rows)
    for one in walk[:40]:
        assert beat.hear(_resent(one)) == []
    assert beat.rows == before


def _resent(position: Position) -> Position:
    recorded_at = position.occurred_at + timedelta(hours=2)
    return position.model_copy(update={"recorded_at": recorded_at})
