"""Who came under the arrangements and is on no case yet, and who has just gone out of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.base import Fact
from schemas.case import CaseRole
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, MilestoneStage, Owner
from services.registry.dates import end_of, start_of
from services.registry.domain import Clock, Stage, as_of
from services.registry.rules import RULES
from tests.makers import (
    a_deregistration,
    a_joining,
    a_level,
    a_licence,
    a_referral,
    a_referral_rejected,
    a_transfer,
    admitted,
)
from tests.registry.desk import Desk, of_kind
from tests.registry.person import BEFORE_FIFTH, NEWEST, a_desk, cautioned, convicted

IDENTIFY, RESCREEN = Milestone.IDENTIFICATION, Milestone.RESCREENING
DAY = timedelta(days=1)
MONDAY, THURSDAY = date(2027, 3, 1), date(2027, 3, 4)
OUT = date(2028, 3, 1)
"""The first day out of the arrangements, and 28 days after it."""
DECIDE_BY = date(2028, 3, 29)


def sentenced(on: date = MONDAY, **fields: Any) -> Fact:
    told = {"schedule_3": False, "schedule_15": True, "sentence_ref": "sentence-1"}
    return convicted(on, **{**told, **fields})


def licence(until: date = OUT - DAY, **fields: Any) -> Fact:
    told = {"begins_on": MONDAY + DAY, "sentence_ref": "sentence-1", "until": until}
    return admitted(a_licence(**{**told, **fields}))


def level(on: date) -> Fact:
    return admitted(a_level(2, set_on=on))


def joined(on: date, role: CaseRole = CaseRole.LEAD) -> Fact:
    return admitted(a_joining("probation", role=role, occurred_at=start_of(on)))


def all_of(milestone: Milestone, *facts: Fact, on: date, version: str = NEWEST) -> list[Clock]:
    found = as_of(facts, on, RULES[version])
    assert found is not None
    return [one for one in found.milestones if one.duty is milestone]


def the(milestone: Milestone, *facts: Fact, on: date) -> Clock:
    (clock,) = all_of(milestone, *facts, on=on)
    return clock


def a_ticked_desk(day: date = MONDAY) -> Desk:
    desk = a_desk()
    desk.ticked(start_of(day) + timedelta(hours=8))
    return desk


def told(facts: Iterable[Fact], milestone: Milestone) -> list[tuple[str, date]]:
    """What is told of it: its stage, or that it was missed, and its last day."""
    found = []
    for fact in facts:
        if isinstance(fact, MilestoneDeadline | MilestoneMissed) and fact.milestone is milestone:
            stage = fact.stage if isinstance(fact, MilestoneDeadline) else MilestoneStage.MISSED
            found.append((str(stage), fact.due_on))
    return found


# -- identification


def test_who_came_under_them_by_a_sentence_is_identified_within_three_days() -> None:
    desk = a_ticked_desk()
    assert told(desk.hear(sentenced()), IDENTIFY) == []
    said = desk.ticked(start_of(MONDAY) + timedelta(hours=9))
    assert told(said, IDENTIFY) == [("opened", THURSDAY)]
    opened = next(one for one in of_kind(said, MilestoneDeadline) if one.milestone is IDENTIFY)
    assert (opened.owed_by, opened.rule, opened.local) == (Owner.LEAD, "R-LEAD-1", True)
    assert (opened.occurred_at, opened.person_id) == (start_of(MONDAY), sentenced().person_id)
    assert told(desk.ticked(end_of(THURSDAY) - DAY), IDENTIFY) == []
    assert told(desk.ticked(end_of(THURSDAY)), IDENTIFY) == [("missed", THURSDAY)]
    assert told(desk.hear(level(date(2027, 3, 8))), IDENTIFY) == [("met", THURSDAY)]


@pytest.mark.parametrize("done", [level, joined], ids=["level", "lead"])
def test_a_level_set_or_a_body_that_leads_meets_it(done: Any) -> None:
    assert the(IDENTIFY, sentenced(), done(THURSDAY), on=THURSDAY).stage is Stage.MET
    late = the(IDENTIFY, sentenced(), done(THURSDAY + DAY), on=THURSDAY + DAY)
    assert (late.stage, late.late) == (Stage.MET, True)
    assert the(IDENTIFY, sentenced(), done(MONDAY), on=THURSDAY).met_on == MONDAY
    assert all_of(IDENTIFY, sentenced(), done(MONDAY - DAY), on=FAR) == []


def test_a_lead_handed_over_shows_a_case_and_an_agency_that_is_a_member_does_not() -> None:
    handed = admitted(a_transfer(occurred_at=start_of(THURSDAY)))
    assert the(IDENTIFY, sentenced(), handed, on=THURSDAY).stage is Stage.MET
    member = joined(THURSDAY, CaseRole.MEMBER)
    assert the(IDENTIFY, sentenced(), member, on=FAR).stage is Stage.MISSED
    desk = a_desk()
    assert (desk.hear(member), desk.state, desk.because) == ([], None, ["no-lead"])


FAR = date(2027, 9, 1)


@pytest.mark.parametrize(
    "fact",
    [
        cautioned(MONDAY),
        sentenced(),
        sentenced(schedule_15=False, schedule_19za=True),
        sentenced(MONDAY - 90 * DAY, sentenced_on=MONDAY),
        convicted(MONDAY - 90 * DAY, sentenced_on=MONDAY),
    ],
    ids=["category-1", "category-2", "category-4", "sentenced-later", "registered-and-later"],
)
def test_it_is_counted_from_sentence_in_every_category_a_sentence_brings(fact: Fact) -> None:
    clock = the(IDENTIFY, fact, on=MONDAY)
    assert (clock.since, clock.due_on, clock.stage) == (MONDAY, THURSDAY, Stage.OPEN)


def test_the_day_of_sentence_is_that_of_the_conviction_that_brought_it_and_of_no_other() -> None:
    """A caution of 2014 was over, and with it the time under them, long before."""
    earlier = cautioned(date(2014, 1, 6))
    later = convicted(MONDAY - 90 * DAY, sentenced_on=MONDAY)
    clock = the(IDENTIFY, earlier, later, on=MONDAY)
    assert (clock.since, clock.due_on) == (MONDAY, THURSDAY)


def test_who_was_referred_is_identified_by_that() -> None:
    accepted = admitted(a_referral(3, decided_on=MONDAY))
    assert all_of(IDENTIFY, accepted, on=FAR) == []


@pytest.mark.parametrize(
    "referral",
    [
        admitted(a_referral(3, decided_on=MONDAY + DAY)),
        admitted(a_referral_rejected(decided_on=MONDAY)),
    ],
    ids=["accepted-the-day-after", "rejected-that-day"],
)
def test_another_referral_identifies_nobody_who_came_by_a_sentence(referral: Fact) -> None:
    clock = the(IDENTIFY, sentenced(), referral, on=FAR)
    assert (clock.due_on, clock.stage) == (THURSDAY, Stage.MISSED)


def test_another_sentence_while_under_them_asks_nothing_anew() -> None:
    again = sentenced(date(2027, 6, 1), sentence_ref="sentence-2")
    assert the(IDENTIFY, sentenced(), again, on=FAR).since == MONDAY


def test_who_had_gone_out_and_comes_under_them_again_is_identified_anew() -> None:
    back = date(2029, 1, 8)
    again = sentenced(back, sentence_ref="sentence-2")
    facts = (sentenced(), level(MONDAY), licence(), again)
    clocks = all_of(IDENTIFY, *facts, on=back)
    assert [(one.since, one.stage) for one in clocks] == [(MONDAY, Stage.MET), (back, Stage.OPEN)]
    between = (*facts, level(OUT))
    assert [one.since for one in all_of(IDENTIFY, *between, on=back)] == [MONDAY]


def test_who_is_loaded_years_late_is_no_backlog() -> None:
    old = sentenced(date(2019, 1, 7), sentence_ref="old")
    over = licence(date(2021, 1, 6), sentence_ref="old", begins_on=date(2020, 1, 6))
    desk = a_ticked_desk()
    said = [*desk.hear(old, over, cautioned(date(2014, 1, 6))), *desk.ticked(end_of(FAR))]
    assert told(said, IDENTIFY) == []
    assert told(said, RESCREEN) == []
    last = date(2026, 12, 31)
    assert all_of(IDENTIFY, sentenced(last), on=FAR) == []
    assert [one.since for one in all_of(IDENTIFY, sentenced(last + DAY), on=FAR)] == [last + DAY]


def test_a_word_heard_late_that_somebody_led_takes_it_back() -> None:
    desk = a_ticked_desk()
    desk.hear(sentenced())
    desk.ticked(start_of(MONDAY) + timedelta(hours=9))
    assert told(desk.hear(joined(MONDAY - DAY)), IDENTIFY) == [("fell-away", THURSDAY)]


# -- re-screening


def test_when_the_last_category_ends_it_is_to_be_decided_whether_category_3_applies() -> None:
    desk = a_ticked_desk()
    desk.hear(sentenced(), level(MONDAY), licence())
    assert told(desk.ticked(end_of(OUT - DAY) - timedelta(seconds=1)), RESCREEN) == []
    said = desk.ticked(end_of(OUT - DAY))
    assert told(said, RESCREEN) == [("opened", DECIDE_BY)]
    opened = next(one for one in of_kind(said, MilestoneDeadline) if one.milestone is RESCREEN)
    assert (opened.owed_by, opened.rule, opened.occurred_at) == (
        Owner.LEAD,
        "R-MAP-6",
        start_of(OUT),
    )
    assert told(desk.ticked(end_of(DECIDE_BY)), RESCREEN) == [("missed", DECIDE_BY)]


def accepted(on: date) -> Fact:
    return admitted(a_referral(3, decided_on=on))


def rejected(on: date) -> Fact:
    return admitted(a_referral_rejected(decided_on=on))


def closed(on: date) -> Fact:
    return admitted(a_deregistration(decided_on=on))


@pytest.mark.parametrize("decided", [accepted, rejected, closed])
def test_any_decision_on_a_referral_after_it_meets_it(decided: Any) -> None:
    facts = (sentenced(), licence())
    met = the(RESCREEN, *facts, decided(DECIDE_BY), on=DECIDE_BY)
    assert (met.stage, met.met_on, met.late) == (Stage.MET, DECIDE_BY, False)
    assert the(RESCREEN, *facts, decided(DECIDE_BY + DAY), on=date(2028, 6, 1)).late


def test_one_decided_on_the_first_day_out_meets_it_and_on_the_day_of_coming_back_too() -> None:
    facts = (sentenced(), licence())
    assert the(RESCREEN, *facts, rejected(OUT), on=OUT).met_on == OUT
    back = OUT + 7 * DAY
    again = sentenced(back, sentence_ref="sentence-2")
    clock = the(RESCREEN, *facts, again, rejected(back), on=back)
    assert (clock.stage, clock.met_on) == (Stage.MET, back)
    after = the(RESCREEN, *facts, again, rejected(back + DAY), on=back + DAY)
    assert (after.stage, after.met_on) == (Stage.NOT_NEEDED, back)


def test_of_three_times_under_them_each_end_is_answered_by_what_came_next() -> None:
    """A year each; out for a week after each of the first two."""
    second, third = OUT + 7 * DAY, OUT + 14 * DAY + 365 * DAY
    later = licence(third - 8 * DAY, sentence_ref="sentence-2", supervision_ref="licence-2")
    facts = (
        *(sentenced(), licence()),
        *(sentenced(second, sentence_ref="sentence-2"), later),
        sentenced(third, sentence_ref="sentence-3"),
    )
    clocks = all_of(RESCREEN, *facts, on=third)
    assert [(one.stage, one.met_on) for one in clocks] == [
        (Stage.NOT_NEEDED, second),
        (Stage.NOT_NEEDED, third),
    ]


def test_what_was_decided_before_it_is_no_answer_but_who_is_in_category_3_by_then_stays() -> None:
    facts = (sentenced(), licence())
    assert the(RESCREEN, *facts, rejected(OUT - DAY), on=OUT).stage is Stage.OPEN
    assert all_of(RESCREEN, *facts, accepted(OUT - DAY), on=OUT) == []


def test_who_was_taken_out_by_decision_is_not_asked_about_again() -> None:
    facts = (accepted(MONDAY), closed(OUT))
    assert all_of(RESCREEN, *facts, on=DECIDE_BY) == []


def test_who_comes_under_them_again_needs_no_decision_about_the_time_before() -> None:
    again = sentenced(OUT + 7 * DAY, sentence_ref="sentence-2")
    desk = a_ticked_desk()
    desk.hear(sentenced(), level(MONDAY), licence())
    desk.ticked(end_of(OUT))
    assert told(desk.hear(again), RESCREEN) == [("fell-away", DECIDE_BY)]


def test_from_one_category_to_another_nobody_is_screened_anew() -> None:
    """Who is managed stays managed; the level is looked at by its own reviews."""
    facts = (sentenced(), licence(date(2029, 6, 1)), cautioned(MONDAY))
    clock = the(RESCREEN, *facts, on=date(2029, 3, 10))
    assert (clock.since, clock.stage) == (date(2029, 6, 2), Stage.AHEAD)


def test_a_late_word_that_the_licence_goes_on_takes_it_back() -> None:
    desk = a_ticked_desk()
    desk.hear(sentenced(), level(MONDAY), licence())
    desk.ticked(end_of(OUT))
    longer = licence(date(2029, 1, 1), occurred_at=datetime(2028, 2, 1, tzinfo=UTC))
    assert told(desk.hear(longer), RESCREEN) == [("fell-away", DECIDE_BY)]
    assert told(desk.ticked(end_of(date(2029, 1, 1))), RESCREEN) == [("opened", date(2029, 1, 30))]


@pytest.mark.parametrize("version", BEFORE_FIFTH)
def test_by_the_versions_before_neither_is_watched(version: str) -> None:
    facts = (sentenced(), cautioned(MONDAY), licence())
    for milestone in (IDENTIFY, RESCREEN):
        assert all_of(milestone, *facts, on=date(2040, 1, 1), version=version) == []
