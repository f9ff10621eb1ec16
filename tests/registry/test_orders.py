"""Orders that bring notification, prolong it, or do neither."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from schemas.base import Fact
from schemas.eligibility import Disposal
from schemas.register import (
    Basis,
    Breached,
    Duty,
    OrderStep,
    OtherOrder,
    PreventionOrder,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.domain import Register, Requirement, as_of
from services.registry.rules import RULES, SHPO_BEGAN
from tests.makers import (
    a_breach,
    a_notification_notice,
    a_notification_order,
    a_prevention_order,
    a_sentence,
    admitted,
    an_order_change,
    another_order,
)
from tests.registry.desk import of_kind
from tests.registry.person import EARLY, MONDAY, NEWEST, a_desk, cautioned, convicted, short

SERVED = date(2026, 3, 9)


def ordered(on: date = MONDAY, until: date | None = None, **fields: Any) -> Fact:
    return admitted(a_prevention_order(made_on=on, until=until, **fields))


def served(on: date = SERVED, ref: str = "order-1") -> Fact:
    return admitted(an_order_change(changed_on=on, order_ref=ref))


def varied(on: date, until: date | None) -> Fact:
    return admitted(an_order_change(OrderStep.VARIED, changed_on=on, until=until))


def abroad(on: date, months: int = 12, **fields: Any) -> Fact:
    """A notification order of `MONDAY` on a sentence of that day."""
    sentence = a_sentence(months, relevant_on=on, **fields)
    return admitted(a_notification_order(made_on=MONDAY, sentence=sentence))


def row(*facts: Fact, version: str = NEWEST) -> Register:
    """What all of them lead to, in whatever order they are heard."""
    found = []
    for order in permutations(facts):
        desk = a_desk(version)
        desk.hear(*order)
        found.append(desk.state)
    assert all(one == found[0] for one in found)
    assert isinstance(found[0], Register)
    return found[0]


def required(*facts: Fact) -> Requirement | None:
    return row(*facts).requirement


# -- sexual harm prevention orders and those before them


def test_vector_15_an_order_that_lasts_longer_than_the_table_keeps_a_person_subject() -> None:
    relevant = date(2019, 5, 14)
    table = convicted(relevant, term_months=29)
    found = required(table, ordered(relevant, until=date(2031, 1, 1)))
    assert found is not None
    assert (found.begins_on, found.last_day) == (relevant, date(2031, 1, 1))
    assert found.basis is Basis.ORDER


def test_an_order_that_ends_before_the_table_does_changes_nothing() -> None:
    found = required(convicted(term_months=29), ordered(until=date(2031, 3, 1)))
    assert found is not None
    assert (found.last_day, found.basis) == (date(2036, 3, 1), Basis.TEN_YEAR_TERM)


def test_an_order_until_further_order_has_no_last_day() -> None:
    found = required(cautioned(MONDAY), ordered(MONDAY))
    assert found is not None
    assert (found.last_day, found.basis) == (None, Basis.ORDER)


def test_whom_the_table_keeps_for_ever_an_order_does_not_keep_by_another_right() -> None:
    found = required(convicted(term_months=30), ordered())
    assert found is not None
    assert found.basis is Basis.INDEFINITE_TERM


def test_an_order_made_while_subject_needs_no_service_and_no_new_first_notification() -> None:
    found = row(cautioned(MONDAY), ordered(date(2027, 3, 1), until=date(2032, 3, 1)))
    assert found.requirement is not None
    assert found.requirement.last_day == date(2032, 3, 1)
    assert [clock.since for clock in found.clocks] == [MONDAY]


@pytest.mark.parametrize(
    ("made_on", "brings"), [(date(2028, 3, 1), False), (date(2028, 3, 2), True)]
)
def test_it_counts_whether_the_person_was_subject_on_the_day_it_was_made(
    made_on: date, brings: bool
) -> None:
    """A caution of 2 March 2026 ends on 1 March 2028: on its last day the person is subject."""
    served_on = date(2028, 4, 1)
    found = row(cautioned(MONDAY), ordered(made_on, until=date(2033, 4, 1)), served(served_on))
    first = [one.since for one in found.clocks if one.duty is Duty.INITIAL_NOTIFICATION]
    assert first == ([MONDAY, served_on] if brings else [MONDAY])


def test_somebody_not_subject_becomes_so_when_it_is_made_and_has_to_notify_once_it_is_served() -> (
    None
):
    """SOA 2003 s.103G(2)-(3): from the making of the order; the relevant date is of service."""
    desk = a_desk(NEWEST)
    said = desk.hear(ordered(until=date(2031, 3, 1)))
    (opened,) = of_kind(said, RequirementOpened)
    assert (opened.begins_on, opened.last_day) == (MONDAY, date(2031, 3, 1))
    assert (opened.basis, opened.rules_version) == (Basis.ORDER, NEWEST)
    assert short(*said) == []
    assert desk.state.category == 1
    assert short(*desk.hear(served())) == [("opened", date(2026, 3, 11))]


def test_by_the_version_before_nobody_was_subject_until_it_was_served() -> None:
    desk = a_desk("2026-4")
    assert desk.hear(ordered(until=date(2031, 3, 1))) == []
    (opened,) = of_kind(desk.hear(served()), RequirementOpened)
    assert opened.begins_on == SERVED


def test_what_was_over_before_it_was_served_asks_for_no_first_notification() -> None:
    for until, asked in ((date(2026, 3, 8), []), (SERVED, [SERVED])):
        found = row(ordered(until=until), served())
        assert found.requirement is not None
        assert found.requirement.last_day == until
        assert [clock.since for clock in found.clocks] == asked


def test_an_order_of_a_single_day_binds_for_that_day() -> None:
    found = required(ordered(until=MONDAY))
    assert found is not None
    assert (found.begins_on, found.last_day) == (MONDAY, MONDAY)


def test_by_the_version_before_what_was_over_when_it_was_served_brought_nothing() -> None:
    assert row(ordered(until=date(2026, 3, 8)), served(), version="2026-4").requirement is None
    found = row(ordered(until=SERVED), served(), version="2026-4").requirement
    assert found is not None
    assert (found.begins_on, found.last_day) == (SERVED, SERVED)


def test_an_interim_order_is_followed_by_the_order_itself_without_a_break() -> None:
    interim = ordered(
        order_ref="interim",
        order=PreventionOrder.INTERIM_SEXUAL_HARM_PREVENTION,
        until=date(2026, 6, 1),
    )
    full = ordered(date(2026, 6, 1), until=date(2031, 6, 1))
    found = row(interim, served(ref="interim"), full)
    assert found.requirement is not None
    assert found.requirement.begins_on == MONDAY
    assert found.requirement.last_day == date(2031, 6, 1)
    assert [clock.since for clock in found.clocks] == [SERVED]


def test_an_order_lasts_as_varied_last_and_a_discharge_ends_notification() -> None:
    made = (ordered(until=date(2031, 3, 1)), served())
    longer = required(*made, varied(date(2030, 1, 1), date(2036, 3, 1)))
    assert longer is not None
    assert longer.last_day == date(2036, 3, 1)
    less = required(
        *made, varied(date(2030, 1, 1), date(2036, 3, 1)), varied(date(2031, 1, 1), None)
    )
    assert less is not None
    assert less.last_day is None
    desk = a_desk(NEWEST)
    desk.hear(*made)
    said = desk.hear(varied(date(2028, 5, 4), date(2028, 5, 3)))
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [date(2028, 5, 4)]
    assert desk.because[-1] == "requirement-ended"


@pytest.mark.parametrize(
    ("order", "made_on", "counts"),
    [
        (PreventionOrder.SEXUAL_OFFENCES_PREVENTION, date(2010, 1, 1), True),
        (PreventionOrder.FOREIGN_TRAVEL, date(2010, 1, 1), False),
        (PreventionOrder.SEXUAL_HARM_PREVENTION, SHPO_BEGAN, True),
        (PreventionOrder.SEXUAL_HARM_PREVENTION, date(2015, 3, 7), False),
    ],
)
def test_which_order_counts_is_a_matter_of_the_day_it_was_made(
    order: PreventionOrder, made_on: date, counts: bool
) -> None:
    assert (required(ordered(made_on, order=order), served(made_on)) is not None) is counts


@pytest.mark.parametrize("version", EARLY)
def test_by_rules_before_these_orders_bring_and_prolong_nothing(version: str) -> None:
    found = row(cautioned(MONDAY), ordered(), served(), version=version)
    assert found.requirement is not None
    assert found.requirement.last_day == date(2028, 3, 1)


# -- notification orders on what was decided abroad


def test_a_foreign_sentence_counts_from_its_own_day_and_binds_from_service() -> None:
    found = row(abroad(date(2020, 10, 12)), served())
    assert found.requirement is not None
    assert found.requirement.begins_on == MONDAY
    assert found.requirement.last_day == date(2030, 10, 11)
    assert [(clock.since, clock.due_on) for clock in found.clocks] == [(SERVED, date(2026, 3, 11))]


def test_age_on_the_day_abroad_halves() -> None:
    found = required(abroad(date(2020, 10, 12), under_18=True, months=12), served())
    assert found is None  # five years were over on 11 October 2025, before it was served
    longer = required(abroad(date(2021, 10, 12), under_18=True), served())
    assert longer is not None
    assert (longer.last_day, longer.halved) == (date(2026, 10, 11), True)


def test_an_order_on_the_last_day_abroad_counts_for_that_day() -> None:
    caution: dict[str, Any] = {"disposal": Disposal.CAUTION, "months": 0}
    last = required(abroad(date(2024, 3, 3), **caution), served())
    assert last is not None
    assert (last.begins_on, last.last_day) == (MONDAY, MONDAY)
    assert required(abroad(date(2024, 3, 2), **caution), served()) is None


def test_until_it_is_served_nothing_is_to_be_notified_and_that_day_it_shows() -> None:
    story = (abroad(date(2020, 10, 12)), served())
    before, after = (as_of(story, day, RULES[NEWEST]) for day in (date(2026, 3, 8), SERVED))
    assert before is not None
    assert after is not None
    assert before.requirement == after.requirement
    assert [clock.since for clock in before.clocks] == []
    assert [clock.since for clock in after.clocks] == [SERVED]


# -- orders that put nobody on the register


@pytest.mark.parametrize("order", OtherOrder)
def test_a_sexual_risk_order_and_a_parental_direction_put_nobody_on_the_register(
    order: OtherOrder,
) -> None:
    made = admitted(another_order(order))
    found = row(made, served())
    assert (found.requirement, found.category) == (None, None)
    subject = row(cautioned(MONDAY), made, served())
    assert subject.requirement is not None
    assert subject.requirement.last_day == date(2028, 3, 1)


# -- breaches of orders that put nobody on the register


def breached(on: date, ref: str | None = "order-1", **fields: Any) -> Fact:
    return admitted(a_breach(Breached.RISK_ORDER, proved_on=on, order_ref=ref, **fields))


def at_risk(until: date | None = date(2028, 3, 1), **fields: Any) -> Fact:
    return admitted(another_order(made_on=MONDAY, until=until, **fields))


def test_a_breach_of_a_risk_order_puts_on_the_register_for_as_long_as_the_order_lasts() -> None:
    found = row(at_risk(), breached(SERVED))
    assert found.requirement == Requirement(
        begins_on=SERVED, last_day=date(2028, 3, 1), basis=Basis.ORDER, halved=False
    )
    assert found.category == 1
    (clock,) = found.clocks
    assert (clock.duty, clock.due_on) == (Duty.INITIAL_NOTIFICATION, date(2026, 3, 11))


def test_a_breach_proved_on_the_last_day_of_the_order_puts_on_the_register_for_that_day() -> None:
    found = required(at_risk(until=SERVED), breached(SERVED))
    assert found is not None
    assert (found.begins_on, found.last_day) == (SERVED, SERVED)


def test_whoever_is_subject_stays_so_and_owes_no_new_first_notification() -> None:
    found = row(cautioned(MONDAY), at_risk(until=date(2030, 3, 1)), breached(SERVED))
    assert found.requirement is not None
    assert (found.requirement.begins_on, found.requirement.last_day) == (MONDAY, date(2030, 3, 1))
    assert [clock.since for clock in found.clocks] == [MONDAY]


def test_an_order_nobody_told_of_binds_until_it_is_said_how_long_it_lasts() -> None:
    alone = required(breached(SERVED))
    assert alone is not None
    assert (alone.begins_on, alone.last_day) == (SERVED, None)
    told = required(breached(SERVED), at_risk())
    assert told is not None
    assert told.last_day == date(2028, 3, 1)


@pytest.mark.parametrize(
    ("ref", "last"),
    [
        ("order-1", date(2028, 3, 1)),
        ("order-2", date(2027, 3, 1)),
        (None, date(2028, 3, 1)),
        ("order-9", None),
    ],
    ids=["the longer", "the shorter", "none named", "one nobody told of"],
)
def test_of_two_risk_orders_the_one_breached_counts_and_where_none_is_named_the_longer(
    ref: str | None, last: date | None
) -> None:
    shorter = at_risk(until=date(2027, 3, 1), order_ref="order-2")
    found = required(at_risk(), shorter, breached(SERVED, ref))
    assert found is not None
    assert found.last_day == last


def test_a_parental_direction_prolongs_nothing_after_a_breach_of_a_risk_order() -> None:
    direction = at_risk(
        until=date(2030, 3, 1), order=OtherOrder.PARENTAL_DIRECTION, order_ref="order-2"
    )
    found = required(at_risk(), direction, breached(SERVED, None))
    assert found is not None
    assert found.last_day == date(2028, 3, 1)


@pytest.mark.parametrize(
    "facts",
    [
        (at_risk(until=date(2026, 3, 8)), breached(SERVED)),
        (at_risk(), admitted(a_breach(Breached.NOTIFICATION, proved_on=SERVED))),
        (at_risk(), admitted(a_breach(Breached.PREVENTION_ORDER, proved_on=SERVED))),
    ],
    ids=["over", "of-notification", "of-a-prevention-order"],
)
def test_no_other_breach_puts_anybody_on_the_register(facts: tuple[Fact, ...]) -> None:
    assert required(*facts) is None


def test_by_versions_before_a_breach_is_kept_and_nothing_follows() -> None:
    found = row(at_risk(), breached(SERVED), version="2026-3")
    assert (found.requirement, found.category, len(found.breaches)) == (None, None, 1)


# -- notices of the police on what was decided abroad


def noticed(on: date = MONDAY, months: int = 12, **fields: Any) -> Fact:
    sentence = a_sentence(months, relevant_on=date(2020, 10, 12), **fields)
    return admitted(a_notification_notice(given_on=on, sentence=sentence))


def test_a_notice_binds_the_day_it_is_given_and_asks_for_a_first_notification_from_that_day() -> (
    None
):
    """SOA 2003 s.96ZA, s.96ZC(2), (4): three days beginning with the day it was given."""
    found = row(noticed())
    assert found.requirement is not None
    assert (found.requirement.begins_on, found.requirement.last_day) == (MONDAY, date(2030, 10, 11))
    assert [(one.since, one.due_on) for one in found.clocks] == [(MONDAY, date(2026, 3, 4))]
    assert found.category == 1


def test_a_notice_that_is_cancelled_ends_what_it_brought() -> None:
    desk = a_desk(NEWEST)
    desk.hear(noticed())
    cancelled = an_order_change(
        OrderStep.VARIED, order_ref="notice-1", changed_on=SERVED, until=date(2026, 3, 8)
    )
    said = desk.hear(admitted(cancelled))
    assert [one.ended_on for one in of_kind(said, RequirementEnded)] == [SERVED]


def test_a_notice_given_after_its_time_was_over_brings_nothing() -> None:
    assert row(noticed(date(2030, 10, 12))).requirement is None
    last = row(noticed(date(2030, 10, 11))).requirement
    assert last is not None
    assert last.last_day == date(2030, 10, 11)


def test_an_order_served_on_its_last_day_binds_and_asks_for_that_day() -> None:
    found = row(ordered(until=SERVED), served())
    assert found.requirement is not None
    assert found.requirement.last_day == SERVED
    assert [clock.since for clock in found.clocks] == [SERVED]
