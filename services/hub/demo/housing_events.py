"""What the housing authorities' own systems send on the day."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from services.hub.demo.delivery import Delivery, Expected
from services.hub.demo.population import Population


def write_housing_events(
    folder: Path, population: Population, now: datetime, expected: Expected
) -> tuple[Delivery, ...]:
    """stub."""
    return ()
