"""What one bridge process runs: servers, workers, the status page; started and ended together."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol, Self

from services.bridge.watch import Watch
from services.runtime import http
from services.runtime.faults import Fault, Stop
from services.runtime.telemetry import log_to_stderr

log = logging.getLogger(__name__)


EXIT_CONFIG = 78
"""Exit code where settings, secrets or the agency's folder are wrong (EX_CONFIG)."""


class Server(Protocol):
    """Something the partner connects to."""

    @property
    def port(self) -> int:
        """Where it listens, once started."""

    async def start(self) -> None:
        """It listens."""

    async def stop(self) -> None:
        """It no longer does."""


Worker = Callable[[], Coroutine[Any, Any, None]]
Close = Callable[[], Awaitable[None]]


class Bridge:
    """All parts of one bridge. Workers run for ever: one that ends takes the process with it."""

    def __init__(
        self,
        watch: Watch,
        *,
        status_port: int,
        servers: Mapping[str, Server],
        workers: Mapping[str, Worker],
        closes: Sequence[Close],
    ) -> None:
        self.watch = watch
        self._status_port = status_port
        self._servers = servers
        self._workers = workers
        self._closes = closes
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()

    def port(self, of: str) -> int:
        """Where a server of that name listens, or the `status` page."""
        return self._status_port if of == "status" else self._servers[of].port

    async def __aenter__(self) -> Self:
        """Everything runs."""
        async with AsyncExitStack() as stack:
            for close in self._closes:
                stack.push_async_callback(close)
            for server in self._servers.values():
                stack.push_async_callback(server.stop)
                await server.start()
            page = http.status_page(self.watch.fault, self.watch.registry)
            runner = await http.serve(page, self._status_port)
            stack.push_async_callback(runner.cleanup)
            self._status_port = runner.addresses[0][1]
            self._tasks = [
                asyncio.create_task(work(), name=name) for name, work in self._workers.items()
            ]
            stack.push_async_callback(self._cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing runs; what was in hand is done again at the next start."""
        await self._stack.aclose()

    async def serve(self) -> None:
        """Run until told to end.

        Raises:
            Stop: a worker ended, which none may.
        """
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        told = asyncio.create_task(ended.wait())
        await asyncio.wait([told, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        for task in self._tasks:
            if task.done():
                fault = task.exception()
                because = str(fault) if isinstance(fault, Fault) else type(fault).__name__
                raise Stop(f"{task.get_name()} ended: {because}") from fault

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def main(build: Callable[[], Bridge]) -> None:
    """Run a bridge until it is told to end; exits 78 where something is set up wrong."""
    log_to_stderr()
    try:
        asyncio.run(_run(build))
    except Fault as fault:
        log.critical("The bridge cannot run", extra={"reason": str(fault)})
        sys.exit(EXIT_CONFIG)


async def _run(build: Callable[[], Bridge]) -> None:
    async with build() as bridge:
        log.info("The bridge runs")
        await bridge.serve()
    log.info("The bridge has ended")
