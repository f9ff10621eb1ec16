"""In which category somebody was when, and what follows once they are in none any more.

The end of MAPPA ends live sharing: who was told because it was on the case is told to stop, and
what is said of the person after it is told to nobody, but what concerns the end itself or may bring
the person back, to those who answer for the record. Source: R-RET-5; decision 26.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from schemas.base import Fact, Instant
from schemas.case import (
    AgencyJoinedCase,
    AgencyLeftCase,
    LeadSettled,
    LeadTransferred,
    LimitedAccessSet,
    RecordReviewed,
)
from schemas.eligibility import (
    ConvictionRecorded,
    ConvictionRevised,
    Deregistered,
    ReferralAccepted,
    ReferralRejected,
)
from schemas.log import HoldLifted, PersonHeld
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, MilestoneStage
from schemas.notice import (
    NoticeOverdue,
    NoticeReminded,
    NoticeReported,
    NoticesResumed,
    RecallDeadline,
    Withheld,
)
from schemas.register import (
    BreachDecided,
    BreachProved,
    CategoryChanged,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    NotificationNoticeGiven,
    NotificationOrderMade,
    OrderChanged,
    OtherOrderMade,
    PreventionOrderMade,
    RequirementEnded,
    RequirementOpened,
    ReviewDecided,
)
from schemas.supervision import SupervisionEnded, SupervisionSet
from services.notify.domain.current import MOST

SUBJECT = 1
"""The category of those subject to notification (CJA 2003 s.327(2))."""
LEFT = "left"
"""Why it is not told: the person is in no category any more."""

_OF_THE_END = (
    CategoryChanged,
    RequirementOpened,
    RequirementEnded,
    DeadlineMet,
    DeadlineMissed,
    DeadlineCancelled,
    RecordReviewed,
)
_OF_WHO_ANSWERS = (
    LeadSettled,
    LeadTransferred,
    AgencyJoinedCase,
    AgencyLeftCase,
    LimitedAccessSet,
    PersonHeld,
    HoldLifted,
    BreachDecided,
)
_OF_NOTICES = (
    NoticeReminded,
    NoticeOverdue,
    NoticeReported,
    RecallDeadline,
    Withheld,
    NoticesResumed,
)
_MAY_BRING_BACK = (
    ConvictionRecorded,
    ConvictionRevised,
    PreventionOrderMade,
    NotificationOrderMade,
    NotificationNoticeGiven,
    OtherOrderMade,
    OrderChanged,
    BreachProved,
    ReviewDecided,
    ReferralAccepted,
    ReferralRejected,
    Deregistered,
    SupervisionSet,
    SupervisionEnded,
)
_STILL_TOLD = (*_OF_THE_END, *_OF_WHO_ANSWERS, *_OF_NOTICES, *_MAY_BRING_BACK)


class Category(NamedTuple):
    """In which category the person is from then on, until the next; None: in none any more."""

    at: Instant
    category: int | None
    offset: int
    """Where in the log that stands."""


def with_category(
    known: tuple[Category, ...], fact: CategoryChanged, offset: int
) -> tuple[Category, ...]:
    """What is known of it once the register said that; the newest.

    The register says what is so now, and since when, by a fact of that day. Who is subject to
    notification now is so since then; any other category says nothing of whether the person was
    subject before, so it holds only from where the last one did. Either way a word of before an
    end undoes that end. Who never was in a category is not in this list.
    """
    if fact.category is None and fact.previous is None:
        return known
    at = fact.occurred_at
    if fact.category != SUBJECT and known:
        at = max(at, known[-1].at)
    before = (one for one in known if one.at < at)
    return (*before, Category(at, fact.category, offset))[-MOST:]


def category_at(known: Iterable[Category], moment: datetime) -> int | None:
    """The category at that moment."""
    return next((one.category for one in reversed((*known,)) if one.at <= moment), None)


def ended(known: tuple[Category, ...]) -> Category | None:
    """The end of the arrangements, if the person is in no category any more."""
    return known[-1] if known and known[-1].category is None else None


def last_end(known: Iterable[Category], moment: datetime | None = None) -> datetime | None:
    """The last end of the arrangements, up to that moment: who was on the case is off it since."""
    ends = (one.at for one in known if one.category is None)
    return max((at for at in ends if moment is None or at <= moment), default=None)


def last_category(known: Iterable[Category]) -> int | None:
    """The last category there was."""
    return next((one.category for one in reversed((*known,)) if one.category), None)


def concerns_the_end(fact: Fact) -> bool:
    """Whether it is told also of somebody who is in no category any more."""
    if isinstance(fact, MilestoneDeadline | MilestoneMissed):
        over = isinstance(fact, MilestoneDeadline) and fact.stage in _OVER
        return over or fact.milestone is Milestone.RETENTION_REVIEW
    return isinstance(fact, _STILL_TOLD)


_OVER = (MilestoneStage.MET, MilestoneStage.FELL_AWAY)
