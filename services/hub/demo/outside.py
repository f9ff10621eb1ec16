"""The agencies of the demo, outsiders all: stock Kafka clients, files by SFTP, events by HTTPS.

Nothing here has a right that an outsider would not have.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from services.hub import start
from services.hub.demo.delivery import Delivery, Way
from services.hub.feed import Delivered, deliver, em_drop
from services.hub.processes import EM_SFTP, https_of, place_of
from services.runtime.faults import Stop

CLIENT = Path(__file__).parents[3] / "examples" / "agency_client.py"
LISTENERS = ("derbyshire-police", "probation", "prison", "derby-childrens-care", "dwp")
"""Agencies that take part by the stock client alone."""
AUTHORITIES = ("derby-housing", "amber-valley-housing")
REFUSED = 3
"""The stock client's exit code for what the broker refuses."""


class Outside:
    """Everybody outside the hub in `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._listeners: list[asyncio.subprocess.Process] = []
        self._partner: web.AppRunner | None = None
        self._port = 0
        self.webhooks: Counter[str] = Counter()
        """Notices that reached each authority's own system."""
        self.delivered: list[Delivered] = []
        self.posted: Counter[str] = Counter()
        """Answers of the housing bridges by status."""

    async def __aenter__(self) -> Self:
        """The authorities' own systems answer."""
        app = web.Application()
        app.add_routes([web.post("/{authority}", self._take)])
        self._partner = web.AppRunner(app, access_log=None)
        await self._partner.setup()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        await web.TCPSite(self._partner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nobody listens any more."""
        for listener in self._listeners:
            with suppress(ProcessLookupError):
                listener.send_signal(signal.SIGINT)
        await asyncio.gather(*(listener.wait() for listener in self._listeners))
        if self._partner is not None:
            await self._partner.cleanup()

    def urls(self) -> dict[str, str]:
        """Where each authority's system takes notices."""
        return {slug: f"http://127.0.0.1:{self._port}/{slug}" for slug in AUTHORITIES}

    async def listen(self) -> None:
        """Every agency without a bridge reads its inbox and says that it did."""
        folder = self._home / "demo"
        folder.mkdir(exist_ok=True)
        for slug in LISTENERS:
            with (folder / f"{slug}.notices.jsonl").open("wb") as notices:
                self._listeners.append(
                    await self._client(slug, "listen", "--json", stdout=notices.fileno())
                )

    async def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """All files of a phase: each agency's in order, the agencies side by side."""
        by_agency: dict[str, list[Delivery]] = {}
        for one in deliveries:
            by_agency.setdefault(one.agency, []).append(one)
        await asyncio.gather(*(self._deliver(files) for files in by_agency.values()))

    async def try_read(self, slug: str, topic: str) -> int:
        """The exit code of an agency's client that tries to read that topic."""
        process = await self._client(slug, "try-read", topic)
        return await process.wait()

    async def _deliver(self, files: list[Delivery]) -> None:
        em = [one.file for one in files if one.way is Way.EM]
        for one in files:
            if one.way is Way.SAY:
                await self._say(one)
            elif one.way is Way.HOUSING:
                await self._post(one)
        if em:
            drop = em_drop(self._home.absolute(), start.port_of(self._home, EM_SFTP))
            self.delivered += await deliver(em, drop)

    async def _say(self, one: Delivery) -> None:
        process = await self._client(one.agency, "say", str(one.file), "--json")
        if await process.wait() in (4,):
            raise Stop(f"{one.agency} could not reach the broker")

    async def _post(self, one: Delivery) -> None:
        port = start.port_of(self._home, https_of(one.agency))
        secret = (place_of(self._home, one.agency) / "push.secret").read_text().strip()
        context = ssl.create_default_context(cafile=str(self._home / "pki" / "ca.pem"))
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for line in one.file.read_text("utf-8").splitlines():
                url = f"https://localhost:{port}/v1/events"
                async with session.post(url, data=line.encode(), ssl=context) as answer:
                    self.posted[str(answer.status)] += 1

    async def _take(self, request: web.Request) -> web.Response:
        """An authority's own system takes a referral and accepts it."""
        await request.read()
        self.webhooks[request.match_info["authority"]] += 1
        return web.json_response(
            {"status": "ACCEPTED", "outcomeReason": "PREVENTION_AND_RELIEF_DUTY"}
        )

    async def _client(
        self, slug: str, *command: str, stdout: int = asyncio.subprocess.DEVNULL
    ) -> asyncio.subprocess.Process:
        bundle = self._home / "agencies" / slug
        return await asyncio.create_subprocess_exec(
            sys.executable,
            str(CLIENT),
            "--bundle",
            str(bundle),
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=asyncio.subprocess.DEVNULL,
        )


def notices_shown(home: Path) -> Counter[str]:
    """How many notices each stock client showed, each once."""
    shown: Counter[str] = Counter()
    for slug in LISTENERS:
        path = home / "demo" / f"{slug}.notices.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        refs = [json.loads(line)["notice_ref"] for line in lines]
        shown[slug] = len(refs)
        if len(set(refs)) != len(refs):
            raise Stop(f"{slug} was shown a notice twice")
    return shown
