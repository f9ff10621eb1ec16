"""A letter at the door: into the log, back to its sender, or waiting for its person."""

from __future__ import annotations

from schemas.base import (
    Fact,
    FactAboutDevice,
    FactAboutPerson,
    LogFact,
    PersonId,
    kebab,
)
from schemas.catalogue import entry_of
from schemas.log import Decided, GrantSuspended, Tick
from schemas.notice import Withheld
from services.admission.domain import acts, ours, people
from services.admission.domain.desk import Desk
from services.admission.domain.entry import SAID_DIFFERENTLY, let_in, wearer
from services.admission.domain.letters import Admitted, Letter, Returned
from services.admission.domain.states import Person, Waited, Waiting
from services.admission.domain.waiting import until, wait
from services.admission.identifiers import canonical
from services.admission.rules import AHEAD, DEPTH, NUMBERS_AT_MOST, WAITS_FOR
from services.runtime.decision import Context, Decision, State
from services.runtime.faults import Refused, Unreadable


def admit(_: State | None, letter: Letter, context: Context) -> Decision[State]:
    """What becomes of a letter."""
    desk = Desk(context.rows, context.rules)
    try:
        if letter.fault is not None:
            raise letter.fault
        return desk.decision(_admit(desk, letter))
    except (Unreadable, Refused) as fault:
        back = Returned(letter, fault.reason, fault.field)
        told = acts.refused(context.rules, letter, fault)
        return Decision(None, f"refused-{fault.reason}", (back, *map(Admitted, told)))


def forget(waiting: Waiting | Waited, tick: Tick, _: Context) -> Decision[State]:
    """Nothing waits longer than 72 hours; what does is forgotten, counted and not logged."""
    if isinstance(waiting, Waited):
        return Decision(None, "day-over")
    left = tuple(one for one in waiting.letters if one.recorded_at + WAITS_FOR > tick.now)
    return Decision(Waiting(letters=left) if left else None, "forgotten", wake_at=until(left))


def _admit(desk: Desk, letter: Letter) -> str:
    fact = _well_said(letter)
    if isinstance(fact, Decided | acts.Adopts):
        return acts.take(desk, fact, letter)
    if isinstance(fact, GrantSuspended):
        acts.known(desk, fact)
    if isinstance(fact, LogFact):
        return ours.say_everywhere(desk, fact, letter)
    if not desk.rules.agreements.may_say(letter.speaker, fact.kind()):
        raise Refused("not-agreed")
    if letter.depth > DEPTH:
        raise Refused("chain-too-long", "caused_by")
    if fact.occurred_at > letter.recorded_at + AHEAD:
        raise Refused("in-the-future", "occurred_at")
    if not entry_of(fact).derived:
        _refuse_what_is_ours(fact)
    fact = fact.model_copy(update={"recorded_at": letter.recorded_at})
    return about(desk, fact, letter)


def about(desk: Desk, fact: Fact, letter: Letter) -> str:
    """What becomes of a fact that is in order: it is about somebody, or waits for that.

    Raises:
        Refused: it can be about nobody, or was said otherwise before.
    """
    if isinstance(fact, FactAboutDevice):
        return _of_device(desk, fact, letter)
    if isinstance(fact, FactAboutPerson):
        return _of_person(desk, fact, letter)
    if isinstance(fact, Withheld):
        acts.known(desk, fact)
    return ours.say(desk, fact)


def _well_said(letter: Letter) -> Fact:
    """The fact, in the topic it belongs in, from the source it names."""
    fact = letter.fact
    if fact is None:
        raise Refused("empty")
    if kebab(type(fact).__name__) != letter.part:
        raise Refused("wrong-topic")
    if fact.source != letter.speaker:
        raise Refused("foreign-provenance", "source")
    return fact


def _refuse_what_is_ours(fact: Fact) -> None:
    for field in ("person_id", "recorded_at", "caused_by"):
        if getattr(fact, field) is not None:
            raise Refused("only-the-hub-says-that", field)


def _of_device(desk: Desk, fact: FactAboutDevice, letter: Letter) -> str:
    """About whoever wore the device when it happened."""
    person = wearer(desk, fact)
    if person is None:
        return wait(desk, fact, letter, (f"wait:device:{fact.device_ref}",))
    because = let_in(desk, fact, person)
    if because == SAID_DIFFERENTLY and entry_of(fact).derived:
        raise Refused(SAID_DIFFERENTLY, "event_id")
    return because


def _of_person(desk: Desk, fact: FactAboutPerson, letter: Letter) -> str:
    """About the one person whom its numbers mean.

    Whether anybody is meant is told to nobody outside the Responsible Authority, in no answer: not
    by a letter that comes back, nor by one that does not.
    """
    if len(fact.identifiers) > NUMBERS_AT_MOST:
        raise Refused("too-many", "identifiers")
    on = letter.recorded_at.date()
    numbers = tuple(canonical(number, on) for number in fact.identifiers)
    if numbers != fact.identifiers:
        fact = fact.model_copy(update={"identifiers": numbers})
    found = people.meant(desk, fact)
    if len(found) > 1:
        return _cannot_tell(desk, letter.speaker)
    if found:
        (person,) = found
        return _of_known(desk, fact, person)
    if entry_of(fact).eligibility and people.trusted(desk, letter.speaker):
        return _of_new(desk, fact, letter)
    return wait(desk, fact, letter, tuple(people.waiting_keys(desk, fact)))


def _cannot_tell(desk: Desk, speaker: str) -> str:
    if people.trusted(desk, speaker):
        raise Refused("identifiers-disagree", "identifiers")
    return "identifiers-disagree"


def _of_known(desk: Desk, fact: FactAboutPerson, person: PersonId) -> str:
    because = let_in(desk, fact, person)
    if because == SAID_DIFFERENTLY and people.trusted(desk, fact.source):
        raise Refused(SAID_DIFFERENTLY, "event_id")
    return because


def _of_new(desk: Desk, fact: FactAboutPerson, letter: Letter) -> str:
    """The person becomes known, and what was said of them lately is let in after."""
    person = people.first_told_by(fact)
    desk.put(f"person:{person}", Person(known_since=letter.recorded_at))
    let_in(desk, fact, person)
    return "new-person"
