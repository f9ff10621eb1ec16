"""How ready a release is: what is missing or overdue first, whose it is, by when, by what rule.

The prison says the day of release; only that on which a fixed-term recall ends by itself is counted
from the law, and held against the prison's word. What is decided is for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from schemas.custody import RecallForm, SentenceGroup
from schemas.milestone import Milestone, Owner
from services.hub.register.lookup import Found
from services.hub.register.words import said
from services.registry.domain import Clock, Register, Stage
from services.registry.domain.custody import Recall
from services.registry.domain.milestones import OF_VICTIMS, OWED
from services.registry.domain.phasing import of_phased, phased_on
from services.registry.domain.recall import Weighed, law_on, releases_on, running, weighed_of
from services.registry.domain.releasing import Releasing, in_custody, releasing
from services.registry.readings import Reading
from services.registry.release_rules import Bar, ReleaseRules
from services.registry.rules import Rules


class Colour(StrEnum):
    """How much it presses, the most first."""

    RED = "red"
    """Missing, overdue, or against the rules as they are read: a person has to look."""
    AMBER = "amber"
    """Still to be done, and in time."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a release, a recall or a review takes."""

    colour: Colour
    what: str
    stands: str
    owed_by: Owner
    by: date | None
    """The last day to do it; None: none is set."""
    source: str
    local: bool = False
    """A local standard: no confirmed law sets it."""


MILESTONES: Mapping[Milestone, str] = {
    Milestone.LEVEL_SET: "set the level of management",
    Milestone.FORM_J: "form J to Jobcentre Plus, or say that none is needed",
    Milestone.ZONES_LIVE: "zones live on a fitted tag",
    Milestone.ABSENCE_NOTICE: "notice of a temporary absence",
    Milestone.RECALL_FORM: "look at the recall again: the level changed",
    Milestone.PAROLE_REFERRAL: "refer the recall to the Parole Board",
    Milestone.PAROLE_HEARING: "Parole Board hearing",
    Milestone.PAROLE_DECISION: "decision after the hearing",
    Milestone.PAROLE_REVIEW: "next parole review",
    Milestone.VICTIM_REFERRAL: "refer to the victim contact scheme",
    Milestone.VICTIM_CONTACT: "first victim contact",
    Milestone.RETENTION_REVIEW: "review whether the record is still needed",
    Milestone.IDENTIFICATION: "identify the case: set a level, or take the lead",
    Milestone.REVIEW_DECISION: "decide the review of notification without end",
    Milestone.RESCREENING: "decide whether category 3 applies: the last category ended",
}
FORMS: Mapping[RecallForm | None, str] = {
    RecallForm.FIXED_TERM: "a fixed term",
    RecallForm.STANDARD: "a standard recall",
    None: "a choice",
}
"""What the rules make of a recall."""
PHASED = "end of a recall from before the Act of 2026"
_FORM, _ENDS, _RELEASE = "form of the recall", "end of the fixed term", "release"
_PRISON = "the prison's word"
_REG_4 = "Sentencing Act 2026 s.33(14); SI 2026/86 reg.4; R-RCL-6"
_COLOURS = {
    Stage.MISSED: Colour.RED,
    Stage.OPEN: Colour.AMBER,
    Stage.MET: Colour.DONE,
    Stage.NOT_NEEDED: Colour.DONE,
}


def readiness(found: Found, *, with_victims: bool) -> tuple[Line, ...]:
    """All there is to do or done, red first, then by day; `with_victims` also of victim contact."""
    register, rules, day = found.register, found.rules.release, found.day
    lines = [
        *_of_release(register, day),
        *_of_recalls(register, rules, day),
        *_of_milestones(register.milestones, found.rules, with_victims=with_victims),
    ]
    order = tuple(Colour)
    return tuple(
        sorted(lines, key=lambda one: (order.index(one.colour), one.by or date.max, one.what))
    )


def as_object(found: Found, lines: Iterable[Line]) -> dict[str, Any]:
    """The same for programs; a day that is not there is none."""
    return {
        "as_of": found.day.isoformat(),
        "rules": found.rules.version,
        "watched": bool(found.rules.release.milestones.value),
        "lines": [
            {
                "colour": one.colour.value,
                "what": one.what,
                "stands": one.stands,
                "owed_by": one.owed_by.value,
                "by": None if one.by is None else one.by.isoformat(),
                "source": one.source,
                "local": one.local,
            }
            for one in lines
        ],
    }


def _of_milestones(clocks: Iterable[Clock], rules: Rules, *, with_victims: bool) -> Iterator[Line]:
    for clock in clocks:
        if clock.stage is Stage.AHEAD or (clock.duty in OF_VICTIMS and not with_victims):
            continue
        owner, reading = owed(clock, rules)
        yield Line(
            _COLOURS[clock.stage],
            MILESTONES[Milestone(clock.duty)],
            _stands(clock),
            owner,
            clock.due_on,
            reading.source,
            reading.local,
        )


