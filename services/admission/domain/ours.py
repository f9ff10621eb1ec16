"""What the hub itself says at the door: its services, its clock, whoever adopts versions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from schemas.base import Fact, LogFact, PersonId, derived_id, follows, kebab
from schemas.log import (
    Adoption,
    AgreementsAdopted,
    GrantDeadline,
    GrantSuspended,
    Tick,
    put_in_force,
)
from schemas.notice import CanarySent, Withheld
from services.admission.domain.desk import Desk
from services.admission.domain.entry import hear, heard
from services.admission.domain.letters import Letter
from services.admission.domain.states import InForce, LastTick, Person
from services.admission.rules import AHEAD, REMEMBERED, of_the_log
from services.agreements.deadlines import Stands, moved, shown
from services.runtime.faults import Refused

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def say_everywhere(desk: Desk, fact: LogFact, letter: Letter) -> str:
    """A fact about the log itself, into every partition of it.

    Raises:
        Refused: from anybody but the one who says it.
    """
    if type(fact) not in of_the_log(letter.speaker) or not isinstance(fact, Tick | Adoption):
        raise Refused("not-agreed")
    if isinstance(fact, Tick):
        return _tick(desk, fact, letter.recorded_at)
    return adopt(desk, fact)


def say(desk: Desk, fact: Fact) -> str:
    """What a service found out about a person; said again, it is dropped before it comes here.

    Raises:
        Refused: of a person the hub does not know.
    """
    if fact.person_id is None or desk.get(f"person:{fact.person_id}", Person) is None:
        raise Refused("nobody", "person_id")
    if isinstance(fact, Withheld):
        # Whoever deploys says it again where the command was ended half way; the first counts.
        if heard(desk, _withheld(fact), fact) is not None:
            return "repeat"
        keep(desk, fact)
    desk.say(fact)
    return "admitted"


def keep(desk: Desk, fact: Withheld) -> None:
    """It is known for longer than it could come again."""
    hear(desk, _withheld(fact), fact, REMEMBERED)


def _withheld(fact: Withheld) -> str:
    return f"heard:{fact.person_id}:{fact.source}"


def _tick(desk: Desk, tick: Tick, recorded_at: datetime) -> str:
    """The hub's clock never goes back, nor far ahead of the broker's."""
    if tick.now > recorded_at + AHEAD:
        raise Refused("in-the-future", "now")
    last = desk.get("clock", LastTick)
    if last is not None and tick.now <= last.now:
        return "clock-went-back"
    desk.put("clock", LastTick(now=tick.now))
    desk.say_everywhere(tick)
    if desk.in_force is not None:
        before = None if last is None else last.now
        _say_of_grants(desk, tick, shown(desk.in_force.agreements, before, tick.now))
        _send_a_canary(desk, tick, before, desk.in_force.canary_every)
    return "said-everywhere"


def _send_a_canary(
    desk: Desk, tick: Tick, before: datetime | None, every: timedelta | None
) -> None:
    """One at the first Tick, and at the first in each of those spans; after an outage only one.

    The person is invented, made of the Tick's number, and known to nobody: no row is kept of it.
    """
    if every is None or (before is not None and _span(before, every) == _span(tick.now, every)):
        return
    desk.say(
        follows(
            tick,
            CanarySent,
            source="admission",
            person_id=PersonId(derived_id(tick.event_id, CanarySent.kind(), "nobody")),
            next_at=_BEGINNING + (_span(tick.now, every) + 1) * every,
        )
    )


def _span(moment: datetime, every: timedelta) -> int:
    """In which of the spans since the beginning it lies, so that none has to be remembered."""
    return (moment - _BEGINNING) // every


def adopt(desk: Desk, fact: Adoption) -> str:
    """That version is in force from here on, if it was not, and if this was not said before."""
    what, how = put_in_force(fact)
    key = f"adopted:{what if isinstance(fact, GrantSuspended) else kebab(type(fact).__name__)}"
    known = desk.get(key, InForce)
    said = () if known is None else known.said
    if fact.event_id in said:
        return "repeat"  # said again late, it must not bring back what was replaced since
    desk.put(key, InForce(version=how, said=(*said, fact.event_id)[-REMEMBERED:]))
    if known is not None and known.version == how:
        return "already-adopted"
    desk.say_everywhere(fact)
    clock = desk.get("clock", LastTick)
    if isinstance(fact, AgreementsAdopted) and desk.in_force is not None and clock is not None:
        before, after = desk.in_force.agreements, desk.in_force.version(fact.version)
        _say_of_grants(desk, fact, moved(before, after, clock.now))
    return "said-everywhere"


def _say_of_grants(desk: Desk, cause: LogFact, found: Iterable[Stands]) -> None:
    """How it stands with the last days of grants, into every partition of the log."""
    for one in found:
        agency, duty, on, about = one.deadline
        desk.say(
            follows(
                cause,
                GrantDeadline,
                source="admission",
                part="|".join((agency, duty, str(on), one.state, *about)),
                agency=agency,
                about=about,
                duty=duty,
                on=on,
                state=one.state,
            )
        )
