"""The register's rules on one invented person."""

from datetime import UTC, date, datetime
from typing import Any

from schemas.base import Fact
from schemas.custody import Released
from schemas.eligibility import ConvictionRecorded, Disposal
from schemas.milestone import MilestoneDeadline, MilestoneMissed
from schemas.register import (
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    NotificationKind,
    NotificationMade,
)
from services.registry.domain import BY_FACT, on_tick
from services.registry.rules import RULES
from tests.makers import a_conviction, a_notification, a_release, admitted
from tests.registry.desk import Desk

NEWEST = max(RULES)
EARLY = ("2026-1", "2026-2", "2026-3")
"""The versions before 2026-4, which hear of convictions, releases and notifications alone."""
BEFORE_FIFTH = (*EARLY, "2026-4")
"""Those before 2026-5, which let categories begin and end by their days, and much besides."""


def a_desk(version: str = NEWEST) -> Desk:
    """The register before anything was heard of the person, by the rules of that version."""
    return Desk(BY_FACT, on_tick, RULES[version])


OF_ITS_END = {DeadlineCancelled, MilestoneDeadline, MilestoneMissed}
"""What the end of a requirement brings beside itself: duties fall away, the record is reviewed."""
MONDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 4)
THURSDAY_MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)


def convicted(on: date = MONDAY, **fields: Any) -> ConvictionRecorded:
    """A conviction on that day; imprisonment of 30 months unless said otherwise."""
    return admitted(a_conviction(convicted_on=on, **fields))


def cautioned(on: date) -> ConvictionRecorded:
    """Two years of notification from that day."""
    return convicted(on, disposal=Disposal.CAUTION, term_months=0)


def released(on: date, **fields: Any) -> Released:
    """A release on licence on that day."""
    return admitted(a_release(released_on=on, **fields))


def notified(on: date, kind: NotificationKind = NotificationKind.INITIAL) -> NotificationMade:
    """A notification on that day."""
    return admitted(a_notification(made_on=on, notification=kind))


def short(*facts: Fact) -> list[tuple[str, date]]:
    """The deadline facts, as what a reader looks at."""
    found = []
    for fact in facts:
        if isinstance(fact, DeadlineOpened):
            found.append(("opened", fact.due_on))
        elif isinstance(fact, DeadlineMet):
            found.append(("met late" if fact.late else "met", fact.met_on))
        elif isinstance(fact, DeadlineMissed):
            found.append(("missed", fact.due_on))
    return found
