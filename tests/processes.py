"""Programs of a hub as processes of a test or a measurement, which end with it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from services.hub.broker import jvm, pids
from services.hub.processes import Program


def started(program: Program, log_file: Path) -> "subprocess.Popen[bytes]":
    """The program as a process of its own; what it says goes to the end of that file."""
    with log_file.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", program.module],
            env=program.full_environ(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def guard(processes: Iterable[int]) -> None:
    """Those processes end when this one does, however it ends."""
    running = [(pid, since) for pid in processes if (since := pids.started(pid)) is not None]
    jvm.guard(os.getpid(), running)


def a_free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
        return port
