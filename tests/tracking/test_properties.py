"""What tracking promises of any positions: order, repeats, lateness, causes, storage."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.notice import Notice
from schemas.tracking import Position, ZoneEntered, ZoneLeft
from services.tracking.domain import Because, Device, Wearer
from tests.makers import a_zone
from tests.tracking.beat import (
    EDGE,
    INSIDE,
    OUTSIDE,
    Beat,
    at,
    ended,
    fitted,
    removed,
    seen,
    watched,
)
from tests.tracking.beat import told as notice

PLACES = st.sampled_from([INSIDE, INSIDE, OUTSIDE, OUTSIDE, EDGE])
WITHIN = st.integers(0, 900)
"""Seconds, as many as the window has."""


def _walk(start_s: int, steps: Sequence[tuple[tuple[float, float], int]]) -> list[Position]:
    return [seen(place, (start_s + second) / 60) for place, second in steps]


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[list[Position], list[Position], list[Position]]:
    """Some history, and live positions within the window, the latter in two orders."""
    history = draw(st.lists(st.tuples(PLACES, st.integers(0, 7200)), max_size=6))
    steps = draw(st.lists(st.tuples(PLACES, WITHIN), max_size=7))
    walk = _walk(7200, steps)
    return _walk(0, sorted(history, key=lambda step: step[1])), walk, draw(st.permutations(walk))


@settings(deadline=None)
@given(shuffled())
def test_any_order_of_live_positions_within_the_window_ends_in_the_same_state(
    walks: tuple[list[Position], list[Position], list[Position]],
) -> None:
    history, one_order, other_order = walks
    one, other = watched(), watched()
    one.hear(*history, *one_order)
    other.hear(*history, *other_order)
    assert one.rows == other.rows
    assert _entries(one) == _entries(other)


@settings(deadline=None)
@given(shuffled())
def test_every_visit_is_entered_once(
    walks: tuple[list[Position], list[Position], list[Position]],
) -> None:
    history, walk, order = walks
    beat = watched()
    beat.hear(*history, *order)
    assert _entries(beat) == _visits([*history, *walk])


@st.composite
def anything(draw: st.DrawFn) -> list[Position | Notice]:
    """Positions, some of them late, in the order of their topic; between them any changes.

    A topic stamps what it appends, so its times never go back; what is told of zones and tags
    comes by another topic, before or after any position.
    """
    heard: list[Position | Notice] = []
    for minute in draw(st.lists(st.integers(0, 300), max_size=12, unique=True)):
        if draw(st.integers(0, 5)):
            delay_s = draw(st.sampled_from([20.0, 600.0, 1200.0, 100_000.0, 300_000.0]))
            heard.append(seen(draw(PLACES), minute, delay_s=delay_s))
        else:
            version = draw(st.integers(1, 3))
            changes = [
                ended(minute),
                removed(minute),
                fitted(minute),
                notice(a_zone(zone_version=version, in_force_from=seen(EDGE, minute).occurred_at)),
            ]
            heard.append(draw(st.sampled_from(changes)))
    appended = sorted((one for one in heard if isinstance(one, Position)), key=_appended)
    positions = iter(appended)
    return [next(positions) if isinstance(one, Position) else one for one in heard]


@st.composite
def arrivals(draw: st.DrawFn, late_s: float | None) -> list[Position]:
    """Positions as they come in: live ones out of order by minutes, late ones in their order."""
    minutes = draw(st.lists(st.integers(0, 60), max_size=12, unique=True))
    delays = [20.0, 600.0] + ([late_s] if late_s else [])
    found = [seen(draw(PLACES), n, delay_s=draw(st.sampled_from(delays))) for n in minutes]
    return sorted(found, key=_appended)


def _appended(position: Position) -> datetime:
    return position.recorded_at or position.occurred_at


def _resent(position: Position) -> Position:
    """The same position, received again when all of them were."""
    return position.model_copy(update={"recorded_at": at(24 * 60)})


@settings(deadline=None)
@given(arrivals(late_s=None), st.data())
def test_a_repeat_of_a_live_position_changes_nothing(
    positions: list[Position], data: st.DataObject
) -> None:
    beat = watched()
    beat.hear(*positions)
    before = dict(beat.rows)
    for one in data.draw(st.permutations(positions)):
        assert beat.hear(one, _resent(one)) == []
    assert beat.rows == before


@settings(deadline=None)
@given(arrivals(late_s=3600.0), st.data())
def test_a_repeat_among_late_positions_never_says_a_live_entry(
    positions: list[Position], data: st.DataObject
) -> None:
    beat = watched()
    beat.hear(*positions)
    for one in data.draw(st.permutations(positions)):
        said = beat.hear(_resent(one))
        assert all(fact.late for fact in said if isinstance(fact, ZoneEntered))


@settings(deadline=None)
@given(anything())
def test_late_positions_do_not_move_what_is_known_live(heard: list[Position | Notice]) -> None:
    every, live_only = watched(), watched()
    every.hear(*heard)
    live_only.hear(*(one for one in heard if not _late(one)))
    assert [fact for fact in every.said if isinstance(fact, ZoneEntered) and not fact.late] == [
        fact for fact in live_only.said if isinstance(fact, ZoneEntered)
    ]


@settings(deadline=None)
@given(anything())
def test_all_that_is_said_is_caused_by_a_position_and_has_its_own_id(
    heard: list[Position | Notice],
) -> None:
    beat = watched()
    beat.hear(*heard)
    assert {fact.caused_by for fact in beat.said} <= {one.event_id for one in beat.heard}
    assert len({fact.event_id for fact in beat.said}) == len(beat.said)
    assert {fact.source for fact in beat.said} <= {"tracking"}


@settings(deadline=None)
@given(anything())
def test_nobody_leaves_before_they_entered(heard: list[Position | Notice]) -> None:
    beat = watched()
    beat.hear(*heard)
    assert not beat.said or isinstance(beat.said[0], ZoneEntered)
    inside = [one for one in heard if isinstance(one, Position) and _inside(one)]
    for fact in beat.said:
        if isinstance(fact, ZoneLeft):
            assert any(one.occurred_at < fact.occurred_at for one in inside)


@settings(deadline=None)
@given(anything())
def test_rows_read_back_equal_and_reasons_are_of_a_closed_set(
    heard: list[Position | Notice],
) -> None:
    beat = watched()
    beat.hear(*heard)
    for key, row in beat.rows.items():
        kind = Device if key.startswith("device:") else Wearer
        assert kind.model_validate_json(row.model_dump_json()) == row
    words = {*Because, "zone-set", "zone-ended", "fitted", "removed", "already-known"}
    assert set(beat.because) <= words


def _inside(position: Position) -> bool:
    return position.point.longitude_deg == INSIDE[0]


def _late(heard: Position | Notice) -> bool:
    if not isinstance(heard, Position) or heard.recorded_at is None:
        return False
    return (heard.recorded_at - heard.occurred_at).total_seconds() > 900


def _entries(beat: Beat) -> int:
    return Counter(type(fact) for fact in beat.said)[ZoneEntered]


def _visits(walk: Sequence[Position]) -> int:
    """How often somebody who walked so came in, counted by hand."""
    inside, visits = False, 0
    for position in sorted(walk, key=lambda one: (one.occurred_at, str(one.event_id))):
        longitude = position.point.longitude_deg
        if longitude == EDGE[0]:
            continue
        visits += longitude == INSIDE[0] and not inside
        inside = longitude == INSIDE[0]
    return visits
