"""A bridge's parts start and end together."""

import asyncio
import os
import signal
import subprocess
import sys

import aiohttp
import pytest

from services.bridge.process import Bridge
from services.bridge.waiting import Backoff, patiently
from services.bridge.watch import Watch
from services.runtime.faults import Stop, Unavailable
from tests.bridge.kit import QUICK


class Listening:
    port = 7

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.seen: list[str] = []

    async def start(self) -> None:
        self.seen.append("started")
        if self.broken:
            raise OSError("in use")

    async def stop(self) -> None:
        self.seen.append("stopped")


async def for_ever() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise Stop("a notice cannot be read: no-frame")


def a_bridge(watch: Watch, server: Listening, **workers: object) -> Bridge:
    return Bridge(
        watch,
        status_port=0,
        servers={"https": server},
        workers=workers or {"notices": for_ever},  # type: ignore[arg-type]  # given by name
        closes=(server.stop,),
    )


async def test_health_and_metrics_are_on_a_page_of_their_own() -> None:
    watch = Watch("em")
    async with (
        a_bridge(watch, Listening()) as bridge,
        aiohttp.ClientSession(f"http://127.0.0.1:{bridge.port('status')}") as session,
    ):
        assert bridge.port("https") == 7
        async with session.get("/health") as healthy:
            assert healthy.status == 200
        watch.away("partner", "the partner answers 503")
        async with session.get("/health") as waiting:
            assert (waiting.status, await waiting.json()) == (
                503,
                {"healthy": False, "because": "partner: the partner answers 503"},
            )
        async with session.get("/metrics") as metrics:
            text = await metrics.text()
    assert 'hub_bridge_info{bridge="em"} 1.0' in text
    assert 'hub_bridge_away{part="partner"} 1.0' in text


async def test_all_parts_end_and_doors_close_last() -> None:
    server = Listening()
    async with a_bridge(Watch("em"), server):
        assert server.seen == ["started"]
    assert server.seen == ["started", "stopped", "stopped"]


async def test_what_cannot_start_leaves_nothing_running() -> None:
    server = Listening(broken=True)
    with pytest.raises(OSError, match="in use"):
        async with a_bridge(Watch("em"), server):
            pass
    assert server.seen == ["started", "stopped", "stopped"]


async def test_a_worker_that_ends_takes_the_process_with_it() -> None:
    async with a_bridge(Watch("em"), Listening(), notices=failing) as bridge:
        with pytest.raises(Stop, match="notices ended: a notice cannot be read"):
            await bridge.serve()


async def test_told_to_end_it_ends() -> None:
    async with a_bridge(Watch("em"), Listening()) as bridge:
        serving = asyncio.create_task(bridge.serve())
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        await serving


@pytest.mark.parametrize("module", ["services.em_bridge", "services.housing_bridge"])
def test_without_settings_it_says_which_are_missing_and_nothing_else(module: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", module], env={}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 78
    assert "BRIDGE_AGENCY_DIR (missing)" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_each_wait_is_longer_up_to_the_most_and_never_in_step() -> None:
    waits = Backoff(first_s=1, most_s=8).waits()
    for ceiling in (1, 2, 4, 8, 8, 8):
        assert ceiling / 2 <= next(waits) <= ceiling
    several = {next(Backoff().waits()) for _ in range(10)}
    assert len(several) > 1


async def test_what_is_away_is_tried_until_it_is_back() -> None:
    watch, attempts = Watch("em"), 0

    async def attempt() -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 4:
            raise Unavailable("away")
        return "done"

    assert await patiently(attempt, "broker", watch, QUICK) == "done"
    assert (attempts, watch.fault()) == (4, "")
