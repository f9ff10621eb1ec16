"""The row of one person: what notices have to know of them, and whom a fact may be told."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from schemas.base import Fact, Instant, PersonId
from schemas.notice import RecallStage, ReceiptStatus
from schemas.register import CategoryChanged
from schemas.risk import Urgency
from services.agreements.compile import Grant
from services.agreements.whom import Known
from services.notify.domain.arrangements import (
    LEFT,
    Category,
    concerns_the_end,
    last_category,
)
from services.notify.domain.current import Current
from services.notify.domain.membership import Claim, Word, in_order
from services.notify.domain.mentions import Mentions
from services.notify.domain.notices import person_of
from services.notify.domain.supervised import Supervised
from services.notify.rules import REMIND_BEFORE
from services.runtime.decision import State


class Step(StrEnum):
    """What is done next about a notice that asks for a receipt, unless one comes."""

    REMIND = "remind"
    OVERDUE = "overdue"
    REPORT = "report"
    FORGET = "forget"


class Unanswered(State):
    """A notice that asks for a receipt, and what is done about it next, and when."""

    notice_ref: UUID
    agency: str
    act_by: Instant
    cause: UUID
    """The fact it told of."""
    about: str = ""
    """Of which kind that was; empty in rows of a build that did not keep it."""
    urgency: Urgency = Urgency.SAME_DAY
    status: ReceiptStatus | None = None
    """The furthest its receiver said it has come."""
    step: Step = Step.OVERDUE
    due: Instant | None = None
    """When that step is taken; None: at `act_by`."""
    late: bool = False
    """Whether it was said to be overdue."""
    reported: tuple[str, ...] = ()
    """To whom."""

    @property
    def at(self) -> datetime:
        """When its next step is taken."""
        return self.due or self.act_by


class Told(State):
    """What an agency was told of the case since it is on it: what it forgets when it is off it."""

    agency: str
    kinds: tuple[str, ...]


class Recall(State):
    """A notice that two people recalled, and the hours in which the breach has to be reported."""

    notice_ref: UUID
    agency: str
    """The body that answers for it."""
    due_at: Instant
    stage: RecallStage = RecallStage.OPENED
    """What was said of it last."""

    @property
    def at(self) -> datetime | None:
        """When the next thing is said of it; None: nothing is, until somebody answers."""
        if self.stage is RecallStage.OPENED:
            return self.due_at - REMIND_BEFORE
        return self.due_at if self.stage is RecallStage.REMINDED else None


class Limit(State):
    """Who may know of the person at all, as one source said last."""

    source: str
    since: Instant
    restricted_to: tuple[str, ...] | None
    excluded: tuple[str, ...]


class Case(State):
    """What notices have to know of a person: who is on the case, and what filters look at."""

    person_id: PersonId
    current: tuple[Current, ...]
    """No default: rows of a build that did not know it are made anew, not read as empty."""
    born_on: date | None
    """As above: nobody's age would be known."""
    mentions: Mentions
    """As above: what was told before could not be taken back."""
    supervised: tuple[Supervised, ...]
    """As above: no sentence's end would move the lead."""
    categories: tuple[Category, ...]
    """As above: whether the person was ever in one would not be known."""
    born_since: Instant | None = None
    versions: tuple[str, ...] = ()
    """Of the agreements, as far as something current or told was said under them."""
    on_case: tuple[str, ...] = ()
    area: str | None = None
    """ONS code of the council of the last known home."""
    area_since: Instant | None = None
    category: int | None = None
    level: int | None = None
    level_since: Instant | None = None
    limits: tuple[Limit, ...] = ()
    """One for each source that ever said so, sorted by source."""
    joined: tuple[Word, ...] = ()
    """Agency, when that was last said of it, and whether it is on the case since."""
    police: tuple[Word, ...] = ()
    """All that was said of police bodies so, by time."""
    claims: tuple[Claim, ...] = ()
    """All that was ever said about who leads, by its own time."""
    handed: tuple[Claim, ...] = ()
    """What the ends of supervision moved so far, as is concluded of all that was said."""
    heirs: tuple[tuple[Instant, str | None], ...] = ()
    """By such an end the one police body there was when it was seen; None: none, or several."""
    next_end: Instant | None = None
    """When supervision ends next, as far as is known."""
    left: bool = False
    """Whether the person is in no category any more, by rules that end sharing then."""
    to_learn: tuple[str, ...] = ()
    """Who is on the case since the lead moved, and is told what is current once that was said."""
    told: tuple[Told, ...] = ()
    """Of those who are told only because they are on the case."""
    unanswered: tuple[Unanswered, ...] = ()
    taken_back: tuple[str, ...] = ()
    """Who took back a word of theirs, and its tie; the newest."""
    recalls: tuple[Recall, ...] = ()

    @property
    def moves(self) -> tuple[Claim, ...]:
        """All that says or may move who leads."""
        return in_order((*self.claims, *self.handed)) if self.handed else self.claims


def unknown(fact: Fact) -> Case:
    """A person of whom nothing is known yet."""
    return Case(
        person_id=person_of(fact),
        current=(),
        born_on=None,
        mentions=Mentions(),
        supervised=(),
        categories=(),
    )


def addressed(grant: Grant, case: Case, fact: Fact) -> bool:
    """Whether the fact is one of those the grant tells its agency of, whoever it is about."""
    return not_addressed(grant, case, fact) is None


def not_addressed(grant: Grant, case: Case, fact: Fact) -> str | None:
    """What keeps the fact from the grant's agency before any filter; None: nothing does."""
    if grant.agency == fact.source:
        return "own-word"
    if case.left and not grant.whom.of_the_hub and not _answers_for(grant, case, fact):
        return LEFT
    if grant.on_case and grant.agency not in case.on_case:
        return "on_case"
    own = not grant.own_only or getattr(fact, "agency", None) == grant.agency
    return None if own else "own_only"


def _answers_for(grant: Grant, case: Case, fact: Fact) -> bool:
    """Whether it is told that of somebody who left: what of the end those hear who answer for it.

    A service of the hub goes on being told, in order to compute: what it says then is told to
    nobody either.
    """
    return stands(grant, case) and concerns_the_end(fact)


def stands(grant: Grant, case: Case) -> bool:
    """Whether its agency is on the case, where the grant asks for that."""
    return not grant.on_case or grant.agency in case.on_case


def of_whom(case: Case, fact: Fact | None = None) -> Known:
    """What filters look at, where the fact stands."""
    lists = [frozenset(one.restricted_to) for one in case.limits if one.restricted_to is not None]
    return Known(
        area=case.area,
        category=case.category,
        earlier_category=_earlier(case, fact),
        level=case.level,
        born_on=case.born_on,
        named=frozenset.intersection(*lists) if lists else None,
        excluded=frozenset(who for one in case.limits for who in one.excluded),
    )


def _earlier(case: Case, fact: Fact | None) -> int | None:
    """The category before; of somebody who left, the last one: a limit of it does not end there."""
    if isinstance(fact, CategoryChanged):
        return fact.previous
    return last_category(case.categories) if case.left else None


def wake(case: Case) -> datetime | None:
    """When the next step about any of its notices is due, or supervision ends."""
    steps = (*(one.at for one in case.unanswered), *(one.at for one in case.recalls), case.next_end)
    return min((at for at in steps if at is not None), default=None)
