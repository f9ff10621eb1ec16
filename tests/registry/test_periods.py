"""For how long notification lasts: the vectors of the domain rules, by their numbers."""

from datetime import date
from typing import Any

import pytest

from schemas.eligibility import Disposal
from schemas.register import Basis, CategoryChanged, RequirementEnded, RequirementOpened
from services.registry.dates import end_of, start_of
from tests.makers import a_conviction, a_referral, admitted
from tests.registry.desk import of_kind
from tests.registry.person import a_desk, cautioned, notified

ADULT = date(1980, 1, 31)
OTHER, CAUTION = Disposal.OTHER, Disposal.CAUTION
TRAINING, DISCHARGE = Disposal.DETENTION_AND_TRAINING, Disposal.CONDITIONAL_DISCHARGE
HOSPITAL, RESTRICTED = Disposal.HOSPITAL_ORDER, Disposal.HOSPITAL_ORDER_RESTRICTED


def _opened(**fields: Any) -> RequirementOpened:
    said = a_desk().hear(admitted(a_conviction(**fields)))
    (opened,) = of_kind(said, RequirementOpened)
    assert isinstance(opened, RequirementOpened)
    return opened


def test_vector_1_thirty_months_exactly_is_indefinite() -> None:
    opened = _opened(term_months=30)
    assert (opened.last_day, opened.basis) == (None, Basis.INDEFINITE_TERM)


def test_vector_2_a_day_less_than_thirty_months_is_ten_years() -> None:
    opened = _opened(term_months=29, term_days=30, convicted_on=date(2019, 5, 14))
    assert opened.last_day == date(2029, 5, 13)
    assert (opened.begins_on, opened.basis) == (date(2019, 5, 14), Basis.TEN_YEAR_TERM)


def test_vector_3_six_months_exactly_is_seven_years_and_a_day_more_is_ten() -> None:
    on = date(2018, 6, 15)
    assert _opened(term_months=6, convicted_on=on).last_day == date(2025, 6, 14)
    assert _opened(term_months=6, term_days=1, convicted_on=on).last_day == date(2028, 6, 14)


def test_vector_4_under_18_on_the_relevant_date_halves() -> None:
    opened = _opened(term_months=24, convicted_on=date(2020, 10, 12), born_on=date(2003, 10, 1))
    assert (opened.last_day, opened.halved) == (date(2025, 10, 11), True)


def test_vector_5_indefinite_is_never_halved() -> None:
    opened = _opened(term_months=30, convicted_on=date(2020, 10, 12), born_on=date(2003, 10, 1))
    assert (opened.last_day, opened.halved) == (None, False)


def test_vector_6_eighteen_at_conviction_is_not_halved_whatever_the_age_at_the_offence() -> None:
    opened = _opened(
        disposal=OTHER, term_months=0, convicted_on=date(2020, 1, 31), born_on=date(2002, 1, 31)
    )
    assert (opened.last_day, opened.halved) == (date(2025, 1, 30), False)


def test_vector_7_a_conditional_discharge_lasts_as_long_as_itself_at_any_age() -> None:
    opened = _opened(
        disposal=DISCHARGE,
        term_months=12,
        convicted_on=date(2023, 11, 6),
        born_on=date(2006, 1, 1),
    )
    assert (opened.last_day, opened.halved) == (date(2024, 11, 5), False)


def test_vector_8_a_caution_on_a_leap_day() -> None:
    on = date(2024, 2, 29)
    young = _opened(disposal=CAUTION, term_months=0, convicted_on=on, born_on=date(2008, 1, 1))
    adult = _opened(disposal=CAUTION, term_months=0, convicted_on=on)
    assert (young.last_day, adult.last_day) == (date(2025, 2, 28), date(2026, 2, 28))


def test_vector_9_half_of_a_detention_and_training_order_counts() -> None:
    opened = _opened(
        disposal=TRAINING,
        term_months=12,
        convicted_on=date(2021, 8, 31),
        born_on=date(2005, 1, 1),
    )
    assert (opened.last_day, opened.basis) == (date(2025, 2, 28), Basis.SEVEN_YEAR_TERM)


def test_more_than_twelve_months_of_detention_and_training_is_ten_years_before_halving() -> None:
    opened = _opened(
        disposal=TRAINING,
        term_months=12,
        term_days=1,
        convicted_on=date(2021, 8, 31),
        born_on=date(2005, 1, 1),
    )
    assert (opened.last_day, opened.basis) == (date(2026, 8, 30), Basis.TEN_YEAR_TERM)


def test_vector_12_one_term_of_twenty_months_is_ten_years() -> None:
    assert _opened(term_months=20, convicted_on=date(2020, 5, 1)).last_day == date(2030, 4, 30)


