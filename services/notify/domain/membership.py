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


def claim_of(fact: Fact) -> Claim | None:
    """What the fact says about the lead, if anything."""
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
    )


def with_claim(claims: tuple[Claim, ...], claim: Claim) -> tuple[Claim, ...]:
    """All of them in their order: by time, and at one instant by number, never as they came."""
    return tuple(sorted({*claims, claim}, key=_order))


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


def on_case(words: Iterable[Word], claims: Iterable[Claim]) -> tuple[str, ...]:
    """Who is on the case: who joined and did not leave since, and always the body that leads.

    A body that leads and is said to have left is off the case once the lead has gone over.
    """
    said = {agency: (at, on) for agency, at, on in words}
    lead = None
    for claim in counted(claims):
        lead = claim.agency
        if _later(claim.at, said.get(lead), on=True):
            said[lead] = (claim.at, True)
    on = {agency for agency, (_, is_on) in said.items() if is_on}
    return tuple(sorted(on if lead is None else on | {lead}))


def _later(at: datetime, last: tuple[datetime, bool] | None, *, on: bool) -> bool:
    """Of two said of the same instant, leaving counts: absent means nothing (design §3)."""
    return last is None or (at, not on) > (last[0], not last[1])


def _whose(claim: Claim, lead: str) -> bool:
    if claim.ground is Ground.AGREED:
        return claim.by == lead
    return claim.ground is Ground.SENTENCE_ENDED and claim.by == claim.agency


def _order(claim: Claim) -> tuple[datetime, int]:
    return claim.at, claim.event_id.int
