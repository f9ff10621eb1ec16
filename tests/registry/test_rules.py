"""The rules, dated and sourced: always one in force, and none without where it stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from schemas.notice import FactTakenBack
from schemas.register import Basis
from services.registry.domain import DAYS, as_of
from services.registry.readings import PART_2_BEGAN, Dated, Reading
from services.registry.rules import RULES
from tests.registry.person import cautioned, convicted

EVERY = [(version, name, one) for version, rules in RULES.items() for name, one in rules.each()]


@pytest.mark.parametrize("version", RULES)
def test_on_every_day_each_rule_has_exactly_one_reading(version: str) -> None:
    rules = RULES[version]
    groups = (rules, rules.release, rules.status, rules.travel, rules.asked)
    for dated in (one for group in groups for one in vars(group).values()):
        if isinstance(dated, Dated):
            first, *_, last = (dated.readings[0], *dated.readings)
            assert (first.since, last.until) == (date.min, date.max)
            for before, after in zip(dated.readings, dated.readings[1:], strict=False):
                assert after.since == before.until + timedelta(days=1)


@pytest.mark.parametrize(("version", "name", "reading"), EVERY)
def test_each_reading_says_where_it_stands(
    version: str, name: str, reading: Reading[object]
) -> None:
    assert any(word in reading.source for word in ("SOA 2003", "CJA 2003", "R-"))
    assert reading.says
    assert reading.local or " s." in reading.source


def test_where_nothing_is_in_force_nothing_is_decided() -> None:
    gone = Dated((Reading(3, "days", "SOA 2003 s.83(1)", until=date(2020, 1, 1)),))
    assert gone.on(date(2020, 1, 1)) == 3
    with pytest.raises(LookupError):
        gone.on(date(2020, 1, 2))


def test_a_change_of_law_leaves_older_cases_as_they_were() -> None:
    """An invented change: from 2030 a caution keeps somebody on the register for a year."""
    now = RULES["2026-1"]
    first, second = now.months.readings
    value: Mapping[Basis, int | None] = {**second.value, Basis.CAUTION: 12}
    changed = replace(second, value=value, source="invented", since=date(2030, 1, 1))
    months = Dated((first, replace(second, until=date(2029, 12, 31)), changed))
    later = replace(now, version="invented", months=months)
    for on, last_day in (
        (date(2029, 12, 31), date(2031, 12, 30)),
        (date(2030, 1, 1), date(2030, 12, 31)),
    ):
        row = as_of([cautioned(on)], on, later)
        assert row is not None
        assert row.requirement is not None
        assert row.requirement.last_day == last_day


def test_before_part_2_the_act_of_1997_is_carried_over_and_shown_as_unconfirmed() -> None:
    on = PART_2_BEGAN - timedelta(days=1)
    months = RULES["2026-1"].months
    assert months.on(on) == months.on(PART_2_BEGAN)
    assert (months.reading_on(on).local, months.reading_on(PART_2_BEGAN).local) == (True, False)
    row = as_of([convicted(on, term_months=12)], on, RULES["2026-1"])
    assert row is not None
    assert row.requirement is not None
    assert row.requirement.last_day == date(2014, 4, 29)


def test_every_fact_that_is_heard_says_on_which_day_it_took_effect() -> None:
    assert all(field is None or field in one.model_fields for one, field in DAYS.items())
    assert [one for one, field in DAYS.items() if field is None] == [FactTakenBack]
