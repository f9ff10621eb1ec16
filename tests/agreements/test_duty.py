"""Whose mailbox is watched at which hour: nights, week-ends, bank holidays, summer and winter."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.actors import Role
from services.agreements.compile import load
from services.agreements.duty import ESCALATED, REMINDED, Day, Turn, at_the_desk, gaps
from services.agreements.faults import AgreementsRefused
from services.agreements.widening import widened
from tests.agreements.makers import FILES, a_file, committed

LONDON = ZoneInfo("Europe/London")
EASTER_MONDAY = date(2026, 4, 6)
HOLIDAYS = frozenset({EASTER_MONDAY, date(2026, 12, 25), date(2026, 12, 28)})
OFFICE, NIGHT = "office@body.example.invalid", "night@body.example.invalid"
WEEKDAYS = (Day.MONDAY, Day.TUESDAY, Day.WEDNESDAY, Day.THURSDAY, Day.FRIDAY)
BOTH = (REMINDED, ESCALATED)


def turn(mailbox: str, starts: str, ends: str, *days: Day, roles: tuple[Role, ...] = BOTH) -> Turn:
    return Turn(roles=roles, mailbox=mailbox, days=days, starts=starts, ends=ends)


ROTA = (
    turn(OFFICE, "09:00", "17:00", *WEEKDAYS),
    turn(NIGHT, "17:00", "09:00", *WEEKDAYS),
    turn(NIGHT, "09:00", "09:00", Day.SATURDAY, Day.SUNDAY, Day.BANK_HOLIDAY),
)


def at(text: str, rota: tuple[Turn, ...] = ROTA) -> str | None:
    moment = datetime.fromisoformat(text).replace(tzinfo=LONDON)
    return at_the_desk(rota, ESCALATED, moment, HOLIDAYS)


@pytest.mark.parametrize(
    ("moment", "mailbox"),
    [
        ("2026-03-02T09:00", OFFICE),  # Monday
        ("2026-03-02T16:59:59", OFFICE),
        ("2026-03-02T17:00", NIGHT),
        ("2026-03-03T08:59:59", NIGHT),
        ("2026-03-07T12:00", NIGHT),  # Saturday
        ("2026-03-09T08:59", NIGHT),  # Monday, by Sunday's turn
        ("2026-04-03T12:00", OFFICE),  # Good Friday, where nobody listed it
        ("2026-04-06T12:00", NIGHT),  # Easter Monday
        ("2026-04-06T03:00", NIGHT),  # by Sunday's turn
        ("2026-04-07T08:59", NIGHT),  # by the bank holiday's
        ("2026-04-07T09:00", OFFICE),
        ("2026-12-24T18:00", NIGHT),
        ("2026-12-25T12:00", NIGHT),
        ("2026-12-28T12:00", NIGHT),  # the substitute for Boxing Day
        ("2026-12-29T12:00", OFFICE),
    ],
)
def test_nights_week_ends_and_bank_holidays_are_the_other_desks(moment: str, mailbox: str) -> None:
    assert at(moment) == mailbox


def test_hours_are_londons_summer_and_winter() -> None:
    winter, summer = (datetime(2026, month, 6, 8, 30, tzinfo=UTC) for month in (1, 7))
    assert at_the_desk(ROTA, REMINDED, winter, HOLIDAYS) == NIGHT
    assert at_the_desk(ROTA, REMINDED, summer, HOLIDAYS) == OFFICE


def test_on_a_bank_holiday_only_a_turn_that_names_it_counts() -> None:
    everyday = (turn(OFFICE, "00:00", "00:00", *WEEKDAYS, Day.SATURDAY, Day.SUNDAY),)
    assert at("2026-04-07T12:00", everyday) == OFFICE
    assert at("2026-04-06T12:00", everyday) is None


def test_a_role_has_a_desk_of_its_own() -> None:
    contact = turn(OFFICE, "00:00", "00:00", *Day, roles=(REMINDED,))
    assert at("2026-03-02T12:00", (contact,)) is None
    assert [(role, day) for role, day, _ in gaps((contact,))] == [(ESCALATED, Day.MONDAY)]


def test_a_rota_without_a_gap_has_none_and_each_turn_is_needed() -> None:
    assert list(gaps(ROTA)) == []
    for left_out in ROTA:
        rest = tuple(one for one in ROTA if one is not left_out)
        assert {role for role, _, _ in gaps(rest)} == {REMINDED, ESCALATED}


_TIMES = st.sampled_from(["00:00", "06:30", "09:00", "17:00", "23:59"])


@given(
    st.lists(
        st.builds(
            turn,
            st.sampled_from([OFFICE, NIGHT]),
            _TIMES,
            _TIMES,
            st.sampled_from(Day),
            st.sampled_from(Day),
        ),
        max_size=6,
    ),
    st.integers(0, 14 * 24 * 60),
)
def test_where_there_is_no_gap_somebody_is_there_at_any_moment(
    turns: list[Turn], minutes: int
) -> None:
    moment = datetime(2026, 3, 28, tzinfo=UTC) + timedelta(minutes=minutes)
    for rota in (tuple(turns), (*turns, *ROTA)):
        found = at_the_desk(rota, REMINDED, moment, HOLIDAYS)
        assert found is not None or list(gaps(rota))


# -- in the file


TURN = """\
duty:
  - roles: [contact, lead-officer]
    mailbox: duty-desk@housing.example.invalid
    days: [monday, tuesday, wednesday, thursday, friday, saturday, sunday, bank-holiday]
    starts: "00:00"
    ends: "00:00"
