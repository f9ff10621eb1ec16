"""More facts of the invented person: licences and orders, referrals, and who leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.case import AgencyJoinedCase, CaseRole
from schemas.eligibility import Deregistered, ReferralAccepted, ReferralRejected
from schemas.supervision import Supervision, SupervisionSet
from services.hub.register.making import made
from services.hub.register.status import SUPERVISIONS
from services.hub.register.words import said
from services.registry.dates import local_day

_REFERRAL = "referral-1"


def under(
    begins_on: date, until: date, supervision: Supervision = Supervision.LICENCE
) -> SupervisionSet:
    """A licence unless said otherwise, of all sentences passed before."""
    told = {"supervision_ref": "supervision-1", "supervision": supervision}
    return made(SupervisionSet, begins_on, **told, begins_on=begins_on, until=until)


def accepted(category: int, on: date) -> ReferralAccepted:
    """A referral taken on."""
    told = {"referral_ref": _REFERRAL, "category": category}
    return made(ReferralAccepted, on, **told, decided_on=on)


def rejected(on: date) -> ReferralRejected:
    """A referral for category 3 not taken on."""
    return made(ReferralRejected, on, referral_ref="referral-2", category=3, decided_on=on)


def closed(on: date) -> Deregistered:
    """The referral taken on, closed."""
    return made(Deregistered, on, referral_ref=_REFERRAL, decided_on=on)


def led(on: date) -> AgencyJoinedCase:
    """A body takes the lead."""
    return made(AgencyJoinedCase, on, agency="example", role=CaseRole.LEAD)


def _under(fact: SupervisionSet) -> str:
    until = f" until {said(fact.until)}" if fact.until else ""
    return f"{said(fact.begins_on)}: {SUPERVISIONS[fact.supervision]}{until}"


WORDS: Mapping[type[Fact], Callable[[Any], str]] = MappingProxyType(
    {
        SupervisionSet: _under,
        ReferralAccepted: lambda fact: (
            f"{said(fact.decided_on)}: accepted in category {fact.category}"
        ),
        ReferralRejected: lambda fact: f"{said(fact.decided_on)}: a referral is rejected",
        Deregistered: lambda fact: f"{said(fact.decided_on)}: decided that the category ends",
        AgencyJoinedCase: lambda fact: (
            f"{said(local_day(fact.occurred_at))}: a body leads the case"
        ),
    }
)
