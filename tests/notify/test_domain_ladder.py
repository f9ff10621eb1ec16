"""What becomes of a notice nobody answers, and of one that somebody cannot act on."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations
from types import MappingProxyType
from typing import Any

import pytest

from schemas.base import Fact
from schemas.case import CaseRole
from schemas.notice import (
    NoticeOverdue,
    NoticeReminded,
    NoticeReported,
    ReceiptStatus,
    Standing,
)
from schemas.risk import Urgency
from services.notify.domain import Delivery
from services.notify.rules import AT_FIRST, KNOWN_AT_MOST, KNOWN_FOR, LOCAL_STANDARD
from tests.in_memory import agreements
from tests.makers import (
    NOON,
    PERSON,
    a_joining,
    a_leaving,
    a_limit,
    a_release_date,
    a_rosh,
    a_transfer,
    admitted,
    an_alert,
    later,
)
from tests.notify.telling import Desk, only

LEADS = ("derbyshire-police", "probation")
CHILD = date(2012, 1, 31)
YOT = "derby-youth-offending"
COLLECTED, READ, ACTED, CANNOT = ReceiptStatus


def a_desk(*agencies: str, born_on: date = date(1980, 1, 31), lead: str | None = None) -> Desk:
    """With these on the case; the Responsible Authority answers all it is told."""
    desk = Desk(born_on=born_on)
    for agency in agencies:
        role = CaseRole.LEAD if agency == lead else CaseRole.MEMBER
        desk.say(a_joining(agency, role=role))
    return desk


def told(desk: Desk, agency: str, fact: Fact) -> Delivery:
    """Its notice of the fact; all others answer theirs at once."""
    mine = None
    for notice in desk.hear(fact):
        if notice.agency == agency:
            mine = notice
        else:
            desk.answer(notice, status=ACTED)
    assert mine is not None
    return mine


def urgent(desk: Desk, agency: str = "probation") -> Delivery:
    return told(desk, agency, an_alert(urgency=Urgency.IMMEDIATE))


def said(desk: Desk, *moments: datetime) -> list[tuple[str, datetime]]:
    """The steps that are shown at those moments."""
    return [(type(fact).__name__, moment) for moment in moments for fact in desk.steps(moment)]


def reports(things: tuple[Any, ...]) -> dict[str, NoticeReported]:
    found = only(NoticeReported, things)
    assert len({one.agency for one in found}) == len(found)
    return {one.agency: one for one in found}


# -- the rungs


def test_nobody_answers_and_each_rung_is_taken_once() -> None:
    desk = a_desk()
    urgent(desk)
    minutes = range(0, 60 * 24 * 40, 5)
    found = said(desk, *(later(minutes=n) for n in minutes))
    assert found == [
        ("NoticeReminded", later(minutes=15)),
        ("NoticeOverdue", later(hours=1)),
        ("NoticeReported", later(hours=2)),
    ]
    assert desk.case is not None
    assert (desk.case.unanswered, desk.wake_at) == ((), None)


@pytest.mark.parametrize("urgency", list(Urgency))
def test_more_urgent_is_chased_sooner_by_each_rung(urgency: Urgency) -> None:
    desk, steps = a_desk(), LOCAL_STANDARD[urgency]
    told(desk, "probation", an_alert(urgency=urgency))
    assert steps.remind is not None
    assert steps.report is not None
    at = NOON + steps.remind, NOON + steps.act, NOON + steps.act + steps.report
    assert said(desk, *at) == [
        ("NoticeReminded", at[0]),
        ("NoticeOverdue", at[1]),
        ("NoticeReported", at[2]),
    ]


def test_after_an_outage_no_pointless_reminder_and_time_to_answer_before_it_is_reported() -> None:
    desk = a_desk()
    urgent(desk)
    assert said(desk, later(hours=9)) == [("NoticeOverdue", later(hours=9))]
    assert said(desk, later(hours=10)) == [("NoticeReported", later(hours=10))]


def test_whichever_ticks_show_them_the_steps_are_the_same_facts() -> None:
    every, few = (a_desk() for _ in range(2))
    for desk in (every, few):
        urgent(desk)
    often = [fact for n in range(200) for fact in every.steps(later(minutes=n))]
    seldom = [fact for n in (16, 65, 190) for fact in few.steps(later(minutes=n))]
    assert [one.event_id for one in often] == [one.event_id for one in seldom]
    assert len(often) == 3


def test_by_the_rules_before_there_was_a_ladder_it_is_late_and_nothing_else() -> None:
    desk = a_desk("derby-housing")
    desk.rules = replace(desk.rules, ladder=AT_FIRST)
    notice = urgent(desk)
    assert desk.answer(notice, status=COLLECTED) == "answered"
    told(desk, "derby-housing", a_release_date())
    (late,) = desk.steps(later(days=9))
    assert isinstance(late, NoticeOverdue)
    assert (late.agency, late.role, late.mailbox) == ("derby-housing", None, None)
    assert desk.wake_at is None


# -- whose desk


def test_it_is_reminded_and_escalated_to_whoever_is_at_the_desk_then() -> None:
    desk = a_desk()  # noon of a Monday
    urgent(desk)
    day, overdue = desk.steps(later(minutes=15))[0], desk.steps(later(hours=1))[0]
    assert (day.role, overdue.role) == ("contact", "lead-officer")
    assert {day.mailbox, overdue.mailbox} == {"public-protection@probation.example.invalid"}
    night = a_desk()
    told(night, "probation", admitted(an_alert(urgency=Urgency.IMMEDIATE), PERSON, later(hours=6)))
    found = night.steps(later(hours=6, minutes=15))[0]
    assert found.mailbox == "out-of-hours@probation.example.invalid"


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2026, 12, 28), date(2028, 4, 17)])
def test_at_noon_of_a_bank_holiday_the_cover_is_told(day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=NOON.tzinfo)
    desk = a_desk()
    alert = an_alert(urgency=Urgency.IMMEDIATE, occurred_at=noon)
    told(desk, "probation", admitted(alert, PERSON, noon))
    overdue = desk.tick(noon + timedelta(hours=1))[0]
    assert overdue.mailbox == "out-of-hours@probation.example.invalid"
    working_day = a_desk()
    urgent(working_day)
    assert working_day.tick(later(hours=1))[0].mailbox != overdue.mailbox


# -- receipts


def test_who_has_collected_it_is_not_reminded_but_escalated_unless_they_act() -> None:
    desk = a_desk()
    notice = urgent(desk)
    assert desk.answer(notice, status=COLLECTED) == "noted"
    assert said(desk, later(minutes=15), later(hours=1)) == [("NoticeOverdue", later(hours=1))]
    (report,) = reports(desk.steps(later(hours=2))).values()
    assert report.standing is Standing.NOT_ACTED_ON


def test_what_nobody_collected_is_reported_as_that() -> None:
    desk = a_desk()
    urgent(desk)
    desk.steps(later(hours=1))
    (report,) = reports(desk.steps(later(hours=2))).values()
    assert report.standing is Standing.NOT_COLLECTED
    assert (report.receiver, report.agency) == ("probation", "derbyshire-police")


@pytest.mark.parametrize("status", [ACTED, CANNOT])
def test_who_acts_or_says_that_they_cannot_ends_it_at_every_rung(status: ReceiptStatus) -> None:
    for rungs in range(4):
        desk = a_desk()
        notice = urgent(desk)
        for hours in (0.25, 1, 2)[:rungs]:
            desk.steps(later(hours=hours))
        assert desk.answer(notice, status=status) == "answered"
        assert desk.wake_at is None
        assert said(desk, *(later(hours=n) for n in range(3, 50))) == []


@pytest.mark.parametrize("order", list(permutations([COLLECTED, READ, ACTED])))
def test_receipts_in_any_order_and_twice_end_in_the_same(order: tuple[ReceiptStatus, ...]) -> None:
    desk = a_desk()
    notice = urgent(desk)
    for status in (*order, *order):
        desk.answer(notice, status=status)
    assert desk.case is not None
    assert (desk.case.unanswered, desk.wake_at) == ((), None)


def test_that_it_was_collected_coming_after_it_was_read_undoes_nothing() -> None:
    desk = a_desk()
    notice = urgent(desk)
    assert desk.answer(notice, status=READ) == "noted"
    assert desk.answer(notice, status=COLLECTED) == "nothing-waited-for"
    assert desk.case is not None
    (one,) = desk.case.unanswered
    assert one.status is READ


def test_who_was_never_told_changes_nothing_by_a_receipt_and_gets_no_other_answer() -> None:
    desk = a_desk("derby-housing", "dwp")
    notice = told(desk, "derby-housing", a_release_date())
    before = desk.case
    for status in ReceiptStatus:
        assert desk.answer(notice, source="chesterfield-housing", status=status) == (
            "nothing-waited-for"
        )
    assert desk.case == before
    assert desk.answer(notice) == "answered"


def test_a_receipt_of_a_person_nobody_was_told_of_is_no_news() -> None:
    desk = Desk(born_on=None)
    notice = Delivery("dwp", an_alert().event_id, "x", NOON, "p-0", 1, {})
    assert desk.answer(notice, status=CANNOT) == "nothing-waited-for"


# -- told to who answers for the case


def test_that_somebody_cannot_act_is_told_at_once_with_the_reason() -> None:
    desk = a_desk("derby-housing")
    notice = told(desk, "derby-housing", a_release_date())
    things = desk.say_receipt(notice, CANNOT, reason="no-home-of-that-kind")
    found = reports(things)
    assert set(found) == set(LEADS)
    for one in found.values():
        assert one.standing is Standing.CANNOT_ACT
        assert one.reason == "no-home-of-that-kind"
        assert one.receiver == "derby-housing"
        assert one.person_id == PERSON


def test_also_after_it_was_only_collected_by_a_system() -> None:
    desk = a_desk("derby-housing")
    notice = told(desk, "derby-housing", a_release_date())
    assert desk.answer(notice, status=COLLECTED) == "answered"
    desk.steps(later(days=20))
    assert set(reports(desk.say_receipt(notice, CANNOT))) == set(LEADS)
    assert reports(desk.say_receipt(notice, CANNOT)) == {}


def test_what_is_answered_late_is_told_to_who_was_told_that_it_was_not() -> None:
    desk = a_desk("derby-housing")
    notice = told(desk, "derby-housing", a_release_date())
    desk.steps(later(hours=24))
    first = reports(desk.steps(later(hours=28)))
    after = reports(desk.say_receipt(notice, COLLECTED))
    assert set(first) == set(after) == set(LEADS)
    assert {one.standing for one in after.values()} == {Standing.ANSWERED_LATE}
    for agency, one in after.items():
        assert one.matter_ref == first[agency].matter_ref
        assert one.event_id != first[agency].event_id
    assert len({one.matter_ref for one in after.values()}) == len(after)
    assert reports(desk.say_receipt(notice, READ)) == {}


def test_what_is_answered_in_time_is_told_to_nobody() -> None:
    desk = a_desk("derby-housing")
    notice = told(desk, "derby-housing", a_release_date())
    assert reports(desk.say_receipt(notice, COLLECTED)) == {}


def test_after_thirty_days_nothing_more_is_heard_of_it() -> None:
    desk = a_desk("derby-housing")
    notice = told(desk, "derby-housing", a_release_date())
    desk.answer(notice, status=COLLECTED)
    desk.steps(NOON + KNOWN_FOR)
    assert desk.answer(notice, status=CANNOT) == "nothing-waited-for"


def test_of_many_collected_notices_the_newest_are_still_heard_of_and_the_row_stays_small() -> None:
    desk = a_desk("dwp")
    notices = []
    for number in range(KNOWN_AT_MOST + 3):
        at = NOON + timedelta(minutes=number)
        notices.append(told(desk, "dwp", a_release_date(occurred_at=at)))
        desk.answer(notices[-1], status=COLLECTED, occurred_at=at + timedelta(seconds=1))
    assert desk.case is not None
    assert len(desk.case.unanswered) == KNOWN_AT_MOST
    assert len(desk.case.model_dump_json()) < 500_000
    assert desk.answer(notices[2], status=CANNOT) == "nothing-waited-for"
    assert desk.answer(notices[3], status=CANNOT) == "answered"


def test_nobody_is_told_of_itself() -> None:
    for one, other in (LEADS, LEADS[::-1]):
        desk = a_desk()
        notice = urgent(desk, one)
        assert set(reports(desk.say_receipt(notice, CANNOT))) == {other}


def test_the_body_that_leads_is_told_and_nobody_else() -> None:
    desk = a_desk(YOT, "derby-childrens-care", born_on=CHILD, lead=YOT)
    notice = told(desk, "derby-childrens-care", a_release_date())
    found = reports(desk.say_receipt(notice, CANNOT))
    assert set(found) == {YOT}
    (delivery,) = desk.hear(admitted(found[YOT], PERSON, NOON))
    assert delivery.agency == YOT
    told_fields = delivery.record["told"]
    assert told_fields["receiver"] == "derby-childrens-care"
    assert "notice_ref" not in told_fields
    assert told_fields["mailbox"] == f"public-protection@{YOT}.example.invalid"


def test_once_the_lead_has_gone_over_the_new_one_is_told() -> None:
    desk = a_desk(YOT, "derby-childrens-care", born_on=CHILD, lead=YOT)
    desk.say(a_transfer("derbyshire-police", source=YOT, occurred_at=later(hours=1)))
    notice = told(desk, "derby-childrens-care", a_release_date())
    assert set(reports(desk.say_receipt(notice, CANNOT))) == {"derbyshire-police"}


def test_a_lead_that_may_not_know_who_is_on_the_case_hears_nothing_of_who_does_not_answer() -> None:
    desk = a_desk("mental-health-trust", "derby-housing", lead="mental-health-trust")
    notice = told(desk, "derby-housing", a_release_date())
    assert set(reports(desk.say_receipt(notice, CANNOT))) == set(LEADS)


def test_a_lead_hears_nothing_of_a_notice_of_what_it_may_not_know_itself() -> None:
    known, kind = agreements(), a_release_date().kind()
    others = tuple(one for one in known.grants(kind, NOON) if one.agency != YOT)
    without = replace(known, _grants=MappingProxyType({**known._grants, kind: others}))
    for agreed, hears in ((known, True), (without, False)):
        desk = a_desk(YOT, "derby-childrens-care", born_on=CHILD, lead=YOT)
        desk.rules = replace(desk.rules, agreements=agreed)
        notice = told(desk, "derby-childrens-care", a_release_date())
        assert (YOT in reports(desk.say_receipt(notice, CANNOT))) is hears


def test_of_a_case_it_is_shut_out_of_a_lead_hears_nothing() -> None:
    desk = a_desk(YOT, "derby-childrens-care", born_on=CHILD, lead=YOT)
    notice = told(desk, "derby-childrens-care", a_release_date())
    desk.say(a_limit(excluded=(YOT,), occurred_at=later(hours=1)))
    assert YOT not in reports(desk.say_receipt(notice, CANNOT))


def test_an_agency_without_an_agreement_any_more_is_reminded_of_nothing_but_is_reported() -> None:
    desk = a_desk("derby-housing")
    told(desk, "derby-housing", a_release_date())
    known = desk.rules.agreements
    left = {slug: one for slug, one in known.receivers.items() if slug != "derby-housing"}
    desk.rules = replace(desk.rules, agreements=replace(known, receivers=MappingProxyType(left)))
    assert desk.steps(later(hours=4)) == ()
    (late,) = desk.tick(later(hours=24))
    assert (late.role, late.mailbox) == (None, None)
    assert set(reports(desk.steps(later(hours=28)))) == set(LEADS)


def test_reminders_go_to_who_is_reminded_alone() -> None:
    desk = a_desk("derby-housing", "dwp")
    told(desk, "derby-housing", a_release_date())
    (reminder,) = only(NoticeReminded, desk.steps(later(hours=4)))
    assert desk.told(admitted(reminder, PERSON, later(hours=4))) == {"derby-housing"}


def test_who_has_left_the_case_is_not_reminded() -> None:
    desk = a_desk("derby-housing")
    told(desk, "derby-housing", a_release_date())
    desk.say(a_leaving("derby-housing", occurred_at=later(hours=1)))
    for reminder in only(NoticeReminded, desk.steps(later(hours=4))):
        assert desk.told(admitted(reminder, PERSON, later(hours=4))) == set()


def test_an_assessment_is_no_notice_that_is_waited_for() -> None:
    desk = a_desk()
    assert {n.record["act_by"] for n in desk.hear(a_rosh(source="prison"))} <= {None}
    assert desk.wake_at is None
