"""One real broker for a whole test session."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.hub.broker.choice import broker_for_tests
from services.hub.broker.cluster import Cluster


@contextmanager
def shared_broker() -> Iterator[Cluster]:
    """A cluster for the length of the block: `HUB_BROKER` and `HUB_BOOTSTRAP_SERVERS` choose which.

    What is started here has free ports and a home of its own, and ends with this process.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hub-broker-", ignore_cleanup_errors=True) as home,
        broker_for_tests(Path(home)) as cluster,
    ):
        yield cluster
