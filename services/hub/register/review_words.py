"""Applications for a review of notification without end, and refusals, in words and for programs.

What speaks against one is said beside it: people decide whether it could be made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from services.hub.register.lookup import Found
from services.hub.register.words import said
from services.registry.domain import Register
from services.registry.domain.review import Asked, Doubt, Refused, asked_of, refused_of
from services.registry.rules import Rules

DOUBTS: Mapping[Doubt, str] = MappingProxyType(
    {
        Doubt.NOT_ENDLESS: "not subject without end that day",
        Doubt.NOT_COUNTED: "its first day is not counted yet",
        Doubt.TOO_EARLY: "before the first day to ask",
        Doubt.ORDER: "an order that keeps it from being asked for was in force",
        Doubt.GAP: "the day set to ask again is later than the Act allows",
    }
)


def reviews(register: Register, day: date, rules: Rules) -> Iterator[tuple[str, str]]:
    """A line for each application and each refusal up to that day, and where it stands."""
    yield from ((_asked(one), "SOA 2003 s.91A(2), s.91B") for one in asked_of(register, day, rules))
    yield from (
        (_refused(one), "SOA 2003 s.91B(4)-(5), s.91E(2)")
        for one in refused_of(register, day, rules)
    )


def as_object(found: Found) -> dict[str, Any]:
    """The same for programs; a day that is not there is none."""
    return {
        "applications": [
            {
                "asked_on": one.on.isoformat(),
                "decided_on": _day(one.decided_on),
                "doubts": [doubt.value for doubt in one.doubts],
            }
            for one in asked_of(found.register, found.day, found.rules)
        ],
        "refusals": [
            {
                "refused_on": one.on.isoformat(),
                "received_on": _day(one.received_on),
                "appeal_until": _day(one.appeal_until),
                "doubts": [doubt.value for doubt in one.doubts],
            }
            for one in refused_of(found.register, found.day, found.rules)
        ],
    }


def _asked(one: Asked) -> str:
    decided = "not decided" if one.decided_on is None else f"decided {said(one.decided_on)}"
    return f"review asked for on {said(one.on)}, {decided}{_doubtful(one.doubts)}"


def _refused(one: Refused) -> str:
    if one.appeal_days is None:
        until = "no appeal yet"
    elif one.appeal_until is None:
        until = f"appeal within {one.appeal_days} days from receipt, which is not told"
    else:
        until = f"appeal to the magistrates' court until {said(one.appeal_until)}"
    return f"refusal of {said(one.on)}: {until}{_doubtful(one.doubts)}"


def _doubtful(doubts: Iterable[Doubt]) -> str:
    told = ", ".join(DOUBTS[one] for one in doubts)
    return f"; doubtful: {told}" if told else ""


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
