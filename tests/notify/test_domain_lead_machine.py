"""Exactly one body leads at every moment, in whatever order the words come; an oracle checks it.

The oracle knows no rows and no folds: it walks day by day through lists of all that was said.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.case import AgencyJoinedCase, CaseRole, Ground, LeadSettled, LeadTransferred
from schemas.register import CategoryChanged
from schemas.supervision import Supervision, SupervisionEnded, SupervisionSet
from services.agreements.whom import LONDON
from services.notify.domain import handover, membership, supervised
from services.notify.domain.membership import counted, lead_of
from tests.makers import (
    TODAY,
    a_category,
    a_joining,
    a_leaving,
    a_licence,
    a_licence_ended,
    a_transfer,
    admitted,
    later,
)
from tests.notify.telling import Desk, only

POLICE, PROBATION, HEALTH = "derbyshire-police", "probation", "mental-health-trust"
BODIES = (POLICE, PROBATION, HEALTH)
LAST = 7


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def midnight(of: date) -> datetime:
    return datetime.combine(of, time(), LONDON)


# -- the oracle


def words_at(facts: Sequence[Fact], moment: datetime) -> list[Fact]:
    return sorted((f for f in facts if f.occurred_at <= moment), key=lambda f: f.occurred_at)


def supervised_on(facts: Sequence[Fact], on: date) -> bool:
    """Whether a licence or community order binds on that day, by the last word on each."""
    for ref in ("one", "two"):
        said = [
            f for f in words_at(facts, later(days=99)) if getattr(f, "supervision_ref", "") == ref
        ]
        runs = next((f for f in reversed(said) if isinstance(f, SupervisionSet)), None)
        over = next((f for f in reversed(said) if isinstance(f, SupervisionEnded)), None)
        if runs is None:
            if over is not None and on < over.ended_on:
                return True
            continue
        if runs.supervision is not Supervision.LICENCE:
            continue
        ended = over is not None and over.occurred_at > runs.occurred_at and over.ended_on <= on
        if runs.begins_on <= on and (runs.until is None or on <= runs.until) and not ended:
            return True
    return False


def category_on(facts: Sequence[Fact], moment: datetime) -> int | None:
    said = [f for f in words_at(facts, moment) if isinstance(f, CategoryChanged)]
    return said[-1].category if said else None


def leads(facts: Sequence[Fact], until: datetime) -> str | None:
    """Who leads at that moment: people's words in time, and each midnight what ended."""
    claims = [
        f for f in words_at(facts, until) if isinstance(f, LeadTransferred | AgencyJoinedCase)
    ]
    lead, today = None, day(-1)
    while midnight(today) <= until:
        begins, ends = midnight(today), midnight(today + timedelta(days=1))
        over = supervised_on(facts, today - timedelta(days=1)) and not supervised_on(facts, today)
        if over and lead == PROBATION and category_on(facts, begins) == 1:
            lead = POLICE
        for one in (f for f in claims if begins <= f.occurred_at < ends):
            lead = said(lead, one)
        today += timedelta(days=1)
    return lead


def said(lead: str | None, fact: LeadTransferred | AgencyJoinedCase) -> str | None:
    if isinstance(fact, AgencyJoinedCase):
        return fact.agency if lead is None and fact.role is CaseRole.LEAD else lead
    of_itself = fact.ground is Ground.SENTENCE_ENDED and fact.source == fact.agency
    agreed = fact.ground is Ground.AGREED and fact.source == lead
    return fact.agency if lead is None or of_itself or agreed else lead


# -- what is said


days = st.integers(0, LAST)
bodies = st.sampled_from(BODIES)


@st.composite
def courses(draw: st.DrawFn) -> tuple[list[Fact], list[Fact | None]]:
    """What is said, and one order of hearing it, with Ticks between; the register's in its own.

    A Tick is None: one day later than the last.
    """
    makers: list[Any] = draw(st.lists(st.one_of(joins, leaves, hands, runs, ends), max_size=8))
    facts: list[Fact] = []
    for number, (maker, what, fields) in enumerate(makers):
        at = later(days=draw(days)) + timedelta(seconds=number)
        facts.append(admitted(maker(*what, occurred_at=at, **fields)))
    changes = sorted(draw(st.lists(days, max_size=3, unique=True)))
    categories = draw(
        st.lists(st.sampled_from((1, 2)), min_size=len(changes), max_size=len(changes))
    )
    registers: list[Fact] = [
        admitted(a_category(category, occurred_at=later(days=on, hours=1)))
        for on, category in zip(changes, categories, strict=True)
    ]
    heard: list[Any] = draw(st.permutations([*facts, *registers, *(None for _ in range(LAST))]))
    theirs = iter(registers)
    in_order = [next(theirs) if isinstance(one, CategoryChanged) else one for one in heard]
    return [*facts, *registers], in_order


