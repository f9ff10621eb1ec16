"""`hub register release`: red first, each line with whose it is, by when and by which rule."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from schemas.base import Fact
from schemas.custody import ParoleStep, RecallForm
from schemas.milestone import Milestone, Owner
from schemas.victim import VictimDeadline
from services.hub.broker.cluster import Cluster
from services.hub.register import command, consulting, readiness
from services.hub.register.limits import Limits
from services.hub.register.lookup import Found, shown
from services.hub.register.people import Told
from services.hub.register.readiness import Colour, Line
from services.hub.register.reading import rules_of
from services.hub.register.release_command import print_readiness
from services.registry.rules import RULES
from tests.in_memory import agreements
from tests.makers import FAMILY_NAME, PERSON, PNC
from tests.registry.person import MONDAY, convicted, released
from tests.registry.test_milestones import (
    DECEMBER,
    HELD,
    JUNE,
    ZONED,
    back,
    form_j,
    levelled,
    parole,
    planned,
    recalled,
)

NEWEST = max(RULES)


def found(day: date, *facts: Fact, version: str = NEWEST) -> Found:
    there = shown(Told(PERSON, facts, Limits(), rules_of(version)), day)
    assert there is not None
    return there


def lines(day: date, *facts: Fact, version: str = NEWEST) -> tuple[Line, ...]:
    return readiness.readiness(found(day, *facts, version=version), with_victims=True)


def line(what: str, day: date, *facts: Fact) -> Line:
    (one,) = [one for one in lines(day, *facts) if one.what == what]
    return one


def printed(there: Found) -> str:
    out = StringIO()
    page = readiness.readiness(there, with_victims=True)
    print_readiness(there, page, Console(file=out, width=200, highlight=False))
    return out.getvalue()


# -- the order


def test_what_is_red_stands_first_then_what_is_open_then_what_is_done_each_by_day() -> None:
    page = lines(date(2026, 11, 2), *ZONED, levelled(date(2026, 7, 1)))
    assert [(one.colour, one.by) for one in page] == sorted(
        ((one.colour, one.by) for one in page),
        key=lambda one: (list(Colour).index(one[0]), one[1] or date.max),
    )
    assert [one.what for one in page if one.colour is Colour.RED] == [
        readiness.MILESTONES[Milestone.VICTIM_REFERRAL],
        readiness.MILESTONES[Milestone.VICTIM_CONTACT],
        readiness.MILESTONES[Milestone.FORM_J],
    ]
    assert [one.what for one in page if one.colour is Colour.AMBER] == [
        readiness.MILESTONES[Milestone.ZONES_LIVE]
    ]


def test_each_line_has_whose_it_is_by_when_and_where_it_stands() -> None:
    form = line(readiness.MILESTONES[Milestone.FORM_J], date(2026, 10, 21), HELD, planned())
    assert form == Line(
        Colour.RED,
        "form J to Jobcentre Plus, or say that none is needed",
        "overdue",
        Owner.LEAD,
        date(2026, 10, 20),
        "form J guidance; R-AGY-1",
        local=True,
    )


# -- the day of release


@pytest.mark.parametrize(
    ("day", "more", "colour", "stands"),
    [
        (MONDAY, (), Colour.RED, "no day is told"),
        (MONDAY, (planned(),), Colour.DONE, "set, on licence"),
        (DECEMBER, (planned(),), Colour.DONE, "set, on licence"),
        (date(2026, 12, 2), (planned(),), Colour.RED, "the day is over and no release is told"),
        (date(2026, 12, 2), (planned(), released(DECEMBER)), Colour.DONE, "released, 1 Dec 2026"),
    ],
)
def test_the_day_of_release_is_the_prisons_word_and_red_where_it_is_wanting(
    day: date, more: tuple[Fact, ...], colour: Colour, stands: str
) -> None:
    one = line("release", day, HELD, *more)
    assert (one.colour, one.stands, one.owed_by) == (colour, stands, Owner.PRISON)


def test_of_somebody_at_liberty_no_day_is_wanting() -> None:
    assert "release" not in {one.what for one in lines(MONDAY, convicted(MONDAY))}


# -- a recall

LEVEL_1 = levelled(date(2026, 1, 5), 1)
LONG = " (length of the sentence)"


@pytest.mark.parametrize(
    ("facts", "colour", "stands"),
    [
        ((LEVEL_1, recalled()), Colour.AMBER, "not decided; by the rules a fixed term"),
        (
            (LEVEL_1, recalled(form=RecallForm.FIXED_TERM, decided_on=JUNE)),
            Colour.DONE,
            "decided: a fixed term; by the rules a fixed term",
        ),
        (
            (LEVEL_1, recalled(form=RecallForm.STANDARD, decided_on=JUNE)),
            Colour.RED,
            "decided: a standard recall; by the rules a fixed term",
        ),
        (
            (
                levelled(date(2026, 1, 5), 2),
                recalled(date(2026, 3, 30), form=RecallForm.FIXED_TERM, decided_on=JUNE),
                back(date(2026, 3, 30)),
            ),
            Colour.DONE,
            "decided: a fixed term; by the rules a choice (level 2 or 3)",
        ),
    ],
)
def test_what_was_decided_stands_beside_what_the_rules_make_of_it(
    facts: tuple[Fact, ...], colour: Colour, stands: str
) -> None:
    one = line("form of the recall", date(2026, 6, 2), *facts)
    assert (one.colour, one.stands, one.owed_by) == (colour, stands, Owner.PROBATION)


@pytest.mark.parametrize(("day", "law"), [(date(2026, 3, 30), "a choice"), (JUNE, "a fixed term")])
def test_who_is_not_back_is_weighed_by_the_law_of_the_day_looked_at(day: date, law: str) -> None:
    """The Act of 2026 reached whoever was recalled before it and not in custody then."""
    one = line("form of the recall", day, LEVEL_1, recalled(date(2026, 3, 11), term_months=72))
    assert one.stands == f"not decided; by the rules {law}{LONG if law == 'a choice' else ''}"


@pytest.mark.parametrize(
    ("more", "by", "colour", "stands"),
    [
        ((), date(2026, 4, 14), Colour.RED, "the prison told no day"),
        (
            (planned(date(2026, 3, 2), date(2026, 4, 14)),),
            date(2026, 4, 14),
            Colour.DONE,
            "the prison told the same day",
        ),
        (
            (parole(ParoleStep.REFUSED, date(2026, 3, 10)),),
            None,
            Colour.RED,
            "a person looks at the day",
        ),
    ],
)
def test_a_standard_recall_that_the_act_of_2026_ended_has_its_day_or_is_looked_at(
    more: tuple[Fact, ...], by: date | None, colour: Colour, stands: str
) -> None:
    on = date(2026, 2, 2)
    decided = recalled(on, term_months=56, form=RecallForm.STANDARD, decided_on=on)
    one = line(readiness.PHASED, date(2026, 4, 1), LEVEL_1, decided, back(on), *more)
    assert (one.by, one.colour, one.stands) == (by, colour, stands)
    later = lines(JUNE, LEVEL_1, recalled(form=RecallForm.STANDARD, decided_on=JUNE), back())
    assert readiness.PHASED not in {one.what for one in later}


def test_what_nobody_said_is_red_as_long_as_the_form_is_not_decided() -> None:
    there = line("not known for the recall's form", JUNE, recalled(category_4=None))
    assert (there.colour, there.stands) == (
        Colour.RED,
        "counts as if it were so: category 4, level 2 or 3",
    )
    decided = recalled(category_4=None, form=RecallForm.STANDARD, decided_on=JUNE)
    assert "not known for the recall's form" not in {one.what for one in lines(JUNE, decided)}


def test_who_is_recalled_and_not_back_is_red() -> None:
    assert line("return to custody", JUNE, LEVEL_1, recalled()).colour is Colour.RED
    there = {one.what for one in lines(JUNE, LEVEL_1, recalled(), back())}
    assert "return to custody" not in there


@pytest.mark.parametrize(
    ("more", "colour", "stands"),
    [
        ((), Colour.RED, "the prison told no day"),
        (
            (planned(date(2026, 6, 2), date(2026, 7, 26)),),
            Colour.DONE,
            "the prison told the same day",
        ),
        (
            (planned(date(2026, 6, 2), date(2026, 7, 27)),),
            Colour.RED,
            "the prison told 27 Jul 2026",
        ),
    ],
)
def test_the_day_a_fixed_term_ends_by_law_is_held_against_the_prisons(
    more: tuple[Fact, ...], colour: Colour, stands: str
) -> None:
    one = line("end of the fixed term", date(2026, 6, 2), LEVEL_1, recalled(), back(), *more)
    assert (one.by, one.colour, one.stands) == (date(2026, 7, 26), colour, stands)


def test_a_fixed_term_that_is_over_without_a_release_told_is_red() -> None:
    facts = (LEVEL_1, recalled(), back(), planned(date(2026, 6, 2), date(2026, 7, 26)))
    one = line("end of the fixed term", date(2026, 7, 27), *facts)
    assert (one.colour, one.stands) == (Colour.RED, "the day is over and no release is told")
    gone = lines(date(2026, 7, 27), *facts, released(date(2026, 7, 26)))
    assert "end of the fixed term" not in {one.what for one in gone}


def test_a_standard_recall_waits_for_the_board_and_not_for_a_day_of_the_prisons() -> None:
    facts = (levelled(date(2026, 1, 5)), recalled(), back())
    page = lines(date(2026, 7, 1), *facts, parole(ParoleStep.REFERRED, date(2026, 6, 29)))
    assert {one.what for one in page} == {
        "form of the recall",
        readiness.MILESTONES[Milestone.PAROLE_REFERRAL],
        readiness.MILESTONES[Milestone.PAROLE_HEARING],
    }


# -- how it is shown


def test_on_paper_it_is_one_table_and_what_no_law_sets_says_so() -> None:
    page = printed(found(date(2026, 10, 21), HELD, planned(), form_j(date(2026, 10, 20))))
    rows = page.splitlines()
    assert rows[0] == "On 21 Oct 2026:"
    assert rows[2].startswith("red ")
    (form,) = [row for row in rows if "form J" in row]
    assert form.startswith("done ")
    assert "done, 20 Oct 2026" in form
    assert "form J guidance; R-AGY-1; local" in form
    assert rows[-1] == f"By the rules {NEWEST}."


def test_by_rules_that_watch_none_that_is_said() -> None:
    page = printed(found(MONDAY, convicted(MONDAY), version="2026-1"))
    assert "Nothing is due." in page
    assert "By the rules 2026-1, which watch no milestone." in page


def test_no_name_and_no_number_is_shown() -> None:
    there = found(JUNE, *ZONED, LEVEL_1, recalled(), back())
    page = json.dumps(readiness.as_object(there, lines(JUNE, *ZONED, LEVEL_1, recalled(), back())))
    for shown_ in (printed(there), page):
        for word in (FAMILY_NAME, PNC.value, str(PERSON), "recall-1", "zone-1", "52.9"):
            assert word not in shown_


def test_there_is_a_word_for_every_milestone_and_form() -> None:
    assert set(readiness.MILESTONES) == set(Milestone)
    assert set(readiness.FORMS) == {None, *RecallForm}


# -- the command


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The command as some agency runs it, over those facts."""

    def run(agency: str, *facts: Fact, day: str = "2026-10-21", json_: bool = True) -> Result:
        cluster = SimpleNamespace(home=tmp_path)
        act = SimpleNamespace(by=SimpleNamespace(agency=agency))
        monkeypatch.setattr(Cluster, "load", lambda _: cluster)
        monkeypatch.setattr(consulting, "decide", lambda *_: act)
        monkeypatch.setattr(
            consulting, "look_up", lambda *a: found(a[3], *facts) if facts else None
        )
        monkeypatch.setattr(
            consulting, "Versions", lambda _: SimpleNamespace(latest=lambda: agreements())
        )
        flags = ["--json"] if json_ else []
        return CliRunner().invoke(command.register, ["release", "p-1", "--as-of", day, *flags])

    return run


