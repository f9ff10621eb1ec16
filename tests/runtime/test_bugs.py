"""A bug stops the process, a rule that fails holds one row: nothing is lost in either."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.base import Fact
from schemas.case import LevelSet
from schemas.log import HoldLifted, PersonHeld
from schemas.register import CategoryChanged
from schemas.risk import RoshAssessed
from services.runtime import batch
from services.runtime.again import said_again
from services.runtime.decision import Context, Decision, Route
from services.runtime.faults import Stop
from services.runtime.records import Outgoing, Record
from services.runtime.wire import Trigger, decode
from tests.makers import a_level, a_lifting, a_person, a_tick, later, rules_adopted
from tests.runtime.tally import (
    CANARY,
    DAY,
    ME,
    MIDNIGHT,
    NAMES,
    ONE,
    OTHER,
    ROUTES,
    WOKEN,
    Tally,
    a_house,
    because,
    failing,
    level,
    release,
    tally,
)


async def test_a_bug_publishes_and_saves_what_was_before_it_and_stops() -> None:
    house = await a_house(holds=False)
    house.put(level(1), failing(), level(2))
    with pytest.raises(Stop) as stop:
        await house.settle()
    assert CANARY not in str(stop.value)
    assert house.lane.position(NAMES.log) == 1
    (said,) = house.said()
    assert decode(said.value or b"").event_id == level(1).event_id
    with pytest.raises(Stop):
        await house.settle()


async def test_after_the_fix_the_record_that_stopped_it_counts() -> None:
    house = await a_house(holds=False)
    house.put(level(1), trigger=Trigger("x", 0, 0, 0))
    house.put(failing(), trigger=Trigger("x", 0, 1, 0))
    house.put(level(2), trigger=Trigger("x", 0, 2, 0))
    with pytest.raises(Stop):
        await house.settle()
    house.service = tally(routes=(ROUTES[0], ROUTES[1]), key_of=_fixed)
    await house.open()
    await house.settle()
    assert house.lane.position(NAMES.log) == 3
    assert house.counted("repeats_dropped") == 0
    assert house.state(str(ONE)) == Tally(levels=(1, 2))


def _fixed(fact: Fact) -> str:
    return str(fact.person_id)


async def test_a_tick_that_shows_a_bug_halfway_leaves_nothing_of_itself() -> None:
    def wake_or_fail(state: Tally, tick: Any, context: Context) -> Decision[Tally]:
        if state.levels:
            raise ZeroDivisionError
        return Decision(Tally(woken=(tick.now,)), "woken", (_ended(tick),))

    house = await a_house(holds=False, on_tick=wake_or_fail)
    early = MIDNIGHT - timedelta(hours=1)
    house.put(release(DAY, OTHER), level(1), release(DAY + timedelta(days=1)))
    house.put(a_tick(early), a_tick(MIDNIGHT + timedelta(days=2)))
    with pytest.raises(Stop):
        await house.settle()
    assert house.lane.position(NAMES.log) == 4
    assert house.said(WOKEN) == []
    assert house.state(str(OTHER)) == Tally()
    assert house.lane.store.meta.now == early
    house.service = tally()
    await house.open()
    await house.settle()
    triggers = [Trigger.of(record.headers) for record in house.said(WOKEN)]
    assert triggers == [Trigger(NAMES.log, 0, 4, 0), Trigger(NAMES.log, 0, 4, 1)]


def _ended(tick: Any) -> Fact:
    return CategoryChanged(event_id=tick.event_id, occurred_at=tick.now, source=ME)


async def test_bytes_in_the_log_that_nobody_can_read_stop_the_service() -> None:
    house = await a_house()
    (record,) = house.put(level(1))
    torn = Record(record.topic, 0, 0, 0, None, b"torn", record.headers)
    with pytest.raises(Stop):
        await house.lane.run([torn])


async def test_a_fact_about_nobody_in_the_log_stops_the_service() -> None:
    house = await a_house()
    house.put(a_level(1))
    with pytest.raises(Stop):
        await house.settle()


# -- held rows


async def test_a_failing_rule_holds_that_person_says_so_and_nobody_else_waits() -> None:
    house = await a_house()
    house.put(level(1), failing(), level(2), level(3, OTHER))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1,))
    assert house.state(str(OTHER)) == Tally(levels=(3,))
    row = house.lane.store.get(str(ONE))
    assert row is not None
    assert row.held_at == 1
    assert because(house.meters)["held"] == 1
    (record,) = house.said(NAMES.said(ME, PersonHeld))
    held = decode(record.value or b"")
    assert isinstance(held, PersonHeld)
    assert (held.person_id, held.service, held.fault) == (ONE, ME, "ValueError")
    assert CANARY.encode() not in b"".join([record.value or b"", *dict(record.headers).values()])


class _HiddenError(Exception):
    """As libraries raise."""


async def test_an_error_of_a_private_class_holds_the_row_like_any_other() -> None:
    """Its name begins with what no word of the schema may begin with."""

    def fail(_: Any, __: Any, ___: Context) -> Decision[Tally]:
        raise _HiddenError

    house = await a_house(routes=(Route(LevelSet, fail), *ROUTES[1:]))
    house.put(level(1), level(1, OTHER))
    await house.settle()
    (first, _) = house.said(NAMES.said(ME, PersonHeld))
    held = decode(first.value or b"")
    assert isinstance(held, PersonHeld)
    assert held.fault == "HiddenError"


async def test_a_held_row_stays_held_after_a_restart_and_is_not_woken() -> None:
    house = await a_house()
    house.put(release(), failing())
    await house.settle()
    await house.open()
    house.put(a_tick(MIDNIGHT), level(1))
    await house.settle()
    assert house.state(str(ONE)) == Tally()
    assert house.said(WOKEN) == []


async def test_a_rule_that_fails_at_a_tick_holds_that_row_alone() -> None:
    def fail_for_one(state: Tally, tick: Any, context: Context) -> Decision[Tally]:
        if state.levels:
            raise ZeroDivisionError
        return Decision(Tally(woken=(tick.now,)), "woken")

    house = await a_house(on_tick=fail_for_one)
    house.put(level(1), release(), release(person=OTHER), a_tick(MIDNIGHT))
    await house.settle()
    (record,) = house.said(NAMES.said(ME, PersonHeld))
    assert decode(record.value or b"").person_id == ONE
    assert house.state(str(OTHER)) == Tally(woken=(MIDNIGHT,))


async def test_a_rule_that_says_what_nobody_can_write_holds_the_person_and_says_nothing() -> None:
    def say_twice(tally: Any, fact: Any, context: Context) -> Decision[Tally]:
        good = _ended(a_tick())
        torn = CategoryChanged.model_construct(**{**good.__dict__, "category": "x"})
        return Decision(Tally(levels=(9,)), "said", (good, torn))

    house = await a_house(routes=(Route(LevelSet, say_twice),))
    house.put(level(1))
    await house.settle()
    assert house.said() == []
    assert house.state(str(ONE)) is None
    assert len(house.said(NAMES.said(ME, PersonHeld))) == 1


async def test_too_many_held_is_a_bad_build_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MAX_HELD", 2)
    house = await a_house()
    house.put(*(failing(a_person(number)) for number in range(3)), level(1, a_person(9)))
    with pytest.raises(Stop):
        await house.settle()
    assert house.lane.position(NAMES.log) == 2
    assert len(house.said(NAMES.said(ME, PersonHeld))) == 2


# -- holds lifted


def mended(tally: Tally | None, fact: RoshAssessed, _: Context) -> Decision[Tally]:
    """The rule after the fix: it counts what it failed on as a fourth level."""
    known = tally or Tally()
    return Decision(Tally(levels=(*known.levels, 4), woken=known.woken), "mended")


def lifted(failed_at: int, *, skipped: bool = False, **fields: Any) -> HoldLifted:
    return a_lifting(service=ME, failed_at=failed_at, skipped=skipped, person_id=ONE, **fields)


async def test_a_lifted_hold_decides_again_what_waited_in_its_order() -> None:
    house = await a_house()
    house.put(level(1), failing(), level(2), level(3, OTHER), level(3))
    await house.settle()
    house.service = tally(routes=(ROUTES[0], ROUTES[1], Route(RoshAssessed, mended)))
    await house.open()
    (lifting,) = house.put(lifted(1))
    house.put(level(1, OTHER))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1, 4, 2, 3))
    assert await house.heard() == ((None, 1), (None, 3), (4, 2), (2, 3), (3, 1))
    triggers = [Trigger.of(record.headers) for record in house.said()]
    assert triggers[2:4] == [Trigger(NAMES.log, 0, lifting.offset, part) for part in (0, 1)]
    house.put(level(2))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1, 4, 2, 3, 2))


async def test_what_fails_again_is_held_again_and_said_again() -> None:
    house = await a_house()
    house.put(failing(), level(1), lifted(0), level(2))
    await house.settle()
    row = house.lane.store.get(str(ONE))
    assert row is not None
    assert row.waits == (0, 1, 3)
    held = house.said(NAMES.said(ME, PersonHeld))
    assert len({record.header("ce_id") for record in held}) == 2


async def test_what_is_skipped_is_left_out_and_the_rest_decided() -> None:
    house = await a_house()
    house.put(level(1), failing(), level(2), lifted(1, skipped=True))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1, 2))


@pytest.mark.parametrize("change", [{"failed_at": 0}, {"service": "registry"}])
async def test_a_hold_is_lifted_only_where_it_was_seen(change: dict[str, Any]) -> None:
    house = await a_house()
    house.put(level(1), failing(), level(2))
    house.put(lifted(1).model_copy(update=change))
    await house.settle()
    row = house.lane.store.get(str(ONE))
    assert row is not None
    assert row.waits == (1, 2)
    house.put(lifted(1, skipped=True), lifted(1, skipped=True, occurred_at=later()))
    await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1, 2))


async def test_a_wish_to_be_woken_outlives_the_hold() -> None:
    house = await a_house()
    house.put(release(), failing(), a_tick(MIDNIGHT), lifted(1, skipped=True))
    await house.settle()
    assert house.said(WOKEN) == []
    house.put(a_tick(MIDNIGHT + timedelta(minutes=1)))
    await house.settle()
    assert len(house.said(WOKEN)) == 1


async def test_a_tick_a_rule_failed_at_is_decided_again() -> None:
    def fail_once(state: Tally, tick: Any, context: Context) -> Decision[Tally]:
        if context.now == MIDNIGHT:
            raise ZeroDivisionError
        return Decision(Tally(woken=(tick.now,)), "woken")

    house = await a_house(on_tick=fail_once)
    house.put(release(), a_tick(MIDNIGHT), a_tick(MIDNIGHT + timedelta(hours=1)), lifted(1))
    await house.settle()
    assert house.state(str(ONE)) == Tally(woken=(MIDNIGHT,))


async def test_fed_again_a_run_with_a_lifted_hold_says_the_same() -> None:
    house = await a_house()
    house.put(level(1), failing(), level(2), lifted(1, skipped=True), level(3))
    await house.settle()
    records = house.topics.read(NAMES.log)
    again = await said_again(house.service, 0, records, "again")
    stands = [*house.said(), *house.said(NAMES.said(ME, PersonHeld))]
    assert {(r.value, r.headers) for r in stands} == {(o.value, o.headers) for o in again.said}
    assert again.rows == house.broken.rowlog.rows[0]


# -- set aside


def parks(record: Record) -> Outgoing:
    return Outgoing("dead.somebody", record.key, record.value, record.headers)


async def test_what_three_processes_ended_at_is_set_aside_and_the_others_go_on() -> None:
    house = await a_house(holds=False, park=parks)
    house.put(level(1), failing(), level(2))
    for crash in range(batch.CRASHES):
        with pytest.raises(Stop):
            await house.settle()
        await house.open()
        assert house.lane.store.meta.crashed == {f"{NAMES.log}@1": crash + 1}
    await house.settle()
    (back,) = house.topics.read("dead.somebody")
    assert back.value == house.topics.read(NAMES.log)[1].value
    assert house.state(str(ONE)) == Tally(levels=(1, 2))
    assert house.lane.store.meta.crashed == {}
    assert house.counted("records_parked") == 1


async def test_a_wanted_stop_is_no_crash() -> None:
    def not_here(_: Any) -> str:
        raise Stop("install it")

    house = await a_house(holds=False, park=parks, rules_of=not_here, routes=())
    await house.open()
    house.put(rules_adopted())
    for _ in range(batch.CRASHES + 2):
        with pytest.raises(Stop):
            await house.settle()
    assert house.lane.store.meta.crashed == {}


async def test_fed_again_what_was_set_aside_is_set_aside_again() -> None:
    house = await a_house(holds=False, park=parks)
    house.put(level(1), failing(), level(2), failing(OTHER), level(3))
    records = house.topics.read(NAMES.log)
    again = await said_again(house.service, 0, records, "again")
    assert [out.topic for out in again.said].count("dead.somebody") == 2


@pytest.mark.parametrize("together", [True, False], ids=["in-one-batch", "one-by-one"])
async def test_a_row_that_outgrows_the_broker_holds_its_person_wherever_batches_end(
    together: bool,
) -> None:
    def pile_up(tally: Tally | None, fact: Any, context: Context) -> Decision[Tally]:
        grown = (tally or Tally()).levels + (1,) * 200_000
        return Decision(Tally(levels=grown), "counted", (_ended(a_tick()),))

    house = await a_house(routes=(Route(LevelSet, pile_up),))
    for _ in range(4):
        house.put(level(1))
        if not together:
            await house.settle()
    house.put(level(1, OTHER))
    await house.settle()
    row = house.lane.store.get(str(ONE))
    assert row is not None
    assert (row.held_at, len(row.state.levels)) == (2, 400_000)
    (record,) = house.said(NAMES.said(ME, PersonHeld))
    held = decode(record.value or b"")
    assert isinstance(held, PersonHeld)
    assert (held.person_id, held.fault) == (ONE, "RowTooLargeError")
    assert len(house.said()) == 3, "two of one person, one of another"
