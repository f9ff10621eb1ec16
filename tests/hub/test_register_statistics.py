"""The tables of the annual report: right, of the right year, and nobody can be told from them."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.base import Fact
from schemas.custody import Presence
from schemas.register import Breached, PreventionOrder
from services.hub.register import statistics as tables
from services.hub.register.calibration import LAST, derbyshire_2017
from services.hub.register.command import register
from services.hub.register.population import Population, population_on, populations
from services.hub.register.statistics import Statistics, statistics
from services.hub.register.suppression import ALL
from services.runtime.faults import Refused
from tests.hub.register_people import told
from tests.makers import (
    FAMILY_NAME,
    a_breach,
    a_conviction,
    a_level,
    a_limit,
    a_notification_order,
    a_presence,
    a_prevention_order,
    a_release,
    a_review,
    another_order,
)

APRIL, MARCH = date(2026, 4, 1), date(2027, 3, 31)
BEFORE, AFTER = date(2026, 3, 31), date(2027, 4, 1)
REGISTERED = a_conviction(convicted_on=date(2026, 3, 2))


def counted(*facts: Fact, last: date = MARCH, times: int = 6) -> Statistics:
    """So many people of whom the same was told."""
    people = [told(*facts, number=number) for number in range(1, times + 1)]
    return statistics(people, last, None)


def of_year(what: str, *facts: Fact) -> int:
    return counted(*facts).numbers.get(what, 0)


# -- the year it is held against


def test_derbyshire_2017_has_1154_registered_and_125_2_per_100_000() -> None:
    found = statistics(derbyshire_2017(), LAST, population_on(populations(), LAST))
    assert found.registered == 1_154
    assert str(found.per_100_000) == "125.2"
    assert found.of_year()[4] == {tables.BREACHES: 14}
    assert found.of_year()[5] == {tables.LIFTED: 15}


def test_its_page_says_so_and_how_the_rate_is_made() -> None:
    page = CliRunner().invoke(register, ["statistics", "--example"], env={"COLUMNS": "120"})
    assert page.exit_code == 0
    assert "Registered: 1,154; per 100,000: 125.2" in page.output
    assert "921,700 aged 10 and over" in page.output
    assert "worked out" in page.output
    assert FAMILY_NAME not in page.output


def test_the_same_people_for_the_same_seed_and_others_for_another() -> None:
    first, again, other = (derbyshire_2017(seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert statistics(other, LAST, None).registered == 1_154
    assert len({one.person for one in first}) == len(first)


# -- tables 1 and 3: who is eligible on the day


def test_who_is_in_the_community_is_counted_by_category_and_level() -> None:
    other = a_conviction(schedule_3=False, schedule_15=True, term_months=12)
    assert counted(REGISTERED, a_level(2)).eligible.number(("1", "2")) == 6
    assert counted(REGISTERED).eligible.number(("1", "none")) == 6
    assert counted(other).eligible.number(("2", ALL)) == 6
    assert counted(REGISTERED, last=date(2026, 3, 31)).registered == 6
    assert counted(REGISTERED, last=date(2025, 3, 31)).registered == 0


@pytest.mark.parametrize(
    ("facts", "number"),
    [
        ((a_presence(Presence.IN_CUSTODY, since_on=MARCH),), 0),
        ((a_presence(Presence.IN_HOSPITAL, since_on=APRIL),), 0),
        ((a_presence(Presence.IN_CUSTODY, since_on=AFTER),), 6),
        ((a_presence(Presence.ABROAD, since_on=APRIL),), 6),
        ((a_presence(Presence.IN_CUSTODY, since_on=APRIL), a_release(released_on=MARCH)), 6),
    ],
    ids=["custody", "hospital", "the-day-after", "abroad", "let-go-that-day"],
)
def test_who_is_held_on_the_day_is_in_no_snapshot(facts: tuple[Fact, ...], number: int) -> None:
    assert counted(REGISTERED, *facts).registered == number


def test_who_is_limited_is_in_no_table() -> None:
    breach = a_breach(proved_on=APRIL)
    found = counted(REGISTERED, breach, a_prevention_order(made_on=APRIL), a_limit("probation"))
    assert set(found.eligible.numbers.values()) == {0}
    assert not any(found.numbers.values())


# -- tables 4 to 7: 1 April to 31 March


@pytest.mark.parametrize(
    ("day", "number"), [(BEFORE, 0), (APRIL, 6), (MARCH, 6), (AFTER, 0)], ids=str
)
def test_an_act_counts_in_the_year_to_its_31_march(day: date, number: int) -> None:
    assert of_year(tables.BREACHES, REGISTERED, a_breach(proved_on=day)) == number
    assert of_year(tables.LIFTED, REGISTERED, a_review(decided_on=day, lifted=True)) == number
    order = a_prevention_order(made_on=day)
    assert of_year("sexual harm prevention orders", REGISTERED, order) == number


def test_somebody_twice_in_breach_is_one_and_other_breaches_are_none() -> None:
    twice = a_breach(proved_on=APRIL), a_breach(proved_on=MARCH, cautioned=True)
    assert of_year(tables.BREACHES, REGISTERED, *twice) == 6
    other = a_breach(Breached.PREVENTION_ORDER, proved_on=APRIL, order_ref="order-1")
    assert of_year(tables.BREACHES, REGISTERED, other) == 0


def test_a_review_that_refuses_revokes_nothing() -> None:
    assert of_year(tables.LIFTED, REGISTERED, a_review(decided_on=APRIL, lifted=False)) == 0


def test_orders_are_counted_one_by_one_by_their_kind() -> None:
    interim = PreventionOrder.INTERIM_SEXUAL_HARM_PREVENTION
    orders = (
        a_prevention_order(made_on=APRIL),
        a_prevention_order(made_on=MARCH, order_ref="order-2"),
        a_prevention_order(made_on=APRIL, order_ref="order-3", order=interim),
        a_notification_order(made_on=APRIL, order_ref="order-4"),
        another_order(made_on=APRIL, order_ref="order-5"),
    )
    assert list(counted(REGISTERED, *orders).of_year()[6].values()) == [12, 6, 6, 0]


@pytest.mark.parametrize(
    ("facts", "number"),
    [
        ((another_order(made_on=BEFORE),), 6),
        ((), 6),
        ((REGISTERED, another_order(made_on=BEFORE)), 0),
        ((another_order(made_on=BEFORE, until=APRIL),), 0),
    ],
    ids=["became-subject", "order-not-told-of", "was-subject", "order-was-over"],
)
def test_who_has_to_notify_for_the_first_time_after_a_breach_of_a_risk_order(
    facts: tuple[Fact, ...], number: int
) -> None:
    breach = a_breach(Breached.RISK_ORDER, proved_on=APRIL + timedelta(days=1), order_ref="order-1")
    assert of_year(tables.AFTER_BREACH, *facts, breach) == number


# -- what is hidden


def test_fewer_than_five_are_hidden_in_every_table() -> None:
    facts = (REGISTERED, a_breach(proved_on=APRIL), a_prevention_order(made_on=APRIL))
    found = counted(*facts, times=4)
    assert found.registered is None
    assert found.of_year()[4] == {tables.BREACHES: None}
    assert list(found.of_year()[6].values()) == [None, 0, 0, 0]


def test_a_rate_is_shown_only_where_its_number_is() -> None:
    people = Population(since=APRIL, aged_10_and_over=921_700, published=True, source="invented")
    for times, rate in ((6, Decimal("0.7")), (4, None)):
        known = [told(REGISTERED, number=number) for number in range(times)]
        assert statistics(known, MARCH, people).per_100_000 == rate
    assert counted(REGISTERED).per_100_000 is None


def test_table_3_shows_what_table_1_shows_in_every_format() -> None:
    """The number of registered stands in both: one hidden and one shown would hide nothing."""
    runner = CliRunner()
    page = json.loads(runner.invoke(register, ["statistics", "--example", "--json"]).stdout)
    assert page["table_3"]["registered"] == page["table_1"]["1"][ALL] == 1_154
    assert page["table_1"]["1"]["3"] is None
    lines = runner.invoke(register, ["statistics", "--example", "--csv"]).stdout
    cells = {(row["table"], row["row"], row["column"]): row["value"] for row in _csv(lines)}
    assert (cells["1", "1", ALL], cells["1", "1", "3"]) == ("1154", "*")
    assert cells["3", "registered", "per 100,000 aged 10 and over"] == "125.2"


def _csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


# -- the population it is a rate of


def test_a_figure_holds_from_its_day_until_the_next_ones() -> None:
    first, second = (
        Population(since=since, aged_10_and_over=count, published=True, source="invented")
        for since, count in ((BEFORE, 100), (MARCH, 200))
    )
    found = [population_on((second, first), day) for day in (date(2020, 3, 31), BEFORE, MARCH)]
    assert found == [None, first, second]


@pytest.mark.parametrize(
    "text", ["figures: [{since: 2016-04-01}]", "figures: 3", ": :", "area: x"], ids=range(4)
)
def test_a_file_that_is_no_population_is_refused_without_its_values(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "population.yaml").write_text(text)
    with pytest.raises(Refused):
        populations(tmp_path / "population.yaml")


@pytest.mark.parametrize("day", ["2017-03-30", "2017-04-01", "2001-03-31", "0001-03-31"])
def test_a_day_that_is_no_31_march_of_the_arrangements_is_not_understood(day: str) -> None:
    asked = CliRunner().invoke(register, ["statistics", "--as-of", day])
    assert (asked.exit_code, asked.stdout) == (2, "")
