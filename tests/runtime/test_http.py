"""The two pages of a process: red when it should be, and metrics."""

import socket

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from services.runtime import http
from services.runtime.http import Health, serve, status_page
from services.runtime.telemetry import Meters


async def test_health_is_green_where_nothing_is_wrong_and_red_with_the_reason_where_it_is() -> None:
    wrong = ""
    page = status_page(lambda: wrong, CollectorRegistry())
    async with TestClient(TestServer(page)) as client:
        green = await client.get("/health")
        assert (green.status, await green.json()) == (200, {"healthy": True, "because": ""})
        wrong = "the broker does not answer"
        red = await client.get("/health")
        assert (red.status, await red.json()) == (503, {"healthy": False, "because": wrong})


async def test_metrics_are_those_of_the_service() -> None:
    meters = Meters("tally")
    meters.held.inc(2)
    async with TestClient(TestServer(status_page(str, meters.registry))) as client:
        page = await client.get("/metrics")
        assert page.status == 200
        assert "hub_rows_held_total 2.0" in await page.text()


async def test_pages_are_served_on_this_machine_and_end_when_cleaned_up() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    runner = await serve(status_page(str, CollectorRegistry()), port)
    async with ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/health") as page:
            assert page.status == 200
        assert runner.addresses == [("127.0.0.1", port)]
        await runner.cleanup()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds it is, in a list of one."""
    now = [0.0]
    monkeypatch.setattr(http, "monotonic", lambda: now[0])
    return now


def test_a_process_is_red_until_it_got_something_done() -> None:
    health = Health()
    assert health.fault() == "starting"
    health.progress()
    assert health.fault() == ""


def test_work_that_waits_too_long_is_red_and_idling_is_not(clock: list[float]) -> None:
    health = Health(patience_s=30)
    health.progress()
    clock[0] = 31
    assert health.fault() == ""
    health.waiting = True
    assert health.fault() == "work is waiting and none gets done"
    health.progress()
    assert health.fault() == ""


def test_a_reason_given_stands_until_work_gets_done() -> None:
    health = Health(because="the broker does not answer")
    assert health.fault() == "the broker does not answer"
    health.progress()
    assert health.fault() == ""