def test_something_red_is_exit_3_nothing_red_0_and_nobody_1(asks: Any) -> None:
    assert asks("probation", HELD, planned()).exit_code == 3
    done = (LEVEL_1, recalled(), planned(JUNE, DECEMBER), released(DECEMBER), form_j(JUNE))
    assert asks("probation", *done, day="2026-12-02").exit_code == 0
    nobody = asks("probation")
    assert (nobody.exit_code, nobody.output) == (1, f"Error: {consulting.NOBODY}\n")


def test_for_programs_every_line_stands_there(asks: Any) -> None:
    shown_ = json.loads(asks("probation", HELD, planned()).stdout)
    assert (shown_["as_of"], shown_["rules"], shown_["watched"]) == ("2026-10-21", NEWEST, True)
    assert shown_["lines"][0]["colour"] == "red"
    assert {"colour", "what", "stands", "owed_by", "by", "source", "local"} == set(
        shown_["lines"][0]
    )


@pytest.mark.parametrize(
    ("agency", "told"), [("probation", True), ("prison", False), ("derbyshire-police", False)]
)
def test_victim_contact_is_shown_to_who_is_told_of_it_by_agreement(
    asks: Any, agency: str, *, told: bool
) -> None:
    assert (VictimDeadline.kind() in agreements().receivers[agency].grants) is told
    page = asks(agency, HELD, json_=False).output
    assert ("victim contact" in page) is told
