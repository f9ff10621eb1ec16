"""What an officer decides about a duty not done in time: which word counts, and that it is all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.register import (
    BreachDecided,
    BreachOutcome,
    BreachReason,
    Circumstance,
    Duty,
    NotificationKind,
)
from services.registry.domain import Clock, Register, Stage, as_of
from services.registry.domain.breaches import decided
from services.registry.rules import RULES
from tests.makers import (
    PERSON,
    a_breach_decision,
    a_notification,
    a_person,
    a_travel_notice,
    admitted,
)
from tests.registry.person import (
    EARLY,
    MONDAY,
    NEWEST,
    THURSDAY_MIDNIGHT,
    WEDNESDAY,
    a_desk,
    cautioned,
    convicted,
    notified,
    short,
)

FOUND, EXCUSED = BreachOutcome.FOUND, BreachOutcome.EXCUSED
THURSDAY, FRIDAY, LATER = date(2026, 3, 5), date(2026, 3, 6), date(2026, 6, 1)


def number(since: date, duty: Duty = Duty.INITIAL_NOTIFICATION, about: str | None = None) -> str:
    """The deadline's number, by what it is made of."""
    parts = {"duty": duty, "since": since, "about": about}
    return Clock(due_on=since, until=None, stage=Stage.OPEN, **parts).ref(PERSON)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def word(
    outcome: BreachOutcome, when: datetime, deadline: str = number(MONDAY), **fields: Any
) -> BreachDecided:
    told = {"occurred_at": when, "deadline_ref": deadline, **fields}
    return admitted(a_breach_decision(outcome, **told))


def row(*facts: Fact, day: date = LATER, version: str = NEWEST) -> Register:
    found = as_of(facts, day, RULES[version])
    assert found is not None
    return found


def words(
    *facts: Fact, day: date = LATER, version: str = NEWEST
) -> list[tuple[Duty, date, BreachOutcome]]:
    found = decided(row(*facts, day=day, version=version), RULES[version])
    return [(Duty(clock.duty), clock.due_on, one.outcome) for clock, one in found]


FIRST = (Duty.INITIAL_NOTIFICATION, WEDNESDAY)


def test_a_missed_duty_is_a_breach_only_once_an_officer_decides_so() -> None:
    assert words(cautioned(MONDAY)) == []
    assert words(cautioned(MONDAY), word(FOUND, at(FRIDAY))) == [(*FIRST, FOUND)]
    assert words(cautioned(MONDAY), word(FOUND, at(FRIDAY)), day=THURSDAY) == []


def test_one_done_late_was_not_in_time_either() -> None:
    told = (cautioned(MONDAY), notified(FRIDAY))
    assert words(*told, word(EXCUSED, at(FRIDAY))) == [(*FIRST, EXCUSED)]


@pytest.mark.parametrize(
    "facts",
    [
        (cautioned(MONDAY), notified(WEDNESDAY)),
        (convicted(MONDAY, in_custody=True),),
        (notified(MONDAY),),
        (),
    ],
)
def test_about_a_duty_done_in_time_or_never_owed_it_says_nothing(facts: tuple[Fact, ...]) -> None:
    assert words(*facts, word(FOUND, at(FRIDAY))) == []


def test_of_several_the_last_by_time_counts_and_the_others_stay() -> None:
    told = (
        cautioned(MONDAY),
        word(FOUND, at(THURSDAY)),
        word(EXCUSED, at(FRIDAY), reasons=(BreachReason.MISTAKEN,)),
    )
    for order in permutations(told):
        assert words(*order) == [(*FIRST, EXCUSED)]
        assert len(row(*order).breach_decisions) == 2
    assert words(*told, day=THURSDAY) == [(*FIRST, FOUND)]


def test_at_one_instant_nothing_is_excused_by_chance() -> None:
    both = (word(EXCUSED, at(FRIDAY)), word(FOUND, at(FRIDAY)))
    for order in permutations(both):
        assert words(cautioned(MONDAY), *order) == [(*FIRST, FOUND)]


def test_one_decided_while_it_could_still_be_done_is_about_no_breach() -> None:
    """The day ends in London: in summer an hour before it does in UTC."""
    assert words(cautioned(MONDAY), word(FOUND, at(WEDNESDAY, 23))) == []
    in_june = date(2026, 6, 1)
    told = (cautioned(in_june), word(FOUND, at(date(2026, 6, 3), 23), number(in_june)))
    assert words(*told, day=date(2026, 6, 9)) == [(FIRST[0], date(2026, 6, 3), FOUND)]
    assert words(cautioned(MONDAY), word(FOUND, at(THURSDAY, 0))) == [(*FIRST, FOUND)]


