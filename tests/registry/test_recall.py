"""In which form somebody is recalled by the law of the day, and when a fixed term ends."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.custody import NewCharge, RecalledToCustody, RecallForm, SentenceGroup
from schemas.register import DeadlineOpened
from services.registry.dates import start_of
from services.registry.domain import Register, as_of
from services.registry.domain.pauses import pauses_of
from services.registry.domain.recall import (
    Weighed,
    changed_since,
    recalls_of,
    releases_on,
    returned_on,
    running,
    weighed,
    weighed_of,
)
from services.registry.release_rules import Bar
from services.registry.rules import RULES
from tests.makers import a_level, a_recall_to_custody, a_release, a_return, admitted
from tests.registry.desk import of_kind
from tests.registry.person import NEWEST, a_desk, convicted
from tests.registry.recall_vectors import OURS, form_of, kept, level_of, recall_of, rows

RULES_NOW = RULES[NEWEST]
RELEASE = RULES_NOW.release
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


@pytest.mark.parametrize("on", [date(2026, 3, 30), date(2026, 3, 31)])
def test_who_is_barred_was_a_choice_before_the_act_of_2026_and_is_a_standard_recall_since(
    on: date,
) -> None:
    since = on >= date(2026, 3, 31)
    assert weigh(2, recalled(on)).form is (STANDARD if since else None)
    foreign = weigh(1, recalled(on, foreign_power=True))
    assert foreign.form is (STANDARD if since else FIXED)


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


def test_a_fixed_term_begins_with_a_later_requisite_date_and_ends_with_the_sentence() -> None:
    assert ends(JUNE, recalled(requisite_on=date(2026, 6, 10))) == date(2026, 8, 4)
    assert ends(JUNE, recalled(requisite_on=date(2026, 5, 1))) == date(2026, 7, 26)
    assert ends(JUNE, recalled(sentence_ends_on=date(2026, 7, 1))) == date(2026, 7, 1)


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.sampled_from([None, 6, 12, 60]))
def test_a_fixed_term_is_of_14_28_or_56_days_of_which_the_return_is_the_first(
    on: date, months: int | None
) -> None:
    assert (ends(on, recalled(on, term_months=months)) - on).days + 1 in {14, 28, 56}


# -- what is heard between the recall and the decision


def test_a_level_set_between_the_recall_and_the_decision_counts() -> None:
    (recall,) = recalls_of(heard(recalled()))
    one = heard(levelled(1, date(2026, 1, 5)), recalled())
    assert weighed_of(one, recall, RELEASE).form is FIXED
    two = heard(levelled(1, date(2026, 1, 5)), recalled(), levelled(2, date(2026, 6, 3)))
    assert weighed_of(two, recall, RELEASE).form is STANDARD


def test_a_level_set_after_the_decision_changes_nothing_of_it_and_is_a_persons_to_look_at() -> None:
    decided = recalled(form=FIXED, decided_on=date(2026, 6, 2))
    later = heard(levelled(1, date(2026, 1, 5)), decided, levelled(2, date(2026, 6, 3)))
    (recall,) = recalls_of(later)
    assert weighed_of(later, recall, RELEASE).form is FIXED
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
        assert weighed_of(found, recall, RELEASE).form is FIXED


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
