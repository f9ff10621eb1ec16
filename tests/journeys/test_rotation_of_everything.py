"""Every kind of secret changes hands in a whole hub under load: the figures of one long watch."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import click
import pytest

from schemas.eligibility import ConvictionRecorded
from schemas.register import RequirementOpened
from services.agreements.versions import Versions
from services.hub import start
from services.hub.broker import process
from services.hub.broker.certificates import ADMIN, Unit
from services.hub.broker.cluster import Cluster
from services.hub.processes import Layout
from services.hub.proofs import Recorded, compare, lines
from services.runtime.names import SERVICES, SPEAKERS
from tests.journeys.hub import AGREEMENTS, Hub, eventually
from tests.journeys.test_rotation import BROKERS, hub, timed
from tests.journeys.test_upgrade import load

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.timeout(900)]

TOLD = "derbyshire-police"
STATEFUL = ("admission", "registry", "risk", "notify")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Hub]:
    """A hub of its own, for what it trusts is not what the others trust afterwards."""
    home, layout = tmp_path / "home", Layout(tick_s=1.0, standbys=True)
    try:
        process.start(home, owner_pid=os.getpid())
        start.bring_up(home, AGREEMENTS, lambda _: None, layout, owner_pid=os.getpid())
        cluster = Cluster.load(home)
        with closing(Recorded(cluster, Versions(home / "agreements").latest())) as topics:
            yield Hub(home, cluster, topics)
    finally:
        start.stop_services(home, lambda _: None)
        process.stop(home)


def test_every_secret_of_a_hub_rotates_under_load(
    running: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[ConvictionRecorded] = []
    figures: dict[str, object] = {}
    with load(running, tmp_path, said):
        for name, answer in _rotations(running.home):
            eventually(partial(_more, said, len(said)), 60, f"it is said on after {name}")
            figures[name] = answer
            with capsys.disabled():
                click.echo(f"\n{name}: {json.dumps(answer)}", nl=False)
    eventually(lambda: _opened(running) >= len(said), 120, "everything is told")
    running.at_rest()
    assert _opened(running) == len(said) > 20
    services = [one for one in running.services() if one.name in STATEFUL]
    found = [asyncio.run(compare(running.recorded(), one)) for one in services]
    assert all(one.identical for one in found), "\n".join(lines(found))
    repeats = {one.service: one.repeats for one in found}
    with capsys.disabled():
        click.echo(f"\n{len(said)} said, all told once; written twice and dropped: {repeats}")
    assert not any(row["overlap_since"] for row in hub(running.home, "list"))


def _rotations(home: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Each as an operator does it, with what the command answered and how long it took."""
    for agency in ("agency-probation", "agency-em"):
        yield timed(home, "rotate", agency)
        yield timed(home, "retire", agency)
    for service in (*SERVICES, *SPEAKERS):
        yield timed(home, "rotate", f"{Unit.SERVICE}-{service}")
    for name in (ADMIN, "bridge-em"):
        yield timed(home, "rotate", name)
    for command in BROKERS:
        yield timed(home, *command)


def _more(said: list[ConvictionRecorded], than: int) -> bool:
    return len(said) > than


def _opened(running: Hub) -> int:
    """Of how many requirements the police were told, each notice once."""
    return len(running.told(TOLD, RequirementOpened))
