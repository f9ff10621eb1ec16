"""What the register decides when a fact is heard or a day is over.

Each decision computes the whole picture from all that was heard and says what is new in it. So a
fact heard late is judged in its own time, and the order of hearing does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum
from itertools import chain

from schemas.base import Fact, PersonId
from schemas.case import AgencyJoinedCase, CaseRole
from schemas.custody import Released, ReleaseKind
from schemas.eligibility import ConvictionRecorded
from schemas.log import Tick
from schemas.notice import FactTakenBack
from schemas.register import (
    CategoryChanged,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.dates import local_day
from services.registry.domain import heard
from services.registry.domain.categories import applying, category_of, grounds_of
from services.registry.domain.clocks import (
    at_the_end_of,
    clocks_of,
    milestone_clocks_of,
    wake_of,
)
from services.registry.domain.kept import (
    Word,
    same_words,
    that_stands,
    tie_of,
    with_taken_back,
    with_word,
    with_words,
)
from services.registry.domain.milestone_news import milestone_news, milestones_over, missed
from services.registry.domain.news import news, over
from services.registry.domain.periods import Spell, spells_in
from services.registry.domain.record import revised_on
from services.registry.domain.state import Register, Requirement
from services.registry.rules import Rules
from services.runtime.decision import Context, Decide, Decision


class Because(StrEnum):
    """Why the register decided as it did."""

    OUTSIDE_THE_SCHEDULES = "outside-the-schedules"
    ALREADY_KNOWN = "already-known"
    NOTHING_NEW = "nothing-new"
    TO_HOSPITAL = "to-hospital"
    NO_LEAD = "no-lead"
    REQUIREMENT_OPENED = "requirement-opened"
    REQUIREMENT_CHANGED = "requirement-changed"
    REQUIREMENT_ENDED = "requirement-ended"
    CATEGORY_CHANGED = "category-changed"
    CLOCK_STARTED = "clock-started"
    DUTY_DONE = "duty-done"
    DONE_LATE = "done-late"
    DUTY_MISSED = "duty-missed"
    DUTY_CANCELLED = "duty-cancelled"
    DUTY_REMINDED = "duty-reminded"
    MILESTONE_MISSED = "milestone-missed"
    MILESTONE_MOVED = "milestone-moved"


def open_requirement(
    register: Register | None, fact: ConvictionRecorded, context: Context
) -> Decision[Register]:
    """From the relevant date the person is subject to notification for as long as the table says.

    Opened again if a conviction heard later lengthens it or lets it begin earlier. A conviction
    outside the schedules is not kept, but for a sentence's number: terms may run on through it.

    Source: SOA 2003 ss.80-83; CJA 2003 s.327.
    """
    if _kept(fact) is None:
        return _not_kept(register, fact, Because.OUTSIDE_THE_SCHEDULES, context)
    return keep(register, fact, context)


def start_clock(register: Register | None, fact: Released, context: Context) -> Decision[Register]:
    """The days for a first notification run from release; a move to hospital is none.

    Source: R-NOT-20 (SOA 2003 s.83(6)).
    """
    if _kept(fact) is None:
        return _not_kept(register, fact, Because.TO_HOSPITAL, context)
    return keep(register, fact, context)


def take_lead(
    register: Register | None, fact: AgencyJoinedCase, context: Context
) -> Decision[Register]:
    """From here a body leads the case; who else is on it is no matter of the register's."""
    if _kept(fact) is None:
        return _not_kept(register, fact, Because.NO_LEAD, context)
    return keep(register, fact, context)


def keep(register: Register | None, fact: Fact, context: Context) -> Decision[Register]:
    """What was heard is kept, and whatever follows from all of it is said."""
    before = register or Register(person_id=_person(fact))
    kind, read = heard.OF[type(fact)]
    told = with_word(before, kind, read(fact), tie_of(fact.source, fact.event_id))
    return _hear(before, told, fact, context)


def take_back(
    register: Register | None, fact: FactTakenBack, context: Context
) -> Decision[Register]:
    """What its own source said and takes back never was so, whichever of both comes first.

    By rules under which it goes on counting it is known for those that come after.
    """
    before = register or Register(person_id=_person(fact))
    told = with_taken_back(before, [tie_of(fact.source, fact.fact_ref)])
    return _hear(before, told, fact, context)


def _kept(fact: Fact) -> tuple[str, Word] | None:
    """Which part of the row the fact goes to, and what of it; None: it is not kept."""
    if isinstance(fact, ConvictionRecorded) and not (
        fact.schedule_3 or fact.schedule_15 or fact.schedule_19za or fact.sentence_ref
    ):
        return None
    if isinstance(fact, AgencyJoinedCase) and fact.role is not CaseRole.LEAD:
        return None
    if isinstance(fact, Released) and fact.release is ReleaseKind.TO_HOSPITAL:
        return None
    kind, read = heard.OF[type(fact)]
    return kind, read(fact)


def _not_kept(
    register: Register | None, fact: Fact, because: Because, context: Context
) -> Decision[Register]:
    wake_at = wake_of(register or Register(person_id=_person(fact)), context.rules)
    return Decision(register, because, wake_at=wake_at)


