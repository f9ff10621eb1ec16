"""What was withdrawn unread is told again as far as it still may be, unless somebody let it lapse.

An agreement narrowed, or a suspension ended: of an agency, or of one grant, whose notices were not
put there yet. Of what its agency has read it is told what to forget.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.base import Fact, FieldClass
from schemas.case import Narrowed
from schemas.notice import NoticesResumed, Withdrawn, Withheld
from services.agreements.compile import Grant
from services.agreements.model import Payload
from services.notify.domain.case import (
    Case,
    Step,
    Told,
    addressed,
    of_whom,
    unknown,
    wake,
)
from services.notify.domain.learning import was_taken_back
from services.notify.domain.mentions import Place
from services.notify.domain.notices import Again, Telling, Unasked, number_of
from services.notify.domain.telling import kept, still_told, when_told
from services.notify.rules import Rules
from services.runtime.decision import Context, Decision


def withdrawn_from(_: Case | None, fact: Withheld) -> tuple[int, ...]:
    """Where in the log what the withdrawn notices told of stands."""
    found = {place for one in fact.notices for place in (one.place, one.joined)}
    return tuple(sorted(place for place in found if place is not None))


def withheld(case: Case | None, fact: Withheld, context: Context) -> Decision[Case]:
    """Each withdrawn notice is told again under its own number if it still may be, and then less.

    A grant counts if it was one where the fact stands and is one now, and shows the narrower of
    both. The time to answer runs on; what is not told again is not waited for. Told twice, a reader
    that had fetched it shows it once.

    Raises:
        ValueError: what is said to be withdrawn was never told so, and nothing of it is told.
    """
    rules: Rules = context.rules
    known, at = case or unknown(fact), when_told(fact, context)
    waits = (one for one in known.unanswered if one.step is not Step.FORGET)
    telling, waited = Telling(rules, at), {one.notice_ref: one.act_by for one in waits}
    forget = tuple(_to_forget(known, fact, rules, at))
    if forget:
        telling.narrowed(fact.agency, forget, fact)
    kinds = set()
    for one, past, joined in _said(fact, context):
        if number_of(rules, fact.agency, past, joined) != one.notice_ref:
            raise ValueError("a notice is said to be withdrawn that was never told")
        kinds.add(past.kind())
        if fact.lapsed:
            continue
        if _does_not_count(known, one, past):
            continue
        again = Again(fact, waited.get(one.notice_ref), waited=isinstance(fact, NoticesResumed))
        place = Place(one.place, one.joined)
        if isinstance(past, Unasked):
            telling.unasked(past, again)
            continue
        for grant in rules.agreements.grants(past.kind(), at):
            if grant.agency == fact.agency:
                for still in still_told(grant, known, past, one.under, rules, at):
                    telling.tell(still, past, place, joined, again, under=one.under)
    because = "told-again" if telling.told else "lapsed" if fact.lapsed else "withheld"
    if fact.of_hold:  # of whom this service holds nothing is kept beside the row that is held
        return Decision(None, because, tuple(telling.things))
    state = kept(_taken_back(known, fact, kinds), telling)
    return Decision(state, because, tuple(telling.things), wake(state))


def _does_not_count(case: Case, one: Withdrawn, past: Fact) -> bool:
    """Whether its source took it back meanwhile, or that notice was recalled."""
    return was_taken_back(case, past) or any(
        recalled.notice_ref == one.notice_ref for recalled in case.recalls
    )


def _said(fact: Withheld, context: Context) -> Iterator[tuple[Withdrawn, Fact, Fact | None]]:
    """What was withdrawn, with what it told of and why only then, as it stood in the inbox."""
    places = withdrawn_from(None, fact)
    said = dict(zip(places, context.earlier(places), strict=True))
    for one in fact.notices:
        yield one, said[one.place], None if one.joined is None else said[one.joined]


def _taken_back(case: Case, fact: Withheld, kinds: set[str]) -> Case:
    """The case as if the agency had not been told what was withdrawn."""
    gone = {one.notice_ref for one in fact.notices}
    mentions = case.mentions
    for one in fact.notices:
        mentions = mentions.without(Place(one.place, one.joined), fact.agency)
    told = tuple(
        one if one.agency != fact.agency else _without(one, kinds - {*fact.told})
        for one in case.told
    )
    return case.model_copy(
        update={
            "unanswered": tuple(one for one in case.unanswered if one.notice_ref not in gone),
            "told": tuple(one for one in told if one.kinds),
            "mentions": mentions,
        }
    )


def _without(told: Told, kinds: set[str]) -> Told:
    return told.model_copy(
        update={"kinds": tuple(kind for kind in told.kinds if kind not in kinds)}
    )


def _to_forget(case: Case, fact: Withheld, rules: Rules, at: datetime) -> Iterator[Narrowed]:
    """Of each kind it was told and has read, what the grant of now does not tell any more."""
    receiver = rules.earlier(fact.before).receivers.get(fact.agency)
    now = {
        grant.kind: grant
        for kind in fact.told
        for grant in rules.agreements.grants(kind, at)
        if grant.agency == fact.agency
    }
    for kind in fact.told:
        was = None if receiver is None else receiver.grants.get(kind)
        if was is None or not _tells(was, case, fact, at):
            continue
        still = now.get(kind)
        by = rules.kept_until(was, at)
        if still is None or not _tells(still, case, fact, at):
            yield Narrowed(about=kind, classes=(), by=by)
        elif lost := _shown_less(was, still):
            yield Narrowed(about=kind, classes=tuple(sorted(lost)), by=by)


def _tells(grant: Grant, case: Case, fact: Fact, at: datetime) -> bool:
    return addressed(grant, case, fact) and grant.whom.passes(of_whom(case, fact), at)


def _shown_less(was: Grant, now: Grant) -> set[str]:
    """The classes of fields of which less is shown now."""
    plain = was.terms.payload is now.terms.payload or now.terms.payload is Payload.VIEW
    return {
        one.value
        for one in was.shown.classes - {FieldClass.REFERENCE}
        if not plain
        or one not in now.shown.classes
        or (one not in now.shown.whole and now.shown.redact.get(one) != was.shown.redact.get(one))
    }
