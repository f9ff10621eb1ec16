"""Who is told what, and how much of it; and what is learned of the case meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from schemas.base import Fact, follows
from schemas.case import (
    AgencyJoinedCase,
    AgencyLeftCase,
    LeadSettled,
    LeadTransferred,
    LevelSet,
    LimitedAccessSet,
)
from schemas.eligibility import ConvictionRecorded
from schemas.housing import TenancyStarted
from schemas.log import PersonHeld
from schemas.register import AddressChanged, CategoryChanged, NotificationMade
from services.agreements.compile import Grant
from services.notify.domain.case import (
    Case,
    Limit,
    Told,
    addressed,
    not_addressed,
    of_whom,
    unknown,
    wake,
)
from services.notify.domain.current import offsets, with_fact
from services.notify.domain.ladder import waited_for
from services.notify.domain.membership import (
    claim_of,
    counted,
    lead_of,
    on_case,
    with_claim,
    with_word,
)
from services.notify.domain.notices import ME, Place, Telling
from services.notify.rules import Rules
from services.runtime.decision import Context, Decision


def tell(case: Case | None, fact: Fact, context: Context) -> Decision[Case]:
    """Everybody who may know of this fact is told, and nobody else.

    A grant counts if it is in force where the fact stands and still is, and if its filters let the
    person through; being on the case is a condition of every grant outside the Responsible
    Authority. A source is not told what it said itself. Whoever is on the case from here is told
    what is current of it; whoever is off it from here is told to stop, and nothing after that.
    """
    rules: Rules = context.rules
    before = case or unknown(fact)
    known = _learned(before, fact, context)
    told_at = when_told(fact, context)
    telling = Telling(rules, told_at)
    for grant, stopped_by in _judged(known, fact, rules, told_at):
        if stopped_by is None:
            telling.tell(grant, fact, Place(context.offset, rules.agreements.version))
    for told in before.told:
        if told.agency not in known.on_case:
            telling.farewell(told.agency, told.kinds, fact)
    joined = [agency for agency in known.on_case if agency not in before.on_case]
    if joined:
        for past, offset, under in _current(before, context, told_at):
            place = Place(offset, under, context.offset)
            for grant in _opened(joined, known, past, under, rules, told_at):
                telling.tell(grant, past, place, fact)
    state = kept(known, telling)
    because = "told" if telling.told else "waits" if telling.waits else "nobody-to-tell"
    things = (*telling.things, *_lead_settled(before, known, fact))
    return Decision(state, because, things, wake(state))


def tell_of_held(case: Case | None, held: PersonHeld, context: Context) -> Decision[Case]:
    """That a service does not watch the person any more is told even where that service is this.

    What is known of a held person cannot be relied on, so those are told who are told of everybody;
    and no receipt is waited for, since none could be heard.
    """
    decision = tell(case, held, context)
    return replace(decision, state=None, wake_at=None) if held.service == ME else decision


# -- whom it concerns


def judged(case: Case | None, fact: Fact, context: Context) -> Iterator[tuple[Grant, str | None]]:
    """Each grant in force that names such a fact, and what keeps this one away; None: nothing does.

    It is a key of the agreement's file, `own-word`, or of a limited case `excluded`, `not-named`.
    """
    known = _learned(case or unknown(fact), fact, context)
    return _judged(known, fact, context.rules, when_told(fact, context))


def _judged(
    case: Case, fact: Fact, rules: Rules, at: datetime
) -> Iterator[tuple[Grant, str | None]]:
    person = of_whom(case, fact)
    for grant in rules.agreements.grants(fact.kind(), at):
        yield grant, not_addressed(grant, case, fact) or grant.whom.stopped_by(person, at)


# -- what is kept of it


def kept(known: Case, telling: Telling) -> Case:
    """The case with what is waited for and, by agency, what it was told because it is on it."""
    awaited = tuple(
        waited_for(notice, cause, telling.rules)
        for _, notice, cause in telling.told
        if notice.act_by is not None
    )
    told = {one.agency: one for one in known.told if one.agency in known.on_case}
    for grant, notice, _ in telling.told:
        if grant is not None and grant.on_case:
            had = told[grant.agency].kinds if grant.agency in told else ()
            if notice.about not in had:
                kinds = tuple(sorted((*had, notice.about)))
                told[grant.agency] = Told(agency=grant.agency, kinds=kinds)
    update: dict[str, Any] = {}
    if awaited:
        update["unanswered"] = known.unanswered + awaited
    in_order = tuple(told[agency] for agency in sorted(told))
    if in_order != known.told:
        update["told"] = in_order
    return known.model_copy(update=update) if update else known


# -- who joined, and who leads


def looked_back_at(case: Case | None, _: Fact) -> tuple[int, ...]:
    """Where in the log the facts stand that are told to whoever joins the case next."""
    return () if case is None else offsets(case.current)


def _current(case: Case, context: Context, at: datetime) -> Iterator[tuple[Fact, int, str]]:
    """What is current, as it was said, where that was, and under which agreements."""
    under = {one.offset: one.under for one in case.current}
    places = offsets(case.current)
    for place, fact in zip(places, context.earlier(places), strict=True):
        ends = getattr(fact, "in_force_to", None)
        if ends is None or ends > at:
            yield fact, place, case.versions[under[place]]


def _opened(
    joined: Iterable[str], case: Case, past: Fact, under: str, rules: Rules, at: datetime
) -> Iterator[Grant]:
    """The grants that being on the case opens to those who joined, and that tell of this fact.

    One counts if it was a grant where the fact stands and still is, lets the person through by
    both, and shows no more than then.
    """
    for grant in rules.agreements.grants(past.kind(), at):
        if grant.agency in joined and grant.on_case:
            yield from still_told(grant, case, past, under, rules, at)


def still_told(
    grant: Grant, case: Case, past: Fact, under: str, rules: Rules, at: datetime
) -> Iterator[Grant]:
    """The grant as far as it tells of what was said under those agreements, if it does."""
    person = of_whom(case, past)
    as_then = rules.as_then(grant, under) if addressed(grant, case, past) else None
    if as_then is not None and all(one.whom.passes(person, at) for one in (grant, as_then)):
        yield as_then


def _lead_settled(before: Case, known: Case, fact: Fact) -> Iterator[LeadSettled]:
    """Who leads now, where that changed; and that it did not, where a word did not count."""
    claim = claim_of(fact)
    if claim is None:
        return
    was, leads = lead_of(before.claims), lead_of(known.claims)
    if leads is None:
        return
    if leads != was:
        yield follows(fact, LeadSettled, source=ME, agency=leads, previous=was)
    elif claim.agency != leads and claim not in counted(known.claims):
        yield follows(fact, LeadSettled, source=ME, agency=leads, previous=leads, counted=False)


# -- what is learned of the case


def _learned(case: Case, fact: Fact, context: Context) -> Case:
    learn = _LEARNS.get(type(fact))
    known = case if learn is None else learn(case, fact)
    if isinstance(fact, AgencyJoinedCase | AgencyLeftCase | LeadTransferred):
        known = _membership(case, fact, context.rules)
    version, versions = context.rules.agreements.version, known.versions
    if version not in versions:
        versions = (*versions, version)
    current = with_fact(known.current, fact, context.offset, versions.index(version))
    if current is known.current:
        return known
    return known.model_copy(update={"current": current, "versions": versions})


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


def _membership(
    case: Case, fact: AgencyJoinedCase | AgencyLeftCase | LeadTransferred, rules: Rules
) -> Case:
    """Who is on the case, and who leads it: no body can that has no agreement."""
    words, claims, claim = case.joined, case.claims, claim_of(fact)
    if not isinstance(fact, LeadTransferred):
        words = with_word(words, fact)
    if claim is not None and claim.agency in rules.agreements.agencies:
        claims = with_claim(claims, claim)
    on = on_case(words, claims)
    return case.model_copy(update={"joined": words, "claims": claims, "on_case": on})


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
    CategoryChanged: _category,
    LevelSet: _level,
    AddressChanged: _area,
    TenancyStarted: _area,
    NotificationMade: _area,
}


def _newer(fact: Fact, value: Any, since: datetime | None, known: Any) -> bool:  # noqa: ANN401
    """Whether it is the latest word; of two at one instant the greater is, in whatever order."""
    return since is None or (fact.occurred_at, value) > (since, known)


def when_told(fact: Fact, context: Context) -> datetime:
    """When it is told: as it was received, or later, if it waited at the door."""
    received = fact.recorded_at or fact.occurred_at
    return received if context.now is None else max(received, context.now)
