"""The rules of risk on one invented person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from schemas.base import Fact
from schemas.register import CancelGround, DeadlineCancelled, DeadlineMet, DeadlineMissed
from schemas.risk import AlertRaised, Rosh, RoshAssessed
from schemas.tracking import (
    TagFitted,
    TagTampered,
    ZoneEnded,
    ZoneEntered,
    ZoneLeft,
    ZoneSet,
)
from services.risk import domain
from services.risk.rules import RULES
from services.runtime.decision import Decide
from tests.makers import (
    NOON,
    a_deadline_cancelled,
    a_deadline_met,
    a_deadline_missed,
    a_fitting,
    a_rosh,
    a_tamper,
    a_zone,
    a_zone_ending,
    a_zone_entry,
    a_zone_exit,
    admitted,
)
from tests.registry.desk import Desk

F = TypeVar("F", bound=Fact)

ROUTES: Mapping[type[Fact], Decide] = {
    ZoneSet: domain.take_zone,
    RoshAssessed: domain.assess,
    ZoneEntered: domain.weigh,
    TagTampered: domain.take_tamper,
    DeadlineMissed: domain.take_missed_duty,
    ZoneLeft: domain.settle_crossing,
    ZoneEnded: domain.settle_zone,
    TagFitted: domain.settle_tamper,
    DeadlineMet: domain.settle_duty,
    DeadlineCancelled: domain.settle_cancelled,
}


def a_desk() -> Desk:
    """Risk before anything was heard of the person."""
    return Desk(ROUTES, domain.on_tick, RULES["2026-1"])


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def logged(fact: F, minutes: float | None = None) -> F:
    """The fact as it stands in the log, received when it happened or so long after noon."""
    return admitted(fact, at=None if minutes is None else at(minutes))


def short(facts: list[Fact]) -> list[str]:
    """What was said, as a reader looks at it."""
    return [
        f"{fact.urgency}: {' '.join(fact.reasons)}"
        if isinstance(fact, AlertRaised)
        else str(getattr(fact, "closing", fact))
        for fact in facts
    ]


def zone(minutes: float = -60, **fields: Any) -> ZoneSet:
    """A zone set then."""
    return logged(a_zone(occurred_at=at(minutes), **fields))


def entered(minutes: float = 0, **fields: Any) -> ZoneEntered:
    """A zone entered then."""
    return logged(a_zone_entry(occurred_at=at(minutes), **fields))


def left(minutes: float, **fields: Any) -> ZoneLeft:
    """A zone left then."""
    return logged(a_zone_exit(occurred_at=at(minutes), **fields))


def ended(minutes: float) -> ZoneEnded:
    """A zone ended then."""
    return logged(a_zone_ending(occurred_at=at(minutes)))


def rosh(overall: Rosh, minutes: float = -60) -> RoshAssessed:
    """An assessment of then."""
    return logged(a_rosh(overall, occurred_at=at(minutes)))


def tampered(minutes: float = 0, **fields: Any) -> TagTampered:
    """Interference of then."""
    return logged(a_tamper(occurred_at=at(minutes), **fields))


def fitted(minutes: float, **fields: Any) -> TagFitted:
    """A fitting of then."""
    return logged(a_fitting(occurred_at=at(minutes), **fields))


def missed(**fields: Any) -> DeadlineMissed:
    """A duty that was missed."""
    return logged(a_deadline_missed(**fields))


def met(**fields: Any) -> DeadlineMet:
    """A duty that was done."""
    return logged(a_deadline_met(**fields))


def cancelled(ground: CancelGround = CancelGround.NOT_SUBJECT, **fields: Any) -> DeadlineCancelled:
    """A duty that fell away."""
    return logged(a_deadline_cancelled(ground=ground, **fields))
