"""Who joins a case learns what is current of it; who leaves is told to stop, and nothing after."""

from pathlib import Path
from typing import Any

import pytest

from schemas.base import Fact
from schemas.case import CaseRole, Ground, LeadSettled, SharingEnded
from schemas.notice import NoticeIssued
from services.agreements.compile import Agreements, load
from services.notify.domain import Delivery
from services.notify.domain.current import MOST
from services.notify.rules import LOCAL_STANDARD, Rules
from tests.agreements.makers import a_file
from tests.in_memory import REFERENCES
from tests.makers import (
    NOON,
    a_joining,
    a_leaving,
    a_level,
    a_release,
    a_release_date,
    a_tenancy,
    a_tenancy_end,
    a_transfer,
    a_zone,
    a_zone_ending,
    an_alert,
    later,
)
from tests.notify.telling import INVENTED, Desk, only

HOUSING = "derby-housing"
FAREWELL = SharingEnded.kind()


def at(hours: float) -> dict[str, Any]:
    return {"occurred_at": later(hours=hours)}


def a_desk(*facts: Fact) -> Desk:
    desk = Desk()
    for fact in facts:
        desk.say(fact)
    return desk


def to(agency: str, things: tuple[object, ...]) -> list[Delivery]:
    return [one for one in only(Delivery, things) if one.agency == agency]


def kinds(agency: str, things: tuple[object, ...]) -> list[str]:
    return [notice.kind for notice in to(agency, things)]


# -- joining


def test_who_joins_is_told_what_is_current_and_none_of_what_it_was_before() -> None:
    desk = a_desk(
        a_release_date(prison_code="AAA"),
        a_release_date(prison_code="BBB", **at(1)),
        a_tenancy(source="amber-valley-housing", tenancy_ref="over", **at(1)),
        a_tenancy_end(source="amber-valley-housing", tenancy_ref="over", **at(2)),
        a_tenancy(source="amber-valley-housing", tenancy_ref="stands", **at(3)),
        a_level(3),
    )
    told = to(HOUSING, desk.say(a_joining(HOUSING, **at(5)), later(hours=5)))
    assert [notice.kind for notice in told] == [
        "custody.release-date-set",
        "housing.tenancy-started",
    ]
    date, home = (notice.record["told"] for notice in told)
    assert (date["prison_code"], home["tenancy_ref"]) == ("BBB", "stands")


def test_it_is_told_as_any_notice_is_by_when_to_answer_and_marked_as_said_anew() -> None:
    desk = a_desk(a_release_date())
    things = desk.say(a_joining(HOUSING, **at(5)), later(hours=5))
    (notice,) = to(HOUSING, things)
    (issued,) = (one for one in only(NoticeIssued, things) if one.agency == HOUSING)
    assert notice.record["act_by"] == issued.act_by == later(hours=5 + 24)
    assert issued.anew
    assert issued.notice_ref == notice.notice_ref
    assert desk.answer(notice) == "answered"


def test_by_the_schemas_of_before_a_notice_has_no_mark_and_by_those_of_now_it_has() -> None:
    marks = []
    for adopted in (0, 10_000):
        desk = a_desk(a_release_date())
        desk.rules = Rules(desk.rules.agreements, REFERENCES, LOCAL_STANDARD, adopted)
        (notice,) = to(HOUSING, desk.say(a_joining(HOUSING, **at(5))))
        marks.append(notice.record.get("anew"))
    assert marks == [None, True]


def test_others_are_told_nothing_anew_when_somebody_joins() -> None:
    desk = a_desk(a_joining("dwp"), a_release_date(**at(1)))
    things = desk.say(a_joining(HOUSING, **at(5)))
    assert kinds("dwp", things) == []
    assert kinds("probation", things) == []  # it said so itself
    assert kinds("derbyshire-police", things) == ["case.agency-joined-case"]


def test_what_it_said_itself_is_not_told_to_it() -> None:
    desk = a_desk(a_tenancy(source=HOUSING))
    assert to(HOUSING, desk.say(a_joining(HOUSING, **at(1)))) == []


def test_said_to_join_again_while_on_the_case_it_is_told_nothing_again() -> None:
    desk = a_desk(a_release_date(), a_joining(HOUSING, **at(1)))
    assert to(HOUSING, desk.say(a_joining(HOUSING, source="derbyshire-police", **at(2)))) == []


def test_a_warning_that_stands_is_told_at_once_to_who_may_know_it() -> None:
    desk = a_desk(a_joining("prison"), an_alert(), a_leaving("prison", **at(1)))
    (alert,) = (n for n in desk.hear(a_joining("prison", **at(2))) if n.kind == "risk.alert-raised")
    assert alert.record["urgency"] == "immediate"


def test_after_the_release_the_planned_date_is_not_current_any_more() -> None:
    desk = a_desk(a_release_date(), a_release(**at(1)))
    assert to(HOUSING, desk.say(a_joining(HOUSING, **at(2)))) == []


