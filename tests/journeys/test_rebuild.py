"""The changelog of a running service is lost; its rows are made anew, and nobody is told twice."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.register import RequirementOpened
from services.agreements import apply as applying
from services.agreements.versions import Versions
from services.hub import start
from services.hub.cli import main
from services.hub.proofs import compare, lines
from tests import makers
from tests.journeys.hub import Hub, eventually

pytestmark = [pytest.mark.journey, pytest.mark.timeout(480)]
WORKERS = ("registry-1", "registry-2")


def convicted(hub: Hub, folder: Path, first: int) -> None:
    """Ten people become known."""
    now = datetime.now(UTC)
    numbers = range(first, first + 10)
    people = (makers.a_conviction(identifiers=(makers.a_pnc(n),), occurred_at=now) for n in numbers)
    hub.say(folder, *people)


def opened(hub: Hub) -> int:
    """Of how many requirements the police were told."""
    return len(hub.told("derbyshire-police", RequirementOpened))


def shown(hub: Hub) -> dict[str, list[bytes | None]]:
    """Every record of every inbox by its notice's own id."""
    names, recorded = hub.cluster.names, hub.recorded()
    slugs = Versions(hub.home / "agreements").latest().agencies
    return {
        slug: [record.header("ce_id") for record in recorded.source(names.inbox(slug))]
        for slug in slugs
    }


def lose_the_rows_of_registry(hub: Hub) -> None:
    """Its topic is gone and made again, empty, while its workers stand still; then they end."""
    for worker in WORKERS:
        hub.signal(worker, signal.SIGSTOP)
    agreements = Versions(hub.home / "agreements").latest()
    applying.renew(hub.cluster, agreements, hub.cluster.names.rows("registry"))
    for worker in WORKERS:
        hub.signal(worker, signal.SIGKILL)


def says_what_to_do(hub: Hub) -> bool:
    logs = [(hub.home / "logs" / f"{worker}.log").read_text() for worker in WORKERS]
    return any("are lost; run: hub rebuild registry" in text for text in logs)


def well(hub: Hub) -> bool:
    states = {one.name: one.because for one in start.running(hub.home)}
    return not any(states[worker] for worker in WORKERS)


def test_rows_that_are_lost_are_made_anew_and_nobody_is_told_twice(
    hub: Hub, tmp_path: Path
) -> None:
    before = opened(hub)
    convicted(hub, tmp_path, 27_000)
    eventually(lambda: opened(hub) == before + 10, 60, "ten requirements are opened")
    hub.at_rest()
    stood = shown(hub)
    lose_the_rows_of_registry(hub)
    eventually(lambda: says_what_to_do(hub), 90, "the service does not go on without its rows")
    convicted(hub, tmp_path, 27_100)

    done = CliRunner().invoke(main, ["rebuild", "--home", str(hub.home), "--json", "registry"])
    assert done.exit_code == 0, done.output
    rebuilt = json.loads(done.stdout)
    assert rebuilt["rows"] >= 10
    print(f"made anew: {rebuilt}")  # noqa: T201

    eventually(lambda: well(hub), 60, "its workers run again")
    eventually(lambda: opened(hub) == before + 20, 60, "what came meanwhile is decided")
    hub.at_rest()
    services = [one for one in hub.services() if one.name in ("registry", "risk", "notify")]
    found = [asyncio.run(compare(hub.recorded(), service)) for service in services]
    assert all(one.identical for one in found), "\n".join(lines(found))
    for slug, notices in shown(hub).items():
        new = notices[len(stood[slug]) :]
        assert not set(new) & set(stood[slug])
        assert len(new) == len(set(new))
