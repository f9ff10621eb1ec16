"""In which category somebody is, from when until when: CJA 2003 s.325, s.327; domain rules 1.2."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.base import Fact
from schemas.custody import Presence, RecallForm
from schemas.eligibility import Disposal
from schemas.register import CategoryChanged
from schemas.supervision import Supervision
from services.registry.dates import end_of, start_of
from services.registry.domain import Register, as_of
from services.registry.domain.categories import Time, category_of, times_of
from services.registry.domain.periods import spells_in
from services.registry.domain.recall import running, weighed_of
from services.registry.domain.status import Ground, GroundStage
from services.registry.domain.supervised import supervised
from services.registry.release_rules import Bar
from services.registry.rules import RULES
from tests.makers import (
    a_deregistration,
    a_level,
    a_licence,
    a_licence_ended,
    a_presence,
    a_recall_to_custody,
    a_referral,
    a_referral_rejected,
    a_revision,
    a_sentence,
    admitted,
)
from tests.registry.desk import of_kind
from tests.registry.person import (
    BEFORE_FIFTH,
    EARLY,
    MONDAY,
    NEWEST,
    a_desk,
    cautioned,
    convicted,
    released,
)

NOW = RULES[NEWEST]
DAY = timedelta(days=1)
LAST = date(2027, 9, 1)
"""The last day of the licence, unless said otherwise."""
FAR = date(2090, 1, 1)


def sentenced(months: int = 24, on: date = MONDAY, **fields: Any) -> Fact:
    """For an offence of Schedule 15 alone."""
    told = {"schedule_3": False, "schedule_15": True, "sentence_ref": "sentence-1"}
    return convicted(on, term_months=months, **{**told, **fields})


def terrorist(months: int = 24, **fields: Any) -> Fact:
    """For an offence of Schedule 19ZA alone."""
    return sentenced(months, **{"schedule_15": False, "schedule_19za": True, **fields})


def licence(until: date | None = LAST, **fields: Any) -> Fact:
    told = {"begins_on": date(2027, 3, 2), "sentence_ref": "sentence-1", "until": until}
    return admitted(a_licence(**{**told, **fields}))


def order(kind: Supervision, until: date | None = LAST, **fields: Any) -> Fact:
    return licence(until, **{"supervision": kind, "begins_on": MONDAY, **fields})


def held(on: date, days: int | None = None) -> tuple[Fact, ...]:
    """In custody from that day on; let go so many days later, if that is told."""
    inside = admitted(a_presence(Presence.IN_CUSTODY, since_on=on))
    if days is None:
        return (inside,)
    return inside, admitted(a_presence(Presence.AT_LIBERTY, since_on=on + days * DAY))


def ended(on: date, **fields: Any) -> Fact:
    told = {"occurred_at": start_of(on) + timedelta(hours=12), "ended_on": on}
    return admitted(a_licence_ended(**{**told, **fields}))


def accepted(category: int, on: date, ref: str = "referral-1") -> Fact:
    return admitted(a_referral(category, decided_on=on, referral_ref=ref))


def closed(on: date, ref: str = "referral-1") -> Fact:
    return admitted(a_deregistration(decided_on=on, referral_ref=ref))


def row(day: date, *facts: Fact, version: str = NEWEST) -> Register:
    found = as_of(facts, day, RULES[version])
    assert found is not None
    return found


def on(day: date, *facts: Fact, version: str = NEWEST) -> int | None:
    """The category on that day."""
    return row(day, *facts, version=version).category


def history(*facts: Fact) -> list[tuple[int, date, date | None]]:
    """The times in each category, as known at the end."""
    found = row(FAR, *facts)
    times: tuple[Time, ...] = times_of(found, spells_in(found, NOW), NOW)
    return [(one.category, one.begins_on, one.last_day) for one in times]


# -- one at a time, in the order of the rules


@pytest.mark.parametrize(
    ("applying", "category"),
    [((), None), ((2, 1), 1), ((3, 2), 2), ((3,), 3), ((3, 4), 4), ((1, 2, 4), 4)],
)
def test_one_category_is_recorded_and_3_only_where_no_other_applies(
    applying: tuple[int, ...], category: int | None
) -> None:
    assert category_of(applying, NOW.status) == category


def test_3_waits_for_the_others_even_where_an_installation_ranks_it_first() -> None:
    order = replace(NOW.status.category_order, value=(3, 1, 2))
    rules = replace(NOW.status, category_order=order)
    assert category_of((3, 2), rules) == 2
    assert category_of((3,), rules) == 3


def test_a_level_brings_no_category_and_ends_none() -> None:
    levels = [admitted(a_level(level, set_on=MONDAY)) for level in (1, 2, 3)]
    assert on(FAR, *levels) is None
    assert on(MONDAY, sentenced(), *levels) == 2


# -- category 2 (vector 23), by these rules


@pytest.mark.parametrize(
    ("months", "days", "category"), [(12, 0, 2), (11, 29, None), (11, 30, None), (12, 1, 2)]
)
def test_vector_23_category_2_takes_twelve_months_or_more(
    months: int, days: int, category: int | None
) -> None:
    assert on(MONDAY, sentenced(months, term_days=days)) == category


def test_a_suspended_term_is_of_no_category_where_an_installation_does_not_count_it() -> None:
    counts = replace(NOW.status.category_2_counts_suspended, value=False)
    rules = replace(NOW, status=replace(NOW.status, category_2_counts_suspended=counts))
    found = [as_of([sentenced(12, suspended=one)], MONDAY, rules) for one in (True, False)]
    assert [one and one.category for one in found] == [None, 2]


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ({"disposal": Disposal.HOSPITAL_ORDER}, 2),
        ({"disposal": Disposal.HOSPITAL_ORDER_RESTRICTED}, 2),
        ({"disposal": Disposal.GUARDIANSHIP_ORDER}, 2),
        ({"disposal": Disposal.CAUTION}, None),
        ({"for_life": True}, 2),
        ({"months": 12, "disposal": Disposal.DETENTION_AND_TRAINING}, 2),
        ({"months": 12, "suspended": True}, 2),
        ({"months": 24, "schedule_15": False}, None),
    ],
)
def test_which_disposals_are_of_category_2(fields: dict[str, Any], category: int | None) -> None:
    assert on(MONDAY, sentenced(**{"months": 0, **fields})) == category


def test_category_2_begins_on_the_day_of_sentence_and_not_of_the_conviction() -> None:
    day = date(2026, 4, 20)
    told = sentenced(sentenced_on=day)
    assert [on(one, told) for one in (MONDAY, day - DAY, day)] == [None, None, 2]
    desk = a_desk()
    desk.ticked(datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert of_kind(desk.hear(told), CategoryChanged) == []
    assert desk.wake_at == start_of(day)
    (changed,) = of_kind(desk.ticked(datetime(2026, 4, 21, tzinfo=UTC)), CategoryChanged)
    assert (changed.category, changed.occurred_at) == (2, start_of(day))


def test_the_last_day_of_the_licence_is_of_category_2_and_the_next_is_not() -> None:
    told = (sentenced(), licence())
    assert [on(day, *told) for day in (LAST, LAST + DAY)] == [2, None]
    assert history(*told) == [(2, MONDAY, LAST)]


def test_it_ends_at_midnight_by_the_first_tick_after_it_and_is_told_once() -> None:
    desk = a_desk()
    desk.ticked(datetime(2026, 3, 2, 8, tzinfo=UTC))
    (began,) = of_kind(desk.hear(sentenced(), licence()), CategoryChanged)
    assert began.category == 2
    before = desk.ticked(end_of(LAST) - timedelta(seconds=1))
    assert (of_kind(before, CategoryChanged), desk.wake_at) == ([], end_of(LAST))
    (over,) = of_kind(desk.ticked(end_of(LAST) + timedelta(days=3)), CategoryChanged)
    assert (over.category, over.previous, over.occurred_at) == (None, 2, end_of(LAST))
    assert of_kind(desk.ticked(datetime(2030, 1, 1, tzinfo=UTC)), CategoryChanged) == []


def test_extended_before_its_end_nothing_is_told_until_the_new_one() -> None:
    desk = a_desk()
    desk.ticked(datetime(2026, 3, 2, 8, tzinfo=UTC))
    desk.hear(sentenced(), licence())
    longer = licence(LAST + 30 * DAY, occurred_at=start_of(LAST - DAY))
    assert of_kind(desk.hear(longer), CategoryChanged) == []
    assert of_kind(desk.ticked(end_of(LAST)), CategoryChanged) == []
    assert desk.state.category == 2
    (over,) = of_kind(desk.ticked(end_of(LAST + 30 * DAY)), CategoryChanged)
    assert over.category is None


def test_extended_after_its_end_by_a_late_word_the_category_is_back_at_once() -> None:
    desk = a_desk()
    desk.ticked(datetime(2026, 3, 2, 8, tzinfo=UTC))
    desk.hear(sentenced(), licence())
    (over,) = of_kind(desk.ticked(end_of(LAST)), CategoryChanged)
    longer = licence(LAST + 30 * DAY, occurred_at=start_of(LAST - DAY))
    (back,) = of_kind(desk.hear(longer), CategoryChanged)
    assert (back.category, back.previous) == (2, None)
    (again,) = of_kind(desk.ticked(end_of(LAST + 30 * DAY)), CategoryChanged)
    assert again.event_id != over.event_id


def test_an_old_sentence_that_is_over_is_never_said_to_run_once_the_clock_is_known() -> None:
    desk = a_desk()
    desk.ticked(datetime(2028, 1, 1, tzinfo=UTC))
    assert of_kind(desk.hear(licence(), sentenced()), CategoryChanged) == []
    assert desk.state.category is None


def test_what_is_told_before_any_tick_is_weighed_by_the_first_one() -> None:
    """Convicted that Monday and to be sentenced in April."""
    desk = a_desk()
    (told,) = of_kind(desk.hear(sentenced(sentenced_on=date(2026, 4, 20))), CategoryChanged)
    assert told.category == 2
    (not_yet,) = of_kind(desk.ticked(datetime(2026, 3, 2, 8, tzinfo=UTC)), CategoryChanged)
    assert not_yet.category is None
    (begun,) = of_kind(desk.ticked(datetime(2026, 4, 20, 8, tzinfo=UTC)), CategoryChanged)
    assert begun.category == 2


def test_discharged_early_it_ends_the_day_before_the_licence_binds_no_more() -> None:
    day = date(2027, 6, 1)
    told = (sentenced(), licence(), ended(day))
    assert [on(one, *told) for one in (day - DAY, day)] == [2, None]


def test_the_word_said_last_holds_of_a_licence() -> None:
    day = date(2027, 6, 1)
    again = licence(LAST, occurred_at=start_of(day) + timedelta(days=2))
    told = (sentenced(), licence(), ended(day), again)
    assert {on(LAST, *order) for order in permutations(told)} == {2}
    assert {on(LAST + DAY, *order) for order in permutations(told)} == {None}


def test_of_two_words_of_one_moment_that_the_licence_is_over_holds() -> None:
    day = date(2027, 6, 1)
    told = (sentenced(), licence(), ended(day, occurred_at=licence().occurred_at))
    for order in permutations(told):
        assert [on(one, *order) for one in (day - DAY, day)] == [2, None]


@pytest.mark.parametrize(
    "told",
    [
        (),
        (licence(None),),
        (ended(date(2027, 6, 1)),),
        (licence(sentence_ref="sentence-2"),),
        (licence(sentence_ref=None, begins_on=MONDAY - DAY),),
        (licence(MONDAY - DAY, begins_on=date(2025, 3, 3)),),
        (order(Supervision.POST_SENTENCE),),
        (order(Supervision.COMMUNITY_ORDER),),
        (order(Supervision.SUSPENDED_ORDER),),
        (order(Supervision.HOSPITAL_ORDER, sentence_ref=None),),
        (licence(), ended(date(2027, 3, 2))),
        (licence(), licence(None, supervision_ref="licence-2")),
    ],
    ids=[
        "nothing",
        "no-end",
        "end-of-what-was-not-told",
        "of-another",
        "begun-before",
        "over-before-the-sentence",
        "post-sentence",
        "community-order",
        "of-a-suspended-term",
        "hospital-order",
        "over-before-it-began",
        "another-without-end",
    ],
)
def test_what_tells_no_end_of_this_sentence_ends_nothing(told: tuple[Fact, ...]) -> None:
    assert on(FAR, sentenced(), *told) == 2


@pytest.mark.parametrize(
    ("disposal", "kind"),
    [
        (Disposal.HOSPITAL_ORDER, Supervision.HOSPITAL_ORDER),
        (Disposal.HOSPITAL_ORDER_RESTRICTED, Supervision.HOSPITAL_ORDER),
        (Disposal.GUARDIANSHIP_ORDER, Supervision.GUARDIANSHIP_ORDER),
        (Disposal.DETENTION_AND_TRAINING, Supervision.LICENCE),
    ],
)
def test_it_ends_with_the_order_of_its_kind(disposal: Disposal, kind: Supervision) -> None:
    told = (sentenced(12, disposal=disposal), order(kind))
    assert [on(day, *told) for day in (LAST, LAST + DAY)] == [2, None]


def test_a_suspended_term_ends_with_its_order_or_once_in_effect_with_the_licence() -> None:
    suspended = sentenced(12, suspended=True)
    assert on(LAST + DAY, suspended, order(Supervision.SUSPENDED_ORDER)) is None
    assert on(LAST + DAY, suspended, order(Supervision.SUSPENDED_ORDER), licence()) is None
    longer = licence(LAST + DAY, supervision_ref="licence-2")
    assert on(LAST + DAY, suspended, order(Supervision.SUSPENDED_ORDER), longer) == 2


def test_of_several_sentences_the_last_to_end_governs() -> None:
    second = sentenced(24, on=date(2026, 6, 1), sentence_ref="sentence-2")
    until = date(2028, 3, 1)
    another = licence(until, supervision_ref="licence-2", sentence_ref="sentence-2")
    told = (sentenced(), second, licence(), another)
    assert history(*told) == [(2, MONDAY, until)]


def test_a_licence_that_names_no_sentence_is_of_all_passed_before_it_began() -> None:
    second = sentenced(24, on=date(2026, 6, 1), sentence_ref=None)
    later = sentenced(24, on=date(2027, 6, 1), sentence_ref=None)
    both = (sentenced(), second, licence(sentence_ref=None))
    assert on(LAST + DAY, *both) is None
    assert on(LAST + DAY, *both, later) == 2


def test_an_order_that_begins_on_the_day_of_sentence_belongs_to_it() -> None:
    told = (
        sentenced(0, disposal=Disposal.HOSPITAL_ORDER),
        order(Supervision.HOSPITAL_ORDER, sentence_ref=None),
    )
    assert [on(day, *told) for day in (LAST, LAST + DAY)] == [2, None]


def test_a_quashed_sentence_ends_it_and_what_was_made_of_it_counts_instead() -> None:
    day = date(2026, 9, 1)
    quashed = admitted(a_revision(sentence_ref="sentence-1", revised_on=day))
    assert on(day, sentenced(), quashed) is None
    shorter = a_sentence(11, schedule_3=False, schedule_15=True)
    cut = admitted(a_revision(shorter, sentence_ref="sentence-1", revised_on=day))
    assert on(day, sentenced(), cut) is None


# -- from 1 to 2, and over


def test_registration_over_and_the_licence_running_it_is_category_2() -> None:
    both = cautioned(MONDAY)
    end = date(2028, 3, 1)
    told = (both, sentenced(), licence(date(2029, 1, 1)))
    assert history(*told) == [
        (1, MONDAY, end),
        (2, end + DAY, date(2029, 1, 1)),
    ]
    desk = a_desk()
    desk.ticked(datetime(2026, 3, 2, 8, tzinfo=UTC))
    desk.hear(*told)
    (changed,) = of_kind(desk.ticked(end_of(end)), CategoryChanged)
    assert (changed.category, changed.previous, changed.occurred_at) == (2, 1, end_of(end))
    assert desk.wake_at == end_of(date(2029, 1, 1))


def test_an_old_caution_heard_of_later_ends_under_a_number_of_its_own() -> None:
    """Its time was over before, so the last day on which anything turned was told already."""
    desk = a_desk()
    desk.ticked(datetime(2026, 3, 2, 8, tzinfo=UTC))
    desk.hear(sentenced(), licence())
    (first,) = of_kind(desk.ticked(end_of(LAST)), CategoryChanged)
    desk.hear(cautioned(date(2014, 1, 6)))
    (second,) = of_kind(desk.ticked(end_of(LAST + DAY)), CategoryChanged)
    assert (first.category, second.category) == (None, None)
    assert first.event_id != second.event_id


# -- category 4 by sentence


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ({}, 4),
        ({"months": 12}, 4),
        ({"months": 11, "term_days": 29}, None),
        ({"months": 0, "for_life": True}, 4),
        ({"months": 0, "disposal": Disposal.HOSPITAL_ORDER}, 4),
        ({"months": 0, "disposal": Disposal.GUARDIANSHIP_ORDER}, 4),
        ({"schedule_19za": None, "schedule_15": True}, 2),
        ({"schedule_19za": False, "schedule_15": True}, 2),
        ({"schedule_15": True}, 4),
        ({"born_on": date(2010, 3, 2)}, 4),
        ({"born_on": date(2010, 3, 3)}, None),
        ({"born_on": date(2010, 3, 3), "sentenced_on": date(2026, 3, 3)}, 4),
    ],
)
def test_who_is_a_relevant_terrorist_offender(fields: dict[str, Any], category: int | None) -> None:
    """R-MAP-4: by the record's word, of twelve months or more, and 16 or over when dealt with."""
    assert on(date(2026, 3, 3), terrorist(**fields)) == category


