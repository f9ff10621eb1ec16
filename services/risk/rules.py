"""What risk goes by, by version. Urgency is a local standard: see decision 4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from schemas.risk import Rosh, Urgency


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules."""

    version: str
    high: frozenset[Rosh] = frozenset({Rosh.HIGH, Rosh.VERY_HIGH})
    """With such a risk of serious harm any crossing is looked at at once. Source: R-EM-7, which is
    unconfirmed; local choice, see decision 4."""
    low: frozenset[Rosh | None] = frozenset({Rosh.LOW, None})
    """With such a risk, or none assessed, a missed duty is looked at in the ordinary run."""
    zone: Urgency = Urgency.SAME_DAY
    zone_of_concern: Urgency = Urgency.IMMEDIATE
    """A zone that protects a victim, or a person of high risk."""
    tamper: Urgency = Urgency.SAME_DAY
    tamper_at_high_risk: Urgency = Urgency.IMMEDIATE
    missed_duty: Urgency = Urgency.SAME_DAY
    missed_duty_at_low_risk: Urgency = Urgency.ROUTINE
    late_at_most: Urgency = Urgency.SAME_DAY
    """What was learned late is no emergency any more."""
    remember: timedelta = timedelta(days=30)
    """How long what is over is kept, so that what belongs to it is known when it comes late."""


RULES: Mapping[str, Rules] = MappingProxyType(
    {
        version: Rules(version=version)
        for version in ("2026-1", "2026-2", "2026-3", "2026-4", "2026-5", "2026-6")
    }
)
"""The rules this build can decide by."""
