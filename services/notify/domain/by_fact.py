"""Which facts have a rule of their own, and which rules look at what was said before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from schemas.base import Fact
from schemas.case import AgencyJoinedCase, LeadSettled, LeadTransferred
from schemas.log import PersonHeld
from schemas.notice import (
    CanarySent,
    FactTakenBack,
    NoticeRecalled,
    NoticeReceipted,
    NoticesResumed,
    RecallAnswered,
    Withheld,
)
from schemas.register import CategoryChanged
from services.notify.domain.canary import sing
from services.notify.domain.ladder import receipted
from services.notify.domain.taking_back import (
    answered,
    of_the_fact,
    of_the_notice,
    recall,
    take_back,
)
from services.notify.domain.telling import looked_back_at, tell_of_held
from services.notify.domain.withheld import withdrawn_from, withheld
from services.runtime.decision import Decide

BY_FACT: Mapping[type[Fact], Decide] = {
    NoticeReceipted: receipted,
    PersonHeld: tell_of_held,
    Withheld: withheld,
    NoticesResumed: withheld,
    FactTakenBack: take_back,
    NoticeRecalled: recall,
    RecallAnswered: answered,
    CanarySent: sing,
}
"""Every other is told to whoever may know of it."""
LOOKS_BACK: Mapping[str, Callable[[Any, Any], Iterable[int]]] = {
    AgencyJoinedCase.kind(): looked_back_at,
    LeadTransferred.kind(): looked_back_at,
    LeadSettled.kind(): looked_back_at,
    CategoryChanged.kind(): looked_back_at,
    Withheld.kind(): withdrawn_from,
    NoticesResumed.kind(): withdrawn_from,
    FactTakenBack.kind(): of_the_fact,
    NoticeRecalled.kind(): of_the_notice,
}
"""By kind, where in the log its rule looks: who comes onto the case is told what is current."""