def test_what_a_court_makes_of_it_later_makes_nobody_older() -> None:
    instead = a_sentence(24, schedule_3=False, schedule_19za=True, under_18=True)
    told = admitted(a_revision(instead, sentence_ref="sentence-1", revised_on=MONDAY))
    assert on(MONDAY, terrorist(born_on=date(2010, 3, 3)), told) is None
    assert on(MONDAY, terrorist(born_on=date(2010, 3, 2)), told) == 4


@pytest.mark.parametrize(
    ("born_on", "aged"),
    [(date(2008, 3, 3), 17), (date(2008, 3, 2), None), (date(2007, 3, 2), None)],
)
def test_the_age_is_kept_of_nobody_who_is_18(born_on: date, aged: int | None) -> None:
    (kept,) = row(MONDAY, terrorist(born_on=born_on)).convictions
    assert kept.child_aged == aged


@pytest.mark.parametrize(
    ("fields", "years"),
    [
        ({"months": 119, "term_days": 30}, 15),
        ({"months": 120}, 30),
        ({"for_life": True}, 30),
        ({"months": 60}, 15),
        ({"months": 59, "term_days": 30}, 10),
        ({"months": 120, "born_on": date(2008, 3, 3)}, 10),
        ({"months": 120, "born_on": date(2008, 3, 2)}, 30),
        ({"months": 0, "disposal": Disposal.HOSPITAL_ORDER}, 10),
    ],
)
def test_part_4_notification_lasts_thirty_fifteen_or_ten_years(
    fields: dict[str, Any], years: int
) -> None:
    """R-MAP-4 (CTA 2008 s.53), and category 4 with it where the licence is over before."""
    kind = Supervision.HOSPITAL_ORDER if "disposal" in fields else Supervision.LICENCE
    told = (terrorist(**fields), released(MONDAY), order(kind))
    last = date(2026 + years, 3, 1)
    assert history(*told) == [(4, MONDAY, last)]


