"""Who is told what, how much of it, by when they answer, and what happens if they do not.

Also who is on a case and leads it, what is current of it, and what is told to whom that changes;
what is still told of somebody who is in no category any more; and what becomes of notices that were
withdrawn because an agreement narrowed, or taken back.
"""

from services.notify.domain.arrangements import LEFT
from services.notify.domain.by_fact import BY_FACT, LOOKS_BACK
from services.notify.domain.case import Case, Recall, Step, Told, Unanswered, stands
from services.notify.domain.current import Current
from services.notify.domain.ladder import receipted
from services.notify.domain.membership import Claim
from services.notify.domain.mentions import Mention, Mentions
from services.notify.domain.notices import ME, Delivery
from services.notify.domain.taking_back import remind
from services.notify.domain.telling import (
    judged,
    looked_back_at,
    tell,
    tell_of_held,
)
from services.notify.domain.withheld import withdrawn_from, withheld

__all__ = [
    "BY_FACT",
    "LEFT",
    "LOOKS_BACK",
    "ME",
    "Case",
    "Claim",
    "Current",
    "Delivery",
    "Mention",
    "Mentions",
    "Recall",
    "Step",
    "Told",
    "Unanswered",
    "judged",
    "looked_back_at",
    "receipted",
    "remind",
    "stands",
    "tell",
    "tell_of_held",
    "withdrawn_from",
    "withheld",
]
