"""A housing authority's words ⇄ ours: the only place with its field names; pure."""

from services.housing_bridge.mapping.duty_to_refer import (
    OutcomeReason,
    Standing,
    Status,
    WithdrawalReason,
    standing,
    step,
)
from services.housing_bridge.mapping.events import Decided, FieldsRefused, outcome_in, read_event
from services.housing_bridge.mapping.referrals import TAKEN, Outcome, message_of, outcome_of

__all__ = [
    "TAKEN",
    "Decided",
    "FieldsRefused",
    "Outcome",
    "OutcomeReason",
    "Standing",
    "Status",
    "WithdrawalReason",
    "message_of",
    "outcome_in",
    "outcome_of",
    "read_event",
    "standing",
    "step",
]
