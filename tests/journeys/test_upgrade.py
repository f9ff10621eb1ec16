"""Another build is installed under load, and taken back: nothing missing, nobody told twice.

It keeps other rows and has a newer version of a fact. The pauses of each partition are printed.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.eligibility import ConvictionRecorded
from schemas.register import RequirementOpened
from services.agreements.versions import Versions
from services.hub import start
from services.hub.broker.cluster import Cluster
from services.hub.proofs import Recorded, compare, lines
from services.hub.rebuild import by_itself
from services.runtime import wire
from services.runtime.schema_store import committed
from tests import makers
from tests.journeys.hub import ROOT, Hub, eventually, meanwhile
from tests.journeys.pauses import measured

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.timeout(590)]
HUB = "from services.hub.cli import main; main()"
SERVICES = ("admission", "registry", "risk", "notify")
NEW_FIELD = """
    reviewed: Annotated[
        bool, has(FieldClass.MANAGEMENT, "Whether somebody looked at it.")
    ] = False"""
CHANGES = {
    "services/registry/domain/state.py": (
        '"""One person\'s row."""',
        '"""One person\'s row."""\n\n    seen: int = 0',
    ),
    "schemas/register.py": (
        "\n\n\nclass RequirementEnded",
        NEW_FIELD + "\n\n\nclass RequirementEnded",
    ),
    "services/registry/domain/news.py": (
        "            **_terms(new),",
        "            reviewed=True,\n            **_terms(new),",
    ),
}
"""What build n+1 changes: a state, a schema, and the rule that fills the new field."""
FIRST = committed().latest(RequirementOpened).schema_id
FED_AGAIN = """
import asyncio, sys
from pathlib import Path
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.catalogue import all_services
from services.hub.proofs import Recorded, compare, lines
from services.hub.rebuild import by_itself
from services.runtime import wire
from services.runtime.schema_store import committed
home = Path(sys.argv[1])
cluster = Cluster.load(home)
recorded = Recorded(cluster, Versions(home / "agreements").latest())
services = [one for one in all_services(home, cluster.names) if one.name in sys.argv[2:]]
found = [asyncio.run(compare(recorded, one)) for one in services]
print("\\n".join(lines(found)))
sys.exit(not all(one.identical for one in found))
"""


