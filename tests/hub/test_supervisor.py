"""Rows made anew once after an adoption, then left to a person; the next process made ready."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from services.hub import start
from services.hub.broker.layout import Home
from services.hub.doctor.running import look_at_renewals, renewals
from services.hub.processes import Program, holding_back
from services.hub.rebuild import by_itself
from services.hub.supervisor import REGULARLY, Supervisor
from services.runtime.faults import EXIT_ROWS, Stop
from services.runtime.installed import INSTALLED
from services.runtime.symptoms import Weight

WORKER = f"""
import os, sys
from pathlib import Path
from services.runtime.handover import told_to_begin
if "HUB_WAITS" in os.environ and not told_to_begin():
    sys.exit()
started = Path(os.environ["STARTED"])
with started.open("a") as file:
    print(os.environ.get("HUB_ROWS_REBUILT_AT", "never"), file=file)
sys.exit({EXIT_ROWS})
"""
STEADY = """
import os, signal, sys
from pathlib import Path
from services.runtime.handover import told_to_begin
if "HUB_WAITS" in os.environ and (os.environ["BROKEN"] or not told_to_begin()):
    sys.exit(1)
with Path(os.environ["STARTED"]).open("a") as file:
    print(os.getpid(), file=file)
signal.pause()
"""
REBUILD = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + chr(10)); {end}"


class Installation:
    """One worker of registry, which ends because of its rows, and a rebuild that ends so."""

    def __init__(self, home: Path, end: str) -> None:
        self.home = home
        (home / "ends.py").write_text(WORKER)
        (home / INSTALLED).write_text("b1 4")
        self.starts, self.asked = home / "starts", home / "asked"
        environ = {"PYTHONPATH": str(home), "STARTED": str(self.starts)}
        self.held_back = holding_back(home, "registry")
        self.program = Program(
            "registry-1", "ends", environ, held_back_by=str(self.held_back), keeps="registry"
        )
        self.rebuild = ("-c", REBUILD.format(end=end), str(self.asked))

    async def run(self, starts: int) -> None:
        """Supervised until the worker was started so often."""
        supervisor = Supervisor(self.home, [self.program], rebuild=self.rebuild)
        work = asyncio.ensure_future(supervisor.run())
        await asyncio.to_thread(self._until_started, starts)
        supervisor.stop()
        await work

    def _until_started(self, times: int) -> None:
        eventually(lambda: len(lines(self.starts)) >= times)

    def seen(self) -> list[tuple[str, Weight]]:
        """What the doctor says of it."""
        return [(one.wrong, one.weight) for one in renewals(look_at_renewals(self.home))]


def eventually(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.02)


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.is_file() else []


async def test_rows_are_made_anew_once_and_what_comes_back_is_for_a_person(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here = Installation(tmp_path, "sys.exit(0)")
    await here.run(starts=3)
    assert lines(here.asked) == ["registry"]
    first, second, *_ = lines(here.starts)
    assert (first, float(second) > 1e9) == ("never", True)
    said = [record.message for record in caplog.records]
    assert said[:3] == [
        "rows cannot be used and are made anew",
        "rows made anew",
        "rows cannot be used again",
    ]
    ((wrong, weight),) = here.seen()
    assert "were made anew by themselves" in wrong
    assert weight is Weight.WATCH


async def test_no_worker_is_started_while_its_rows_are_made_anew(tmp_path: Path) -> None:
    file = str(holding_back(tmp_path, "registry"))
    here = Installation(tmp_path, f"import os; sys.exit(not os.path.exists({file!r}))")
    await here.run(starts=2)
    last = by_itself.last(tmp_path, "registry")
    assert last is not None
    assert (last.ended, last.failed, here.held_back.exists()) == (True, "", False)


async def test_after_another_adoption_it_is_done_again(tmp_path: Path) -> None:
    here = Installation(tmp_path, "sys.exit(0)")
    await here.run(starts=2)
    (tmp_path / INSTALLED).write_text("b1 5")
    await here.run(starts=5)
    assert lines(here.asked) == ["registry", "registry"]


async def test_a_rebuild_that_fails_is_not_tried_again_and_its_reason_is_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here = Installation(tmp_path, "sys.exit('what it took is gone')")
    await here.run(starts=3)
    assert lines(here.asked) == ["registry"]
    ((wrong, weight),) = here.seen()
    assert wrong.endswith("what it took is gone")
    assert weight is Weight.STOPS
    reasons = [vars(record).get("reason") for record in caplog.records]
    assert "what it took is gone; find out why, then run: hub rebuild" in reasons


async def test_what_a_supervisor_that_is_gone_began_is_left_to_a_person(tmp_path: Path) -> None:
    here = Installation(tmp_path, "sys.exit(0)")
    by_itself.write_down(tmp_path, by_itself.Renewal("registry", "b1@4", 1.0))
    await here.run(starts=2)
    assert lines(here.asked) == []
    ((wrong, _),) = here.seen()
    assert wrong.endswith("it was interrupted")


def test_a_rebuild_by_hand_lets_it_be_done_once_more(tmp_path: Path) -> None:
    by_itself.write_down(tmp_path, by_itself.Renewal("registry", "b1@4", 1.0))
    by_itself.forget(tmp_path, "registry")
    assert by_itself.last(tmp_path, "registry") is None


class Roll:
    """Two workers that work until they are ended, and another build of them."""

    def __init__(self, home: Path, *, broken: str = "") -> None:
        (home / "steady.py").write_text(STEADY)
        self.home, self.said = home, home / "said"
        told = {"PYTHONPATH": str(home), "STARTED": str(self.said)}
        self.programs = [
            Program(
                name,
                "steady",
                {**told, "BROKEN": broken * (name == broken)},
                keeps="registry",
                held_back_by=str(holding_back(home, "registry")),
            )
            for name in ("registry-1", "registry-2")
        ]

    def written(self) -> dict[str, Any]:
        file = self.home / "run" / "processes.json"
        found: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
        return found

    def pids(self) -> list[int]:
        return [one["pid"] for one in self.written()["processes"]]

    async def until(self, true: Callable[[], bool]) -> None:
        await asyncio.to_thread(eventually, true)

    @asynccontextmanager
    async def supervised(self) -> AsyncIterator[Supervisor]:
        supervisor = Supervisor(self.home, self.programs)
        work = asyncio.ensure_future(supervisor.run())
        await self.until(lambda: len(lines(self.said)) == len(self.programs))
        try:
            yield supervisor
        finally:
            supervisor.stop()
            await work


async def test_the_next_process_is_ready_before_the_one_that_runs_ends(tmp_path: Path) -> None:
    roll = Roll(tmp_path)
    async with roll.supervised():
        before = roll.pids()
        os.kill(os.getpid(), signal.SIGHUP)
        await roll.until(lambda: roll.written()["prepared"] == 1)
        assert roll.written()["not_ready"] == ""
        assert (roll.pids(), len(lines(roll.said))) == (before, 2)
        os.kill(before[0], signal.SIGKILL)
        await roll.until(lambda: len(lines(roll.said)) == 3)
        after = roll.pids()
        assert (after[0] != before[0], after[1]) == (True, before[1])
        assert lines(roll.said)[2] == str(after[0])


async def test_where_one_is_not_ready_none_takes_over_and_who_runs_goes_on(tmp_path: Path) -> None:
    roll = Roll(tmp_path, broken="registry-2")
    async with roll.supervised():
        before = roll.pids()
        with pytest.raises(Stop, match="registry-2"):
            await asyncio.to_thread(start.make_ready, tmp_path, lambda _: None)
        assert roll.pids() == before
        os.kill(before[0], signal.SIGKILL)
        await roll.until(lambda: len(lines(roll.said)) == 3)
        assert roll.pids()[1] == before[1]


async def test_who_is_held_back_is_ready_when_let_go(tmp_path: Path) -> None:
    roll = Roll(tmp_path)
    async with roll.supervised():
        hold = start.held_back(tmp_path, "registry", lambda _: None)
        ended = await asyncio.to_thread(hold.__enter__)
        assert ended == {"registry-1", "registry-2"}
        await roll.until(lambda: all(one["next_ready"] for one in roll.written()["processes"]))
        assert len(lines(roll.said)) == 2
        await asyncio.to_thread(hold.__exit__, None, None, None)
        await roll.until(lambda: len(lines(roll.said)) == 4)
        assert not any(one["next_ready"] for one in roll.written()["processes"])


async def test_a_service_whose_sources_change_begins_anew_and_none_before_the_last_has_ended(
    tmp_path: Path,
) -> None:
    roll, sources = Roll(tmp_path), Home(tmp_path).sources
    sources.parent.mkdir()
    sources.write_text(json.dumps({"registry": ["log"], "risk": ["log"]}))
    async with roll.supervised():
        before = roll.pids()
        sources.write_text(json.dumps({"registry": ["log"], "risk": ["log", "more"]}))
        await asyncio.sleep(2.5)
        assert roll.pids() == before
        sources.write_text(json.dumps({"registry": ["log", "more"], "risk": ["log", "more"]}))
        await roll.until(lambda: len(lines(roll.said)) == 4)
        assert not {*roll.pids()} & {*before}
        assert not any(alive(pid) for pid in before)
    assert not holding_back(tmp_path, "registry").exists()


async def test_what_is_done_every_so_often_is_done_with_its_home_and_said_in_its_log(
    tmp_path: Path,
) -> None:
    tells = "import sys; print('done in', sys.argv[1])"
    log = tmp_path / "logs" / "telling.log"
    supervisor = Supervisor(tmp_path, [], first_s=0.01)
    work = asyncio.ensure_future(supervisor._repeat("telling", ("-c", tells)))
    await asyncio.to_thread(eventually, lambda: len(lines(log)) == 1)
    supervisor.stop()
    await work
    assert lines(log) == [f"done in {tmp_path}"]


async def test_what_is_done_every_so_often_and_takes_long_ends_with_the_hub(tmp_path: Path) -> None:
    roll, pid = Roll(tmp_path), tmp_path / "pid"
    goes_on = (
        f"import os, signal; open({str(pid)!r}, 'w').write(f'{{os.getpid()}}\\n'); signal.pause()"
    )
    supervisor = Supervisor(
        tmp_path, roll.programs, regularly={"long": ("-c", goes_on)}, first_s=0.01
    )
    work = asyncio.ensure_future(supervisor.run())
    await roll.until(lambda: len(lines(roll.said)) == 2 and lines(pid) != [])
    assert alive(int(lines(pid)[0]))
    supervisor.stop()
    await work
    assert not alive(int(lines(pid)[0]))


def test_everything_done_every_so_often_is_a_program_of_ours() -> None:
    for name, (flag, module) in REGULARLY.items():
        assert (flag, find_spec(module) is not None) == ("-m", True), name


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/exe").exists()
