"""At the end of the arrangements live sharing ends: who was told is told to stop, nobody after."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.base import Fact
from schemas.case import CaseRole, SharingEnded
from schemas.milestone import Milestone, MilestoneStage
from schemas.notice import NoticeReported
from services.notify.domain import Delivery, looked_back_at
from services.notify.domain.arrangements import LEFT
from services.notify.domain.membership import lead_of
from tests.makers import (
    a_category,
    a_conviction,
    a_deadline_missed,
    a_joining,
    a_leaving,
    a_level,
    a_milestone,
    a_release_date,
    a_requirement_end,
    a_taking_back,
    a_tenancy,
    a_transfer,
    a_zone,
    an_address_change,
    an_alert,
    later,
)
from tests.notify.telling import ADULT, Desk, invented, only

POLICE, PROBATION, PRISON = "derbyshire-police", "probation", "prison"
HOUSING, YOUTH = "derby-housing", "derby-youth-offending"
LEADS = {POLICE, PROBATION}
FAREWELL = SharingEnded.kind()


def at(hours: float) -> dict[str, Any]:
    return {"occurred_at": later(hours=hours)}


def over(hours: float = 10) -> Fact:
    """The register says that the person is in no category any more."""
    return a_category(None, previous=1, **at(hours))


def a_case(
    *facts: Fact, lead: str = PROBATION, born_on: date = ADULT, endings: bool = True
) -> Desk:
    """Somebody subject to notification, on whose case housing and prison are and were told."""
    desk = Desk(born_on=born_on, endings=endings)
    for fact in (
        a_category(1),
        a_joining(lead, role=CaseRole.LEAD, **at(1)),
        a_joining(HOUSING, **at(1)),
        a_joining(PRISON, **at(1)),
        a_release_date(source="probation", **at(2)),
        *facts,
    ):
        desk.say(fact)
    return desk


def told(things: tuple[Any, ...] | list[Delivery]) -> set[tuple[str, str]]:
    return {(one.agency, one.kind) for one in only(Delivery, tuple(things))}


def on_case(desk: Desk) -> tuple[str, ...]:
    assert desk.case is not None
    return desk.case.on_case


# -- the end


def test_whoever_was_told_since_it_is_on_the_case_is_told_to_stop_and_what_to_forget() -> None:
    desk = a_case()
    things = desk.say(over(), later(hours=10))
    ended = only(SharingEnded, things)
    assert {one.agency for one in ended} == {HOUSING, PRISON}
    (housing,) = (one for one in ended if one.agency == HOUSING)
    assert [one.about for one in housing.forget] == ["custody.release-date-set"]
    assert told(things) == {
        (HOUSING, FAREWELL),
        (PRISON, FAREWELL),
        *((lead, "register.category-changed") for lead in LEADS),
    }


def test_nobody_is_on_the_case_after_it_but_the_body_that_leads_which_leads_on() -> None:
    desk = a_case(over())
    assert on_case(desk) == (PROBATION,)
    assert desk.case is not None
    assert lead_of(desk.case.moves) == PROBATION


def test_who_was_told_nothing_is_told_nothing() -> None:
    desk = Desk(endings=True)
    for fact in (a_category(1), a_joining("dwp", **at(1))):
        desk.say(fact)
    assert only(SharingEnded, desk.say(over())) == []


LIVE = (
    an_address_change(**at(11)),
    a_tenancy(**at(11)),
    a_zone(**at(11)),
    an_alert(**at(11)),
    a_level(2, source="prison", **at(11)),
    a_release_date(source="prison", **at(11)),
    a_milestone(**at(11)),
)


@pytest.mark.parametrize("fact", LIVE, ids=lambda fact: fact.kind())
def test_what_is_live_is_told_to_no_agency_with_a_reason_of_its_own(fact: Fact) -> None:
    desk = a_case(over())
    assert desk.told(fact) <= {"tracking"}  # a service of the hub computes on, and tells nobody
    if fact.kind() != "tracking.zone-set":
        assert desk.because == LEFT


@pytest.mark.parametrize(
    "fact",
    [
        a_requirement_end(**at(10)),
        a_deadline_missed(**at(10)),
        a_conviction(source="prison", **at(11)),
        a_milestone(milestone=Milestone.RETENTION_REVIEW, **at(10)),
        a_milestone(stage=MilestoneStage.FELL_AWAY, **at(10)),
        a_joining("dwp", source="prison", **at(11)),
    ],
    ids=lambda fact: fact.kind(),
)
def test_what_concerns_the_end_or_may_bring_the_person_back_is_told_to_who_answers(
    fact: Fact,
) -> None:
    assert a_case(over()).told(fact) == LEADS


def test_a_body_that_leads_by_being_on_the_case_hears_of_the_end_and_of_nothing_live() -> None:
    desk = a_case(lead=YOUTH, born_on=date(2010, 1, 31))
    assert (YOUTH, FAREWELL) not in told(desk.say(over()))
    assert YOUTH in desk.told(a_requirement_end(**at(10)))
    assert desk.told(an_address_change(**at(11))) == set()
    assert (YOUTH, FAREWELL) in told(desk.say(a_transfer(POLICE, source=YOUTH, **at(12))))


def test_what_was_withheld_then_is_never_told_late() -> None:
    desk = a_case(over())
    desk.say(an_address_change(**at(11)))
    more = (a_requirement_end(**at(12)), a_joining("dwp", **at(13)), a_leaving(HOUSING, **at(14)))
    kinds = {kind for fact in more for _, kind in told(desk.say(fact))}
    assert "register.address-changed" not in kinds


def test_by_the_versions_before_sharing_goes_on() -> None:
    desk = a_case(endings=False)
    things = desk.say(over())
    assert only(SharingEnded, things) == []
    assert {HOUSING, *LEADS} <= desk.told(an_address_change(source="prison", **at(11)))
    assert set(on_case(desk)) == {HOUSING, PRISON, PROBATION}


def test_who_left_before_the_rules_were_adopted_has_left_from_the_next_word_on() -> None:
    desk = a_case(over(), endings=False)
    desk.rules = replace(desk.rules, endings=True)
    assert {one.agency for one in only(SharingEnded, desk.say(a_level(2, **at(20))))} == {
        HOUSING,
        PRISON,
    }


def test_who_never_was_in_a_category_has_not_left() -> None:
    """Known by an accepted referral, or of whom the register has said nothing."""
    desk = Desk(endings=True)
    for fact in (a_joining(HOUSING), a_category(None)):
        desk.say(fact)
    assert HOUSING in desk.told(an_address_change(**at(2)))


def test_a_notice_that_waited_is_waited_for_on_and_told_to_who_answers_for_it() -> None:
    desk = a_case(over())
    assert desk.case is not None
    assert {one.agency for one in desk.case.unanswered} >= {HOUSING}
    said = [*desk.steps(later(days=2)), *desk.steps(later(days=4))]
    reported = only(NoticeReported, tuple(said))
    assert {one.agency for one in reported} <= LEADS
    assert HOUSING in {one.receiver for one in reported}


def test_what_was_told_before_it_can_still_be_taken_back_from_who_was_told() -> None:
    wrong = a_release_date(source="probation", prison_code="WWW", **at(3))
    desk = a_case(wrong, over())
    assert (HOUSING, "notice.notice-taken-back") in told(desk.say(a_taking_back(wrong, **at(12))))


def test_a_limit_of_category_4_does_not_end_with_the_category(tmp_path: Path) -> None:
    desk = invented(
        tmp_path,
        ("kind: duty-to-co-operate", "kind: responsible-authority"),
        ("[release-date-set]", "[conviction-recorded]"),
        ("[reference, custody]", "[reference, offence]"),
        ("on_case: true", "on_case: false"),
    )
    desk.rules = replace(desk.rules, endings=True)
    heard = []
    for category in (4, 2):
        desk.case = None
        desk.say(a_category(category))
        desk.say(a_category(None, previous=category, **at(10)))
        heard.append(desk.told(a_conviction(**at(11))))
    assert heard == [set(), {"exampleshire-housing"}]


# -- coming back


def test_who_comes_back_by_something_new_is_shared_with_those_who_join_again() -> None:
    desk = a_case(over(), a_joining(HOUSING, **at(12)))
    things = desk.say(a_category(2, **at(20)), later(hours=20))
    assert on_case(desk) == (HOUSING, PROBATION)
    assert (HOUSING, "custody.release-date-set") in told(things)
    assert PRISON not in {agency for agency, _ in told(things)}
    assert HOUSING in desk.told(an_address_change(**at(21)))


def test_where_the_end_was_wrong_who_was_on_the_case_is_on_it_and_learns_what_is_current() -> None:
    """A fact of before it undoes it, heard late."""
    desk = a_case(over(), an_address_change(**at(12)))
    things = desk.say(a_category(1, **at(9)), later(hours=20))
    assert on_case(desk) == (HOUSING, PRISON, PROBATION)
    kinds = {kind for agency, kind in told(things) if agency == HOUSING}
    assert kinds == {"custody.release-date-set", "register.address-changed"}
    numbers = [one.notice_ref for one in only(Delivery, things)]
    assert len(set(numbers)) == len(numbers)


def test_those_who_answered_for_the_record_learn_of_the_time_between_what_is_current_alone() -> (
    None
):
    desk = a_case(
        over(),
        an_address_change(source="prison", **at(11)),
        an_address_change(source="prison", **at(12)),
        a_conviction(source="prison", **at(13)),
    )
    things = desk.say(a_category(1, **at(20)), later(hours=20))
    to_police = [one.kind for one in only(Delivery, things) if one.agency == POLICE]
    assert sorted(to_police) == ["register.address-changed", "register.category-changed"]


def test_an_end_says_where_a_coming_back_in_the_same_batch_looks() -> None:
    """What is looked up is fetched by the row before the batch, which knows of no end yet."""
    desk = a_case()
    assert looked_back_at(desk.case, over()) != ()
    assert looked_back_at(desk.case, a_category(2, previous=1)) == ()
    desk.say(over())
    assert looked_back_at(desk.case, a_category(1)) != ()


def test_left_again_and_back_everybody_joins_again() -> None:
    desk = a_case(over(), a_category(1, **at(20)), a_joining(HOUSING, **at(21)))
    desk.say(a_category(None, previous=1, **at(30)))
    desk.say(a_category(1, **at(40)))
    assert on_case(desk) == (PROBATION,)


def test_a_wrong_end_that_is_undone_after_another_leaves_that_one() -> None:
    desk = a_case(over(), a_category(1, **at(20)), over(30), a_category(1, **at(29)))
    assert on_case(desk) == (PROBATION,)
    desk.say(a_joining(HOUSING, **at(31)))
    assert on_case(desk) == (HOUSING, PROBATION)


# -- the end of notification alone


def test_at_the_end_of_notification_alone_a_grant_for_the_registered_tells_no_more(
    tmp_path: Path,
) -> None:
    desk = invented(tmp_path, ("on_case: true", "on_case: true\n    categories: [1]"))
    desk.rules = replace(desk.rules, endings=True)
    agency = "exampleshire-housing"
    for fact in (a_category(1), a_joining(agency)):
        desk.say(fact)
    assert desk.told(a_release_date(**at(1))) == {agency}
    desk.say(a_category(2, previous=1, **at(10)))
    assert desk.told(a_release_date(**at(11))) == set()
    assert on_case(desk) == (agency,)


# -- what is kept, and what is not forgotten here


def test_it_is_the_same_in_any_order_of_joining_and_leaving_around_the_end() -> None:
    words = (a_joining(HOUSING, **at(1)), a_leaving(HOUSING, **at(5)), a_joining("dwp", **at(12)))
    rows = []
    for order in (words, words[::-1]):
        desk = Desk(endings=True)
        for fact in (a_category(1), order[0], over(), *order[1:], a_category(2, **at(20))):
            desk.say(fact)
        rows.append(on_case(desk))
    assert rows == [("dwp",), ("dwp",)]
