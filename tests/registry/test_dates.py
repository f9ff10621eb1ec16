"""The clocks of the Acts, by the anchors of the domain rules."""

from datetime import UTC, date, datetime

import pytest

from services.registry.dates import (
    Before,
    Pause,
    age_on,
    days_before,
    end_of,
    last_counted_day,
    last_day,
    last_day_within,
    local_day,
    term,
)


@pytest.mark.parametrize(
    ("begins_on", "months", "expected"),
    [
        (date(2018, 6, 15), 84, date(2025, 6, 14)),
        (date(2020, 1, 31), 60, date(2025, 1, 30)),
        (date(2021, 8, 31), 42, date(2025, 2, 28)),
        (date(2021, 2, 28), 30, date(2023, 8, 27)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2010, 9, 1), 180, date(2025, 8, 31)),
        (date(2016, 4, 20), 96, date(2024, 4, 19)),
        (date(2018, 3, 1), 120, date(2028, 2, 29)),
        (date(2020, 2, 29), 120, date(2030, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 10, 31), 1, date(2025, 11, 30)),
    ],
)
def test_a_period_begins_with_its_first_day(begins_on: date, months: int, expected: date) -> None:
    assert last_day(begins_on, months=months) == expected


def test_three_days_beginning_with_monday_end_on_wednesday() -> None:
    assert last_day(date(2026, 3, 2), days=3) == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 3, 10), date(2026, 3, 10)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
    ],
)
def test_within_a_year_after_a_day_does_not_count_the_day(day: date, expected: date) -> None:
    assert last_day_within(day, months=12) == expected


@pytest.mark.parametrize(
    ("born_on", "day", "expected"),
    [
        (date(2000, 3, 2), date(2018, 3, 1), 17),
        (date(2000, 3, 2), date(2018, 3, 2), 18),
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
    ],
)
def test_age_changes_on_the_birthday(born_on: date, day: date, expected: int) -> None:
    assert age_on(born_on, day) == expected


@pytest.mark.parametrize(
    ("months", "days", "expected"),
    [
        (6, 1, (6, 1)),
        (29, 30, (29, 30)),
        (0, 31, (1, 0)),
        (0, 200, (6, 19)),
        (5, 40, (6, 10)),
        (6, -1, (5, 29)),
        (1, -1, (0, 30)),
        (6, -30, (5, 0)),
        (6, -40, (4, 21)),
    ],
)
def test_a_term_is_compared_as_months_and_days(
    months: int, days: int, expected: tuple[int, int]
) -> None:
    assert term(date(2026, 1, 1), months, days) == expected


def test_a_day_ends_at_the_next_midnight_in_london() -> None:
    assert end_of(date(2026, 3, 4)) == datetime(2026, 3, 5, tzinfo=UTC)
    assert end_of(date(2026, 6, 3)) == datetime(2026, 6, 3, 23, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)])
def test_the_first_instant_after_a_day_is_of_the_next_day_also_when_clocks_change(
    day: date,
) -> None:
    midnight = end_of(day)
    assert local_day(midnight).toordinal() == day.toordinal() + 1
    assert local_day(midnight.replace(microsecond=0)) == local_day(midnight)
    just_before = datetime.fromtimestamp(midnight.timestamp() - 1, UTC)
    assert local_day(just_before) == day


def test_seven_days_before_a_departure_are_two_days_the_safe_one_and_the_hard_one() -> None:
    """The example of R-DT-3."""
    assert days_before(date(2026, 6, 20), 7) == Before(date(2026, 6, 12), date(2026, 6, 13))


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ((), date(2026, 3, 4)),
        ((Pause(date(2026, 3, 2), date(2026, 6, 1)),), date(2026, 6, 3)),
        ((Pause(date(2026, 3, 3), date(2026, 3, 10)),), date(2026, 3, 11)),
        ((Pause(date(2026, 3, 4), date(2026, 3, 4)),), date(2026, 3, 4)),
        ((Pause(date(2026, 3, 5), None),), date(2026, 3, 4)),
        ((Pause(date(2026, 3, 4), None),), None),
    ],
)
def test_days_in_custody_do_not_count_and_what_is_left_runs_from_release(
    pauses: tuple[Pause, ...], expected: date | None
) -> None:
    assert last_counted_day(date(2026, 3, 2), 3, pauses) == expected
