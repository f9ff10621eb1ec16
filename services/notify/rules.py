"""What notices go by: the agreements in force, act-by times, and how each agency knows a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from schemas.risk import Urgency
from services.agreements.compile import Agreements
from services.agreements.references import References

LOCAL_STANDARD: Mapping[Urgency, timedelta] = MappingProxyType(
    {
        Urgency.IMMEDIATE: timedelta(hours=1),
        Urgency.SAME_DAY: timedelta(hours=24),
        Urgency.ROUTINE: timedelta(days=5),
    }
)
"""By when a receipt is due. Local standard, in no statute: see decision 4 and R-EM-7."""

ACT_BY: Mapping[str, Mapping[Urgency, timedelta]] = MappingProxyType({"2026-1": LOCAL_STANDARD})
"""Act-by times by version of the rules."""


@dataclass(frozen=True)
class Rules:
    """What is in force where the fact stands."""

    agreements: Agreements
    references: References
    act_by: Mapping[Urgency, timedelta]
    schemas: int = 0
    """The highest id of a schema in use: what a view is cut from."""
