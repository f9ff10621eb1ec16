"""The two pages every process has: `/health` and `/metrics`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest


@dataclass(slots=True)
class Health:
    """Red when work is waiting and none of it gets done, or a dependency is away."""

    patience_s: float = 30.0
    waiting: bool = False
    """Whether there is work."""
    progressed_at: float = 0.0
    because: str = "starting"
    """What is wrong, or empty; in words of our own."""

    def progress(self) -> None:
        """Work got done just now."""
        self.progressed_at = monotonic()
        self.because = ""

    def fault(self) -> str:
        """What is wrong now, or empty."""
        if self.because:
            return self.because
        if self.waiting and monotonic() - self.progressed_at > self.patience_s:
            return "work is waiting and none gets done"
        return ""


def status_page(health: Callable[[], str], registry: CollectorRegistry) -> web.Application:
    """The pages; `health` returns what is wrong, or an empty text."""

    async def show_health(_: web.Request) -> web.Response:
        wrong = health()
        return web.json_response(
            {"healthy": not wrong, "because": wrong}, status=503 if wrong else 200
        )

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), content_type="text/plain")

    app = web.Application()
    app.add_routes([web.get("/health", show_health), web.get("/metrics", show_metrics)])
    return app


async def serve(app: web.Application, port: int) -> web.AppRunner:
    """Serve the pages on this machine only; the caller cleans the runner up."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner
