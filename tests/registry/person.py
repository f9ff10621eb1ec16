"""The register's rules on one invented person."""

from collections.abc import Mapping

from schemas.base import Fact
from schemas.custody import Released
from schemas.eligibility import ConvictionRecorded
from schemas.register import NotificationMade
from services.registry.domain import on_tick, open_requirement, start_clock, take_notification
from services.registry.rules import RULES
from services.runtime.decision import Decide
from tests.registry.desk import Desk

ROUTES: Mapping[type[Fact], Decide] = {
    ConvictionRecorded: open_requirement,
    Released: start_clock,
    NotificationMade: take_notification,
}


def a_desk() -> Desk:
    """The register before anything was heard of the person."""
    return Desk(ROUTES, on_tick, RULES["2026-1"])
