"""Our dates of bank holidays against the official list."""

from datetime import date, datetime

import govuk_bank_holidays.bank_holidays as official

from schemas.bank_holidays import BANK_HOLIDAYS, LISTED_UNTIL


def test_they_are_those_of_the_official_list_for_england_and_wales() -> None:
    listed = official.BankHolidays(use_cached_holidays=True).get_holidays(
        division=official.BankHolidays.ENGLAND_AND_WALES
    )
    days = {one["date"] for one in listed}
    first = date(min(BANK_HOLIDAYS).year, 1, 1)
    assert {day for day in days if first <= day <= LISTED_UNTIL} == BANK_HOLIDAYS


def test_the_christmas_that_falls_on_a_saturday_has_its_day_on_the_monday() -> None:
    assert {date(2027, 12, 27), date(2027, 12, 28)} <= BANK_HOLIDAYS
    assert not any(isinstance(day, datetime) for day in BANK_HOLIDAYS)