def test_category_4_lasts_as_long_as_the_licence_where_that_is_longer_or_not_told() -> None:
    late = date(2060, 1, 1)
    out = released(date(2027, 3, 2))
    assert history(terrorist(), out, licence(late)) == [(4, MONDAY, late)]
    assert history(terrorist(), out) == [(4, MONDAY, None)]


def test_it_is_counted_from_the_day_of_being_dealt_with() -> None:
    """CTA 2008 s.53(4), not from conviction; of somebody let go that day it is the same day."""
    day = date(2026, 4, 20)
    told = (terrorist(sentenced_on=day), released(day), licence())
    assert history(*told) == [(4, day, date(2036, 4, 19))]
    suspended = terrorist(suspended=True, sentenced_on=day)
    until = order(Supervision.SUSPENDED_ORDER)
    assert history(suspended, until) == [(4, day, date(2036, 4, 19))]


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ((), None),
        ((released(date(2027, 3, 2)),), date(2037, 3, 1)),
        ((released(date(2027, 3, 2)), *held(date(2030, 1, 1), 31)), date(2037, 4, 1)),
        ((released(date(2027, 3, 2)), *held(date(2037, 3, 1), 10)), date(2037, 3, 11)),
        ((released(date(2027, 3, 2)), *held(date(2037, 3, 2), 10)), date(2037, 3, 1)),
        ((*held(date(2020, 1, 6), 31), released(date(2027, 3, 2))), date(2037, 3, 1)),
        ((released(date(2027, 3, 2)), *held(date(2030, 1, 1))), None),
    ],
)
def test_time_in_custody_is_left_out_of_it(told: tuple[Fact, ...], last: date | None) -> None:
    """CTA 2008 s.53(7); while nobody told that it is over, no end is known."""
    assert history(terrorist(), licence(), *told) == [(4, MONDAY, last)]


