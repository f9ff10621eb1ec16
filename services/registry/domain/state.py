"""What the register keeps of a person: what was heard, and what follows from it.

What was heard is kept in an order of its own, never that of arrival; what follows is computed from
all of it, so that any order of the same facts leads here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Self, get_origin

from pydantic import model_validator

from schemas.base import PersonId, derived_id
from schemas.eligibility import Disposal
from schemas.milestone import Milestone
from schemas.register import (
    Basis,
    Breached,
    BreachOutcome,
    BreachReason,
    Circumstance,
    Duty,
    NotificationKind,
    OrderStep,
    OtherOrder,
    PreventionOrder,
)
from services.registry.domain.custody import (
    Absence,
    Away,
    Contact,
    FormJ,
    Level,
    Parole,
    Plan,
    Recall,
    Return,
    Tag,
    ZoneGone,
    ZoneWord,
)
from services.registry.domain.journeys import Travel, TravelChange, Whereabouts
from services.registry.domain.status import Ground, Referral, SupervisionOver, SupervisionWord
from services.runtime.decision import State


class Conviction(State):
    """A conviction, finding or caution, without what only identifies the person."""

    convicted_on: date
    disposal: Disposal
    for_life: bool
    months: int
    days: int
    """The term: whole months, and days beyond them."""
    under_18: bool
    """On the relevant date, not when the offence was committed (R-NOT-5)."""
    schedule_3: bool
    schedule_15: bool
    in_custody: bool
    sentence_ref: str | None = None
    consecutive_to: str | None = None
    """The sentence after whose term, or a part of it, this term runs."""
    overlap: tuple[int, int] = (0, 0)
    """How much of both terms runs together: whole months, and days beyond them."""
    sentenced_on: date | None = None
    """Where it was told and is not the relevant date."""
    schedule_19za: bool = False
    suspended: bool = False
    child_aged: int | None = None
    """Years of age on the day of being dealt with, of somebody under 18 then."""

    @property
    def dealt_with_on(self) -> date:
        """The day of sentence; where none was told, the relevant date."""
        return self.sentenced_on or self.convicted_on


class Revision(State):
    """What became of a conviction; the conviction itself stays as it was heard."""

    sentence_ref: str
    on: date
    """From which day it holds: that of the judgment; of a correction, that of what it corrects."""
    corrects: bool
    said_at: datetime
    """Of two for one day the later said holds."""
    becomes: Conviction | None
    """None: it counts no more."""


class Order(State):
    """An order as it was made."""

    order_ref: str
    order: PreventionOrder | OtherOrder | None
    """None: a notification order."""
    made_on: date
    until: date | None = None
    """Its last day; None: until further order."""
    foreign: Conviction | None = None
    """Of a notification order or notice what was decided abroad."""
    given: bool = False
    """A notice of the police: given in person, so it is served the day it is made."""


class OrderChange(State):
    """That an order was served, or until when it lasts from then on."""

    order_ref: str
    step: OrderStep
    on: date
    said_at: datetime
    until: date | None = None


class Notification(State):
    """A notification the person made."""

    made_on: date
    kind: NotificationKind
    circumstances: tuple[Circumstance, ...] = ()
    """Of a change: what is notified, in the order of their names."""
    expected_on: date | None = None
    """Of a change notified ahead: the day it is to be."""
    not_happened: bool = False
    """It says that what was notified ahead did not happen."""
    premises_ref: str | None = None
    no_fixed_home: bool | None = None
    """None: it does not say."""

    def names(self, circumstance: Circumstance) -> bool:
        """Whether it is of that change; where none is named it is of a new home."""
        return circumstance in (self.circumstances or (Circumstance.HOME,))


class Change(State):
    """Something that changed and has to be notified; a stay with its last day."""

    circumstance: Circumstance
    on: date
    until: date | None = None
    premises_ref: str | None = None


class Reviewed(State):
    """A review of notification without end, as it was decided."""

    on: date
    lifted: bool
    next_from: date | None = None
    """Of a refusal: the first day to ask again, if one was set."""
    received_on: date | None = None
    """When notice of it was received; None: a court's order."""

    @property
    def free_on(self) -> date:
        """The first day free, if it lifts: that of receipt, or of the court's order.

        Source: SOA 2003 s.91C(4), s.91E(4).
        """
        return self.received_on or self.on


