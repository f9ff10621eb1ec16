"""Three examples of each rule about orders: who is subject by one, from when, and what it asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.eligibility import Disposal
from schemas.register import OtherOrder, PreventionOrder
from services.hub.register.examples import Example, three
from services.hub.register.invented import convicted, ordered, risk_ordered, served


def _march(day: int) -> date:
    return date(2026, 3, day)


_UNTIL = date(2031, 3, 1)
_ADDRESS = "notify name and address under an order"

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
                    risk_ordered(_march(2), order=OtherOrder.INTERIM_SEXUAL_RISK),
                    served(_march(2)),
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
    }
)
"""By the name of the rule."""