@pytest.mark.parametrize(
    "again",
    [
        a_presence(Presence.IN_HOSPITAL, since_on=date(2030, 1, 11)),
        a_presence(Presence.IN_CUSTODY, since_on=date(2030, 1, 2)),
    ],
)
def test_a_day_in_custody_is_left_out_once_whoever_told_of_it(again: Fact) -> None:
    """Moved to hospital meanwhile, or told by two who differ by a day."""
    told = (released(date(2027, 3, 2)), *held(date(2030, 1, 1), 31), admitted(again))
    assert history(terrorist(), licence(), *told) == [(4, MONDAY, date(2037, 4, 1))]


@pytest.mark.parametrize("since", [MONDAY, date(2026, 2, 20)])
def test_of_custody_that_began_before_it_is_counted_only_the_rest_is_left_out(since: date) -> None:
    until = order(Supervision.SUSPENDED_ORDER)
    told = (terrorist(suspended=True), until, *held(since, (date(2026, 3, 12) - since).days))
    assert history(*told) == [(4, MONDAY, date(2036, 3, 11))]


def test_before_the_act_of_2022_there_was_no_category_4() -> None:
    day = date(2022, 6, 28)
    told = sentenced(60, on=date(2018, 1, 8), schedule_19za=True)
    assert history(told) == [(2, date(2018, 1, 8), day - DAY), (4, day, None)]


