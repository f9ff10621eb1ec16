"""By when a journey abroad, what changes of it, and the return from it are notified."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from services.registry.readings import (
    PART_2_BEGAN,
    REGULATIONS_OF_2012,
    Dated,
    always,
    from_day_to_day,
    since_2012,
)

ANY_LENGTH = date(2012, 8, 28)
"""From this day on journeys of under three days are notified too (SI 2012/1876 reg 3)."""


@dataclass(frozen=True)
class TravelRules:
    """One version of these rules."""

    travel_days: Dated[int | None]
    """None: there is no such duty yet."""
    travel_from_days: Dated[int]
    """How long a journey has to be; 0: of any length, or of one nobody knows."""
    travel_hours: Dated[int]
    travel_by_the_date: Dated[bool]
    """Whether the hours are worked to back from the start of the day of departure."""
    travel_change_hours: Dated[int | None]
    """None: there is no such duty."""
    travel_change_date_hours: Dated[int]
    return_days: Dated[int | None]
    """None: there is no such duty yet."""


AS_TOLD = TravelRules(
    travel_days=since_2012(
        7,
        "days before departure by which a journey of any length abroad is notified; so many clear "
        "days are worked to, later than so many days is late",
        "SOA 2003 s.86; SI 2004/1220 as amended 2012; R-NOT-60, R-DT-3",
    ),
    travel_from_days=always(0, "a journey of any length is notified", "SOA 2003 s.86; R-NOT-50"),
    travel_hours=always(
        12,
        "hours before departure by which it is notified if not known earlier",
        "SI 2004/1220 as amended 2012, text not seen; R-NOT-60",
        local=True,
    ),
    travel_by_the_date=always(
        False,  # noqa: FBT003
        "the hours are counted back from the hour of departure alone",
        "R-NOT-60, as read before the text was seen",
        local=True,
    ),
    travel_change_hours=always(
        None, "that details changed before departure is not weighed", "R-NOT-62", local=True
    ),
    travel_change_date_hours=always(
        24,
        "hours before departure that are worked to, were a change of details weighed",
        "R-NOT-62",
        local=True,
    ),
    return_days=always(
        3,
        "days after the return by which it is notified; worked to with the day itself as the first",
        "SI 2004/1220, secondary; R-NOT-63",
        local=True,
    ),
)
"""By the versions before 2026-5: from secondary sources."""
BY_THE_TEXT = replace(
    AS_TOLD,
    travel_days=from_day_to_day(
        (date.min, None, "no journey is notified yet", "SOA 2003 s.86, not yet in force", False),
        (
            PART_2_BEGAN,
            7,
            "days before the date of departure by which a journey is notified; so many clear days "
            "are worked to, later than so many is late; the excuse of reg 5(2)(b) is an officer's "
            "to weigh",
            "SOA 2003 s.86; SI 2004/1220 reg 5(2): at least 24 hours before that date with a "
            "reasonable excuse; R-NOT-60, R-DT-3",
            False,
        ),
    ),
    travel_from_days=from_day_to_day(
        (
            date.min,
            3,
            "days a journey has to last to be notified: as the person was away, for nobody tells "
            "what was intended; one of which no return is told is not weighed",
            "SOA 2003 s.86; SI 2004/1220 reg 5; leaving by 27 Aug 2012, SI 2012/1876 reg 3",
            True,
        ),
        (
            ANY_LENGTH,
            0,
            "a journey of any length is notified",
            "SOA 2003 s.86; SI 2012/1876 reg 3",
            False,
        ),
    ),
    travel_hours=from_day_to_day(
        (
            date.min,
            24,
            "hours before the date of departure by which it is notified if its details were not "
            "known more than seven days ahead",
            "SOA 2003 s.86; SI 2004/1220 reg 5(3)",
            False,
        ),
        (
            REGULATIONS_OF_2012,
            12,
            "hours before the date of departure by which it is notified if its details were not "
            "known more than seven days ahead",
            "SOA 2003 s.86; SI 2004/1220 reg 5(3); SI 2012/1876 reg 5(b); R-NOT-60",
            False,
        ),
    ),
    travel_by_the_date=always(
        True,  # noqa: FBT003
        "the hours are worked to back from the start of that date, as the text says (noon of the "
        "day before); late only where notified within so many hours of departure itself",
        "SOA 2003 s.86; SI 2004/1220 reg 5(3); two moments as R-DT-3 has two days, a local choice",
        local=True,
    ),
    travel_change_hours=from_day_to_day(
        (
            date.min,
            None,
            "changed details are not weighed yet (24 hours from 1 May 2004)",
            "SOA 2003 s.86; SI 2004/1220 reg 7; that they are not weighed a local choice",
            True,
        ),
        (
            REGULATIONS_OF_2012,
            12,
            "hours before departure itself by which changed details of a journey are notified, by "
            "who has a reasonable excuse; later is late; a change in the last hours opens nothing",
            "SOA 2003 s.86; SI 2004/1220 reg 7; SI 2012/1876 reg 7; the last clause a local "
            "choice; R-NOT-62",
            True,
        ),
    ),
    travel_change_date_hours=always(
        24,
        "hours before the start of the day of departure by which changed details are notified by "
        "who has no such excuse, which is an officer's to weigh: worked to, and called to mind on "
        "the last whole day before",
        "SOA 2003 s.86; SI 2004/1220 reg 7(3); SI 2012/1876 reg 7; the day it is called to mind a "
        "local choice; R-NOT-62",
        local=True,
    ),
    return_days=from_day_to_day(
        (date.min, None, "no return is notified yet", "SOA 2003 s.86, not yet in force", False),
        (
            PART_2_BEGAN,
            3,
            "days after the return by which it is notified, from a journey that had to be; worked "
            "to with the day itself as the first, for the text does not say which",
            "SOA 2003 s.86; SI 2004/1220 reg 8(1)-(2); that both days are kept a local choice; "
            "R-NOT-63",
            True,
        ),
    ),
)
"""By version 2026-5: from the text of the regulations."""
