"""What a sexual risk order asks of somebody who is not on the register."""

from __future__ import annotations

from dataclasses import dataclass, replace

from schemas.register import Circumstance, OtherOrder
from services.registry.readings import Dated, always, confirmed


@dataclass(frozen=True)
class OrderRules:
    """One version of these rules."""

    orders_notified: Dated[frozenset[OtherOrder]]
    """Orders on whose service name and address are notified."""
    order_days: Dated[int]
    replacing_order_asks: Dated[bool]
    """Whether a full order in the place of an interim one asks for them anew."""
    order_changes: Dated[frozenset[Circumstance]]
    """What is notified when it changes under such an order."""


ON_SERVICE = OrderRules(
    orders_notified=always(
        frozenset(
            {
                OtherOrder.SEXUAL_RISK,
                OtherOrder.INTERIM_SEXUAL_RISK,
                OtherOrder.RISK_OF_SEXUAL_HARM,
            }
        ),
        "on the service of which orders name and address are notified",
        "SOA 2003 s.122F, unconfirmed; R-ORD table",
        local=True,
    ),
    order_days=always(
        3,
        "days to notify name and address once a sexual risk order is served, that day included",
        "SOA 2003 s.122F, unconfirmed; R-ORD table",
        local=True,
    ),
    replacing_order_asks=always(
        True,  # noqa: FBT003
        "an order in the place of an interim one asks for name and address as any other",
        "R-ORD table, as read before the text was seen",
        local=True,
    ),
    order_changes=always(
        frozenset(), "what changes under such an order is not weighed", "R-ORD table", local=True
    ),
)
"""By the versions before 2026-5."""
BY_SECTION_122F = replace(
    ON_SERVICE,
    orders_notified=always(
        frozenset({OtherOrder.SEXUAL_RISK, OtherOrder.INTERIM_SEXUAL_RISK}),
        "on the service of which orders name and address are notified",
        "SOA 2003 s.122F(1)",
    ),
    order_days=confirmed(ON_SERVICE.order_days, "SOA 2003 s.122F(1), (3)"),
    replacing_order_asks=always(
        False,  # noqa: FBT003
        "whether a sexual risk order asks for name and address anew where it replaces an interim "
        "one: one in force when it is made, or the day before",
        "SOA 2003 s.122F(1); how it is told that it replaces one, a local choice",
        local=True,
    ),
    order_changes=always(
        frozenset({Circumstance.NAME, Circumstance.HOME}),
        "what is notified when it changes while such an order, once served, is in force, by who is "
        "not on the register; in as many days, none of them left out for custody",
        "SOA 2003 s.122F(3)-(4)",
    ),
)
"""By version 2026-5: from the text."""
