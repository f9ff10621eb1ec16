"""Lists of the register: who is on them on which day, for whom, and what never stands there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from schemas.base import Fact
from schemas.custody import Presence, Released, ReleaseKind
from schemas.eligibility import Disposal
from schemas.milestone import Owner
from schemas.register import DeadlineOpened
from services.hub.register import lists
from services.hub.register.calendar import SUMMARY, calendar
from services.hub.register.command import register
from services.hub.register.granted import Granted
from services.hub.register.list_commands import put
from services.hub.register.lists import NO_AREA, OFFENDER_MANAGER, PRACTITIONER, Listing, Scope
from services.hub.register.people import Told
from services.registry.dates import start_of
from services.registry.domain import Stage
from tests.hub.register_people import told
from tests.in_memory import REFERENCES, agreements
from tests.makers import (
    FAMILY_NAME,
    HOME,
    NOON,
    PNC,
    a_conviction,
    a_lead,
    a_level,
    a_limit,
    a_notification,
    a_person,
    a_presence,
    a_release,
    a_release_date,
    a_taking_back,
    an_address_change,
    later,
)

MONDAY, WEDNESDAY, THURSDAY = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 5)
AGREEMENTS = agreements()
CAUTION = a_conviction(convicted_on=MONDAY, disposal=Disposal.CAUTION, term_months=0)
MOVED = an_address_change(moved_on=MONDAY)
POLICE = "derbyshire-police"


def scope(day: date, **of: tuple[str, ...]) -> Scope:
    may = Granted(AGREEMENTS, POLICE, NOON, start_of(day)).may_know
    return Scope(day, may, lambda person: REFERENCES.ref(POLICE, person), **of)


def whole(*people: Told, day: date = WEDNESDAY, **of: tuple[str, ...]) -> tuple[lists.Row, ...]:
    return lists.whole(people, scope(day, **of)).rows


def due_on(*people: Told, day: date, within: int = 28) -> list[tuple[str, date]]:
    found = lists.due(people, scope(day), within)
    return [(row["duty"], row["due_on"]) for row in found.rows]


# -- due and overdue


@pytest.mark.parametrize(
    ("day", "within", "listed"),
    [(MONDAY, 1, False), (MONDAY, 2, True), (WEDNESDAY, 0, True), (THURSDAY, 28, False)],
)
def test_a_duty_is_due_from_so_many_days_before_its_last_day_to_that_day(
    day: date, within: int, listed: bool
) -> None:
    found = due_on(told(CAUTION), day=day, within=within)
    assert found == ([("first notification", WEDNESDAY)] if listed else [])


def test_it_is_overdue_from_the_day_after_until_it_is_done() -> None:
    done = a_notification(made_on=date(2026, 3, 9))
    for day, days in ((WEDNESDAY, None), (THURSDAY, 1), (date(2026, 3, 8), 4)):
        rows = lists.overdue([told(CAUTION, done)], scope(day)).rows
        assert [row["days_over"] for row in rows] == ([] if days is None else [days])
    assert lists.overdue([told(CAUTION, done)], scope(date(2026, 3, 9))).rows == ()


@given(st.dates(MONDAY, date(2030, 1, 1)))
def test_what_the_lists_say_is_what_is_shown_of_the_person_that_day(day: date) -> None:
    someone = told(CAUTION, a_notification(made_on=date(2026, 3, 3)), MOVED)
    clocks = someone.register(day)
    assert clocks is not None
    for stage, found in (
        (Stage.OPEN, lists.due([someone], scope(day), 3660)),
        (Stage.MISSED, lists.overdue([someone], scope(day))),
    ):
        every = (*clocks.clocks, *clocks.milestones)
        expected = {one.ref(someone.person) for one in every if one.stage is stage}
        assert {row["deadline"] for row in found.rows} == expected


def test_the_soonest_comes_first_and_of_two_on_a_day_always_the_same() -> None:
    people = [
        told(a_conviction(convicted_on=on), number=number)
        for number, on in enumerate((WEDNESDAY, MONDAY, WEDNESDAY, MONDAY), 1)
    ]
    one, other = (lists.due(order, scope(WEDNESDAY), 28) for order in (people, people[::-1]))
    assert one == other
    assert [row["due_on"] for row in one.rows] == [WEDNESDAY] * 2 + [date(2026, 3, 6)] * 2


def test_each_duty_has_somebody_whose_work_it_is() -> None:
    others = lists.due([told(CAUTION)], scope(MONDAY, roles=(Owner.PROBATION.value,)), 28)
    assert others.rows == ()
    assert lists.due([told(CAUTION)], scope(MONDAY, roles=(OFFENDER_MANAGER,)), 28).rows


# -- who is on a list at all


def test_by_area_who_lives_there_and_whom_nobody_placed_by_asking_for_them() -> None:
    here, nowhere = told(CAUTION, MOVED, number=1), told(CAUTION, number=2)
    code = HOME.council_code
    ref = REFERENCES.ref(POLICE, here.person)
    assert [row["person"] for row in whole(here, nowhere, areas=(code,))] == [ref]
    assert [row["area"] for row in whole(here, nowhere, areas=(NO_AREA,))] == [None]
    assert len(whole(here, nowhere, areas=(code, NO_AREA))) == 2
    assert whole(here, areas=("E06000000",)) == ()


def test_the_home_is_the_last_that_stood_on_the_day() -> None:
    elsewhere = HOME.model_copy(update={"council_code": "E07000032"})
    moved = an_address_change(moved_on=WEDNESDAY, home=elsewhere, occurred_at=later(days=2))
    someone = told(CAUTION, moved, MOVED)
    areas = [someone.area(day) for day in (date(2026, 3, 1), MONDAY, WEDNESDAY)]
    assert areas == [None, HOME.council_code, "E07000032"]
    assert told(CAUTION, MOVED, moved, a_taking_back(moved)).area(WEDNESDAY) is None


def test_level_and_lead_are_those_of_the_day() -> None:
    raised = a_level(3, set_on=THURSDAY, occurred_at=later(days=3))
    lead = a_lead("probation"), a_lead(POLICE, occurred_at=later(days=3))
    someone = told(CAUTION, raised, a_level(2, set_on=MONDAY), *lead)
    assert [someone.level(day) for day in (date(2026, 3, 1), WEDNESDAY, THURSDAY)] == [None, 2, 3]
    assert [someone.lead(day) for day in (WEDNESDAY, THURSDAY)] == ["probation", POLICE]
    assert told(CAUTION, raised, a_taking_back(raised)).level(THURSDAY) is None


@pytest.mark.parametrize(
    ("limits", "listed"),
    [
        ((), True),
        ((a_limit(POLICE),), True),
        ((a_limit("probation"),), False),
        ((a_limit(excluded=(POLICE,)),), False),
        ((a_limit(excluded=("dwp",)),), True),
        ((a_limit("probation"), a_limit(occurred_at=later(hours=1))), True),
        ((a_limit(occurred_at=later(hours=1)), a_limit("probation")), True),
        ((a_limit("probation"), a_limit(POLICE)), False),
        ((a_limit(POLICE), a_limit("probation", source="prison")), False),
    ],
)
def test_who_the_agency_may_not_know_of_is_on_no_list(
    limits: tuple[Fact, ...], listed: bool
) -> None:
    limited = told(CAUTION, a_release(released_on=MONDAY), *limits)
    found = (
        lists.due([limited], scope(MONDAY), 28),
        lists.overdue([limited], scope(THURSDAY)),
        lists.released([limited], scope(MONDAY), 28),
        lists.whole([limited], scope(MONDAY)),
    )
    assert [bool(one.rows) for one in found] == [listed] * 4


CHILD = a_conviction(convicted_on=MONDAY, born_on=date(2009, 6, 1))
GROWN_UP = datetime(2027, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("agency", "now", "day", "may"),
    [
        (POLICE, NOON, MONDAY, True),
        ("probation", NOON, MONDAY, False),
        ("probation", GROWN_UP, GROWN_UP.date(), True),
        ("probation", GROWN_UP, MONDAY, False),
        ("probation", NOON, GROWN_UP.date(), False),
        ("dwp", NOON, MONDAY, False),
        ("nobody", NOON, MONDAY, False),
    ],
)
def test_who_is_listed_is_who_the_agreement_lets_the_agency_be_told_of(
    agency: str, now: datetime, day: date, may: bool
) -> None:
    """Probation's grants are of adults, then and now; who is on no grant sees nobody."""
    granted = Granted(AGREEMENTS, agency, now, start_of(day))
    assert granted.may_know(told(CHILD), DeadlineOpened) is may