def test_a_zone_whose_time_is_up_or_that_ended_is_not_current() -> None:
    desk = a_desk(
        a_zone(zone_ref="ended"),
        a_zone_ending(zone_ref="ended", **at(1)),
        a_zone(zone_ref="up", in_force_to=later(hours=2)),
        a_zone(zone_ref="stands"),
        a_leaving("em", **at(1)),
    )
    told = to("em", desk.say(a_joining("em", **at(3)), later(hours=3)))
    zones = [n.record["told"]["zone_ref"] for n in told if n.kind == "tracking.zone-set"]
    assert zones == ["stands"]


def test_a_late_start_of_what_is_over_does_not_make_it_current() -> None:
    end = a_tenancy_end(source="amber-valley-housing", tenancy_ref="t", **at(2))
    late = a_tenancy(source="amber-valley-housing", tenancy_ref="t", **at(1))
    assert to(HOUSING, a_desk(end, late).say(a_joining(HOUSING, **at(3)))) == []


def test_two_landlords_may_number_their_tenancies_alike() -> None:
    one = a_tenancy(source="amber-valley-housing", tenancy_ref="t")
    other = a_tenancy_end(source="derby-housing", tenancy_ref="t", **at(1))
    desk = a_desk(one, other)
    assert kinds("derby-housing", desk.say(a_joining(HOUSING, **at(2)))) == [one.kind()]


def test_so_many_of_a_kind_and_no_more_are_kept_the_newest() -> None:
    homes = [
        a_tenancy(source="amber-valley-housing", tenancy_ref=f"t-{n}", **at(n))
        for n in range(MOST + 3)
    ]
    told = to(HOUSING, a_desk(*homes).say(a_joining(HOUSING, **at(100))))
    refs = [notice.record["told"]["tenancy_ref"] for notice in told]
    assert refs == [f"t-{n}" for n in range(3, MOST + 3)]


# -- grants


def _granted(folder: Path, *changes: tuple[str, str]) -> Agreements:
    folder.mkdir()
    a_file(folder, *changes)
    return load(folder)


CLASSES = "classes: [reference, custody]"


@pytest.mark.parametrize(
    ("then", "now", "fields"),
    [
        ((), (), {"release_on"}),
        (("facts: [release-date-set]", "facts: [released]"), (), None),
        ((CLASSES, "classes: [reference]"), (), set()),
        ((), (CLASSES, "classes: [reference]"), set()),
        ((CLASSES, "classes: [reference]"), (CLASSES, "classes: [custody]"), None),
    ],
    ids=["same", "no grant then", "less then", "less now", "neither within the other"],
)
def test_nothing_older_than_the_grant_is_told_and_no_more_of_it_than_was_granted_then(
    tmp_path: Path, then: tuple[str, str], now: tuple[str, str], fields: set[str] | None
) -> None:
    before = _granted(tmp_path / "then", *([then] if then else []))
    after = _granted(tmp_path / "now", *([now] if now else []))
    desk = Desk(before)
    desk.say(a_release_date())
    desk.rules = Rules(after, REFERENCES, LOCAL_STANDARD, 0, {before.version: before}.__getitem__)
    told = to(INVENTED, desk.say(a_joining(INVENTED, **at(1))))
    if fields is None:
        assert told == []
    else:
        (notice,) = told
        assert set(notice.record["told"]) & {"release_on"} == fields


def test_filters_count_when_it_is_told(tmp_path: Path) -> None:
    a_file(tmp_path, ("on_case: true", "on_case: true\n    levels: [3]"))
    known, told = load(tmp_path), []
    for level in (2, 3):
        desk = Desk(known)
        desk.say(a_release_date())
        desk.say(a_level(level))
        told.append(len(to(INVENTED, desk.say(a_joining(INVENTED, **at(1))))))
    assert told == [0, 1]


# -- leaving


def test_who_leaves_is_told_once_to_stop_and_what_to_forget_by_when() -> None:
    desk = a_desk(a_joining(HOUSING), a_release_date(**at(1)))
    things = desk.say(a_leaving(HOUSING, **at(2)), later(hours=2))
    (notice,) = to(HOUSING, things)
    told = notice.record["told"]
    assert notice.kind == FAREWELL
    assert [dict(one) for one in told["forget"]] == [
        {"about": "custody.release-date-set", "by": NOON.date().replace(year=NOON.year + 1)}
    ]
    assert notice.record["act_by"] == later(hours=2 + 24)
    assert desk.answer(notice) == "answered"
    (ended,) = only(SharingEnded, things)
    assert ended.agency == HOUSING


def test_it_is_not_told_who_said_so_nor_anything_else_that_is_new() -> None:
    desk = a_desk(a_joining(HOUSING), a_release_date(**at(1)))
    (notice,) = to(HOUSING, desk.say(a_leaving(HOUSING, **at(2))))
    assert set(notice.record["told"]) == {"occurred_at", "recorded_at", "forget"}
    one = a_desk(a_joining(HOUSING), a_release_date(**at(1)))
    other = one.say(a_leaving(HOUSING, source="derbyshire-police", **at(2)))
    assert to(HOUSING, other)[0].record["told"] == notice.record["told"]


