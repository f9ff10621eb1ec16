"""What a notice says, by when it is to be answered, and what happens if it is not."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from schemas.base import derived_id
from schemas.notice import NoticeOverdue, ReceiptStatus
from schemas.risk import Urgency
from services.notify.domain import Delivery
from services.notify.rules import LADDERS, LOCAL_STANDARD
from tests.in_memory import REFERENCES
from tests.makers import (
    NOON,
    PERSON,
    a_category,
    a_deadline_missed,
    a_joining,
    a_leaving,
    a_person,
    a_release_date,
    a_tenancy,
    admitted,
    an_alert,
    later,
)
from tests.notify.telling import Desk, invented, issued, only

SAME_DAY = LOCAL_STANDARD[Urgency.SAME_DAY].act
SECOND = timedelta(seconds=1)


def a_desk(*agencies: str) -> Desk:
    """With these on the case."""
    desk = Desk()
    for agency in agencies:
        desk.say(a_joining(agency))
    return desk


def notice_for(agency: str, notices: list[Delivery]) -> Delivery:
    (one,) = [notice for notice in notices if notice.agency == agency]
    return one


# -- numbers and references


def test_each_receiver_knows_the_person_by_a_reference_of_its_own() -> None:
    notices = a_desk("derby-housing", "dwp").hear(a_release_date())
    refs = {notice.agency: notice.person_ref for notice in notices}
    assert len(set(refs.values())) == len(refs) == 4
    assert refs == {agency: REFERENCES.ref(agency, PERSON) for agency in refs}


def test_a_person_has_the_same_reference_in_every_notice_to_one_receiver() -> None:
    desk = a_desk("derby-housing")
    one = notice_for("derby-housing", desk.hear(a_release_date()))
    other = notice_for("derby-housing", desk.hear(a_tenancy(source="amber-valley-housing")))
    assert one.person_ref == other.person_ref
    assert one.notice_ref != other.notice_ref


def test_two_people_have_two_references() -> None:
    assert REFERENCES.ref("dwp", a_person(1)) != REFERENCES.ref("dwp", a_person(2))


def test_decided_again_a_notice_has_the_same_number() -> None:
    once, again = (a_desk("dwp").hear(a_release_date()) for _ in range(2))
    assert [n.notice_ref for n in once] == [n.notice_ref for n in again]
    assert len({n.notice_ref for n in once}) == len(once)


def test_whoever_guesses_the_facts_id_cannot_confirm_it_by_the_notices_number() -> None:
    fact = a_release_date()
    for notice in a_desk("dwp").hear(fact):
        kinds = ("notice", notice.kind)
        guesses = {derived_id(fact.event_id, kind, notice.agency) for kind in kinds}
        assert notice.notice_ref not in {*guesses, fact.event_id}


def test_every_notice_is_said_to_have_been_issued_with_its_own_number() -> None:
    fact = a_release_date()
    things = a_desk("derby-housing").say(fact)
    notices, said = only(Delivery, things), issued(things)
    assert {n.agency: n.notice_ref for n in notices} == {i.agency: i.notice_ref for i in said}
    assert {one.caused_by for one in said} == {fact.event_id}
    assert {one.person_id for one in said} == {PERSON}
    assert {one.source for one in said} == {"notify"}
    assert len({one.event_id for one in said}) == len(said)


def test_where_there_is_nobody_to_tell_that_is_the_decision(tmp_path: Path) -> None:
    desk = invented(tmp_path)
    assert desk.say(a_release_date()) == ()
    assert desk.because == "nobody-to-tell"


# -- by when


@pytest.mark.parametrize("urgency", list(Urgency))
def test_an_alerts_own_urgency_wins_over_the_grants(urgency: Urgency) -> None:
    (notice, *_) = Desk().hear(an_alert(urgency=urgency))
    assert notice.record["urgency"] is urgency
    assert notice.record["act_by"] == NOON + LOCAL_STANDARD[urgency].act


@pytest.mark.parametrize("urgency", list(Urgency))
def test_where_a_reason_is_withheld_the_alerts_urgency_is_not_told_either(urgency: Urgency) -> None:
    """The prison would guess a victim's zone from an alert that cannot wait (decision 3)."""
    notice = notice_for("prison", a_desk("prison").hear(an_alert(urgency=urgency)))
    assert notice.record["urgency"] is Urgency.IMMEDIATE
    assert notice.record["told"]["urgency"] == Urgency.IMMEDIATE
    assert notice.record["act_by"] == NOON + LOCAL_STANDARD[Urgency.IMMEDIATE].act


def test_otherwise_the_grants_urgency_says_by_when() -> None:
    desk = a_desk("derby-housing", "dwp")
    notices = desk.hear(a_release_date())
    by = {notice.agency: notice.record["act_by"] for notice in notices}
    assert by["derby-housing"] == NOON + SAME_DAY
    assert by["dwp"] == NOON + LOCAL_STANDARD[Urgency.ROUTINE].act


def test_without_a_receipt_asked_for_there_is_no_time_to_act_by() -> None:
    desk = Desk()
    (notice, *_) = desk.hear(a_category(1))
    assert notice.record["act_by"] is None
    assert (desk.case and desk.case.unanswered, desk.wake_at) == ((), None)


def test_the_time_to_act_runs_from_when_it_was_received() -> None:
    notice = notice_for("dwp", a_desk("dwp").hear(a_release_date(), later(hours=5)))
    assert notice.record["act_by"] == later(hours=5) + LOCAL_STANDARD[Urgency.ROUTINE].act


def test_of_what_waited_at_the_door_the_time_to_act_runs_from_when_it_is_told() -> None:
    desk = a_desk("derby-housing")
    desk.now = later(hours=70)
    notice = notice_for("derby-housing", desk.hear(a_release_date(), NOON))
    assert notice.record["act_by"] == later(hours=70) + SAME_DAY


