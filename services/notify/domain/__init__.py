"""Who is told what, how much of it, by when they answer, and what happens if they do not.

Also who is on a case and leads it, what is current of it, and what is told to whom that changes;
and what becomes of notices that were withdrawn because an agreement narrowed.
"""

from services.notify.domain.case import Case, Step, Told, Unanswered
from services.notify.domain.current import Current
from services.notify.domain.ladder import receipted, remind
from services.notify.domain.membership import Claim
from services.notify.domain.notices import ME, Delivery
from services.notify.domain.telling import (
    judged,
    looked_back_at,
    tell,
    tell_of_held,
)
from services.notify.domain.withheld import withdrawn_from, withheld

__all__ = [
    "ME",
    "Case",
    "Claim",
    "Current",
    "Delivery",
    "Step",
    "Told",
    "Unanswered",
    "judged",
    "looked_back_at",
    "receipted",
    "remind",
    "tell",
    "tell_of_held",
    "withdrawn_from",
    "withheld",
]