class Breach(State):
    """A breach of which the person was convicted or for which they were cautioned."""

    on: date
    breach: Breached
    cautioned: bool
    order_ref: str | None = None


class BreachDecision(State):
    """What an officer decided about a duty that was not done in time."""

    deadline_ref: str
    at: datetime
    outcome: BreachOutcome
    reasons: tuple[BreachReason, ...]


class Requirement(State):
    """The time a person is subject to notification without a break; the last such time."""

    begins_on: date
    last_day: date | None
    """None: indefinitely."""
    basis: Basis
    """Of the period that ends last."""
    halved: bool
    ended: bool = False
    """Whether a Tick has shown that the last day is over."""


class Stage(StrEnum):
    """Where a clock stands."""

    AHEAD = "ahead"
    """Not yet begun: it takes that something did not happen until then."""
    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    NOT_NEEDED = "not-needed"
    """Done before it was due: the person had notified and was subject all along (R-NOT-22)."""
    LAPSED = "lapsed"
    """Not done, and the person is no longer subject."""
    STAYS_MISSED = "stays-missed"
    """Missed while the person was subject, who is so no longer."""


ENDED = frozenset({Stage.LAPSED, Stage.STAYS_MISSED})
"""Of a duty that nobody did while they could."""


class Clock(State):
    """A duty of the person, or a milestone of an agency, with a last day to do it."""

    duty: Duty | Milestone
    since: date
    """The relevant date of a first notification; of a yearly one, the notification before it."""
    due_on: date
    until: date | None
    """The last day on which the duty can exist at all; None if that has no end."""
    stage: Stage
    met_on: date | None = None
    about: str | None = None
    """Which premises, journey, order or change, where there may be several on a day."""
    opens_on: date | None = None
    """Of one ahead: the day it begins."""
    remind_on: date | None = None
    """From this day on the person is to be reminded."""
    too_late: bool = False
    """Done on the last day, but after its last hour."""
    doubtful: bool = False
    """Done before its last hour and after the one worked to: in time on one reading, or by who has
    a reasonable excuse."""
    reminded: bool = False
    """A Tick has shown that the day to be reminded has come; while it is open, and no longer."""

    @classmethod
    def of_milestone(
        cls, milestone: Milestone, since: date, due_on: date, about: str | None = None
    ) -> Clock:
        """Of what an agency has to do: open, and with no end of a requirement."""
        return cls(
            duty=milestone,
            since=since,
            due_on=due_on,
            until=None,
            stage=Stage.OPEN,
            about=about,
        )

    @property
    def key(self) -> tuple[Duty | Milestone, date, str | None]:
        """Which duty or milestone of the person it is, wherever it stands."""
        return self.duty, self.since, self.about

    def ahead(self) -> Clock:
        """The same, not begun until a Tick shows the day since which it is."""
        return self.model_copy(update={"stage": Stage.AHEAD, "opens_on": self.since})

    def met_by(self, days: Iterable[date]) -> Clock:
        """The same, done on the first of those days; as it is where there are none."""
        first = min(days, default=None)
        return self if first is None else self.settled(Stage.MET, first)

    def settled(self, stage: Stage, on: date) -> Clock:
        """The same, which came to that stage, done or needless, by what was notified that day."""
        return self.model_copy(update={"stage": stage, "met_on": on, "reminded": False})

    @property
    def late(self) -> bool:
        """Whether it was done after its last day or hour."""
        return self.met_on is not None and (self.too_late or self.met_on > self.due_on)

    @property
    def not_in_time(self) -> bool:
        """Whether its last day was over, for a duty that bound still, before it was done.

        Source: R-NOT-72; SOA 2003 s.91(3). By rules before version 2026-5 one that was missed is
            shown as lapsed.
        """
        if self.stage is Stage.LAPSED:
            return self.until is not None and self.due_on < self.until
        missed = self.stage in (Stage.MISSED, Stage.STAYS_MISSED)
        return missed or (self.stage is Stage.MET and self.late)

    @property
    def waits(self) -> bool:
        """Whether it is still to be done."""
        return self.stage in (Stage.OPEN, Stage.MISSED)

    @property
    def unsettled(self) -> bool:
        """Whether it is still to be done, or may yet begin."""
        return self.waits or self.stage is Stage.AHEAD

    def ref(self, person: PersonId) -> str:
        """The deadline's own number: the same in any order of facts, and no day can be read off it.

        Agencies are shown it, and the relevant date is of a class they may not hold.
        """
        about = "" if self.about is None else f":{self.about}"
        return str(derived_id(person, "register.deadline", f"{self.duty}:{self.since}{about}"))


