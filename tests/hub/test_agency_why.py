"""Why an agency was told, or was not: in words, with the line, and no more than it may know."""

import asyncio
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner

from schemas.custody import ReleaseDateSet
from schemas.notice import Notice
from services.agreements.explain import Unknown
from services.hub.agency.refusals import TRIAL
from services.hub.agency.why import NOT_HERE, NOT_SAID_WHICH, Told, Why, of_absence, of_number
from services.hub.cli import main
from services.runtime import wire
from tests.agreements.makers import FILES
from tests.in_memory import NAMES, REFERENCES, agreements
from tests.makers import later
from tests.two_worlds.day import BASE, HERS_ID, OTHER_ID, everything_of_them
from tests.two_worlds.world import World, play

EVERYTHING = everything_of_them()
AT = later(hours=200)
RELEASE = ReleaseDateSet.kind()


@cache
def world(agency: str = "", *, with_them: bool = False) -> World:
    """The day; in the second world with everything said of the other person."""
    said = [one for one in EVERYTHING if with_them or one[1].source == agency]
    return asyncio.run(play([*BASE, *said]))


def told(agency: str, played: World) -> list[Told]:
    views = played.hub.views
    return [
        Told(record, Notice.model_validate(wire.decode_view(record.value or b"", views)))
        for record in played.hub.inbox(agency)
    ]


def by_number(agency: str, number: str, played: World) -> Why:
    letters = played.hub.dead(agency)
    return of_number(number, agency, agreements(), NAMES, AT, told(agency, played), letters)


def absence(agency: str, fact: str, ref: str | None, played: World) -> Why:
    return of_absence(fact, ref, agency, agreements(), AT, told(agency, played))


def test_a_notice_is_explained_by_the_lines_of_its_grant() -> None:
    played = world()
    one = next(one for one in told("dwp", played) if one.notice.about == RELEASE)
    answer = by_number("dwp", str(one.notice.notice_ref), played)
    assert answer.found
    assert answer.place == f"{NAMES.inbox('dwp')}@{one.record.offset}"
    assert any("on whose case" in words and "dwp.yaml:" in words for words in answer.words)


def test_a_letter_that_came_back_is_explained_by_what_to_mend() -> None:
    played = world()
    letter = played.hub.dead("dwp")[0]
    answer = by_number("dwp", (letter.header("ce_id") or b"").decode(), played)
    assert answer.found
    assert (letter.header("hub_reason") or b"").decode() in answer.words[0]
    assert answer.words[1].startswith("to mend: ")


def test_also_a_letter_of_a_trial_is_explained() -> None:
    played = world()
    letter: Any = played.hub.dead("dwp")[0]
    tried = type(letter)(letter.topic, 0, 0, 0, None, None, (*letter.headers, (TRIAL, b"run")))
    number = (letter.header("ce_id") or b"").decode()
    assert of_number(number, "dwp", agreements(), NAMES, AT, [], [tried]).found


def test_a_number_of_somebody_elses_is_answered_as_one_that_is_nowhere() -> None:
    played = world()
    theirs = str(told("derby-housing", played)[0].notice.notice_ref)
    nowhere = by_number("dwp", "00000000-0000-8000-8000-000000000000", played)
    assert by_number("dwp", theirs, played) == nowhere == Why(False, "", (NOT_HERE,))


def test_what_was_told_of_a_person_is_found_by_the_agencys_reference() -> None:
    hers = REFERENCES.ref("dwp", HERS_ID)
    answer = absence("dwp", "release-date-set", hers, world())
    assert answer.found
    assert answer.words[0].startswith("it was told")


@pytest.mark.parametrize("fact", ["release-date-set", "level-set", "alert-raised"])
@pytest.mark.parametrize("agency", ["dwp", "derby-housing", "em"])
def test_why_it_was_not_told_is_the_same_whether_somebody_is_managed(
    agency: str, fact: str
) -> None:
    theirs = REFERENCES.ref(agency, OTHER_ID)
    without = absence(agency, fact, theirs, world(agency))
    assert without == absence(agency, fact, theirs, world(with_them=True))
    assert not without.found


def test_why_not_names_the_conditions_and_not_which_one_failed() -> None:
    answer = absence("dwp", "release-date-set", "p-1", world())
    assert answer.words[-1] == NOT_SAID_WHICH
    ungranted = absence("dwp", "level-set", None, world())
    assert "no grant names the fact" in ungranted.words[0]
    assert NOT_SAID_WHICH not in ungranted.words


def test_a_fact_that_is_in_no_catalogue_is_said_to_be_unknown() -> None:
    with pytest.raises(Unknown):
        absence("dwp", "no-such-fact", None, world())


@pytest.mark.parametrize("asked", [[], ["a-number", "--fact", "level-set"]])
def test_one_thing_is_asked_for_at_a_time(asked: list[str]) -> None:
    done = CliRunner().invoke(main, ["agency", "why", "dwp", *asked, "--agreements", str(FILES)])
    assert done.exit_code == 2