BY_FACT: Mapping[type[Fact], Decide] = {
    **dict.fromkeys(heard.OF, keep),
    AgencyJoinedCase: take_lead,
    ConvictionRecorded: open_requirement,
    Released: start_clock,
    FactTakenBack: take_back,
}
"""What is heard, and the rule for it."""


def kept_of(facts: Iterable[Fact], rules: Rules) -> Register | None:
    """The row of one person who was told of by all of these at once; None where none is kept.

    The same as decided one by one in any order, with no Tick between: nothing is lost of it, and
    what follows is computed once.
    """
    told: defaultdict[str, defaultdict[Word, set[str]]] = defaultdict(lambda: defaultdict(set))
    back: set[str] = set()
    person: PersonId | None = None
    for fact in facts:
        if isinstance(fact, FactTakenBack):
            person = _person(fact)
            back.add(tie_of(fact.source, fact.fact_ref))
        elif (read := _kept(fact)) is not None:
            person = _person(fact)
            told[read[0]][read[1]].add(tie_of(fact.source, fact.event_id))
    if person is None:
        return None
    row = with_taken_back(Register(person_id=person), back)
    for part, words in told.items():
        row = with_words(row, part, words)
    return _picture(_counting(row, rules), rules, None)


def on_tick(register: Register, tick: Tick, context: Context) -> Decision[Register]:
    """What is over once the day is: a duty is missed, or the requirement has run out.

    A deadline ends with its last day in London (R-DT-6), so it is decided at the first Tick at or
    after the next midnight there; after an outage one Tick decides all that was due meanwhile.
    """
    today, rules = local_day(tick.now), context.rules
    requirement = _run_out(register.requirement, today)
    told = register.model_copy(
        update={
            "requirement": requirement,
            "clocks": tuple(at_the_end_of(clock, today, rules) for clock in register.clocks),
            "milestones": tuple(
                at_the_end_of(clock, today, rules) for clock in register.milestones
            ),
            "grounds": grounds_of(register, rules, today),
        }
    )
    after = _categorised(told, rules)
    said = chain(over(register, after, tick, rules), milestones_over(register, after, tick, rules))
    return _decided(register, after, said, rules)


def _hear(before: Register, told: Register, cause: Fact, context: Context) -> Decision[Register]:
    """What follows from a row with one word more, or one taken back."""
    rules, now = context.rules, context.now
    told = _counting(told, rules)
    if same_words(before, told):
        because = Because.ALREADY_KNOWN if told == before else Because.NOTHING_NEW
        return Decision(told, because, wake_at=wake_of(told, rules))
    after = _picture(told, rules, None if now is None else local_day(now))
    said = chain(news(before, after, cause, rules), milestone_news(before, after, cause, rules))
    return _decided(before, after, said, rules)


def _counting(told: Register, rules: Rules) -> Register:
    """The row with what counts: by these rules what was taken back does not, or goes on so."""
    return that_stands(told) if rules.taking_back.value else told


def _picture(known: Register, rules: Rules, day: date | None) -> Register:
    """All that follows from what was heard; what a Tick has shown stays shown.

    `day` is that of the last Tick, on which grounds of a category are weighed.
    """
    before = known.model_copy(update={"grounds": grounds_of(known, rules, day)})
    spells = spells_in(before, rules)
    told = before.model_copy(
        update={
            "requirement": _requirement(before, spells[-1]) if spells else None,
            "clocks": clocks_of(before, spells, rules),
            "milestones": milestone_clocks_of(before, spells, rules),
        }
    )
    return _categorised(told, rules)


def _categorised(register: Register, rules: Rules) -> Register:
    category = category_of(applying(register), rules.status)
    return register.model_copy(update={"category": category})


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


def _known_over(before: Register, old: Requirement, ends: date) -> bool:
    """Cut to what is over already: not opened again only to be ended by the next Tick.

    Made longer it is told so, and then how that ended: both are news.
    """
    before_this = old.last_day or date.max
    if ends >= before_this:
        return old.ended and ends == before_this
    revised = revised_on(before)
    return revised is not None and ends < revised


def _run_out(requirement: Requirement | None, today: date) -> Requirement | None:
    if requirement is None or requirement.last_day is None or requirement.last_day >= today:
        return requirement
    return requirement.model_copy(update={"ended": True})


def _decided(
    before: Register, after: Register, said: Iterable[Fact], rules: Rules
) -> Decision[Register]:
    facts = tuple(said)
    return Decision(after, _because(before, facts), facts, wake_of(after, rules))


def _because(before: Register, facts: Collection[Fact]) -> Because:
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
    if DeadlineOpened in said:
        return Because.CLOCK_STARTED
    if DeadlineCancelled in said:
        return Because.DUTY_CANCELLED
    if DeadlineReminded in said:
        return Because.DUTY_REMINDED
    return _because_of_milestones(facts)


def _because_of_milestones(said: Collection[Fact]) -> Because:
    if any(missed(fact) for fact in said):
        return Because.MILESTONE_MISSED
    return Because.MILESTONE_MOVED if said else Because.NOTHING_NEW


def _person(fact: Fact) -> PersonId:
    """Whom a fact of the log is about.

    Raises:
        ValueError: nobody, which the door never admits.
    """
    if fact.person_id is None:
        raise ValueError("person_id")
    return fact.person_id
