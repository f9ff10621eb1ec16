"""Of which people a grant tells: its filters, and what is known of a person that they look at.

What is not known passes no filter; a limit on who may know of a case stands above every grant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.agreements.model import AgeGroup

LONDON = ZoneInfo("Europe/London")
OF_AGE = 18
TERRORIST = 4
"""The category that is told to nobody whose grant does not say so (R-MIN-4)."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person where a fact stands."""

    area: str | None = None
    """ONS code of the council of the last known home."""
    category: int | None = None
    earlier_category: int | None = None
    """The one before, where the fact tells of it."""
    level: int | None = None
    born_on: date | None = None
    named: frozenset[str] | None = None
    """Who alone may know of the person at all; None: nobody said so."""
    excluded: frozenset[str] = frozenset()
    """Who may not, whoever else may."""


@dataclass(frozen=True, slots=True)
class Whom:
    """The filters of one grant. None lets everybody through, an empty set nobody (R-MIN-2)."""

    agency: str
    of_the_hub: bool
    """A service of ours: it is told in order to compute, and tells nobody."""
    areas: frozenset[str] | None
    categories: frozenset[int] | None
    levels: frozenset[int] | None
    ages: frozenset[AgeGroup] | None
    category_4: bool

    def passes(self, person: Known, at: datetime) -> bool:
        """Whether a fact about this person may be told at that moment."""
        return self._may_know_of_the_case(person) and all(
            allowed is None or value in allowed
            for allowed, value in (
                (self.areas, person.area),
                (self.categories, person.category),
                (self.levels, person.level),
                (self.ages, age_group(person.born_on, at)),
            )
        )

    def _may_know_of_the_case(self, person: Known) -> bool:
        """Default deny for what is limited: an exclusion, a list, category 4 (as HMPPS's LAO)."""
        if self.of_the_hub:
            return True
        if self.agency in person.excluded:
            return False
        if person.named is not None:
            return self.agency in person.named
        return self.category_4 or TERRORIST not in (person.category, person.earlier_category)


def age_group(born_on: date | None, at: datetime) -> AgeGroup | None:
    """Whether somebody is under 18 on that day in London; None where nobody said when born.

    Who was born on 29 February is 18 on 1 March. Source: Family Law Reform Act 1969 ss.1, 9; the
    1 March is an inference, the longer protection.
    """
    if born_on is None:
        return None
    day = at.astimezone(LONDON).date()
    comes_of_age = (born_on.year + OF_AGE, born_on.month, born_on.day)
    return AgeGroup.ADULT if (day.year, day.month, day.day) >= comes_of_age else AgeGroup.YOUTH
