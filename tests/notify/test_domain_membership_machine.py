"""Any course of a case, facts late and out of order, against an oracle that only looks at lists.

The oracle knows nothing of rows, offsets or folds: after each fact it reads all that was ever said,
sorted by the facts' own time, and says who leads, who is on the case and what is current.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from schemas.base import Fact
from schemas.case import (
    AgencyJoinedCase,
    AgencyLeftCase,
    CaseRole,
    Ground,
    LeadSettled,
    LeadTransferred,
    LevelSet,
    SharingEnded,
)
from schemas.custody import Released, ReleaseDateSet
from schemas.housing import TenancyEnded, TenancyStarted
from services.notify.domain import Delivery, membership
from services.notify.domain.current import with_fact
from services.notify.domain.membership import counted, lead_of
from services.notify.domain.notices import Telling
from tests.in_memory import agreements
from tests.makers import (
    PERSON,
    a_joining,
    a_leaving,
    a_level,
    a_release,
    a_release_date,
    a_tenancy,
    a_tenancy_end,
    a_transfer,
    admitted,
    later,
)
from tests.notify.planted import is_found_by
from tests.notify.telling import Desk, only
from tests.two_worlds.oracle import may_know

OUTSIDE = ("amber-valley-housing", "derby-housing", "dwp", "prison")
LEADS = ("derbyshire-police", "probation", "prison")
REFS = ("t-1", "t-2")


# -- the oracle


def in_time(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.occurred_at)


def leads_at(facts: Iterable[Fact], moment: datetime) -> list[str]:
    """Every body that leads at that moment: none before one is set, and never two."""
    leading: list[str] = []
    for fact in in_time(facts):
        if fact.occurred_at > moment:
            break
        if isinstance(fact, AgencyJoinedCase) and fact.role is CaseRole.LEAD and not leading:
            leading = [fact.agency]
        if isinstance(fact, LeadTransferred):
            handed = fact.ground is Ground.AGREED and fact.source in leading
            ended = fact.ground is Ground.SENTENCE_ENDED and fact.source == fact.agency
            if not leading or handed or ended:
                leading = [fact.agency]
    return leading


def members(facts: list[Fact]) -> set[str]:
    """Who came and did not go since; whoever took the lead came with it; who leads is there."""
    there: set[str] = set()
    said = in_time(facts)
    for number, fact in enumerate(said):
        if isinstance(fact, AgencyLeftCase):
            there.discard(fact.agency)
        if isinstance(fact, AgencyJoinedCase):
            there.add(fact.agency)
        before, after = (leads_at(said[: number + n], fact.occurred_at) for n in (0, 1))
        if before != after:
            there.update(after)
    return there | set(leads_at(said, later(days=99)))


def current(facts: list[Fact]) -> list[Fact]:
    """The last word on each matter, by its own time, in the order it was heard."""
    last: dict[object, Fact] = {}
    for fact in in_time(facts):
        if isinstance(fact, LevelSet):
            last["level"] = fact
        elif isinstance(fact, Released | ReleaseDateSet):
            last["custody"] = fact
        elif isinstance(fact, TenancyStarted | TenancyEnded):
            last["home", fact.source, fact.tenancy_ref] = fact
        elif isinstance(fact, AgencyJoinedCase | AgencyLeftCase):
            last["member", fact.agency] = fact
    over = TenancyEnded | AgencyLeftCase
    stands = {fact.event_id for fact in last.values() if not isinstance(fact, over)}
    return [fact for fact in facts if fact.event_id in stands]


# -- the machine


class Course(RuleBasedStateMachine):
    """One case, said by many, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.facts: list[Fact] = []
        self.inbox: dict[str, list[Delivery]] = {agency: [] for agency in OUTSIDE}
        self.settled: list[LeadSettled] = []

    @initialize()
    def nothing_yet(self) -> None:
        self.clock = 0

    def hear(self, maker: Any, hours: int, *what: Any, **fields: Any) -> None:
        """It is said now, of some hour; no two are of the same instant."""
        self.clock += 1
        at = later(hours=hours) + timedelta(seconds=self.clock)
        received = later(days=3) + timedelta(minutes=self.clock)
        fact = admitted(maker(*what, occurred_at=at, **fields), PERSON, received)
        before = [*self.facts]
        self.facts.append(fact)
        self.check(fact, before, self.desk.say(fact))

    def check(self, fact: Fact, before: list[Fact], things: tuple[Any, ...]) -> None:
        were, are = members(before), members(self.facts)
        for agency in OUTSIDE:
            told = [one for one in only(Delivery, things) if one.agency == agency]
            had = [one for one in self.inbox[agency] if one.kind != SharingEnded.kind()]
            since = self.since(agency)
            wanted: list[tuple[str, datetime]] = []
            if agency in are and self.may(agency, fact):
                wanted.append((fact.kind(), fact.occurred_at))
            if agency in were - are and since:
                wanted.append((SharingEnded.kind(), fact.occurred_at))
            if agency in are - were:
                wanted += [
                    (one.kind(), one.occurred_at)
                    for one in current(before)
                    if self.may(agency, one)
                ]
            waits = [one for one in wanted if not self.told_at_once(agency, one[0])]
            wanted = [one for one in wanted if self.told_at_once(agency, one[0])]
            assert [(one.kind, one.occurred_at) for one in told] == wanted, (agency, had)
            assert self.waiting(agency, things) == waits
            self.inbox[agency] += told
        self.settled += only(LeadSettled, things)

    def may(self, agency: str, fact: Fact) -> bool:
        return may_know(agency, fact, agreements(), on_case=True)

    def told_at_once(self, _: str, __: str) -> bool:
        """Whether that agency is told of that kind where the fact stands, if at all."""
        return True

    def waiting(self, _: str, __: tuple[Any, ...]) -> list[tuple[str, datetime]]:
        """What of it is told to that agency later."""
        return []

    def since(self, agency: str) -> list[Delivery]:
        """What it found since it was told to stop last."""
        found: list[Delivery] = []
        for one in self.inbox[agency]:
            found = [] if one.kind == SharingEnded.kind() else [*found, one]
        return found

    hours = st.integers(0, 12)
    says = st.sampled_from(("derbyshire-police", "probation"))

    @rule(agency=st.sampled_from(OUTSIDE), hours=hours, source=says)
    def joins(self, agency: str, hours: int, source: str) -> None:
        self.hear(a_joining, hours, agency, source=source)

    @rule(agency=st.sampled_from(OUTSIDE), hours=hours, source=says)
    def leaves(self, agency: str, hours: int, source: str) -> None:
        self.hear(a_leaving, hours, agency, source=source)

    @rule(agency=st.sampled_from(OUTSIDE), hours=hours)
    def goes_and_comes_back(self, agency: str, hours: int) -> None:
        for late, move in enumerate((a_joining, a_leaving, a_joining)):
            self.hear(move, hours + late, agency)

    @rule(agency=st.sampled_from(LEADS), hours=hours, source=says)
    def comes_as_the_lead(self, agency: str, hours: int, source: str) -> None:
        self.hear(a_joining, hours, agency, source=source, role=CaseRole.LEAD)

    @rule(
        agency=st.sampled_from(LEADS),
        hours=hours,
        source=st.sampled_from(LEADS),
        ground=st.sampled_from(Ground),
    )
    def hands_over(self, agency: str, hours: int, source: str, ground: Ground) -> None:
        self.hear(a_transfer, hours, agency, source=source, ground=ground)

    @rule(level=st.integers(1, 3), hours=hours)
    def sets_the_level(self, level: int, hours: int) -> None:
        self.hear(a_level, hours, level)

    @rule(hours=hours, out=st.booleans())
    def plans_or_releases(self, hours: int, *, out: bool) -> None:
        self.hear(a_release if out else a_release_date, hours)

    @rule(hours=hours, ref=st.sampled_from(REFS), source=st.sampled_from(OUTSIDE[:2]))
    def gives_a_home(self, hours: int, ref: str, source: str) -> None:
        self.hear(a_tenancy, hours, tenancy_ref=ref, source=source)

    @rule(hours=hours, ref=st.sampled_from(REFS), source=st.sampled_from(OUTSIDE[:2]))
    def ends_a_home(self, hours: int, ref: str, source: str) -> None:
        self.hear(a_tenancy_end, hours, tenancy_ref=ref, source=source)

    @invariant()
    def one_body_leads_at_every_moment_once_one_is_set(self) -> None:
        if self.desk.case is None:
            return
        moved = list(counted(self.desk.case.claims))
        assert lead_of(self.desk.case.claims) == next(
            iter(leads_at(self.facts, later(days=9))), None
        )
        for fact in self.facts:
            begun = [claim.agency for claim in moved if claim.at <= fact.occurred_at]
            assert begun[-1:] == leads_at(self.facts, fact.occurred_at)
        now = [one.agency for one in self.settled]
        assert now[-1:] == leads_at(self.facts, later(days=9))

    @invariant()
    def who_leads_is_on_the_case_and_the_row_says_who_is(self) -> None:
        if self.desk.case is not None:
            assert set(self.desk.case.on_case) == members(self.facts)

    @invariant()
    def no_number_stands_twice_in_an_inbox(self) -> None:
        for told in self.inbox.values():
            assert len({one.notice_ref for one in told}) == len(told)

    def teardown(self) -> None:
        """Heard in the order it happened, or backwards, the same is known of the case."""
        for facts in (in_time(self.facts), in_time(self.facts)[::-1]):
            other = Desk()
            for fact in facts:
                other.say(fact)
            if self.facts:
                assert other.known() == self.desk.known()


