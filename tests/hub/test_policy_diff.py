"""What another version of the agreements lets whom know: in its words, and on recorded facts."""

import asyncio
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import CliRunner

from services.hub.cli import main
from services.hub.policy.facts import OnFacts, on_facts
from services.hub.policy.shown import Direction
from services.hub.policy.structure import Change, changes
from services.hub.recording import Recording
from services.runtime.names import LOG_PARTITIONS
from tests.agreements.editing import Edit, edited
from tests.agreements.makers import FILES, committed
from tests.hub.recordings import kept
from tests.in_memory import NAMES, agreements
from tests.makers import FAMILY_NAME, HOME, a_conviction, a_fitting, a_pnc, a_tamper, later
from tests.two_worlds.day import BASE
from tests.two_worlds.world import World, play

WIDENS, NARROWS, CHANGES = Direction.WIDENS, Direction.NARROWS, Direction.CHANGES
ONE_MORE_CLASS: Edit = (
    "derby-housing",
    "facts: [tenancy-started, tenancy-ended]\n    classes: [reference, location, housing]",
    "facts: [tenancy-started, tenancy-ended]\n    classes: [reference, housing]",
)
ANY_AREA: Edit = ("derby-housing", "    areas: [E06000015]\n", "")
NOT_ON_CASE: Edit = ("prison", "on_case: true\n    ages", "on_case: false\n    ages")
FEWER_FACTS: Edit = ("dwp", "facts: [release-date-set]", "facts: []")
SOONER: Edit = ("derby-housing", "urgency: same-day", "urgency: immediate")
MONTHS: Edit = (
    "derby-housing",
    "classes: [reference, identity, custody]",
    "classes: [reference, identity, custody]\n    redact: {custody: coarsen}",
)
NUMBERS: Edit = ("derby-housing", "identifiers: [crn, housing]", "identifiers: [crn, housing, pnc]")

_THIRD: dict[str, Any] = {"identifiers": (a_pnc(9),)}
ALONE = (
    (0, a_conviction(given_names="Specimen", **_THIRD)),
    (3, a_fitting(device_ref="device-3", occurred_at=later(hours=2), **_THIRD)),
    (30, a_tamper(device_ref="device-3", occurred_at=later(hours=29))),
)
"""Of somebody on whose case nobody is."""


@cache
def day() -> World:
    return asyncio.run(play([*BASE, *ALONE]))


@cache
def recording() -> Recording:
    topics = day().hub.memory.topics
    return Recording(NAMES, {n: topics.read(NAMES.log, n) for n in range(LOG_PARTITIONS)})


def ways(found: Iterable[Change]) -> set[tuple[str, str, str, Direction]]:
    return {(one.agency, one.fact, one.field, one.direction) for one in found}


def of_fields(facts: OnFacts) -> dict[tuple[str, str, str], tuple[Direction, int]]:
    return {
        (one.agency, one.fact, one.field): (one.direction, one.notices) for one in facts.differences
    }


# -- in the agreements' words


def test_the_same_files_say_the_same() -> None:
    assert changes(committed(), committed()) == []


def test_a_class_taken_away_narrows_each_of_its_fields(tmp_path: Path) -> None:
    found = changes(committed(), edited(tmp_path / "new", ONE_MORE_CLASS))
    assert {one.direction for one in found} == {NARROWS}
    assert {one.fact for one in found} == {"tenancy-started"}
    assert all(one.field.startswith("home.") for one in found)
    assert all("location" in one.classes for one in found)
    assert all(one.line.startswith("derby-housing.yaml:") for one in found)


@pytest.mark.parametrize(
    ("edit", "fact", "field", "direction"),
    [
        (ANY_AREA, "address-changed", "", WIDENS),
        (NOT_ON_CASE, "alert-raised", "", WIDENS),
        (SOONER, "release-date-set", "", CHANGES),
        (MONTHS, "release-date-set", "release_on", NARROWS),
        (NUMBERS, "release-date-set", "identifiers[].value", WIDENS),
    ],
)
def test_each_way_a_grant_can_go_is_found(
    tmp_path: Path, edit: Edit, fact: str, field: str, direction: Direction
) -> None:
    found = ways(changes(committed(), edited(tmp_path / "new", edit)))
    assert (edit[0], fact, field, direction) in found


@pytest.mark.parametrize("edit", [ONE_MORE_CLASS, ANY_AREA, FEWER_FACTS, MONTHS, NUMBERS])
def test_what_widens_one_way_narrows_the_other(tmp_path: Path, edit: Edit) -> None:
    new = edited(tmp_path / "new", edit)
    there, back = ways(changes(committed(), new)), ways(changes(new, committed()))
    turned = {WIDENS: NARROWS, NARROWS: WIDENS, CHANGES: CHANGES}
    assert there == {(*where, turned[direction]) for *where, direction in back}


def test_what_a_body_may_say_is_found_too(tmp_path: Path) -> None:
    new = edited(tmp_path / "new", ("derby-housing", "  - address-changed\n", ""))
    assert ways(changes(committed(), new)) == {("derby-housing", "address-changed", "", NARROWS)}


# -- on recorded facts


