"""What is asked, by whom, and by what they see it is answered.

A member of an agency is answered by that agency's own inbox and dead letters; one who answers for
the arrangements beside that by the log, cut to what their agency may know; anybody by the files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.agreements.compile import Agreements
from services.agreements.explain import explain
from services.agreements.model import entry_named
from services.hub.agency.why import Told, of_absence, of_number
from services.hub.why.answer import UNKNOWN, Answer, Asker, Desk, of_act
from services.hub.why.replay import Replay
from services.runtime.faults import Fault
from services.runtime.names import Names
from services.runtime.records import Record

OF_A_PERSON = (
    "That is about a person: say who asks with --as ACTOR, somebody of an agency and not on call. "
    "Who is enrolled: hub actor list"
)
OF_ANOTHER = (
    "Of another agency than one's own only a co-ordinator, lead officer or information-governance "
    "officer of a body of the Responsible Authority may ask. Who is: hub actor list"
)


class MayNotAsk(Fault):
    """Whoever asks may not ask that at all; nothing was looked at."""


@dataclass(frozen=True, slots=True)
class Question:
    """Of a number; or of an agency, a fact, and perhaps a person by the asker's own reference."""

    number: str | None = None
    agency: str | None = None
    fact: str = ""
    person_ref: str | None = None


@dataclass(frozen=True)
class Sight:
    """What there is to look at; only what an answer needs is looked at."""

    agreements: Agreements
    names: Names
    at: datetime
    own: Callable[[str], tuple[Sequence[Told], Sequence[Record]]]
    """Notices and dead letters of an agency, as its own credentials are shown them."""
    replay: Callable[[], Replay]


async def answered(question: Question, asker: Asker | None, sight: Sight) -> Answer:
    """Why, as far as the asker may know.

    Raises:
        MayNotAsk: whatever the answer is; Unknown: no such fact is in the catalogue.
        Unavailable, Unreadable, Stop: it cannot be looked at.
    """
    who = asker if asker is not None and asker.sees_persons else None
    if question.number is not None:
        acted = of_act(question.number, asker, sight.replay().recording, sight.agreements)
        return acted if acted.found else await _of_number(question.number, who, sight)
    agency = question.agency or ""
    other = who is None or agency != who.agency
    if other and who is not None and not who.answers_for_all(sight.agreements):
        raise MayNotAsk(OF_ANOTHER)
    if question.person_ref is None:
        reasons = explain(sight.agreements, agency, question.fact, sight.at).reasons
        return Answer(True, tuple(str(one) for one in reasons))
    if who is None:
        raise MayNotAsk(OF_A_PERSON)
    if not other:
        told, _ = sight.own(agency)
        ref, at = question.person_ref, sight.at
        mine = of_absence(question.fact, ref, agency, sight.agreements, at, told)
        return Answer(mine.found, (*((mine.place,) if mine.place else ()), *mine.words))
    entry = entry_named(question.fact)
    desk = Desk(who, sight.replay(), sight.own(who.agency)[0])
    kind = question.fact if entry is None else entry.kind
    return await desk.of_absence(agency, question.person_ref, kind)


async def _of_number(number: str, who: Asker | None, sight: Sight) -> Answer:
    if who is None:
        return Answer(False, (UNKNOWN,))
    told, letters = sight.own(who.agency)
    mine = of_number(number, who.agency, sight.agreements, sight.names, sight.at, told, letters)
    words = (mine.place, *mine.words) if mine.found else ()
    if who.answers_for_all(sight.agreements):
        more = await Desk(who, sight.replay(), told).of_number(number)
        words += more.words if more.found else ()
    return Answer(True, words) if words else Answer(False, (UNKNOWN,))
