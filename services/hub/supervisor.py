"""Keeps the hub's processes running: what exits is started again, a little later each time.

A worker whose rows cannot be used says so by its exit code: they are made anew, once for a build,
while all other services go on. Told by SIGHUP that another build was installed, it makes the next
process of each worker ready, one after the other; each begins when the one before it has ended.

Runs as a process of its own (`python -m services.hub.supervisor PROGRAMS`), started by `hub up` and
ended by `hub down`. It writes what runs where to `<home>/run/processes.json`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, time
from typing import Any

from services.hub.broker import pids
from services.hub.broker.layout import Home
from services.hub.broker.private import write_private
from services.hub.processes import Program
from services.hub.rebuild import by_itself
from services.hub.successor import Successor, begun
from services.runtime.faults import EXIT_ROWS
from services.runtime.installed import adopted_build
from services.runtime.telemetry import log_to_stderr

log = logging.getLogger(__name__)

STEADY_S = 30.0
"""Having run so long, a process starts again at once."""
LONGEST_S = 15.0
STOP_S = 15.0
REBUILD = (
    "-c",
    "from services.hub.rebuild.command import rebuild; rebuild()",
    "--unattended",
    "--json",
)
"""`hub rebuild`, without what only its sister commands need."""
REGULARLY: Mapping[str, Sequence[str]] = {
    "drift": ("-m", "services.hub.drift"),
    "places": ("-m", "services.hub.register.catch_up"),
}
"""What is done every so often, by the name of its log; what it needs stays in a process that ends.
"""
LOOKS_AT_SOURCES_S = 1.0
REGULARLY_S = 900.0
"""How often. Local choice, decision 15."""
FIRST_S = 60.0
"""So long after a start: until then much is not yet as it will be."""
_BY_HAND = "find out why, then run: hub rebuild"


@dataclass(slots=True)
class Child:
    """One program under supervision."""

    program: Program
    log: Path
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    exits: list[int] = field(default_factory=list)
    next: Successor | None = None


class Supervisor:
    """All children of one hub."""

    def __init__(
        self,
        home: Path,
        programs: list[Program],
        owner_pid: int = 0,
        rebuild: Sequence[str] = REBUILD,
        regularly: Mapping[str, Sequence[str]] = REGULARLY,
        first_s: float = FIRST_S,
    ) -> None:
        self._owner = owner_pid
        self._home = home
        self._rebuild = rebuild
        self._regularly = regularly
        self._first_s = first_s
        self._run = home / "run"
        logs = home / "logs"
        for folder in (self._run, logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._children = [Child(p, logs / f"{p.name}.log") for p in programs]
        self._stopping = asyncio.Event()
        self._installed = asyncio.Event()
        self._prepared = 0
        self._not_ready = ""

    async def run(self) -> None:
        """Keep every child running until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._installed.set)
        for service in {child.program.keeps for child in self._children if child.program.keeps}:
            self._interrupted(service)
        beside = [
            asyncio.ensure_future(each)
            for each in (self._end_with_owner(), self._prepare_all(), self._follow_sources())
        ]
        regularly = [
            asyncio.ensure_future(self._repeat(name, what))
            for name, what in self._regularly.items()
        ]
        await asyncio.gather(*(self._keep(child) for child in self._children))
        for each in beside:
            each.cancel()
        await asyncio.gather(*beside, *regularly, return_exceptions=True)
        for child in self._children:
            await self._without_next(child)
        (self._run / "processes.json").unlink(missing_ok=True)

    def stop(self) -> None:
        """Every child is ended, and then this."""
        self._stopping.set()

    async def _end_with_owner(self) -> None:
        """A hub of a test run ends with the run, however that ends."""
        while self._owner and not self._stopping.is_set():
            try:
                os.kill(self._owner, 0)
            except ProcessLookupError:
                self._stopping.set()
            await self._pause(1.0)

    async def _repeat(self, name: str, what: Sequence[str]) -> None:
        """It is done every so often, and ended where it is not by the time all is to end."""
        await self._pause(self._first_s)
        while not self._stopping.is_set():
            with (self._home / "logs" / f"{name}.log").open("ab") as said:
                doing = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *what,
                    str(self._home),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                )
            await self._until_exit(doing)
            await self._pause(REGULARLY_S)

    async def _follow_sources(self) -> None:
        """A service whose sources change begins anew: a worker reads the topics it began with.

        What a new agency says would be read by nobody; a topic that is gone would end the worker.
        """
        known = self._sources()
        while not self._stopping.is_set():
            await self._pause(LOOKS_AT_SOURCES_S)
            before, known = known, self._sources()
            for service in sorted(known):
                if known[service] != before.get(service):
                    await self._begin_anew(service)

    def _sources(self) -> dict[str, list[str]]:
        with suppress(FileNotFoundError):
            found: dict[str, list[str]] = json.loads(Home(self._home).sources.read_text())
            return found
        return {}

    async def _begin_anew(self, service: str) -> None:
        """All its workers end, and only then begin.

        A group whose members want other topics than each other is given none.
        """
        mine = [child for child in self._children if child.program.keeps == service]
        if not mine:
            return
        log.warning("begins anew", extra=_about(service, "what it reads has changed"))
        with _held_back(mine[0].program.held_back_by):
            await asyncio.gather(*(self._end(child) for child in mine))

    async def _end(self, child: Child) -> None:
        await self._without_next(child)
        if child.process is not None:
            await _ended(child.process)

    async def _keep(self, child: Child) -> None:
        await self._until_there(child.program.waits_for)
        wait_s = 0.5
        while not self._stopping.is_set():
            await self._while_held_back(child)
            began = monotonic()
            if not self._hand_over(child):
                await self._start(child)
            self._write_down()
            code = await self._until_exit(child.process) if child.process else 0
            if self._stopping.is_set():
                return
            child.exits.append(code)
            child.restarts += 1
            wait_s = 0.5 if monotonic() - began > STEADY_S else min(LONGEST_S, wait_s * 1.7)
            self._write_down()
            if code == EXIT_ROWS and child.program.keeps:
                await self._make_anew(child)
            if child.next is None:
                await self._pause(wait_s)

    async def _prepare_all(self) -> None:
        """The next process of each worker, whenever another build was installed: all, or none."""
        while True:
            self._write_down()
            await self._installed.wait()
            self._installed.clear()
            self._not_ready = await self._first_not_ready()
            if self._not_ready:
                for child in self._children:
                    await self._without_next(child)
            self._prepared += 1

    async def _first_not_ready(self) -> str:
        """The name of a worker whose next process does not get ready, or empty."""
        for child in self._children:
            if child.program.keeps and not await self._prepare(child):
                return child.program.name
        return ""

    async def _prepare(self, child: Child) -> bool:
        """Whether the next process of the child is ready, made from the code installed now."""
        await self._without_next(child)
        following = await begun(self._told(child.program), child.log)
        ready = asyncio.ensure_future(following.ready())
        await self._until(ready)
        if not ready.done():
            following.kill()
        if await ready:
            child.next = following
            self._write_down()
        return child.next is not None

    async def _without_next(self, child: Child) -> None:
        following, child.next = child.next, None
        if following is not None:
            await following.end()

    def _hand_over(self, child: Child) -> bool:
        """Whether the next process was ready, and has begun."""
        following, child.next = child.next, None
        if following is None or not following.begin():
            return False
        child.process = following.process
        return True

    async def _make_anew(self, child: Child) -> None:
        """The rows it keeps, once after each adoption of a build; meanwhile it is made ready."""
        service = child.program.keeps
        build = "{}@{}".format(*adopted_build(self._home))
        before = by_itself.last(self._home, service)
        if before is not None and before.build == build:
            if before.ended:
                log.critical("rows cannot be used again", extra=_about(service, _BY_HAND))
            return
        begun = by_itself.Renewal(service, build, time())
        by_itself.write_down(self._home, begun)
        log.error("rows cannot be used and are made anew", extra=_about(service, "see its log"))
        with _held_back(child.program.held_back_by):
            (code, said), _ = await asyncio.gather(self._rebuilt(service), self._prepare(child))
        if self._stopping.is_set():
            by_itself.forget(self._home, service)
            return
        last = (said.splitlines() or ["it ended without a word"])[-1]
        failed = "" if code == 0 else last
        by_itself.write_down(self._home, replace(begun, ended=True, failed=failed))
        if failed:
            log.critical("rows not made anew", extra=_about(service, f"{failed}; {_BY_HAND}"))
        else:
            log.error("rows made anew", extra=_about(service, last))

    def _interrupted(self, service: str) -> None:
        """What an earlier supervisor began and did not end is left to a person."""
        begun = by_itself.last(self._home, service)
        if begun is not None and not begun.ended:
            failed = replace(begun, ended=True, failed="it was interrupted")
            by_itself.write_down(self._home, failed)

    async def _rebuilt(self, service: str) -> tuple[int, str]:
        """Exit code of the rebuild, and what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._rebuild,
            service,
            "--home",
            str(self._home),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = asyncio.ensure_future(process.communicate())
        await self._until(said)
        if not said.done():
            with suppress(ProcessLookupError):
                process.terminate()
        out, _ = await said
        return await process.wait(), out.decode(errors="replace")

    async def _start(self, child: Child) -> None:
        with child.log.open("ab") as log:
            child.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                child.program.module,
                env=self._told(child.program).full_environ(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _told(self, program: Program) -> Program:
        renewal = by_itself.last(self._home, program.keeps) if program.keeps else None
        return program if renewal is None else program.again(renewal.at)

    async def _until_exit(self, process: asyncio.subprocess.Process) -> int:
        """Its exit code, once it ended or, as all is to end, was made to."""
        exited = asyncio.ensure_future(process.wait())
        await self._until(exited)
        if not exited.done():
            await _ended(process)
        return await exited

    async def _until(self, done: asyncio.Future[Any]) -> None:
        """It is done, or all is to end."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({done, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    async def _until_there(self, path: str) -> None:
        while path and not await asyncio.to_thread(Path(path).exists):
            if self._stopping.is_set():
                return
            await self._pause(0.3)

    async def _while_held_back(self, child: Child) -> None:
        """Nothing of it runs; the next process is made ready meanwhile."""
        path, tried = child.program.held_back_by, child.next is not None
        while path and not self._stopping.is_set():
            if not await asyncio.to_thread(somebody_holds, Path(path)):
                return
            if not tried:
                tried = True
                await self._prepare(child)
            await self._pause(0.3)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _write_down(self) -> None:
        state = {
            "supervisor": os.getpid(),
            "prepared": self._prepared,
            "not_ready": self._not_ready,
            "processes": [
                {
                    "name": child.program.name,
                    "pid": child.process.pid if child.process else None,
                    "port": child.program.port,
                    "next_ready": child.next is not None,
                    "restarts": child.restarts,
                    "exits": child.exits[-5:],
                    "log": str(child.log),
                }
                for child in self._children
            ],
        }
        path = self._run / "processes.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(state, indent=1))
        fresh.rename(path)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Told to end, and made to where it does not."""
    with suppress(ProcessLookupError):  # it ended by itself just now
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def _about(service: str, reason: str) -> dict[str, str]:
    return {"service": service, "reason": reason}


@contextmanager
def _held_back(by: str) -> Iterator[None]:
    """No worker of the service is started, even before the rebuild says so: it would only fail."""
    if not by:
        yield
        return
    file = write_private(Path(by), str(os.getpid()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def somebody_holds(path: Path) -> bool:
    """Whether the process that wrote its number there still runs."""
    try:
        return pids.started(int(path.read_text())) is not None
    except FileNotFoundError:
        return False


def main() -> None:
    """Supervise the programs described in the file named on the command line."""
    log_to_stderr()
    given = json.loads(Path(sys.argv[1]).read_text())
    programs = [Program(**program) for program in given["programs"]]
    asyncio.run(_supervise(Path(given["home"]), programs, given["owner_pid"]))


async def _supervise(home: Path, programs: list[Program], owner_pid: int) -> None:
    await Supervisor(home, programs, owner_pid).run()


if __name__ == "__main__":
    main()