joins = st.builds(
    lambda who, role: (a_joining, (who,), {"role": role}), bodies, st.sampled_from(CaseRole)
)
leaves = st.builds(lambda who, what: (a_leaving, (who,), what), bodies, st.just(dict[str, Any]()))
hands = st.builds(
    lambda who, by, ground: (a_transfer, (who,), {"source": by, "ground": ground}),
    bodies,
    bodies,
    st.sampled_from(Ground),
)
refs = st.sampled_from(("one", "two"))
runs = st.builds(
    lambda ref, begins, last, what: (
        a_licence,
        (),
        {
            "supervision_ref": ref,
            "begins_on": day(begins),
            "until": None if last is None else day(last),
            "supervision": what,
        },
    ),
    refs,
    days,
    st.one_of(st.none(), days, days),
    st.sampled_from((Supervision.LICENCE, Supervision.LICENCE, Supervision.HOSPITAL_ORDER)),
)
ends = st.builds(
    lambda ref, on: (a_licence_ended, (), {"supervision_ref": ref, "ended_on": day(on)}), refs, days
)


class Heard:
    """One order of hearing it all, with what is checked at each step."""

    def __init__(self, course: Sequence[Fact | None]) -> None:
        self.desk, self.said, today = Desk(endings=True), list[LeadSettled](), 0
        self.now = midnight(day(0))
        for fact in course:
            if fact is None:
                today += 1
                self.now = midnight(day(today))
            self.take(self.desk.steps(self.now) if fact is None else self.desk.say(fact))
        self.now = midnight(day(LAST + 9))
        self.take(self.desk.steps(self.now))

    def take(self, things: tuple[Any, ...]) -> None:
        self.said += only(LeadSettled, things)
        case = self.desk.case
        lead = None if case is None else lead_of(case.moves)
        if case is None or lead is None:
            assert not self.said
            return
        assert lead in case.on_case
        assert lead in self.desk.rules.agreements.agencies
        moved = [one for one in self.said if one.counted]
        assert moved[-1].agency == lead
        assert moved[0].previous is None
        assert all(after.previous == one.agency for one, after in pairwise(moved))


def check(course: tuple[list[Fact], list[Fact | None]]) -> None:
    facts, order = course
    one, other = Heard(order), Heard([*sorted_by_time(facts), *(None for _ in range(LAST))])
    assert one.desk.case is not None
    assert other.desk.case is not None
    assert one.desk.known() == other.desk.known()
    moves = [(claim.at, claim.agency) for claim in counted(one.desk.case.moves)]
    moments = {fact.occurred_at for fact in facts} | {midnight(day(n)) for n in range(LAST + 9)}
    for moment in moments:
        begun = next((agency for at, agency in reversed(moves) if at <= moment), None)
        assert begun == leads(facts, moment), moment
    assert all(earlier[1] != after[1] for earlier, after in pairwise(moves))


def sorted_by_time(facts: list[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.occurred_at)


@given(courses())
@settings(max_examples=25, deadline=None)
def test_one_body_leads_at_every_moment_and_in_any_order_it_is_the_same(
    course: tuple[list[Fact], list[Fact | None]],
) -> None:
    check(course)


# -- faults somebody could make; each is found


def a_course(*more: Fact, by: str = PROBATION, category: int = 1, **of: Any) -> None:
    """One that ends on the fourth day, checked."""
    licence = {"supervision_ref": "one", "until": day(3), **of}
    facts = [
        admitted(fact)
        for fact in (
            a_joining(by, role=CaseRole.LEAD),
            a_category(category, occurred_at=later(minutes=1)),
            a_licence(**licence, occurred_at=later(minutes=2)),
            *more,
        )
    ]
    check((facts, [*facts, *(None for _ in range(LAST))]))


_LATER = a_category(2, previous=1, occurred_at=later(days=6))
_SECOND = a_licence(supervision_ref="two", until=day(5), occurred_at=later(minutes=3))


def _each(known: Any) -> list[datetime]:
    free = (one.days() for one in known)
    return sorted(midnight(days[1]) for days in free if days and days[1])


_NO_BODY = type("Body", (), {"PROBATION": None, "POLICE": None})
FAULTS: dict[str, tuple[object, str, Any, Callable[[], None]]] = {
    "a sentence's end counts for nothing": (membership, "ME", "nobody", a_course),
    "whoever leads is moved": (handover, "Body", _NO_BODY, a_course),
    "subject or not": (handover, "category_at", lambda *_: 1, lambda: a_course(category=2)),
    "as the category is now": (
        handover,
        "category_at",
        lambda known, _: known[-1].category,
        lambda: a_course(_LATER),
    ),
    "a hospital order is probation's": (
        supervised,
        "BY_PROBATION",
        frozenset(Supervision),
        lambda: a_course(supervision=Supervision.HOSPITAL_ORDER),
    ),
    "the first of several ends": (handover, "ends_of", _each, lambda: a_course(_SECOND)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_without_it_none_is(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, what, broken, course = FAULTS[name]
    course()
    monkeypatch.setattr(where, what, broken)
    with pytest.raises(AssertionError):
        course()
