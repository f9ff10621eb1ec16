"""Bank holidays in England and Wales, as published: dated data, so that a rule asks no calendar.

The official list reaches some two years ahead; a day after `LISTED_UNTIL` counts as its day of the
week. More days are more lines here, and so another build. A test holds them against the list.
Source: gov.uk bank holidays; Banking and Financial Dealings Act 1971.
"""

from __future__ import annotations

from datetime import date

_BY_YEAR = {
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}
BANK_HOLIDAYS = frozenset(
    date.fromisoformat(f"{year}-{day}") for year, days in _BY_YEAR.items() for day in days.split()
)
LISTED_UNTIL = date(max(_BY_YEAR), 12, 31)
"""The last day of which it is known whether it is one."""
