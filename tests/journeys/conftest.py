"""Fixtures every journey may ask for by name; the things themselves are in modules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.hub.broker.cluster import Cluster
from tests.journeys.broker import shared_broker
from tests.journeys.hub import Hub, running_hub

HERE = Path(__file__).parent
JOURNEY_S = 180
"""A journey's time, which for the first of a session includes fetching and starting the broker."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey is allowed its time, unless it says otherwise."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(JOURNEY_S))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The session's broker. Tests use fresh names, so that they do not meet."""
    with shared_broker() as shared:
        yield shared


@pytest.fixture(scope="session")
def hub(cluster: Cluster) -> Iterator[Hub]:
    """A whole hub on it, with standbys. Tests use their own persons, so that they do not meet."""
    with running_hub(cluster) as running:
        yield running
