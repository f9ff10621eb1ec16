"""What the register decides when a fact is heard or a day is over.

Each decision computes the whole picture from all that was heard and says what is new in it. So a
fact heard late is judged in its own time, and the order of hearing does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from schemas.base import Fact, PersonId
from schemas.custody import Released, ReleaseKind
from schemas.eligibility import ConvictionRecorded, ConvictionRevised, Sentence
from schemas.log import Tick
from schemas.register import (
    CategoryChanged,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    NotificationMade,
    NotificationOrderMade,
    OrderChanged,
    OtherOrderMade,
    PreventionOrderMade,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.dates import age_on, local_day, term
from services.registry.domain.clocks import at_the_end_of, clocks_of, wake_of
from services.registry.domain.news import news, over
from services.registry.domain.periods import Spell, category_of, periods_of, spells_of
from services.registry.domain.record import convictions_of, revised_on
from services.registry.domain.state import (
    Conviction,
    Notification,
    Order,
    OrderChange,
    Register,
    Requirement,
    Revision,
)
from services.registry.rules import Rules
from services.runtime.decision import Context, Decide, Decision, State


class Because(StrEnum):
    """Why the register decided as it did."""

    OUTSIDE_THE_SCHEDULES = "outside-the-schedules"
    ALREADY_KNOWN = "already-known"
    NOTHING_NEW = "nothing-new"
    TO_HOSPITAL = "to-hospital"
    REQUIREMENT_OPENED = "requirement-opened"
    REQUIREMENT_CHANGED = "requirement-changed"
    REQUIREMENT_ENDED = "requirement-ended"
    CATEGORY_CHANGED = "category-changed"
    CLOCK_STARTED = "clock-started"
    DUTY_DONE = "duty-done"
    DONE_LATE = "done-late"
    DUTY_MISSED = "duty-missed"


def open_requirement(
    register: Register | None, fact: ConvictionRecorded, context: Context
) -> Decision[Register]:
    """From the relevant date the person is subject to notification for as long as the table says.

    Opened again if a conviction heard later lengthens it or lets it begin earlier. A conviction
    outside both schedules is not kept, but for a sentence's number: terms may run on through it.

    Source: SOA 2003 ss.80-83; CJA 2003 s.327.
    """
    before = register or Register(person_id=_person(fact))
    if not (fact.schedule_3 or fact.schedule_15 or fact.sentence_ref):
        return Decision(register, Because.OUTSIDE_THE_SCHEDULES, wake_at=wake_of(before))
    months, days = term(fact.convicted_on, fact.term_months, fact.term_days)
    conviction = Conviction(
        convicted_on=fact.convicted_on,
        disposal=fact.disposal,
        for_life=fact.for_life,
        months=months,
        days=days,
        under_18=age_on(fact.born_on, fact.convicted_on) < 18,
        schedule_3=fact.schedule_3,
        schedule_15=fact.schedule_15,
        in_custody=fact.in_custody,
        sentence_ref=fact.sentence_ref,
        consecutive_to=fact.consecutive_to,
        overlap=(fact.overlap_months or 0, fact.overlap_days or 0),
    )
    return _hear(before, "convictions", conviction, fact, context.rules)


def revise_conviction(
    register: Register | None, fact: ConvictionRevised, context: Context
) -> Decision[Register]:
    """What an appeal or a correction made of a conviction; what was heard before stays.

    Source: R-NOT-12, an inference; SOA 2003 s.82(5) where a trial follows a finding.
    """
    before = register or Register(person_id=_person(fact))
    becomes = None if fact.sentence is None else _sentenced(fact.sentence, fact.sentence_ref)
    revision = Revision(
        sentence_ref=fact.sentence_ref,
        on=fact.revised_on,
        corrects=fact.corrects,
        said_at=fact.occurred_at,
        becomes=becomes,
    )
    return _hear(before, "revisions", revision, fact, context.rules)


def take_order(
    register: Register | None,
    fact: PreventionOrderMade | NotificationOrderMade | OtherOrderMade,
    context: Context,
) -> Decision[Register]:
    """An order that brings notification, prolongs it, or binds otherwise.

    Source: SOA 2003 ss.89, 97-99, 103G, 122A; R-ORD-2.
    """
    before = register or Register(person_id=_person(fact))
    if isinstance(fact, NotificationOrderMade):
        order = Order(
            order_ref=fact.order_ref,
            order=None,
            made_on=fact.made_on,
            foreign=_sentenced(fact.sentence, None),
        )
    else:
        order = Order(
            order_ref=fact.order_ref, order=fact.order, made_on=fact.made_on, until=fact.until
        )
    return _hear(before, "orders", order, fact, context.rules)


def change_order(
    register: Register | None, fact: OrderChanged, context: Context
) -> Decision[Register]:
    """An order was served, or lasts longer or less long than it was made for."""
    before = register or Register(person_id=_person(fact))
    change = OrderChange(
        order_ref=fact.order_ref,
        step=fact.step,
        on=fact.changed_on,
        said_at=fact.occurred_at,
        until=fact.until,
    )
    return _hear(before, "order_changes", change, fact, context.rules)


def start_clock(register: Register | None, fact: Released, context: Context) -> Decision[Register]:
    """The days for a first notification run from release; a move to hospital is none.

    Source: R-NOT-20 (SOA 2003 s.83(6)).
    """
    before = register or Register(person_id=_person(fact))
    if fact.release is ReleaseKind.TO_HOSPITAL:
        return Decision(register, Because.TO_HOSPITAL, wake_at=wake_of(before))
    return _hear(before, "releases", fact.released_on, fact, context.rules)


def take_notification(
    register: Register | None, fact: NotificationMade, context: Context
) -> Decision[Register]:
    """A notification does the duties it answers and starts the year to the next one.

    Source: R-NOT-20, R-NOT-22, R-NOT-40 (SOA 2003 ss.83, 85).
    """
    before = register or Register(person_id=_person(fact))
    made = Notification(made_on=fact.made_on, kind=fact.notification)
    return _hear(before, "notifications", made, fact, context.rules)


BY_FACT: Mapping[type[Fact], Decide] = {
    ConvictionRecorded: open_requirement,
    ConvictionRevised: revise_conviction,
    PreventionOrderMade: take_order,
    NotificationOrderMade: take_order,
    OtherOrderMade: take_order,
    OrderChanged: change_order,
    Released: start_clock,
    NotificationMade: take_notification,
}
"""What is heard, and the rule for it."""


def on_tick(register: Register, tick: Tick, context: Context) -> Decision[Register]:
    """What is over once the day is: a duty is missed, or the requirement has run out.

    A deadline ends with its last day in London (R-DT-6), so it is decided at the first Tick at or
    after the next midnight there; after an outage one Tick decides all that was due meanwhile.
    """
    today = local_day(tick.now)
    requirement = _run_out(register.requirement, today)
    told = register.model_copy(
        update={
            "requirement": requirement,
            "clocks": tuple(at_the_end_of(clock, today) for clock in register.clocks),
        }
    )
    after = told.model_copy(update={"category": _category(told, context.rules)})
    return _decided(register, after, over(register, after, tick))


def _hear(
    before: Register,
    kind: str,
    heard: State | date,
    cause: Fact,
    rules: Rules,
) -> Decision[Register]:
    known = getattr(before, kind)
    if heard in known:
        return Decision(before, Because.ALREADY_KNOWN, wake_at=wake_of(before))
    told = before.model_copy(update={kind: tuple(sorted((*known, heard), key=_in_time))})
    after = _picture(told, rules)
    return _decided(before, after, news(before, after, cause, rules))


def _in_time(heard: State | date) -> str:
    """By day, and by content within a day."""
    return heard.model_dump_json() if isinstance(heard, State) else heard.isoformat()


def _picture(heard: Register, rules: Rules) -> Register:
    """All that follows from what was heard; what a Tick has shown stays shown."""
    spells = spells_of(periods_of(heard, rules))
    told = heard.model_copy(
        update={
            "requirement": _requirement(heard, spells[-1]) if spells else None,
            "clocks": clocks_of(heard, spells, rules),
        }
    )
    return told.model_copy(update={"category": _category(told, rules)})


def _category(register: Register, rules: Rules) -> int | None:
    requirement = register.requirement
    subject = requirement is not None and not requirement.ended
    return category_of(convictions_of(register), subject=subject, rules=rules)


def _requirement(before: Register, spell: Spell) -> Requirement:
    """The last time of being subject; `ended` if a Tick or a revision has shown that it is over."""
    governing, old = spell.governing, before.requirement
    return Requirement(
        begins_on=spell.begins_on,
        last_day=governing.last_day,
        basis=governing.basis,
        halved=governing.halved,
        ended=old is not None and _known_over(before, old, governing.ends),
    )


def _known_over(heard: Register, old: Requirement, ends: date) -> bool:
    """Cut to what is over already: not opened again only to be ended by the next Tick."""
    if ends == (old.last_day or date.max):
        return old.ended
    revised = revised_on(heard)
    return revised is not None and ends < revised


def _run_out(requirement: Requirement | None, today: date) -> Requirement | None:
    if requirement is None or requirement.last_day is None or requirement.last_day >= today:
        return requirement
    return requirement.model_copy(update={"ended": True})


def _decided(before: Register, after: Register, said: Iterable[Fact]) -> Decision[Register]:
    facts = tuple(said)
    return Decision(after, _because(before, facts), facts, wake_of(after))


def _because(before: Register, facts: Iterable[Fact]) -> Because:
    """The weightiest of what is said."""
    said = {type(fact): fact for fact in facts}
    met = said.get(DeadlineMet)
    if DeadlineMissed in said:
        return Because.DUTY_MISSED
    if RequirementEnded in said:
        return Because.REQUIREMENT_ENDED
    if RequirementOpened in said:
        changed = before.requirement is not None
        return Because.REQUIREMENT_CHANGED if changed else Because.REQUIREMENT_OPENED
    if CategoryChanged in said:
        return Because.CATEGORY_CHANGED
    if isinstance(met, DeadlineMet):
        return Because.DONE_LATE if met.late else Because.DUTY_DONE
    return Because.CLOCK_STARTED if DeadlineOpened in said else Because.NOTHING_NEW


def _sentenced(sentence: Sentence, ref: str | None) -> Conviction:
    months, days = term(sentence.relevant_on, sentence.term_months, sentence.term_days)
    return Conviction(
        convicted_on=sentence.relevant_on,
        disposal=sentence.disposal,
        for_life=sentence.for_life,
        months=months,
        days=days,
        under_18=sentence.under_18,
        schedule_3=sentence.schedule_3,
        schedule_15=sentence.schedule_15,
        in_custody=False,
        sentence_ref=ref,
        consecutive_to=sentence.consecutive_to,
        overlap=(sentence.overlap_months, sentence.overlap_days),
    )


def _person(fact: Fact) -> PersonId:
    """Whom a fact of the log is about.

    Raises:
        ValueError: nobody, which the door never admits.
    """
    if fact.person_id is None:
        raise ValueError("person_id")
    return fact.person_id
