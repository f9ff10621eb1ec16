"""What its own source takes back never was so for the register, by version 2026-5."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.base import Fact
from schemas.case import CaseRole
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed, MilestoneStage
from schemas.register import (
    CancelGround,
    CategoryChanged,
    DeadlineCancelled,
    DeadlineMissed,
    DeadlineOpened,
    RequirementEnded,
)
from services.registry.dates import end_of, start_of
from services.registry.domain import Register, as_of
from services.registry.domain.kept import tie_of
from services.registry.rules import RULES
from tests.makers import (
    a_conviction,
    a_form_j,
    a_joining,
    a_release_date,
    a_taking_back,
    admitted,
    an_address_change,
)
from tests.registry.desk import of_kind
from tests.registry.person import (
    BEFORE_FIFTH,
    MONDAY,
    NEWEST,
    THURSDAY_MIDNIGHT,
    a_desk,
    convicted,
    notified,
)

WRONG = convicted()
BACK_ON = date(2026, 3, 20)


def _back(fact: Fact, **fields: Any) -> Fact:
    return admitted(a_taking_back(fact, occurred_at=start_of(BACK_ON), **fields))


def _by_another(fact: Fact) -> Fact:
    return fact.model_copy(update={"source": "prison"})


def test_a_conviction_of_the_wrong_person_keeps_nobody_on_the_register() -> None:
    desk = a_desk()
    (opened,) = of_kind(desk.hear(WRONG), DeadlineOpened)
    said = desk.hear(_back(WRONG))
    assert [fact.ended_on for fact in of_kind(said, RequirementEnded)] == [BACK_ON]
    assert [(fact.category, fact.previous) for fact in of_kind(said, CategoryChanged)] == [
        (None, 1)
    ]
    (fell_away,) = of_kind(said, DeadlineCancelled)
    assert (fell_away.deadline_ref, fell_away.ground) == (
        opened.deadline_ref,
        CancelGround.TAKEN_BACK,
    )
    assert desk.state.words == 0


def test_taken_back_before_it_comes_it_is_not_kept_when_it_comes() -> None:
    desk, other = a_desk(), a_desk()
    desk.hear(_back(WRONG))
    assert desk.hear(WRONG) == []
    other.hear(WRONG, _back(WRONG))
    assert desk.state == other.state


def test_the_row_keeps_nothing_of_what_was_taken_back() -> None:
    """But that it was, for when it comes again."""
    desk, never_told = a_desk(), a_desk()
    desk.hear(WRONG, _back(WRONG))
    never_told.hear(_back(WRONG))
    assert desk.state == never_told.state


def test_nobody_takes_back_another_s_word() -> None:
    desk = a_desk()
    desk.hear(WRONG)
    assert desk.hear(_back(WRONG, source="prison")) == []
    assert desk.state.requirement is not None


def test_what_two_said_stands_until_both_take_it_back() -> None:
    desk, twin = a_desk(), _by_another(WRONG)
    desk.hear(WRONG)
    assert desk.hear(twin) == []
    assert desk.hear(_back(WRONG)) == []
    assert len(desk.state.convictions) == 1
    assert of_kind(desk.hear(_back(twin)), RequirementEnded) != []
    assert desk.state.convictions == ()


def test_a_notification_taken_back_leaves_the_duty_to_be_done_and_missed_anew() -> None:
    desk, wrong = a_desk(), notified(MONDAY)
    desk.hear(convicted(), wrong)
    opened = of_kind(desk.hear(_back(wrong)), DeadlineOpened)
    (missed,) = of_kind(desk.ticked(start_of(BACK_ON)), DeadlineMissed)
    assert [one.deadline_ref for one in opened] == [missed.deadline_ref]


def test_a_duty_missed_taken_back_and_missed_again_has_another_number_and_a_higher_turn() -> None:
    desk, done = a_desk(), notified(MONDAY)
    desk.hear(convicted())
    (first,) = of_kind(desk.ticked(THURSDAY_MIDNIGHT), DeadlineMissed)
    desk.hear(done, _back(done))
    (again,) = of_kind(desk.ticked(start_of(BACK_ON)), DeadlineMissed)
    assert (again.deadline_ref, again.due_on) == (first.deadline_ref, first.due_on)
    assert again.event_id != first.event_id
    assert again.turn > first.turn


def test_the_turn_grows_by_one_with_every_word_and_with_every_word_taken_back() -> None:
    desk, done = a_desk(), notified(MONDAY)
    turns = []
    for fact in (convicted(), done, _back(done), _back(WRONG.model_copy(update={"source": "em"}))):
        desk.hear(fact)
        turns.append(desk.state.turn)
    assert turns == [1, 2, 3, 5]


PLANNED = admitted(a_release_date(release_on=date(2026, 5, 1)))
FORM_J_BY = date(2026, 3, 20)
"""Six weeks before that release."""


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "none-needed"])
def test_what_an_agency_did_not_do_after_all_is_open_again_and_told_so(sent: bool) -> None:  # noqa: FBT001
    desk, wrong = a_desk(), admitted(a_form_j(sent=sent))
    desk.hear(convicted(in_custody=True), PLANNED, wrong)
    said = of_kind(desk.hear(_back(wrong)), MilestoneDeadline)
    assert [(one.milestone, one.stage, one.due_on) for one in said] == [
        (Milestone.FORM_J, MilestoneStage.OPENED, FORM_J_BY)
    ]


def test_a_milestone_missed_taken_back_and_missed_again_has_another_number() -> None:
    desk = a_desk()
    desk.hear(convicted(in_custody=True), PLANNED)
    desk.ticked(end_of(FORM_J_BY))
    said_anew = admitted(a_release_date(release_on=date(2026, 5, 1), prison_code="ZZY"))
    desk.hear(_back(PLANNED), said_anew)
    desk.ticked(end_of(FORM_J_BY) + timedelta(days=1))
    missed = [
        one for one in of_kind(desk.said, MilestoneMissed) if one.milestone is Milestone.FORM_J
    ]
    assert [one.due_on for one in missed] == [FORM_J_BY, FORM_J_BY]
    assert len({one.event_id for one in missed}) == 2


def test_as_of_any_day_it_never_was_so_once_that_is_known() -> None:
    moved = admitted(an_address_change(moved_on=date(2026, 3, 10)))
    facts = (convicted(), notified(MONDAY), moved)
    for day in (date(2026, 3, 11), BACK_ON, BACK_ON + timedelta(days=30)):
        before, after = (
            as_of(known, day, RULES[NEWEST]) for known in (facts, (*facts, _back(moved)))
        )
        assert before is not None
        assert after is not None
        assert (len(before.changes), len(after.changes)) == (1, 0)


def test_where_nothing_that_was_said_stands_nobody_is_known() -> None:
    assert as_of([WRONG], MONDAY, RULES[NEWEST]) is not None
    assert as_of([WRONG, _back(WRONG)], MONDAY, RULES[NEWEST]) is None


@pytest.mark.parametrize("version", BEFORE_FIFTH)
def test_by_rules_before_it_goes_on_counting(version: str) -> None:
    desk = a_desk(version)
    desk.hear(WRONG)
    assert desk.hear(_back(WRONG)) == []
    assert desk.state.requirement is not None
    assert as_of([WRONG, _back(WRONG)], BACK_ON, RULES[version]) is not None


def test_what_was_taken_back_under_older_rules_counts_no_more_once_newer_ones_are_in_force() -> (
    None
):
    desk = a_desk("2026-4")
    desk.hear(WRONG, _back(WRONG))
    newer = a_desk()
    newer.state, newer.wake_at = desk.state, desk.wake_at
    said = newer.hear(notified(date(2026, 3, 25)))
    assert of_kind(said, RequirementEnded) != []
    assert newer.state.convictions == ()


def test_a_row_of_a_build_that_did_not_keep_who_said_what_is_not_read() -> None:
    desk = a_desk()
    desk.hear(WRONG)
    kept = desk.state.model_dump(mode="json")
    assert Register.model_validate(kept) == desk.state
    with pytest.raises(ValidationError):
        Register.model_validate({**kept, "ties": {}})


def test_a_row_in_which_a_word_has_lost_who_said_it_is_an_error_and_drops_nothing() -> None:
    desk = a_desk()
    desk.hear(WRONG, notified(MONDAY))
    (convictions,), (notifications,) = (
        desk.state.ties[part] for part in ("convictions", "notifications")
    )
    ties = {"convictions": (convictions, notifications), "notifications": ()}
    desk.state = desk.state.model_copy(update={"ties": ties})
    with pytest.raises(ValueError, match="zip"):
        desk.hear(notified(date(2026, 3, 25)))


def test_a_row_of_a_case_that_somebody_leads_is_read() -> None:
    desk = a_desk()
    desk.hear(WRONG, admitted(a_joining("probation", role=CaseRole.LEAD)))
    assert len(desk.state.leads) == 1
    assert Register.model_validate(desk.state.model_dump(mode="json")) == desk.state


def test_who_said_it_takes_few_bytes_of_the_row_and_tells_no_source_nor_number() -> None:
    word = a_conviction()
    tie = tie_of(word.source, word.event_id)
    assert len(tie) == 11
    assert tie != tie_of("prison", word.event_id)
    desk = a_desk()
    desk.hear(convicted(), notified(MONDAY))
    assert word.source not in desk.state.model_dump_json()
