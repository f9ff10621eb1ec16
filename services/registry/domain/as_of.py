"""What the register shows of one person on a day: the facts up to then, folded anew. Pure.

Any order of the same facts ends in the same row after the next Tick, so a fact heard late counts
on the day it is about; what the hub knew then is a matter of which facts are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from schemas.base import Fact, sourced_id
from schemas.case import AgencyJoinedCase, FormJSettled, LeadTransferred, LevelSet, RecordReviewed
from schemas.custody import (
    AbsenceAgreed,
    AwayFromHome,
    ParoleStepTaken,
    PresenceChanged,
    RecalledToCustody,
    Released,
    ReleaseDateSet,
    ReturnedToCustody,
)
from schemas.eligibility import (
    ConvictionRecorded,
    ConvictionRevised,
    Deregistered,
    ReferralAccepted,
    ReferralRejected,
)
from schemas.log import Tick
from schemas.notice import FactTakenBack
from schemas.register import (
    AddressChanged,
    BreachDecided,
    BreachProved,
    CircumstanceChanged,
    NotificationMade,
    NotificationNoticeGiven,
    NotificationOrderMade,
    OrderChanged,
    OtherOrderMade,
    PreventionOrderMade,
    ReviewAsked,
    ReviewDecided,
    TravelChanged,
    TravelNotified,
)
from schemas.supervision import SupervisionEnded, SupervisionSet
from schemas.tracking import TagFitted, TagRemoved, ZoneEnded, ZoneSet
from schemas.victim import VictimStepTaken
from services.registry.dates import local_day, start_of
from services.registry.domain.decide import BY_FACT, kept_of, on_tick
from services.registry.domain.heard import relevant_on
from services.registry.domain.state import Register
from services.registry.rules import Rules
from services.runtime.decision import Context

DAYS: Mapping[type[Fact], str | None] = {
    ConvictionRecorded: "convicted_on",
    ConvictionRevised: "revised_on",
    PreventionOrderMade: "made_on",
    NotificationOrderMade: "made_on",
    NotificationNoticeGiven: "given_on",
    OtherOrderMade: "made_on",
    OrderChanged: "changed_on",
    Released: "released_on",
    PresenceChanged: "since_on",
    NotificationMade: "made_on",
    AddressChanged: "moved_on",
    CircumstanceChanged: "changed_on",
    TravelNotified: "made_at",
    TravelChanged: "changed_at",
    AwayFromHome: "occurred_at",
    ReviewAsked: "asked_on",
    ReviewDecided: "decided_on",
    LevelSet: "set_on",
    ReleaseDateSet: "occurred_at",
    RecalledToCustody: "occurred_at",
    ReturnedToCustody: "returned_on",
    AbsenceAgreed: "notified_on",
    ParoleStepTaken: "taken_on",
    FormJSettled: "settled_on",
    VictimStepTaken: "taken_on",
    ZoneSet: "occurred_at",
    ZoneEnded: "occurred_at",
    TagFitted: "occurred_at",
    TagRemoved: "occurred_at",
    BreachProved: "proved_on",
    BreachDecided: "occurred_at",
    SupervisionSet: "begins_on",
    SupervisionEnded: "ended_on",
    ReferralAccepted: "decided_on",
    ReferralRejected: "decided_on",
    Deregistered: "decided_on",
    RecordReviewed: "reviewed_on",
    AgencyJoinedCase: "occurred_at",
    LeadTransferred: "occurred_at",
    FactTakenBack: None,
}
"""The field that says on which day a fact took effect, whenever it was recorded.

None: on every day, for what is taken back never was so.
Of a word that plans ahead, or that is said anew, that is the day it was said."""


def took_effect_on(fact: Fact) -> date:
    """The local day on which a fact took effect; of a conviction its relevant date."""
    if isinstance(fact, ConvictionRecorded):
        return relevant_on(fact)
    field = DAYS[type(fact)]
    when = date.min if field is None else getattr(fact, field)
    day: date = local_day(when) if isinstance(when, datetime) else when
    return day


def as_of(facts: Iterable[Fact], day: date, rules: Rules) -> Register | None:
    """The person's row at the beginning of that day, with what the day itself brought.

    None: nothing is kept of the person, or nothing of it stands.
    """
    told = (fact for fact in facts if type(fact) in BY_FACT and took_effect_on(fact) <= day)
    row = kept_of(told, rules)
    context = Context(rules=rules, now=None, rows={})
    return None if row is None or not row.words else on_tick(row, _tick(day), context).state


def _tick(day: date) -> Tick:
    now = start_of(day)
    return Tick(
        event_id=sourced_id("clock", Tick.kind(), now.isoformat()),
        occurred_at=now,
        source="clock",
        now=now,
    )
