"""What the hub's own services and speakers say; agencies' files say the rest."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.base import Fact
from schemas.case import LeadSettled, SharingEnded
from schemas.log import (
    AgreementsAdopted,
    BuildAdopted,
    HoldLifted,
    PersonHeld,
    RulesAdopted,
    SchemasAdopted,
    Tick,
)
from schemas.notice import NoticeIssued, NoticeOverdue
from schemas.register import (
    CategoryChanged,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    RequirementEnded,
    RequirementOpened,
)
from schemas.risk import AlertClosed, AlertRaised
from schemas.tracking import ZoneEntered, ZoneLeft

SAYS: Mapping[str, tuple[type[Fact], ...]] = {
    "registry": (
        RequirementOpened,
        RequirementEnded,
        CategoryChanged,
        DeadlineOpened,
        DeadlineMet,
        DeadlineMissed,
        PersonHeld,
    ),
    "risk": (AlertRaised, AlertClosed, PersonHeld),
    "tracking": (ZoneEntered, ZoneLeft),
    "notify": (NoticeIssued, NoticeOverdue, LeadSettled, SharingEnded, PersonHeld),
    "clock": (Tick,),
    "deploy": (RulesAdopted, AgreementsAdopted, BuildAdopted, SchemasAdopted, HoldLifted),
}
"""By service or speaker. Admission says nothing of its own: it writes the log."""
