"""The next process of a program, loaded and checked before the one that runs has ended."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.hub.processes import Program
from services.runtime.handover import BEGIN, READY

READY_S = 60.0
"""So long a process may take until it is ready, on a machine that is busy."""


@dataclass(frozen=True, slots=True)
class Successor:
    """It waits until it is told to begin; it ends if it is not."""

    process: asyncio.subprocess.Process
    _line: socket.socket

    async def ready(self) -> bool:
        """Whether it is, or became so in time; one that is not is ended."""
        said, loop = b"", asyncio.get_running_loop()
        with suppress(TimeoutError, OSError):
            said = await asyncio.wait_for(loop.sock_recv(self._line, len(READY)), READY_S)
        if said != READY:
            await self.end()
        return said == READY

    def begin(self) -> bool:
        """It takes over; False: it has ended meanwhile."""
        with self._line:
            try:
                self._line.sendall(BEGIN)
            except OSError:
                return False
        return self.process.returncode is None

    def kill(self) -> None:
        """It is not wanted any more; it has taken nothing that it could leave in disorder."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def end(self) -> None:
        """It is not there any more."""
        self.kill()
        await self.process.wait()
        self._line.close()


async def begun(program: Program, log: Path) -> Successor:
    """The program's next process, on its way to be ready; what it logs goes to that file."""
    ours, its = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003
    with its, log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.runtime.handover",
            program.module,
            env=program.full_environ(),
            stdin=its.fileno(),
            stdout=file,
            stderr=file,
        )
    return Successor(process, ours)
