"""In which category somebody is, from when until when, and how long a terrorist offender notifies.

Where category 4 ranks and when it ends, and that a suspended term counts, no source says: these are
configuration, and a lawyer reads them on the page of the law before the hub is used on anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from schemas.eligibility import Disposal
from schemas.supervision import Supervision
from services.registry.readings import Dated, Reading, always

CATEGORY_4_BEGAN = date(2022, 6, 28)
"""Police, Crime, Sentencing and Courts Act 2022 s.189 in force (from general knowledge)."""


class TerroristTerm(StrEnum):
    """How somebody was dealt with under CTA 2008 Part 4."""

    LONG = "18-or-over-and-a-long-term-or-life"
    MIDDLE = "18-or-over-and-a-middle-term"
    OTHER = "any-other"


@dataclass(frozen=True)
class StatusRules:
    """One version of these rules."""

    category_order: Reading[tuple[int, ...]]
    """Configuration and no law: the one in force now holds for every case."""
    category_2_from_months: Dated[int]
    category_2_orders: Dated[frozenset[Disposal]]
    category_2_counts_suspended: Reading[bool]
    category_2_lasts_with: Reading[frozenset[Supervision]]
    """None: it does not end."""
    category_4_since: Reading[date | None]
    """None: no sentence brings it."""
    category_4_from_months: Dated[int]
    category_4_from_age: Dated[int]
    part_4_months: Dated[Mapping[TerroristTerm, int]]
    part_4_long_from_months: Dated[int]
    part_4_middle_from_months: Dated[int]
    referred_categories: Reading[frozenset[int]]
    """Configuration: which categories follow from a referral that was accepted."""

    @property
    def by_days(self) -> bool:
        """Whether categories other than 1 begin and end by the days told of them."""
        return bool(self.category_2_lasts_with.value)


_UNCONFIRMED = "from general knowledge, unconfirmed"
_SAYS_ORDERS = "orders that, made for such an offence, bring category 2 whatever their length"
FOREVER = StatusRules(
    category_order=Reading(
        (1, 2, 3),
        "which category is recorded where several apply",
        "R-MAP-6, unconfirmed",
        local=True,
    ),
    category_2_from_months=always(
        12, "a term of so many months or more is of category 2", "CJA 2003 s.327(3)"
    ),
    category_2_orders=always(
        frozenset({Disposal.HOSPITAL_ORDER, Disposal.HOSPITAL_ORDER_RESTRICTED}),
        _SAYS_ORDERS,
        "CJA 2003 s.327(3)",
    ),
    category_2_counts_suspended=Reading(
        value=True,
        says="whether a suspended term of that length counts as if it were served",
        source=f"R-MAP-7, {_UNCONFIRMED}: check",
        local=True,
    ),
    category_2_lasts_with=Reading(
        frozenset(),
        "category 2 does not end by this version",
        "R-MAP-6, domain rules 1.3",
        local=True,
    ),
    category_4_since=Reading(
        None, "no sentence brings category 4 by this version", "R-MAP-4", local=True
    ),
    category_4_from_months=always(
        12,
        "a term of so many months or more for an offence of Schedule 19ZA, or a hospital or "
        "guardianship order, makes a relevant terrorist offender",
        "CTA 2008 s.45; CJA 2003 s.327(4B)-(4G); R-MAP-4",
    ),
    category_4_from_age=always(
        16, "of so many years or older on the day of being dealt with", "CTA 2008 s.44; R-MAP-4"
    ),
    part_4_months=always(
        MappingProxyType(
            {TerroristTerm.LONG: 360, TerroristTerm.MIDDLE: 180, TerroristTerm.OTHER: 120}
        ),
        "how long notification under Part 4 lasts, beginning with the day of being dealt with; "
        "time in custody or detained in a hospital is left out",
        "CTA 2008 s.53(1), (4), (7); R-MAP-4",
    ),
    part_4_long_from_months=always(
        120, "a term of so many months or more is long, and so is life", "CTA 2008 s.53; R-MAP-4"
    ),
    part_4_middle_from_months=always(
        60, "a shorter term of so many months or more is a middle one", "CTA 2008 s.53; R-MAP-4"
    ),
    referred_categories=Reading(
        frozenset(), "no referral counts by this version", "R-MAP-6, domain rules 1.3", local=True
    ),
)
"""By the versions before 2026-5: category 1, and a category 2 without end."""
ENDING = replace(
    FOREVER,
    category_order=Reading(
        (4, 1, 2, 3),
        "which category is recorded where several apply; 3 only where no other does",
        "R-MAP-6, unconfirmed; where 4 ranks no source says: first, since the fewest may know of "
        "it and it keeps somebody from a fixed-term recall",
        local=True,
    ),
    category_2_orders=always(
        frozenset(
            {
                Disposal.HOSPITAL_ORDER,
                Disposal.HOSPITAL_ORDER_RESTRICTED,
                Disposal.GUARDIANSHIP_ORDER,
            }
        ),
        _SAYS_ORDERS,
        "CJA 2003 s.327(3)",
    ),
    category_2_lasts_with=Reading(
        frozenset(
            {
                Supervision.LICENCE,
                Supervision.HOSPITAL_ORDER,
                Supervision.GUARDIANSHIP_ORDER,
                Supervision.SUSPENDED_ORDER,
            }
        ),
        "category 2 lasts until the last day of the licence or order that belongs to the sentence; "
        "while no such day is told it goes on; category 4 by sentence until then, or until Part 4 "
        "notification is over, whichever is later",
        "R-MAP-6, MAPPA FAQ, domain rules 1.3; of guardianship and suspended terms an inference; "
        "of category 4 unconfirmed",
        local=True,
    ),
    category_4_since=Reading(
        CATEGORY_4_BEGAN,
        "from this day on there is category 4, of those sentenced earlier too",
        f"R-MAP-2; PCSC 2022 s.189; the day {_UNCONFIRMED}",
        local=True,
    ),
    referred_categories=Reading(
        frozenset({3, 4}),
        "categories that last from the day a referral is accepted to the day before it is decided "
        "that they end",
        "MAPPA FAQ; CJA 2003 s.325(2)(b)-(c); the end of 4 by decision unconfirmed",
        local=True,
    ),
)
"""By version 2026-5."""