def test_whose_part_4_notification_ended_on_its_first_day_was_in_category_4_for_that_day() -> None:
    day, on_ = date(2022, 6, 28), date(2012, 6, 29)
    told = terrorist(on=on_, suspended=True)
    until = order(Supervision.SUSPENDED_ORDER, date(2014, 1, 1), begins_on=on_)
    assert history(told, until) == [(4, day, day)]
    earlier = terrorist(on=on_ - DAY, suspended=True)
    before = order(Supervision.SUSPENDED_ORDER, date(2014, 1, 1), begins_on=on_ - DAY)
    assert history(earlier, before) == []


def test_time_in_custody_that_begins_with_it_is_left_out_too() -> None:
    told = terrorist(suspended=True), order(Supervision.SUSPENDED_ORDER)
    (one,), (other,) = history(*told), history(*told, *held(MONDAY, 10))
    assert one[2] is not None
    assert other[2] == one[2] + 10 * DAY


def test_a_licence_of_one_day_the_day_of_sentence_is_one() -> None:
    assert history(sentenced(), licence(MONDAY, begins_on=MONDAY)) == [(2, MONDAY, MONDAY)]


def test_4_over_and_still_registered_it_is_category_1() -> None:
    told = (terrorist(), released(MONDAY), licence(), convicted(MONDAY))
    assert history(*told) == [(4, MONDAY, date(2036, 3, 1)), (1, date(2036, 3, 2), None)]