def test_another_deadlines_number_or_another_persons_says_nothing() -> None:
    others = Clock(
        duty=Duty.INITIAL_NOTIFICATION, since=MONDAY, due_on=MONDAY, until=None, stage=Stage.OPEN
    ).ref(a_person(7))
    for deadline in (
        others,
        number(FRIDAY),
        number(MONDAY, Duty.ANNUAL_NOTIFICATION),
        "deadline-1",
    ):
        assert words(cautioned(MONDAY), word(FOUND, at(FRIDAY), deadline)) == []


def test_a_yearly_one_done_late_that_gave_way_to_the_next_is_still_decided_about() -> None:
    year = (date(2026, 3, 3), date(2027, 3, 3))
    late = notified(date(2027, 4, 1), NotificationKind.ANNUAL)
    told = (convicted(MONDAY), notified(year[0]), late)
    about = number(year[0], Duty.ANNUAL_NOTIFICATION)
    decision = word(FOUND, at(date(2027, 5, 1)), about)
    day = date(2027, 6, 1)
    assert words(*told, decision, day=day) == [(Duty.ANNUAL_NOTIFICATION, year[1], FOUND)]
    in_time = notified(date(2027, 3, 3), NotificationKind.ANNUAL)
    assert words(convicted(MONDAY), notified(year[0]), in_time, decision, day=day) == []
    assert words(*told[:2], decision, day=day) == [(Duty.ANNUAL_NOTIFICATION, year[1], FOUND)]


def test_bank_details_told_within_the_year_do_not_excuse_a_yearly_one_done_late() -> None:
    bank = a_notification(
        made_on=date(2027, 2, 1),
        notification=NotificationKind.CHANGE,
        circumstances=(Circumstance.FINANCE,),
    )
    late = notified(date(2027, 4, 1), NotificationKind.ANNUAL)
    told = (convicted(MONDAY), notified(MONDAY), admitted(bank), late)
    decision = word(FOUND, at(date(2027, 5, 1)), number(MONDAY, Duty.ANNUAL_NOTIFICATION))
    assert words(*told, decision, day=date(2027, 6, 1)) == [
        (Duty.ANNUAL_NOTIFICATION, date(2027, 3, 2), FOUND)
    ]


def test_who_lost_their_home_within_the_year_owed_no_weekly_notification_before() -> None:
    homeless = admitted(a_notification(made_on=LATER, home=None, no_fixed_home=True))
    told = (convicted(MONDAY), notified(MONDAY), homeless)
    weekly = word(FOUND, at(date(2026, 6, 2)), number(MONDAY, Duty.WEEKLY_NOTIFICATION))
    assert words(*told, weekly, day=date(2026, 6, 3)) == []


def test_in_the_last_year_of_the_requirement_no_further_notification_is_late() -> None:
    """Subject until 1 March 2028; the year after 2 March 2027 would be over the day after."""
    last, moved = date(2027, 3, 2), date(2027, 9, 1)
    told = (
        *(cautioned(MONDAY), notified(MONDAY)),
        *(notified(last, NotificationKind.ANNUAL), notified(moved, NotificationKind.CHANGE)),
    )
    yearly = word(FOUND, at(date(2028, 6, 1)), number(last, Duty.ANNUAL_NOTIFICATION))
    assert words(*told, yearly, day=date(2028, 7, 1)) == []


def test_a_journey_notified_after_its_last_hour_can_be_decided_about_that_day() -> None:
    journey = a_travel_notice(
        made_at=datetime(2026, 6, 19, 20, tzinfo=UTC),
        departs_at=datetime(2026, 6, 20, 6, tzinfo=UTC),
        learned_late=True,
    )
    told = (convicted(MONDAY), notified(MONDAY), admitted(journey))
    day = date(2026, 6, 22)
    (clock,) = [one for one in row(*told, day=day).clocks if one.duty is Duty.TRAVEL_NOTIFICATION]
    assert (clock.too_late, clock.not_in_time) == (True, True)
    decision = word(EXCUSED, at(clock.due_on, 21), clock.ref(PERSON))
    assert words(*told, decision, day=day) == [(clock.duty, clock.due_on, EXCUSED)]
    before = word(EXCUSED, at(clock.due_on - timedelta(days=1), 21), clock.ref(PERSON))
    assert words(*told, before, day=day) == []


