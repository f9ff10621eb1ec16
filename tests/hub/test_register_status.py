"""`hub register show`: categories, levels, licences and orders, from when until when."""

import json
from datetime import date, timedelta
from io import StringIO

from rich.console import Console

from schemas.base import Fact
from schemas.supervision import Supervision
from services.hub.register import status, words
from services.hub.register.lists import Scope, whole
from services.hub.register.lookup import Found, shown
from services.hub.register.readiness import readiness
from services.hub.register.showing import print_register
from services.hub.register.statistics import statistics
from services.registry.dates import start_of
from services.registry.rules import RULES
from tests.hub.register_people import told
from tests.makers import a_conviction, a_level, a_licence, a_licence_ended, a_referral

MONDAY, LAST = date(2026, 3, 2), date(2027, 9, 1)
AFTER = LAST + timedelta(days=1)
TERM = a_conviction(schedule_3=False, schedule_15=True, sentence_ref="sentence-1")
LICENCE = a_licence(begins_on=date(2027, 3, 2), until=LAST, sentence_ref="sentence-1")
LEVELS = (
    a_level(2, set_on=MONDAY),
    a_level(1, set_on=date(2026, 9, 1)),
    a_level(1, set_on=date(2026, 12, 1)),
    a_level(3, set_on=date(2027, 3, 1)),
)
STORY = (TERM, LICENCE, *LEVELS, a_referral(3, decided_on=date(2027, 10, 4)))


def found(day: date, *facts: Fact, version: str = max(RULES)) -> Found:
    there = shown(told(*facts, version=version), day)
    assert there is not None
    return there


def tables(day: date, *facts: Fact, version: str = max(RULES)) -> dict[str, list[list[str]]]:
    made = status.tables(found(day, *facts, version=version))
    return {columns[0]: [list(row) for row in rows] for columns, rows in made}


def printed(there: Found) -> list[str]:
    out = StringIO()
    print_register(there, Console(file=out, width=120, highlight=False))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_each_category_level_and_licence_stands_with_its_days() -> None:
    assert tables(date(2028, 1, 1), *STORY) == {
        "category": [
            ["2", "2 Mar 2026", "1 Sep 2027", "over"],
            ["3", "4 Oct 2027", "", ""],
        ],
        "level": [
            ["2", "2 Mar 2026", "31 Aug 2026", "over"],
            ["1", "1 Sep 2026", "28 Feb 2027", "over"],
            ["3", "1 Mar 2027", "", ""],
        ],
        "under": [["licence", "2 Mar 2027", "1 Sep 2027", "over"]],
    }


def test_as_of_a_day_only_what_had_begun_is_there_and_the_last_day_is_not_over() -> None:
    assert tables(LAST, *STORY)["under"] == [["licence", "2 Mar 2027", "1 Sep 2027", ""]]
    before = tables(date(2026, 9, 1), *STORY)
    assert before["category"] == [["2", "2 Mar 2026", "", ""]]
    assert before["level"][-1] == ["1", "1 Sep 2026", "", ""]
    assert "under" not in before


def test_a_change_of_category_to_come_is_not_history() -> None:
    both = a_conviction(schedule_15=True, term_months=12, sentence_ref="sentence-1")
    rows = tables(MONDAY, both)["category"]
    assert rows == [["1", "2 Mar 2026", "1 Mar 2036", ""]]


def test_an_order_that_was_discharged_ends_the_day_before() -> None:
    order = a_licence(supervision=Supervision.HOSPITAL_ORDER, begins_on=MONDAY, until=None)
    day = date(2026, 6, 1)
    over = a_licence_ended(ended_on=day, occurred_at=start_of(day) + timedelta(hours=9))
    assert tables(date(2026, 5, 1), order)["under"] == [["hospital order", "2 Mar 2026", "", ""]]
    assert tables(day, order, over)["under"] == [
        ["hospital order", "2 Mar 2026", "31 May 2026", "over"]
    ]


def test_where_there_is_nothing_no_table_stands() -> None:
    nothing = a_conviction(schedule_3=False, sentence_ref="sentence-1", term_months=1)
    assert tables(MONDAY, nothing) == {}
    assert not any(line.startswith(("category ", "level ", "under")) for line in _page(nothing))
    assert [line for line in _page(TERM) if line.startswith("category ")] == [
        "category  from        until"
    ]


def _page(*facts: Fact) -> list[str]:
    return printed(found(MONDAY, *facts))


def test_for_programs_the_same_stands_with_days_and_whether_it_is_over() -> None:
    there = found(AFTER, *STORY)
    shown_of = json.loads(json.dumps({**words.as_object(there), **status.as_object(there)}))
    assert shown_of["category"] is None
    assert shown_of["categories"] == [
        {"category": 2, "from": "2026-03-02", "until": "2027-09-01", "over": True}
    ]
    assert shown_of["supervisions"] == [
        {"supervision": "licence", "from": "2027-03-02", "until": "2027-09-01", "over": True}
    ]
    assert shown_of["levels"][-1] == {
        "level": 3,
        "from": "2027-03-01",
        "until": None,
        "over": False,
    }
    assert not words.OF_STATUS - {"levels", "supervisions"} & shown_of.keys()


def test_by_the_versions_before_no_history_of_categories_is_told() -> None:
    assert set(tables(AFTER, *STORY, version="2026-4")) == {"level", "under"}


def test_a_milestone_that_has_not_begun_is_in_no_page() -> None:
    lines = readiness(found(LAST, TERM, LICENCE), with_victims=True)
    assert not any("category 3" in line.what for line in lines)
    lines = readiness(found(AFTER, TERM, LICENCE), with_victims=True)
    assert [line.by for line in lines if "category 3" in line.what] == [date(2027, 9, 30)]


def test_lists_and_tables_count_the_category_of_the_day_and_4_in_no_cell() -> None:
    scope = Scope(AFTER, may_know=lambda *_: True, ref_of=str)
    four = a_referral(4, decided_on=MONDAY)
    people = [told(TERM, LICENCE), told(four, number=2), told(*STORY, number=3)]
    shown_of = [row["category"] for row in whole(people, scope).rows]
    assert sorted(map(str, shown_of)) == ["4", "None", "None"]
    crowd = [told(*STORY, number=number) for number in range(3, 9)]
    eligible = statistics([*crowd, *people[1:2]], date(2028, 3, 31), None).eligible
    assert eligible.number(("3", "3")) == 6
    assert eligible.number(("all", "all")) == 6
