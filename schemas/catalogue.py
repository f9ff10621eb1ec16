"""One row per fact: what it is, of whom it speaks, how long its topic keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from schemas import (
    case,
    custody,
    eligibility,
    housing,
    log,
    milestone,
    notice,
    register,
    risk,
    supervision,
    tracking,
    victim,
)
from schemas.base import AboutWhom, Fact, FactAboutDevice, LogFact, Nature, kebab


@dataclass(frozen=True, slots=True)
class Entry:
    """What the hub has to know of a fact beside its fields."""

    fact: type[Fact]
    nature: Nature = Nature.FACT
    derived: bool = False
    """Said by a service of ours, never by an agency."""
    eligibility: bool = False
    """Makes an unknown person known, if a Responsible Authority body says it (CJA 2003 s.325)."""
    raw: bool = False
    """Stays in its own topic; the door does not read it."""
    kept_for: timedelta = timedelta(hours=72)

    @property
    def kind(self) -> str:
        """The name on the wire."""
        return self.fact.kind()

    @property
    def topic_part(self) -> str:
        """The last part of its topic's name."""
        return kebab(self.fact.__name__)

    @property
    def about(self) -> AboutWhom:
        """Whom it speaks of."""
        if issubclass(self.fact, LogFact):
            return AboutWhom.NOBODY
        if issubclass(self.fact, FactAboutDevice):
            return AboutWhom.DEVICE
        return AboutWhom.MANAGED_PERSON


ENTRIES: tuple[Entry, ...] = (
    Entry(eligibility.ConvictionRecorded, eligibility=True),
    Entry(eligibility.ConvictionRevised),
    Entry(eligibility.ReferralAccepted, eligibility=True),
    Entry(eligibility.ReferralRejected),
    Entry(eligibility.Deregistered),
    Entry(supervision.SupervisionSet),
    Entry(supervision.SupervisionEnded),
    Entry(register.PreventionOrderMade, eligibility=True),
    Entry(register.NotificationOrderMade, eligibility=True),
    Entry(register.NotificationNoticeGiven, eligibility=True),
    Entry(register.OtherOrderMade),
    Entry(register.OrderChanged),
    Entry(register.NotificationMade),
    Entry(register.AddressChanged),
    Entry(register.CircumstanceChanged),
    Entry(register.TravelNotified),
    Entry(register.TravelChanged),
    Entry(register.ReviewAsked),
    Entry(register.ReviewDecided),
    Entry(register.BreachProved, eligibility=True),
    Entry(case.LevelSet),
    Entry(case.LimitedAccessSet),
    Entry(case.LeadTransferred),
    Entry(case.LeadSettled, derived=True),
    Entry(case.SharingEnded, derived=True),
    Entry(case.SharingNarrowed, derived=True),
    Entry(case.RecordReviewed),
    Entry(case.AgencyJoinedCase),
    Entry(case.AgencyLeftCase),
    Entry(risk.RoshAssessed, nature=Nature.ASSESSMENT),
    Entry(custody.ReleaseDateSet),
    Entry(custody.Released),
    Entry(custody.AwayFromHome),
    Entry(custody.PresenceChanged),
    Entry(custody.RecalledToCustody),
    Entry(custody.ReturnedToCustody),
    Entry(custody.AbsenceAgreed),
    Entry(custody.ParoleStepTaken),
    Entry(case.FormJSettled),
    Entry(victim.VictimStepTaken),
    Entry(tracking.ZoneSet),
    Entry(tracking.ZoneEnded),
    Entry(tracking.TagFitted),
    Entry(tracking.TagRemoved),
    Entry(tracking.Position, raw=True),
    Entry(tracking.TagTampered),
    Entry(tracking.ZoneEntered, derived=True),
    Entry(tracking.ZoneLeft, derived=True),
    Entry(housing.TenancyOffered),
    Entry(housing.TenancyStarted),
    Entry(housing.TenancyEnded),
    Entry(register.RequirementOpened, derived=True),
    Entry(register.RequirementEnded, derived=True),
    Entry(register.CategoryChanged, derived=True),
    Entry(register.DeadlineOpened, derived=True),
    Entry(register.DeadlineMet, derived=True),
    Entry(register.DeadlineMissed, derived=True),
    Entry(register.DeadlineReminded, derived=True),
    Entry(register.DeadlineCancelled, derived=True),
    Entry(register.BreachDecided, nature=Nature.ASSESSMENT, derived=True),
    Entry(milestone.MilestoneDeadline, derived=True),
    Entry(milestone.MilestoneMissed, derived=True),
    Entry(victim.VictimDeadline, derived=True),
    Entry(risk.AlertRaised, nature=Nature.ASSESSMENT, derived=True),
    Entry(risk.AlertClosed, nature=Nature.ASSESSMENT, derived=True),
    Entry(notice.NoticeIssued, derived=True),
    Entry(notice.NoticeReceipted),
    Entry(notice.NoticeReminded, derived=True),
    Entry(notice.NoticeOverdue, derived=True),
    Entry(notice.NoticeReported, derived=True),
    Entry(notice.Withheld, derived=True),
    Entry(notice.NoticeWaiting, derived=True),
    Entry(notice.NoticesResumed, derived=True),
    Entry(notice.FactTakenBack),
    Entry(notice.NoticeTakenBack, derived=True),
    Entry(notice.NoticeRecalled, derived=True),
    Entry(notice.RecallAnswered, derived=True),
    Entry(notice.RecallDeadline, derived=True),
    Entry(notice.CanarySent, derived=True),
    Entry(log.Tick, derived=True),
    Entry(log.RulesAdopted, derived=True),
    Entry(log.AgreementsAdopted, derived=True),
    Entry(log.BuildAdopted, derived=True),
    Entry(log.SchemasAdopted, derived=True),
    Entry(log.GrantSuspended, derived=True),
    Entry(log.PersonHeld, derived=True),
    Entry(log.HoldLifted, derived=True),
    Entry(log.Decided, derived=True),
    Entry(log.ActRefused, derived=True),
    Entry(log.GrantDeadline, derived=True),
)

BY_KIND: dict[str, Entry] = {entry.kind: entry for entry in ENTRIES}
BY_TOPIC_PART: dict[str, Entry] = {entry.topic_part: entry for entry in ENTRIES}


def entry_of(fact: Fact | type[Fact]) -> Entry:
    """The catalogue row of a fact or of its type."""
    return BY_KIND[fact.kind()]
