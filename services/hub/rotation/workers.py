"""Processes of the hub take up what was renewed: those that read it before are started again."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.hub import start
from services.hub.broker import pids
from services.hub.broker.artifacts import Say
from services.hub.start import Process
from services.runtime.faults import Stop

READY_S = 60.0


@dataclass(frozen=True)
class Pause:
    """A process that was started again, and how long it did no work."""

    process: str
    took_s: float


def take_up(home: Path, renewed: Collection[Path], say: Say) -> list[Pause]:
    """Every running process that is told of one of these files or folders reads it anew.

    One after the other, each healthy before the next; one started since is left alone.

    Raises:
        Stop: one did not become healthy in time.
    """
    told = _told(home)
    pauses = []
    for process in start.running(home):
        mine = [path for path in renewed if path.resolve() in told.get(process.name, ())]
        if process.pid is not None and any(_older(process.pid, path) for path in mine):
            pauses.append(_again(home, process, process.pid))
            say(f"  {process.name} works with it after {pauses[-1].took_s:.1f} s")
    return pauses


def _told(home: Path) -> dict[str, set[Path]]:
    """The files and folders each program is told of in its environment."""
    file = home / "run" / "programs.json"
    programs = json.loads(file.read_text())["programs"] if file.is_file() else []
    return {
        one["name"]: {Path(v).resolve() for v in one["environ"].values() if v.startswith("/")}
        for one in programs
    }


def _older(pid: int, path: Path) -> bool:
    """Whether the process started before the file was written; where nobody knows, it did."""
    files = [path, *path.glob("*")] if path.is_dir() else [path]
    return pids.older(pid, max(file.stat().st_mtime for file in files))


def _again(home: Path, process: Process, pid: int) -> Pause:
    began = time.monotonic()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    while time.monotonic() - began < READY_S:
        if start.another(home, process.name, pid, well=True):
            return Pause(process.name, time.monotonic() - began)
        time.sleep(0.1)
    raise Stop(
        f"{process.name} is not healthy {READY_S:.0f} s after it was started again; read "
        f"{home / 'logs' / process.name}.log, then run this again: the rest was not touched"
    )
