"""All date arithmetic of the register: the clocks the Acts use, each in one function.

Days are local civil days in London; instants are UTC. Nothing here asks for the time.

Source: domain rules R-DT-1, R-DT-2, R-DT-4, R-DT-5, R-DT-6.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


def last_day(begins_on: date, *, months: int = 0, days: int = 0) -> date:
    """The last day of a period *beginning with* `begins_on`, which is its day 1.

    Source: R-DT-1 (SOA 2003 s.82(1), s.83(1)). Where the anniversary does not exist, the first day
        free is the 1st of the next month: R-DT-4, an inference.
    """
    free = _anniversary(begins_on, months) or _first_of_next(begins_on, months)
    return free + timedelta(days=days) - DAY


def a_year_after(day: date) -> date:
    """The last day *within one year after* `day`, which is day 0.

    Source: R-DT-2 (SOA 2003 s.85(1); reading of "after": inference). After 29 February it is
        28 February: local choice, see decision 4.
    """
    return _anniversary(day, 12) or _first_of_next(day, 12) - DAY


def age_on(born_on: date, day: date) -> int:
    """Whole years of age; somebody born on 29 February is older on 1 March in other years."""
    had_birthday = (day.month, day.day) >= (born_on.month, born_on.day)
    return day.year - born_on.year - (not had_birthday)


def term(begins_on: date, months: int, days: int) -> tuple[int, int]:
    """A term as (whole months, days beyond them), to be compared as such.

    Up to 30 days stand as they are said; more than that make months by the calendar, counted from
    the relevant date; days that are wanting, since terms overlap, are taken from the end likewise.

    Source: R-DT-5, an inference; counting from the relevant date is a local choice, see decision 4.
    """
    if 0 <= days <= 30:
        return months, days
    end = last_day(begins_on, months=months, days=days)
    whole = months
    while whole and last_day(begins_on, months=whole) > end:
        whole -= 1
    while last_day(begins_on, months=whole + 1) <= end:
        whole += 1
    return whole, (end - last_day(begins_on, months=whole)).days


def local_day(moment: datetime) -> date:
    """The civil day in London at that moment (R-DT-6)."""
    return moment.astimezone(LONDON).date()


def start_of(day: date) -> datetime:
    """The first instant of that day in London, as UTC (R-DT-6)."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant after that day in London, as UTC (R-DT-6)."""
    return start_of(day + DAY)


def _anniversary(day: date, months: int) -> date | None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day > monthrange(year, month + 1)[1]:
        return None
    return day.replace(year=year, month=month + 1)


def _first_of_next(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month + months, 12)
    return date(year, month + 1, 1)
