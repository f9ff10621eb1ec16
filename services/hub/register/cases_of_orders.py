"""Three examples of each rule about orders: who is subject by one, from when, and what it asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.base import Fact
from schemas.eligibility import Disposal
from schemas.register import Circumstance, OtherOrder, PreventionOrder
from services.hub.register.examples import Example, three
from services.hub.register.invented import (
    changed,
    convicted,
    notified,
    ordered,
    risk_ordered,
    served,
)


def _march(day: int) -> date:
    return date(2026, 3, day)


_UNTIL = date(2031, 3, 1)
_ADDRESS = "notify name and address under an order"
_INTERIM, _HOME = OtherOrder.INTERIM_SEXUAL_RISK, Circumstance.HOME
_SUBJECT = (convicted(date(2026, 1, 5), 30), notified(date(2026, 1, 6)))
"""Indefinitely since 5 January 2026, and notified."""
_TOLD = (risk_ordered(_march(2)), served(_march(2)), notified(_march(3)))
"""A sexual risk order, served, and name and address notified."""


def _replaced(until: date) -> tuple[Fact, ...]:
    """An interim order until that day, and a full one made and served on 9 March."""
    return risk_ordered(_march(2), until, _INTERIM), risk_ordered(_march(9)), served(_march(9))


OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "orders_prolong": three(
            (
                (convicted(_march(2), disposal=Disposal.CAUTION), ordered(_march(2), _UNTIL)),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2031 (an order lasts longer)",
            ),
            (
                (
                    convicted(date(2014, 3, 2), disposal=Disposal.CAUTION),
                    ordered(date(2015, 3, 7), _UNTIL, PreventionOrder.SEXUAL_OFFENCES_PREVENTION),
                ),
                _march(2),
                "subject from 2 Mar 2014 until 1 Mar 2031 (an order lasts longer)",
            ),
            (
                (
                    convicted(_march(2), disposal=Disposal.CAUTION),
                    ordered(_march(2), _UNTIL, PreventionOrder.FOREIGN_TRAVEL),
                ),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2028 (caution)",
            ),
        ),
        "orders_bind_at_once": three(
            (
                (ordered(_march(2), _UNTIL), served(_march(9))),
                _march(9),
                "subject from 2 Mar 2026 until 1 Mar 2031 (an order lasts longer)",
            ),
            (
                (ordered(_march(2), _UNTIL), served(_march(9))),
                _march(9),
                "first notification: 11 Mar 2026, open",
            ),
            (
                (ordered(_march(2), _UNTIL),),
                _march(9),
                "no duty: first notification",
            ),
        ),
        "orders_notified": three(
            (
                (risk_ordered(_march(2)), served(_march(2))),
                _march(2),
                f"{_ADDRESS}: 4 Mar 2026, open",
            ),
            (
                (
                    risk_ordered(_march(2), order=_INTERIM),
                    served(_march(2), interim=True),
                ),
                _march(2),
                f"{_ADDRESS}: 4 Mar 2026, open",
            ),
            (
                (
                    risk_ordered(date(2014, 3, 2), order=OtherOrder.RISK_OF_SEXUAL_HARM),
                    served(date(2014, 3, 2)),
                ),
                date(2014, 3, 2),
                f"no duty: {_ADDRESS}",
            ),
        ),
        "order_days": three(
            (
                (risk_ordered(_march(2)), served(_march(2))),
                _march(2),
                f"{_ADDRESS}: 4 Mar 2026, open",
            ),
            (
                (risk_ordered(_march(2)), served(_march(2)), notified(_march(4))),
                _march(5),
                f"{_ADDRESS}: 4 Mar 2026, done, 4 Mar 2026",
            ),
            (
                (*_SUBJECT, risk_ordered(_march(2)), served(_march(2))),
                _march(2),
                f"no duty: {_ADDRESS}",
            ),
        ),
        "replacing_order_asks": three(
            (_replaced(_march(9)), _march(9), f"no duty: {_ADDRESS}"),
            (_replaced(_march(8)), _march(9), f"no duty: {_ADDRESS}"),
            (_replaced(_march(7)), _march(9), f"{_ADDRESS}: 11 Mar 2026, open"),
        ),
        "order_changes": three(
            ((*_TOLD, changed(_HOME, _march(10))), _march(11), f"{_ADDRESS}: 12 Mar 2026, open"),
            (
                (*_TOLD, changed(_HOME, _march(10)), notified(_march(12), _HOME)),
                _march(13),
                f"{_ADDRESS}: 12 Mar 2026, done, 12 Mar 2026",
            ),
            (
                (*_SUBJECT, *_TOLD, changed(_HOME, _march(10))),
                _march(11),
                f"no duty: {_ADDRESS}",
            ),
        ),
    }
)
"""By the name of the rule."""
