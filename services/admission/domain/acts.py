"""What people decide: let in if it is signed by whom it takes, and with it what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from schemas.base import derived_id, follows, kebab, sourced_id
from schemas.log import (
    ActRefused,
    AgreementsAdopted,
    Decided,
    GrantSuspended,
    HoldLifted,
    RulesAdopted,
    SchemasAdopted,
)
from schemas.notice import Mistake, NoticeRecalled, RecallAnswered, Reporting, Withheld
from schemas.register import BreachDecided, BreachOutcome, BreachReason
from services.admission.domain import ours
from services.admission.domain.desk import Desk
from services.admission.domain.entry import hear, heard
from services.admission.domain.letters import Letter
from services.admission.domain.states import ACTS_HEARD, Heard, InForce, Person
from services.admission.rules import Rules, of_the_log
from services.agreements.acts import (
    CAME_WITH_A_BUILD,
    anybody,
    check,
    deadline_of,
    enrolled,
    hold_of,
    recall_of,
)
from services.agreements.widening import takes_two
from services.runtime.faults import Refused, Unreadable

ACTS_REMEMBERED = 1000
"""So many people do not decide in the day in which an act counts. Source: local choice, see
decision 12."""
Adopts = AgreementsAdopted | RulesAdopted | SchemasAdopted
WIDENS = "takes-a-decision"
"""What is said would widen something, and nobody decided that."""


def take(desk: Desk, fact: Decided | Adopts, letter: Letter) -> str:
    """An act, or an adoption that needs none.

    Raises:
        Refused: from anybody but who carries it, or not as it takes.
    """
    if type(fact) not in of_the_log(letter.speaker):
        raise Refused("not-agreed")
    if not isinstance(fact, Decided):
        if _widens(desk, fact):
            raise Refused(WIDENS, "version")
        return ours.say_everywhere(desk, fact, letter)
    before = heard(desk, ACTS_HEARD, fact)
    if before == "repeat":
        return before
    check(fact, letter.recorded_at, desk.rules.agreements, desk.rules.references.installation)
    if before is not None:
        raise Refused("decided-already", "event_id")
    stands = fact.model_copy(update={"recorded_at": letter.recorded_at})
    keep(desk, stands)
    desk.say(stands)
    follow = _FOLLOWS.get((fact.what, fact.outcome))
    if follow is not None:
        follow(desk, stands)
    return "decided"


def keep(desk: Desk, fact: Decided) -> None:
    """The act is known for longer than it could come again."""
    if heard(desk, ACTS_HEARD, fact) is None:
        hear(desk, ACTS_HEARD, fact, ACTS_REMEMBERED)


def known(desk: Desk, fact: Withheld | GrantSuspended) -> None:
    """What waited lapses, and a grant waits or does so no more, by an act that was let in before.

    Raises:
        Refused: nobody decided that.
    """
    free = isinstance(fact, Withheld) and not fact.lapsed
    if free or not anybody(desk.rules.agreements):
        return
    said = (desk.get(ACTS_HEARD, Heard) or Heard()).said
    if not any(one.startswith(f"{fact.caused_by}:") for one in said):
        raise Refused(WIDENS, "caused_by")


def refused(rules: Rules | None, letter: Letter, fault: Refused | Unreadable) -> list[ActRefused]:
    """The log is told of an act that was refused; of any other letter its sender alone."""
    fact = letter.fact
    act = _asked(fact)
    if fact is None or act is None or letter.speaker != fact.source:
        return []
    if kebab(type(fact).__name__) != letter.part or type(fact) not in of_the_log(letter.speaker):
        return []
    by = fact.by if isinstance(fact, Decided) and rules is not None else None
    known = by is not None and rules is not None and enrolled(rules.agreements, by) is not None
    return [
        ActRefused(
            event_id=sourced_id("admission", ActRefused.kind(), letter.number),
            occurred_at=letter.recorded_at,
            source="admission",
            caused_by=fact.event_id,
            what=act[0],
            outcome=act[1],
            reason=fault.reason,
            actor=by.actor if known and by is not None else None,
        )
    ]


def _asked(fact: object) -> tuple[str, str] | None:
    """Which act somebody asked for, or should have."""
    if isinstance(fact, Decided):
        return fact.what, fact.outcome
    if isinstance(fact, AgreementsAdopted):
        return "agreements", "widen"
    if isinstance(fact, SchemasAdopted):
        return "schemas", "adopt"
    if isinstance(fact, RulesAdopted):
        return "rules", "adopt"
    if isinstance(fact, GrantSuspended):
        return "inbox", "suspend" if fact.waits else "release"
    return None


def _widens(desk: Desk, fact: Adopts) -> bool:
    """Whether that is more than what is in force, or other rules; before the first nothing is."""
    known = desk.get(f"adopted:{kebab(type(fact).__name__)}", InForce)
    if known is None or known.version == fact.version or fact.event_id in known.said:
        return False
    rules = desk.in_force
    if rules is None or not anybody(rules.agreements):
        return False
    if isinstance(fact, SchemasAdopted):
        return fact.version.isdecimal() and int(fact.version) > int(known.version)
    if isinstance(fact, RulesAdopted):
        return not {fact.version, known.version} <= CAME_WITH_A_BUILD
    return bool(takes_two(rules.agreements, rules.version(fact.version)))


def _lift(desk: Desk, act: Decided) -> None:
    """The service that holds the person shall decide again."""
    place = hold_of(act.subject)
    if place is None:
        raise Refused("no-such-hold", "subject")
    if act.person_id is None or desk.get(f"person:{act.person_id}", Person) is None:
        raise Refused("nobody", "person_id")
    service, failed_at = place
    desk.say(
        follows(
            act,
            HoldLifted,
            source=act.source,
            recorded_at=act.recorded_at,
            service=service,
            failed_at=int(failed_at),
            skipped=act.outcome == "skip",
            decided_by=act.by.actor,
        )
    )


def _recall(desk: Desk, act: Decided) -> None:
    """The notice is recalled; the body whose officer signed first answers for it."""
    notice_ref, aware_at = _recalled(desk, act)
    if aware_at > act.occurred_at:
        raise Refused("in-the-future", "subject")
    desk.say(
        follows(
            act,
            NoticeRecalled,
            source=act.source,
            recorded_at=act.recorded_at,
            notice_ref=notice_ref,
            mistake=Mistake(act.reasons[0]),
            aware_at=aware_at,
            agency=act.by.agency,
        )
    )


def _answer(desk: Desk, act: Decided) -> None:
    """The breach was reported, or need not be."""
    notice_ref, _ = _recalled(desk, act)
    desk.say(
        follows(
            act,
            RecallAnswered,
            source=act.source,
            recorded_at=act.recorded_at,
            notice_ref=notice_ref,
            reporting=Reporting(act.outcome),
        )
    )


def _recalled(desk: Desk, act: Decided) -> tuple[UUID, datetime]:
    """The notice the act is about, and since when it is known."""
    found = recall_of(act)
    if found is None:
        raise Refused("no-such-notice", "subject")
    if act.person_id is None or desk.get(f"person:{act.person_id}", Person) is None:
        raise Refused("nobody", "person_id")
    return found


def _decide_breach(desk: Desk, act: Decided) -> None:
    """A possible breach is one, or is excused; whether there was any the register knows."""
    deadline_ref = deadline_of(act)
    if deadline_ref is None:
        raise Refused("no-such-deadline", "subject")
    if act.person_id is None or desk.get(f"person:{act.person_id}", Person) is None:
        raise Refused("nobody", "person_id")
    desk.say(
        follows(
            act,
            BreachDecided,
            source=act.source,
            recorded_at=act.recorded_at,
            deadline_ref=deadline_ref,
            outcome=BreachOutcome(act.outcome),
            reasons=tuple(BreachReason(reason) for reason in act.reasons),
            agency=act.by.agency,
        )
    )


def _adopt(kind: type[Adopts]) -> Callable[[Desk, Decided], None]:
    def adopt(desk: Desk, act: Decided) -> None:
        adopted = kind(
            event_id=derived_id(act.event_id, kind.kind()),
            occurred_at=act.occurred_at,
            source=act.source,
            caused_by=act.event_id,
            version=act.subject,
        )
        if isinstance(adopted, SchemasAdopted) and not adopted.version.isdecimal():
            raise Refused("no-such-version", "subject")
        ours.adopt(desk, adopted)

    return adopt


_FOLLOWS: Mapping[tuple[str, str], Callable[[Desk, Decided], None]] = {
    ("hold", "release"): _lift,
    ("hold", "skip"): _lift,
    ("notice", "recall"): _recall,
    ("notice", "reported"): _answer,
    ("notice", "no-risk"): _answer,
    ("breach", "found"): _decide_breach,
    ("breach", "excused"): _decide_breach,
    ("schemas", "adopt"): _adopt(SchemasAdopted),
    ("rules", "adopt"): _adopt(RulesAdopted),
    ("agreements", "widen"): _adopt(AgreementsAdopted),
}
"""What follows in the log itself; what other acts let somebody do is done outside it."""