Course.TestCase.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)
TestCourse = Course.TestCase


# -- faults somebody could make; each is found


def _broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "a late joining undoes a leaving":
        monkeypatch.setattr(membership, "_later", lambda *_, **__: True)
    elif name == "anybody takes the lead":
        monkeypatch.setattr(membership, "_whose", lambda *_: True)
    elif name == "what was is told with what is":
        monkeypatch.setattr("services.notify.domain.learning.with_fact", _never_over)
    elif name == "who comes back is told by the old numbers":
        monkeypatch.setattr("services.notify.domain.notices.derived_id", _by_fact_alone)
    elif name == "who left is not told to stop":
        monkeypatch.setattr(Telling, "farewell", lambda *_: None)


def _never_over(current: Any, fact: Fact, offset: int, under: int) -> Any:
    return with_fact(current, fact.model_copy(update={"tenancy_ref": str(offset)}), offset, under)


def _by_fact_alone(_: UUID, __: str, part: str) -> UUID:
    return UUID(part)


BROKEN = (
    "a late joining undoes a leaving",
    "anybody takes the lead",
    "what was is told with what is",
    "who comes back is told by the old numbers",
    "who left is not told to stop",
)


@pytest.mark.parametrize("name", BROKEN)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _broken(name, monkeypatch)
    is_found_by(Course, examples=3000)
