"""Two worlds asked why: of whom one may not know, the answer is the same with them and without."""

import asyncio
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from uuid import UUID

import pytest

from schemas.log import Decided
from schemas.risk import RoshAssessed
from services.agreements.actors import Role
from services.hub.why.answer import Answer, Asker, Desk
from services.hub.why.question import Question
from services.hub.why.replay import Judgement, Person
from tests.hub.asking import ask, asker, told
from tests.in_memory import REFERENCES
from tests.two_worlds.day import (
    BASE,
    CHILDS_ID,
    HERS_ID,
    OTHER_ID,
    Said,
    everything_of_them,
    of_the_child,
)
from tests.two_worlds.world import World, play

EVERYTHING = everything_of_them()
_CHILDS = {one[1].event_id: one for one in chain.from_iterable(of_the_child().values())}
OF_THE_CHILD = tuple(
    one for one in _CHILDS.values() if not isinstance(one[1], RoshAssessed | Decided)
)
"""But for a hold and what lifts it: of these probation is told, whoever it is about."""
ASKERS = {
    "prison": (asker("prison"), EVERYTHING),
    "housing": (asker("derby-housing"), EVERYTHING),
    "police-on-call": (asker("derbyshire-police", Role.ON_CALL), EVERYTHING),
    "probation": (asker("probation"), OF_THE_CHILD),
}
"""Who asks, and what is said in the second world of somebody they may not know."""
FACTS = ("release-date-set", "alert-raised")


@cache
def world(more: tuple[Said, ...]) -> World:
    return asyncio.run(play([*BASE, *more]))


def worlds(who: Asker, more: tuple[Said, ...]) -> tuple[World, World]:
    own = tuple(one for one in more if one[1].source == who.agency)
    return world(own), world(more)


def questions(who: Asker, without: World, with_them: World) -> list[Question]:
    """Of the hidden, the known and nobody: by reference, and by one number of each kind of fact."""
    people = [REFERENCES.ref(who.agency, one) for one in (HERS_ID, OTHER_ID, CHILDS_ID)]
    asked = [
        Question(agency=agency, fact=fact, person_ref=ref)
        for ref in (*people, "p-" + "0" * 32)
        for agency in ("dwp", who.agency)
        for fact in FACTS
    ]
    before = {fact.event_id for fact in without.hub.in_log()}
    new = {
        fact.kind(): fact.event_id
        for fact in with_them.hub.in_log()
        if fact.event_id not in before and fact.person_id in (OTHER_ID, CHILDS_ID)
    }
    numbers: Iterable[UUID] = [*new.values(), UUID(int=9)]
    lead = told("derbyshire-police", with_them)
    notices = {one.notice.about: one.notice.notice_ref for one in lead}
    ids = [*sorted(notices.values())[:8], *numbers]
    return [*asked, *(Question(str(one)) for one in ids)]


def telling(who: Asker, more: tuple[Said, ...]) -> Iterator[Question]:
    """The questions whose answers tell the two worlds apart."""
    pair = worlds(who, more)
    asked = questions(who, *pair)
    assert len(asked) > 20
    for question in asked:
        one, other = (asyncio.run(ask(played, who, question)) for played in pair)
        if one != other:
            yield question


@pytest.mark.parametrize("name", ASKERS)
def test_no_answer_tells_whether_there_is_somebody_one_may_not_know(name: str) -> None:
    assert list(telling(*ASKERS[name])) == []


# -- leaks planted, each of which is found


def test_a_leak_of_whom_the_asker_was_never_told_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(_: Desk, person: Person) -> list[Judgement]:
        return list(person.judgements)

    monkeypatch.setattr(Desk, "_known", everything)
    assert any(telling(*ASKERS["prison"]))


def test_a_refusal_in_place_of_not_known_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    its_own = Desk.of_number

    async def refuses(self: Desk, number: str) -> Answer:
        answer = await its_own(self, number)
        there = self._in_log(number) is not None
        return Answer(True, ("not yours to know",)) if there and not answer.found else answer

    monkeypatch.setattr(Desk, "of_number", refuses)
    assert any(telling(*ASKERS["prison"]))


def test_a_place_in_the_log_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It moves with what is said of others."""

    def in_the_log(self: Desk, one: Judgement, _: Person) -> str:
        part = chain.from_iterable(self.replay.recording.log.values())
        ids = (record.header("ce_id") for record in part)
        return str(list(ids).index(str(one.fact.event_id).encode()))

    monkeypatch.setattr(Desk, "_place", in_the_log)
    assert any(telling(*ASKERS["prison"]))
