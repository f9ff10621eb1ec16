"""The register's rules: what the law asks of a person, as far as the facts heard so far tell."""

from services.registry.domain.decide import (
    Because,
    on_tick,
    open_requirement,
    start_clock,
    take_notification,
)
from services.registry.domain.state import (
    Clock,
    Conviction,
    Notification,
    Register,
    Requirement,
    Stage,
)

__all__ = [
    "Because",
    "Clock",
    "Conviction",
    "Notification",
    "Register",
    "Requirement",
    "Stage",
    "on_tick",
    "open_requirement",
    "start_clock",
    "take_notification",
]
