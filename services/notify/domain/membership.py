"""Who is on a case and which body leads it, by the facts' own time, in whatever order they come.

Words are kept, never conclusions: each time one more comes, all is concluded anew. So a late
transfer counts from when it happened, and one that was nobody's to say can be found later to have
been its speaker's after all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from schemas.base import Fact, Instant
from schemas.case import AgencyJoinedCase, AgencyLeftCase, CaseRole, Ground, LeadTransferred
from services.agreements.model import Body
from services.notify.domain.current import MOST
from services.notify.domain.notices import ME
from services.runtime.decision import State

Word = tuple[str, Instant, bool]
"""Agency, when that was last said of it, and whether it is on the case since."""


class Claim(State):
    """Somebody said which body leads from then on."""

    at: Instant
    event_id: UUID
    by: str
    agency: str
    ground: Ground | None
    """None: it joined as the body that leads."""
    body: Body | None
    """What sort of body that is. No default: whose supervision ends would not be known."""


def claim_of(fact: Fact, body: Body | None = None) -> Claim | None:
    """What the fact says about the lead, if anything; `body` is what sort of body it names."""
    if isinstance(fact, LeadTransferred):
        ground: Ground | None = fact.ground
    elif isinstance(fact, AgencyJoinedCase) and fact.role is CaseRole.LEAD:
        ground = None
    else:
        return None
    return Claim(
        at=fact.occurred_at,
        event_id=fact.event_id,
        by=fact.source,
        agency=fact.agency,
        ground=ground,
        body=body,
    )


def with_claim(claims: tuple[Claim, ...], claim: Claim) -> tuple[Claim, ...]:
    """All of them and that one, in their order."""
    return in_order((*claims, claim))


def in_order(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """By time, and at one instant by number, never as they came.

    What a sentence's end moves at an instant it has moved when somebody speaks at that instant.
    """
    return tuple(sorted({*claims}, key=_order))


def without_claim(claims: tuple[Claim, ...], event_id: UUID, by: str) -> tuple[Claim, ...]:
    """All of them but the one that whoever made it took back."""
    return tuple(one for one in claims if (one.event_id, one.by) != (event_id, by))


def counted(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Those that moved the lead, or set it: the last of them says who leads.

    The first sets it, whoever says it. After that the body that leads hands it over, or the body
    that goes on says that a sentence's end moved it. Joining as the lead moves it from nobody.

    Source: R-LEAD-1, R-LEAD-2; whose word counts is a local choice, see decision 13.
    """
    lead = None
    for claim in claims:
        if lead is None or (claim.agency != lead and _whose(claim, lead)):
            lead = claim.agency
            yield claim


def lead_of(claims: Iterable[Claim]) -> str | None:
    """The body that leads; None only where nobody ever said that one does."""
    lead = None
    for claim in counted(claims):
        lead = claim.agency
    return lead


def with_word(words: tuple[Word, ...], fact: AgencyJoinedCase | AgencyLeftCase) -> tuple[Word, ...]:
    """The last word on each agency: a late "joined" does not undo a "left"."""
    said = {agency: (at, on) for agency, at, on in words}
    joined = isinstance(fact, AgencyJoinedCase)
    if _later(fact.occurred_at, said.get(fact.agency), on=joined):
        said[fact.agency] = (fact.occurred_at, joined)
    return tuple((agency, at, on) for agency, (at, on) in sorted(said.items()))


def without_word(words: tuple[Word, ...], fact: AgencyJoinedCase) -> tuple[Word, ...]:
    """The last word on each agency, where that joining was taken back: as if it left at once."""
    return tuple(
        (agency, at, on and (agency, at) != (fact.agency, fact.occurred_at))
        for agency, at, on in words
    )


def with_every_word(
    words: tuple[Word, ...], fact: AgencyJoinedCase | AgencyLeftCase
) -> tuple[Word, ...]:
    """All that was said of some agencies, by time; the newest. It tells who was on it when."""
    word = (fact.agency, fact.occurred_at, isinstance(fact, AgencyJoinedCase))
    return tuple(sorted({*words, word}, key=lambda one: (one[1], not one[2], one[0])))[-MOST:]


def members(
    words: Iterable[Word], claims: Iterable[Claim], barrier: datetime | None = None
) -> set[str]:
    """Who is on the case: who joined and did not leave since, and always the body that leads.

    A body that leads and is said to have left is off the case once the lead has gone over. By the
    `barrier` everybody had left but the body that leads: who joined before it is on it no more.
    """
    said = {agency: (at, on and (barrier is None or at > barrier)) for agency, at, on in words}
    lead = None
    for claim in counted(claims):
        lead = claim.agency
        past = barrier is not None and claim.at <= barrier
        if not past and _later(claim.at, said.get(lead), on=True):
            said[lead] = (claim.at, True)
    on = {agency for agency, (_, is_on) in said.items() if is_on}
    return on if lead is None else on | {lead}


def _later(at: datetime, last: tuple[datetime, bool] | None, *, on: bool) -> bool:
    """Of two said of the same instant, leaving counts: absent means nothing (design §3)."""
    return last is None or (at, not on) > (last[0], not last[1])


def _whose(claim: Claim, lead: str) -> bool:
    if claim.ground is Ground.AGREED:
        return claim.by == lead
    return claim.ground is Ground.SENTENCE_ENDED and claim.by in (claim.agency, ME)


def _order(claim: Claim) -> tuple[datetime, bool, int]:
    return claim.at, claim.by != ME, claim.event_id.int
