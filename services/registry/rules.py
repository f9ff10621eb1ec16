"""What the register goes by, by version: the table of SOA 2003 s.82 and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from schemas.register import Basis

TABLE: Mapping[Basis, int | None] = MappingProxyType(
    {
        Basis.INDEFINITE_TERM: None,
        Basis.RESTRICTED_HOSPITAL: None,
        Basis.TEN_YEAR_TERM: 120,
        Basis.SEVEN_YEAR_TERM: 84,
        Basis.HOSPITAL: 84,
        Basis.CAUTION: 24,
        Basis.OTHER: 60,
    }
)
"""Months of notification; None is indefinite. A conditional discharge lasts as long as itself.

Source: SOA 2003 s.82(1).
"""

HALVED: frozenset[Basis] = frozenset(
    {Basis.TEN_YEAR_TERM, Basis.SEVEN_YEAR_TERM, Basis.HOSPITAL, Basis.CAUTION, Basis.OTHER}
)
"""What is halved for somebody under 18 on the relevant date. Source: SOA 2003 s.82(2)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules; a change of law is another version, never an edit."""

    version: str
    months: Mapping[Basis, int | None]
    halved: frozenset[Basis]
    indefinite_from_months: int = 30
    """Source: SOA 2003 s.82(1)."""
    ten_years_above_months: int = 6
    """Source: SOA 2003 s.82(1)."""
    training_divisor: int = 2
    """Only the custodial half of a detention and training order counts. Source: R-NOT-6."""
    initial_days: int = 3
    """Days to notify for the first time, the first of them included. Source: SOA 2003 s.83(1)."""
    category_order: tuple[int, ...] = (1, 2, 3)
    """Which category is recorded where several apply. Source: R-MAP-6, unconfirmed."""
    category_2_from_months: int = 12
    """Source: CJA 2003 s.327(3)."""


RULES: Mapping[str, Rules] = MappingProxyType(
    {"2026-1": Rules(version="2026-1", months=TABLE, halved=HALVED)}
)
"""The rules this build can decide by."""
