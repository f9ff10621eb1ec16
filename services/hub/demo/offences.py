"""How the people of the story came under the arrangements: drawn so that the duty still stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from schemas.eligibility import Disposal

DAYS_A_MONTH = 30.4375
SETTLED_DAYS = 45
"""Who is at liberty has been so for longer than this, so that the first notification is made."""


@dataclass(frozen=True, slots=True)
class Offence:
    """A conviction or caution, with what followed."""

    convicted_on: date
    disposal: Disposal
    term_months: int = 0
    for_life: bool = False
    released_on: date | None = None
    """Served half of the term; absent without a term or in hospital."""

    @property
    def prison(self) -> bool:
        """It led to prison."""
        return self.disposal is Disposal.IMPRISONMENT

    @property
    def hospital(self) -> bool:
        """It led to hospital, and the person is still there."""
        return self.disposal in (Disposal.HOSPITAL_ORDER, Disposal.HOSPITAL_ORDER_RESTRICTED)

    @property
    def at_large_on(self) -> date:
        """The day from which the first notification is counted."""
        return self.released_on or self.convicted_on

    def still_serving(self, release_on: date) -> Offence:
        """The same term, begun later, so that its release is on that day."""
        return replace(
            self, convicted_on=release_on - served(self.term_months), released_on=release_on
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """One way of disposal: its share, its terms, and for how long notification lasts."""

    share: int
    disposal: Disposal
    months: tuple[int, int]
    years: int | None
    """None: indefinite."""


# Shares are local choice; the years are those of SOA 2003 s.82(1).
REGISTERED = (
    _Row(28, Disposal.IMPRISONMENT, (30, 120), None),
    _Row(34, Disposal.IMPRISONMENT, (7, 29), 10),
    _Row(6, Disposal.IMPRISONMENT, (2, 6), 7),
    _Row(22, Disposal.OTHER, (0, 0), 5),
    _Row(4, Disposal.CAUTION, (0, 0), 2),
    _Row(2, Disposal.CONDITIONAL_DISCHARGE, (24, 36), 2),
    _Row(3, Disposal.HOSPITAL_ORDER, (0, 0), 7),
    _Row(1, Disposal.HOSPITAL_ORDER_RESTRICTED, (0, 0), None),
)
# CJA 2003 s.327(3): twelve months or more, or a hospital order.
VIOLENT = (
    _Row(94, Disposal.IMPRISONMENT, (12, 120), None),
    _Row(6, Disposal.HOSPITAL_ORDER, (0, 0), None),
)
INDEFINITE_YEARS = 14
"""How far back the oldest indefinite duty of the story goes."""


def served(months: int) -> timedelta:
    """Half of the term, in whole days."""
    return timedelta(days=round(months * DAYS_A_MONTH / 2))


def registered_offence(draw: Random, today: date) -> Offence:
    """An offence whose notification still runs (category 1)."""
    return _drawn(REGISTERED, draw, today)


def violent_offence(draw: Random, today: date) -> Offence:
    """An offence of category 2."""
    return _drawn(VIOLENT, draw, today)


def _drawn(rows: tuple[_Row, ...], draw: Random, today: date) -> Offence:
    row = draw.choices(rows, [row.share for row in rows])[0]
    months = draw.randint(*row.months)
    prison = row.disposal is Disposal.IMPRISONMENT
    begun = served(months) if prison else timedelta(0)
    # Half a year before notification would run out is the oldest that still stands.
    oldest = timedelta(days=365 * (row.years or INDEFINITE_YEARS) - 180)
    convicted_on = today - timedelta(days=draw.randint(begun.days + SETTLED_DAYS, oldest.days))
    return Offence(
        convicted_on=convicted_on,
        disposal=row.disposal,
        term_months=months,
        for_life=prison and months >= 110 and row.years is None,
        released_on=convicted_on + begun if prison else None,
    )
