"""Narrowing that holds, in memory: whatever is read, committed or ended meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from schemas.case import AgencyLeftCase, SharingNarrowed
from schemas.notice import NoticeIssued, Withheld
from services.runtime import wire
from tests.agreements.narrowing_world import HOUSING, NARROWER, World, in_log, number_of


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
