"""What is learned of a case from each fact, and unlearned once its source takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.base import Fact
from schemas.case import (
    AgencyJoinedCase,
    AgencyLeftCase,
    LeadTransferred,
    LevelSet,
    LimitedAccessSet,
)
from schemas.eligibility import ConvictionRecorded
from schemas.housing import TenancyStarted
from schemas.register import AddressChanged, CategoryChanged, NotificationMade
from schemas.supervision import SupervisionEnded, SupervisionSet
from services.agreements.model import Body
from services.notify.domain.arrangements import with_category
from services.notify.domain.case import Case, Limit
from services.notify.domain.current import no_longer, with_fact
from services.notify.domain.handover import concluded
from services.notify.domain.membership import (
    claim_of,
    with_claim,
    with_every_word,
    with_word,
    without_claim,
    without_word,
)
from services.notify.domain.mentions import tie_of
from services.notify.domain.supervised import with_supervision, without_supervision
from services.notify.rules import Rules
from services.runtime.decision import Context


def learned(case: Case, fact: Fact, context: Context) -> Case:
    """What is known of the case once that was said."""
    learn = _LEARNS.get(type(fact))
    known = case if learn is None else learn(case, fact)
    if isinstance(fact, AgencyJoinedCase | AgencyLeftCase | LeadTransferred):
        known = _membership(case, fact, context.rules)
    elif isinstance(fact, CategoryChanged):
        categories = with_category(case.categories, fact, context.offset)
        known = known.model_copy(update={"categories": categories})
    known = concluded(known, context.rules, context.now)
    after, under = under_version(known, context.rules)
    current = with_fact(known.current, fact, context.offset, under)
    return known if current is known.current else after.model_copy(update={"current": current})


def under_version(case: Case, rules: Rules) -> tuple[Case, int]:
    """The case with the version of the agreements in force among those it names, and which."""
    version, versions = rules.agreements.version, case.versions
    if version in versions:
        return case, versions.index(version)
    return case.model_copy(update={"versions": (*versions, version)}), len(versions)


def was_taken_back(case: Case, fact: Fact) -> bool:
    """Whether its source took it back before it came."""
    return said_by(fact.source, tie_of(fact.event_id)) in case.taken_back


def said_by(source: str, tie: str) -> str:
    """How a word is called that was taken back: nobody takes back another's."""
    return f"{source}/{tie}"


def unlearned(case: Case, fact: Fact, offset: int, context: Context) -> Case:
    """The case without what was learned from that fact; what stood before it does not come back.

    Unknown since then: so a filter on level, area or age lets nobody through until somebody says
    what is so. A limit on who may know of the person stands until its source says another.
    """
    update: dict[str, Any] = {"current": no_longer(case.current, offset)}
    if isinstance(fact, LevelSet) and _stands(fact, fact.level, case.level_since, case.level):
        update["level"] = None
    elif isinstance(fact, ConvictionRecorded):
        if _stands(fact, fact.born_on, case.born_since, case.born_on):
            update["born_on"] = None
    elif isinstance(fact, AddressChanged | TenancyStarted | NotificationMade):
        area = None if fact.home is None else fact.home.council_code
        if _stands(fact, area, case.area_since, case.area):
            update["area"] = None
    elif isinstance(fact, AgencyJoinedCase):
        update["joined"] = without_word(case.joined, fact)
        update["police"] = without_word(case.police, fact)
    elif isinstance(fact, SupervisionSet | SupervisionEnded):
        update["supervised"] = without_supervision(case.supervised, fact)
    return unclaimed(case.model_copy(update=update), fact.event_id, fact.source, context)


def unclaimed(case: Case, event_id: UUID, source: str, context: Context) -> Case:
    """The case without what that source said of who leads, if that was its number."""
    claims = without_claim(case.claims, event_id, source)
    without = case.model_copy(update={"claims": claims})
    return concluded(without, context.rules, context.now)


def _stands(fact: Fact, value: object, since: datetime | None, known: object) -> bool:
    return fact.occurred_at == since and value == known


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
    """What is said of who is on the case and leads it: no body can that has no agreement."""
    agency = rules.agreements.agencies.get(fact.agency)
    body = None if agency is None else agency.agreement.body
    words, police, claims, claim = case.joined, case.police, case.claims, claim_of(fact, body)
    if not isinstance(fact, LeadTransferred):
        words = with_word(words, fact)
        police = with_every_word(police, fact) if body is Body.POLICE else police
    if claim is not None and agency is not None:
        claims = with_claim(claims, claim)
    return case.model_copy(update={"joined": words, "police": police, "claims": claims})


def _supervision(case: Case, fact: SupervisionSet | SupervisionEnded) -> Case:
    return case.model_copy(update={"supervised": with_supervision(case.supervised, fact)})


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
    SupervisionSet: _supervision,
    SupervisionEnded: _supervision,
}


def _newer(fact: Fact, value: Any, since: datetime | None, known: Any) -> bool:  # noqa: ANN401
    """Whether it is the latest word; of two at one instant the greater is, in whatever order."""
    if since is None or fact.occurred_at != since:
        return since is None or fact.occurred_at > since
    return known is None or value > known