def test_of_whom_nobody_said_the_age_no_grant_of_adults_tells() -> None:
    granted = Granted(AGREEMENTS, "probation", NOON, NOON)
    assert granted.may_know(told(CAUTION), DeadlineOpened)
    assert not granted.may_know(told(MOVED), DeadlineOpened)
    assert not granted.may_know(told(CAUTION, a_taking_back(CAUTION)), DeadlineOpened)


def test_what_an_agency_said_itself_it_knows_unless_it_may_not_know_the_person() -> None:
    granted = Granted(AGREEMENTS, "prison", NOON, NOON)
    left = a_release(released_on=MONDAY, source="prison")
    assert granted.may_know(told(CHILD, left), Released)
    assert not granted.may_know(told(CHILD), Released)
    assert not granted.may_know(told(CHILD, left, a_limit("probation")), Released)


def test_an_agency_that_is_told_of_nobody_is_told_so_and_no_empty_list() -> None:
    tells = {
        agency: [name for name, kinds in lists.TELLS.items() if granted.anything(*kinds)]
        for agency in (POLICE, "probation", "nobody")
        for granted in (Granted(AGREEMENTS, agency, NOON, NOON),)
    }
    every = list(lists.TELLS)
    assert tells == {POLICE: every, "probation": every, "nobody": []}
    assert Granted(AGREEMENTS, "prison", NOON, NOON).anything(Released)


