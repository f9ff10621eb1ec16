"""What the register keeps of where somebody is, and of their journeys."""

from __future__ import annotations

from datetime import date, datetime

from schemas.custody import Presence
from services.runtime.decision import State


class Whereabouts(State):
    """Where the person is from that day on."""

    on: date
    presence: Presence
    journey_ref: str | None = None
    as_notified: bool = False


class Travel(State):
    """A journey as it was notified."""

    journey_ref: str
    made_at: datetime
    departs_at: datetime
    learned_late: bool


class TravelChange(State):
    """That details of a journey changed."""

    journey_ref: str
    changed_at: datetime
