"""The lead goes over to the police where supervision by probation ends and notification goes on.

A conclusion, made anew with each word: from the first day after the last supervision, while the
person is subject to notification and probation leads. So it counts by its own time like a word of
somebody's, and a supervision prolonged too late gives the lead back. Source: R-LEAD-2, an
inference; decision 26.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from schemas.base import Fact, derived_id, follows
from schemas.case import Ground, LeadSettled
from schemas.log import Tick
from services.agreements.compile import Agreements
from services.agreements.model import Body
from services.notify.domain.arrangements import SUBJECT, category_at, ended, last_end
from services.notify.domain.case import Case
from services.notify.domain.membership import (
    Claim,
    Word,
    claim_of,
    counted,
    in_order,
    lead_of,
    members,
)
from services.notify.domain.notices import ME
from services.notify.domain.supervised import ends_of
from services.notify.rules import Rules


def concluded(case: Case, rules: Rules, now: datetime | None) -> Case:
    """The case, with who leads it and who is on it as follows from all that was said until then."""
    ends = list(ends_of(case.supervised))
    past = [at for at in ends if now is not None and at <= now]
    next_end = next((at for at in ends if at not in past), None)
    update: dict[str, Any] = {"next_end": next_end, "handed": (), "left": False}
    barrier = None
    if rules.endings:
        update["handed"], update["heirs"] = _handed(case, past, rules.agreements)
        update["left"] = ended(case.categories) is not None
        barrier = last_end(case.categories)
    moves = in_order((*case.claims, *update["handed"]))
    on, lead = members(case.joined, moves, barrier), lead_of(moves)
    if update["left"]:
        on = set() if lead is None else {lead}
    update["on_case"] = tuple(sorted(on))
    changed = {name: value for name, value in update.items() if value != getattr(case, name)}
    return case.model_copy(update=changed) if changed else case


def stays(case: Case) -> Iterator[Claim]:
    """The ends of supervision at which no one police body could take the lead, so that it stays."""
    return (one for one in case.handed if one.body is not Body.POLICE)


def lead_settled(before: Case, known: Case, cause: Fact) -> Iterator[LeadSettled]:
    """Who leads now, where that changed; and that it did not, where a word did not count.

    Nobody's word moved it where a sentence's end did, and it stays where no one police body could
    take it: so who leads is told to hand it over.
    """
    claim, was, leads = claim_of(cause), lead_of(before.moves), lead_of(known.moves)
    if leads is None or (claim is None and before.moves == known.moves):
        return
    moved = [*counted(known.moves)]
    if leads != was:
        ground = moved[-1].ground if moved[-1].by == ME else None
        head = shown_by(cause, known, leads)
        yield follows(
            cause, LeadSettled, source=ME, agency=leads, previous=was, ground=ground, **head
        )
    elif claim is not None and claim.agency != leads and not _is_among(claim, moved):
        yield follows(cause, LeadSettled, source=ME, agency=leads, previous=leads, counted=False)
    for one in stays(known):
        if one in before.handed:
            continue
        yield follows(
            cause,
            LeadSettled,
            source=ME,
            agency=one.agency,
            previous=one.agency,
            counted=False,
            ground=one.ground,
            **{"part": one.at.isoformat(), **shown_by(cause, known, f"stays/{one.at.isoformat()}")},
        )


def _is_among(claim: Claim, counting: Iterable[Claim]) -> bool:
    return any((one.event_id, one.by) == (claim.event_id, claim.by) for one in counting)


def shown_by(cause: Fact, case: Case, what: str) -> dict[str, Any]:
    """What a Tick shows was so since the last move of the lead, whichever Tick it is."""
    if not isinstance(cause, Tick):
        return {}
    at = case.handed[-1].at if case.handed else cause.now
    part = f"{what}/{at.isoformat()}"
    return {"of": case.person_id, "part": part, "person_id": case.person_id, "occurred_at": at}


def _handed(
    case: Case, ends: Iterable[datetime], agreements: Agreements
) -> tuple[tuple[Claim, ...], tuple[tuple[datetime, str | None], ...]]:
    """What those ends move, and which police body stood in where none was on the case."""
    handed: tuple[Claim, ...] = ()
    seen, heirs = dict(case.heirs), dict[datetime, str | None]()
    for at in ends:
        # Kept as it was seen: another force's agreement does not move a lead that was settled.
        heirs[at] = seen[at] if at in seen else _only_police(agreements)
        until = [one for one in in_order((*case.claims, *handed)) if one.at < at]
        lead = next(reversed([*counted(until)]), None)
        subject = category_at(case.categories, at) == SUBJECT
        if lead is None or lead.body is not Body.PROBATION or not subject:
            continue
        police: list[str | None] = [*_police_on(case, until, at)] or [heirs[at]]
        to = police[0] if len(police) == 1 and police[0] in agreements.agencies else None
        handed += (_claim(case, at, lead, to),)
    return handed, tuple(sorted(heirs.items()))


def _claim(case: Case, at: datetime, lead: Claim, to: str | None) -> Claim:
    """That it goes over to that body; or, to none, that it stays where it is."""
    return Claim(
        at=at,
        event_id=derived_id(case.person_id, LeadSettled.kind(), at.isoformat()),
        by=ME,
        agency=to or lead.agency,
        ground=Ground.SENTENCE_ENDED,
        body=Body.POLICE if to else lead.body,
    )


def _police_on(case: Case, until: list[Claim], at: datetime) -> set[str]:
    """The police bodies on the case at that moment."""
    led: list[Word] = [(one.agency, one.at, True) for one in counted(until)]
    police = {one.agency for one in until if one.body is Body.POLICE}
    police |= {agency for agency, _, _ in case.police}
    said: dict[str, bool] = {}
    barrier = last_end(case.categories, at)
    for agency, since, on in sorted((*case.police, *led), key=lambda one: (one[1], not one[2])):
        if agency in police and since <= at:
            said[agency] = on and (barrier is None or since > barrier)
    return {agency for agency, on in said.items() if on}


def _only_police(agreements: Agreements) -> str | None:
    """The police body of the Responsible Authority, where the agreements know one and no more."""
    police = [
        slug
        for slug, one in agreements.agencies.items()
        if one.agreement.body is Body.POLICE and agreements.is_responsible_authority(slug)
    ]
    return police[0] if len(police) == 1 else None
