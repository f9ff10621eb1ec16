"""What does not count any more: told to exactly those who were told it, once, with a last day."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from schemas.base import Fact
from schemas.case import CaseRole, LeadSettled, SharingEnded
from schemas.notice import (
    Mistake,
    NoticeIssued,
    NoticeReported,
    NoticeTakenBack,
    RecallDeadline,
    RecallStage,
    ReceiptStatus,
    Reporting,
    Standing,
)
from schemas.risk import Urgency
from services.agreements.compile import load
from services.notify.domain import Delivery, Mentions
from services.notify.domain.mentions import Place
from services.notify.rules import LOCAL_STANDARD, TOLD_AT_MOST, Rules
from tests.agreements.makers import a_file
from tests.in_memory import REFERENCES
from tests.makers import (
    NOON,
    a_conviction,
    a_joining,
    a_leaving,
    a_level,
    a_limit,
    a_notification,
    a_recall,
    a_recall_answer,
    a_release_date,
    a_taking_back,
    a_transfer,
    later,
)
from tests.notify.telling import INVENTED, Desk, invented, only

BACK = NoticeTakenBack.kind()


def told_back(things: tuple[object, ...]) -> dict[str, NoticeTakenBack]:
    """By agency, what it is told that does not count; and that it finds just that."""
    said = {one.agency: one for one in only(NoticeTakenBack, things)}
    found = {one.agency for one in only(Delivery, things) if one.kind == BACK}
    assert found == said.keys()
    return said


def numbers(things: list[Delivery]) -> dict[str, tuple[UUID, ...]]:
    return {one.agency: (one.notice_ref,) for one in things}


# -- taken back by its source


def test_exactly_those_who_were_told_are_told_and_by_which_numbers() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    fact = a_release_date()
    told = desk.hear(fact)
    back = told_back(desk.say(a_taking_back(fact)))
    assert {agency: one.notice_refs for agency, one in back.items()} == numbers(told)
    assert "derby-housing" in back
    assert {one.about for one in back.values()} == {fact.kind()}
    assert desk.because == "told-back"


def test_what_is_found_in_the_inbox_names_numbers_and_a_day_and_nothing_else() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    fact = a_release_date()
    (notice,) = (one for one in desk.hear(fact) if one.agency == "derby-housing")
    things = desk.say(a_taking_back(fact, mistake=Mistake.CORRECTED))
    (found,) = (one for one in only(Delivery, things) if one.agency == "derby-housing")
    assert found.person_ref == notice.person_ref
    told = found.record["told"]
    assert told["notice_refs"] == (notice.notice_ref,)
    assert (told["mistake"], told["destroy"]) == (Mistake.CORRECTED, False)
    assert not {"agency", "source", "caused_by"} & told.keys()
    (issued,) = (one for one in only(NoticeIssued, things) if one.agency == "derby-housing")
    assert (issued.urgency, issued.act_by) == (Urgency.SAME_DAY, later(hours=24))


def test_the_day_is_what_the_agreement_said_when_it_was_told_whatever_it_says_now(
    tmp_path: Path,
) -> None:
    for name in ("then", "now"):
        (tmp_path / name).mkdir()
    a_file(tmp_path / "then", ("kept_days: 365", "kept_days: 40"))
    a_file(tmp_path / "now", ("facts: [release-date-set]", "facts: [level-set]"))
    then, now = load(tmp_path / "then"), load(tmp_path / "now")
    desk = Desk(then)
    desk.say(a_joining(INVENTED))
    fact = a_release_date()
    assert desk.told(fact) == {INVENTED}
    known = {one.version: one for one in (then, now)}
    desk.rules = Rules(now, REFERENCES, LOCAL_STANDARD, earlier=known.__getitem__)
    back = told_back(desk.say(a_taking_back(fact)))
    assert back[INVENTED].by == (NOON + timedelta(days=40)).date()


def test_who_has_left_since_is_told_and_who_has_come_since_is_not(tmp_path: Path) -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    fact = a_level()
    release = a_release_date()
    desk.say(fact)
    told = desk.told(release)
    desk.say(a_leaving("derby-housing", occurred_at=later(hours=1)))
    assert "derby-housing" in told_back(desk.say(a_taking_back(release)))
    desk.say(a_joining("amber-valley-housing", occurred_at=later(hours=2)))
    assert "amber-valley-housing" not in told_back(desk.say(a_taking_back(fact)))
    assert "derby-housing" in told


def test_who_was_told_anew_is_told_by_each_of_its_numbers_once() -> None:
    desk = Desk()
    fact = a_release_date()
    first = desk.hear(fact)
    got = []
    for hours in (1, 3):
        joined = a_joining("derby-housing", occurred_at=later(hours=hours))
        (anew,) = (one for one in desk.hear(joined) if one.kind == fact.kind())
        got.append(anew.notice_ref)
        desk.say(a_leaving("derby-housing", occurred_at=later(hours=hours + 1)))
    back = told_back(desk.say(a_taking_back(fact)))
    assert back["derby-housing"].notice_refs == tuple(got)
    assert back.keys() == {"derby-housing", *(one.agency for one in first)}


def test_taken_back_twice_it_is_told_once() -> None:
    desk = Desk()
    fact = a_level()
    desk.say(fact)
    assert told_back(desk.say(a_taking_back(fact)))
    assert desk.say(a_taking_back(fact, occurred_at=later(hours=1))) == ()
    assert desk.because == "nobody-was-told"


def test_nobody_takes_back_anothers_word() -> None:
    desk = Desk()
    fact = a_level()
    desk.say(fact)
    assert desk.say(a_taking_back(fact, source="derbyshire-police")) == ()
    assert told_back(desk.say(a_taking_back(fact)))


def test_what_comes_only_after_it_was_taken_back_is_told_to_nobody() -> None:
    desk = Desk()
    fact = a_joining("derby-housing")
    assert desk.say(a_taking_back(fact)) == ()
    assert desk.say(fact) == ()
    assert desk.because == "taken-back"
    assert "derby-housing" not in desk.told(a_release_date())


def test_who_joins_later_is_not_told_what_was_taken_back() -> None:
    desk = Desk()
    fact = a_release_date()
    desk.say(fact)
    desk.say(a_taking_back(fact))
    found = desk.hear(a_joining("derby-housing", occurred_at=later(hours=1)))
    assert fact.kind() not in {one.kind for one in found}


def test_an_answer_to_it_is_not_waited_for_but_one_to_its_taking_back_is() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    fact = a_release_date()
    desk.say(fact)
    back = {one.agency: one for one in only(Delivery, desk.say(a_taking_back(fact)))}
    late = {one.notice_ref for one in desk.tick(later(days=30))}
    assert late == {one.notice_ref for one in back.values()}


def test_a_level_that_is_taken_back_lets_nobody_through_a_filter_on_levels(tmp_path: Path) -> None:
    desk = invented(tmp_path, ("    on_case: true\n", "    on_case: true\n    levels: [3]\n"))
    desk.say(a_joining(INVENTED))
    wrong = a_level(3)
    desk.say(wrong)
    assert desk.told(a_release_date()) == {INVENTED}
    desk.say(a_taking_back(wrong))
    assert desk.told(a_release_date(prison_code="ZZY")) == set()
    desk.say(a_level(3, occurred_at=later(hours=-1)))
    assert desk.told(a_release_date(prison_code="ZZX")) == set()
    desk.say(a_level(3, set_on=later(days=1).date()))
    assert desk.told(a_release_date(prison_code="ZZW")) == {INVENTED}


def test_a_birth_that_is_taken_back_lets_nobody_through_a_filter_on_ages(tmp_path: Path) -> None:
    written = ("    on_case: true\n", "    on_case: true\n    ages: [adult]\n")
    desk = invented(tmp_path, written, born_on=None)
    wrong = a_conviction()
    desk.say(wrong)
    desk.say(a_joining(INVENTED))
    assert desk.told(a_release_date()) == {INVENTED}
    desk.say(a_taking_back(wrong))
    assert desk.told(a_release_date(prison_code="ZZY")) == set()


def test_an_area_that_is_taken_back_is_not_known(tmp_path: Path) -> None:
    written = ("    on_case: true\n", "    on_case: true\n    areas: [E06000015]\n")
    desk = invented(tmp_path, written)
    wrong = a_notification()
    desk.say(wrong)
    desk.say(a_joining(INVENTED))
    assert desk.told(a_release_date()) == {INVENTED}
    assert desk.case is not None
    (mention,) = desk.case.mentions.said
    assert mention.offset == len(desk.log) - 1
    desk.say(a_taking_back(wrong))
    assert desk.because == "nobody-was-told"


def test_a_limit_that_is_taken_back_stands_until_another_is_said() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    wrong = a_limit("probation")
    desk.say(wrong)
    desk.say(a_taking_back(wrong))
    assert desk.told(a_release_date()) <= {"probation"}


def test_who_was_put_on_the_case_by_a_word_that_is_taken_back_is_off_it_and_told_to_stop() -> None:
    desk = Desk()
    wrong = a_joining("derby-housing")
    desk.say(wrong)
    assert "derby-housing" in desk.told(a_release_date())
    things = desk.say(a_taking_back(wrong))
    (stop,) = only(SharingEnded, things)
    assert stop.agency == "derby-housing"
    assert "derby-housing" not in desk.told(a_release_date(prison_code="ZZY"))


def test_a_lead_that_was_said_by_mistake_goes_back_to_who_had_it() -> None:
    desk = Desk()
    desk.say(a_joining("probation", role=CaseRole.LEAD))
    wrong = a_transfer("derbyshire-police", occurred_at=later(hours=1))
    (settled,) = only(LeadSettled, desk.say(wrong))
    assert settled.agency == "derbyshire-police"
    (settled,) = only(LeadSettled, desk.say(a_taking_back(wrong)))
    assert (settled.agency, settled.previous) == ("probation", "derbyshire-police")


def test_where_nobody_leads_any_more_nothing_is_settled() -> None:
    desk = Desk()
    wrong = a_joining("probation", role=CaseRole.LEAD)
    desk.say(wrong)
    assert only(LeadSettled, desk.say(a_taking_back(wrong))) == []


def test_whose_agreement_is_gone_is_named_in_the_log_and_finds_nothing(tmp_path: Path) -> None:
    for name in ("then", "now"):
        (tmp_path / name).mkdir()
    a_file(tmp_path / "then")
    a_file(tmp_path / "now", ("facts: [release-date-set]", "facts: []"))
    then, now = load(tmp_path / "then"), load(tmp_path / "now")
    desk = Desk(then)
    desk.say(a_joining(INVENTED))
    fact = a_release_date()
    desk.say(fact)
    known = {one.version: one for one in (then, now)}
    desk.rules = Rules(now, REFERENCES, LOCAL_STANDARD, earlier=known.__getitem__)
    things = desk.say(a_taking_back(fact))
    assert [one.agency for one in only(NoticeTakenBack, things)] == [INVENTED]
    assert only(Delivery, things) == []


# -- recalled by two people


def recalled(desk: Desk, agency: str = "derby-housing") -> tuple[Delivery, tuple[object, ...]]:
    """A notice that went to it, and all that follows from its recall."""
    desk.say(a_joining(agency))
    (notice,) = (one for one in desk.hear(a_release_date()) if one.agency == agency)
    return notice, desk.say(a_recall(notice.notice_ref))


def test_a_recall_goes_to_the_one_receiver_of_that_notice_and_asks_to_destroy_it_at_once() -> None:
    notice, things = recalled(Desk())
    (back,) = told_back(things).values()
    assert (back.agency, back.notice_refs) == ("derby-housing", (notice.notice_ref,))
    assert (back.destroy, back.mistake) == (True, Mistake.WRONG_PERSON)
    (issued,) = only(NoticeIssued, things)
    assert (issued.urgency, issued.act_by) == (Urgency.IMMEDIATE, later(hours=1))


def test_recalled_twice_it_is_told_once() -> None:
    desk = Desk()
    notice, _ = recalled(desk)
    again = a_recall(notice.notice_ref, occurred_at=later(minutes=5))
    assert desk.say(again) == ()
    assert desk.because == "never-told"


@pytest.mark.parametrize("number", ["of nothing", "of one that was not told"])
def test_what_was_never_told_is_recalled_from_nobody_and_no_hours_run(number: str) -> None:
    desk = Desk()
    fact = a_release_date()
    desk.say(fact)
    ref = UUID(int=1) if number == "of nothing" else REFERENCES.notice("dwp", fact.event_id)
    assert desk.say(a_recall(ref)) == ()
    assert desk.because == "never-told"
    assert desk.steps(later(days=9)) == () or not only(RecallDeadline, desk.steps(later(days=9)))


def test_of_what_is_recalled_only_others_are_told_when_its_source_takes_it_back() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    fact = a_release_date()
    told = desk.hear(fact)
    desk.say(a_recall(numbers(told)["derby-housing"][0]))
    back = told_back(desk.say(a_taking_back(fact)))
    assert back.keys() == {one.agency for one in told} - {"derby-housing"}


def test_only_that_it_is_destroyed_confirms_it_and_without_that_it_is_escalated() -> None:
    desk = Desk()
    _, things = recalled(desk)
    (back,) = (one for one in only(Delivery, things) if one.kind == BACK)
    desk.say_receipt(back, ReceiptStatus.COLLECTED)
    (late,) = (one for one in desk.tick(later(hours=1)) if one.notice_ref == back.notice_ref)
    assert late.agency == "derby-housing"
    reports = only(NoticeReported, desk.steps(later(hours=2)))
    assert {one.standing for one in reports} == {Standing.NOT_ACTED_ON}
    desk.say_receipt(back, ReceiptStatus.ACTED)
    assert not any(one.notice_ref == back.notice_ref for one in desk.tick(later(days=5)))


def stages(things: tuple[object, ...]) -> list[RecallStage]:
    return [one.stage for one in only(RecallDeadline, things)]


def test_the_hours_run_from_when_it_was_known_are_reminded_of_and_are_missed_once() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    (notice,) = (one for one in desk.hear(a_release_date()) if one.agency == "derby-housing")
    things = desk.say(a_recall(notice.notice_ref, aware_at=later(hours=-2)))
    (opened,) = only(RecallDeadline, things)
    assert (opened.stage, opened.due_at) == (RecallStage.OPENED, later(hours=70))
    assert (opened.agency, opened.role) == ("probation", "information-governance-officer")
    assert opened.mailbox is not None
    assert stages(desk.steps(later(hours=45))) == []
    assert stages(desk.steps(later(hours=46))) == [RecallStage.REMINDED]
    assert stages(desk.steps(later(hours=47))) == []
    assert stages(desk.steps(later(hours=70))) == [RecallStage.MISSED]
    assert stages(desk.steps(later(days=40))) == []


def test_after_an_outage_a_reminder_that_comes_too_late_is_left_out() -> None:
    desk = Desk()
    recalled(desk)
    assert stages(desk.steps(later(hours=80))) == [RecallStage.MISSED]


@pytest.mark.parametrize(
    ("hours", "stage"), [(71, RecallStage.MET), (72, RecallStage.MET), (73, RecallStage.LATE)]
)
def test_what_is_decided_about_reporting_it_ends_the_hours(hours: int, stage: RecallStage) -> None:
    desk = Desk()
    notice, _ = recalled(desk)
    answer = a_recall_answer(
        notice.notice_ref, occurred_at=later(hours=hours), reporting=Reporting.NO_RISK
    )
    assert stages(desk.say(answer)) == [stage]
    assert desk.say(a_recall_answer(notice.notice_ref, occurred_at=later(hours=hours + 1))) == ()
    assert desk.because == "no-hours-run"
    assert stages(desk.steps(later(days=9))) == []


def test_the_body_that_answers_for_it_is_told_of_its_hours_and_no_other() -> None:
    desk = Desk()
    _, things = recalled(desk)
    (opened,) = only(RecallDeadline, things)
    assert desk.told(opened) == {"probation"}


# -- what is remembered


def test_so_many_are_remembered_and_no_more_and_a_row_stays_small() -> None:
    mentions = Mentions()
    for number in range(TOLD_AT_MOST + 10):
        agencies = ("derbyshire-police", "probation", "derby-housing")[: 1 + number % 3]
        mentions = mentions.told(Place(number), UUID(int=number << 80), 0, agencies)
    assert len(mentions.said) == TOLD_AT_MOST
    assert mentions.said[0].offset == 10
    assert len(mentions.audiences) == 3
    assert len(mentions.model_dump_json()) < 40 * TOLD_AT_MOST


def test_a_place_is_found_again_also_behind_what_was_told_anew_since() -> None:
    mentions = Mentions()
    for place in (Place(3), Place(5), Place(3, 9)):
        mentions = mentions.told(place, UUID(int=place.offset), 0, ("dwp",))
    assert [one.place for one in mentions.without(Place(5), "dwp").said] == [Place(3), Place(3, 9)]
    late = mentions.told(Place(4), UUID(int=4), 0, ("dwp",)).told(Place(5), UUID(int=5), 0, ("em",))
    assert [one.place for one in late.said] == [Place(3), Place(4), Place(5), Place(3, 9)]
    assert late.to(late.said[2]) == ("dwp", "em")


def test_who_is_not_told_any_more_leaves_no_trace() -> None:
    mentions = Mentions().told(Place(1), UUID(int=1), 0, ("dwp", "prison"))
    assert mentions.without(Place(2), "dwp") is mentions
    one = mentions.without(Place(1), "dwp")
    assert [one.to(mention) for mention in one.said] == [("prison",)]
    assert one.without(Place(1), "prison") == Mentions()


def test_a_notice_withdrawn_unread_and_not_told_again_is_not_taken_back() -> None:
    """What it never saw it is not told of."""
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    fact: Fact = a_release_date()
    desk.say(fact)
    assert desk.case is not None
    at = next(n for n, one in enumerate(desk.log) if one.event_id == fact.event_id)
    left = desk.case.mentions.without(Place(at), "derby-housing")
    desk.case = desk.case.model_copy(update={"mentions": left})
    assert "derby-housing" not in told_back(desk.say(a_taking_back(fact)))