def test_a_grant_that_has_ended_tells_of_nobody() -> None:
    later_on = datetime(2040, 1, 1, tzinfo=UTC)
    granted = Granted(AGREEMENTS, POLICE, later_on, later_on)
    assert not granted.may_know(told(CAUTION), DeadlineOpened)


# -- released


def leaving(*facts: Fact, day: date = WEDNESDAY) -> list[tuple[date, str]]:
    found = lists.released([told(CAUTION, *facts)], scope(day), 14)
    return [(row["on"], row["stands"]) for row in found.rows]


def planned(on: date, **fields: object) -> Fact:
    return a_release_date(release_on=on, **fields)


def test_who_left_custody_and_who_is_to_leave_it() -> None:
    left = a_release(released_on=date(2026, 2, 18))
    assert leaving(left) == [(date(2026, 2, 18), "left custody")]
    assert leaving(left, day=THURSDAY) == []
    ahead = planned(date(2026, 3, 18))
    assert leaving(ahead) == [(date(2026, 3, 18), "to be released")]
    assert leaving(ahead, day=date(2026, 3, 3)) == []
    assert leaving(ahead, day=date(2026, 3, 1)) == []  # not yet said then


def test_a_planned_release_nobody_told_of_stays_on_the_list() -> None:
    plan, come = planned(WEDNESDAY), a_release(released_on=WEDNESDAY)
    assert leaving(plan, day=date(2026, 6, 1)) == [(WEDNESDAY, "planned, not told of")]
    assert leaving(plan, come, day=WEDNESDAY) == [(WEDNESDAY, "left custody")]
    free = a_presence(Presence.AT_LIBERTY, since_on=WEDNESDAY)
    assert leaving(plan, free, day=date(2026, 6, 1)) == []


def test_the_plan_that_was_said_last_counts_unless_it_was_taken_back() -> None:
    plan = planned(THURSDAY)
    moved = planned(date(2026, 3, 9), occurred_at=later(hours=1))
    assert leaving(moved, plan) == [(date(2026, 3, 9), "to be released")]
    assert leaving(plan, moved, a_taking_back(moved)) == []
    left = a_release(released_on=MONDAY)
    assert leaving(left, a_taking_back(left)) == []


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (ReleaseKind.LICENCE, PRACTITIONER),
        (ReleaseKind.HOME_DETENTION_CURFEW, PRACTITIONER),
        (ReleaseKind.SENTENCE_END, OFFENDER_MANAGER),
        (ReleaseKind.TO_HOSPITAL, OFFENDER_MANAGER),
    ],
)
def test_whose_work_a_release_is_follows_from_its_footing(kind: ReleaseKind, role: str) -> None:
    people = [told(CAUTION, a_release(released_on=MONDAY, release=kind))]
    assert [row["role"] for row in lists.released(people, scope(WEDNESDAY), 14).rows] == [role]
    assert len(lists.released(people, scope(WEDNESDAY, roles=(role,)), 14).rows) == 1


