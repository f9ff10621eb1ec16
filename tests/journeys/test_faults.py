"""Killed, frozen, cut off: nothing is missing, nothing counts twice, a standby takes over.

A short selection of `make faults`, with the same load and the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.journeys.faults.load import Load
from tests.journeys.faults.run import struck
from tests.journeys.faults.scene import Scene
from tests.journeys.faults.table import FAULTS, Fault
from tests.journeys.hub import Hub

pytestmark = [pytest.mark.journey, pytest.mark.timeout(480)]


@pytest.fixture(scope="module")
def scene(hub: Hub) -> Iterator[Scene]:
    with Load(hub.home / "agencies", first=20_000) as load:
        yield Scene(hub, load)


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.short], ids=lambda fault: fault.name)
def test_under_load_nothing_is_lost_counts_twice_or_goes_back(scene: Scene, fault: Fault) -> None:
    outcome = struck(scene, replace(fault, compacts=False), fault.short, print)
    assert outcome.clean, outcome
    assert outcome.said > 0
