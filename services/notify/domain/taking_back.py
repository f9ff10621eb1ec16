"""What was told and does not count any more: taken back by its source, or recalled by two people.

Exactly those who were told are told, once, whatever they are granted since; nobody else hears of
it. A recall begins the hours in which a breach has to be reported. Decision 18.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.base import Fact, follows
from schemas.log import Tick
from schemas.notice import (
    FactTakenBack,
    NoticeRecalled,
    RecallAnswered,
    RecallDeadline,
    RecallStage,
)
from services.agreements.actors import Role
from services.notify.domain.case import Case, Recall, unknown, wake
from services.notify.domain.current import named
from services.notify.domain.handover import concluded, lead_settled
from services.notify.domain.ladder import remind_of_notices
from services.notify.domain.learning import said_by, unclaimed, unlearned
from services.notify.domain.mentions import Mention, offsets_of, tie_of
from services.notify.domain.notices import ME, Telling, number_of
from services.notify.domain.telling import kept, say_farewell, to_learn, when_told
from services.notify.rules import (
    RECALLS_AT_MOST,
    REPORT_WITHIN,
    TAKEN_BACK_AT_MOST,
    Rules,
)
from services.runtime.decision import Context, Decision

ANSWERS = Role.INFORMATION_GOVERNANCE_OFFICER
"""In which role somebody is reminded of the hours."""


def of_the_fact(case: Case | None, fact: FactTakenBack) -> tuple[int, ...]:
    """Where in the log what is taken back may stand, and where somebody joined to be told it."""
    if case is None:
        return ()
    tie = tie_of(fact.fact_ref)
    mentioned = offsets_of(case.mentions.of(fact.fact_ref))
    return tuple(sorted({*mentioned, *named(case.current, tie)}))


def of_the_notice(case: Case | None, _: NoticeRecalled) -> tuple[int, ...]:
    """Where in the log all stands that anybody was told: one of it is what is recalled."""
    return () if case is None else tuple(sorted({*offsets_of(case.mentions.said)}))


def take_back(case: Case | None, fact: FactTakenBack, context: Context) -> Decision[Case]:
    """Who was told it is told that it does not count, and by which day nothing of it is kept.

    What was learned from it is unlearned, whoever was told. Nobody takes back another's word; one
    that comes only after it was taken back is told to nobody.
    """
    before = case or unknown(fact)
    places = of_the_fact(before, fact)
    said = dict(zip(places, context.earlier(places), strict=True))
    known = unclaimed(_remembered(before, fact), fact.fact_ref, fact.source, context)
    telling = Telling(context.rules, when_told(fact, context))
    is_it = {place for place, past in said.items() if _is_meant(past, fact)}
    for place in is_it:
        known = unlearned(known, said[place], place, context)
    mine = [one for one in before.mentions.of(fact.fact_ref) if one.offset in is_it]
    for agency, mentions in _by_agency(before, mine):
        known = _without(known, _retract(known, telling, agency, mentions, said, fact))
    say_farewell(before, known, fact, telling)
    known = to_learn(before, known)
    settled = lead_settled(before, known, fact)
    state = kept(_not_mentioned(known, mine), telling)
    because = "told-back" if mine else "nobody-was-told"
    return Decision(state, because, (*telling.things, *settled), wake(state))


def recall(case: Case | None, fact: NoticeRecalled, context: Context) -> Decision[Case]:
    """Whoever got the notice destroys it and says so; the hours to report the breach run.

    A notice that was never told, or is taken back already, is recalled from nobody.
    """
    before = case or unknown(fact)
    places = of_the_notice(before, fact)
    said = dict(zip(places, context.earlier(places), strict=True))
    telling = Telling(context.rules, when_told(fact, context))
    found = _of_number(before, fact.notice_ref, said, context.rules)
    if found is None:
        return Decision(before, "never-told", wake_at=wake(before))
    one, agency = found
    known = _without(before, _retract(before, telling, agency, [one], said, fact))
    known = _not_mentioned(known, [one], agency)
    due_at = fact.aware_at + REPORT_WITHIN
    opened = Recall(notice_ref=fact.notice_ref, agency=fact.agency, due_at=due_at)
    state = kept(_with(known, opened), telling)
    deadline = _deadline(known, opened, RecallStage.OPENED, fact, telling.at, context.rules)
    return Decision(state, "recalled", (*telling.things, deadline), wake(state))


def answered(case: Case | None, fact: RecallAnswered, context: Context) -> Decision[Case]:
    """The breach was reported, or need not be: in time or late, and no more hours run."""
    known = case or unknown(fact)
    found = next((one for one in known.recalls if one.notice_ref == fact.notice_ref), None)
    if found is None:
        return Decision(known, "no-hours-run", wake_at=wake(known))
    left = tuple(one for one in known.recalls if one is not found)
    state = known.model_copy(update={"recalls": left})
    stage = RecallStage.MET if fact.occurred_at <= found.due_at else RecallStage.LATE
    at = when_told(fact, context)
    said = _deadline(known, found, stage, fact, at, context.rules)
    return Decision(state, "hours-answered", (said,), wake(state))


def hand_over(case: Case, tick: Tick, rules: Rules) -> tuple[Case, list[Any]]:
    """The case with the lead moved by what supervision is over by that Tick, and what is said."""
    known = concluded(case, rules, tick.now)
    if known is case:
        return case, []
    telling = Telling(rules, tick.now)
    say_farewell(case, known, tick, telling)
    moved = [*telling.things, *lead_settled(case, known, tick)]
    return kept(to_learn(case, known), telling), moved


def remind(case: Case, tick: Tick, context: Context) -> Decision[Case]:
    """Every step that is due by that Tick, of notices and of recalls, once; and who leads then."""
    known, moved = hand_over(case, tick, context.rules)
    state, steps = remind_of_notices(known, tick, context.rules)
    facts = [*moved, *steps]
    for one in state.recalls:
        if one.at is not None and one.at <= tick.now:
            stage = RecallStage.MISSED if tick.now >= one.due_at else RecallStage.REMINDED
            facts.append(_deadline(state, one, stage, tick, tick.now, context.rules))
            state = _with(state, one.model_copy(update={"stage": stage}))
    because = "lead-moved" if moved else "reminded"
    return Decision(state, because, tuple(facts), wake(state))


# -- who was told, and by which numbers


def _is_meant(past: Fact, back: FactTakenBack) -> bool:
    """Whether that is what is taken back, by whoever said it."""
    return (past.event_id, past.source) == (back.fact_ref, back.source)


def _by_agency(case: Case, mentions: list[Mention]) -> Iterator[tuple[str, list[Mention]]]:
    everybody = sorted({agency for one in mentions for agency in case.mentions.to(one)})
    for agency in everybody:
        yield agency, [one for one in mentions if agency in case.mentions.to(one)]


def _of_number(
    case: Case, number: UUID, said: Mapping[int, Fact], rules: Rules
) -> tuple[Mention, str] | None:
    """What was told under that number, and whom."""
    for one in case.mentions.said:
        for agency in case.mentions.to(one):
            if _number(rules, agency, one, said) == number:
                return one, agency
    return None


def _number(rules: Rules, agency: str, one: Mention, said: Mapping[int, Fact]) -> UUID:
    joined = None if one.joined is None else said[one.joined]
    return number_of(rules, agency, said[one.offset], joined)


def _retract(
    case: Case,
    telling: Telling,
    agency: str,
    mentions: list[Mention],
    said: Mapping[int, Fact],
    cause: FactTakenBack | NoticeRecalled,
) -> tuple[UUID, ...]:
    """The numbers by which it was told, and is told that they do not count."""
    past, under = said[mentions[-1].offset], case.versions[mentions[-1].under]
    numbers = tuple(_number(telling.rules, agency, one, said) for one in mentions)
    by = telling.rules.kept_as_told(agency, past.kind(), under, telling.at)
    telling.taken_back(agency, past, numbers, by, cause)
    return numbers


# -- what is kept of it


def _remembered(case: Case, fact: FactTakenBack) -> Case:
    """The case, in which that is known to be taken back, also if it comes only now."""
    word = said_by(fact.source, tie_of(fact.fact_ref))
    others = tuple(one for one in case.taken_back if one != word)
    return case.model_copy(update={"taken_back": (*others, word)[-TAKEN_BACK_AT_MOST:]})


def _not_mentioned(case: Case, mentions: list[Mention], agency: str | None = None) -> Case:
    """The case as if nobody, or that agency, had been told."""
    left = case.mentions
    for one in mentions:
        for told in case.mentions.to(one) if agency is None else (agency,):
            left = left.without(one.place, told)
    return case.model_copy(update={"mentions": left})


def _without(case: Case, numbers: tuple[UUID, ...]) -> Case:
    """The case, in which no answer to those notices is waited for any more."""
    waits = tuple(one for one in case.unanswered if one.notice_ref not in numbers)
    return case.model_copy(update={"unanswered": waits})


def _with(case: Case, recall: Recall) -> Case:
    """The case with that recall, in place of an earlier state of it."""
    others = (one for one in case.recalls if one.notice_ref != recall.notice_ref)
    return case.model_copy(update={"recalls": (*others, recall)[-RECALLS_AT_MOST:]})


def _deadline(
    case: Case, one: Recall, stage: RecallStage, cause: Fact, at: datetime, rules: Rules
) -> RecallDeadline:
    head: dict[str, Any] = {"source": ME, "of": one.notice_ref, "part": stage.value}
    return follows(
        cause,
        RecallDeadline,
        **head,
        person_id=case.person_id,
        notice_ref=one.notice_ref,
        agency=one.agency,
        due_at=one.due_at,
        stage=stage,
        role=ANSWERS,
        mailbox=rules.desk(one.agency, ANSWERS, at),
    )
