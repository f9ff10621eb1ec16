"""Narrowing that holds, in memory: whatever is read, committed or ended meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from schemas.case import AgencyLeftCase, SharingNarrowed
from schemas.notice import NoticeIssued, Withheld
from services.agreements import withdrawal
from services.runtime import wire
from services.runtime.records import Outgoing
from tests.agreements.narrowing_world import HOUSING, NARROWER, Struck, World, in_log, number_of
from tests.in_memory import REFERENCES
from tests.makers import agreements_adopted


def played(seed: int, home: Path, how: str) -> World:
    async def play() -> World:
        world = World(seed, home, how)
        await world.begin()
        for _ in range(world.draw.choice((10, 40, 120))):
            await world.something()
        await world.narrowed()
        await world.ended()
        return world

    return asyncio.run(play())


@pytest.mark.parametrize("how", NARROWER)
@pytest.mark.parametrize("seed", range(8))
def test_what_was_unread_is_told_again_and_less_and_nothing_is_lost(
    seed: int, how: str, tmp_path: Path
) -> None:
    world = played(seed, tmp_path, how)
    (reader, other) = world.readers
    granted = world.narrow.agencies[HOUSING].grants
    views = {view.schema_id for grant in granted.values() for view in grant.views.values()}
    inbox, stands_from = world.stands(HOUSING), world.first.get(HOUSING, 0)
    standing = [record for record in inbox if record.offset >= stands_from]

    if world.withdrawn:  # all that is left is by the narrower agreement
        for record in standing:
            about = str(world.read(record)["about"])
            assert about.startswith("case.sharing") or about in granted
            if about in granted:
                assert wire.schema_id_of(record.value or b"") in views
    assert set(reader.shown) >= {number_of(record) for record in standing}
    if how == "a class" and not in_log(world, AgencyLeftCase):  # and what was taken out came again
        assert set(reader.shown) == {number_of(record) for record in inbox}
    assert set(other.shown) == {number_of(record) for record in world.stands("prison")}
    assert {agency for agency, _ in world.withdrawn} <= {HOUSING}
    assert world.shut == set()


@pytest.mark.parametrize("how", NARROWER)
@pytest.mark.parametrize("seed", range(100, 104))
def test_the_log_tells_to_the_letter_what_the_inboxes_got(
    seed: int, how: str, tmp_path: Path
) -> None:
    world = played(seed, tmp_path, how)
    assert asyncio.run(world.fed_again(HOUSING)) == [
        (number_of(record), record.value) for record in world.by_person(HOUSING)
    ]
    withdrawn = {one.notice_ref for fact in in_log(world, Withheld) for one in fact.notices}
    issued = in_log(world, NoticeIssued)
    assert withdrawn <= {one.notice_ref for one in issued}
    assert len({one.event_id for one in issued}) == len(issued)
    assert len({one.event_id for one in in_log(world, Withheld)}) == len(in_log(world, Withheld))


def test_the_schedules_are_not_empty(tmp_path: Path) -> None:
    worlds = []
    for seed in range(12):
        (home := tmp_path / str(seed)).mkdir()
        worlds.append(played(seed, home, "a class"))
    assert sum(bool(world.withdrawn) for world in worlds) > 3
    assert any(in_log(world, SharingNarrowed) for world in worlds)
    assert any(world.ended_early for world in worlds)


def test_a_notice_of_which_the_log_tells_nothing_does_not_shut_its_agency_out_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def play() -> tuple[World, list[bool]]:
        world = World(4, tmp_path, "a class")
        await world.begin()
        while world.to_say:
            await world._say()
        await world.hub.memory.settle()
        (stranger, *_) = world.stands(HOUSING)
        headers = (("ce_id", b"00000000-0000-8000-8000-00000000dead"),)
        world.hub.memory.append(Outgoing(stranger.topic, stranger.key, stranger.value, headers))
        port = Struck(world, may_end=False)
        withdrawal.begin(tmp_path, world.wide, world.narrow, world.now, port)
        world.hub.say(agreements_adopted(world.narrow.version, occurred_at=world.now))
        await world.hub.memory.settle()
        done = []
        for minutes in (0, 9, 11):
            at = world.now + timedelta(minutes=minutes)
            done.append(withdrawal.go_on(tmp_path, port, world.known.get, REFERENCES, at))
        await world.ended()
        return world, done

    world, done = asyncio.run(play())
    assert done == [False, False, True]
    assert "the log tells nothing" in caplog.text
    assert world.shut == set()
    (_, unread) = world.withdrawn[0]
    stood = {number_of(record) for record in world.stands(HOUSING)[: unread.end]}
    withheld = {one.notice_ref for fact in in_log(world, Withheld) for one in fact.notices}
    assert stood - withheld == {UUID("00000000-0000-8000-8000-00000000dead")}
    assert set(world.readers[0].shown) & withheld