class Register(State):
    """One person's row."""

    person_id: PersonId
    convictions: tuple[Conviction, ...] = ()
    releases: tuple[date, ...] = ()
    """Days of release into the community; a move to hospital is none."""
    notifications: tuple[Notification, ...] = ()
    revisions: tuple[Revision, ...] = ()
    orders: tuple[Order, ...] = ()
    order_changes: tuple[OrderChange, ...] = ()
    changes: tuple[Change, ...] = ()
    whereabouts: tuple[Whereabouts, ...] = ()
    travels: tuple[Travel, ...] = ()
    travel_changes: tuple[TravelChange, ...] = ()
    away: tuple[Away, ...] = ()
    reviews_asked: tuple[date, ...] = ()
    reviews: tuple[Reviewed, ...] = ()
    levels: tuple[Level, ...] = ()
    plans: tuple[Plan, ...] = ()
    recalls: tuple[Recall, ...] = ()
    returns: tuple[Return, ...] = ()
    absences: tuple[Absence, ...] = ()
    parole: tuple[Parole, ...] = ()
    forms_j: tuple[FormJ, ...] = ()
    contacts: tuple[Contact, ...] = ()
    zones: tuple[ZoneWord, ...] = ()
    zones_gone: tuple[ZoneGone, ...] = ()
    tags: tuple[Tag, ...] = ()
    breaches: tuple[Breach, ...] = ()
    breach_decisions: tuple[BreachDecision, ...] = ()
    supervisions: tuple[SupervisionWord, ...] = ()
    supervisions_over: tuple[SupervisionOver, ...] = ()
    referrals: tuple[Referral, ...] = ()
    records_reviewed: tuple[date, ...] = ()
    """Days on which it was reviewed whether the record of who left is still needed."""
    leads: tuple[date, ...] = ()
    """Days on which a body took the lead of the case."""
    ties: dict[str, tuple[str, ...]] = {}
    """By part of the row, for each word of it who said it, in the same order: see `kept.py`."""
    taken_back: tuple[str, ...] = ()
    """Who said what was taken back, or is once it comes."""
    requirement: Requirement | None = None
    clocks: tuple[Clock, ...] = ()
    """Of the person's duties."""
    milestones: tuple[Clock, ...] = ()
    """Of what agencies have to do."""
    grounds: tuple[Ground, ...] = ()
    """Of categories other than 1."""
    category: int | None = None

    @property
    def words(self) -> int:
        """How many were heard of the person that count.

        Not those of who leads: logs held them before the register heard them, and whatever has its
        number from this keeps it.
        """
        kept = vars(self)
        return sum([len(kept[part]) for part in _HEARD])

    @property
    def turn(self) -> int:
        """Grows with every word that can change what follows: tells what was said then apart.

        What is taken back is one word less, and counts for two.
        """
        return self.words + 2 * len(self.taken_back)

    @model_validator(mode="after")
    def _each_said_by_somebody(self) -> Self:
        """A row of a build that did not keep who said what cannot be read: it is made anew."""
        if sum(map(len, self.ties.values())) != self.words + len(self.leads):
            raise ValueError("words that nobody can take back")
        return self

    def clock(self, duty: Duty | Milestone, since: date, about: str | None = None) -> Clock | None:
        """The clock of that duty or milestone that started from that day."""
        key, all_ = (duty, since, about), (*self.clocks, *self.milestones)
        return next((one for one in all_ if one.key == key), None)


_FOLLOWS = frozenset({"clocks", "milestones", "grounds", "leads", "taken_back"})
_HEARD = tuple(
    name
    for name, field in Register.model_fields.items()
    if get_origin(field.annotation) is tuple and name not in _FOLLOWS
)
"""The parts of a row whose words count."""
