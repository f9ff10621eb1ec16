"""Fixtures every journey may ask for by name; the things themselves are in modules."""

from collections.abc import Iterator

import pytest

from services.hub.broker.cluster import Cluster
from tests.journeys.broker import shared_broker


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The session's broker. Tests use fresh names, so that they do not meet."""
    with shared_broker() as shared:
        yield shared
