"""A rule looks back at facts of the log: those its row names, and those said since in its batch."""

from typing import Any

import pytest

from schemas.base import Fact
from schemas.case import LevelSet
from schemas.custody import ReleaseDateSet
from schemas.register import CategoryChanged
from schemas.risk import Rosh, RoshAssessed
from services.runtime import wire
from services.runtime.decision import Context, Decision, Route, State
from services.runtime.faults import Stop
from services.runtime.service import Service
from services.runtime.speech import reads_log
from tests.makers import a_level, a_lifting, a_release_date, a_rosh, admitted, later
from tests.runtime.tally import ME, ONE, OTHER, SAID, House, tally


class Places(State):
    """Where levels were set."""

    levels: tuple[int, ...] = ()


def keep(places: Places | None, _: LevelSet, context: Context) -> Decision[Places]:
    """Keeps where it stands, and nothing of what it says."""
    known = places or Places()
    return Decision(Places(levels=(*known.levels, context.offset)), "kept")


def look(places: Places | None, fact: ReleaseDateSet, context: Context) -> Decision[Places]:
    """Says all levels there were, from the log."""
    known = places or Places()
    said = tuple(
        CategoryChanged(
            event_id=past.event_id,
            occurred_at=fact.occurred_at,
            source=ME,
            person_id=fact.person_id,
            category=past.level,
        )
        for past in context.earlier(known.levels)
    )
    return Decision(known, "looked", said)


def fail(places: Places | None, fact: RoshAssessed, _: Context) -> Decision[Places]:
    """Fails for the very high."""
    if fact.overall is Rosh.VERY_HIGH:
        raise ValueError
    return Decision(places, "assessed")


ROUTES = (Route(LevelSet, keep), Route(ReleaseDateSet, look), Route(RoshAssessed, fail))


def looker(**changes: Any) -> Service:
    return tally(
        routes=ROUTES,
        read=reads_log(route.fact for route in ROUTES),
        state_of=lambda _: Places,
        states=(Places,),
        on_tick=None,
        **{"looks_back": {ReleaseDateSet.kind(): _levels}, **changes},
    )


def _levels(places: Places | None, _: Fact) -> tuple[int, ...]:
    return () if places is None else places.levels


def of(fact: Fact, person: Any = ONE) -> Fact:
    return admitted(fact, person)


def said(house: House) -> list[int | None]:
    facts = (wire.decode(record.value or b"") for record in house.topics.read(SAID))
    return [fact.category for fact in facts if isinstance(fact, CategoryChanged)]


async def a_house(**changes: Any) -> House:
    house = House(looker(**changes))
    await house.open()
    return house


@pytest.mark.parametrize("batches", [(4,), (1, 3), (2, 2), (1, 1, 1, 1)])
async def test_what_was_said_before_and_in_the_same_batch_is_at_hand(
    batches: tuple[int, ...],
) -> None:
    house = await a_house()
    records = house.put(
        of(a_level(1)),
        of(a_level(3), OTHER),
        of(a_level(2, occurred_at=later(hours=1))),
        of(a_release_date()),
    )
    for count in batches:
        await house.lane.run(records[:count])
        records = records[count:]
    assert said(house) == [1, 2]


async def test_taken_anew_from_its_rows_a_worker_looks_back_as_far() -> None:
    house = await a_house()
    house.put(of(a_level(1)))
    await house.settle()
    await house.open()
    house.put(of(a_release_date()))
    await house.settle()
    assert said(house) == [1]


async def test_what_waited_for_a_held_person_looks_back_when_the_hold_is_lifted() -> None:
    house = await a_house()
    (_, failing, *_) = house.put(
        of(a_level(1)),
        of(a_rosh(Rosh.VERY_HIGH)),
        of(a_level(2, occurred_at=later(hours=1))),
        of(a_release_date()),
    )
    await house.settle()
    assert said(house) == []
    house.put(a_lifting(person_id=ONE, service=ME, failed_at=failing.offset, skipped=True))
    await house.settle()
    assert said(house) == [1, 2]


async def test_where_nobody_looks_back_the_log_is_not_visited() -> None:
    house = await a_house()
    house.lane.history = None
    house.put(of(a_level(1)), of(a_rosh()))
    await house.settle()
    assert said(house) == []


async def test_a_rule_that_looks_where_it_did_not_say_stops_the_process_and_holds_nobody() -> None:
    house = await a_house(looks_back={})
    house.put(of(a_level(1)))
    await house.settle()
    house.put(of(a_release_date()))
    with pytest.raises(Stop, match="did not say it would"):
        await house.settle()
    assert house.lane.held == 0