def owed(clock: Clock, rules: Rules) -> tuple[Owner, Reading[Any]]:
    """In which role a milestone is owed, and by which reading its day is counted."""
    found = OWED[Milestone(clock.duty)]
    return found.by, found.days(rules).reading_on(clock.since)


def _stands(clock: Clock) -> str:
    if clock.stage is Stage.MISSED:
        return "overdue"
    if clock.met_on is None:
        remind = f"; remind from {said(clock.remind_on)}" if clock.remind_on else ""
        return f"open{remind}"
    if clock.stage is Stage.NOT_NEEDED:
        return f"not needed, {said(clock.met_on)}"
    return f"done{' late' if clock.late else ''}, {said(clock.met_on)}"


def _of_release(register: Register, day: date) -> Iterator[Line]:
    """The day the prison set, or that it set none of somebody it holds and need not wait for."""
    release = releasing(register)
    if release is not None:
        yield _release(release, day)
    elif in_custody(register) and not any(running(register)):
        yield Line(Colour.RED, _RELEASE, "no day is told", Owner.PRISON, None, _PRISON)


def _release(release: Releasing, day: date) -> Line:
    if release.released_on is not None:
        stands, colour = f"released, {said(release.released_on)}", Colour.DONE
    elif release.planned_on < day:
        stands, colour = "the day is over and no release is told", Colour.RED
    else:
        stands, colour = f"set, on {release.kind.value.replace('-', ' ')}", Colour.DONE
    return Line(colour, _RELEASE, stands, Owner.PRISON, release.planned_on, _PRISON)


def _of_recalls(register: Register, rules: ReleaseRules, day: date) -> Iterator[Line]:
    for recall, back_on in running(register):
        # Who is not back is weighed as if back on that day: the law then reached them.
        looked_on = back_on or day
        weighed = weighed_of(register, recall, looked_on, rules)
        yield from _form(recall, weighed, law_on(recall, looked_on, rules), rules)
        if back_on is None:
            yield Line(Colour.RED, "return to custody", "none is told", Owner.LEAD, None, "R-RCL-1")
        elif (recall.form or weighed.form) is RecallForm.FIXED_TERM:
            ends_on = releases_on(recall, back_on, rules)
            yield _ends(ends_on, releasing(register), day)
        elif of_phased(register, recall, back_on, rules):
            yield _phased(phased_on(register, recall, back_on, rules), releasing(register), day)


def _form(recall: Recall, weighed: Weighed, on: date, rules: ReleaseRules) -> Iterator[Line]:
    """What was decided beside what the rules of that day make of it, and what nobody said."""
    below, barring = _read(recall, on, rules)
    law = (Owner.PROBATION, None, below.source, below.local or barring.local)
    bars = f" ({_bars(weighed.bars)})" if weighed.bars else ""
    by_rules = f"by the rules {FORMS[weighed.form]}{bars}"
    if recall.form is None:
        yield Line(Colour.AMBER, _FORM, f"not decided; {by_rules}", *law)
        if weighed.unknown:
            stands = f"counts as if it were so: {_bars(weighed.unknown)}"
            yield Line(Colour.RED, "not known for the recall's form", stands, *law)
        return
    agrees = weighed.form in (None, recall.form)
    decided = f"decided: {FORMS[recall.form]}; {by_rules}"
    yield Line(Colour.DONE if agrees else Colour.RED, _FORM, decided, *law)


def _read(recall: Recall, on: date, rules: ReleaseRules) -> tuple[Reading[Any], Reading[Any]]:
    """By which readings the form is weighed: up to which sentence, and what keeps it away."""
    youth = recall.group is SentenceGroup.YOUTH_DETERMINATE
    below = rules.youth_below_months if youth else rules.fixed_term_below_months
    bars = rules.youth_bars if youth else rules.fixed_term_bars
    return below.reading_on(on), bars.reading_on(on)


def _phased(ends_on: date | None, release: Releasing | None, day: date) -> Line:
    """The day a standard recall ended as the Act of 2026 reached it, or that a person looks."""
    if ends_on is None:
        return Line(Colour.RED, PHASED, "a person looks at the day", Owner.PRISON, None, _REG_4)
    return replace(_ends(ends_on, release, day), what=PHASED, source=_REG_4)


def _ends(ends_on: date, release: Releasing | None, day: date) -> Line:
    """The day counted from the law, held against the prison's."""
    colour = Colour.RED
    if release is None:
        stands = "the prison told no day"
    elif release.planned_on != ends_on:
        stands = f"the prison told {said(release.planned_on)}"
    elif ends_on < day:
        stands = "the day is over and no release is told"
    else:
        stands, colour = "the prison told the same day", Colour.DONE
    return Line(colour, _ENDS, stands, Owner.PRISON, ends_on, "CJA 2003 ss.255B, 255BA; R-RCL-9")


def _bars(bars: Iterable[Bar]) -> str:
    return ", ".join(bar.value.replace("-", " ") for bar in bars)
