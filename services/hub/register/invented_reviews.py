"""More facts of the invented person: a review asked for and refused, and an absence from home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.custody import AwayFromHome
from schemas.register import ReviewAsked, ReviewDecided
from services.hub.register.making import made
from services.hub.register.words import said
from services.registry.dates import LONDON


def asked(on: date) -> ReviewAsked:
    """An application for a review, as the police received it."""
    return made(ReviewAsked, on, asked_on=on)


def refused(
    on: date, received_on: date | None = None, next_from: date | None = None
) -> ReviewDecided:
    """A refusal, and the day on which notice of it was received."""
    told = {"lifted": False, "next_from": next_from, "received_on": received_on}
    return made(ReviewDecided, on, decided_on=on, **told)


def away(leaves_at: datetime, until: date, notified_at: datetime | None = None) -> AwayFromHome:
    """An absence from home; moments as the clocks in London show them."""
    told = {
        "leaves_at": leaves_at.replace(tzinfo=LONDON),
        "notified_at": None if notified_at is None else notified_at.replace(tzinfo=LONDON),
    }
    return made(AwayFromHome, leaves_at.date(), absence_ref="absence-1", until=until, **told)


def _away(fact: AwayFromHome) -> str:
    leaves = fact.leaves_at.astimezone(LONDON)
    notified = fact.notified_at and fact.notified_at.astimezone(LONDON)
    ahead = f", notified {said(notified.date())} {notified:%H:%M}" if notified else ""
    return f"{said(leaves.date())} {leaves:%H:%M}: leaves home until {said(fact.until)}{ahead}"


WORDS: Mapping[type[Fact], Callable[[Any], str]] = MappingProxyType(
    {
        ReviewAsked: lambda fact: f"{said(fact.asked_on)}: a review is asked for",
        AwayFromHome: _away,
    }
)