# -- by decision


@pytest.mark.parametrize("category", [3, 4])
def test_a_referral_counts_from_the_day_it_is_accepted_to_the_day_before_it_is_closed(
    category: int,
) -> None:
    begins, over = date(2027, 1, 4), date(2027, 7, 5)
    told = (accepted(category, begins), closed(over))
    days = (begins - DAY, begins, over - DAY, over)
    assert [on(day, cautioned(date(2020, 1, 1)), *told) for day in days] == [
        None,
        category,
        category,
        None,
    ]


def test_closing_another_referral_ends_nothing_nor_does_a_rejection() -> None:
    rejected = admitted(a_referral_rejected(decided_on=date(2027, 2, 1)))
    told = (accepted(3, date(2027, 1, 4)), closed(date(2027, 2, 1), "referral-9"), rejected)
    assert on(FAR, *told) == 3
    assert on(FAR, *told, closed(date(2027, 1, 4))) is None


def test_accepted_again_under_its_number_on_a_day_after_it_was_closed_it_counts_again() -> None:
    again = date(2027, 9, 6)
    told = (accepted(3, date(2027, 1, 4)), closed(date(2027, 7, 5)), accepted(3, again))
    assert [on(day, *told) for day in (again - DAY, again, FAR)] == [None, 3, 3]


