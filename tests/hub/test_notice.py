"""Recalled notices: listed as they stand, written down without anybody's data."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from schemas.base import Fact
from schemas.case import SharingEnded
from schemas.notice import NoticeIssued, NoticeOverdue, RecallStage, ReceiptStatus
from services.agreements.actors import Enrolled, Role
from services.agreements.references import References
from services.agreements.signing import Asked, NobodyActs, enrol
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.cli import main
from services.hub.notice import desk as desks
from services.hub.notice.desk import Desk
from services.hub.notice.incident import Standing, Told, as_object, incident, older_than
from services.hub.simulation import people
from services.runtime.faults import Stop
from tests.in_memory import REFERENCES, agreements
from tests.makers import (
    FAMILY_NAME,
    HOME,
    NOON,
    PERSON,
    PNC,
    a_joining,
    a_leaving,
    a_recall,
    a_recall_answer,
    a_receipt,
    a_release_date,
    a_taking_back,
    agreements_adopted,
    later,
    schemas_adopted,
)
from tests.notify.telling import Desk as Person
from tests.notify.telling import only

AGENCY = "derby-housing"


class Course:
    """One person, told of by notify's own rules; everything that was said, in its order."""

    def __init__(self) -> None:
        self.person = Person()
        self.log: list[Fact] = [agreements_adopted(agreements().version), schemas_adopted(1)]
        self.say(a_joining(AGENCY), a_release_date())
        self.notice = next(
            one for one in self.issued() if (one.agency, one.about) == (AGENCY, RELEASE)
        )
        self.number = self.notice.notice_ref

    def say(self, *facts: Fact) -> None:
        for fact in facts:
            things = self.person.say(fact)
            self.log += [self.person.log[-1], *only(Fact, things)]

    def answer(self, status: ReceiptStatus) -> None:
        """What its receiver says to the recall."""
        (asked,) = (one for one in self.issued() if one.about == "notice.notice-taken-back")
        ref = REFERENCES.ref(AGENCY, PERSON)
        self.say(
            a_receipt(
                source=AGENCY,
                person_ref=ref,
                notice_ref=asked.notice_ref,
                status=status,
                occurred_at=later(minutes=9),
            )
        )

    def issued(self) -> list[NoticeIssued]:
        return only(NoticeIssued, tuple(self.log))

    @property
    def told(self) -> Told:
        told = Told()
        told.take([*self.log, *self.log[-2:]])  # the door says again what it said before
        return told


RELEASE = "custody.release-date-set"


def recalled(*status: ReceiptStatus) -> Course:
    course = Course()
    course.say(a_recall(course.number, aware_at=later(hours=-1)))
    for one in status:
        course.answer(one)
    return course


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ((), Standing.WAITING),
        ((ReceiptStatus.COLLECTED,), Standing.WAITING),
        ((ReceiptStatus.COLLECTED, ReceiptStatus.ACTED), Standing.CONFIRMED),
        ((ReceiptStatus.CANNOT_ACT,), Standing.CANNOT),
    ],
)
def test_how_a_recall_stands_is_what_its_receiver_said(
    said: tuple[ReceiptStatus, ...], standing: Standing
) -> None:
    course = recalled(*said)
    (one,) = course.told.recalls()
    assert (one.number, one.agency, one.about) == (str(course.number), AGENCY, RELEASE)
    assert one.standing is standing
    assert (one.confirmed_at == later(minutes=9)) == (standing in ("confirmed", "cannot-act"))
    assert (one.report_by, one.hours) == (later(hours=71), RecallStage.OPENED)
    assert as_object(one)["report_by"] == later(hours=71).isoformat()


def test_one_that_nobody_confirms_is_overdue() -> None:
    course = recalled()
    course.log += only(Fact, course.person.steps(later(hours=2)))
    assert any(isinstance(one, NoticeOverdue) for one in course.log)
    (one,) = course.told.recalls()
    assert one.standing is Standing.OVERDUE


