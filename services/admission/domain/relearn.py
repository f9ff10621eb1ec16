"""The rows told again, where they are lost: from what stands in the log, and who still waits."""

from __future__ import annotations

from datetime import datetime

from schemas.base import Fact, FactAboutDevice, FactAboutPerson
from schemas.catalogue import entry_of
from schemas.log import Adoption, Decided, Tick
from schemas.notice import Withheld
from services.admission.domain import acts, ours, people
from services.admission.domain.desk import Desk
from services.admission.domain.door import about
from services.admission.domain.entry import take
from services.admission.domain.letters import Letter
from services.admission.domain.states import LastTick, Person
from services.admission.rules import WAITS_FOR
from services.runtime.faults import Refused


def relearn(desk: Desk, fact: Fact) -> None:
    """The rows after that fact of the log, but for what is adopted and for what waits."""
    if isinstance(fact, Tick):
        last = desk.get("clock", LastTick)
        if last is None or fact.now > last.now:
            desk.put("clock", LastTick(now=fact.now))
        return
    if isinstance(fact, Decided):
        acts.keep(desk, fact)
        return
    if isinstance(fact, Withheld):
        ours.keep(desk, fact)
        return
    person = fact.person_id
    if person is None or not isinstance(fact, FactAboutDevice | FactAboutPerson):
        return
    if isinstance(fact, FactAboutPerson) and _made_known(fact) and fact.recorded_at is not None:
        desk.put(f"person:{person}", Person(known_since=fact.recorded_at))
    take(desk, fact, person)


def adopted_once(desk: Desk, fact: Adoption) -> None:
    """The rows after that was said at the door: by the log's fact or by the letter, in order."""
    ours.adopt(desk, fact)


def still_waits(desk: Desk, letter: Letter, till: datetime | None) -> bool:
    """Whether a letter that is neither in the log nor went back waits; if not, leave the desk.

    What a letter waits for lets it in at once, so it waits exactly if it would have to now. It was
    dropped if not, or is forgotten: `till` is the latest tick after it.
    """
    fact = letter.fact
    forgotten = till is not None and letter.recorded_at + WAITS_FOR <= till
    if forgotten or not isinstance(fact, FactAboutDevice | FactAboutPerson):
        return False
    try:
        fact = fact.model_copy(update={"recorded_at": letter.recorded_at})
        return about(desk, fact, letter) == "waiting"
    except Refused:
        return False


def _made_known(fact: FactAboutPerson) -> bool:
    return entry_of(fact).eligibility and fact.person_id == people.first_told_by(fact)
