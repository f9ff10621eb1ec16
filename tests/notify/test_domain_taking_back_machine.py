"""Any course of a case with words taken back and notices recalled, against an oracle of lists.

The oracle knows nothing of rows or places: it keeps who found which notice about which fact, and
says who has to be told, by which numbers, that it does not count.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from schemas.base import Fact
from schemas.notice import NoticeTakenBack
from services.notify.domain import Delivery, taking_back
from services.notify.domain.mentions import Mentions
from tests.in_memory import REFERENCES
from tests.makers import (
    PERSON,
    a_joining,
    a_leaving,
    a_level,
    a_recall,
    a_release_date,
    a_taking_back,
    a_tenancy,
    admitted,
    later,
)
from tests.notify.planted import is_found_by
from tests.notify.telling import Desk, only

OUTSIDE = ("derby-housing", "amber-valley-housing", "dwp")
BACK = NoticeTakenBack.kind()


class Course(RuleBasedStateMachine):
    """One case of which much was said by mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.said: list[Fact] = []
        self.found: list[tuple[str, UUID, UUID]] = []
        """Who found which notice about which fact, and does not know yet that it does not count."""
        self.taken: set[UUID] = set()
        self.clock = 0

    @initialize()
    def one_is_on_the_case(self) -> None:
        self.say(a_joining("derby-housing", occurred_at=self.now()))

    def now(self) -> datetime:
        self.clock += 1
        return later(minutes=self.clock)

    def say(self, fact: Fact) -> tuple[Any, ...]:
        """It is said, and everybody notes what they find."""
        fact = admitted(fact, PERSON, later(days=3) + timedelta(minutes=self.clock))
        things = self.desk.say(fact)
        numbers = {
            REFERENCES.notice(notice.agency, UUID(int=one.event_id.int)): one.event_id
            for one in (*self.said, fact)
            for notice in only(Delivery, things)
        }
        for notice in only(Delivery, things):
            of = numbers.get(notice.notice_ref)
            if of is None and notice.kind not in (BACK, "case.sharing-ended"):
                of = self.anew(notice, fact)
            if of is not None:
                assert of not in self.taken
                self.found.append((notice.agency, notice.notice_ref, of))
        if fact not in self.said:
            self.said.append(fact)
        return things

    def anew(self, notice: Delivery, joined: Fact) -> UUID:
        """Which fact it was told of because it joined: by kind and time, as its reader knows it."""
        return next(
            one.event_id
            for one in self.said
            if (one.kind(), one.occurred_at) == (notice.kind, notice.occurred_at)
        )

    def check(self, things: tuple[Any, ...], gone: list[tuple[str, UUID, UUID]]) -> None:
        """Exactly these are told, each once, and never again."""
        wanted: dict[str, set[UUID]] = {}
        for agency, number, _ in gone:
            wanted.setdefault(agency, set()).add(number)
        told = [one for one in only(Delivery, things) if one.kind == BACK]
        assert len({one.agency for one in told}) == len(told)
        found = {one.agency: {*one.record["told"]["notice_refs"]} for one in told}
        assert found == wanted
        said = {one.agency: {*one.notice_refs} for one in only(NoticeTakenBack, things)}
        assert said == wanted
        self.found = [one for one in self.found if one not in gone]

    @rule(agency=st.sampled_from(OUTSIDE))
    def joins(self, agency: str) -> None:
        self.say(a_joining(agency, occurred_at=self.now()))

    @rule(agency=st.sampled_from(OUTSIDE))
    def leaves(self, agency: str) -> None:
        self.say(a_leaving(agency, occurred_at=self.now()))

    @rule(agency=st.sampled_from(OUTSIDE))
    def leaves_and_comes_back(self, agency: str) -> None:
        for move in (a_joining, a_leaving, a_joining):
            self.say(move(agency, occurred_at=self.now()))

    @rule(level=st.integers(1, 3))
    def sets_the_level(self, level: int) -> None:
        self.say(a_level(level, occurred_at=self.now()))

    @rule()
    def plans_a_release(self) -> None:
        self.say(a_release_date(occurred_at=self.now()))

    @rule(source=st.sampled_from(OUTSIDE[:2]))
    def gives_a_home(self, source: str) -> None:
        self.say(a_tenancy(source=source, occurred_at=self.now()))

    @rule(which=st.integers(0, 50), by_another=st.booleans())
    def takes_back(self, which: int, *, by_another: bool) -> None:
        fact = self.said[which % len(self.said)]
        at = self.now()
        if by_another:
            source = "probation" if fact.source != "probation" else "prison"
            self.check(self.say(a_taking_back(fact, source=source, occurred_at=at)), [])
            return
        gone = [one for one in self.found if one[2] == fact.event_id]
        self.check(self.say(a_taking_back(fact, occurred_at=at)), gone)
        self.taken.add(fact.event_id)

    @rule(level=st.integers(1, 3))
    def takes_back_before_it_is_said(self, level: int) -> None:
        fact = a_level(level, occurred_at=self.now())
        self.check(self.say(a_taking_back(fact, occurred_at=self.now())), [])
        self.taken.add(fact.event_id)
        assert only(Delivery, self.say(fact)) == []

    @rule(which=st.integers(0, 200))
    def recalls(self, which: int) -> None:
        if self.found:
            one = self.found[which % len(self.found)]
            self.check(self.say(a_recall(one[1], occurred_at=self.now())), [one])

    @rule(agency=st.sampled_from((*OUTSIDE, "prison", "em")), which=st.integers(0, 50))
    def recalls_what_was_perhaps_never_told(self, agency: str, which: int) -> None:
        number = REFERENCES.notice(agency, self.said[which % len(self.said)].event_id)
        gone = [one for one in self.found if one[1] == number]
        self.check(self.say(a_recall(number, occurred_at=self.now())), gone)

    @invariant()
    def nobody_is_waited_for_about_what_does_not_count(self) -> None:
        case = self.desk.case
        if case is None:
            return
        gone = {REFERENCES.notice(agency, fact) for agency in OUTSIDE for fact in self.taken}
        assert not gone & {one.notice_ref for one in case.unanswered}

    def teardown(self) -> None:
        """What was taken back at last is known the same in whatever order it came."""
        back = [one for one in self.said if one.kind() == "notice.fact-taken-back"]
        others = [one for one in self.said if one not in back]
        for facts in ([*back, *others], [*others, *back]):
            other = Desk()
            for fact in facts:
                other.say(fact)
            case, mine = other.case, self.desk.case
            assert case is not None
            assert mine is not None
            assert (case.level, case.on_case) == (mine.level, mine.on_case)


