"""What the story says must come of it, held against the real mappings and every service."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.case import AgencyJoinedCase
from schemas.register import CategoryChanged, DeadlineMissed, RequirementOpened
from schemas.risk import AlertRaised, Reason
from schemas.tracking import TagFitted, TagTampered, Tamper, ZoneEntered, ZoneLeft
from services.hub.demo.delivery import Expected
from services.hub.demo.story import Story, live, prepare
from services.hub.demo.wearers import Story as Walk
from tests.hub.demo_world import World

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
BEFORE = ("convictions", "agencies", "cases", "monitoring")
Day = tuple[Story, World]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A small story from its first phase to its last; the clock runs before the last."""
    folder = tmp_path_factory.mktemp("day")
    return asyncio.run(_lived_through(folder))


async def _lived_through(folder: Path) -> Day:
    story = prepare(folder / "story", "small", 7, NOW)
    world = World(folder / "world")
    await world.open(NOW - timedelta(minutes=1))
    for phase in BEFORE:
        await world.deliver(story, phase, NOW)
    await world.tick(NOW)
    story = live(story, NOW)
    await world.deliver(story, "live", NOW)
    return story, world


def test_what_is_said_and_what_is_refused_is_as_the_story_says(day: Day) -> None:
    story, world = day
    expected = story.expected
    assert dict(world.said) == dict(expected.said)
    assert world.too_big == expected.refused_by_broker
    dead = {agency: letters for agency in expected.said if (letters := world.dead(agency))}
    assert dead == expected.refused


def test_the_rest_is_in_the_log_but_for_repeats_and_what_waits(day: Day) -> None:
    story, world = day
    stands = Counter(fact.source for fact in world.log())
    expected = story.expected
    assert {agency: stands[agency] for agency in expected.said} == {
        agency: expected.admitted(agency) for agency in expected.said
    }


def test_partners_rows_are_taken_and_refused_as_the_story_says(day: Day) -> None:
    story, world = day
    expected = story.expected
    assert world.rows == expected.rows
    assert world.rows_refused == expected.rows_refused
    assert world.rows_not_for_the_hub == expected.rows_not_for_the_hub
    assert len(world.positions) == expected.positions


def test_everybody_is_in_the_register_in_the_right_category(day: Day) -> None:
    story, world = day
    facts = world.log()
    people = {fact.person_id for fact in facts if fact.person_id}
    categories = Counter(f.category for f in facts if isinstance(f, CategoryChanged))
    assert len(people) == story.totals.people
    assert categories == {1: story.totals.category_1, 2: story.totals.category_2}
    opened = sum(isinstance(fact, RequirementOpened) for fact in facts)
    assert opened == story.totals.requirements


def test_only_those_who_are_overdue_have_missed_a_duty(day: Day) -> None:
    story, world = day
    missed = [fact for fact in world.log() if isinstance(fact, DeadlineMissed)]
    assert len(missed) == story.totals.missed_duties


async def test_nobody_else_misses_one_in_the_hours_after(day: Day) -> None:
    story, world = day
    await world.tick(NOW + timedelta(hours=6))
    missed = [fact for fact in world.log() if isinstance(fact, DeadlineMissed)]
    assert len(missed) == story.totals.missed_duties


def test_each_tampering_counts_once_and_the_late_one_is_marked(day: Day) -> None:
    story, world = day
    facts = world.log()
    tampers = [fact for fact in facts if isinstance(fact, TagTampered)]
    assert sum(not fact.late for fact in tampers) == story.totals.tampers
    assert sum(fact.late for fact in tampers) == story.totals.tampers_late
    assert {fact.tamper for fact in tampers} == {
        Tamper.STRAP,
        Tamper.HOME_UNIT_POWER_LOST,
        Tamper.HOME_UNIT_MOVED,
    }
    fitted = [fact for fact in facts if isinstance(fact, TagFitted)]
    assert len(fitted) == len(story.wearers)


def test_zones_are_entered_by_those_who_certainly_were_in_one_and_by_nobody_else(day: Day) -> None:
    story, world = day
    facts = world.log()
    entered = [fact for fact in facts if isinstance(fact, ZoneEntered)]
    assert sum(not fact.late for fact in entered) == story.totals.zones_entered
    assert sum(fact.late for fact in entered) == story.totals.zones_entered_late
    assert sum(isinstance(fact, ZoneLeft) for fact in facts) == story.totals.zones_left
    crossing = {Walk.ENTERS, Walk.PASSES, Walk.LEAVES_HOME, Walk.ENTERED_LATE}
    devices = {str(wearer.device) for wearer in story.wearers if wearer.story in crossing}
    assert {fact.device_ref for fact in entered} == devices


def test_an_alert_is_raised_of_each_of_these_and_of_nothing_else(day: Day) -> None:
    story, world = day
    raised = [fact for fact in world.log() if isinstance(fact, AlertRaised)]
    # An alert that becomes more urgent is raised again under its own number.
    assert len({fact.alert_ref for fact in raised}) == story.totals.alerts
    late = {fact.alert_ref for fact in raised if Reason.LEARNED_LATE in fact.reasons}
    assert len(late) == story.totals.zones_entered_late + story.totals.tampers_late


@pytest.mark.parametrize("agency", ["derby-housing", "amber-valley-housing", "dwp", "em"])
def test_who_is_not_of_the_responsible_authority_hears_of_its_own_cases_alone(
    agency: str, day: Day
) -> None:
    _, world = day
    joined = [fact for fact in world.log() if isinstance(fact, AgencyJoinedCase)]
    heard_of = world.people_told_of(agency)
    assert heard_of
    assert heard_of <= {fact.person_id for fact in joined if fact.agency == agency}


def test_expectations_of_phases_add_up() -> None:
    one, other = Expected(), Expected()
    for expected, times in ((one, 2), (other, 3)):
        expected.count("probation", "admitted", times)
        expected.count("probation", "nobody")
        expected.count("probation", "waits")
        expected.count("probation", "repeated")
    both = one + other
    assert both.said == {"probation": 11}
    assert both.refused == {"probation": {"nobody": 2}}
    assert both.admitted("probation") == 5
