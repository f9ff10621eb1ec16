"""What the register keeps of licences, orders, referrals and leads, and what follows from them.

As in `state.py`: days and coded words, what was heard and nothing that identifies.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from schemas.supervision import Supervision
from services.runtime.decision import State


class SupervisionWord(State):
    """A licence or an order, until when it runs as far as was known; the last word holds."""

    supervision_ref: str
    said_at: datetime
    supervision: Supervision
    begins_on: date
    until: date | None
    """Its last day; None: for life, or until discharged."""
    sentence_ref: str | None
    """None: it belongs to all that was passed before it began."""


class SupervisionOver(State):
    """A licence or an order that was over before its last day, or had none."""

    supervision_ref: str
    said_at: datetime
    on: date
    """The first day on which it binds no more."""


class ReferralStep(StrEnum):
    """What was decided about a referral."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED = "closed"
    """Managed no more in the category it was accepted in."""


class Referral(State):
    """A decision about a referral."""

    referral_ref: str
    step: ReferralStep
    category: int | None
    on: date


class GroundStage(StrEnum):
    """Where a ground stands, as far as the clock has shown."""

    TOLD = "told"
    """No Tick was heard yet: it counts, and the first Tick weighs it."""
    AHEAD = "ahead"
    APPLIES = "applies"
    OVER = "over"


class Ground(State):
    """Why somebody is in a category other than 1, and from when until when."""

    category: int
    begins_on: date
    last_day: date | None
    """None: no end is told."""
    referral_ref: str | None = None
    """Of one that people decided; None: it follows from a sentence."""
    stage: GroundStage = GroundStage.TOLD

    @property
    def applies(self) -> bool:
        """Whether it counts, as far as is shown."""
        return self.stage in (GroundStage.TOLD, GroundStage.APPLIES)

    def holds(self, day: date) -> bool:
        """Whether it is one on that day."""
        return self.begins_on <= day <= (self.last_day or date.max)

    def shown_on(self, day: date | None) -> Ground:
        """As it stands on that day; None: no Tick was heard yet."""
        if self.begins_on == date.min and self.last_day is None:
            stage = GroundStage.APPLIES
        elif day is None:
            stage = GroundStage.TOLD
        elif day < self.begins_on:
            stage = GroundStage.AHEAD
        else:
            stage = GroundStage.APPLIES if self.holds(day) else GroundStage.OVER
        return self.model_copy(update={"stage": stage})
