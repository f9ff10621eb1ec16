"""`hub register`: what an officer reads of a person, and what never stands in it."""

import json
from datetime import date
from io import StringIO

import pytest
from click.testing import CliRunner
from rich.console import Console

from schemas.base import Fact
from schemas.register import Basis, Breached, Duty, OtherOrder, PreventionOrder
from services.hub.register import words
from services.hub.register.command import register
from services.hub.register.limits import Limits
from services.hub.register.lookup import Found, shown
from services.hub.register.people import Told
from services.hub.register.reading import rules_of
from services.hub.register.showing import print_register
from services.registry.domain import Stage
from services.registry.rules import RULES
from services.runtime.faults import Stop
from tests.house.source import REPO
from tests.makers import (
    FAMILY_NAME,
    PERSON,
    PNC,
    a_breach,
    a_conviction,
    a_prevention_order,
    a_revision,
    a_sentence,
    admitted,
)
from tests.registry.person import MONDAY, cautioned, notified

SENTENCES: tuple[Fact, ...] = tuple(
    admitted(a_conviction(convicted_on=MONDAY, sentence_ref=ref, **fields))
    for ref, fields in (
        ("s-1", {"term_months": 24}),
        ("s-2", {"term_months": 18, "consecutive_to": "s-1", "overlap_months": 10}),
    )
)


def told(version: str, *facts: Fact) -> Told:
    return Told(PERSON, facts, Limits(), rules_of(version))


def found(day: date, *facts: Fact) -> Found:
    there = shown(told("2026-1", *facts), day)
    assert there is not None
    return there


def printed(there: Found) -> str:
    out = StringIO()
    print_register(there, Console(file=out, width=120, highlight=False))
    return out.getvalue()


def test_terms_that_count_as_one_are_shown_with_what_they_count_for() -> None:
    page = printed(found(date(2026, 3, 4), *SENTENCES))
    assert "On 4 Mar 2026 subject from 2 Mar 2026 indefinitely (life, or 30 months or more)" in page
    assert page.count("counts for 32 months") == 2
    assert "SOA 2003 s.82(1)" in page


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 3, 4), "subject from 2 Mar 2026 until 1 Mar 2028 (caution)"),
        (date(2028, 3, 1), "subject from 2 Mar 2026 until 1 Mar 2028 (caution)"),
        (date(2028, 3, 2), "no longer subject; the last day was 1 Mar 2028"),
    ],
)
def test_from_when_until_when_and_by_what(day: date, says: str) -> None:
    assert says in printed(found(day, cautioned(MONDAY)))


def test_a_duty_stands_with_its_last_day_and_where_in_the_law() -> None:
    missed = printed(found(date(2026, 3, 5), cautioned(MONDAY)))
    assert "missed: possible breach" in missed
    assert "SOA 2003 s.83" in missed
    late = printed(found(date(2026, 3, 6), cautioned(MONDAY), notified(date(2026, 3, 6))))
    assert "done late, 6 Mar 2026" in late
    assert "6 Mar 2027" in late


def test_what_a_court_made_of_a_conviction_stands_beside_it() -> None:
    heard = (*SENTENCES, admitted(a_revision(a_sentence(6), sentence_ref="s-2")))
    page = printed(found(MONDAY, *heard))
    assert "imprisonment, 18 months" in page
    assert "imprisonment, 6 months, by a court on 2 Mar 2026" in page
    longer = a_revision(a_sentence(8, consecutive_to="s-1"), sentence_ref="s-2", corrects=True)
    put_right = printed(found(MONDAY, *SENTENCES, admitted(longer)))
    assert "imprisonment, 8 months, put right as of 2 Mar 2026; counts for 32 months" in put_right
    quashed = printed(found(MONDAY, *SENTENCES, admitted(a_revision(sentence_ref="s-2"))))
    assert "counts no more, by a court on 2 Mar 2026" in quashed


def test_an_order_stands_with_its_days_and_the_requirement_names_it() -> None:
    order = admitted(a_prevention_order())
    there = shown(told(max(RULES), cautioned(MONDAY), order), MONDAY)
    assert there is not None
    page = printed(there)
    assert "subject from 2 Mar 2026 until further order (an order lasts longer)" in page
    assert "SOA 2003 s.103G" in page
    (row,) = [line for line in page.splitlines() if line.startswith("sexual harm")]
    assert row.split("  ")[1:4] == ["2 Mar 2026", "not served", "further order"]


