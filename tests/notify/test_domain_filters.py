"""A filter lets through what it names and nothing it does not know; a grant ends when it ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.base import Fact
from schemas.register import Address
from tests.makers import (
    HOME,
    NOON,
    a_category,
    a_joining,
    a_level,
    a_notification,
    a_release_date,
    an_address_change,
    an_overdue_notice,
    later,
)
from tests.notify.telling import INVENTED, Desk, invented

ELSEWHERE = Address(line="2 Example Street", postcode="ZZ99 9ZZ", council_code="E07000032")


def test_a_filter_by_area_lets_through_who_lives_there() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    desk.say(a_joining("amber-valley-housing"))
    both = {"derby-housing", "amber-valley-housing"}
    assert desk.told(an_address_change(home=HOME)) & both == {"derby-housing"}
    moved = an_address_change(home=ELSEWHERE, occurred_at=later(hours=1))
    assert desk.told(moved) & both == {"amber-valley-housing"}


FILTERS = [
    ("areas: [E06000015]", an_address_change(home=HOME), an_address_change(home=ELSEWHERE)),
    ("areas: [E06000015]", a_notification(home=HOME), a_notification(home=None)),
    ("categories: [1, 2]", a_category(2), a_category(3)),
    ("categories: [1, 2]", a_category(1), a_category(None)),
    ("levels: [3]", a_level(3), a_level(2)),
]


@pytest.mark.parametrize(("written", "passes", "stays_out"), FILTERS)
def test_a_filter_lets_through_what_it_names_and_nothing_it_does_not_know(
    tmp_path: Path, written: str, passes: Fact, stays_out: Fact
) -> None:
    def told(*facts: Fact) -> bool:
        desk = invented(tmp_path, ("on_case: true", f"on_case: true\n    {written}"))
        desk.say(a_joining(INVENTED))
        for fact in facts:
            desk.say(fact)
        return desk.told(a_release_date()) == {INVENTED}

    assert [told(), told(passes), told(stays_out)] == [False, True, False]


@pytest.mark.parametrize(
    "empty", ["areas: []", "categories: []", "levels: []", "facts: []", "classes: []"]
)
def test_an_empty_list_lets_nothing_through(tmp_path: Path, empty: str) -> None:
    name = empty.split(":")[0]
    written = {"facts": "facts: [release-date-set]", "classes": "classes: [reference, custody]"}
    old = written.get(name, "on_case: true")
    change = (old, empty if name in written else f"{old}\n    {empty}")
    desk = invented(tmp_path, change)
    for fact in (a_joining(INVENTED), an_address_change(), a_category(1), a_level(3)):
        desk.say(fact)
    assert desk.hear(a_release_date()) == []


def test_a_grant_of_its_own_is_of_facts_that_name_it(tmp_path: Path) -> None:
    desk = invented(
        tmp_path,
        ("[release-date-set]", "[notice-overdue]"),
        ("[reference, custody]", "[reference]"),
        ("on_case: true", "on_case: true\n    own_only: true"),
        ("receipt: true", "receipt: false"),
    )
    desk.say(a_joining(INVENTED))
    assert desk.told(an_overdue_notice("dwp")) == set()
    assert desk.told(an_overdue_notice(INVENTED)) == {INVENTED}


# -- in force


LAST_INSTANT = datetime(2027, 3, 31, 22, 59, 59, tzinfo=UTC)
"""The grant holds to the end of 31 March 2027, London time."""


def test_an_expired_grant_tells_nothing(tmp_path: Path) -> None:
    desk = invented(tmp_path)
    desk.say(a_joining(INVENTED))
    assert desk.told(a_release_date(), LAST_INSTANT) == {INVENTED}
    assert desk.told(a_release_date(), LAST_INSTANT + timedelta(seconds=1)) == set()


def test_what_waited_until_a_grant_expired_is_not_told_under_it(tmp_path: Path) -> None:
    desk = invented(tmp_path)
    desk.say(a_joining(INVENTED))
    desk.now = LAST_INSTANT + timedelta(seconds=1)
    assert desk.told(a_release_date(), LAST_INSTANT - timedelta(hours=70)) == set()


def test_when_it_happened_does_not_matter_to_whether_a_grant_is_in_force(tmp_path: Path) -> None:
    desk = invented(tmp_path)
    desk.say(a_joining(INVENTED))
    late = LAST_INSTANT + timedelta(days=1)
    assert desk.told(a_release_date(occurred_at=NOON), late) == set()
