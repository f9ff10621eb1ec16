"""What a sexual risk order asks of somebody who is not on the register (SOA 2003 s.122F)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from schemas.register import Duty, OtherOrder
from services.registry.dates import DAY, last_day
from services.registry.domain.changes import Happened, tells
from services.registry.domain.periods import Spell
from services.registry.domain.record import Standing, orders_of
from services.registry.domain.state import Clock, Register, Stage
from services.registry.rules import Rules


def order_clocks(heard: Register, spells: tuple[Spell, ...], rules: Rules) -> Iterator[Clock]:
    """Name and address, once an order is served and when they change while it is in force.

    Source: SOA 2003 s.122F(1), (3).
    """
    orders = orders_of(heard)
    yield from _on_service(heard, orders, spells, rules)
    yield from _on_changes(heard, orders, spells, rules)


def _on_service(
    heard: Register, orders: tuple[Standing, ...], spells: tuple[Spell, ...], rules: Rules
) -> Iterator[Clock]:
    for order in orders:
        served_on = order.served_on
        if served_on is None or order.ends < served_on:
            continue
        if order.order not in rules.asked.orders_notified.on(served_on):
            continue
        if _replaces(order, orders) and not rules.asked.replacing_order_asks.on(order.made_on):
            continue
        if _on_the_register(served_on, spells):
            continue
        clock = _clock(served_on, order.until, order.order_ref, rules)
        yield clock.met_by(n.made_on for n in heard.notifications if n.made_on >= served_on)


def _on_changes(
    heard: Register, orders: tuple[Standing, ...], spells: tuple[Spell, ...], rules: Rules
) -> Iterator[Clock]:
    """Of another name or home, each day once however many such orders are in force."""
    for change in heard.changes:
        day = change.on
        binding = [one for one in orders if _binds(one, day, rules)]
        watched = change.circumstance in rules.asked.order_changes.on(day)
        if not binding or not watched or _on_the_register(day, spells):
            continue
        longest = max(binding, key=lambda one: one.ends)
        clock = _clock(day, longest.until, change.circumstance.value, rules)
        one = Happened(change.circumstance, day)
        yield clock.met_by(
            n.made_on for n in heard.notifications if n.made_on >= day and tells(n, one)
        )


def _clock(since: date, until: date | None, about: str, rules: Rules) -> Clock:
    return Clock(
        duty=Duty.ORDER_NOTIFICATION,
        since=since,
        due_on=last_day(since, days=rules.asked.order_days.on(since)),
        until=until,
        stage=Stage.OPEN,
        about=about,
    )


def _replaces(order: Standing, orders: Iterable[Standing]) -> bool:
    """Whether it stands in the place of an interim one: that is told by their days alone."""
    interim = (one for one in orders if one.order is OtherOrder.INTERIM_SEXUAL_RISK)
    eve = order.made_on - DAY
    return order.order is OtherOrder.SEXUAL_RISK and any(
        one.binds(order.made_on) or one.binds(eve) for one in interim
    )


def _binds(order: Standing, day: date, rules: Rules) -> bool:
    """Whether it asks for what changes that day: served by then, and in force."""
    served = order.served_on is not None and order.served_on <= day
    return served and order.binds(day) and order.order in rules.asked.orders_notified.on(day)


def _on_the_register(day: date, spells: tuple[Spell, ...]) -> bool:
    return any(spell.holds(day) for spell in spells)
