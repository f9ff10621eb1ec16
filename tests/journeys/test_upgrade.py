"""Another build is installed under load, and taken back: nothing missing, nobody told twice."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from schemas.eligibility import ConvictionRecorded
from schemas.register import RequirementOpened
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.proofs import Recorded, compare, lines
from tests import makers
from tests.journeys.hub import ROOT, Hub, eventually

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.timeout(480)]
HUB = "from services.hub.cli import main; main()"
ANCHOR = '"""One person\'s row."""'
SERVICES = ("admission", "registry", "risk", "notify")


def hub(code: Path, home: Path, *command: str) -> str:
    """The `hub` command of the code in that folder."""
    done = subprocess.run(
        [sys.executable, "-c", HUB, *command, "--home", str(home)],
        cwd=code,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def load(running: Hub, folder: Path, said: list[ConvictionRecorded]) -> Iterator[None]:
    """Somebody new becomes known again and again during the block."""
    over = Event()

    def speak() -> None:
        while not over.is_set():
            number = 40_000 + len(said)
            person = makers.a_conviction(
                identifiers=(makers.a_pnc(number),), occurred_at=datetime.now(UTC)
            )
            running.say(folder, person)
            said.append(person)

    thread = Thread(target=speak)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def opened(running: Hub) -> int:
    """Of how many requirements the police were told."""
    return len(running.told("derbyshire-police", RequirementOpened))


def test_a_build_is_rolled_forward_and_back_under_load(tmp_path: Path) -> None:
    code, home = tmp_path / "code", tmp_path / "home"
    for part in ("services", "schemas", "deploy"):
        shutil.copytree(ROOT / part, code / part)
    try:
        hub(code, home, "up", "--tick", "1")
        cluster = Cluster.load(home)
        with closing(Recorded(cluster, Versions(home / "agreements").latest())) as topics:
            _forward_and_back(Hub(home, cluster, topics), code, tmp_path)
    finally:
        hub(code, home, "down")


def _forward_and_back(running: Hub, code: Path, folder: Path) -> None:
    said: list[ConvictionRecorded] = []
    state = code / "services" / "registry" / "domain" / "state.py"
    before = state.read_text()
    with load(running, folder, said):
        eventually(lambda: len(said) >= 3, 60, "the line runs")
        change(state, ANCHOR, ANCHOR + "\n    seen: int = 0")
        hub(code, running.home, "up")
        some = len(said)
        eventually(lambda: len(said) >= some + 3, 60, "the line runs on")
    eventually(lambda: opened(running) >= len(said), 90, "the new build has decided everything")
    state.write_text(before)
    hub(code, running.home, "up")
    rebuilt = json.loads(hub(code, running.home, "rebuild", "registry", "--json"))
    assert rebuilt["rows"] >= len(said)
    with load(running, folder, said):
        some = len(said)
        eventually(lambda: len(said) >= some + 3, 60, "the line runs on")
    eventually(lambda: opened(running) >= len(said), 90, "the old build has decided everything")
    running.at_rest()
    services = [one for one in running.services() if one.name in SERVICES]
    found = [asyncio.run(compare(running.recorded(), one)) for one in services]
    assert all(one.identical for one in found), "\n".join(lines(found))
