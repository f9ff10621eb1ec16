"""The tag provider's words ⇄ ours: the only place with its field names; pure."""

from services.em_bridge.mapping.orders import END_OF_TIME, order_of
from services.em_bridge.mapping.rows import (
    NOT_FOR_THE_HUB,
    NOT_YET,
    SOURCE,
    Feed,
    Taken,
    Tolerances,
    feed_of,
    read_row,
)

__all__ = [
    "END_OF_TIME",
    "NOT_FOR_THE_HUB",
    "NOT_YET",
    "SOURCE",
    "Feed",
    "Taken",
    "Tolerances",
    "feed_of",
    "order_of",
    "read_row",
]
