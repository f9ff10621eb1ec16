"""Who is woken when, what a decision may leave, and which rules it follows."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.case import LevelSet
from services.runtime.decision import Context, Decision, Route
from services.runtime.faults import Stop
from services.runtime.wire import Trigger
from tests.makers import (
    PERSON,
    a_build_adopted,
    a_person,
    a_tick,
    a_zone,
    admitted,
    later,
    rules_adopted,
)
from tests.runtime.tally import (
    DAY,
    MIDNIGHT,
    NAMES,
    ONE,
    OTHER,
    WOKEN,
    Tally,
    a_house,
    because,
    level,
    release,
    tally,
)


async def test_a_tick_wakes_who_wants_it_in_the_order_of_their_time_and_once() -> None:
    house = await a_house()
    house.put(release(DAY + timedelta(days=1), ONE), release(DAY, OTHER))
    house.put(a_tick(MIDNIGHT - timedelta(seconds=1)))
    await house.settle()
    assert house.said(WOKEN) == []
    house.put(a_tick(MIDNIGHT + timedelta(days=3)), a_tick(MIDNIGHT + timedelta(days=4)))
    await house.settle()
    assert house.state(str(ONE)).woken == house.state(str(OTHER)).woken
    assert len(house.state(str(ONE)).woken) == 1
    assert because(house.meters)["woken"] == 2


async def test_rows_are_woken_in_the_order_of_their_time_also_after_a_restart() -> None:
    order: list[Any] = []

    def note(state: Tally, tick: Any, context: Context) -> Decision[Tally]:
        order.append(state.levels)
        return Decision(state, "woken")

    house = await a_house(on_tick=note)
    for number, days in ((1, 3), (2, 1), (3, 2)):
        person = a_person(number)
        house.put(level(number, person), release(DAY + timedelta(days=days), person))
    await house.settle()
    await house.open()
    house.put(a_tick(MIDNIGHT + timedelta(days=9)))
    await house.settle()
    assert order == [(2,), (3,), (1,)]


async def test_a_row_changed_earlier_in_the_same_batch_is_woken_as_it_is_now() -> None:
    house = await a_house()
    house.put(release(), release(DAY, OTHER))
    await house.settle()
    house.put(
        release(DAY + timedelta(days=5)), level(1, OTHER), release(DAY, OTHER), a_tick(MIDNIGHT)
    )
    await house.settle()
    assert house.state(str(ONE)) == Tally()
    assert house.state(str(OTHER)) == Tally(levels=(1,), woken=(MIDNIGHT,))


async def test_the_only_now_a_rule_sees_is_the_last_tick_and_it_never_goes_back() -> None:
    seen: list[Any] = []

    def note(tally: Any, fact: Any, context: Context) -> Decision[Tally]:
        seen.append(context.now)
        return Decision(tally, "noted")

    house = await a_house(routes=(Route(LevelSet, note),))
    house.put(level(1), a_tick(later(hours=2)), level(1), a_tick(later(hours=1)), level(1))
    await house.settle()
    assert seen == [None, later(hours=2), later(hours=2)]


# -- what a decision may leave


async def test_a_row_is_removed_where_a_decision_leaves_no_state() -> None:
    def drop(tally: Any, fact: Any, context: Context) -> Decision[Tally]:
        return Decision(None, "dropped")

    house = await a_house()
    house.put(level(1))
    await house.settle()
    house.service = tally(routes=(Route(LevelSet, drop),))
    await house.open()
    house.put(level(2), level(1, OTHER))
    await house.settle()
    assert str(ONE) not in house.broken.rowlog.rows[0]
    assert list(house.lane.store.keys()) == []


async def test_a_fact_without_a_route_changes_nothing_but_the_position() -> None:
    house = await a_house()
    house.put(admitted(a_zone(), PERSON))
    await house.settle()
    assert (house.lane.position(NAMES.log), len(house.lane.store)) == (1, 0)


# -- adoption


async def test_a_build_no_longer_in_force_stops_and_the_new_one_goes_on_where_it_did() -> None:
    house = await a_house()
    house.put(a_build_adopted("build-1"), level(1))
    house.put(a_build_adopted("build-2"), trigger=Trigger("x", 0, 1, 0))
    house.put(level(2))
    with pytest.raises(Stop):
        await house.settle()
    assert house.lane.position(NAMES.log) == 2
    house.build = "build-2"
    await house.open(build_since=1)
    await house.settle()
    assert house.lane.store.meta.adopted == {"build": "build-2"}
    assert house.state(str(ONE)) == Tally(levels=(1, 2))


async def test_a_standby_of_the_build_before_does_not_take_the_partition() -> None:
    house = await a_house()
    house.build = "build-2"
    await house.open()
    house.put(a_build_adopted("build-1"), a_build_adopted("build-2"), level(1))
    await house.settle()
    house.build = "build-1"
    with pytest.raises(Stop, match="another build"):
        await house.open()


async def test_a_build_rolled_back_to_goes_on_past_the_one_between() -> None:
    """Found by a simulated schedule: with a backlog it stopped there at every start."""
    house = await a_house()
    house.put(a_build_adopted("build-1"), level(1))
    await house.settle()
    adoption = "from.deploy.build-adopted"
    house.put(a_build_adopted("build-2"), trigger=Trigger(adoption, 0, 1, 0))
    house.put(level(2))
    house.put(a_build_adopted("build-1"), trigger=Trigger(adoption, 0, 2, 0))
    await house.open(build_since=1)
    house.put(a_build_adopted("build-3"), trigger=Trigger(adoption, 0, 3, 0))
    with pytest.raises(Stop):
        await house.settle()
    assert house.state(str(ONE)) == Tally(levels=(1, 2))
    assert house.lane.store.meta.adopted == {"build": "build-1"}


async def test_a_newer_build_reads_past_the_adoption_of_older_ones_to_its_own() -> None:
    house = await a_house()
    house.build = "build-3"
    await house.open()
    house.put(*(a_build_adopted(f"build-{number}") for number in (1, 2, 3)), level(1))
    await house.settle()
    assert house.lane.store.meta.adopted == {"build": "build-3"}
    assert house.state(str(ONE)) == Tally(levels=(1,))


async def test_rules_this_worker_does_not_have_stop_it_and_are_not_kept_as_adopted() -> None:
    def known(adopted: Any) -> str:
        if adopted.get("rules", "1") != "1":
            raise Stop("unknown")
        return str(adopted.get("rules"))

    house = await a_house(rules_of=known)
    house.put(rules_adopted("1"), level(1), rules_adopted("2"))
    with pytest.raises(Stop):
        await house.settle()
    await house.open()
    assert house.lane.store.meta.adopted == {"rules": "1"}
    assert house.lane.position(NAMES.log) == 2


async def test_the_rules_a_decision_follows_are_those_adopted_before_it() -> None:
    seen: list[Any] = []

    def note(tally: Any, fact: Any, context: Context) -> Decision[Tally]:
        seen.append(context.rules)
        return Decision(tally, "noted")

    house = await a_house(
        routes=(Route(LevelSet, note),),
        rules_of=lambda adopted: adopted.get("rules"),
    )
    house.put(rules_adopted("1"), level(1), rules_adopted("2"), level(1))
    await house.settle()
    await house.open()
    house.put(level(2))
    await house.settle()
    assert seen == ["1", "2", "2"]