def test_one_that_reached_nobody_says_so() -> None:
    course = Course()
    course.say(a_recall(UUID(int=3)))
    (one,) = course.told.recalls()
    assert (one.standing, one.agency) == (Standing.NOT_TOLD, "")


def test_what_is_only_taken_back_is_no_recall() -> None:
    course = Course()
    fact = next(one for one in course.log if one.kind() == RELEASE)
    course.say(a_taking_back(fact))
    assert list(course.told.recalls()) == []
    assert course.number in course.told.back


def written(course: Course) -> dict[str, Any]:
    fields = [{"field": "release_on", "classes": ["custody"], "how": "whole"}]
    return incident(course.told, course.number, "p-1", fields, NOON + timedelta(days=1))


def test_the_incident_file_says_who_was_told_what_when_and_who_decided() -> None:
    course = recalled(ReceiptStatus.COLLECTED, ReceiptStatus.ACTED)
    act = people.decided(
        *("notice", "recall", str(course.number), people.GOVERNS, people.GOVERNS_TOO),
        at=NOON,
        installation=REFERENCES.installation,
        person_id=PERSON,
    )
    at = next(n for n, one in enumerate(course.log) if one.kind() == "notice.notice-recalled")
    course.log[at] = course.log[at].model_copy(update={"caused_by": act.event_id})
    course.log.insert(at, act)
    course.say(a_recall_answer(course.number))
    file = written(course)
    assert file["notice"]["agency"] == AGENCY
    assert file["notice"]["fields"][0]["field"] == "release_on"
    assert [one["actor"] for one in file["recall"]["decided"]["signed_by"]] == [
        people.GOVERNS.actor,
        people.GOVERNS_TOO.actor,
    ]
    assert [one["status"] for one in file["recall"]["told"]["receipts"]] == ["collected", "acted"]
    assert file["recall"]["standing"] == "confirmed"
    assert [one["stage"] for one in file["hours"]["stages"]] == ["opened", "met"]
    assert (file["hours"]["answer"], file["hours"]["body"]) == ("reported", "probation")
    others = {one["agency"]: one["does_not_count"] for one in file["others_told_the_same"]}
    assert "probation" in others
    assert AGENCY not in others
    assert set(others.values()) == {False}


def test_the_incident_file_holds_nobodys_data() -> None:
    text = json.dumps(written(recalled(ReceiptStatus.ACTED)))
    for value in (FAMILY_NAME, HOME.line, HOME.postcode, PNC.value, str(PERSON), "ZZZ"):
        assert value not in text


def test_how_much_was_told_since_is_counted_by_fact_and_not_by_notice() -> None:
    course = Course()
    before = older_than(course.told, course.notice)
    course.say(a_release_date(prison_code="ZZY", occurred_at=later(hours=1)))
    assert older_than(course.told, course.notice) == before + 1


# -- at the desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk of a hub whose log is what `Course` said."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "references").write_bytes(bytes(range(32)))
    assert References(bytes(range(32))).installation == REFERENCES.installation
    monkeypatch.setattr(Cluster, "load", lambda home: _Cluster(home))
    return Desk(tmp_path)


class _Cluster:
    def __init__(self, home: Path) -> None:
        self.home = home


