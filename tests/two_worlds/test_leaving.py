"""Two worlds in which somebody leaves the arrangements: only who was told of them can tell."""

import asyncio
from functools import cache

import pytest

from schemas.case import SharingEnded
from schemas.register import CategoryChanged
from tests.two_worlds.day import BASE, PARTNERS, Said, who_leaves
from tests.two_worlds.world import Observed, World, differences, observed, play

ON_IT = "derby-housing"
OTHERS = ("amber-valley-housing", "em", "prison")


@cache
def world(said: tuple[Said, ...]) -> World:
    return asyncio.run(play([*BASE, *said]))


def seen(agency: str, said: tuple[Said, ...]) -> Observed:
    return observed(agency, world(said))


def test_somebody_does_leave_and_who_was_told_of_them_is_told_to_stop() -> None:
    played = world(who_leaves(ON_IT))
    log = played.hub.in_log()
    changes = (one for one in log if isinstance(one, CategoryChanged))
    (left,) = (one for one in changes if one.category is None)
    ends = (one for one in log if isinstance(one, SharingEnded))
    (ended,) = (one for one in ends if one.person_id == left.person_id)
    assert ended.agency == ON_IT
    assert differences(seen(ON_IT, ()), seen(ON_IT, who_leaves(ON_IT))) != []


@pytest.mark.parametrize("agency", OTHERS)
def test_who_is_not_on_the_case_cannot_tell_that_somebody_left(agency: str) -> None:
    own = tuple(one for one in who_leaves(ON_IT) if one[1].source == agency)
    assert differences(seen(agency, own), seen(agency, who_leaves(ON_IT))) == []


def test_who_is_told_to_stop_cannot_tell_who_else_was_on_the_case() -> None:
    alone, busy = who_leaves(ON_IT), who_leaves(*PARTNERS)
    assert differences(seen(ON_IT, alone), seen(ON_IT, busy)) == []


BEFORE = who_leaves(ON_IT)[:-3]


def test_who_was_told_to_stop_cannot_tell_what_is_said_of_them_since() -> None:
    assert differences(seen(ON_IT, BEFORE), seen(ON_IT, who_leaves(ON_IT))) == []


def test_that_sharing_goes_on_after_the_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = seen(ON_IT, BEFORE)
    monkeypatch.setattr("services.notify.domain.handover.ended", lambda _: None)
    monkeypatch.setattr("services.notify.domain.handover.last_end", lambda *_: None)
    busy = asyncio.run(play([*BASE, *who_leaves(ON_IT)]))
    assert differences(quiet, observed(ON_IT, busy)) != []
