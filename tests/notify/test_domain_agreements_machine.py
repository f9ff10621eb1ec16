"""Any course of a case while agreements widen and narrow and grants are suspended and resumed.

Against an oracle over the files' words.

The course is that of the machine of membership; here other agreements come into force between any
two facts. Of what is said from then on the new ones tell; who joins is told of what was said before
only what both those and these grant, and of each fact no field of a class either withholds. What a
suspended grant would tell waits: at the end of that it is told, once, to who is on the case then,
as far as both agreements let it; or it has lapsed.
"""

from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from schemas.base import Fact, FieldClass
from schemas.case import LevelSet, SharingEnded
from schemas.catalogue import BY_KIND
from schemas.custody import Released, ReleaseDateSet
from schemas.housing import TenancyEnded, TenancyStarted
from schemas.notice import NoticesResumed, NoticeWaiting
from services.agreements.compile import Agreements, Grant
from services.agreements.matrix import class_of
from services.notify.domain import Delivery
from services.notify.domain.notices import Telling
from services.notify.rules import LOCAL_STANDARD, Rules
from tests.agreements.editing import Edit, edited
from tests.in_memory import REFERENCES
from tests.makers import PERSON, a_joining, a_leaving, a_release_date, later
from tests.notify.planted import is_found_by
from tests.notify.telling import only
from tests.notify.test_domain_membership_machine import OUTSIDE, Course, members
from tests.two_worlds.oracle import may_know

_HOUSING = "facts: [tenancy-started, tenancy-ended]\n    classes: [reference, location, housing]"
VERSIONS: dict[str, tuple[Edit, ...]] = {
    "as committed": (),
    "narrower": (
        ("derby-housing", _HOUSING, _HOUSING.replace("location, ", "")),
        ("dwp", "facts: [release-date-set]", "facts: []"),
        ("prison", "facts: [level-set, agency", "facts: [agency"),
        ("amber-valley-housing", "classes: [reference, identity, custody]", "classes: [reference]"),
    ),
    "wider": (
        ("dwp", "facts: [release-date-set]", "facts: [release-date-set, level-set]"),
        (
            "dwp",
            "classes: [reference, identity, custody]",
            "classes: [reference, identity, custody, management]",
        ),
        ("prison", "facts: [level-set,", "facts: [level-set, released, release-date-set,"),
        (
            "prison",
            "classes: [reference, identity, management]",
            "classes: [reference, identity, management, custody]",
        ),
    ),
}


KINDS = st.sampled_from(
    [one.kind() for one in (LevelSet, Released, ReleaseDateSet, TenancyStarted, TenancyEnded)]
)


@cache
def version(name: str) -> Agreements:
    with TemporaryDirectory() as folder:
        return edited(Path(folder) / "agreements", *VERSIONS[name])


def known(fingerprint: str) -> Agreements:
    return next(one for one in map(version, VERSIONS) if one.version == fingerprint)


def granted(agency: str, kind: str, by: Agreements) -> set[FieldClass]:
    """The classes its file names for that fact and does not deny."""
    signed = by.agencies[agency].agreement
    name = BY_KIND[kind].topic_part
    classes = {one for grant in signed.receives if name in grant.facts for one in grant.classes}
    return classes - {*signed.never.classes}


