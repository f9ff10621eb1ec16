"""Who is told what, and how much of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.base import Fact
from schemas.case import AgencyJoinedCase, LeadSettled, LeadTransferred
from schemas.log import PersonHeld
from schemas.register import CategoryChanged
from services.agreements.compile import Grant
from services.notify.domain.arrangements import LEFT, concerns_the_end, ended
from services.notify.domain.case import (
    Case,
    Told,
    addressed,
    not_addressed,
    of_whom,
    stands,
    unknown,
    wake,
)
from services.notify.domain.current import offsets
from services.notify.domain.handover import lead_settled, shown_by
from services.notify.domain.ladder import waited_for
from services.notify.domain.learning import learned, under_version, unlearned, was_taken_back
from services.notify.domain.mentions import Place
from services.notify.domain.notices import ME, Telling
from services.notify.rules import Rules
from services.runtime.decision import Context, Decision


def tell(case: Case | None, fact: Fact, context: Context) -> Decision[Case]:
    """Everybody who may know of this fact is told, and nobody else.

    A grant counts if it is in force where the fact stands and still is, and if its filters let the
    person through; being on the case is a condition of every grant outside the Responsible
    Authority. A source is not told what it said itself. Whoever is on the case from here is told
    what is current of it; whoever is off it from here is told to stop, and nothing after that. Of
    somebody who is in no category any more only what concerns that is told (decision 26).
    """
    rules: Rules = context.rules
    before = case or unknown(fact)
    known = learned(before, fact, context)
    if was_taken_back(known, fact):
        state = unlearned(known, fact, context.offset, context)
        return Decision(state, "taken-back", wake_at=wake(state))
    told_at = when_told(fact, context)
    telling, here, left = Telling(rules, told_at), Place(context.offset), False
    for grant, stopped_by in _judged(known, fact, rules, told_at):
        left = left or stopped_by == LEFT
        if stopped_by is None:
            telling.tell(grant, fact, here)
    say_farewell(before, known, fact, telling)
    known = _learn_what_is_current(before, known, fact, context, telling)
    state = kept(known, telling)
    because = "told" if telling.told else "waits" if telling.waits else "nobody-to-tell"
    things = (*telling.things, *lead_settled(before, known, fact))
    if left and because == "nobody-to-tell":
        because = LEFT
    return Decision(state, because, things, wake(state))


def tell_of_held(case: Case | None, held: PersonHeld, context: Context) -> Decision[Case]:
    """That a service does not watch the person any more is told even where that service is this.

    What is known of a held person cannot be relied on, so those are told who are told of everybody;
    and no receipt is waited for, since none could be heard.
    """
    decision = tell(case, held, context)
    return replace(decision, state=None, wake_at=None) if held.service == ME else decision


def say_farewell(before: Case, known: Case, fact: Fact, telling: Telling) -> None:
    """Whoever was told because it is on the case, and is off it from here, is told to stop."""
    for told in before.told:
        if told.agency not in known.on_case:
            head = shown_by(fact, known, told.agency)
            telling.farewell(told.agency, told.kinds, fact, **head)


# -- whom it concerns


def judged(case: Case | None, fact: Fact, context: Context) -> Iterator[tuple[Grant, str | None]]:
    """Each grant in force that names such a fact, and what keeps this one away; None: nothing does.

    It is a key of the agreement's file, `own-word`, or of a limited case `excluded`, `not-named`.
    """
    known = learned(case or unknown(fact), fact, context)
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
        waited_for(one.issued, one.cause, telling.rules)
        for one in telling.told
        if one.issued.act_by is not None
    )
    told = {one.agency: one for one in known.told if one.agency in known.on_case}
    for one in telling.told:
        if one.grant is not None and one.grant.on_case:
            agency, about = one.grant.agency, one.issued.about
            had = told[agency].kinds if agency in told else ()
            if about not in had:
                told[agency] = Told(agency=agency, kinds=tuple(sorted((*had, about))))
    known = _mentioned(known, telling)
    update: dict[str, Any] = {}
    if awaited:
        update["unanswered"] = known.unanswered + awaited
    in_order = tuple(told[agency] for agency in sorted(told))
    if in_order != known.told:
        update["told"] = in_order
    return known.model_copy(update=update) if update else known


def _mentioned(case: Case, telling: Telling) -> Case:
    """The case, with whom each fact was told."""
    by_place: dict[tuple[Place, UUID], list[str]] = {}
    for one in telling.told:
        if one.place is not None:
            by_place.setdefault((one.place, one.cause), []).append(one.issued.agency)
    if not by_place:
        return case
    case, under = under_version(case, telling.rules)
    mentions = case.mentions
    for (place, fact), agencies in by_place.items():
        mentions = mentions.told(place, fact, under, agencies)
    return case.model_copy(update={"mentions": mentions})


# -- who joined, and who comes back


def looked_back_at(case: Case | None, fact: Fact) -> tuple[int, ...]:
    """Where in the log the facts stand that are told to whoever joins the case next.

    Of a category only where it ends the arrangements, or the person comes back: the two may stand
    in one batch, of which the first has to say where both look.
    """
    if case is None:
        return ()
    gone = ended(case.categories) is not None
    if isinstance(fact, CategoryChanged) and fact.category is not None and not gone:
        return ()
    return offsets(case.current)


def _learn_what_is_current(
    before: Case, known: Case, fact: Fact, context: Context, telling: Telling
) -> Case:
    """Whoever is on the case from here is told what is current, as soon as that can be looked up.

    Where the lead moved by no word of who leads, that is once `LeadSettled` was heard. Of a person
    who comes back, those who were told all along learn what was said since the end.
    """
    joined = {one for one in known.on_case if one not in before.on_case} | {*before.to_learn}
    back = before.left and not known.left
    looks = isinstance(fact, AgencyJoinedCase | LeadTransferred | LeadSettled)
    if not looks and not back:
        return to_learn(before, known)
    if joined or back:
        end = ended(before.categories)
        for past, offset, under in _current(before, context, telling.at):
            place, missed = Place(offset, context.offset), back and end and offset > end.offset
            grants = [*_opened(joined, known, past, under, telling)]
            if missed and not concerns_the_end(past):
                grants += _missed(joined, known, past, under, telling)
            for grant in grants:
                telling.tell(grant, past, place, fact, under=under)
    return known.model_copy(update={"to_learn": ()}) if known.to_learn else known


def to_learn(before: Case, known: Case) -> Case:
    """The case, in which whoever came onto it learns what is current once the lead is settled."""
    new = {one for one in known.on_case if one not in before.on_case} | {*before.to_learn}
    on = tuple(sorted(new.intersection(known.on_case)))
    return known if on == known.to_learn else known.model_copy(update={"to_learn": on})


def _current(case: Case, context: Context, at: datetime) -> Iterator[tuple[Fact, int, str]]:
    """What is current, as it was said, where that stands, and under which agreements it was."""
    under = {one.offset: one.under for one in case.current}
    places = offsets(case.current)
    for place, fact in zip(places, context.earlier(places), strict=True):
        ends = getattr(fact, "in_force_to", None)
        if ends is None or ends > at:
            yield fact, place, case.versions[under[place]]


def _opened(
    joined: Iterable[str], case: Case, past: Fact, under: str, telling: Telling
) -> Iterator[Grant]:
    """The grants that being on the case opens to those who joined, and that tell of this fact.

    One counts if it was a grant where the fact stands and still is, lets the person through by
    both, and shows no more than then.
    """
    for grant in telling.rules.agreements.grants(past.kind(), telling.at):
        if grant.agency in joined and grant.on_case:
            yield from still_told(grant, case, past, under, telling.rules, telling.at)


def _missed(
    joined: Iterable[str], case: Case, past: Fact, under: str, telling: Telling
) -> Iterator[Grant]:
    """The grants of those who answered for somebody who left, and were not told this then."""
    for grant in telling.rules.agreements.grants(past.kind(), telling.at):
        opened = grant.agency in joined and grant.on_case
        if not opened and stands(grant, case) and not grant.whom.of_the_hub:
            yield from still_told(grant, case, past, under, telling.rules, telling.at)


def still_told(
    grant: Grant, case: Case, past: Fact, under: str, rules: Rules, at: datetime
) -> Iterator[Grant]:
    """The grant as far as it tells of what was said under those agreements, if it does."""
    person = of_whom(case, past)
    as_then = rules.as_then(grant, under) if addressed(grant, case, past) else None
    if as_then is not None and all(one.whom.passes(person, at) for one in (grant, as_then)):
        yield as_then


def when_told(fact: Fact, context: Context) -> datetime:
    """When it is told: as it was received, or later, if it waited at the door."""
    received = fact.recorded_at or fact.occurred_at
    return received if context.now is None else max(received, context.now)
