"""Who is told what, how much of it, by when they answer, and what happens if they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from schemas.base import Fact, Instant, PersonId, follows
from schemas.case import AgencyJoinedCase, AgencyLeftCase, LevelSet, LimitedAccessSet
from schemas.eligibility import ConvictionRecorded
from schemas.housing import TenancyStarted
from schemas.log import PersonHeld, Tick
from schemas.notice import NoticeIssued, NoticeOverdue, NoticeReceipted
from schemas.register import AddressChanged, CategoryChanged, NotificationMade
from schemas.risk import AlertRaised
from services.agreements.compile import Grant
from services.agreements.model import Payload
from services.agreements.views import View
from services.agreements.whom import Known
from services.notify.rules import Rules
from services.runtime.decision import Context, Decision, State

ME = "notify"


class Unanswered(State):
    """A notice whose receipt is due."""

    notice_ref: UUID
    agency: str
    act_by: Instant
    cause: UUID
    """The fact it told of."""


class Limit(State):
    """Who may know of the person at all, as one source said last."""

    source: str
    since: Instant
    restricted_to: tuple[str, ...] | None
    excluded: tuple[str, ...]


class Case(State):
    """What notices have to know of a person: who is on the case, and what filters look at."""

    person_id: PersonId
    born_on: date | None
    """No default: rows of a build that did not know it are made anew, not read as nobody's age."""
    born_since: Instant | None = None
    on_case: tuple[str, ...] = ()
    area: str | None = None
    """ONS code of the council of the last known home."""
    area_since: Instant | None = None
    category: int | None = None
    level: int | None = None
    level_since: Instant | None = None
    limits: tuple[Limit, ...] = ()
    """One for each source that ever said so, sorted by source."""
    joined: tuple[tuple[str, Instant, bool], ...] = ()
    """Agency, when that was last said of it, and whether it is on the case since."""
    unanswered: tuple[Unanswered, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice for one inbox."""

    agency: str
    notice_ref: UUID
    kind: str
    occurred_at: datetime
    person_ref: str
    schema_id: int
    record: dict[str, Any]


def tell(case: Case | None, fact: Fact, context: Context) -> Decision[Case]:
    """Everybody who may know of this fact is told, and nobody else.

    A grant counts if it is in force where the fact stands and still is, and if its filters let the
    person through; being on the case is a condition of every grant outside the Responsible
    Authority. A source is not told what it said itself.
    """
    rules: Rules = context.rules
    known = case or _unknown(fact)
    learn = _LEARNS.get(type(fact))
    if learn is not None:
        known = learn(known, fact)
    told_at = _told_at(fact, context)
    person = _known(known, fact)
    told = [
        _notice(grant, view, fact, told_at, rules)
        for grant in rules.agreements.grants(fact.kind(), told_at)
        if (view := grant.view_at(rules.schemas))
        and _addressed(grant, known, fact)
        and grant.whom.passes(person, told_at)
    ]
    awaited = tuple(
        Unanswered(notice_ref=n.notice_ref, agency=n.agency, act_by=n.act_by, cause=fact.event_id)
        for _, n in told
        if n.act_by is not None
    )
    state = known
    if awaited:
        state = known.model_copy(update={"unanswered": known.unanswered + awaited})
    return Decision(
        state,
        "told" if told else "nobody-to-tell",
        tuple(thing for pair in told for thing in pair),
        _wake(state),
    )


def tell_of_held(case: Case | None, held: PersonHeld, context: Context) -> Decision[Case]:
    """That a service does not watch the person any more is told even where that service is this.

    What is known of a held person cannot be relied on, so those are told who are told of everybody;
    and no receipt is waited for, since none could be heard.
    """
    decision = tell(case, held, context)
    return replace(decision, state=None, wake_at=None) if held.service == ME else decision


def receipted(case: Case | None, receipt: NoticeReceipted, _: Context) -> Decision[Case]:
    """A receipt ends the waiting for it; whatever it says, somebody has the notice in hand."""
    known = case or _unknown(receipt)
    left = tuple(
        one
        for one in known.unanswered
        if one.notice_ref != receipt.notice_ref or one.agency != receipt.source
    )
    because = "answered" if len(left) < len(known.unanswered) else "nothing-waited-for"
    state = known.model_copy(update={"unanswered": left})
    return Decision(state, because, wake_at=_wake(state))


def remind(case: Case, tick: Tick, _: Context) -> Decision[Case]:
    """Each receipt that is late is said to be, once: the agency is reminded, the lead is told."""
    late = [one for one in case.unanswered if one.act_by <= tick.now]
    left = tuple(one for one in case.unanswered if one.act_by > tick.now)
    state = case.model_copy(update={"unanswered": left})
    facts = tuple(
        follows(
            tick,
            NoticeOverdue,
            source=ME,
            of=one.notice_ref,
            person_id=case.person_id,
            notice_ref=one.notice_ref,
            agency=one.agency,
            act_by=one.act_by,
        )
        for one in late
    )
    return Decision(state, "reminded", facts, _wake(state))


# -- whom it concerns


def _addressed(grant: Grant, case: Case, fact: Fact) -> bool:
    if grant.agency == fact.source:
        return False
    if grant.on_case and grant.agency not in case.on_case:
        return False
    return not grant.own_only or getattr(fact, "agency", None) == grant.agency


def _known(case: Case, fact: Fact) -> Known:
    """What filters look at, where the fact stands."""
    lists = [frozenset(one.restricted_to) for one in case.limits if one.restricted_to is not None]
    return Known(
        area=case.area,
        category=case.category,
        earlier_category=fact.previous if isinstance(fact, CategoryChanged) else None,
        level=case.level,
        born_on=case.born_on,
        named=frozenset.intersection(*lists) if lists else None,
        excluded=frozenset(who for one in case.limits for who in one.excluded),
    )


def _notice(
    grant: Grant, view: View, fact: Fact, told_at: datetime, rules: Rules
) -> tuple[Delivery, NoticeIssued]:
    urgency = fact.urgency if isinstance(fact, AlertRaised) else grant.urgency
    act_by = told_at + rules.act_by[urgency] if grant.receipt else None
    notice_ref = rules.references.notice(grant.agency, fact.event_id)
    person_ref = rules.references.ref(grant.agency, _person(fact))
    issued = follows(
        fact,
        NoticeIssued,
        source=ME,
        part=grant.agency,
        notice_ref=notice_ref,
        agency=grant.agency,
        about=fact.kind(),
        urgency=urgency,
        act_by=act_by,
    )
    delivery = Delivery(
        agency=grant.agency,
        notice_ref=notice_ref,
        kind=fact.kind(),
        # Beside a view the instant is part of what is told; else it would tell what is not.
        occurred_at=fact.occurred_at if grant.terms.payload is Payload.VIEW else told_at,
        person_ref=person_ref,
        schema_id=view.schema_id,
        record=view.show(
            fact, notice_ref=notice_ref, person_ref=person_ref, urgency=urgency, act_by=act_by
        ),
    )
    return delivery, issued


# -- what is learned of the case


def _born(case: Case, fact: ConvictionRecorded) -> Case:
    if not _newer(fact, fact.born_on, case.born_since, case.born_on):
        return case
    return case.model_copy(update={"born_on": fact.born_on, "born_since": fact.occurred_at})


def _category(case: Case, fact: CategoryChanged) -> Case:
    return case.model_copy(update={"category": fact.category})


def _level(case: Case, fact: LevelSet) -> Case:
    if not _newer(fact, fact.level, case.level_since, case.level):
        return case
    return case.model_copy(update={"level": fact.level, "level_since": fact.occurred_at})


def _area(case: Case, fact: AddressChanged | TenancyStarted | NotificationMade) -> Case:
    area = None if fact.home is None else fact.home.council_code
    if area is None or not _newer(fact, area, case.area_since, case.area):
        return case
    return case.model_copy(update={"area": area, "area_since": fact.occurred_at})


def _membership(case: Case, fact: AgencyJoinedCase | AgencyLeftCase) -> Case:
    """Who is on the case now, by the facts' own time: a late "joined" does not undo a "left"."""
    said = {agency: (at, on) for agency, at, on in case.joined}
    last = said.get(fact.agency)
    joined = isinstance(fact, AgencyJoinedCase)
    # Of two said of the same instant, leaving counts: absent means nothing (design §3).
    if last is None or (fact.occurred_at, not joined) > (last[0], not last[1]):
        said[fact.agency] = (fact.occurred_at, joined)
    return case.model_copy(
        update={
            "joined": tuple((agency, at, on) for agency, (at, on) in sorted(said.items())),
            "on_case": tuple(sorted(agency for agency, (_, on) in said.items() if on)),
        }
    )


def _limited(case: Case, fact: LimitedAccessSet) -> Case:
    """Its source's last word, by the facts' own time; two at one instant both count: deny wins."""
    said = {one.source: one for one in case.limits}
    last = said.get(fact.source)
    if last is not None and fact.occurred_at < last.since:
        return case
    lists, excluded = [fact.restricted_to], {*fact.excluded}
    if last is not None and fact.occurred_at == last.since:
        lists.append(last.restricted_to)
        excluded |= {*last.excluded}
    named = [frozenset(one) for one in lists if one is not None]
    said[fact.source] = Limit(
        source=fact.source,
        since=fact.occurred_at,
        restricted_to=tuple(sorted(frozenset.intersection(*named))) if named else None,
        excluded=tuple(sorted(excluded)),
    )
    return case.model_copy(update={"limits": tuple(said[one] for one in sorted(said))})


_LEARNS: Mapping[type[Fact], Callable[[Case, Any], Case]] = {
    ConvictionRecorded: _born,
    LimitedAccessSet: _limited,
    AgencyJoinedCase: _membership,
    AgencyLeftCase: _membership,
    CategoryChanged: _category,
    LevelSet: _level,
    AddressChanged: _area,
    TenancyStarted: _area,
    NotificationMade: _area,
}


def _newer(fact: Fact, value: Any, since: datetime | None, known: Any) -> bool:  # noqa: ANN401
    """Whether it is the latest word; of two at one instant the greater is, in whatever order."""
    return since is None or (fact.occurred_at, value) > (since, known)


def _wake(case: Case) -> datetime | None:
    return min((one.act_by for one in case.unanswered), default=None)


def _unknown(fact: Fact) -> Case:
    return Case(person_id=_person(fact), born_on=None)


def _person(fact: Fact) -> PersonId:
    if fact.person_id is None:
        raise ValueError("a fact in the log is about nobody")
    return fact.person_id


def _told_at(fact: Fact, context: Context) -> datetime:
    """When it is told: as it was received, or later, if it waited at the door."""
    received = fact.recorded_at or fact.occurred_at
    return received if context.now is None else max(received, context.now)
