"""A suspension that holds: what an agency is told waits, and is decided, never dropped."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from schemas.log import Decided
from schemas.notice import NoticeOverdue, Withheld
from services.agreements import suspended, withdrawal
from services.agreements.broker_plan import desired
from services.runtime.faults import Stop
from tests.agreements.makers import committed
from tests.agreements.narrowing_world import HOUSING, SIGN, World, in_log, number_of, replayed
from tests.in_memory import NAMES
from tests.makers import NOON, later


def played(
    seed: int, home: Path, outcome: str, before: datetime | None = None
) -> tuple[World, set[UUID], set[UUID]]:
    """A hub in which housing was suspended; what it had then, and what waited in the end."""

    async def play() -> tuple[World, set[UUID], set[UUID]]:
        world = World(seed, home, "a class")
        reader = world.readers[0]
        await world.begin()
        for _ in range(world.draw.choice((10, 40, 120))):
            await world.something()
        await world.suspended()
        had = set(reader.shown)
        await world.hub.memory.settle()
        waited = {number_of(one) for one in world.stands(HOUSING)}
        await world.resumed(outcome, before)
        assert set(reader.shown) == had or HOUSING not in world.shut
        await world.ended()
        return world, had, waited

    return asyncio.run(play())


@pytest.mark.parametrize("seed", range(8))
def test_what_is_released_is_told_once_and_nothing_is_lost(seed: int, tmp_path: Path) -> None:
    world, had, _ = played(seed, tmp_path, "release")
    reader = world.readers[0]
    assert had <= set(reader.shown)
    told_again = {number_of(one) for one in world.stands(HOUSING, world.first.get(HOUSING, 0))}
    assert told_again <= set(reader.shown)
    assert not any(fact.lapsed for fact in in_log(world, Withheld))
    assert world.shut == set()
    assert suspended.read(tmp_path).since == {}


@pytest.mark.parametrize("seed", range(8))
def test_what_is_skipped_is_told_to_nobody_and_the_log_says_so(seed: int, tmp_path: Path) -> None:
    world, had, waited = played(seed, tmp_path, "skip")
    lapsed = [fact for fact in in_log(world, Withheld) if fact.lapsed]
    gone = {one.notice_ref for fact in lapsed for one in fact.notices}
    assert gone <= waited
    (act,) = {fact.event_id for fact in in_log(world, Decided)}
    assert {fact.caused_by for fact in lapsed} <= {act}
    told = {number_of(one) for one in world.stands(HOUSING, world.first.get(HOUSING, 0))}
    assert not gone & told
    assert not gone & (set(world.readers[0].shown) - had)
    overdue = {
        fact.notice_ref for fact in in_log(world, NoticeOverdue) if fact.occurred_at > world.now
    }
    assert not overdue & gone
    assert replayed(world) == []


@pytest.mark.parametrize("seed", range(4))
def test_what_waited_since_before_a_day_expires_and_the_rest_is_told(
    seed: int, tmp_path: Path
) -> None:
    world, _, _ = played(seed, tmp_path, "expire", later(hours=24))
    for fact in in_log(world, Withheld):
        for one in fact.notices:
            (put,) = {
                record.timestamp_ms
                for record in world.stands(HOUSING)[: world.first[HOUSING]]
                if number_of(record) == one.notice_ref
            }
            assert (put < later(hours=24).timestamp() * 1000) is fact.lapsed


@pytest.mark.parametrize("outcome", SIGN)
def test_the_log_tells_to_the_letter_what_the_inbox_got(outcome: str, tmp_path: Path) -> None:
    world, _, _ = played(50, tmp_path, outcome, NOON if outcome == "expire" else None)
    assert asyncio.run(world.fed_again(HOUSING)) == [
        (number_of(record), record.value) for record in world.by_person(HOUSING)
    ]


def test_the_schedules_are_not_empty(tmp_path: Path) -> None:
    lapsed, waiting = 0, 0
    for seed in range(6):
        (home := tmp_path / str(seed)).mkdir()
        world, had, waited = played(seed, home, "skip")
        lapsed += sum(len(fact.notices) for fact in in_log(world, Withheld) if fact.lapsed)
        waiting += len(waited - had)
    assert lapsed > 10
    assert waiting > 10


def test_nothing_lapses_by_nobodys_act(tmp_path: Path) -> None:
    async def play() -> World:
        world = World(3, tmp_path, "a class")
        await world.begin()
        for _ in range(30):
            await world.something()
        await world.hub.memory.settle()
        (person, *_) = {fact.person_id for fact in world.hub.in_log() if fact.person_id}
        fact = Withheld(
            event_id=UUID(int=9),
            occurred_at=NOON,
            source="deploy",
            person_id=person,
            agency=HOUSING,
            before=world.wide.version,
            of_hold=False,
            notices=(),
            told=(),
            lapsed=True,
        )
        world.hub.say(fact)
        world.hub.say(fact.model_copy(update={"lapsed": False}))
        await world.hub.memory.settle()
        return world

    world = asyncio.run(play())
    (back,) = world.hub.dead("deploy")
    assert back.header("hub_reason") == b"takes-a-decision"
    assert [fact.lapsed for fact in in_log(world, Withheld)] == [False]


def test_the_broker_keeps_what_waits_and_gives_the_agency_no_right_to_it(tmp_path: Path) -> None:
    suspended.begin(tmp_path, HOUSING, NOON)
    suspended.begin(tmp_path, HOUSING, later(hours=1))
    assert suspended.read(tmp_path).since == {HOUSING: NOON}
    usual = desired(committed(), NAMES)
    wanted = suspended.while_suspended(usual, tmp_path, NAMES)
    (taken,) = usual.bindings - wanted.bindings
    assert (taken.principal, taken.name, taken.operation) == (
        f"User:agency-{HOUSING}",
        NAMES.inbox(HOUSING),
        "read",
    )
    assert wanted.topics[NAMES.inbox(HOUSING)].configs["retention.ms"] == "-1"
    suspended.end(tmp_path, HOUSING)
    assert suspended.while_suspended(usual, tmp_path, NAMES) == usual


def test_a_suspension_is_not_ended_while_something_else_is_under_way(tmp_path: Path) -> None:
    ending = suspended.Ending(outcome="release", act=None)
    withdrawal.end_suspension(tmp_path, HOUSING, committed(), ending, NOON)
    with pytest.raises(Stop, match="hub agreements apply"):
        withdrawal.end_suspension(tmp_path, HOUSING, committed(), ending, NOON)
