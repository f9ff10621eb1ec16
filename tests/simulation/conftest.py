"""The town every schedule plays in, built once."""

import logging
from collections.abc import Iterator

import pytest

from services.hub.simulation.town import Town, a_town
from tests.simulation.schedules import FILES


@pytest.fixture(scope="session")
def town() -> Town:
    return a_town(FILES)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of processes "die" here, each saying so."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