def test_who_was_told_nothing_is_not_told_that_there_was_a_case() -> None:
    desk = a_desk(a_joining(HOUSING))
    assert to(HOUSING, desk.say(a_leaving(HOUSING, **at(2)))) == []


def test_after_that_it_is_told_nothing_whatever_is_said() -> None:
    desk = a_desk(a_joining(HOUSING), a_release_date(**at(1)), a_leaving(HOUSING, **at(2)))
    for fact in (a_release_date(**at(3)), a_leaving(HOUSING, **at(4)), a_joining("dwp", **at(5))):
        assert to(HOUSING, desk.say(fact)) == []
    for late in desk.tick(later(days=9)):
        assert to(HOUSING, desk.say(late)) == []


def test_who_comes_back_learns_what_is_current_and_not_what_happened_between() -> None:
    desk = a_desk(a_joining(HOUSING), a_release_date(prison_code="AAA", **at(1)))
    desk.say(a_leaving(HOUSING, **at(2)))
    desk.say(a_release_date(prison_code="BBB", **at(3)))
    desk.say(a_release_date(prison_code="CCC", **at(4)))
    (notice,) = to(HOUSING, desk.say(a_joining(HOUSING, **at(5))))
    assert notice.record["told"]["prison_code"] == "CCC"


def test_what_it_had_to_forget_it_is_told_again_under_another_number_each_time() -> None:
    desk, numbers = a_desk(a_joining(HOUSING)), []
    numbers += [notice.notice_ref for notice in desk.hear(a_release_date(**at(1)))]
    for hours in (2, 4, 6):
        numbers += [n.notice_ref for n in to(HOUSING, desk.say(a_leaving(HOUSING, **at(hours))))]
        joined = desk.say(a_joining(HOUSING, **at(hours + 1)))
        assert kinds(HOUSING, joined) == ["custody.release-date-set"]
        numbers += [notice.notice_ref for notice in to(HOUSING, joined)]
    assert len(numbers) == len(set(numbers))


# -- the lead


def settled(things: tuple[object, ...]) -> list[tuple[str, str | None, bool]]:
    return [(one.agency, one.previous, one.counted) for one in only(LeadSettled, things)]


LEADS = a_joining("probation", role=CaseRole.LEAD)


def test_the_body_that_leads_hands_the_lead_over_in_one_word() -> None:
    desk = Desk()
    assert settled(desk.say(LEADS)) == [("probation", None, True)]
    assert settled(desk.say(a_transfer(**at(1)))) == [("derbyshire-police", "probation", True)]


def test_nobody_else_can() -> None:
    desk = a_desk(LEADS)
    grasped = a_transfer("derbyshire-police", source="derbyshire-police", **at(1))
    assert settled(desk.say(grasped)) == [("probation", "probation", False)]
    second = a_joining("derbyshire-police", role=CaseRole.LEAD, **at(2))
    assert settled(desk.say(second)) == [("probation", "probation", False)]


def test_where_a_sentence_ends_the_body_that_goes_on_says_so_and_only_of_itself() -> None:
    ended: dict[str, Any] = {"source": "derbyshire-police", "ground": Ground.SENTENCE_ENDED}
    desk = a_desk(LEADS)
    assert settled(desk.say(a_transfer("prison", **ended, **at(1)))) == [
        ("probation", "probation", False)
    ]
    assert settled(desk.say(a_transfer(**ended, **at(2)))) == [
        ("derbyshire-police", "probation", True)
    ]


def test_a_body_without_an_agreement_cannot_lead() -> None:
    desk = a_desk(LEADS)
    assert settled(desk.say(a_transfer("nowhere-police", **at(1)))) == [
        ("probation", "probation", False)
    ]


def test_transfers_that_come_in_the_wrong_order_lead_to_the_same_body() -> None:
    first = a_transfer("derbyshire-police", **at(1))
    second = a_transfer("prison", source="derbyshire-police", **at(2))
    desk = a_desk(LEADS)
    assert settled(desk.say(second)) == [("probation", "probation", False)]
    assert settled(desk.say(first)) == [("prison", "probation", True)]


def test_who_takes_the_lead_is_on_the_case_and_learns_what_is_current() -> None:
    desk = a_desk(LEADS, a_level(3))
    things = desk.say(a_transfer("prison", **at(1)))
    assert set(kinds("prison", things)) == {"case.level-set", "case.agency-joined-case"}


def test_who_leads_and_is_said_to_have_left_is_off_the_case_once_the_lead_went_over() -> None:
    desk = a_desk(LEADS, a_transfer("prison", **at(1)), a_level(2, **at(2)))
    assert to("prison", desk.say(a_leaving("prison", **at(3)))) == []
    assert kinds("prison", desk.say(a_level(3, **at(4)))) == ["case.level-set"]
    over = desk.say(a_transfer("derbyshire-police", source="prison", **at(5)))
    assert kinds("prison", over) == [FAREWELL]
