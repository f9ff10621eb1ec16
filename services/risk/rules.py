"""What risk goes by, by version. Urgency is a local standard: see decision 4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from schemas.risk import Rosh, Urgency


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules."""

    version: str
    high: frozenset[Rosh] = frozenset({Rosh.HIGH, Rosh.VERY_HIGH})
    """With such a risk of serious harm any crossing is looked at at once. Source: R-EM-7, which is
    unconfirmed; local choice, see decision 4."""
    zone: Urgency = Urgency.SAME_DAY
    zone_of_concern: Urgency = Urgency.IMMEDIATE
    """A zone that protects a victim, or a person of high risk."""
    tamper: Urgency = Urgency.SAME_DAY
    missed_duty: Urgency = Urgency.ROUTINE
    missed_duty_at_high_risk: Urgency = Urgency.SAME_DAY


RULES: Mapping[str, Rules] = MappingProxyType({"2026-1": Rules(version="2026-1")})
"""The rules this build can decide by."""
