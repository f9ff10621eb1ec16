"""The register in words a practitioner reads, each with where in the law it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from schemas.eligibility import Disposal
from schemas.milestone import Milestone
from schemas.register import Basis, Breached, BreachOutcome, Duty, OtherOrder, PreventionOrder
from services.hub.register.lookup import Found
from services.registry.dates import DAY, local_day
from services.registry.domain import Clock, Conviction, Register, Stage
from services.registry.domain.breaches import decided
from services.registry.domain.record import convictions_of, instead, last_word_on, orders_of
from services.registry.domain.review import review_of
from services.registry.domain.state import BreachDecision, Revision
from services.registry.domain.terms import NOTHING, Term, terms_of
from services.registry.rules import Rules

BASES = {
    Basis.INDEFINITE_TERM: "life, or 30 months or more",
    Basis.TEN_YEAR_TERM: "more than 6 months, less than 30",
    Basis.SEVEN_YEAR_TERM: "6 months or less",
    Basis.RESTRICTED_HOSPITAL: "hospital order with restriction",
    Basis.HOSPITAL: "hospital order",
    Basis.CAUTION: "caution",
    Basis.CONDITIONAL_DISCHARGE: "conditional discharge",
    Basis.OTHER: "any other disposal",
    Basis.ORDER: "an order lasts longer",
}
"""Rows of the table of SOA 2003 s.82(1)."""
_ACT_OF_2026 = "Crime and Policing Act 2026, section not confirmed"
DUTIES: Mapping[Duty | Milestone, tuple[str, str]] = {
    Duty.INITIAL_NOTIFICATION: ("first notification", "SOA 2003 s.83"),
    Duty.ANNUAL_NOTIFICATION: ("yearly notification", "SOA 2003 s.85"),
    Duty.WEEKLY_NOTIFICATION: ("weekly notification: no fixed home", "SOA 2003 s.85(5)-(6)"),
    Duty.NAME_NOTIFICATION: ("notify another name", "SOA 2003 s.84(1)(a)"),
    Duty.HOME_NOTIFICATION: ("notify a new home", "SOA 2003 s.84(1)(b)"),
    Duty.PREMISES_NOTIFICATION: ("notify other premises stayed at", "SOA 2003 s.84(1)(c), (6)"),
    Duty.RELEASE_NOTIFICATION: ("notify release", "SOA 2003 s.84(1)(d)"),
    Duty.CHILD_HOUSEHOLD_NOTIFICATION: ("notify a household with a child", "SI 2012/1876 reg.10"),
    Duty.FINANCE_NOTIFICATION: ("notify bank or card details", "SI 2012/1876"),
    Duty.IDENTITY_DOCUMENT_NOTIFICATION: ("notify identity documents", "SI 2012/1876"),
    Duty.CHANGE_WITHDRAWAL: ("say that a change notified ahead did not come", "SOA 2003 s.84(4)"),
    Duty.TRAVEL_NOTIFICATION: ("notify a journey abroad", "SOA 2003 s.86; SI 2004/1220 reg 5"),
    Duty.TRAVEL_CHANGE_NOTIFICATION: (
        "notify changed details of a journey",
        "SOA 2003 s.86; SI 2004/1220 reg 7",
    ),
    Duty.RETURN_NOTIFICATION: ("notify the return", "SOA 2003 s.86; SI 2004/1220 reg 8"),
    Duty.ORDER_NOTIFICATION: ("notify name and address under an order", "SOA 2003 s.122F"),
    Duty.NAME_AHEAD_NOTIFICATION: ("notify another name before it is used", _ACT_OF_2026),
    Duty.AWAY_NOTIFICATION: ("notify an absence from home", _ACT_OF_2026),
}
ORDERS = {
    None: ("notification order", "SOA 2003 ss.97-99"),
    PreventionOrder.SEXUAL_HARM_PREVENTION: ("sexual harm prevention order", "SOA 2003 s.103G"),
    PreventionOrder.INTERIM_SEXUAL_HARM_PREVENTION: (
        "interim sexual harm prevention order",
        "SOA 2003 ss.103F, 103G",
    ),
    PreventionOrder.SEXUAL_OFFENCES_PREVENTION: (
        "sexual offences prevention order",
        "SOA 2003 s.107, repealed",
    ),
    PreventionOrder.FOREIGN_TRAVEL: ("foreign travel order", "SOA 2003 s.117, repealed"),
    OtherOrder.SEXUAL_RISK: ("sexual risk order", "SOA 2003 s.122A: not on the register"),
    OtherOrder.INTERIM_SEXUAL_RISK: (
        "interim sexual risk order",
        "SOA 2003 s.122E: not on the register",
    ),
    OtherOrder.RISK_OF_SEXUAL_HARM: (
        "risk of sexual harm order",
        "SOA 2003 s.123, repealed: not on the register",
    ),
    OtherOrder.PARENTAL_DIRECTION: (
        "parental direction",
        "SOA 2003 s.89: a parent answers for the duties",
    ),
}
BREACHES = {
    Breached.NOTIFICATION: ("notification", "SOA 2003 s.91"),
    Breached.PREVENTION_ORDER: ("a prevention order", "SOA 2003 s.103I; Sentencing Code s.354"),
    Breached.RISK_ORDER: ("a risk order", "SOA 2003 s.122H, s.122I"),
}
_POSSIBLE = ": possible breach"
STAGES = {
    Stage.AHEAD: "not yet: only if the change does not come",
    Stage.OPEN: "open",
    Stage.MET: "done",
    Stage.MISSED: f"missed{_POSSIBLE}",
    Stage.NOT_NEEDED: "not needed",
    Stage.LAPSED: "lapsed with the requirement",
    Stage.STAYS_MISSED: "missed; no longer subject",
}
DOUBTS: Mapping[Duty | Milestone, str] = {
    Duty.TRAVEL_NOTIFICATION: "in time by the hour of departure, late by its date",
    Duty.TRAVEL_CHANGE_NOTIFICATION: "in time only with a reasonable excuse",
}
"""Of what was done after the moment worked to, and not yet late on any reading."""


OF_RELEASE = frozenset(
    {
        *("plans", "recalls", "returns", "absences", "parole", "forms_j", "contacts"),
        *("zones", "zones_gone", "tags", "milestones"),
    }
)
"""What a row holds of another question, which has a page of its own: how ready a release is."""
OF_STATUS = frozenset(
    {
        *("levels", "supervisions", "supervisions_over", "referrals", "leads", "grounds"),
        "reviews_asked",
    }
)
"""What a row holds word by word and is shown as times, or with what follows from it."""


def requirement(register: Register, day: date) -> tuple[str, str]:
    """Whether the person is subject to notification, and by what."""
    found = register.requirement
    if found is None:
        return "not subject to notification", "SOA 2003 s.80"
    by_order = found.basis is Basis.ORDER
    for_ever = "until further order" if by_order else "indefinitely"
    until = for_ever if found.last_day is None else f"until {said(found.last_day)}"
    if found.last_day is not None and found.last_day < day:
        return f"no longer subject; the last day was {said(found.last_day)}", "SOA 2003 s.82"
    halved = ", halved: under 18" if found.halved else ""
    law = (
        "SOA 2003 s.103G, s.122I"
        if by_order
        else f"SOA 2003 s.82(1){'-(2)' if found.halved else ''}"
    )
    return (
        f"subject from {said(found.begins_on)} {until} ({BASES[found.basis]}{halved})",
        law,
    )


def review(register: Register, day: date, rules: Rules) -> tuple[str, str] | None:
    """From when a review of indefinite notification may be asked for, and what is in its way."""
    found = review_of(register, day, rules)
    if found is None:
        return None
    if found.opens_on is None:
        opens = "not counted yet: no notification after release was told"
    else:
        opens = f"may be asked for from {said(found.opens_on)}"
    refused = f"; refused on {said(found.refused_on)}" if found.refused_on else ""
    blocks = " and ".join(sorted({ORDERS[one.order][0] for one in found.blocked_by}))
    blocked = f"; not while the {blocks} is in force" if blocks else ""
    return f"review {opens}{refused}{blocked}", "SOA 2003 ss.91A-91B"


def convictions(register: Register, rules: Rules) -> Iterator[tuple[str, str, str]]:
    """Relevant date, how it was dealt with, and what came of it or what its term counts for."""
    counts = terms_of(convictions_of(register), rules)
    for one in register.convictions:
        now = last_word_on(one, register.revisions)
        yield said(one.convicted_on), _dealt_with(one), _came_of(one, now, counts)


def _came_of(one: Conviction, now: Revision | None, counts: Mapping[Conviction, Term]) -> str:
    stands, changed = one, ""
    if now is not None:
        by = "put right as of" if now.corrects else "by a court on"
        if now.becomes is None:
            return f"counts no more, {by} {said(now.on)}"
        stands = instead(one, now.becomes)
        changed = f"{_dealt_with(stands)}, {by} {said(now.on)}; "
    if counts[stands] in (NOTHING, (stands.months, stands.days)):
        return changed.removesuffix("; ")
    halved = stands.disposal is Disposal.DETENTION_AND_TRAINING
    law = "R-NOT-6, s.82(3)-(4)" if halved else "s.82(3)-(4)"
    return f"{changed}counts for {length(*counts[stands])} ({law})"


def orders(register: Register) -> Iterator[tuple[str, str, str, str, str]]:
    """Which order, when made and served, until when, and where in the law."""
    for one in orders_of(register):
        name, law = ORDERS[one.order]
        served = "not served" if one.served_on is None else said(one.served_on)
        until = "" if one.order is None else "further order"
        yield name, said(one.made_on), served, said(one.until) if one.until else until, law


def breaches(register: Register) -> Iterator[tuple[str, str, str, str]]:
    """What the person was in breach of, when that was proved, how, and where in the law."""
    for one in register.breaches:
        what, law = BREACHES[one.breach]
        yield what, said(one.on), "cautioned" if one.cautioned else "convicted", law


def _dealt_with(one: Conviction) -> str:
    how = "life" if one.for_life else one.disposal.value.replace("-", " ")
    timed = (Disposal.IMPRISONMENT, Disposal.DETENTION_AND_TRAINING, Disposal.CONDITIONAL_DISCHARGE)
    term = f", {length(one.months, one.days)}" if one.disposal in timed and not one.for_life else ""
    outside = "" if one.schedule_3 else " (not under Schedule 3)"
    return f"{how}{term}{outside}"


def deadlines(register: Register, rules: Rules) -> Iterator[tuple[str, str, str, str]]:
    """Duty, last day, how it stands, where in the law."""
    decisions = dict(decided(register, rules))
    every = dict.fromkeys((*register.clocks, *decisions))
    for clock in sorted(every, key=lambda one: one.due_on):
        duty, law = DUTIES[clock.duty]
        yield duty, said(clock.due_on), _stands(clock, decisions.get(clock)), law


def _stands(clock: Clock, decision: BreachDecision | None) -> str:
    if decision is not None:
        return f"{_as_done(clock).removesuffix(_POSSIBLE)}: {officers_word(decision)}"
    if clock.stage is Stage.OPEN and clock.remind_on is not None:
        return f"open; remind{'ed' if clock.reminded else ''} from {said(clock.remind_on)}"
    return _as_done(clock)


def _as_done(clock: Clock) -> str:
    if clock.stage is Stage.STAYS_MISSED and clock.until is not None:
        return f"{STAGES[clock.stage]} since {said(clock.until + DAY)}"
    if clock.met_on is None:
        return STAGES[clock.stage]
    late = " late" if clock.late and clock.stage is Stage.MET else ""
    doubt = f": {DOUBTS[clock.duty]}" if clock.doubtful else ""
    return f"{STAGES[clock.stage]}{late}, {said(clock.met_on)}{doubt}"


def officers_word(decision: BreachDecision) -> str:
    """What an officer decided about a duty not done in time, and when."""
    found = decision.outcome is BreachOutcome.FOUND
    return f"{'a breach' if found else 'excused'}, decided {said(local_day(decision.at))}"


def length(months: int, days: int) -> str:
    """Months and days as they are said."""
    both = [
        f"{count} {unit}{'' if count == 1 else 's'}"
        for count, unit in ((months, "month"), (days, "day"))
        if count
    ]
    return " ".join(both) or "no term"


def said(day: date) -> str:
    """A day as a practitioner writes it."""
    return f"{day.day} {day:%b %Y}"


def as_object(found: Found) -> dict[str, Any]:
    """Everything of the requirement, for programs; no number of the hub's own but the deadlines'.

    By those agencies are told of them, and an officer decides about one.
    """
    inside = {"person_id", "ties", "taken_back", "clocks", "breach_decisions"}
    beside = {*inside, *OF_RELEASE, *OF_STATUS}
    kept = found.register.model_dump(mode="json", exclude=beside)
    review = review_of(found.register, found.day, found.rules)
    opens_on = None if review is None else review.opens_on
    return {
        "as_of": found.day.isoformat(),
        "rules": found.rules.version,
        "review": None
        if review is None
        else {
            "opens_on": None if opens_on is None else opens_on.isoformat(),
            "blocked": bool(review.blocked_by),
        },
        **kept,
        "clocks": list(_clocks(found)),
    }


def _clocks(found: Found) -> Iterator[dict[str, Any]]:
    """Each duty with its number, and what an officer decided about it."""
    decisions = dict(decided(found.register, found.rules))
    for clock in dict.fromkeys((*found.register.clocks, *decisions)):
        decision = decisions.get(clock)
        yield {
            **clock.model_dump(mode="json"),
            "deadline": clock.ref(found.register.person_id),
            "decision": None
            if decision is None
            else decision.model_dump(mode="json", exclude={"deadline_ref"}),
        }
