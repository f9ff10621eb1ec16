"""The hub withstands whatever befalls it; a seed plays again exactly."""

import os

import pytest
from click.testing import CliRunner

from services.hub.simulation.command import run, simulate
from services.hub.simulation.play import play
from services.hub.simulation.town import Town
from services.hub.simulation.verdict import verdict
from services.hub.simulation.world import STRIKES
from tests.simulation.schedules import FILES, SCHEDULES

pytestmark = pytest.mark.timeout(1800)
WORDS = (
    "is killed at",
    "arrives",
    "freezes",
    "wakes up, left out",
    "gets no answer",
    "takes",
    "fetches again",
    "leaves its group",
    "is away",
    "is killed",
    "adopts build-2",
    "not saved: fenced",
    "has lost its lease",
    "lifts the hold",
    "recalls the notice",
    "the door fails here",
)
"""What stories say of each misfortune and of what comes of it."""


def test_two_thousand_schedules_are_withstood() -> None:
    played, failed = 0, []
    for count, found in run(FILES, range(SCHEDULES), os.cpu_count() or 1):
        played += count
        failed += found
    assert failed == []
    assert played == SCHEDULES


def test_a_seed_plays_again_to_the_byte(town: Town) -> None:
    first, again = (play(town.plan(31), town, told=True) for _ in range(2))
    assert first.story == again.story
    assert len(first.story) > 500
    topics = first.broker.topics.names()
    assert topics == again.broker.topics.names()
    for topic in topics:
        assert first.broker.topics.read(topic) == again.broker.topics.read(topic)
    assert first.broker.rows == again.broker.rows


def test_another_seed_is_another_schedule(town: Town) -> None:
    one, other = (play(town.plan(seed), town, told=True).story for seed in (31, 32))
    assert one != other


def test_every_misfortune_really_comes(town: Town) -> None:
    """Each kind is drawn, and each leaves its words in some story."""
    drawn, missing = set[str](), set(WORDS)
    for plan in map(town.plan, range(SCHEDULES)):
        drawn |= {strike.kind for strike in plan.strikes}
        story = " ".join(what for _, _, what in play(plan, town).story)
        missing -= {words for words in missing if words in story}
        if not missing and drawn == set(STRIKES):
            break
    assert missing == set()
    assert drawn == set(STRIKES)


def test_nothing_is_wrong_where_nothing_happens(town: Town) -> None:
    """A schedule without misfortunes reaches everybody who is told."""
    plan = next(p for p in map(town.plan, range(200)) if not p.strikes)
    played = play(plan, town)
    assert verdict(played) == []
    assert {receiver.name for receiver in played.receivers if receiver.calls} >= {
        "derbyshire-police",
        "probation",
    }


def test_the_command_plays_and_counts() -> None:
    done = CliRunner().invoke(simulate, ["--seeds", "30", "--agreements", str(FILES), "--json"])
    assert done.exit_code == 0, done.output
    assert '"schedules": 30' in done.output
    assert '"wrong": {}' in done.output


def test_the_command_tells_one_story() -> None:
    done = CliRunner().invoke(simulate, ["--seed", "31", "--agreements", str(FILES)])
    assert done.exit_code == 0, done.output
    assert "Seed 31:" in done.output
    assert "Withstood in" in done.output
