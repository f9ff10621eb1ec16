"""Leaks planted one at a time, each of which is found; else the two worlds would prove nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

import services.housing_bridge.app as housing_bridge
from services.agreements import bundle
from services.agreements.compile import Agency
from services.agreements.references import References
from tests.in_memory import NAMES, Hub
from tests.two_worlds import leaks
from tests.two_worlds.bridged import bridged
from tests.two_worlds.day import BASE, OTHER, everything_of_them
from tests.two_worlds.world import (
    World,
    differences,
    ids_of_the_log,
    notes_in_common,
    observed,
    play,
)

WATCHER = "derby-housing"
EVERYTHING = everything_of_them()
OWN = tuple(one for one in EVERYTHING if one[1].source == WATCHER)
INBOX, DEAD = NAMES.inbox(WATCHER), NAMES.dead(WATCHER)


async def worlds(make: Callable[[], Hub]) -> tuple[World, World]:
    """The day without and with one more managed person."""
    return await play([*BASE, *OWN], make()), await play([*BASE, *EVERYTHING], make())


async def told_apart(make: Callable[[], Hub]) -> list[str]:
    without, with_them = await worlds(make)
    return differences(observed(WATCHER, without), observed(WATCHER, with_them))


async def test_a_reason_in_a_dead_letter() -> None:
    found = await told_apart(lambda: leaks.a_hub(door=leaks.answer_that_nobody_is_meant))
    assert {f"{DEAD} length", "page"} <= set(found)


async def test_an_event_id_that_two_agencies_share() -> None:
    found = await told_apart(lambda: leaks.a_hub(door=leaks.know_an_event_by_its_id_alone))
    assert f"{DEAD} length" in found


async def test_a_gap_in_the_sequence() -> None:
    found = await told_apart(
        lambda: leaks.a_hub(notify=leaks.mark_what_is_withheld, topics=leaks.HidesMarkers())
    )
    assert set(found) <= {"page", *(f"{INBOX} {number} offset" for number in range(100))}
    assert "page" in found  # its page shows where its inbox ends


async def test_a_list_of_topics_that_depends_on_persons() -> None:
    without, with_them = await worlds(lambda: leaks.a_hub(notify=leaks.a_topic_for_each_person))
    assert differences(observed(WATCHER, without), observed(WATCHER, with_them)) == []
    for world in (without, with_them):
        world.rights[WATCHER] = leaks.by_prefix(WATCHER)
    found = differences(observed(WATCHER, without), observed(WATCHER, with_them))
    assert found == ["topics listed"]


async def test_a_list_of_schemas_that_depends_on_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, its_own = [], bundle.schemas
    for world in await worlds(leaks.a_hub):
        people = {fact.person_id for fact in world.hub.in_log()}

        def one_each(agency: Agency, adopted: int, more: int = len(people)) -> dict[int, object]:
            return its_own(agency, adopted) | dict.fromkeys(range(more), "string")

        monkeypatch.setattr(bundle, "schemas", one_each)
        seen.append(observed(WATCHER, world))
    found = differences(*seen)
    assert found
    assert all(at.startswith("folder schemas/") for at in found)


async def test_a_time_that_depends_on_what_others_are_told() -> None:
    found = await told_apart(lambda: leaks.a_hub(topics=leaks.LateWhereMuchIsTold()))
    assert set(found) <= {f"{INBOX} {number} time" for number in range(100)}
    assert found


@pytest.mark.parametrize(
    ("leak", "places"),
    [
        (leaks.forbidden_beside_not_found, {"GET status", "GET body"}),
        (leaks.longer_where_somebody_is_meant, {"POST body", "POST size"}),
    ],
)
async def test_an_answer_of_a_bridge(
    leak: Callable[[Hub], Callable[..., web.Application]],
    places: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    for name, more in (("without", OWN), ("with", EVERYTHING)):
        (tmp_path / name).mkdir()
        hub = leaks.a_hub()
        monkeypatch.setattr(housing_bridge, "application", leak(hub))
        world = await bridged(WATCHER, tmp_path / name, [*BASE, *more], hub)
        seen.append(observed(WATCHER, world))
    found = differences(*seen)
    assert places <= {at.split(" ", 2)[2] for at in found if at.startswith("answer")}
    assert OTHER.value not in json.dumps(found)


@pytest.mark.parametrize("what", ["ref", "notice"])
async def test_a_reference_that_two_agencies_share(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairwise = getattr(References, what)
    monkeypatch.setattr(References, what, lambda self, _, of: pairwise(self, "everybody", of))
    world = await play(BASE)
    assert notes_in_common("derby-housing", "amber-valley-housing", world)
    assert notes_in_common("probation", "prison", world)


async def test_an_event_id_in_a_notice_of_who_is_not_told_sources(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(References, "notice", lambda _, __, event_id: event_id)
    assert ids_of_the_log(WATCHER, await play(BASE))
