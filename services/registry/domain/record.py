"""The record as it stands: convictions with what became of them, orders with how long they last.

What was heard is never overwritten: it is read anew, with all that was heard of it since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from schemas.register import Breached, OrderStep, OtherOrder, PreventionOrder
from services.registry.domain.state import (
    Breach,
    Conviction,
    Order,
    OrderChange,
    Register,
    Revision,
)

RISK_ORDERS = frozenset(OtherOrder) - {OtherOrder.PARENTAL_DIRECTION}
"""Orders that ask for name and address, and put nobody on the register until one is breached."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as it stands."""

    order_ref: str
    order: PreventionOrder | OtherOrder | None
    made_on: date
    served_on: date | None
    until: date | None
    """The last day; None: until further order."""
    foreign: Conviction | None

    @property
    def ends(self) -> date:
        """The last day, or the end of time."""
        return self.until or date.max

    def binds(self, day: date) -> bool:
        """Whether it was in force on that day: made, and not over."""
        return self.made_on <= day <= self.ends


def convictions_of(heard: Register) -> tuple[Conviction, ...]:
    """Each as the last word on it has it; what was quashed is not there.

    Whether the person was held on the relevant date is no matter of an appeal, so it stays.

    Source: R-NOT-12, an inference: the relevant date stays, everything is counted anew from it.
    """
    return tuple(_standing(heard))


def revised_on(heard: Register) -> date | None:
    """The last day on which a court, a correction or a review made less of anything heard."""
    return max(_revised(heard), default=None)


def cut_on(before: Register, after: Register) -> date | None:
    """The same, of what came with the last word alone: what was known before cut nothing now."""
    return max(Counter(_revised(after)) - Counter(_revised(before)), default=None)


def _revised(heard: Register) -> Iterator[date]:
    """Each such day; so is that of a risk order's breach after the order was over.

    What is about a sentence or an order that nobody told of cut nothing.
    """
    known = {one.sentence_ref for one in heard.convictions}
    orders = {one.order_ref for one in heard.orders}
    yield from (one.on for one in heard.revisions if one.sentence_ref in known)
    for change in heard.order_changes:
        if change.step is OrderStep.VARIED and change.order_ref in orders:
            yield change.on
    yield from (one.free_on for one in heard.reviews if one.lifted)
    standing = orders_of(heard)
    for breach in heard.breaches:
        if breach.breach is Breached.RISK_ORDER and bound_until(breach, standing) < breach.on:
            yield breach.on


def orders_of(heard: Register) -> tuple[Standing, ...]:
    """Each with the day it was served and its last day as varied since; in the order made."""
    return tuple(
        Standing(
            order_ref=one.order_ref,
            order=one.order,
            made_on=one.made_on,
            served_on=_served_on(heard, one),
            until=_until(heard, one),
            foreign=one.foreign,
        )
        for one in sorted(heard.orders, key=lambda one: (one.made_on, one.order_ref))
    )


def bound_until(breach: Breach, orders: Iterable[Standing]) -> date:
    """The last day of the risk order that was breached; the end of time where none was told of.

    A breach that names no order is of the one that lasts longest.
    """
    named = (one for one in orders if breach.order_ref in (None, one.order_ref))
    return max((one.ends for one in named if one.order in RISK_ORDERS), default=date.max)


def last_word_on(conviction: Conviction, revisions: Iterable[Revision]) -> Revision | None:
    """What holds of a conviction instead of itself, if anything was said of it."""
    said = (one for one in revisions if one.sentence_ref == conviction.sentence_ref)
    return max(said, key=_last_word, default=None)


def instead(conviction: Conviction, becomes: Conviction) -> Conviction:
    """What holds instead, with what only the record of the conviction itself tells."""
    kept = {name: getattr(conviction, name) for name in ("in_custody", "child_aged")}
    sentenced_on = conviction.sentenced_on
    if sentenced_on is not None and sentenced_on < becomes.convicted_on:
        sentenced_on = None  # the relevant date was put right, so that day was not
    return becomes.model_copy(update={**kept, "sentenced_on": sentenced_on})


def _standing(heard: Register) -> Iterator[Conviction]:
    for conviction in heard.convictions:
        last = last_word_on(conviction, heard.revisions)
        if last is None:
            yield conviction
        elif last.becomes is not None:
            yield instead(conviction, last.becomes)


def _last_word(said: Revision) -> tuple[object, ...]:
    """By the day from which it holds; a correction of that day's word comes after it."""
    return said.on, said.corrects, said.said_at, said.model_dump_json()


def _of(heard: Register, order: Order, step: OrderStep) -> Iterator[OrderChange]:
    return (
        one for one in heard.order_changes if one.order_ref == order.order_ref and one.step is step
    )


def _days(heard: Register, order: Order, step: OrderStep) -> Iterator[date]:
    return (one.on for one in _of(heard, order, step))


def _served_on(heard: Register, order: Order) -> date | None:
    """The first day it was said to be served; a notice is given in person."""
    if order.given:
        return order.made_on
    return min(_days(heard, order, OrderStep.SERVED), default=None)


def _until(heard: Register, order: Order) -> date | None:
    varied = max(
        _of(heard, order, OrderStep.VARIED),
        key=lambda one: (one.on, one.said_at, str(one.until)),
        default=None,
    )
    return order.until if varied is None else varied.until
