"""In which form somebody is recalled by the law of the day, and when a fixed term ends."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.custody import NewCharge, ParoleStep, RecalledToCustody, RecallForm, SentenceGroup
from schemas.register import DeadlineOpened
from services.registry.dates import start_of
from services.registry.domain import Register, as_of
from services.registry.domain.pauses import pauses_of
from services.registry.domain.phasing import of_phased, phased_on
from services.registry.domain.recall import (
    Weighed,
    changed_since,
    law_on,
    level_before,
    recalls_of,
    releases_on,
    returned_on,
    running,
    weighed,
    weighed_of,
)
from services.registry.release_rules import SENTENCING_ACT_2026, Bar
from services.registry.rules import RULES
from tests.makers import (
    a_level,
    a_parole_step,
    a_recall_to_custody,
    a_release,
    a_return,
    admitted,
)
from tests.registry.desk import of_kind
from tests.registry.person import NEWEST, a_desk, convicted
from tests.registry.recall_vectors import OURS, form_of, kept, level_of, recall_of, rows

RULES_NOW = RULES[NEWEST]
RELEASE = RULES_NOW.release
OLD = RULES["2026-4"].release
JUNE = date(2026, 6, 1)
FIXED, STANDARD = RecallForm.FIXED_TERM, RecallForm.STANDARD
YOUTH = SentenceGroup.YOUTH_DETERMINATE


def recalled(on: date = JUNE, **fields: Any) -> RecalledToCustody:
    fields.setdefault("occurred_at", start_of(on))
    return admitted(a_recall_to_custody(recalled_on=on, **fields))


def levelled(level: int, on: date) -> Fact:
    return admitted(a_level(level, set_on=on, occurred_at=start_of(on)))


def back(on: date, **fields: Any) -> Fact:
    return admitted(a_return(returned_on=on, occurred_at=start_of(on), **fields))


def weigh(level: int | None, fact: RecalledToCustody) -> Weighed:
    return weighed(kept(fact), level, RELEASE)


def ends(returned: date, fact: RecalledToCustody) -> date:
    return releases_on(kept(fact), returned, RELEASE)


def heard(*facts: Fact, on: date = date(2027, 1, 1)) -> Register:
    found = as_of(facts, on, RULES_NOW)
    assert found is not None
    return found


# -- vectors


def test_vector_24_an_adult_at_level_1_and_not_of_category_4_is_out_after_56_days() -> None:
    assert weigh(1, recalled()) == Weighed(FIXED, (), ())
    assert ends(JUNE, recalled()) == date(2026, 7, 26)


@pytest.mark.parametrize(
    ("level", "category_4", "bars", "unknown"),
    [
        (2, False, (Bar.LEVEL,), ()),
        (3, False, (Bar.LEVEL,), ()),
        (1, True, (Bar.CATEGORY_4,), ()),
        (None, False, (Bar.LEVEL,), (Bar.LEVEL,)),
        (1, None, (Bar.CATEGORY_4,), (Bar.CATEGORY_4,)),
    ],
)
def test_vector_25_level_2_category_4_or_what_is_not_known_is_a_standard_recall(
    level: int | None, category_4: bool | None, bars: tuple[Bar, ...], unknown: tuple[Bar, ...]
) -> None:
    assert weigh(level, recalled(category_4=category_4)) == Weighed(STANDARD, bars, unknown)


@pytest.mark.parametrize("row", list(rows(OURS)), ids=lambda row: row["id"])
def test_our_own_table_of_recalls(row: dict[str, str]) -> None:
    assert weigh(level_of(row), recall_of(row)).form is form_of(row)


def test_our_own_table_has_the_columns_and_every_outcome() -> None:
    assert {form_of(row) for row in rows(OURS)} == {FIXED, STANDARD, None}
    assert len(list(rows(OURS))) > 25


# -- by date of the law


@pytest.mark.parametrize(
    ("on", "months", "form"),
    [
        (date(2024, 4, 1), 6, None),
        (date(2024, 4, 2), 11, FIXED),
        (date(2024, 4, 2), 12, None),
        (date(2025, 9, 1), 12, None),
        (date(2025, 9, 2), 47, FIXED),
        (date(2025, 9, 2), 48, None),
        (date(2026, 3, 30), 48, None),
        (date(2026, 3, 31), 48, FIXED),
        (date(2026, 3, 31), None, FIXED),
        (date(2026, 3, 30), None, None),
    ],
)
def test_up_to_which_sentence_a_fixed_term_is_mandatory_goes_by_the_day_of_the_recall(
    on: date, months: int | None, form: RecallForm | None
) -> None:
    assert weigh(1, recalled(on, term_months=months)).form is form


@pytest.mark.parametrize("group", [SentenceGroup.ADULT_DETERMINATE, YOUTH])
def test_while_every_fixed_term_was_a_choice_a_length_nobody_told_is_not_asked_for(
    group: SentenceGroup,
) -> None:
    for on, unknown in ((date(2024, 4, 1), ()), (date(2024, 4, 2), (Bar.TERM,))):
        found = weigh(1, recalled(on, group=group, term_months=None))
        assert (found.bars, found.unknown) == ((Bar.TERM,), unknown)


@pytest.mark.parametrize("on", [date(2026, 3, 30), date(2026, 3, 31)])
def test_who_is_barred_was_a_choice_before_the_act_of_2026_and_is_a_standard_recall_since(
    on: date,
) -> None:
    since = on >= date(2026, 3, 31)
    assert weigh(2, recalled(on, term_months=24)).form is (STANDARD if since else None)
    foreign = weigh(1, recalled(on, foreign_power=True))
    assert foreign.form is (STANDARD if since else FIXED)


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        ({"category_4": True}, FIXED),
        ({"terrorist": True}, FIXED),
        ({"new_charge": NewCharge.CHARGED}, FIXED),
        ({"serious_charge": True}, None),
        ({"serious_charge": None}, None),
        ({"referred_before_release": True}, STANDARD),
    ],
)
def test_from_april_2024_to_the_order_of_2025_an_adult_was_barred_by_level_and_serious_charge(
    fields: dict[str, Any], form: RecallForm | None
) -> None:
    for on in (date(2024, 4, 2), date(2025, 9, 1)):
        assert weigh(1, recalled(on, term_months=11, **fields)).form is form
        assert weigh(2, recalled(on, term_months=11)).form is None
    assert weigh(1, recalled(date(2024, 4, 1), term_months=11)) == Weighed(None, (Bar.TERM,), ())


@pytest.mark.parametrize("on", [date(2024, 4, 2), date(2025, 9, 2), JUNE])
@pytest.mark.parametrize(
    ("fields", "form", "unknown"),
    [
        ({}, FIXED, ()),
        ({"under_18": True}, None, ()),
        ({"under_18": None}, None, (Bar.UNDER_18,)),
        ({"referred_before_release": True}, STANDARD, ()),
        ({"referred_before_release": None}, None, (Bar.REFERRED,)),
        ({"referred_before_release": True, "under_18": None}, STANDARD, (Bar.UNDER_18,)),
    ],
)
def test_of_the_young_a_fixed_term_is_mandatory_only_at_18_and_a_referred_one_is_standard(
    on: date, fields: dict[str, Any], form: RecallForm | None, unknown: tuple[Bar, ...]
) -> None:
    found = weigh(1, recalled(on, group=YOUTH, term_months=6, **fields))
    assert (found.form, found.unknown) == (form, unknown)


def test_what_is_not_known_never_makes_a_standard_recall_of_the_young() -> None:
    unknown: dict[str, Any] = dict.fromkeys(("under_18", "serious_charge", "new_charge"))
    unknown |= {"referred_before_release": None, "term_months": None}
    nobody_said = recalled(group=YOUTH, **unknown)
    assert weigh(None, nobody_said).form is None


@pytest.mark.parametrize("group", [SentenceGroup.EXTENDED, SentenceGroup.INDETERMINATE])
@pytest.mark.parametrize("on", [date(2020, 1, 1), JUNE])
def test_extended_and_indeterminate_sentences_are_recalled_as_standard_at_any_time(
    group: SentenceGroup, on: date
) -> None:
    assert weigh(1, recalled(on, group=group)).form is STANDARD


@pytest.mark.parametrize(
    ("on", "months", "days"),
    [
        (date(2025, 9, 1), 11, 14),
        (date(2025, 9, 1), 12, 28),
        (date(2025, 9, 1), None, 28),
        (date(2026, 3, 30), 11, 14),
        (date(2026, 3, 31), 11, 56),
        (date(2026, 3, 31), 60, 56),
    ],
)
def test_the_days_of_a_fixed_term_go_by_the_day_it_begins(
    on: date, months: int | None, days: int
) -> None:
    assert ends(on, recalled(on, term_months=months)) == on + timedelta(days=days - 1)


@pytest.mark.parametrize(("months", "last"), [(11, date(2026, 6, 14)), (12, date(2026, 6, 28))])
def test_the_short_forms_remain_for_the_young(months: int, last: date) -> None:
    assert ends(JUNE, recalled(group=YOUTH, term_months=months)) == last


@pytest.mark.parametrize(
    ("requisite", "sentence", "last"),
    [
        (date(2026, 5, 1), None, date(2026, 7, 26)),
        (date(2026, 7, 20), None, date(2026, 7, 26)),
        (date(2026, 7, 26), None, date(2026, 7, 26)),
        (date(2026, 7, 27), None, date(2026, 7, 27)),
        (date(2026, 8, 20), None, date(2026, 8, 20)),
        (date(2026, 8, 20), date(2026, 8, 10), date(2026, 8, 10)),
        (None, date(2026, 7, 1), date(2026, 7, 1)),
    ],
)
def test_from_curfew_it_ends_with_the_later_of_56_days_and_the_requisite_period(
    requisite: date | None, sentence: date | None, last: date
) -> None:
    assert ends(JUNE, recalled(requisite_on=requisite, sentence_ends_on=sentence)) == last


def test_of_the_young_too_the_later_of_the_two_ends_counts() -> None:
    asked: dict[str, Any] = {"group": YOUTH, "term_months": 6}
    assert ends(JUNE, recalled(requisite_on=date(2026, 6, 10), **asked)) == date(2026, 6, 14)
    assert ends(JUNE, recalled(requisite_on=date(2026, 6, 20), **asked)) == date(2026, 6, 20)


def test_the_days_go_by_the_law_of_the_return_and_not_of_a_later_requisite_date() -> None:
    last = date(2026, 3, 30)
    assert ends(last, recalled(last, requisite_on=date(2026, 4, 10))) == date(2026, 4, 26)


def test_it_is_never_longer_by_a_requisite_date_than_that_date() -> None:
    """As it was read before: 56 days from the requisite date, up to 56 days too late."""
    assert ends(JUNE, recalled(requisite_on=date(2026, 7, 20))) != date(2026, 9, 13)


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.sampled_from([None, 6, 12, 60]))
def test_a_fixed_term_is_of_14_28_or_56_days_of_which_the_return_is_the_first(
    on: date, months: int | None
) -> None:
    assert (ends(on, recalled(on, term_months=months)) - on).days + 1 in {14, 28, 56}


# -- whom the Act of 2026 reached that was recalled before it


@pytest.mark.parametrize(
    ("back_on", "form"),
    [(None, None), (date(2026, 3, 30), None), (date(2026, 3, 31), FIXED), (JUNE, FIXED)],
)
def test_the_form_goes_by_the_act_for_whoever_was_recalled_before_and_not_in_custody(
    back_on: date | None, form: RecallForm | None
) -> None:
    found = heard(levelled(1, date(2026, 1, 5)), recalled(date(2026, 3, 11), term_months=72))
    (recall,) = recalls_of(found)
    assert weighed_of(found, recall, back_on, RELEASE).form is form
    assert weighed_of(found, recall, back_on, OLD).form is None


@pytest.mark.parametrize(
    ("on", "back_on", "law"),
    [
        (date(2026, 3, 30), date(2026, 3, 30), date(2026, 3, 30)),
        (date(2026, 3, 30), date(2026, 3, 31), SENTENCING_ACT_2026),
        (date(2026, 3, 31), date(2026, 4, 9), date(2026, 3, 31)),
        (JUNE, None, JUNE),
    ],
)
def test_it_is_the_law_of_the_recall_unless_the_act_came_before_the_return(
    on: date, back_on: date | None, law: date
) -> None:
    assert law_on(kept(recalled(on)), back_on, RELEASE) == law


def phased(months: int | None, *more: Fact, days: int = 0, **fields: Any) -> date | str | None:
    """The day of a standard recall of before the Act; or that it was none the Act let go."""
    fields = {"form": STANDARD, "decided_on": date(2026, 2, 2), **fields}
    fact = recalled(date(2026, 2, 1), term_months=months, term_days=days, **fields)
    found = heard(levelled(1, date(2026, 1, 5)), fact, back(date(2026, 2, 2)), *more)
    (recall,) = recalls_of(found)
    if not of_phased(found, recall, date(2026, 2, 2), RELEASE):
        return "not phased"
    return phased_on(found, recall, date(2026, 2, 2), RELEASE)


@pytest.mark.parametrize(
    ("months", "days", "day"),
    [
        (12, 0, date(2026, 3, 31)),
        (55, 20, date(2026, 3, 31)),
        (56, 0, date(2026, 4, 14)),
        (69, 20, date(2026, 4, 14)),
        (70, 0, date(2026, 4, 21)),
        (84, 10, date(2026, 4, 21)),
        (84, 25, date(2026, 4, 28)),
        (108, 10, date(2026, 4, 28)),
        (108, 25, date(2026, 5, 5)),
        (144, 0, date(2026, 5, 5)),
        (146, 0, date(2026, 5, 12)),
        (145, 27, None),
        (None, 0, None),
    ],
)
def test_a_standard_recall_of_before_the_act_ended_by_the_length_of_the_sentence(
    months: int | None, days: int, day: date | None
) -> None:
    assert phased(months, days=days) == day


def test_it_ended_after_56_days_of_the_return_if_those_were_later_and_with_the_sentence() -> None:
    fact = recalled(date(2026, 3, 20), term_months=12, form=STANDARD, decided_on=JUNE)
    found = heard(levelled(1, date(2026, 1, 5)), fact, back(date(2026, 3, 20)))
    (recall,) = recalls_of(found)
    assert phased_on(found, recall, date(2026, 3, 20), RELEASE) == date(2026, 5, 14)
    assert phased(56, sentence_ends_on=date(2026, 4, 10)) == date(2026, 4, 10)
    assert phased(56, requisite_on=date(2026, 4, 20)) == date(2026, 4, 20)


def test_whose_day_is_not_sure_is_looked_at_and_who_is_barred_or_on_a_fixed_term_is_not_of_it() -> (
    None
):
    refused = admitted(a_parole_step(ParoleStep.REFUSED, taken_on=date(2026, 3, 10)))
    assert phased(56, refused) is None
    assert phased(56, form=None, decided_on=None) is None
    assert phased(56, category_4=None) is None
    assert phased(56, category_4=True) == "not phased"
    assert phased(56, category_4=None, terrorist=True) == "not phased"
    assert phased(56, form=FIXED) == "not phased"
    assert phased(56, group=YOUTH) == "not phased"
    for on in (date(2026, 3, 30), date(2026, 3, 31)):
        found = heard(levelled(1, date(2026, 1, 5)), recalled(date(2026, 2, 1)), back(on))
        (recall,) = recalls_of(found)
        assert of_phased(found, recall, on, RELEASE) is (on == date(2026, 3, 30))


@pytest.mark.parametrize(
    ("step", "on", "sure"),
    [
        (ParoleStep.REFUSED, date(2026, 2, 1), True),
        (ParoleStep.REFUSED, date(2026, 2, 2), False),
        (ParoleStep.REFUSED, date(2026, 3, 10), False),
        (ParoleStep.REFERRED, date(2026, 2, 27), True),
        (ParoleStep.HEARD, date(2026, 3, 10), True),
    ],
)
def test_only_a_refusal_since_the_return_makes_the_day_unsure(
    step: ParoleStep, on: date, sure: bool
) -> None:
    """Back on 2 February 2026; a refusal before that was of an earlier recall."""
    told = phased(56, admitted(a_parole_step(step, taken_on=on)))
    assert told == (date(2026, 4, 14) if sure else None)


# -- the level, and what is heard between the recall and the decision


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ((), None),
        (((1, date(2026, 5, 31)),), 1),
        (((2, date(2026, 5, 31)),), 2),
        (((1, date(2026, 5, 30)), (2, JUNE)), 2),
        (((2, date(2026, 5, 30)), (1, JUNE)), 2),
        (((3, date(2026, 5, 30)), (2, JUNE)), 3),
        (((1, JUNE),), None),
        (((2, JUNE),), 2),
        (((1, date(2026, 6, 2)),), None),
        (((1, date(2026, 5, 30)), (3, date(2026, 6, 2))), 1),
        (((3, date(2026, 5, 30)), (1, date(2026, 6, 2))), 3),
    ],
)
def test_the_level_immediately_before_is_that_in_force_or_set_that_day_which_bars(
    levels: tuple[tuple[int, date], ...], level: int | None
) -> None:
    said = [levelled(of, on) for of, on in levels]
    assert level_before(heard(recalled(), *said), JUNE) == level
    assert level_before(heard(*reversed(said), recalled()), JUNE) == level


@pytest.mark.parametrize("on", [date(2026, 3, 10), JUNE])
@pytest.mark.parametrize("set_to", [1, 2])
def test_a_level_set_after_the_recall_changes_nothing_of_its_form(on: date, set_to: int) -> None:
    """By the versions before, one set between the recall and the decision did."""
    before = levelled(3 - set_to, date(2026, 1, 5))
    found = heard(before, recalled(on), levelled(set_to, on + timedelta(days=2)))
    (recall,) = recalls_of(found)
    free = set_to == 2
    assert (weighed_of(found, recall, on, RELEASE).form is FIXED) is free
    assert (weighed_of(found, recall, on, OLD).form is FIXED) is not free


def test_by_the_versions_before_a_level_set_on_the_day_of_the_decision_counted_for_it() -> None:
    decided = recalled(form=STANDARD, decided_on=date(2026, 6, 2))
    found = heard(levelled(1, date(2026, 1, 5)), decided, levelled(2, date(2026, 6, 2)))
    (recall,) = recalls_of(found)
    assert weighed_of(found, recall, JUNE, OLD).form is not FIXED


def test_a_level_set_after_the_decision_changes_nothing_of_it_and_is_a_persons_to_look_at() -> None:
    decided = recalled(form=FIXED, decided_on=date(2026, 6, 2))
    later = heard(levelled(1, date(2026, 1, 5)), decided, levelled(2, date(2026, 6, 3)))
    (recall,) = recalls_of(later)
    assert weighed_of(later, recall, JUNE, RELEASE).form is FIXED
    changed = changed_since(later, recall)
    assert changed is not None
    assert (changed.level, changed.on) == (2, date(2026, 6, 3))


@pytest.mark.parametrize(
    ("levels", "since"),
    [
        ((), None),
        (((1, 1),), None),
        (((2, 3),), 3),
        (((2, 3), (2, 9)), 3),
        (((2, 3), (1, 9)), None),
        (((2, 3), (3, 9)), 9),
        (((2, 3), (1, 5), (2, 9)), 9),
    ],
)
def test_the_level_changed_on_the_day_from_which_it_is_another_than_at_the_recall(
    levels: tuple[tuple[int, int], ...], since: int | None
) -> None:
    said = (levelled(level, date(2026, 6, day)) for level, day in levels)
    found = heard(levelled(1, date(2026, 1, 5)), recalled(), *said)
    (recall,) = recalls_of(found)
    changed = changed_since(found, recall)
    assert (None if changed is None else changed.on.day) == since


def test_a_level_known_only_after_the_recall_is_a_change_of_it() -> None:
    found = heard(recalled(), levelled(1, date(2026, 6, 3)))
    (recall,) = recalls_of(found)
    assert changed_since(found, recall) is not None


def test_a_category_or_circumstance_said_anew_counts_whatever_comes_first() -> None:
    first = recalled(category_4=None, occurred_at=start_of(JUNE))
    again = recalled(category_4=False, occurred_at=start_of(date(2026, 6, 2)))
    for order in ((first, again), (again, first)):
        found = heard(levelled(1, date(2026, 1, 5)), *order)
        (recall,) = recalls_of(found)
        assert weighed_of(found, recall, JUNE, RELEASE).form is FIXED


def test_recalls_are_in_the_order_of_their_days_whichever_is_heard_first() -> None:
    first = recalled(date(2026, 4, 1), recall_ref="recall-2")
    for order in ((first, recalled()), (recalled(), first)):
        found = [one.recall_ref for one in recalls_of(heard(*order))]
        assert found == ["recall-2", kept(recalled()).recall_ref]


def test_a_return_put_right_is_the_one_said_last() -> None:
    wrong = admitted(a_return(returned_on=date(2026, 6, 4), occurred_at=start_of(JUNE)))
    right = admitted(a_return(returned_on=date(2026, 6, 3), occurred_at=start_of(date(2026, 6, 9))))
    for order in ((wrong, right), (right, wrong)):
        found = heard(recalled(), *order)
        (recall,) = recalls_of(found)
        assert returned_on(found, recall) == date(2026, 6, 3)


def test_a_recall_is_over_with_the_release_after_it() -> None:
    before = admitted(a_release(released_on=date(2026, 5, 1)))
    again = admitted(a_release(released_on=date(2026, 7, 26)))
    there = heard(before, recalled(), back(JUNE))
    assert [returned for _, returned in running(there)] == [JUNE]
    assert list(running(heard(before, recalled(), back(JUNE), again))) == []
    assert [returned for _, returned in running(heard(before, recalled()))] == [None]
    same_day = admitted(a_release(released_on=JUNE))
    assert [returned for _, returned in running(heard(recalled(), back(JUNE), same_day))] == [JUNE]
    next_day = admitted(a_release(released_on=date(2026, 6, 2)))
    assert list(running(heard(recalled(), back(JUNE), next_day))) == []


def test_who_is_recalled_again_is_not_back_by_the_return_on_the_recall_before() -> None:
    first = (recalled(date(2026, 3, 2)), back(date(2026, 3, 3)))
    again = recalled(recall_ref="recall-2")
    free = admitted(a_release(released_on=date(2026, 4, 27)))
    found = heard(*first, free, again)
    assert [(one.recall_ref, on) for one, on in running(found)] == [("recall-2", None)]
    there = heard(*first, free, again, back(date(2026, 6, 4), recall_ref="recall-2"))
    returns = [returned_on(there, one) for one in recalls_of(there)]
    assert returns == [date(2026, 3, 3), date(2026, 6, 4)]


def test_who_is_back_on_a_recall_has_no_clock_of_notification_running() -> None:
    found = heard(convicted(date(2026, 1, 5)), recalled(), back(JUNE), on=JUNE)
    assert [one.begins_on for one in pauses_of(found, RULES_NOW)] == [JUNE]
    desk = a_desk()
    desk.hear(convicted(JUNE), back(date(2026, 6, 2)))
    assert desk.state.clocks == ()
    told = desk.hear(admitted(a_release(released_on=date(2026, 7, 27))))
    assert of_kind(told, DeadlineOpened)[0].due_on == date(2026, 7, 28)


def test_a_charge_of_which_somebody_is_convicted_keeps_nothing_away() -> None:
    assert weigh(1, recalled(new_charge=NewCharge.CONVICTED)).form is FIXED
    assert weigh(1, recalled(new_charge=NewCharge.CHARGED)).bars == (Bar.NEW_CHARGE,)