def test_one_that_lapsed_after_it_was_missed_can_still_be_decided_about() -> None:
    told = (cautioned(MONDAY), word(FOUND, at(FRIDAY)))
    assert words(*told, day=date(2029, 1, 1)) == [(*FIRST, FOUND)]
    clock = Clock(
        duty=FIRST[0], since=MONDAY, due_on=WEDNESDAY, until=WEDNESDAY, stage=Stage.LAPSED
    )
    assert not clock.not_in_time


def test_by_the_version_that_shows_it_as_lapsed_one_missed_before_the_end_is_decided_about() -> (
    None
):
    told = (cautioned(MONDAY), word(FOUND, at(FRIDAY)))
    day = date(2029, 1, 1)
    (clock,) = row(*told, day=day, version="2026-4").clocks
    assert clock.stage is Stage.LAPSED
    assert words(*told, day=day, version="2026-4") == [(*FIRST, FOUND)]


@pytest.mark.parametrize("version", EARLY)
def test_by_rules_before_it_is_kept_and_counts_for_nothing(version: str) -> None:
    told = (cautioned(MONDAY), word(FOUND, at(FRIDAY)))
    assert words(*told, version=version) == []
    assert len(row(*told, version=version).breach_decisions) == 1


def test_it_says_nothing_and_moves_no_deadline() -> None:
    desk = a_desk()
    desk.hear(cautioned(MONDAY))
    assert short(*desk.ticked(THURSDAY_MIDNIGHT)) == [("missed", WEDNESDAY)]
    before, wake_at = desk.state, desk.wake_at
    decision = word(EXCUSED, at(FRIDAY))
    assert desk.hear(decision) == []
    assert desk.because[-1] == "nothing-new"
    assert (desk.state.clocks, desk.state.requirement) == (before.clocks, before.requirement)
    assert desk.wake_at == wake_at
    assert desk.hear(decision) == []
    assert desk.because[-1] == "already-known"
    assert short(*desk.hear(notified(FRIDAY))) == [
        ("met late", FRIDAY),
        ("opened", date(2027, 3, 6)),
    ]


STORY: Sequence[Fact] = (
    convicted(MONDAY),
    notified(FRIDAY),
    notified(date(2027, 4, 1), NotificationKind.ANNUAL),
)
MOMENTS = st.datetimes(datetime(2026, 3, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
DECISIONS = st.lists(
    st.builds(
        word,
        st.sampled_from(BreachOutcome),
        MOMENTS,
        st.sampled_from([number(MONDAY), number(FRIDAY, Duty.ANNUAL_NOTIFICATION)]),
    ),
    max_size=5,
)


@settings(deadline=None)
@given(DECISIONS, st.data())
def test_any_order_with_any_repeats_ends_the_same_and_leaves_the_clocks_alone(
    decisions: list[BreachDecided], data: st.DataObject
) -> None:
    facts = [*STORY, *decisions]
    once, twice = a_desk(), a_desk()
    once.hear(*facts)
    twice.hear(*data.draw(st.permutations([*facts, *decisions])))
    end = datetime(2028, 6, 1, tzinfo=UTC)
    once.ticked(end)
    twice.ticked(end)
    assert once.state == twice.state
    without = a_desk()
    without.hear(*STORY)
    without.ticked(end)
    assert once.state.clocks == without.state.clocks
    rules = RULES[NEWEST]
    for clock, one in decided(once.state, rules):
        about = [it for it in decisions if it.deadline_ref == clock.ref(PERSON)]
        assert one.at == max(it.occurred_at for it in about)
        assert one.at.date() > clock.due_on


def test_about_a_duty_the_rules_do_not_watch_nothing_is_decided() -> None:
    rules = RULES[NEWEST]
    watched = replace(rules.duties, value=rules.duties.value - {Duty.ANNUAL_NOTIFICATION})
    about = number(FRIDAY, Duty.ANNUAL_NOTIFICATION)
    told = (*STORY, word(FOUND, at(date(2027, 5, 1)), about))
    found = as_of(told, date(2027, 6, 1), rules)
    assert found is not None
    assert len(decided(found, rules)) == 1
    assert decided(found, replace(rules, duties=watched)) == ()
