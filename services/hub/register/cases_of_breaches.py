"""Examples of what an officer decides about a duty that was not done in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.eligibility import Disposal
from schemas.register import BreachOutcome, BreachReason, Circumstance
from services.hub.register.examples import Example, three
from services.hub.register.invented import changed, convicted, decided, notified

_MONDAY, _FRIDAY, _DECIDED = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 9)
_SUBJECT = (convicted(_MONDAY, 12),)
_FOUND = decided(_DECIDED, BreachOutcome.FOUND, BreachReason.NOT_NOTIFIED, _MONDAY)
_EXCUSED = decided(_DECIDED, BreachOutcome.EXCUSED, BreachReason.REASONABLE_EXCUSE, _MONDAY)
_CAUTIONED, _FREE = convicted(_MONDAY, disposal=Disposal.CAUTION), date(2028, 3, 2)
"""Until 1 March 2028."""
_TOLD = (_CAUTIONED, notified(_MONDAY))
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
        ),
        "missed_stays": three(
            (
                (_CAUTIONED,),
                _FREE,
                f"{_FIRST}, missed; no longer subject since 2 Mar 2028",
            ),
            (
                (*_TOLD, changed(Circumstance.HOME, date(2028, 2, 27))),
                _FREE,
                "notify a new home: 29 Feb 2028, missed; no longer subject since 2 Mar 2028",
            ),
            (
                (*_TOLD, changed(Circumstance.HOME, date(2028, 2, 28))),
                _FREE,
                "notify a new home: 1 Mar 2028, lapsed with the requirement",
            ),
        ),
    }
)
"""By the name of the rule."""
