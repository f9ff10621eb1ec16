"""What makes somebody look at a person: alerts with reasons and urgency, never a score.

The hub recommends; people decide. An alert stands until what raised it is over.
"""

from services.risk.domain.decide import (
    ME,
    Because,
    assess,
    on_tick,
    settle_cancelled,
    settle_crossing,
    settle_duty,
    settle_tamper,
    settle_zone,
    take_missed_duty,
    take_tamper,
    take_zone,
    weigh,
)
from services.risk.domain.state import (
    About,
    Alert,
    Assessed,
    Fitted,
    Met,
    Standing,
    Zone,
)

__all__ = [
    "ME",
    "About",
    "Alert",
    "Assessed",
    "Because",
    "Fitted",
    "Met",
    "Standing",
    "Zone",
    "assess",
    "on_tick",
    "settle_cancelled",
    "settle_crossing",
    "settle_duty",
    "settle_tamper",
    "settle_zone",
    "take_missed_duty",
    "take_tamper",
    "take_zone",
    "weigh",
]
