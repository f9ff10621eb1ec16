"""Other rules adopted on a running hub: what only they watch is told from then on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.register import DeadlineOpened, Duty
from services.hub import adoption
from services.hub.rules.in_force import NEWEST, in_force
from services.registry.dates import local_day
from services.runtime import wire
from tests import makers
from tests.journeys.hub import Hub

pytestmark = pytest.mark.journey
EARLIER = "2026-3"


def moved(hub: Hub, folder: Path, number: int) -> None:
    """Somebody convicted and notified moves; whoever else waits is done with."""
    today = local_day(datetime.now(UTC))
    person = {"identifiers": (makers.a_pnc(number),), "occurred_at": datetime.now(UTC)}
    hub.say(folder, makers.a_conviction(convicted_on=today - timedelta(days=9), **person))
    hub.say(folder, makers.a_notification(made_on=today - timedelta(days=8), **person))
    hub.say(folder, makers.an_address_change(moved_on=today, **person))
    hub.at_rest()


def homes_due(hub: Hub) -> int:
    """How many deadlines to notify a new home were opened so far."""
    opened = [
        wire.decode(record.value or b"")
        for part in hub.recorded().log().values()
        for record in part
        if wire.kind_of(record.headers) == DeadlineOpened.kind()
    ]
    return sum(
        isinstance(fact, DeadlineOpened) and fact.duty is Duty.HOME_NOTIFICATION for fact in opened
    )


def test_a_move_becomes_a_duty_from_the_adoption_on(hub: Hub, tmp_path: Path) -> None:
    assert in_force(hub.home) == NEWEST
    try:
        adoption.adopt_rules(hub.cluster, EARLIER)
        hub.at_rest()
        before = homes_due(hub)
        moved(hub, tmp_path, 2001)
        assert homes_due(hub) == before
    finally:
        adoption.adopt_rules(hub.cluster, NEWEST)
    hub.at_rest()
    moved(hub, tmp_path, 2002)
    assert homes_due(hub) == before + 1
