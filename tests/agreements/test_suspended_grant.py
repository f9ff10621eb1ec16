"""One grant of an agency is suspended: its notices wait, the rest goes on, nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from schemas.case import AgencyLeftCase
from schemas.custody import ReleaseDateSet
from schemas.log import GrantSuspended
from schemas.notice import NoticeIssued, NoticesResumed, NoticeWaiting, Withheld
from services.agreements import suspended, withdrawal
from services.agreements.acts import of_grant
from services.hub.agency.suspension import Waits
from services.runtime import wire
from services.runtime.faults import Stop
from tests.agreements.makers import committed
from tests.agreements.narrowing_world import HOUSING, World, in_log, number_of, replayed
from tests.makers import NOON, later

ABOUT = ReleaseDateSet.kind()


def shown(world: World) -> dict[UUID, str]:
    """The numbers housing was shown, and of which kind of fact each was."""
    return {ref: wire.kind_of(one.headers) or "" for ref, one in world.readers[0].shown.items()}


def waits_in_the_log(world: World) -> set[UUID]:
    return {fact.notice.notice_ref for fact in in_log(world, NoticeWaiting)}


def played(
    seed: int, home: Path, outcome: str, before: datetime | None = None, *, early: int = 60
) -> tuple[World, set[UUID], set[UUID]]:
    """A hub in which that grant waited for a while; what housing had then, and what waited."""

    async def play() -> tuple[World, set[UUID], set[UUID]]:
        world = World(seed, home, "a class")
        await world.begin()
        for _ in range(world.draw.randint(5, early)):
            await world.something()
        await world.grant_suspended(ABOUT)
        assert HOUSING not in world.shut
        had = {ref for ref, kind in shown(world).items() if kind == ABOUT}
        for _ in range(40):
            await world.something()
        await world.hub.memory.settle()
        for reader in world.readers:
            reader.fetch(10_000)
            reader.show(10_000)
        waited = waits_in_the_log(world)
        assert not (shown(world).keys() - had) & waited
        await world.grant_resumed(ABOUT, outcome, before)
        await world.ended()
        return world, had, waited

    return asyncio.run(play())


@pytest.mark.parametrize("seed", range(8))
def test_what_is_released_is_told_as_if_nothing_had_waited(seed: int, tmp_path: Path) -> None:
    world, had, waited = played(seed, tmp_path, "release")
    left = {fact.person_id for fact in in_log(world, AgencyLeftCase)}
    of_who_left = {
        fact.notice.notice_ref for fact in in_log(world, NoticeWaiting) if fact.person_id in left
    }
    told = {ref for ref, kind in shown(world).items() if kind == ABOUT}
    usual = {number_of(one) for one in world.stands(HOUSING) if wire.kind_of(one.headers) == ABOUT}
    assert told <= usual
    assert waited | had <= told | of_who_left  # authorised again then: off the case no more is told
    assert suspended.read(tmp_path).grants == {}
    assert withdrawal.read(tmp_path) is None
    assert replayed(world) == []


@pytest.mark.parametrize("seed", range(8))
def test_what_is_skipped_is_told_to_nobody_and_the_log_says_so(seed: int, tmp_path: Path) -> None:
    world, had, waited = played(seed, tmp_path, "skip")
    lapsed = {
        one.notice_ref
        for fact in in_log(world, NoticesResumed)
        if fact.lapsed
        for one in fact.notices
    }
    assert lapsed == waited
    assert not (shown(world).keys() - had) & lapsed
    assert replayed(world) == []


def test_what_waited_since_before_a_moment_expires_and_the_rest_is_told(tmp_path: Path) -> None:
    gone = kept = 0
    for seed in range(16):
        (home := tmp_path / str(seed)).mkdir()
        world, _, _ = played(seed, home, "expire", later(hours=24), early=10)
        since = {fact.notice.notice_ref: fact.recorded_at for fact in in_log(world, NoticeWaiting)}
        for fact in in_log(world, NoticesResumed):
            for one in fact.notices:
                at = since[one.notice_ref]
                assert at is not None
                assert (at < later(hours=24)) is fact.lapsed
                gone, kept = gone + fact.lapsed, kept + (not fact.lapsed)
    assert gone
    assert kept


def test_while_it_waits_the_other_grants_go_on(tmp_path: Path) -> None:
    world, _, waited = played(3, tmp_path, "release", early=10)
    assert waited
    (began,) = {one.occurred_at for one in in_log(world, GrantSuspended) if one.waits}
    others = {
        fact.about
        for fact in in_log(world, NoticeIssued)
        if fact.agency == HOUSING and fact.occurred_at > began
    } - {ABOUT}
    assert others


@pytest.mark.parametrize("seed", range(4))
def test_unread_notices_of_it_wait_and_unread_others_come_again(seed: int, tmp_path: Path) -> None:
    async def play() -> tuple[World, set[UUID], set[UUID]]:
        world = World(seed, tmp_path, "a class")
        await world.begin()
        while world.to_say:
            await world._say()
        await world.hub.memory.settle()
        unread = world.stands(HOUSING)
        mine = {number_of(one) for one in unread if wire.kind_of(one.headers) == ABOUT}
        rest = {number_of(one) for one in unread} - mine
        await world.grant_suspended(ABOUT)
        await world.ended()
        return world, mine, rest

    world, mine, rest = asyncio.run(play())
    assert mine
    assert rest
    waits = waits_in_the_log(world)
    assert waits
    assert waits <= mine
    if not in_log(world, AgencyLeftCase):  # who is off the case is told neither, then or later
        assert waits == mine
        assert rest <= shown(world).keys()
    assert not mine & shown(world).keys()


@pytest.mark.parametrize("outcome", ["release", "skip", "expire"])
def test_the_log_tells_to_the_letter_what_the_inbox_got(outcome: str, tmp_path: Path) -> None:
    world, _, _ = played(50, tmp_path, outcome, NOON if outcome == "expire" else None)
    assert asyncio.run(world.fed_again(HOUSING)) == [
        (number_of(record), record.value) for record in world.by_person(HOUSING)
    ]


def test_a_grant_waits_by_nobodys_act_no_more_than_it_is_resumed(tmp_path: Path) -> None:
    async def play() -> World:
        world = World(3, tmp_path, "a class")
        await world.begin()
        await world.hub.memory.settle()
        for number, waits in enumerate((True, False)):
            world.hub.say(
                GrantSuspended(
                    event_id=UUID(int=number),
                    occurred_at=NOON,
                    source="deploy",
                    agency=HOUSING,
                    about=ABOUT,
                    waits=waits,
                )
            )
        await world.hub.memory.settle()
        return world

    world = asyncio.run(play())
    reasons = [record.header("hub_reason") for record in world.hub.dead("deploy")]
    assert reasons == [b"takes-a-decision"] * 2
    assert in_log(world, GrantSuspended) == []


def test_every_grant_there_is_can_be_named_in_an_act() -> None:
    for agency in committed().agencies.values():
        for kind in agency.grants:
            assert len(of_grant(agency.slug, kind, "2026-11-27")) <= 64


def test_one_thing_at_a_time(tmp_path: Path) -> None:
    ends = dict.fromkeys(range(4), 0)
    withdrawal.of_grant(tmp_path, HOUSING, committed(), ABOUT, None, NOON, ends)
    with pytest.raises(Stop, match="under way"):
        withdrawal.of_grant(tmp_path, HOUSING, committed(), ABOUT, None, NOON, ends)
    ending = suspended.Ending(outcome="release", act=None)
    with pytest.raises(Stop, match="under way"):
        withdrawal.end_suspension(tmp_path, HOUSING, committed(), ending, NOON)


def test_what_is_suspended_is_said_as_the_command_takes_it() -> None:
    assert Waits(HOUSING, "release-date-set", NOON, 3).words == f"{HOUSING} --fact release-date-set"
    assert Waits(HOUSING, None, NOON, 3).words == HOUSING


def test_the_withheld_are_not_said_to_have_been_withdrawn(tmp_path: Path) -> None:
    """What waits was in no inbox: it is another fact than that of a notice taken out of one."""
    world, _, _ = played(2, tmp_path, "release", early=10)
    assert in_log(world, NoticesResumed)
    assert {type(fact) for fact in in_log(world, Withheld)} <= {Withheld, NoticesResumed}
