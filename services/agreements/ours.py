"""What the hub's own services and speakers say; agencies' files say the rest."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.base import Fact
from schemas.case import LeadSettled, SharingEnded, SharingNarrowed
from schemas.log import (
    ActRefused,
    AgreementsAdopted,
    BuildAdopted,
    Decided,
    GrantDeadline,
    GrantSuspended,
    HoldLifted,
    PersonHeld,
    RulesAdopted,
    SchemasAdopted,
    Tick,
)
from schemas.milestone import MilestoneDeadline, MilestoneMissed
from schemas.notice import (
    CanarySent,
    NoticeIssued,
    NoticeOverdue,
    NoticeRecalled,
    NoticeReminded,
    NoticeReported,
    NoticesResumed,
    NoticeTakenBack,
    NoticeWaiting,
    RecallAnswered,
    RecallDeadline,
    Withheld,
)
from schemas.register import (
    BreachDecided,
    CategoryChanged,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    RequirementEnded,
    RequirementOpened,
)
from schemas.risk import AlertClosed, AlertRaised
from schemas.tracking import ZoneEntered, ZoneLeft
from schemas.victim import VictimDeadline

SAYS: Mapping[str, tuple[type[Fact], ...]] = {
    "registry": (
        RequirementOpened,
        RequirementEnded,
        CategoryChanged,
        DeadlineOpened,
        DeadlineMet,
        DeadlineMissed,
        DeadlineReminded,
        DeadlineCancelled,
        MilestoneDeadline,
        MilestoneMissed,
        VictimDeadline,
        PersonHeld,
    ),
    "risk": (AlertRaised, AlertClosed, PersonHeld),
    "tracking": (ZoneEntered, ZoneLeft),
    "notify": (
        NoticeIssued,
        NoticeReminded,
        NoticeOverdue,
        NoticeReported,
        NoticeWaiting,
        LeadSettled,
        SharingEnded,
        SharingNarrowed,
        NoticeTakenBack,
        RecallDeadline,
        PersonHeld,
    ),
    "clock": (Tick,),
    "deploy": (
        RulesAdopted,
        AgreementsAdopted,
        BuildAdopted,
        SchemasAdopted,
        GrantSuspended,
        Decided,
        Withheld,
        NoticesResumed,
    ),
}
"""By service or speaker. Admission has no topic of its own: it writes the log."""
AT_THE_DOOR: tuple[type[Fact], ...] = (
    HoldLifted,
    NoticeRecalled,
    RecallAnswered,
    BreachDecided,
    ActRefused,
    GrantDeadline,
    CanarySent,
)
"""What admission writes there beside what it lets in: what follows from an act of a person, that
one was refused, how it stands with the last days of grants, and canaries."""