Course.TestCase.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)
TestCourse = Course.TestCase


# -- faults somebody could make; each is found


def _broken(name: str, patch: pytest.MonkeyPatch) -> None:
    if name == "who is on the case is told, not who was told":
        patch.setattr(taking_back, "_by_agency", lambda c, m: [(one, m) for one in c.on_case if m])
    elif name == "who has left since is not told":
        by_agency = taking_back._by_agency
        patch.setattr(
            taking_back,
            "_by_agency",
            lambda c, m: [one for one in by_agency(c, m) if one[0] in c.on_case],
        )
    elif name == "it is told again when it is taken back again":
        patch.setattr(taking_back, "_not_mentioned", lambda case, *_: case)
    elif name == "anybody takes back anybody's word":
        patch.setattr(taking_back, "_is_meant", lambda *_: True)
    elif name == "a recall goes to somebody never told":
        patch.setattr(Mentions, "to", lambda *_: (*OUTSIDE, "em"))
    elif name == "what was told anew is forgotten":
        patch.setattr(Mentions, "told", _not_anew(Mentions.told))


def _not_anew(told: Any) -> Any:
    def at_once(mentions: Mentions, place: Any, *rest: Any) -> Mentions:
        found: Mentions = mentions if place.joined else told(mentions, place, *rest)
        return found

    return at_once


BROKEN = (
    "who is on the case is told, not who was told",
    "who has left since is not told",
    "it is told again when it is taken back again",
    "anybody takes back anybody's word",
    "a recall goes to somebody never told",
    "what was told anew is forgotten",
)


@pytest.mark.parametrize("name", BROKEN)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _broken(name, monkeypatch)
    is_found_by(Course, examples=3000)
