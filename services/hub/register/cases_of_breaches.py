"""Examples of what an officer decides about a duty that was not done in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.register import BreachOutcome, BreachReason
from services.hub.register.examples import Example, three
from services.hub.register.invented import convicted, decided, notified

_MONDAY, _FRIDAY, _DECIDED = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 9)
_SUBJECT = (convicted(_MONDAY, 12),)
_FOUND = decided(_DECIDED, BreachOutcome.FOUND, BreachReason.NOT_NOTIFIED, _MONDAY)
_EXCUSED = decided(_DECIDED, BreachOutcome.EXCUSED, BreachReason.REASONABLE_EXCUSE, _MONDAY)
_FIRST = "first notification: 4 Mar 2026"

OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "breach_decisions": three(
            ((*_SUBJECT, _FOUND), _DECIDED, f"{_FIRST}, missed: a breach, decided 9 Mar 2026"),
            (
                (*_SUBJECT, notified(_FRIDAY), _EXCUSED),
                _DECIDED,
                f"{_FIRST}, done late, 6 Mar 2026: excused, decided 9 Mar 2026",
            ),
            ((*_SUBJECT, notified(_MONDAY), _FOUND), _DECIDED, f"{_FIRST}, done, 2 Mar 2026"),
        )
    }
)
"""By the name of the rule."""
