"""The clocks of the Acts against oracles that only ever walk a calendar day by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice, takewhile

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from hypothesis import given
from hypothesis import strategies as st

from services.registry.dates import (
    Pause,
    age_on,
    days_before,
    end_of,
    last_counted_day,
    last_day,
    last_day_within,
    local_day,
    months_before,
    start_of,
    term,
    working_day_after,
    working_day_before,
)

DAY = timedelta(days=1)
DAYS = st.dates(date(1990, 1, 1), date(2045, 12, 31))
MONTHS = st.integers(0, 48)
FEW = st.integers(0, 40)


def walk(day: date) -> Iterator[date]:
    """That day, the next, and so on."""
    return (day + timedelta(days=number) for number in count())


def have_passed(since: date, months: int, day: date) -> bool:
    """Whether so many months have, as people count birthdays."""
    gone = (day.year - since.year) * 12 + day.month - since.month
    return gone > months or (gone == months and day.day >= since.day)


def first_free(since: date, months: int) -> date:
    """The first day on which so many months have passed."""
    return next(day for day in walk(since) if have_passed(since, months, day))


def birthdays(born_on: date) -> Iterator[date]:
    """The first day of each further year of age."""
    years = 0
    for day in walk(born_on):
        if have_passed(born_on, 12 * (years + 1), day):
            years += 1
            yield day


@given(DAYS, MONTHS, FEW)
def test_a_period_beginning_with_a_day_ends_the_day_before_so_much_has_passed(
    day: date, months: int, days: int
) -> None:
    whole = last_day(day, months=months, days=days) + DAY
    assert whole == next(islice(walk(first_free(day, months)), days, None))


@given(DAYS, st.integers(1, 400))
def test_a_period_of_days_holds_just_so_many(day: date, days: int) -> None:
    held = [one for one in islice(walk(day), 401) if one <= last_day(day, days=days)]
    assert len(held) == days


@given(DAYS, MONTHS, FEW)
def test_within_after_a_day_is_one_day_longer_but_where_the_day_does_not_exist(
    day: date, months: int, days: int
) -> None:
    free = first_free(day, months)
    missing = free.day != day.day
    assert last_day_within(day, months=months, days=days) == (
        free - missing * DAY + timedelta(days=days)
    )


@given(DAYS, st.integers(1, 30))
def test_not_less_than_so_many_days_before_leaves_them_clear_on_the_safe_day(
    day: date, days: int
) -> None:
    before = days_before(day, days)
    between = [one for one in islice(walk(before.safe), 1, 60) if one < day]
    assert (len(between), before.hard - before.safe) == (days, DAY)


PAUSES = st.lists(
    st.builds(
        lambda begins_on, length: Pause(
            begins_on, None if length is None else begins_on + timedelta(days=length)
        ),
        st.dates(date(2026, 1, 1), date(2026, 3, 1)),
        st.none() | st.integers(0, 20),
    ),
    max_size=5,
)


@given(st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.integers(1, 7), PAUSES)
def test_days_in_a_pause_do_not_count_and_all_others_do(
    day: date, days: int, pauses: list[Pause]
) -> None:
    stopped: set[date] = set()
    for pause in pauses:
        for one in islice(walk(pause.begins_on), 400):
            if one == pause.over_on:
                break
            stopped.add(one)
    counted = [one for one in islice(walk(day), 300) if one not in stopped]
    expected = counted[days - 1] if len(counted) >= days else None
    assert last_counted_day(day, days, pauses) == expected


@given(DAYS, st.integers(0, 40), st.integers(0, 366))
def test_a_term_is_the_same_length_in_months_and_days(day: date, months: int, days: int) -> None:
    whole, beyond = term(day, months, days)
    assert last_day(day, months=whole, days=beyond) == last_day(day, months=months, days=days)
    if days > 30:
        end = last_day(day, months=months, days=days) + DAY
        assert have_passed(day, whole, end)
        assert not have_passed(day, whole + 1, end)


@given(DAYS, DAYS)
def test_age_is_the_number_of_birthdays_there_were(one: date, other: date) -> None:
    born_on, day = sorted((one, other))
    had = takewhile(lambda birthday: birthday <= day, birthdays(born_on))
    assert age_on(born_on, day) == sum(1 for _ in had)


@given(DAYS)
def test_a_day_in_london_begins_when_the_one_before_ends_and_has_its_23_24_or_25_hours(
    day: date,
) -> None:
    begins, ends = start_of(day), end_of(day)
    assert begins == end_of(day - DAY)
    assert (local_day(begins), local_day(begins - timedelta(microseconds=1))) == (day, day - DAY)
    sundays = [last_sunday(day.year, 3), last_sunday(day.year, 10)]
    change = 1 - 2 * sundays.index(day) if day in sundays else 0
    assert ends - begins == timedelta(hours=24 - change)


def last_sunday(year: int, month: int) -> date:
    """The Sunday on which clocks change: the last of March and of October."""
    return next(
        day
        for day in (date(year, month, 31) - DAY * back for back in count())
        if day.weekday() == 6
    )


@pytest.mark.parametrize("hour", [0, 1, 2])
def test_the_hour_there_is_twice_is_of_one_day(hour: int) -> None:
    assert local_day(datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) == date(2026, 10, 25)


OFFICIAL = frozenset(
    one["date"] for one in BankHolidays(use_cached_holidays=True).get_holidays("england-and-wales")
)


@given(st.dates(date(2025, 1, 1), date(2026, 12, 1)), st.integers(0, 20))
def test_working_days_are_neither_weekends_nor_bank_holidays(day: date, days: int) -> None:
    open_days = (
        one for one in islice(walk(day), 1, None) if one.isoweekday() < 6 and one not in OFFICIAL
    )
    expected = next(islice(open_days, days - 1, None)) if days else day
    assert working_day_after(day, days, OFFICIAL) == expected


def test_ten_working_days_over_christmas() -> None:
    assert working_day_after(date(2026, 12, 18), 10, OFFICIAL) == date(2027, 1, 6)


@given(st.dates(date(2025, 1, 1), date(2026, 12, 1)), st.integers(1, 20))
def test_working_days_before_a_day_are_as_many_as_after_the_day_they_lead_to(
    day: date, days: int
) -> None:
    start = working_day_before(day, days, OFFICIAL)
    between = takewhile(lambda one: one < day, walk(start))
    assert sum(one.isoweekday() < 6 and one not in OFFICIAL for one in between) == days
    assert start.isoweekday() < 6
    assert start not in OFFICIAL


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(1, 24))
def test_months_before_a_day_are_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int
) -> None:
    found = months_before(day, months)
    assert (day.year - found.year) * 12 + day.month - found.month == months
    assert found.day == day.day or (found.day < day.day and (found + DAY).day == 1)