@pytest.mark.parametrize("day", [date(1, 1, 2), date(9999, 12, 30)])
def test_where_the_calendar_ends_so_do_the_lists(day: date) -> None:
    assert lists.due([], scope(day), 3660).rows == ()
    assert lists.released([told(CAUTION)], scope(day), 3660).rows == ()


# -- the whole register


def test_the_register_on_a_day_says_of_each_how_it_stands() -> None:
    held = told(
        a_conviction(convicted_on=MONDAY, in_custody=True, term_months=12), a_level(2), number=1
    )
    later_on = told(a_conviction(convicted_on=THURSDAY), number=2)
    (row,) = whole(held, later_on)
    assert row["requirement"].startswith("subject from 2 Mar 2026 until 1 Mar 2036")
    assert (row["category"], row["level"], row["held"]) == (1, 2, "held")
    assert (row["open"], row["overdue"], row["last_day"]) == (0, 0, date(2036, 3, 1))
    assert len(whole(held, later_on, day=THURSDAY)) == 2


# -- how it is put out


def every_list(people: Iterable[Told]) -> tuple[Listing, ...]:
    known = list(people)
    return (
        lists.due(known, scope(MONDAY), 28),
        lists.overdue(known, scope(THURSDAY)),
        lists.released(known, scope(MONDAY), 28),
        lists.whole(known, scope(MONDAY)),
    )


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_nobody_is_named_but_by_the_reference_of_who_asks(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    someone = told(CAUTION, MOVED, a_release(released_on=MONDAY), planned(THURSDAY))
    for found in every_list([someone]):
        assert found.rows
        put(found, MONDAY, later(), as_json=form == "json", as_csv=form == "csv")
        page = capsys.readouterr().out
        assert REFERENCES.ref(POLICE, someone.person) in page
        for word in (FAMILY_NAME, PNC.value, str(someone.person), HOME.line, HOME.postcode):
            assert word not in page


def test_for_programs_days_and_moment_stand_beside_the_rows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = lists.due([told(CAUTION)], scope(MONDAY), 28)
    put(found, MONDAY, datetime(2026, 3, 2, 9, tzinfo=UTC), as_json=True, as_csv=False)
    page = json.loads(capsys.readouterr().out)
    assert (page["as_of"], page["known_at"]) == ("2026-03-02", "2026-03-02T09:00:00+00:00")
    assert [(row["due_on"], row["area"]) for row in page["rows"]] == [("2026-03-04", None)]
    put(found, MONDAY, later(), as_json=False, as_csv=True)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("person,area,lead,level,whose,duty,due_on")
    assert ",,,,the person's,first notification,2026-03-04," in second


def test_an_empty_list_says_that_there_is_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    put(lists.due([], scope(MONDAY), 28), MONDAY, later(), as_json=False, as_csv=False)
    assert capsys.readouterr().out == "On 2 Mar 2026: nobody.\n"


def test_two_formats_at_once_are_not_understood() -> None:
    for name in ("due", "overdue", "released", "as-of", "statistics"):
        asked = CliRunner().invoke(register, [name, "--json", "--csv"])
        assert (asked.exit_code, asked.stdout) == (2, "")


def test_a_calendar_says_nothing_but_that_something_is_due() -> None:
    people = [told(CAUTION, MOVED, number=number) for number in (1, 2)]
    found = lists.due(people, scope(MONDAY), 28)
    raw = calendar(found, datetime(2026, 3, 2, 9, tzinfo=UTC))
    entries = list(Calendar.from_ical(raw).walk("VEVENT"))
    assert {str(one["uid"]) for one in entries} == {row["deadline"] for row in found.rows}
    assert sorted(one.decoded("dtstart") for one in entries) == [
        row["due_on"] for row in found.rows
    ]
    for one in entries:
        assert set(one) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"}
        assert str(one["summary"]) == f"{SUMMARY} {str(one['uid'])[:8]}"
    text = raw.decode()
    for person in (a_person(1), a_person(2)):
        assert REFERENCES.ref(POLICE, person) not in text
    assert "notification" not in text
    assert raw == calendar(found, datetime(2026, 3, 2, 9, tzinfo=UTC))