def python(code: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What the code in that folder does."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=code,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def hub(code: Path, home: Path, *command: str) -> None:
    """The `hub` command of the code in that folder."""
    done = python(code, "-c", HUB, *command, "--home", str(home))
    assert done.returncode == 0, done.stdout + done.stderr


def load(
    running: Hub, folder: Path, said: list[ConvictionRecorded]
) -> AbstractContextManager[None]:
    """Somebody new becomes known again and again during the block."""

    def speak() -> None:
        number = 40_000 + len(said)
        person = makers.a_conviction(
            identifiers=(makers.a_pnc(number),), occurred_at=datetime.now(UTC)
        )
        running.say(folder, person)
        said.append(person)

    return meanwhile(speak)


def install_newer(code: Path) -> None:
    """Build n+1 lies in the folder."""
    for name, (old, new) in CHANGES.items():
        text = (code / name).read_text()
        assert text.count(old) == 1, name
        (code / name).write_text(text.replace(old, new))
    done = python(code, "-m", "schemas.materialise")
    assert done.returncode == 0, done.stderr


def install(code: Path) -> None:
    """Build n lies in the folder, and nothing else."""
    for part in ("services", "schemas", "deploy"):
        shutil.rmtree(code / part, ignore_errors=True)
        shutil.copytree(ROOT / part, code / part)


def opened(running: Hub) -> int:
    """Of how many requirements the police were told."""
    return len(running.told("derbyshire-police", RequirementOpened))


def written_by(running: Hub) -> dict[bytes | None, int]:
    """By which schema the registry said each requirement, by the fact's id."""
    topic = running.cluster.names.said("registry", RequirementOpened)
    said = running.recorded().source(topic)
    return {one.header("ce_id"): wire.schema_id_of(one.value or b"") for one in said}


def test_a_build_is_rolled_forward_and_back_under_load(tmp_path: Path) -> None:
    code, home = tmp_path / "code", tmp_path / "home"
    install(code)
    try:
        hub(code, home, "up", "--tick", "1", "--standbys")
        cluster = Cluster.load(home)
        with closing(Recorded(cluster, Versions(home / "agreements").latest())) as topics:
            roll = Roll(Hub(home, cluster, topics), code, tmp_path)
            roll.forward_and_back()
            roll.forward_for_good()
    finally:
        hub(code, home, "down")


class Roll:
    """An installation whose build is changed while somebody new becomes known again and again."""

    def __init__(self, running: Hub, code: Path, folder: Path) -> None:
        self.running, self.code, self.folder = running, code, folder
        self.said: list[ConvictionRecorded] = []
        self.services = [one for one in running.services() if one.name in SERVICES]

    def forward_and_back(self) -> None:
        """Nobody is told twice, and what both builds said this one says again to the letter."""
        with load(self.running, self.folder, self.said):
            self._line_runs()
            self._a_broken_build_takes_nothing()
            install_newer(self.code)
            self._up("n → n+1")
            install(self.code)
            self._up("n+1 → n")
            eventually(lambda: self._made_anew("registry"), 120, "rows n+1 kept are made anew")
        self._at_rest()
        found = [asyncio.run(compare(self.running.recorded(), one)) for one in self.services]
        assert all(one.identical for one in found), "\n".join(lines(found))
        assert set(written_by(self.running).values()) == {FIRST}

    def forward_for_good(self) -> None:
        """Once its schemas are adopted they are written, and nobody goes back behind them."""
        with load(self.running, self.folder, self.said):
            install_newer(self.code)
            self._up("n → n+1 again")
            hub(self.code, self.running.home, "schemas", "adopt")
            some = len(self.said)
            eventually(lambda: len(self.said) >= some + 6, 60, "the line runs on")
        self._at_rest()
        written = list(written_by(self.running).values())
        newer = len(written) - written.count(FIRST)
        told = self.running.told("derbyshire-police", RequirementOpened)
        assert [one["told"].get("reviewed") for one in told].count(True) == newer > 0
        home = str(self.running.home)
        again = python(self.code, "-c", FED_AGAIN, home, *SERVICES)
        assert again.returncode == 0, again.stdout + again.stderr
        install(self.code)
        back = python(self.code, "-c", HUB, "up", "--home", home)
        assert back.returncode == 1
        assert "this build has them up to" in back.stderr
        install_newer(self.code)

    def _a_broken_build_takes_nothing(self) -> None:
        """Whose workers do not get as far as being ready is not adopted; who works goes on."""
        before = self._pids()
        (self.code / "services" / "registry" / "__main__.py").write_text("raise SystemExit(1)\n")
        done = python(self.code, "-c", HUB, "up", "--home", str(self.running.home))
        assert done.returncode == 1
        assert "Not ready to take over: registry-1" in done.stderr
        assert self._pids() == before
        install(self.code)

    def _pids(self) -> dict[str, int | None]:
        return {one.name: one.pid for one in start.running(self.running.home)}

    def _up(self, what: str) -> None:
        with measured(what, self.running.cluster, self.services):
            hub(self.code, self.running.home, "up")
            self._line_runs()

    def _line_runs(self) -> None:
        """Who becomes known now is told of."""
        some = len(self.said) + 3
        eventually(lambda: opened(self.running) >= some, 120, "the line runs on")

    def _made_anew(self, service: str) -> bool:
        last = by_itself.last(self.running.home, service)
        assert last is None or not last.failed, last
        return last is not None and last.ended

    def _at_rest(self) -> None:
        eventually(lambda: opened(self.running) >= len(self.said), 90, "everything is decided")
        self.running.at_rest()
        assert opened(self.running) == len(self.said)
