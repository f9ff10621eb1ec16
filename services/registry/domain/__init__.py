"""The register's rules: what the law asks of a person, as far as the facts heard so far tell."""

from services.registry.domain.as_of import DAYS, as_of
from services.registry.domain.decide import BY_FACT, Because, on_tick
from services.registry.domain.state import (
    Clock,
    Conviction,
    Notification,
    Register,
    Requirement,
    Stage,
)

__all__ = [
    "BY_FACT",
    "DAYS",
    "Because",
    "Clock",
    "Conviction",
    "Notification",
    "Register",
    "Requirement",
    "Stage",
    "as_of",
    "on_tick",
]
