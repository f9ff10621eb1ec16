"""The faults there are: how each strikes, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.journeys.faults import strikes
from tests.journeys.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table."""

    name: str
    strike: Callable[[Scene, int], None]
    runs: int
    """In the long run; services are struck in turn."""
    short: int = 0
    """In the tests of every change."""
    together: int = 10
    """Strikes between two verdicts."""
    nodes: int = 1
    """Of the cluster it needs."""
    compacts: bool = False
    """Whether rows are compacted and recovered whole before each verdict."""
    needs_small_disk: bool = False


FAULTS = (
    Fault("kill-service", strikes.kill_service, 100, short=2, together=20),
    Fault("lose-service", strikes.lose_service, 20),
    Fault("freeze-service", strikes.freeze_service, 50, short=1, compacts=True),
    Fault("rebalance", strikes.rebalance, 50, together=25),
    Fault("kill-broker", strikes.kill_broker, 20, together=5),
    Fault("freeze-broker", strikes.freeze_broker, 10, together=5),
    Fault("reauthenticate", strikes.reauthenticate, 1),
    Fault("full-disk", strikes.fill_disk, 3, together=1, needs_small_disk=True),
    Fault("restart-everything", strikes.restart_everything, 3, together=1),
    Fault("kill-one-of-three-brokers", strikes.kill_broker, 10, together=5, nodes=3),
)
BY_NAME = {fault.name: fault for fault in FAULTS}