def test_category_3_waits_while_another_applies() -> None:
    told = (sentenced(), licence(), accepted(3, date(2026, 6, 1)))
    assert history(*told) == [(2, MONDAY, LAST), (3, LAST + DAY, None)]


# -- licences and orders as intervals


def test_licences_and_orders_are_intervals_as_their_last_words_have_them() -> None:
    day = date(2027, 6, 1)
    told = (
        licence(),
        licence(LAST + DAY, occurred_at=start_of(MONDAY + DAY)),
        order(Supervision.HOSPITAL_ORDER, None, supervision_ref="order-1"),
        ended(day, supervision_ref="order-1"),
    )
    assert [
        (one.supervision, one.begins_on, one.last_day) for one in supervised(row(FAR, *told))
    ] == [
        (Supervision.HOSPITAL_ORDER, MONDAY, day - DAY),
        (Supervision.LICENCE, date(2027, 3, 2), LAST + DAY),
    ]


# -- a recall


def _bars(
    *facts: Fact, day: date = date(2027, 4, 1), **fields: Any
) -> tuple[tuple[Bar, ...], tuple[Bar, ...]]:
    recalled = admitted(a_recall_to_custody(recalled_on=date(2027, 4, 1), **fields))
    found = row(day, admitted(a_level(1, set_on=MONDAY)), recalled, *facts)
    ((recall, _),) = running(found)
    weighed = weighed_of(found, recall, None, NOW.release)
    return weighed.bars, weighed.unknown


@pytest.mark.parametrize("said", [None, False, True])
def test_a_recall_is_barred_by_category_4_if_the_record_or_the_register_says_so(
    said: bool | None,
) -> None:
    assert _bars(terrorist(), category_4=said) == ((Bar.CATEGORY_4,), ())
    unknown = (Bar.CATEGORY_4,) if said is None else ()
    barred = () if said is False else (Bar.CATEGORY_4,)
    assert _bars(sentenced(), category_4=said) == (barred, unknown)


@pytest.mark.parametrize(("day", "barred"), [(1, True), (2, False)])
def test_category_4_bars_a_fixed_term_if_it_began_by_the_day_of_the_recall(
    day: int,
    barred: bool,  # noqa: FBT001
) -> None:
    """What comes after it is a ground for a determination, and no other form (s.255BA(8))."""
    decided = {"form": RecallForm.FIXED_TERM, "decided_on": date(2027, 4, 3)}
    began = accepted(4, date(2027, 4, day))
    recalled = admitted(a_recall_to_custody(recalled_on=date(2027, 4, 1), **decided))
    found = row(date(2027, 4, 5), admitted(a_level(1, set_on=MONDAY)), recalled, began)
    ((recall, _),) = running(found)
    assert bool(weighed_of(found, recall, None, NOW.release).bars) is barred


