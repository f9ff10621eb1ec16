"""Questions of law on journeys abroad, and on what a sexual risk order asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from schemas.base import Fact
from schemas.custody import Presence
from schemas.register import Circumstance, Duty, OtherOrder
from services.registry.dates import LONDON
from services.registry.domain import Clock, as_of
from services.registry.rules import Rules
from tests.makers import (
    a_change,
    a_presence,
    a_travel_change,
    a_travel_notice,
    admitted,
    an_order_change,
    another_order,
)
from tests.registry.person import convicted
from tests.registry.question import Question

_SUBJECT = convicted(date(2003, 6, 2), term_months=30)
"""Indefinitely since before the Act."""
_SINCE = timedelta(days=9)
"""Long enough that every return is told of."""


def questions_of_travel() -> Iterator[Question]:
    """SI 2004/1220 regs 5, 7, 8, as amended by SI 2012/1876 regs 3, 5 to 7."""
    yield from _how_early()
    yield from _known_late()
    yield from _changed()
    yield from _back()


def _how_early() -> Iterator[Question]:
    """Seven days since 1 May 2004; of journeys under three days only from 28 August 2012 on."""
    for leaves, lasted, due_on in (
        (date(2004, 4, 30), 5, None),
        (date(2004, 5, 1), 5, date(2004, 4, 24)),
        (date(2012, 8, 27), 3, date(2012, 8, 20)),
        (date(2012, 8, 27), 2, None),
        (date(2012, 8, 27), None, None),
        (date(2012, 8, 28), 0, date(2012, 8, 21)),
        (date(2012, 8, 28), None, date(2012, 8, 21)),
    ):
        facts = (_SUBJECT, *_away(leaves, lasted))
        yield Question(
            f"a journey on {leaves} of {lasted} days",
            due_on,
            partial(_due_on, Duty.TRAVEL_NOTIFICATION, facts, leaves + _SINCE),
        )


def _known_late() -> Iterator[Question]:
    """24 hours before, 12 from 13 August 2012 on."""
    for leaves, hours in ((date(2012, 8, 12), 24), (date(2012, 8, 13), 12)):
        departs_at = datetime(leaves.year, leaves.month, leaves.day, 9, tzinfo=LONDON)
        for minutes, late in ((0, False), (1, True)):
            made_at = departs_at - timedelta(hours=hours, minutes=-minutes)
            notice = a_travel_notice(departs_at=departs_at, made_at=made_at, learned_late=True)
            facts = (_SUBJECT, admitted(notice), *_away(leaves, 5))
            yield Question(
                f"known late, notified {minutes} minutes after {hours} hours before, {leaves}",
                late,
                partial(_late, facts, leaves + _SINCE),
            )


def _changed() -> Iterator[Question]:
    """Changed details: in force as they stand from 13 August 2012 on."""
    for leaves, due_on in ((date(2012, 8, 12), None), (date(2012, 8, 13), date(2012, 8, 12))):
        departs_at = datetime(leaves.year, leaves.month, leaves.day, 9, tzinfo=LONDON)
        notice = a_travel_notice(departs_at=departs_at, made_at=departs_at - timedelta(days=20))
        change = a_travel_change(changed_at=departs_at - timedelta(days=5))
        facts = (_SUBJECT, admitted(notice), admitted(change))
        yield Question(
            f"details of a journey on {leaves} change",
            due_on,
            partial(_due_on, Duty.TRAVEL_CHANGE_NOTIFICATION, facts, leaves),
        )


def _back() -> Iterator[Question]:
    """A return since 1 May 2004, from journeys that had to be notified."""
    for leaves, lasted, due_on in (
        (date(2004, 4, 25), 5, None),
        (date(2004, 4, 26), 5, date(2004, 5, 4)),
        (date(2012, 8, 20), 2, None),
    ):
        facts = (_SUBJECT, *_away(leaves, lasted))
        yield Question(
            f"the return from a journey on {leaves} of {lasted} days",
            due_on,
            partial(_due_on, Duty.RETURN_NOTIFICATION, facts, leaves + timedelta(days=lasted)),
        )


def questions_of_risk_orders() -> Iterator[Question]:
    """SOA 2003 s.122F(1), (3): name and address, by a sexual risk order or an interim one."""
    on = date(2026, 3, 2)
    asks = {OtherOrder.SEXUAL_RISK, OtherOrder.INTERIM_SEXUAL_RISK}
    for order in OtherOrder:
        made = another_order(order, made_on=on, until=None)
        served = an_order_change(changed_on=on, order_ref=made.order_ref)
        yield Question(
            f"{order} served",
            date(2026, 3, 4) if order in asks else None,
            partial(_due_on, Duty.ORDER_NOTIFICATION, (admitted(made), admitted(served)), on),
        )
    later = date(2026, 3, 9)
    under = (admitted(another_order(made_on=on)), admitted(an_order_change(changed_on=on)))
    for circumstance in Circumstance:
        named: dict[str, Any] = (
            {"premises_ref": "premises-1"} if circumstance is Circumstance.PREMISES else {}
        )
        change = admitted(a_change(circumstance, changed_on=later, **named))
        counts = circumstance in (Circumstance.NAME, Circumstance.HOME)
        yield Question(
            f"{circumstance} changes under a sexual risk order",
            date(2026, 3, 11) if counts else date(2026, 3, 4),
            partial(_due_on, Duty.ORDER_NOTIFICATION, (*under, change), later),
        )


def _away(leaves: date, lasted: int | None) -> tuple[Fact, ...]:
    left = admitted(a_presence(Presence.ABROAD, since_on=leaves, journey_ref="journey-1"))
    if lasted is None:
        return (left,)
    back = a_presence(Presence.AT_LIBERTY, since_on=leaves + timedelta(days=lasted))
    return left, admitted(back)


def _due_on(duty: Duty, facts: tuple[Fact, ...], on: date, rules: Rules) -> date | None:
    clock = _clock_of(duty, facts, on, rules)
    return None if clock is None else clock.due_on


def _late(facts: tuple[Fact, ...], on: date, rules: Rules) -> bool:
    clock = _clock_of(Duty.TRAVEL_NOTIFICATION, facts, on, rules)
    assert clock is not None
    return clock.late


def _clock_of(duty: Duty, facts: tuple[Fact, ...], on: date, rules: Rules) -> Clock | None:
    """The last such duty of the person, if there is one."""
    found = as_of(facts, on, rules)
    assert found is not None
    clocks = [one for one in found.clocks if one.duty is duty]
    return clocks[-1] if clocks else None
