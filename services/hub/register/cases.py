"""The examples of every rule, of one invented person; they hold by the newest rules."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.hub.register import cases_of_duties, cases_of_terms
from services.hub.register.examples import Example

OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {**cases_of_terms.OF, **cases_of_duties.OF}
)
"""By the name of the rule."""
