"""What the register keeps of each fact of licences, orders, referrals and who leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.case import AgencyJoinedCase, LeadTransferred, RecordReviewed
from schemas.eligibility import Deregistered, ReferralAccepted, ReferralRejected
from schemas.supervision import SupervisionEnded, SupervisionSet
from services.registry.dates import local_day
from services.registry.domain.status import (
    Referral,
    ReferralStep,
    SupervisionOver,
    SupervisionWord,
)
from services.runtime.decision import State


def _supervision(fact: SupervisionSet) -> SupervisionWord:
    return SupervisionWord(
        supervision_ref=fact.supervision_ref,
        said_at=fact.occurred_at,
        supervision=fact.supervision,
        begins_on=fact.begins_on,
        until=fact.until,
        sentence_ref=fact.sentence_ref,
    )


def _over(fact: SupervisionEnded) -> SupervisionOver:
    return SupervisionOver(
        supervision_ref=fact.supervision_ref, said_at=fact.occurred_at, on=fact.ended_on
    )


def _referral(fact: ReferralAccepted | ReferralRejected | Deregistered) -> Referral:
    return Referral(
        referral_ref=fact.referral_ref,
        step=_STEPS[type(fact)],
        category=None if isinstance(fact, Deregistered) else fact.category,
        on=fact.decided_on,
    )


def _lead(fact: AgencyJoinedCase | LeadTransferred) -> date:
    """When a body took the lead; which one is not kept."""
    return local_day(fact.occurred_at)


_STEPS: Mapping[type[Fact], ReferralStep] = MappingProxyType(
    {
        ReferralAccepted: ReferralStep.ACCEPTED,
        ReferralRejected: ReferralStep.REJECTED,
        Deregistered: ReferralStep.CLOSED,
    }
)
OF: Mapping[type[Fact], tuple[str, Callable[[Any], State | date]]] = MappingProxyType(
    {
        SupervisionSet: ("supervisions", _supervision),
        SupervisionEnded: ("supervisions_over", _over),
        **dict.fromkeys(_STEPS, ("referrals", _referral)),
        RecordReviewed: ("records_reviewed", attrgetter("reviewed_on")),
        AgencyJoinedCase: ("leads", _lead),
        LeadTransferred: ("leads", _lead),
    }
)
"""Which part of the row a fact goes to, and what of it."""