def at_the_desk(desk: Desk, course: Course, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the door would be told."""
    said: list[Any] = []
    monkeypatch.setattr(Desk, "told", lambda _: course.told)
    monkeypatch.setattr(
        desks, "decide", lambda *words, **more: said.append((*words[1:4], more["person_id"]))
    )
    return said


def test_a_recall_is_asked_for_by_number_and_of_the_person_the_log_names(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course()
    said = at_the_desk(desk, course, monkeypatch)
    desk.recall(course.number, AGENCY, later(hours=-3), Asked())
    assert said == [("notice", "recall", f"{course.number}:20260302T090000Z", PERSON)]


@pytest.mark.parametrize(
    "what", ["another agency's", "no notice", "taken back", "too old", "farewell"]
)
def test_what_cannot_be_recalled_is_said_before_anybody_signs(
    desk: Desk, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = recalled() if what == "taken back" else Course()
    said = at_the_desk(desk, course, monkeypatch)
    number = UUID(int=9) if what == "no notice" else course.number
    if what == "farewell":
        course.say(a_leaving(AGENCY, occurred_at=later(hours=1)))
        ended = SharingEnded.kind()
        (number,) = (one.notice_ref for one in course.issued() if one.about == ended)
    agency = "dwp" if what == "another agency's" else None
    if what == "too old":
        course.say(a_release_date(prison_code="ZZY", occurred_at=later(hours=1)))
        monkeypatch.setattr(desks, "TOLD_AT_MOST", 1)
    with pytest.raises(Stop):
        desk.recall(number, agency, None, Asked())
    assert said == []


def test_an_answer_is_taken_once_and_only_of_what_was_recalled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course()
    said = at_the_desk(desk, course, monkeypatch)
    with pytest.raises(Stop, match="not recalled"):
        desk.answer(course.number, "reported", Asked())
    course.say(a_recall(course.number))
    desk.answer(course.number, "reported", Asked())
    assert said == [("notice", "reported", str(course.number), PERSON)]
    course.say(a_recall_answer(course.number))
    with pytest.raises(Stop, match="decided"):
        desk.answer(course.number, "no-risk", Asked())


def test_until_the_hub_has_told_its_receiver_it_waits_and_then_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_desk(desk, Course(), monkeypatch)
    with pytest.raises(Stop, match="not told yet"):
        desk.until_told(UUID(int=9), 0)
    course = recalled()
    at_the_desk(desk, course, monkeypatch)
    desk.until_told(course.number, 0)


@pytest.mark.parametrize(
    ("agency", "role", "may"),
    [
        ("probation", Role.INFORMATION_GOVERNANCE_OFFICER, True),
        ("probation", Role.LEAD_OFFICER, False),
        (AGENCY, Role.INFORMATION_GOVERNANCE_OFFICER, False),
    ],
)
def test_an_incident_is_written_for_an_officer_who_answers_for_it(
    desk: Desk,
    tmp_path: Path,
    agency: str,
    role: Role,
    monkeypatch: pytest.MonkeyPatch,
    *,
    may: bool,
) -> None:
    actor, key = enrol(tmp_path / "keys")
    one = Enrolled(actor=actor, roles=(role,), key=key, until=date(2099, 12, 31))
    known = people.enrol_in(agreements(), agency, (one,))
    at_the_desk(desk, recalled(), monkeypatch)
    course = recalled()
    monkeypatch.setattr(Versions, "latest", lambda _: known)
    monkeypatch.setattr(Versions, "get", lambda *_: agreements())
    if not may:
        with pytest.raises(NobodyActs):
            desk.incident(course.number, actor, tmp_path / "keys")
        return
    file = desk.incident(course.number, actor, tmp_path / "keys")
    assert file["notice"]["person_ref"] == REFERENCES.ref("probation", PERSON)
    shown = {one["field"]: one["classes"] for one in file["notice"]["fields"]}
    assert shown["release_on"] == ["custody"]
    with pytest.raises(Stop):
        desk.incident(UUID(int=9), actor, tmp_path / "keys")


# -- the command


def test_the_list_is_a_table_or_one_json_and_names_nobody(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = recalled(ReceiptStatus.ACTED)
    at_the_desk(desk, course, monkeypatch)
    where = ("--home", str(tmp_path))
    done = CliRunner().invoke(main, ["notice", "recalls", *where, "--json"])
    assert done.exit_code == 0, done.output
    (one,) = json.loads(done.output)
    assert (one["standing"], one["number"]) == ("confirmed", str(course.number))
    assert str(PERSON) not in done.output
    table = CliRunner().invoke(main, ["notice", "recalls", *where], env={"COLUMNS": "200"})
    assert "confirmed, 02 Mar 12:09" in table.output
    at_the_desk(desk, Course(), monkeypatch)
    none = CliRunner().invoke(main, ["notice", "recalls", *where])
    assert none.output == "No notice was recalled.\n"


def test_a_number_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["notice", "recall", "x", "--home", str(tmp_path)])
    assert done.exit_code == 2