def test_more_urgent_is_sooner_in_every_version_of_the_rules() -> None:
    for ladder in LADDERS.values():
        assert set(ladder) == set(Urgency)
        acts = [ladder[one].act for one in (Urgency.IMMEDIATE, Urgency.SAME_DAY, Urgency.ROUTINE)]
        assert acts == sorted(set(acts))
        for steps in ladder.values():
            assert steps.remind is None or steps.remind < steps.act


# -- answered or not


@pytest.mark.parametrize("status", list(ReceiptStatus))
def test_once_it_is_receipted_what_is_not_urgent_is_never_late(status: ReceiptStatus) -> None:
    desk = a_desk("derby-housing")
    for notice in desk.hear(a_release_date()):
        assert desk.answer(notice, status=status) == "answered"
    assert desk.tick(later(days=9)) == []
    desk.steps(later(days=99))
    assert desk.wake_at is None


def test_a_receipt_said_again_or_too_late_changes_nothing() -> None:
    desk = a_desk("derby-housing")
    notice = notice_for("derby-housing", desk.hear(a_release_date()))
    assert [desk.answer(notice) for _ in range(2)] == ["answered", "nothing-waited-for"]


def test_an_agency_answers_its_own_notices_only() -> None:
    desk = a_desk("derby-housing", "dwp")
    notices = desk.hear(a_release_date())
    mine = notice_for("derby-housing", notices)
    assert desk.answer(mine, source="dwp") == "nothing-waited-for"
    assert desk.answer(mine, notice_ref=UUID(int=1)) == "nothing-waited-for"
    late = desk.tick(NOON + SAME_DAY)
    assert mine.notice_ref in {overdue.notice_ref for overdue in late}


def test_what_is_not_answered_in_time_is_said_to_be_late_once() -> None:
    desk = a_desk("derby-housing")
    notice = notice_for("derby-housing", desk.hear(a_release_date()))
    assert desk.tick(NOON + SAME_DAY - SECOND) == []
    assert desk.wake_at == NOON + SAME_DAY
    late = {overdue.agency: overdue for overdue in desk.tick(NOON + SAME_DAY)}
    assert late["derby-housing"].notice_ref == notice.notice_ref
    assert late["derby-housing"].act_by == NOON + SAME_DAY
    assert late["derby-housing"].person_id == PERSON
    assert desk.tick(later(days=99)) == []


def test_each_notice_is_late_at_its_own_time() -> None:
    desk = a_desk("derby-housing", "dwp")
    for notice in desk.hear(a_release_date()):
        if notice.agency not in ("derby-housing", "dwp"):
            desk.answer(notice)
    (first,) = desk.tick(NOON + SAME_DAY)
    (second,) = desk.tick(NOON + LOCAL_STANDARD[Urgency.ROUTINE].act)
    assert (first.agency, second.agency) == ("derby-housing", "dwp")


def test_a_reminder_is_the_same_fact_whichever_tick_shows_it() -> None:
    found = []
    for days in (2, 30):
        desk = a_desk("derby-housing")
        desk.say(a_release_date())
        late = desk.tick(later(days=days))
        found.append({overdue.event_id for overdue in late})
        assert len(found[-1]) == len(late) > 0
    assert found[0] <= found[1]


def test_after_an_outage_everything_late_is_said_at_the_first_tick() -> None:
    desk = a_desk("derby-housing", "dwp")
    count = len(desk.hear(a_release_date()))
    late = desk.tick(later(days=30))
    assert len(late) == len({one.event_id for one in late}) == count


def test_that_it_is_late_is_told_to_who_is_late_and_to_the_lead_bodies() -> None:
    desk = a_desk("derby-housing", "dwp")
    desk.hear(a_release_date())
    late = next(o for o in desk.tick(NOON + SAME_DAY) if o.agency == "derby-housing")
    told = desk.told(admitted(late, PERSON, NOON + SAME_DAY))
    assert told == {"derby-housing", "derbyshire-police", "probation"}


def test_who_left_the_case_is_not_reminded_but_the_lead_bodies_are_told() -> None:
    desk = a_desk("derby-housing")
    desk.hear(a_release_date())
    desk.say(a_leaving("derby-housing", occurred_at=later(hours=1)))
    late = next(o for o in desk.tick(NOON + SAME_DAY) if o.agency == "derby-housing")
    told = desk.told(admitted(late, PERSON, NOON + SAME_DAY))
    assert told == {"derbyshire-police", "probation"}


def test_a_reminder_of_a_reminder_is_never_due() -> None:
    desk = a_desk("derby-housing")
    desk.hear(a_release_date())
    for days in (1, 9, 20, 60):
        for said in desk.steps(later(days=days)):
            desk.hear(admitted(said, PERSON, later(days=days)))
    assert desk.case is not None
    assert desk.case.unanswered == ()


def test_a_missed_duty_is_told_as_its_own_kind_of_fact() -> None:
    (notice, *_) = Desk().hear(a_deadline_missed())
    assert (notice.kind, notice.record["about"]) == ("register.deadline-missed",) * 2


def test_late_facts_follow_from_the_tick_that_showed_them() -> None:
    desk = a_desk("derby-housing")
    desk.hear(a_release_date())
    late = desk.tick(later(days=2))
    assert all(isinstance(one, NoticeOverdue) for one in late)
    assert {one.occurred_at for one in late} == {later(days=2)}


def test_a_fact_about_nobody_is_told_to_nobody() -> None:
    with pytest.raises(ValueError, match="about nobody"):
        Desk().say(a_category(1, person_id=None, recorded_at=NOON))