def test_vector_14_a_hospital_order_without_and_with_restriction() -> None:
    on = date(2018, 6, 15)
    without = _opened(disposal=HOSPITAL, term_months=0, convicted_on=on)
    restricted = _opened(disposal=RESTRICTED, term_months=0, convicted_on=on)
    assert (without.last_day, without.basis) == (date(2025, 6, 14), Basis.HOSPITAL)
    assert (restricted.last_day, restricted.basis) == (None, Basis.RESTRICTED_HOSPITAL)


def test_life_is_indefinite_whatever_the_term_says() -> None:
    assert _opened(for_life=True, term_months=0).last_day is None


def test_the_longest_of_several_convictions_governs() -> None:
    desk = a_desk()
    desk.hear(admitted(a_conviction(term_months=6, convicted_on=date(2018, 6, 15))))
    said = desk.hear(admitted(a_conviction(term_months=12, convicted_on=date(2020, 3, 1))))
    (opened,) = of_kind(said, RequirementOpened)
    assert (opened.begins_on, opened.last_day) == (date(2018, 6, 15), date(2030, 2, 28))
    assert desk.because[-1] == "requirement-changed"


def test_a_shorter_conviction_within_a_longer_one_opens_nothing() -> None:
    desk = a_desk()
    desk.hear(admitted(a_conviction(term_months=30, convicted_on=date(2018, 6, 15))))
    caution = a_conviction(disposal=CAUTION, term_months=0, convicted_on=date(2020, 3, 1))
    assert not of_kind(desk.hear(admitted(caution)), RequirementOpened)


def test_a_conviction_after_the_last_day_begins_a_requirement_of_its_own() -> None:
    desk = a_desk()
    old = a_conviction(disposal=CAUTION, term_months=0, convicted_on=date(2018, 6, 15))
    said = desk.hear(admitted(old), admitted(a_conviction(convicted_on=date(2026, 3, 2))))
    assert [opened.begins_on for opened in of_kind(said, RequirementOpened)] == [
        date(2018, 6, 15),
        date(2026, 3, 2),
    ]


def test_with_every_duty_done_the_end_is_said_though_another_category_goes_on() -> None:
    desk, last = a_desk(), date(2026, 3, 1)
    desk.ticked(start_of(date(2025, 6, 2)))
    desk.hear(cautioned(date(2024, 3, 2)), notified(date(2025, 3, 2)))
    desk.hear(admitted(a_referral(3, decided_on=date(2025, 6, 2))))
    desk.ticked(start_of(last))
    assert desk.wake_at == end_of(last)
    said = desk.ticked(end_of(last))
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [date(2026, 3, 2)]
    assert [one.category for one in of_kind(said, CategoryChanged)] == [3]


def test_an_older_requirement_heard_of_late_does_not_replace_the_running_one() -> None:
    desk = a_desk()
    desk.hear(admitted(a_conviction(convicted_on=date(2026, 3, 2))))
    old = a_conviction(disposal=CAUTION, term_months=0, convicted_on=date(2018, 6, 15))
    assert not of_kind(desk.hear(admitted(old)), RequirementOpened)
    assert desk.state.requirement.begins_on == date(2026, 3, 2)


def test_a_conditional_discharge_without_its_length_opens_nothing() -> None:
    desk = a_desk()
    assert desk.hear(admitted(a_conviction(disposal=DISCHARGE, term_months=0))) == []
    assert desk.because == ["nothing-new"]


def test_a_conviction_outside_the_schedules_is_not_kept() -> None:
    desk = a_desk()
    assert desk.hear(admitted(a_conviction(schedule_3=False))) == []
    assert desk.because == ["outside-the-schedules"]
    assert desk.state is None


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ({"term_months": 12}, 2),
        ({"term_months": 11, "term_days": 29}, None),
        ({"term_months": 0, "for_life": True}, 2),
        ({"term_months": 12, "disposal": TRAINING}, 2),
        ({"term_months": 0, "disposal": HOSPITAL}, 2),
        ({"term_months": 0, "disposal": RESTRICTED}, 2),
        ({"term_months": 0, "disposal": OTHER}, None),
    ],
)
def test_vector_23_category_2_takes_twelve_months_or_a_hospital_order(
    fields: dict[str, Any], category: int | None
) -> None:
    desk = a_desk()
    said = desk.hear(admitted(a_conviction(schedule_3=False, schedule_15=True, **fields)))
    assert [change.category for change in of_kind(said, CategoryChanged)] == (
        [category] if category else []
    )
    assert desk.state.category == category


def test_category_1_comes_before_category_2() -> None:
    desk = a_desk()
    first = desk.hear(admitted(a_conviction(schedule_3=False, schedule_15=True)))
    assert [change.category for change in of_kind(first, CategoryChanged)] == [2]
    assert desk.because == ["category-changed"]
    then = desk.hear(admitted(a_conviction(term_months=36)))
    (change,) = of_kind(then, CategoryChanged)
    assert (change.category, change.previous) == (1, 2)
