"""The examples of every rule, of one invented person; they hold by the newest rules."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.hub.register import (
    cases_of_breaches,
    cases_of_duties,
    cases_of_orders,
    cases_of_parole,
    cases_of_recall,
    cases_of_release,
    cases_of_reviews,
    cases_of_status,
    cases_of_terms,
    cases_of_travel,
)
from services.hub.register.examples import Example

OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        **cases_of_terms.OF,
        **cases_of_duties.OF,
        **cases_of_orders.OF,
        **cases_of_release.OF,
        **cases_of_recall.OF,
        **cases_of_parole.OF,
        **cases_of_breaches.OF,
        **cases_of_status.OF,
        **cases_of_travel.OF,
        **cases_of_reviews.OF,
    }
)
"""By the name of the rule."""