says: ["""


def test_a_file_without_a_rota_has_its_operations_mailbox_and_keeps_its_version(
    tmp_path: Path,
) -> None:
    a_file(tmp_path)
    (agency,) = load(tmp_path).agencies.values()
    moment = datetime(2026, 4, 6, 3, tzinfo=LONDON)
    assert agency.desk(ESCALATED, moment, HOLIDAYS) == "operations@housing.example.invalid"
    assert load(tmp_path).version == "377a7b401ff6378ce42b117f9ef6c439"


def test_a_rota_in_a_file_is_no_widening_whatever_it_says(tmp_path: Path) -> None:
    a_file(tmp_path)
    before = load(tmp_path)
    a_file(tmp_path, ("says: [", TURN))
    after = load(tmp_path)
    (agency,) = after.agencies.values()
    moment = datetime(2026, 4, 6, 3, tzinfo=LONDON)
    assert agency.desk(ESCALATED, moment, HOLIDAYS) == "duty-desk@housing.example.invalid"
    assert before.version != after.version
    assert widened(before, after) == []


@pytest.mark.parametrize(
    ("old", "new", "field", "why"),
    [
        (", bank-holiday]", "]", "duty", "nobody is contact on bank-holiday at 00:00"),
        ("sunday, ", "", "duty", "nobody is contact on sunday at 00:00"),
        (", lead-officer", "", "duty", "nobody is lead-officer on monday at 00:00"),
        ('starts: "00:00"', "starts: 17:00", "duty.0.starts", "string"),
        ("duty-desk@", "exemplar.testperson@", "duty.0.mailbox", "pattern"),
    ],
)
def test_the_lint_says_what_is_wrong_with_a_rota(
    tmp_path: Path, old: str, new: str, field: str, why: str
) -> None:
    assert old in TURN
    a_file(tmp_path, ("says: [", TURN.replace(old, new)))
    with pytest.raises(AgreementsRefused) as refused:
        load(tmp_path)
    found = [(one.field, one.reason) for one in refused.value.findings]
    assert any(place == field and why in reason for place, reason in found), found
    assert all(one.write for one in refused.value.findings)


def test_every_committed_file_that_gets_notices_says_who_is_at_the_desk() -> None:
    for agency in committed().agencies.values():
        if agency.grants:
            assert agency.agreement.duty, agency.slug


def test_a_copied_file_in_which_anothers_desk_still_stands_is_refused(tmp_path: Path) -> None:
    text = (FILES / "amber-valley-housing.yaml").read_text()
    (tmp_path / "amber-valley-housing.yaml").write_text(text)
    own = text.replace("amber-valley-housing", "example-valley-housing")
    (tmp_path / "example-valley-housing.yaml").write_text(own)
    load(tmp_path)
    head, duty = own.split("\nduty:\n", 1)
    theirs = duty.replace("@example-valley-housing.", "@amber-valley-housing.", 1)
    (tmp_path / "example-valley-housing.yaml").write_text(f"{head}\nduty:\n{theirs}")
    with pytest.raises(AgreementsRefused) as refused:
        load(tmp_path)
    (finding,) = refused.value.findings
    assert (finding.file, finding.field) == ("example-valley-housing.yaml", "duty.0")
    assert finding.reason == "the mailbox is another body's"
    assert finding.line == head.count("\n") + 3
