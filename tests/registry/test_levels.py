"""At which level somebody was managed, from when until when (R-LVL-4)."""

from datetime import date, timedelta
from itertools import permutations

from schemas.base import Fact
from services.registry.dates import start_of
from services.registry.domain import as_of
from services.registry.domain.levels import levels_of
from services.registry.rules import RULES
from tests.makers import a_level, admitted
from tests.registry.person import MONDAY, NEWEST, convicted

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
DAY = timedelta(days=1)


def level(level: int, on: date, hour: int = 12) -> Fact:
    said_at = start_of(on) + timedelta(hours=hour)
    return admitted(a_level(level, set_on=on, occurred_at=said_at))


def history(*facts: Fact) -> list[tuple[int, date, date | None]]:
    """The times at each level, in whatever order they are heard."""
    found = []
    for order in permutations(facts):
        row = as_of((convicted(), *order), date(2030, 1, 1), RULES[NEWEST])
        assert row is not None
        found.append([(one.level, one.begins_on, one.last_day) for one in levels_of(row)])
    assert all(one == found[0] for one in found)
    return found[0]


def test_where_nobody_set_a_level_there_is_none() -> None:
    assert history() == []


def test_each_level_lasts_to_the_day_before_the_next_is_set() -> None:
    told = (level(2, MONDAY), level(3, JUNE), level(1, JULY))
    assert history(*told) == [(2, MONDAY, JUNE - DAY), (3, JUNE, JULY - DAY), (1, JULY, None)]


def test_set_again_as_it_was_it_is_the_same_time() -> None:
    told = (level(2, MONDAY), level(2, JUNE), level(3, JULY))
    assert history(*told) == [(2, MONDAY, JULY - DAY), (3, JULY, None)]


def test_a_level_that_comes_back_is_another_time() -> None:
    told = (level(2, MONDAY), level(3, JUNE), level(2, JULY))
    assert history(*told) == [(2, MONDAY, JUNE - DAY), (3, JUNE, JULY - DAY), (2, JULY, None)]


def test_of_two_set_on_one_day_the_one_said_later_holds() -> None:
    assert history(level(3, MONDAY, 9), level(2, MONDAY, 15)) == [(2, MONDAY, None)]