class ChangingCourse(Course):
    """The same course; agreements change on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.in_force = version("as committed")
        self.under: dict[UUID, Agreements] = {}
        self.waits: dict[tuple[str, str], list[NoticeWaiting]] = {}
        """What waits, by every grant that is suspended."""
        self._rule()

    def _rule(self) -> None:
        self.desk.rules = Rules(
            self.in_force,
            REFERENCES,
            LOCAL_STANDARD,
            earlier=known,
            suspended=frozenset(self.waits),
        )

    @rule(name=st.sampled_from([*VERSIONS]))
    def other_agreements_come_into_force(self, name: str) -> None:
        self.in_force = version(name)
        self._rule()

    @rule(name=st.sampled_from([*VERSIONS]), agency=st.sampled_from(OUTSIDE), hours=Course.hours)
    def they_do_before_it_comes_back(self, name: str, agency: str, hours: int) -> None:
        self.other_agreements_come_into_force(name)
        self.goes_and_comes_back(agency, hours)

    @rule(agency=st.sampled_from(OUTSIDE), kind=KINDS)
    def a_grant_is_suspended(self, agency: str, kind: str) -> None:
        self.waits.setdefault((agency, kind), [])
        self._rule()

    @rule(agency=st.sampled_from(OUTSIDE), hours=Course.hours)
    def it_leaves_while_something_waits(self, agency: str, hours: int) -> None:
        self.hear(a_joining, hours, agency)
        self.a_grant_is_suspended(agency, ReleaseDateSet.kind())
        self.hear(a_release_date, hours + 1)
        self.hear(a_leaving, hours + 2, agency)
        self._resumed(agency, ReleaseDateSet.kind(), lapsed=False)

    @rule(data=st.data(), lapsed=st.booleans())
    def and_resumed(self, data: st.DataObject, *, lapsed: bool) -> None:
        if self.waits:
            agency, kind = data.draw(st.sampled_from(sorted(self.waits)))
            self._resumed(agency, kind, lapsed=lapsed)

    def _resumed(self, agency: str, kind: str, *, lapsed: bool) -> None:
        waited = self.waits.pop((agency, kind))
        self._rule()
        self.clock += 1
        resumed = NoticesResumed(
            event_id=UUID(int=self.clock),
            occurred_at=later(days=3),
            source="deploy",
            person_id=PERSON,
            agency=agency,
            before=self.in_force.version,
            of_hold=False,
            notices=tuple(fact.notice for fact in waited),
            told=(),
            lapsed=lapsed,
        )
        told = self.desk.resume(resumed)
        wanted = [] if lapsed else [one for one in waited if self._still(agency, one)]
        assert [one.notice_ref for one in told] == [one.notice.notice_ref for one in wanted]
        assert {one.agency for one in told} <= {agency}
        self.inbox[agency] += told

    def _still(self, agency: str, waiting: NoticeWaiting) -> bool:
        return agency in members(self.facts) and self.may(
            agency, self.desk.log[waiting.notice.place]
        )

    def told_at_once(self, agency: str, kind: str) -> bool:
        return (agency, kind) not in self.waits

    def waiting(self, agency: str, things: tuple[Any, ...]) -> list[tuple[str, datetime]]:
        waiting = [one for one in only(NoticeWaiting, things) if one.agency == agency]
        facts = [self.desk.log[one.notice.place] for one in waiting]
        return [(one.kind(), one.occurred_at) for one in facts]

    def check(self, fact: Fact, before: list[Fact], things: tuple[Any, ...]) -> None:
        self.under[fact.event_id] = self.in_force
        super().check(fact, before, things)
        for waiting in only(NoticeWaiting, things):
            if waiting.agency in OUTSIDE:
                self.waits[waiting.agency, waiting.about].append(waiting)
        for notice in only(Delivery, things):
            if notice.agency in OUTSIDE and notice.kind != SharingEnded.kind():
                self.shows_no_more_than_granted(notice)

    def may(self, agency: str, fact: Fact) -> bool:
        return all(
            may_know(agency, fact, by, on_case=True)
            for by in (self.in_force, self.under[fact.event_id])
        )

    def shows_no_more_than_granted(self, notice: Delivery) -> None:
        told = next(
            one
            for one in reversed(self.facts)
            if one.kind() == notice.kind and one.occurred_at == notice.occurred_at
        )
        for by in (self.in_force, self.under[told.event_id]):
            classes = granted(notice.agency, notice.kind, by)
            for name in notice.record["told"]:
                assert class_of(type(told), name) in classes, (notice.agency, name)

    def teardown(self) -> None:
        """Under which agreements something was said is a matter of order: nothing to hold here."""


ChangingCourse.TestCase.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)
TestChangingCourse = ChangingCourse.TestCase


# -- faults somebody could make; each is found


def _whatever_it_was_then(_: Rules, grant: Grant, __: str) -> Grant:
    return grant


def _whatever_is_now(rules: Rules, grant: Grant, fingerprint: str) -> Grant | None:
    return rules.earlier(fingerprint).receivers[grant.agency].grants.get(grant.kind)


def _unheeded(course: ChangingCourse) -> None:
    course.desk.rules = Rules(course.in_force, REFERENCES, LOCAL_STANDARD, earlier=known)


def test_telling_by_a_suspended_grant_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChangingCourse, "_rule", _unheeded)
    is_found_by(ChangingCourse, examples=3000)


def test_losing_what_waits_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Telling, "_wait", lambda *_: None)
    is_found_by(ChangingCourse, examples=3000)


def test_what_waited_being_told_whoever_it_is_now_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    of_withheld = import_module("services.notify.domain.withheld")
    monkeypatch.setattr(of_withheld, "still_told", lambda grant, *_: [grant])
    is_found_by(ChangingCourse, examples=3000)


@pytest.mark.parametrize("fault", [_whatever_it_was_then, _whatever_is_now])
def test_a_planted_fault_is_found(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rules, "as_then", fault)
    is_found_by(ChangingCourse, examples=2000)