def test_on_the_same_agreements_everybody_is_told_the_same() -> None:
    found = on_facts(agreements(), committed(), recording())
    assert found.differences == ()
    assert found.notices[0] == found.notices[1] > 50
    assert found.facts == recording().facts


def test_a_field_less_is_counted_once_for_each_notice_that_had_it(tmp_path: Path) -> None:
    found = on_facts(committed(), edited(tmp_path / "new", ONE_MORE_CLASS), recording())
    told = [n for n in day().hub.told("derby-housing") if n["about"] == "housing.tenancy-started"]
    assert told
    expected = {
        ("derby-housing", "tenancy-started", f"home.{name}"): (NARROWS, len(told))
        for name in ("line", "postcode", "council_code")
    }
    assert of_fields(found) == expected


def test_a_filter_less_tells_what_it_kept_away(tmp_path: Path) -> None:
    found = of_fields(on_facts(committed(), edited(tmp_path / "new", NOT_ON_CASE), recording()))
    had, raised = (
        sum(n["about"] == "risk.alert-raised" for n in day().hub.told(agency))
        for agency in ("prison", "probation")
    )
    whole = found["prison", "alert-raised", "(that it happened)"]
    assert whole == (WIDENS, raised - had)  # probation hears of every adult's
    assert found["prison", "alert-raised", "urgency"] == whole
    assert {agency for agency, _, _ in found} == {"prison"}


def test_a_fact_less_is_all_of_its_notices_less(tmp_path: Path) -> None:
    new = edited(tmp_path / "new", FEWER_FACTS)
    found = of_fields(on_facts(committed(), new, recording()))
    told = [n for n in day().hub.told("dwp") if n["about"] == "custody.release-date-set"]
    assert found["dwp", "release-date-set", "(that it happened)"] == (NARROWS, len(told))
    assert found["dwp", "release-date-set", "release_on"] == (NARROWS, len(told))
    back = of_fields(on_facts(new, committed(), recording()))
    assert back["dwp", "release-date-set", "release_on"] == (WIDENS, len(told))


def test_a_coarse_day_and_more_numbers_are_found_field_by_field(tmp_path: Path) -> None:
    new = edited(tmp_path / "new", MONTHS, NUMBERS)
    found = of_fields(on_facts(committed(), new, recording()))
    assert found["derby-housing", "release-date-set", "release_on"][0] is NARROWS
    assert found["derby-housing", "release-date-set", "identifiers[].value"][0] is WIDENS


def test_an_answer_sooner_is_neither_more_nor_less(tmp_path: Path) -> None:
    found = of_fields(on_facts(committed(), edited(tmp_path / "new", SOONER), recording()))
    assert found["derby-housing", "release-date-set", "(act_by)"][0] is CHANGES


def test_an_example_is_where_that_event_stands(tmp_path: Path) -> None:
    found = on_facts(committed(), edited(tmp_path / "new", FEWER_FACTS), recording())
    for one in found.differences:
        (record,) = [
            record
            for record in recording().log[one.example.partition]
            if record.offset == one.example.offset
        ]
        assert record.header("ce_type") == one.example.kind.encode()


# -- the command


def hub(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["agreements", "diff", *words])
    return done.exit_code, done.output


def test_the_command_holds_two_folders_against_each_other_on_a_backup(tmp_path: Path) -> None:
    edited(tmp_path / "new", ANY_AREA, NOT_ON_CASE)
    folder = kept(day().hub.memory.topics, tmp_path / "backup")
    code, said = hub(str(FILES), str(tmp_path / "new"), "--on", str(folder), "--json")
    assert code == 3
    found = json.loads(said)
    assert {one["agency"] for one in found["changes"]} == {"derby-housing", "prison"}
    assert found["on_facts"]["differences"]
    assert any("takes two" not in line and "prison" in line for line in found["wider"])
    code, words = hub(str(FILES), str(tmp_path / "new"), "--on", str(folder))
    assert code == 3
    assert "On the recorded facts" in words
    for text in (said, words):
        assert FAMILY_NAME not in text
        assert HOME.line not in text
        assert HOME.postcode not in text


def test_no_difference_is_exit_code_0_and_no_such_version_1(tmp_path: Path) -> None:
    assert hub(str(FILES), str(FILES)) == (0, "The two say the same.\n")
    code, said = hub(str(FILES), "nowhere", "--home", str(tmp_path))
    assert code == 1
    assert "no folder and no version" in said
    assert hub(str(FILES))[0] == 2


def test_a_version_of_a_home_is_named_by_the_beginning_of_its_fingerprint(tmp_path: Path) -> None:
    first = committed().version
    copytree(FILES, tmp_path / "home" / "agreements" / first)
    assert hub(first[:8], str(FILES), "--home", str(tmp_path / "home"))[0] == 0
    assert hub(first[:3], str(FILES), "--home", str(tmp_path / "home"))[0] == 1


def test_a_backup_whose_log_is_not_what_was_written_is_refused(tmp_path: Path) -> None:
    folder = kept(day().hub.memory.topics, tmp_path / "backup")
    file = next((folder / "segments").iterdir())
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    code, said = hub(str(FILES), str(FILES), "--on", str(folder))
    assert code == 1
    assert "bytes differ" in said
