"""The rules of risk on one invented person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from schemas.base import Fact
from schemas.register import DeadlineMet, DeadlineMissed
from schemas.risk import AlertRaised, RoshAssessed
from schemas.tracking import TagFitted, TagTampered, ZoneEnded, ZoneEntered, ZoneLeft, ZoneSet
from services.risk import domain
from services.risk.rules import RULES
from services.runtime.decision import Decide
from tests.makers import NOON, admitted
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
