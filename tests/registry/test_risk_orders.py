"""What a sexual risk order asks of somebody who is not on the register (SOA 2003 s.122F)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.custody import Presence
from schemas.register import (
    CancelGround,
    Circumstance,
    DeadlineCancelled,
    DeadlineMissed,
    DeadlineOpened,
    Duty,
    NotificationKind,
    OrderStep,
    OtherOrder,
)
from services.registry.dates import end_of, start_of
from services.registry.domain import Clock, Stage, as_of
from services.registry.rules import RULES
from tests.makers import (
    a_change,
    a_notification,
    a_presence,
    admitted,
    an_address_change,
    an_order_change,
    another_order,
)
from tests.registry.desk import of_kind
from tests.registry.person import MONDAY, NEWEST, a_desk, convicted, notified

RULES_NOW = RULES[NEWEST]
SUBJECT: tuple[Fact, ...] = (convicted(), notified(MONDAY))
LATER = date(2026, 3, 10)


def ordered(on: date = MONDAY, **fields: Any) -> tuple[Fact, Fact]:
    """A sexual risk order unless another is named, made and served that day."""
    made = another_order(made_on=on, **fields)
    return admitted(made), admitted(an_order_change(changed_on=on, order_ref=made.order_ref))


def interim(until: date, on: date = MONDAY) -> tuple[Fact, Fact]:
    kind = OtherOrder.INTERIM_SEXUAL_RISK
    return ordered(on, order=kind, order_ref="interim-1", until=until)


def moved(on: date = LATER) -> Fact:
    return admitted(an_address_change(moved_on=on))


def told(on: date, *circumstances: Circumstance) -> Fact:
    kind = NotificationKind.CHANGE
    return admitted(a_notification(made_on=on, notification=kind, circumstances=circumstances))


def asked(*facts: Fact, on: date = date(2026, 4, 1), version: str = NEWEST) -> list[Clock]:
    found = as_of(facts, on, RULES[version])
    assert found is not None
    return [one for one in found.clocks if one.duty is Duty.ORDER_NOTIFICATION]


def test_who_is_served_a_risk_order_notifies_name_and_address_within_three_days() -> None:
    order = (
        admitted(another_order(until=date(2028, 3, 1))),
        admitted(an_order_change(changed_on=MONDAY)),
    )
    found = as_of(order, date(2026, 3, 4), RULES_NOW)
    assert found is not None
    (clock,) = found.clocks
    assert (clock.duty, clock.due_on) == (Duty.ORDER_NOTIFICATION, date(2026, 3, 4))
    assert clock.stage is Stage.OPEN
    told = as_of((*order, notified(date(2026, 3, 4))), date(2026, 3, 5), RULES_NOW)
    assert told is not None
    assert [one.stage for one in told.clocks] == [Stage.MET]


@pytest.mark.parametrize(
    ("on", "stage"), [(MONDAY - timedelta(days=1), Stage.MISSED), (MONDAY, Stage.MET)]
)
def test_what_was_notified_before_the_order_was_served_does_not_answer_it(
    on: date, stage: Stage
) -> None:
    """SOA 2003 s.122F(1): within three days beginning with the day of service."""
    assert [one.stage for one in asked(*ordered(), notified(on))] == [stage]


def test_an_order_told_by_two_is_one_duty() -> None:
    made = [admitted(another_order(until=until)) for until in (None, date(2028, 3, 1))]
    found = as_of((*made, admitted(an_order_change(changed_on=MONDAY))), MONDAY, RULES_NOW)
    assert found is not None
    assert [clock.duty for clock in found.clocks] == [Duty.ORDER_NOTIFICATION]


def test_who_is_on_the_register_owes_nothing_more_by_a_risk_order() -> None:
    order = (admitted(another_order()), admitted(an_order_change(changed_on=date(2026, 3, 9))))
    found = as_of((*SUBJECT, *order), date(2026, 3, 9), RULES_NOW)
    assert found is not None
    assert Duty.ORDER_NOTIFICATION not in {clock.duty for clock in found.clocks}


@pytest.mark.parametrize(
    ("until", "asks"), [(date(2026, 3, 9), 1), (date(2026, 3, 8), 1), (date(2026, 3, 7), 2)]
)
def test_a_full_order_in_the_place_of_an_interim_one_asks_nothing_anew(
    until: date, asks: int
) -> None:
    facts = (*interim(until), *ordered(date(2026, 3, 9)))
    assert len(asked(*facts)) == asks
    assert len(asked(*facts, version="2026-4")) == 2


def test_an_interim_order_after_a_full_one_replaces_nothing() -> None:
    assert len(asked(*ordered(until=date(2026, 3, 9)), *interim(LATER, date(2026, 3, 9)))) == 2


def test_that_it_replaces_one_told_of_late_takes_the_duty_away() -> None:
    desk = a_desk(NEWEST)
    full = ordered(date(2026, 3, 9))
    assert len(of_kind(desk.hear(*full), DeadlineOpened)) == 1
    said = desk.hear(*interim(date(2026, 3, 9)))
    assert len(of_kind(said, DeadlineCancelled)) == 1
    assert [one.since for one in desk.state.clocks] == [MONDAY]


@pytest.mark.parametrize(
    ("change", "what"),
    [(moved(), Circumstance.HOME), (admitted(a_change(changed_on=LATER)), Circumstance.NAME)],
)
def test_a_new_home_or_name_is_notified_within_three_days(change: Fact, what: Circumstance) -> None:
    first, clock = asked(*ordered(), told(MONDAY), change)
    assert (first.about, first.stage) == ("order-1", Stage.MET)
    assert (clock.since, clock.due_on, clock.about) == (LATER, date(2026, 3, 12), what.value)
    assert clock.stage is Stage.MISSED
    _, done = asked(*ordered(), told(MONDAY), change, told(date(2026, 3, 12), what))
    assert (done.stage, done.late) == (Stage.MET, False)


@pytest.mark.parametrize(
    ("on", "stage"), [(LATER - timedelta(days=1), Stage.MISSED), (LATER, Stage.MET)]
)
def test_a_change_is_notified_from_its_own_day_on(on: date, stage: Stage) -> None:
    _, clock = asked(*ordered(), moved(), told(on, Circumstance.HOME))
    assert clock.stage is stage


def test_only_a_notification_that_names_it_answers_it() -> None:
    name = told(date(2026, 3, 11), Circumstance.NAME)
    assert asked(*ordered(), moved(), name)[1].stage is Stage.MISSED
    anew = notified(date(2026, 3, 11), NotificationKind.INITIAL)
    assert asked(*ordered(), moved(), anew)[1].stage is Stage.MET


@pytest.mark.parametrize("circumstance", [Circumstance.FINANCE, Circumstance.IDENTITY_DOCUMENT])
def test_nothing_else_that_changes_is_asked_for(circumstance: Circumstance) -> None:
    change = admitted(a_change(circumstance, changed_on=LATER))
    assert len(asked(*ordered(), change)) == 1


def test_before_service_and_after_its_end_an_order_asks_for_no_change() -> None:
    made = admitted(another_order(made_on=MONDAY, until=date(2026, 3, 20)))
    served = admitted(an_order_change(changed_on=date(2026, 3, 9)))
    days = (date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 20), date(2026, 3, 21))
    clocks = asked(made, served, *(moved(day) for day in days))
    assert [one.since for one in clocks if one.about == "home"] == list(days[1:3])


def test_other_orders_ask_for_no_change() -> None:
    for order in (OtherOrder.PARENTAL_DIRECTION, OtherOrder.RISK_OF_SEXUAL_HARM):
        assert asked(*ordered(order=order), moved()) == []


def test_who_is_on_the_register_notifies_the_change_as_such() -> None:
    assert asked(*SUBJECT, *ordered(), moved()) == []


def test_custody_leaves_none_of_the_three_days_out() -> None:
    held = admitted(a_presence(Presence.IN_CUSTODY, since_on=LATER))
    assert asked(*ordered(), moved(), held)[1].due_on == date(2026, 3, 12)


def test_a_change_under_two_orders_is_one_duty_until_the_longer_ends() -> None:
    another = ordered(order_ref="order-2", until=date(2028, 3, 1))
    (clock,) = [
        one
        for one in asked(*ordered(until=date(2027, 3, 1)), *another, moved())
        if one.about == "home"
    ]
    assert clock.until == date(2028, 3, 1)


def test_what_was_not_done_under_an_order_falls_away_at_midnight_after_its_last_day() -> None:
    last = date(2026, 6, 1)
    desk = a_desk(NEWEST)
    desk.hear(*ordered(until=last))
    (missed,) = of_kind(desk.ticked(start_of(LATER)), DeadlineMissed)
    assert desk.wake_at == end_of(last)
    (said,) = of_kind(desk.ticked(end_of(last)), DeadlineCancelled)
    assert (said.deadline_ref, said.ground) == (
        missed.deadline_ref,
        CancelGround.REQUIREMENT_ENDED,
    )


def test_by_older_rules_no_change_under_an_order_is_weighed() -> None:
    assert len(asked(*ordered(), moved(), version="2026-4")) == 1


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(9)), st.permutations(range(9)), st.integers(0, 9))
def test_any_order_ends_in_the_same_row(one: list[int], other: list[int], tick: int) -> None:
    varied = an_order_change(
        OrderStep.VARIED, changed_on=date(2026, 3, 20), order_ref="order-1", until=LATER
    )
    facts = (
        *interim(date(2026, 3, 9)),
        *ordered(date(2026, 3, 9)),
        moved(),
        moved(date(2026, 3, 18)),
        told(date(2026, 3, 12), Circumstance.HOME),
        admitted(varied),
        convicted(date(2026, 3, 25)),
    )
    desks = [a_desk(), a_desk()]
    for desk, order in zip(desks, (one, other), strict=True):
        desk.hear(*(facts[number] for number in order[:tick]))
        desk.ticked(datetime(2026, 3, 15, tzinfo=UTC))
        desk.hear(*(facts[number] for number in order[tick:]))
        desk.ticked(datetime(2026, 6, 25, tzinfo=UTC))
    assert desks[0].state == desks[1].state


def test_an_order_is_notified_though_it_ends_the_day_it_is_served_and_may_be_that_day() -> None:
    facts = (admitted(another_order(until=MONDAY)), admitted(an_order_change(changed_on=MONDAY)))
    found = as_of((*facts, notified(MONDAY)), MONDAY, RULES_NOW)
    assert found is not None
    clocks = [one for one in found.clocks if one.duty is Duty.ORDER_NOTIFICATION]
    assert [(one.stage, one.met_on) for one in clocks] == [(Stage.MET, MONDAY)]