@pytest.mark.parametrize(
    ("decided_on", "began_on", "barred"),
    [
        (date(2027, 4, 3), date(2027, 4, 3), True),
        (date(2027, 4, 3), date(2027, 4, 4), False),
        (None, date(2027, 4, 4), True),
    ],
)
def test_where_what_is_so_on_the_decision_counts_category_4_does_if_it_began_by_then(
    decided_on: date | None,
    began_on: date,
    barred: bool,  # noqa: FBT001
) -> None:
    """As it was read by the versions before; while nothing is decided, whenever it begins."""
    form = None if decided_on is None else RecallForm.FIXED_TERM
    told = a_recall_to_custody(recalled_on=date(2027, 4, 1), form=form, decided_on=decided_on)
    level = admitted(a_level(1, set_on=MONDAY))
    found = row(date(2027, 4, 5), level, admitted(told), accepted(4, began_on))
    ((recall, _),) = running(found)
    release = replace(NOW.release, form_level=RULES["2026-4"].release.form_level)
    assert bool(weighed_of(found, recall, None, release).bars) is barred


@pytest.mark.parametrize(
    ("over", "bars"), [(date(2027, 4, 1), ()), (date(2027, 4, 2), (Bar.CATEGORY_4,))]
)
def test_it_bars_none_if_it_was_over_before_the_day_of_the_recall(
    over: date, bars: tuple[Bar, ...]
) -> None:
    told = (accepted(4, date(2027, 1, 4)), closed(over))
    assert _bars(*told, day=FAR, category_4=False)[0] == bars


# -- the versions before


@pytest.mark.parametrize("version", BEFORE_FIFTH)
def test_by_the_versions_before_category_2_has_no_end_and_nothing_brings_3_or_4(
    version: str,
) -> None:
    assert on(FAR, sentenced(), licence(), version=version) == 2
    assert on(MONDAY, sentenced(sentenced_on=date(2026, 4, 20)), version=version) == 2
    others = (terrorist(), accepted(3, MONDAY), accepted(4, MONDAY))
    assert on(FAR, *others, version=version) is None
    assert on(FAR, sentenced(0, disposal=Disposal.GUARDIANSHIP_ORDER), version=version) is None


@pytest.mark.parametrize("version", EARLY)
def test_by_the_first_versions_no_tick_has_anything_to_show_of_category_2(version: str) -> None:
    desk = a_desk(version)
    desk.hear(sentenced())
    assert (desk.state.category, desk.wake_at) == (2, None)


def test_by_the_versions_before_a_change_by_the_clock_has_the_number_it_always_had() -> None:
    desk = a_desk("2026-4")
    desk.hear(cautioned(MONDAY))
    (over,) = of_kind(desk.ticked(datetime(2028, 3, 5, tzinfo=UTC)), CategoryChanged)
    assert over.occurred_at == datetime(2028, 3, 5, tzinfo=UTC)
    assert str(over.event_id) == "bd6f8b71-d51a-8174-9022-6e8176bac969"


def test_a_row_of_the_version_before_is_read_anew_by_the_next_tick_that_wakes_it() -> None:
    """No ground stood in it."""
    old = a_desk("2026-4")
    old.hear(sentenced(), licence())
    row_before = old.state.model_copy(update={"grounds": ()})
    new = a_desk()
    new.state, new.wake_at = row_before, start_of(MONDAY)
    assert of_kind(new.ticked(start_of(LAST)), CategoryChanged) == []
    assert new.state.category == 2
    (over,) = of_kind(new.ticked(end_of(LAST)), CategoryChanged)
    assert over.category is None


def test_a_ground_is_over_the_day_after_its_last() -> None:
    ground = Ground(category=2, begins_on=MONDAY, last_day=LAST)
    stages = [ground.shown_on(day).stage for day in (MONDAY - DAY, MONDAY, LAST, LAST + DAY)]
    assert stages == [
        GroundStage.AHEAD,
        GroundStage.APPLIES,
        GroundStage.APPLIES,
        GroundStage.OVER,
    ]
