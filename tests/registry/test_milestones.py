"""What agencies have to do before a release, in parole and for victims, and what is told of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.custody import ParoleStep, Presence, RecallForm, ReleaseKind
from schemas.eligibility import Disposal
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, MilestoneStage, Owner
from schemas.victim import VictimDeadline, VictimStep
from services.registry.dates import end_of, start_of
from services.registry.domain import Because, Clock, Stage, as_of
from services.registry.domain.milestones import OWED
from services.registry.domain.releasing import in_custody, releasing
from services.registry.readings import Dated
from services.registry.release_rules import AT_FIRST
from services.registry.rules import RULES
from tests.makers import (
    PERSON,
    a_fitting,
    a_form_j,
    a_level,
    a_parole_step,
    a_presence,
    a_recall_to_custody,
    a_release_date,
    a_removal,
    a_return,
    a_revision,
    a_sentence,
    a_victim_step,
    a_zone,
    a_zone_ending,
    admitted,
    an_absence,
)
from tests.registry.desk import of_kind
from tests.registry.person import EARLY, MONDAY, NEWEST, a_desk, convicted, released

RULES_NOW = RULES[NEWEST]
HELD = convicted(date(2025, 1, 6), in_custody=True, term_months=36)
DECEMBER = date(2026, 12, 1)
JUNE = date(2026, 6, 1)


def said(maker: Any, on: date, *args: Any, **fields: Any) -> Fact:
    """What that maker makes, said on that day."""
    fact: Fact = admitted(maker(*args, occurred_at=start_of(on), **fields))
    return fact


def planned(told_on: date = MONDAY, release_on: date = DECEMBER, **fields: Any) -> Fact:
    return said(a_release_date, told_on, release_on=release_on, **fields)


def levelled(on: date, level: int = 2) -> Fact:
    return said(a_level, on, level, set_on=on)


def form_j(on: date, *, sent: bool = True) -> Fact:
    return said(a_form_j, on, sent=sent, settled_on=on)


def parole(step: ParoleStep, on: date) -> Fact:
    return said(a_parole_step, on, step, taken_on=on)


def contact(step: VictimStep, on: date) -> Fact:
    return said(a_victim_step, on, step, taken_on=on)


def recalled(on: date = JUNE, **fields: Any) -> Fact:
    return said(a_recall_to_custody, on, recalled_on=on, **fields)


def back(on: date = JUNE) -> Fact:
    return said(a_return, on, returned_on=on)


def zone(told_on: date, binds_from: date, **fields: Any) -> Fact:
    return said(a_zone, told_on, in_force_from=start_of(binds_from), **fields)


def all_of(milestone: Milestone, *facts: Fact, on: date = date(2027, 6, 1)) -> list[Clock]:
    found = as_of(facts, on, RULES_NOW)
    assert found is not None
    return [one for one in found.milestones if one.duty is milestone]


def the(milestone: Milestone, *facts: Fact, on: date = date(2027, 6, 1)) -> Clock:
    (clock,) = all_of(milestone, *facts, on=on)
    return clock


# -- before a release


@pytest.mark.parametrize(
    ("release_on", "level_by", "form_by"),
    [
        (DECEMBER, JUNE, date(2026, 10, 20)),
        (date(2027, 2, 28), date(2026, 8, 28), date(2027, 1, 17)),
        (date(2027, 8, 31), date(2027, 2, 28), date(2027, 7, 20)),
        (date(2026, 5, 1), date(2026, 3, 9), date(2026, 3, 20)),
        (date(2026, 3, 3), date(2026, 3, 9), date(2026, 3, 9)),
    ],
)
def test_level_and_form_j_are_due_so_long_before_and_never_sooner_than_they_can_be(
    release_on: date, level_by: date, form_by: date
) -> None:
    facts = (HELD, planned(release_on=release_on))
    assert the(Milestone.LEVEL_SET, *facts, on=MONDAY).due_on == level_by
    assert the(Milestone.FORM_J, *facts, on=MONDAY).due_on == form_by


def test_a_release_that_moves_moves_what_comes_before_it_under_the_same_number() -> None:
    before = the(Milestone.FORM_J, HELD, planned(), on=MONDAY)
    moved = planned(date(2026, 4, 1), date(2027, 1, 1))
    after = the(Milestone.FORM_J, HELD, planned(), moved, on=date(2026, 4, 1))
    assert after.due_on == date(2026, 11, 20)
    assert after.ref(PERSON) == before.ref(PERSON)
    late = the(Milestone.FORM_J, HELD, moved, planned(), on=date(2026, 4, 1))
    assert late == after


def test_the_day_of_the_release_itself_counts_once_it_is_told() -> None:
    facts = (HELD, planned(), released(date(2026, 11, 20)))
    assert the(Milestone.FORM_J, *facts).due_on == date(2026, 10, 9)
    assert the(Milestone.FORM_J, *facts).stage is Stage.MISSED


def test_who_is_back_in_custody_has_nothing_left_of_the_release_before() -> None:
    facts = (HELD, planned(), released(DECEMBER), back(date(2027, 3, 1)))
    assert all_of(Milestone.FORM_J, *facts) == []
    same_day = (HELD, planned(), released(DECEMBER), back(DECEMBER))
    assert the(Milestone.FORM_J, *same_day).since == date.min
    again = planned(date(2027, 3, 8), date(2027, 9, 1))
    clock = the(Milestone.FORM_J, *facts, again)
    assert (clock.since, clock.due_on) == (DECEMBER, date(2027, 7, 21))


def test_a_level_of_before_the_last_release_is_none_for_the_next() -> None:
    story = (HELD, planned(), levelled(JUNE), released(DECEMBER), back(date(2027, 3, 1)))
    again = (*story, planned(date(2027, 3, 8), date(2028, 1, 1)))
    assert the(Milestone.LEVEL_SET, *again, on=date(2027, 4, 1)).stage is Stage.OPEN
    that_day = the(Milestone.LEVEL_SET, *again, levelled(DECEMBER), on=date(2027, 4, 1))
    assert that_day.stage is Stage.OPEN
    met = the(Milestone.LEVEL_SET, *again, levelled(date(2027, 5, 1)))
    assert (met.stage, met.met_on, met.late) == (Stage.MET, date(2027, 5, 1), False)


def test_what_was_done_on_the_day_of_the_last_release_is_none_for_the_next() -> None:
    again = planned(date(2027, 3, 8), date(2027, 9, 1))
    zoned = zone(date(2026, 3, 9), date(2027, 8, 1))
    story = (HELD, planned(), released(DECEMBER), back(date(2027, 3, 1)), again, zoned)
    done = (form_j(DECEMBER), said(a_fitting, DECEMBER))
    for milestone in (Milestone.FORM_J, Milestone.ZONES_LIVE):
        clock = the(milestone, *story, *done, on=date(2027, 4, 1))
        assert (clock.since, clock.stage) == (DECEMBER, Stage.OPEN)


def test_a_release_on_the_day_it_was_set_is_that_release() -> None:
    found = as_of((HELD, planned(JUNE, DECEMBER), released(JUNE)), date(2027, 6, 1), RULES_NOW)
    assert found is not None
    release = releasing(found)
    assert release is not None
    assert (release.since, release.told_on, release.released_on) == (date.min, JUNE, JUNE)


def test_the_next_release_was_told_first_after_the_day_of_the_last() -> None:
    again = planned(date(2027, 3, 8), date(2027, 9, 1))
    facts = (HELD, planned(JUNE, DECEMBER), released(JUNE), back(date(2027, 3, 1)), again)
    found = as_of(facts, date(2027, 6, 1), RULES_NOW)
    assert found is not None
    release = releasing(found)
    assert release is not None
    assert (release.since, release.told_on) == (JUNE, date(2027, 3, 8))


def test_form_j_that_went_after_all_counts_more_than_that_none_was_needed() -> None:
    facts = (HELD, planned(), form_j(date(2026, 4, 1), sent=False))
    assert the(Milestone.FORM_J, *facts).stage is Stage.NOT_NEEDED
    went = the(Milestone.FORM_J, *facts, form_j(date(2026, 11, 1)))
    assert (went.stage, went.late) == (Stage.MET, True)


def test_of_several_forms_j_and_several_steps_the_first_counts() -> None:
    first, again = date(2026, 4, 1), date(2026, 11, 1)
    assert the(Milestone.FORM_J, HELD, planned(), form_j(again), form_j(first)).met_on == first
    not_needed = (form_j(again, sent=False), form_j(first, sent=False))
    assert the(Milestone.FORM_J, HELD, planned(), *not_needed).met_on == first
    levels = (levelled(again), levelled(first))
    assert the(Milestone.LEVEL_SET, HELD, planned(), *levels).met_on == first


ZONED = (HELD, planned(), zone(date(2026, 3, 9), DECEMBER))


@pytest.mark.parametrize(
    ("more", "met_on"),
    [
        ((), None),
        ((said(a_fitting, date(2026, 11, 30)),), date(2026, 11, 30)),
        ((said(a_fitting, date(2026, 12, 2)),), date(2026, 12, 2)),
        ((said(a_fitting, date(2026, 11, 1)), said(a_removal, date(2026, 11, 5))), None),
        ((said(a_fitting, date(2026, 11, 1)), said(a_removal, date(2026, 11, 1))), None),
        (
            (
                said(a_fitting, date(2026, 11, 1)),
                said(a_removal, date(2026, 11, 5)),
                said(a_fitting, date(2026, 11, 6)),
            ),
            date(2026, 11, 6),
        ),
        (
            (said(a_fitting, date(2026, 11, 30)), said(a_removal, date(2027, 2, 1))),
            date(2026, 11, 30),
        ),
        (
            (
                said(a_fitting, date(2026, 11, 1)),
                zone(date(2026, 11, 20), DECEMBER, zone_ref="zone-2"),
            ),
            date(2026, 11, 20),
        ),
    ],
)
def test_zones_are_live_once_they_are_set_and_a_tag_is_on_that_stays_on(
    more: tuple[Fact, ...], met_on: date | None
) -> None:
    clock = the(Milestone.ZONES_LIVE, *ZONED, *more, on=date(2027, 3, 1))
    assert (clock.due_on, clock.met_on) == (DECEMBER, met_on)
    assert clock.stage is (Stage.MISSED if met_on is None else Stage.MET)


@pytest.mark.parametrize(
    "facts",
    [
        (HELD, planned()),
        (HELD, planned(), zone(date(2026, 3, 9), DECEMBER + timedelta(days=1))),
        (*ZONED, said(a_zone_ending, date(2026, 11, 30))),
        (*ZONED, zone(date(2026, 4, 1), date(2027, 1, 1), zone_version=2)),
        (
            HELD,
            planned(),
            zone(date(2026, 3, 9), date(2026, 4, 1), in_force_to=start_of(DECEMBER)),
        ),
    ],
)
def test_without_a_zone_that_binds_on_the_day_no_tag_is_asked(facts: tuple[Fact, ...]) -> None:
    assert all_of(Milestone.ZONES_LIVE, *facts) == []


def test_a_zone_that_ends_the_moment_the_day_is_over_binds_on_the_day() -> None:
    gone = admitted(a_zone_ending(occurred_at=end_of(DECEMBER)))
    assert the(Milestone.ZONES_LIVE, *ZONED, gone).due_on == DECEMBER


def test_a_tag_taken_off_the_moment_the_day_is_over_was_on_for_the_day() -> None:
    fitted = said(a_fitting, date(2026, 11, 30))
    for at, met in ((end_of(DECEMBER), True), (end_of(DECEMBER) - timedelta(seconds=1), False)):
        off = admitted(a_removal(occurred_at=at))
        clock = the(Milestone.ZONES_LIVE, *ZONED, fitted, off)
        assert (clock.stage is Stage.MET) is met


def test_where_zones_are_to_be_live_some_days_ahead_the_last_day_is_so_long_before_release() -> (
    None
):
    """No source gives a number: an installation that sets one counts back, never on."""
    week = replace(RULES_NOW.release.zones_days.readings[0], value=7)
    release = replace(RULES_NOW.release, zones_days=Dated((week,)))
    found = as_of(ZONED, MONDAY + timedelta(days=7), replace(RULES_NOW, release=release))
    assert found is not None
    (clock,) = [one for one in found.milestones if one.duty is Milestone.ZONES_LIVE]
    assert clock.due_on == date(2026, 11, 24)


def test_an_absence_that_moved_asks_for_notice_anew() -> None:
    first = said(an_absence, MONDAY, leaves_on=date(2026, 3, 16), notified_on=MONDAY)
    moved = said(
        an_absence, date(2026, 3, 12), leaves_on=date(2026, 3, 18), notified_on=date(2026, 3, 12)
    )
    before = the(Milestone.ABSENCE_NOTICE, HELD, first)
    assert (before.due_on, before.met_on, before.late) == (date(2026, 3, 9), MONDAY, False)
    after = the(Milestone.ABSENCE_NOTICE, HELD, moved, first)
    assert (after.due_on, after.met_on, after.late) == (
        date(2026, 3, 11),
        date(2026, 3, 12),
        True,
    )


def test_notice_of_one_absence_is_none_of_another_on_the_same_day() -> None:
    told = (
        said(an_absence, on, leaves_on=date(2026, 3, 16), notified_on=on, absence_ref=ref)
        for ref, on in (("absence-1", date(2026, 3, 9)), ("absence-2", date(2026, 3, 10)))
    )
    found = all_of(Milestone.ABSENCE_NOTICE, HELD, *told)
    assert {one.about: one.late for one in found} == {"absence-1": False, "absence-2": True}


def test_working_days_before_easter_are_none_of_the_bank_holidays() -> None:
    told = {"leaves_on": date(2026, 4, 9), "notified_on": date(2026, 3, 31)}
    clock = the(Milestone.ABSENCE_NOTICE, HELD, said(an_absence, date(2026, 3, 31), **told))
    assert clock.due_on == date(2026, 3, 31)
    assert not clock.late


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        ((convicted(MONDAY),), False),
        ((HELD,), True),
        ((HELD, released(JUNE)), False),
        ((convicted(MONDAY, in_custody=True), released(MONDAY)), False),
        ((HELD, released(JUNE, release=ReleaseKind.TO_HOSPITAL)), True),
        ((HELD, released(JUNE), back(date(2026, 7, 1))), True),
        ((convicted(MONDAY), said(a_presence, JUNE, since_on=JUNE)), True),
        (
            (
                HELD,
                said(a_presence, JUNE, Presence.AT_LIBERTY, since_on=JUNE),
            ),
            False,
        ),
    ],
)
def test_who_is_held_is_known_from_what_was_told(facts: tuple[Fact, ...], held: bool) -> None:  # noqa: FBT001
    found = as_of(facts, date(2027, 1, 1), RULES_NOW)
    assert found is not None
    assert in_custody(found) is held


# -- on a recall and in parole

STANDARD = (levelled(date(2026, 1, 5)), recalled(), back())


@pytest.mark.parametrize(
    ("recall", "referred"),
    [
        (recalled(), True),
        (recalled(form=RecallForm.FIXED_TERM, decided_on=JUNE), False),
        (recalled(form=RecallForm.STANDARD, decided_on=JUNE), True),
        (recalled(date(2026, 3, 30), term_months=60), True),
    ],
)
def test_what_is_no_fixed_term_is_referred_in_28_days_beginning_with_the_return(
    recall: Fact,
    referred: bool,  # noqa: FBT001
) -> None:
    clocks = all_of(Milestone.PAROLE_REFERRAL, levelled(date(2026, 1, 5)), recall, back())
    assert [one.due_on for one in clocks] == ([date(2026, 6, 28)] if referred else [])


@pytest.mark.parametrize("version", ["2026-4", NEWEST])
def test_a_level_changed_after_the_recall_is_looked_at_and_referred_only_by_the_rules_before(
    version: str,
) -> None:
    desk = a_desk(version)
    desk.hear(levelled(date(2026, 1, 5), 1), recalled(), back())
    told = of_kind(desk.hear(levelled(date(2026, 6, 3), 2)), MilestoneDeadline)
    referred = {(Milestone.PAROLE_REFERRAL, Owner.PRISON, date(2026, 6, 29))}
    assert {(one.milestone, one.owed_by, one.due_on) for one in told} == {
        (Milestone.RECALL_FORM, Owner.PROBATION, date(2026, 6, 5)),
        *(referred if version == "2026-4" else set()),
    }


@pytest.mark.parametrize(
    ("decided_on", "due_on"),
    [
        (JUNE, date(2026, 6, 28)),
        (date(2026, 6, 28), date(2026, 6, 28)),
        (date(2026, 7, 10), date(2026, 7, 10)),
    ],
)
def test_a_fixed_term_determined_to_be_none_is_referred_at_once_if_the_28_days_are_over(
    decided_on: date, due_on: date
) -> None:
    none = recalled(JUNE, form=RecallForm.STANDARD, decided_on=decided_on)
    facts = (levelled(date(2026, 1, 5), 1), none, back())
    assert the(Milestone.PAROLE_REFERRAL, *facts).due_on == due_on
    found = as_of(facts, decided_on, RULES["2026-4"])
    assert found is not None
    assert [one.due_on for one in found.milestones] == [date(2026, 6, 29)]


def test_by_the_rules_before_a_recall_is_referred_on_the_28th_day_after_the_return() -> None:
    found = as_of(STANDARD, JUNE, RULES["2026-4"])
    assert found is not None
    assert [(one.duty, one.due_on) for one in found.milestones] == [
        (Milestone.PAROLE_REFERRAL, date(2026, 6, 29))
    ]


def test_the_form_looked_at_anew_is_decided_anew() -> None:
    facts = (levelled(date(2026, 1, 5), 1), recalled(), back(), levelled(date(2026, 6, 3), 2))
    assert the(Milestone.RECALL_FORM, *facts).stage is Stage.MISSED
    again = recalled(form=RecallForm.STANDARD, decided_on=date(2026, 6, 4))
    met = the(Milestone.RECALL_FORM, *facts, again)
    assert (met.stage, met.met_on) == (Stage.MET, date(2026, 6, 4))


@pytest.mark.parametrize(
    ("decided_on", "stage"),
    [
        (date(2026, 6, 2), Stage.MISSED),
        (date(2026, 6, 3), Stage.MET),
        (date(2026, 6, 5), Stage.MET),
    ],
)
def test_a_form_decided_before_the_level_changed_was_not_looked_at_anew(
    decided_on: date, stage: Stage
) -> None:
    decided = recalled(form=RecallForm.FIXED_TERM, decided_on=decided_on)
    facts = (levelled(date(2026, 1, 5), 1), decided, back(), levelled(date(2026, 6, 3), 2))
    clock = the(Milestone.RECALL_FORM, *facts)
    assert (clock.due_on, clock.stage, clock.late) == (date(2026, 6, 5), stage, False)


def test_of_two_recalls_the_form_of_each_is_looked_at_anew() -> None:
    """From two sentences, say."""
    decided: dict[str, Any] = {"form": RecallForm.STANDARD, "decided_on": date(2026, 6, 4)}
    facts = (
        *(levelled(date(2026, 1, 5), 1), levelled(date(2026, 6, 3), 2)),
        *(recalled(), recalled(recall_ref="recall-2", **decided)),
    )
    stages = {one.about: one.stage for one in all_of(Milestone.RECALL_FORM, *facts)}
    assert stages == {"recall-1": Stage.MISSED, "recall-2": Stage.MET}


def test_who_was_released_and_back_the_same_day_is_heard_on_the_referral_of_the_next() -> None:
    """The release was before the recall, so it ends nothing of what came after it."""
    referred = parole(ParoleStep.REFERRED, date(2026, 6, 2))
    story = (HELD, levelled(date(2026, 1, 5)), released(JUNE), recalled(), back(), referred)
    assert the(Milestone.PAROLE_HEARING, *story, on=date(2026, 7, 1)).due_on == date(2026, 12, 1)
    that_day = (*story[:-1], parole(ParoleStep.REFERRED, JUNE))
    assert len(all_of(Milestone.PAROLE_HEARING, *that_day, on=date(2026, 7, 1))) == 1
    again = released(date(2026, 6, 3))
    assert all_of(Milestone.PAROLE_HEARING, *story, again, on=date(2026, 7, 1)) == []


@pytest.mark.parametrize("step", [ParoleStep.REFERRED, ParoleStep.HEARD, ParoleStep.REFUSED])
def test_a_release_on_the_day_of_a_step_ends_what_would_follow_from_it(step: ParoleStep) -> None:
    desk, on, july = a_desk(), date(2026, 6, 10), date(2026, 7, 1)
    again = said(a_return, july, returned_on=july, recall_ref="recall-2")
    desk.hear(levelled(date(2026, 1, 5)), recalled(), back(), parole(step, on), released(on), again)
    owed = {Milestone.PAROLE_HEARING, Milestone.PAROLE_DECISION, Milestone.PAROLE_REVIEW}
    assert not owed & {one.duty for one in desk.state.milestones}


def test_with_the_release_everything_of_parole_falls_away() -> None:
    referred = parole(ParoleStep.REFERRED, date(2026, 6, 20))
    desk = a_desk()
    desk.hear(*STANDARD, referred)
    assert {one.duty for one in desk.state.milestones if one.waits} == {Milestone.PAROLE_HEARING}
    told = of_kind(desk.hear(released(date(2026, 8, 1))), MilestoneDeadline)
    assert [(one.milestone, one.stage) for one in told] == [
        (Milestone.PAROLE_HEARING, MilestoneStage.FELL_AWAY)
    ]
    assert desk.because[-1] == Because.MILESTONE_MOVED


def test_any_step_of_parole_shows_that_it_was_referred() -> None:
    heard = parole(ParoleStep.HEARD, date(2026, 7, 10))
    met = the(Milestone.PAROLE_REFERRAL, *STANDARD, heard)
    assert (met.met_on, met.late) == (date(2026, 7, 10), True)
    first = the(Milestone.PAROLE_REFERRAL, *STANDARD, heard, parole(ParoleStep.REFERRED, JUNE))
    assert first.met_on == JUNE


def test_reviews_follow_each_other_by_the_year() -> None:
    one, two = date(2026, 7, 1), date(2027, 6, 1)
    steps = (parole(ParoleStep.REFUSED, one), parole(ParoleStep.REFUSED, two))
    first, second = all_of(Milestone.PAROLE_REVIEW, *STANDARD, *steps)
    assert (first.stage, first.met_on, first.due_on) == (Stage.MET, two, date(2027, 7, 1))
    assert (second.stage, second.due_on) == (Stage.OPEN, date(2028, 6, 1))
    assert second.remind_on == date(2028, 6, 1) - timedelta(weeks=16)


def test_a_hearing_is_due_within_weeks_of_the_referral_and_a_decision_within_days_of_it() -> None:
    referred, heard = date(2026, 6, 10), date(2026, 7, 1)
    facts = (*STANDARD, parole(ParoleStep.REFERRED, referred), parole(ParoleStep.HEARD, heard))
    assert the(Milestone.PAROLE_HEARING, *facts).due_on == date(2026, 12, 9)
    assert the(Milestone.PAROLE_DECISION, *facts).due_on == date(2026, 7, 15)


def test_a_hearing_before_the_decision_was_needed_and_one_after_it_was_not() -> None:
    referred = parole(ParoleStep.REFERRED, date(2026, 6, 10))
    heard, refused = (
        parole(ParoleStep.HEARD, date(2026, 9, 1)),
        parole(ParoleStep.REFUSED, date(2026, 9, 10)),
    )
    facts = (*STANDARD, referred, heard, refused)
    assert the(Milestone.PAROLE_HEARING, *facts).stage is Stage.MET
    early = parole(ParoleStep.REFUSED, date(2026, 8, 1))
    assert the(Milestone.PAROLE_HEARING, *facts, early).stage is Stage.NOT_NEEDED
    that_day = parole(ParoleStep.REFUSED, date(2026, 9, 1))
    assert the(Milestone.PAROLE_HEARING, *facts, that_day).stage is Stage.MET


# -- victims


@pytest.mark.parametrize(
    ("fields", "open_"),
    [
        ({"term_months": 12}, True),
        ({"term_months": 11, "term_days": 29}, False),
        ({"term_months": 0, "for_life": True}, True),
        ({"disposal": Disposal.HOSPITAL_ORDER, "term_months": 0}, True),
        ({"disposal": Disposal.OTHER, "term_months": 24}, False),
        ({"disposal": Disposal.CONDITIONAL_DISCHARGE, "term_months": 24}, False),
        ({"term_months": 12, "schedule_3": False, "schedule_15": True}, True),
        (
            {
                "term_months": 12,
                "schedule_3": False,
                "schedule_15": False,
                "sentence_ref": "sentence-1",
            },
            False,
        ),
    ],
)
def test_vector_30_the_victim_contact_scheme_is_open_from_twelve_months(
    fields: dict[str, Any],
    open_: bool,  # noqa: FBT001
) -> None:
    clocks = all_of(Milestone.VICTIM_REFERRAL, convicted(MONDAY, **fields))
    assert [one.due_on for one in clocks] == ([date(2026, 3, 16)] if open_ else [])


def test_working_days_are_counted_from_sentence_and_over_easter() -> None:
    sentence = convicted(MONDAY, sentenced_on=date(2026, 3, 27))
    assert the(Milestone.VICTIM_REFERRAL, sentence).due_on == date(2026, 4, 14)
    assert the(Milestone.VICTIM_CONTACT, sentence).due_on == date(2026, 4, 28)


def test_what_an_appeal_makes_of_a_sentence_keeps_its_day() -> None:
    sentence = convicted(MONDAY, sentenced_on=date(2026, 3, 27), sentence_ref="sentence-1")
    longer = admitted(a_revision(a_sentence(24), revised_on=date(2026, 5, 1)))
    assert the(Milestone.VICTIM_REFERRAL, sentence, longer).since == date(2026, 3, 27)
    shorter = admitted(a_revision(a_sentence(6), revised_on=date(2026, 5, 1)))
    assert all_of(Milestone.VICTIM_REFERRAL, sentence, shorter) == []


def test_a_victim_contacted_was_referred_and_that_there_is_nobody_ends_both() -> None:
    contacted = (convicted(MONDAY), contact(VictimStep.CONTACTED, date(2026, 3, 20)))
    assert the(Milestone.VICTIM_REFERRAL, *contacted).late
    assert the(Milestone.VICTIM_CONTACT, *contacted).stage is Stage.MET
    nobody = (convicted(MONDAY), contact(VictimStep.NOBODY, date(2026, 3, 20)))
    assert the(Milestone.VICTIM_REFERRAL, *nobody).stage is Stage.NOT_NEEDED
    assert the(Milestone.VICTIM_CONTACT, *nobody).stage is Stage.NOT_NEEDED
    before = (convicted(MONDAY), contact(VictimStep.REFERRED, date(2026, 3, 1)))
    assert the(Milestone.VICTIM_REFERRAL, *before).stage is Stage.MISSED
    that_day = (convicted(MONDAY), contact(VictimStep.REFERRED, MONDAY))
    assert the(Milestone.VICTIM_REFERRAL, *that_day).stage is Stage.MET


# -- what is told of it


def test_a_milestone_is_told_as_it_begins_with_whose_it_is_and_that_it_is_local() -> None:
    told = of_kind(a_desk().hear(HELD, planned()), MilestoneDeadline)
    form = next(one for one in told if one.milestone is Milestone.FORM_J)
    assert (form.owed_by, form.stage, form.due_on, form.remind_on, form.local, form.rule) == (
        Owner.LEAD,
        MilestoneStage.OPENED,
        date(2026, 10, 20),
        date(2026, 10, 6),
        True,
        "R-AGY-1",
    )


def test_the_end_of_the_last_day_shows_it_missed_once_and_what_is_done_then_is_late() -> None:
    desk = a_desk()
    desk.hear(HELD, planned())
    last = date(2026, 10, 20)
    assert of_kind(desk.ticked(end_of(last) - timedelta(seconds=1)), MilestoneMissed) == [
        one for one in of_kind(desk.said, MilestoneMissed) if one.milestone is Milestone.LEVEL_SET
    ]
    (missed,) = of_kind(desk.ticked(end_of(last)), MilestoneMissed)
    assert (missed.milestone, missed.due_on, missed.occurred_at) == (
        Milestone.FORM_J,
        last,
        end_of(last),
    )
    assert desk.because[-1] == Because.MILESTONE_MISSED
    assert desk.ticked(end_of(last) + timedelta(days=1)) == []
    (met,) = of_kind(desk.hear(form_j(date(2026, 11, 1))), MilestoneDeadline)
    assert (met.stage, met.done_on, met.late) == (MilestoneStage.MET, date(2026, 11, 1), True)


def test_what_is_done_in_time_is_not_told_as_late() -> None:
    desk = a_desk()
    desk.hear(HELD, planned())
    (met,) = of_kind(desk.hear(form_j(date(2026, 10, 20))), MilestoneDeadline)
    assert (met.stage, met.done_on, met.late) == (
        MilestoneStage.MET,
        date(2026, 10, 20),
        False,
    )
    assert desk.hear(form_j(date(2026, 11, 1))) == []


def test_a_day_missed_that_moved_and_came_back_is_missed_anew_under_another_id() -> None:
    desk = a_desk()
    desk.hear(HELD, planned())
    desk.ticked(datetime(2026, 10, 21, 7, tzinfo=UTC))
    desk.hear(planned(date(2026, 10, 21), date(2027, 1, 1)))
    desk.hear(planned(date(2026, 10, 22), DECEMBER))
    desk.ticked(datetime(2026, 10, 23, 7, tzinfo=UTC))
    missed = [one for one in desk.said if isinstance(one, MilestoneMissed)]
    of_form_j = [one for one in missed if one.milestone is Milestone.FORM_J]
    assert len({one.event_id for one in of_form_j}) == 2
    assert {one.due_on for one in of_form_j} == {date(2026, 10, 20)}


def test_of_victims_nothing_is_told_but_in_facts_of_their_own() -> None:
    desk = a_desk()
    desk.hear(convicted(MONDAY))
    desk.ticked(datetime(2026, 3, 17, 7, tzinfo=UTC))
    desk.hear(contact(VictimStep.REFERRED, date(2026, 3, 18)))
    desk.hear(contact(VictimStep.NOBODY, date(2026, 3, 19)))
    told = of_kind(desk.said, VictimDeadline)
    assert [(one.milestone, one.stage) for one in told] == [
        (Milestone.VICTIM_REFERRAL, MilestoneStage.OPENED),
        (Milestone.VICTIM_CONTACT, MilestoneStage.OPENED),
        (Milestone.VICTIM_REFERRAL, MilestoneStage.MISSED),
        (Milestone.VICTIM_REFERRAL, MilestoneStage.MET),
        (Milestone.VICTIM_CONTACT, MilestoneStage.FELL_AWAY),
    ]
    assert of_kind(desk.said, MilestoneDeadline) == []
    assert of_kind(desk.said, MilestoneMissed) == []


def test_a_milestone_of_victims_missed_is_the_reason_and_one_done_is_that_it_moved() -> None:
    desk = a_desk()
    desk.hear(convicted(MONDAY))
    desk.ticked(datetime(2026, 3, 6, 7, tzinfo=UTC))
    said_then = desk.ticked(end_of(date(2026, 3, 16)))
    assert [type(one) for one in said_then] == [VictimDeadline]
    assert desk.because[-1] == Because.MILESTONE_MISSED
    desk.hear(contact(VictimStep.REFERRED, date(2026, 3, 18)))
    assert desk.because[-1] == Because.MILESTONE_MOVED


def test_that_there_is_nobody_to_contact_is_told_once_and_not_at_all_where_nothing_had_been() -> (
    None
):
    nobody = contact(VictimStep.NOBODY, date(2026, 3, 5))
    desk, known_before = a_desk(), a_desk()
    desk.hear(convicted(MONDAY))
    fell_away = of_kind(desk.hear(nobody), VictimDeadline)
    assert [one.stage for one in fell_away] == [MilestoneStage.FELL_AWAY] * 2
    assert of_kind(desk.hear(levelled(date(2026, 3, 6))), VictimDeadline) == []
    known_before.hear(nobody)
    assert of_kind(known_before.hear(convicted(MONDAY)), VictimDeadline) == []


def test_a_quashed_conviction_takes_its_deadlines_along() -> None:
    desk = a_desk()
    desk.hear(convicted(MONDAY, sentence_ref="sentence-1"))
    told = of_kind(desk.hear(admitted(a_revision(revised_on=MONDAY))), VictimDeadline)
    assert {one.stage for one in told} == {MilestoneStage.FELL_AWAY}
    assert len(told) == 2


@pytest.mark.parametrize("version", EARLY)
def test_the_versions_before_watch_no_milestone_and_keep_what_was_heard(version: str) -> None:
    desk = a_desk(version)
    assert RULES[version].release is AT_FIRST
    told = desk.hear(planned(), *STANDARD, *ZONED[2:])
    told += desk.ticked(datetime(2028, 1, 1, tzinfo=UTC))
    assert told == []
    assert desk.state.milestones == ()
    assert len(desk.state.plans) == 1


def test_every_milestone_is_owed_by_somebody_and_has_a_rule() -> None:
    assert set(OWED) == set(Milestone)
    assert all(one.rule.startswith("R-") for one in OWED.values())


STORY = (
    HELD,
    planned(),
    planned(date(2026, 4, 1), date(2026, 12, 15)),
    levelled(JUNE),
    form_j(date(2026, 11, 1)),
    zone(date(2026, 3, 9), date(2026, 12, 10)),
    said(a_fitting, date(2026, 12, 14)),
    released(date(2026, 12, 15)),
    recalled(date(2027, 2, 1), recall_ref="recall-2"),
    said(a_return, date(2027, 2, 3), recall_ref="recall-2", returned_on=date(2027, 2, 3)),
    levelled(date(2027, 2, 4), 1),
    parole(ParoleStep.REFERRED, date(2027, 2, 20)),
    contact(VictimStep.REFERRED, date(2025, 1, 10)),
)


@given(st.permutations(STORY), st.dates(date(2026, 3, 1), date(2027, 12, 31)), st.data())
def test_a_fact_heard_late_or_twice_counts_as_if_it_came_in_time(
    order: list[Fact], day: date, data: st.DataObject
) -> None:
    """Ticks come between, and what was missed meanwhile is put right."""
    in_time, late = a_desk(), a_desk()
    in_time.hear(*STORY)
    for fact in order:
        late.hear(fact)
        if data.draw(st.booleans()):
            late.ticked(datetime.combine(day, datetime.min.time(), UTC))
    assert late.hear(data.draw(st.sampled_from(STORY))) == []
    for desk in (in_time, late):
        desk.ticked(datetime(2029, 1, 1, tzinfo=UTC))
    assert late.state == in_time.state
