"""All date arithmetic of the register: the clocks the Acts use, each in one function.

    "N beginning with D"           last_day           D is day 1
    "within N after D"             last_day_within    D is day 0
    "not less than N days before"  days_before        two days: a safe one and a hard one
    "N hours before" that date     hours_before       two moments: a safe one and a hard one
    days that do not count         last_counted_day   the clock stands still in a pause
    "N working days after D"       working_day_after  neither weekends nor bank holidays
    "N working days before D"      working_day_before the same, backwards
    "N months before D"            months_before      D is not counted

Days are local civil days in London; instants are UTC. Nothing here asks for the time.

Source: domain rules R-DT-1 to R-DT-6.
"""

from __future__ import annotations

from calendar import SATURDAY, monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Before:
    """The last days for what has to be done not less than so many days before something."""

    safe: date
    """So many clear days before it: to be worked to."""
    hard: date
    """So many days before it: later is late on any reading."""


@dataclass(frozen=True, slots=True)
class HoursBefore:
    """The last moments for what has to be done so many hours before something."""

    safe: datetime
    """Back from the start of its day in London: to be worked to."""
    hard: datetime
    """Back from the thing itself: later is late on any reading."""

    @property
    def safe_on(self) -> date:
        """The last whole day before the safe moment."""
        return local_day(self.safe) - DAY

    @property
    def hard_on(self) -> date:
        """The day of the hard moment."""
        return local_day(self.hard)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count, from the day it begins."""

    begins_on: date
    over_on: date | None
    """The day it ends, which counts again; None: it goes on."""

    def holds(self, day: date) -> bool:
        """Whether that day does not count."""
        return self.begins_on <= day and (self.over_on is None or day < self.over_on)


def last_day(begins_on: date, *, months: int = 0, days: int = 0) -> date:
    """The last day of a period *beginning with* `begins_on`, which is its day 1.

    Source: R-DT-1 (SOA 2003 s.82(1), s.83(1)). Where the anniversary does not exist, the first day
        free is the 1st of the next month: R-DT-4, an inference.
    """
    free = _anniversary(begins_on, months) or _first_of_next(begins_on, months)
    return free + timedelta(days=days) - DAY


def last_day_within(day: date, *, months: int = 0, days: int = 0) -> date:
    """The last day *within* so long *after* `day`, which is day 0.

    Source: R-DT-2 (SOA 2003 s.85(1); reading of "after": inference). Where the anniversary does not
        exist it is the last day of that month: local choice, see decision 4.
    """
    end = _anniversary(day, months) or _first_of_next(day, months) - DAY
    return end + timedelta(days=days)


def days_before(day: date, days: int) -> Before:
    """The last days for what has to be done *not less than* so many *days before* `day`.

    Source: R-DT-3; courts usually read clear days (unconfirmed), so both readings are given.
    """
    hard = day - timedelta(days=days)
    return Before(safe=hard - DAY, hard=hard)


def hours_before(moment: datetime, *, of_the_day: int, of_the_hour: int) -> HoursBefore:
    """The last moments so many hours before the day of that moment, and before itself.

    Source: R-DT-3, R-DT-6 (SI 2004/1220 regs 5, 7: "before that date").
    """
    day = start_of(local_day(moment))
    return HoursBefore(day - timedelta(hours=of_the_day), moment - timedelta(hours=of_the_hour))


def last_counted_day(begins_on: date, days: int, pauses: Iterable[Pause]) -> date | None:
    """The last of so many days *beginning with* `begins_on`, those in a pause not counted.

    None: a pause that has no end yet holds the clock. A day on which a pause begins does not count,
    the day it ends does, whole: a local choice, see decision 4.

    Source: SOA 2003 s.83(6); R-NOT-20.
    """
    known, day = tuple(pauses), begins_on - DAY
    for _ in range(days):
        counted = _first_counted(day + DAY, known)
        if counted is None:
            return None
        day = counted
    return day


def working_day_after(day: date, days: int, holidays: Collection[date]) -> date:
    """The last of so many working days after `day`, which is day 0.

    `holidays` are the bank holidays, which whoever asks keeps as dated data: a calendar that is
    asked would answer otherwise once it is a newer one.
    """
    while days > 0:
        day += DAY
        days -= day.weekday() < SATURDAY and day not in holidays
    return day


def working_day_before(day: date, days: int, holidays: Collection[date]) -> date:
    """The day so many working days before `day`, which is day 0; `holidays` as above."""
    while days > 0:
        day -= DAY
        days -= day.weekday() < SATURDAY and day not in holidays
    return day


def months_before(day: date, months: int) -> date:
    """The day of the same number so many months before; the last of that month if it has none."""
    return _anniversary(day, -months) or _first_of_next(day, -months) - DAY


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


def _first_counted(day: date, pauses: Collection[Pause]) -> date | None:
    """The day itself, or the first after it that is in no pause."""
    while pause := next((pause for pause in pauses if pause.holds(day)), None):
        if pause.over_on is None:
            return None
        day = pause.over_on
    return day