def test_a_breach_that_was_proved_stands_with_how_and_where_in_the_law() -> None:
    breach = admitted(a_breach(cautioned=True))
    there = shown(told(max(RULES), cautioned(MONDAY), breach), MONDAY)
    assert there is not None
    (row,) = [line for line in printed(there).splitlines() if line.startswith("notification ")]
    assert row.split("  ")[1:] == ["2 Mar 2026", "cautioned", "SOA 2003 s.91"]
    assert "breach of" not in printed(found(MONDAY, cautioned(MONDAY)))


def test_outside_the_schedules_nobody_is_subject() -> None:
    term = admitted(a_conviction(schedule_3=False, schedule_15=True, term_months=12))
    page = printed(found(MONDAY, term))
    assert "not subject to notification" in page
    assert "(not under Schedule 3)" in page
    assert "Category under the arrangements: 2" in page


def test_no_name_and_no_number_is_shown() -> None:
    there = found(date(2026, 3, 4), *SENTENCES)
    for page in (printed(there), json.dumps(words.as_object(there))):
        for word in (FAMILY_NAME, PNC.value, str(PERSON), "Exemplar"):
            assert word not in page


def test_when_a_review_opens_stands_beside_a_requirement_without_end() -> None:
    told = (*SENTENCES, notified(MONDAY))
    there = found(MONDAY, *told)
    assert "Review may be asked for from 2 Mar 2041." in printed(there)
    assert words.as_object(there)["review"] == {"opens_on": "2041-03-02", "blocked": False}
    assert "Review not counted yet" in printed(found(MONDAY, *SENTENCES))
    assert words.as_object(found(MONDAY, cautioned(MONDAY)))["review"] is None


def test_for_programs_all_of_it_stands_there_with_the_rules_it_goes_by() -> None:
    there = words.as_object(found(date(2026, 3, 5), cautioned(MONDAY)))
    assert (there["as_of"], there["rules"]) == ("2026-03-05", "2026-1")
    assert there["requirement"]["last_day"] == "2028-03-01"
    assert [clock["stage"] for clock in there["clocks"]] == ["missed"]


def test_nothing_is_shown_by_rules_this_build_does_not_have() -> None:
    with pytest.raises(Stop):
        rules_of(None)


@pytest.mark.parametrize(
    ("months", "days", "says"),
    [(1, 0, "1 month"), (2, 1, "2 months 1 day"), (0, 12, "12 days"), (0, 0, "no term")],
)
def test_lengths_are_said_as_people_say_them(months: int, days: int, says: str) -> None:
    assert words.length(months, days) == says


def test_there_is_a_word_for_every_basis_duty_and_stage() -> None:
    assert (set(words.BASES), set(words.DUTIES)) == (set(Basis), set(Duty))
    assert set(words.STAGES) == set(Stage)
    assert set(words.BREACHES) == set(Breached)
    assert set(words.ORDERS) == {None, *PreventionOrder, *OtherOrder}


# -- the law, readable


def test_the_page_a_lawyer_reads_is_what_the_register_goes_by() -> None:
    shown = CliRunner().invoke(register, ["law", "--markdown"])
    assert (shown.exit_code, shown.output) == (0, (REPO / "docs/law/README.md").read_text("utf-8"))


def test_for_programs_each_rule_stands_there_with_its_days() -> None:
    shown = CliRunner().invoke(register, ["law", "--json"])
    rules = json.loads(shown.output)
    (order,) = [one for one in rules if one["rule"] == "category_order"]
    assert (order["value"], order["local"], order["since"]) == (
        "4, then 1, then 2, then 3",
        True,
        None,
    )
    first, second = [one for one in rules if one["rule"] == "initial_days"]
    assert (first["until"], second["since"]) == ("2004-04-30", "2004-05-01")


def test_on_a_terminal_what_is_no_confirmed_law_is_marked() -> None:
    shown = CliRunner().invoke(register, ["law"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "local" in shown.output
    assert "SOA 2003 s.83(1)" in shown.output
