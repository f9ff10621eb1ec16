"""Facts of risk: what was assessed, and what the hub asks people to look at."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from schemas.base import Fact, FactAboutPerson, FieldClass, Ref, has


class Rosh(StrEnum):
    """Risk of serious harm (R: domain §1.5)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very-high"


class RoshAssessed(FactAboutPerson):
    """An assessor's view of the risk of serious harm, with the tool that gave it."""

    overall: Annotated[Rosh, has(FieldClass.RISK, "The highest over the groups assessed.")]
    tool: Annotated[Ref, has(FieldClass.RISK, "The tool and its version, for example OASys-4.1.")]


class Urgency(StrEnum):
    """How soon somebody has to look."""

    IMMEDIATE = "immediate"
    SAME_DAY = "same-day"
    ROUTINE = "routine"


class Reason(StrEnum):
    """Why an alert was raised."""

    VICTIM_ZONE = "victim-zone"
    ZONE = "zone"
    TAMPER = "tamper"
    MISSED_DUTY = "missed-duty"
    HIGH_RISK = "high-risk"
    LEARNED_LATE = "learned-late"


REASON_CLASSES: dict[Reason, frozenset[FieldClass]] = {
    Reason.VICTIM_ZONE: frozenset({FieldClass.VICTIM, FieldClass.MONITORING}),
    Reason.ZONE: frozenset({FieldClass.MONITORING}),
    Reason.TAMPER: frozenset({FieldClass.MONITORING}),
    Reason.MISSED_DUTY: frozenset({FieldClass.MANAGEMENT}),
    Reason.HIGH_RISK: frozenset({FieldClass.RISK}),
    Reason.LEARNED_LATE: frozenset({FieldClass.MONITORING}),
}
"""Every class behind a reason: it is shown only to those who are granted all of them."""


class AlertRaised(Fact):
    """Somebody should look at this person; the hub recommends, people decide."""

    alert_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The alert's own number.")]
    urgency: Annotated[Urgency, has(FieldClass.REFERENCE, "How soon.")]
    reasons: Annotated[
        tuple[Reason, ...], has(FieldClass.REFERENCE, "Why, as far as the reader may know.")
    ]


class Closing(StrEnum):
    """Why an alert no longer stands."""

    LEFT_ZONE = "left-zone"
    ZONE_ENDED = "zone-ended"
    TAG_REFITTED = "tag-refitted"
    DUTY_DONE = "duty-done"
    DUTY_CANCELLED = "duty-cancelled"  # it fell away: nothing was missed


class AlertClosed(Fact):
    """An alert no longer stands."""

    alert_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The alert's own number.")]
    closing: Annotated[Closing, has(FieldClass.MONITORING, "Why it was closed.")]
