"""What agencies have to do stands in the lists too: whose it is, and who sees that it is there."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from io import StringIO

import pytest
from click.testing import CliRunner
from icalendar import Calendar

from schemas.base import Fact
from schemas.custody import ParoleStep
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, Owner
from schemas.register import DeadlineMissed, DeadlineOpened, Duty
from schemas.victim import VictimDeadline
from services.hub.register import lists
from services.hub.register.calendar import SUMMARY, calendar
from services.hub.register.command import register
from services.hub.register.granted import Granted
from services.hub.register.list_commands import put
from services.hub.register.lists import AN_AGENCYS, OFFENDER_MANAGER, THE_PERSONS, Listing, Scope
from services.hub.register.people import Told
from services.hub.register.readiness import MILESTONES
from services.registry.dates import start_of
from services.registry.domain import Stage
from services.registry.domain.milestones import OF_VICTIMS
from tests.hub.register_people import told
from tests.in_memory import REFERENCES, agreements
from tests.makers import NOON, a_limit, later
from tests.registry.person import MONDAY, released
from tests.registry.test_milestones import (
    DECEMBER,
    HELD,
    JUNE,
    ZONED,
    back,
    parole,
    recalled,
)

AGREEMENTS = agreements()
POLICE, PROBATION, PRISON = "derbyshire-police", "probation", "prison"
OF_CONTACT = {MILESTONES[one] for one in OF_VICTIMS}
TO_GO = told(*ZONED)
RECALLED = told(HELD, released(MONDAY), recalled(), back())
DAYS = (MONDAY, JUNE, date(2026, 10, 20), DECEMBER)


def scope(day: date, agency: str, *roles: str) -> Scope:
    may = Granted(AGREEMENTS, agency, NOON, start_of(day)).may_know
    return Scope(day, may, lambda person: REFERENCES.ref(agency, person), roles=roles)


def due(who: Told, day: date, agency: str = PROBATION, *roles: str) -> Listing:
    return lists.due([who], scope(day, agency, *roles), 3660)


def overdue(who: Told, day: date, agency: str = PROBATION, *roles: str) -> Listing:
    return lists.overdue([who], scope(day, agency, *roles))


def both(who: Told, day: date, agency: str = PROBATION, *roles: str) -> tuple[lists.Row, ...]:
    return (*due(who, day, agency, *roles).rows, *overdue(who, day, agency, *roles).rows)


# -- what stands there


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("who", [TO_GO, RECALLED])
def test_every_open_and_missed_milestone_stands_there_with_whose_it_is(
    who: Told, day: date
) -> None:
    kept = who.register(day)
    assert kept is not None
    for stage, found in ((Stage.OPEN, due(who, day)), (Stage.MISSED, overdue(who, day))):
        expected = {
            (one.ref(who.person), MILESTONES[Milestone(one.duty)], one.due_on)
            for one in kept.milestones
            if one.stage is stage
        }
        rows = [row for row in found.rows if row["whose"] == AN_AGENCYS]
        assert {(row["deadline"], row["duty"], row["due_on"]) for row in rows} == expected


def test_of_a_duty_and_a_milestone_it_is_said_whose_each_is_and_where_it_stands() -> None:
    rows = {row["duty"]: row for row in due(TO_GO, MONDAY).rows}
    form_j = rows[MILESTONES[Milestone.FORM_J]]
    assert (form_j["whose"], form_j["role"]) == (AN_AGENCYS, Owner.LEAD.value)
    assert form_j["source"].endswith("; local")
    out = told(HELD, released(MONDAY))
    (first,) = [row for row in due(out, MONDAY).rows if row["whose"] == THE_PERSONS]
    assert (first["duty"], first["role"]) == ("first notification", OFFENDER_MANAGER)


def test_what_an_agency_has_not_done_is_overdue_and_nobodys_breach() -> None:
    out = told(HELD, released(MONDAY))
    rows = overdue(out, JUNE).rows
    stands = {(row["whose"], row["stands"]) for row in rows}
    assert stands == {(THE_PERSONS, "possible breach"), (AN_AGENCYS, "overdue")}


def test_a_milestone_is_due_up_to_its_last_day_and_overdue_from_the_next_until_it_is_done() -> None:
    refer, role = MILESTONES[Milestone.PAROLE_REFERRAL], Owner.PRISON.value
    (row,) = [one for one in due(RECALLED, JUNE, POLICE, role).rows if one["duty"] == refer]
    last, after = row["due_on"], row["due_on"] + timedelta(days=1)
    assert refer in {one["duty"] for one in due(RECALLED, last, POLICE, role).rows}
    assert refer not in {one["duty"] for one in due(RECALLED, after, POLICE, role).rows}
    (late,) = [one for one in overdue(RECALLED, after, POLICE, role).rows if one["duty"] == refer]
    assert (late["days_over"], late["deadline"]) == (1, row["deadline"])
    done = told(*RECALLED.heard, parole(ParoleStep.REFERRED, after))
    assert refer not in {one["duty"] for one in both(done, after, POLICE, role)}


# -- by whose work


def test_the_roles_are_the_officer_and_every_owner_of_a_milestone_there_is() -> None:
    assert set(lists.ROLES) == {OFFENDER_MANAGER, *(owner.value for owner in Owner)}
    for name in ("due", "overdue"):
        page = CliRunner().invoke(register, [name, "--help"]).output
        assert all(role in " ".join(page.split()) for role in lists.ROLES)


@pytest.mark.parametrize("day", DAYS)
def test_by_role_each_sees_its_own_and_together_they_see_everything(day: date) -> None:
    for who in (TO_GO, RECALLED):
        every = both(who, day)
        by_role = {role: both(who, day, PROBATION, role) for role in lists.ROLES}
        for role, rows in by_role.items():
            assert {row["role"] for row in rows} <= {role}
        refs = sorted(row["deadline"] for rows in by_role.values() for row in rows)
        assert refs == sorted(row["deadline"] for row in every)


def test_a_release_is_nobodys_but_an_officers() -> None:
    asked = CliRunner().invoke(register, ["released", "--role", Owner.PRISON.value])
    assert (asked.exit_code, asked.stdout) == (2, "")


# -- who may know


def test_that_there_is_victim_contact_is_shown_to_those_alone_who_are_told_of_it() -> None:
    """R-VIC-4: nobody else sees a line, a role or another order because of it."""
    for day in DAYS:
        knows = both(TO_GO, day, PROBATION)
        assert OF_CONTACT & {row["duty"] for row in knows}
        others = [row["deadline"] for row in knows if row["duty"] not in OF_CONTACT]
        for agency in (POLICE, PRISON):
            seen = both(TO_GO, day, agency)
            assert not OF_CONTACT & {row["duty"] for row in seen}
            shown = [row["deadline"] for row in seen if row["whose"] == AN_AGENCYS]
            assert shown == [ref for ref in others if ref in shown]
            assert both(TO_GO, day, agency, Owner.VICTIM_LIAISON.value) == ()


@pytest.mark.parametrize(
    ("told_of", "seen"),
    [
        ((DeadlineOpened, DeadlineMissed), {THE_PERSONS}),
        ((MilestoneDeadline, MilestoneMissed), {AN_AGENCYS}),
        ((VictimDeadline,), {AN_AGENCYS}),
        ((), set()),
    ],
)
def test_of_what_is_due_an_agency_sees_what_its_agreement_tells_it(
    told_of: tuple[type[Fact], ...], seen: set[str]
) -> None:
    may = Scope(JUNE, lambda _, kind: kind in told_of, str)
    rows = (*lists.due([RECALLED], may, 3660).rows, *lists.overdue([RECALLED], may).rows)
    assert {row["whose"] for row in rows} == seen
    contact = {row["duty"] for row in rows} & OF_CONTACT
    assert contact == (OF_CONTACT if VictimDeadline in told_of else set())


def test_as_the_agreements_are_police_and_probation_see_both_and_no_other_body_any() -> None:
    """The prison is told of those alone on whose case it is, which no list looks at."""
    for agency in (POLICE, PROBATION):
        assert {row["whose"] for row in both(RECALLED, JUNE, agency)} == {AN_AGENCYS, THE_PERSONS}
    for agency in (PRISON, "dwp", "derby-housing", "nobody"):
        assert both(RECALLED, JUNE, agency) == ()


def test_who_may_not_know_of_the_person_sees_no_milestone_either() -> None:
    limited = told(*TO_GO.heard, a_limit(PROBATION))
    assert both(limited, JUNE, PROBATION)
    assert both(limited, JUNE, POLICE) == both(limited, JUNE, PRISON) == ()


# -- how it is put out


def test_in_every_format_the_same_lines_stand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    found = due(TO_GO, JUNE)
    put(found, JUNE, later(), as_json=True, as_csv=False)
    rows = json.loads(capsys.readouterr().out)["rows"]
    put(found, JUNE, later(), as_json=False, as_csv=True)
    lines = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    put(found, JUNE, later(), as_json=False, as_csv=False)
    page = capsys.readouterr().out
    for key in ("whose", "duty", "due_on", "role", "source", "deadline"):
        assert [row[key] for row in rows] == [line[key] for line in lines]
    assert len(rows) == len(found.rows) > 1
    for row in found.rows:
        assert (row["duty"] in page, row["role"] in page, row["deadline"] in page) == (
            True,
            True,
            False,
        )


def test_a_calendar_does_not_tell_a_milestone_from_a_duty_nor_one_of_victims() -> None:
    found = lists.due([TO_GO, told(HELD, released(MONDAY), number=2)], scope(MONDAY, PROBATION), 60)
    assert {row["duty"] for row in due(TO_GO, date(2025, 1, 7)).rows} >= OF_CONTACT
    early = due(TO_GO, date(2025, 1, 7))
    for listing in (found, early):
        raw = calendar(listing, later())
        entries = list(Calendar.from_ical(raw).walk("VEVENT"))
        assert len(entries) == len(listing.rows) > 0
        for one in entries:
            assert set(one) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"}
            assert str(one["summary"]) == f"{SUMMARY} {str(one['uid'])[:8]}"
        text = raw.decode()
        for word in ("victim", "form J", *lists.ROLES, *Duty, *Milestone):
            assert word not in text
