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
        return self.stopped_by(person, at) is None

    def stopped_by(self, person: Known, at: datetime) -> str | None:
        """The first condition that keeps such a fact away, as a key of the file; None: none does.

        `excluded` and `not-named` are no keys: the case itself says so.
        """
        limit = self._limit(person)
        if limit is not None:
            return limit
        for key, allowed, value in (
            ("areas", self.areas, person.area),
            ("categories", self.categories, person.category),
            ("levels", self.levels, person.level),
            ("ages", self.ages, age_group(person.born_on, at)),
        ):
            if allowed is not None and value not in allowed:
                return key
        return None

    def _limit(self, person: Known) -> str | None:
        """Default deny for what is limited: an exclusion, a list, category 4 (as HMPPS's LAO)."""
        if self.of_the_hub:
            return None
        if self.agency in person.excluded:
            return "excluded"
        if person.named is not None:
            return None if self.agency in person.named else "not-named"
        terrorist = TERRORIST in (person.category, person.earlier_category)
        return "category_4" if terrorist and not self.category_4 else None


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
