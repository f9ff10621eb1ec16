"""What `hub status` is told by the ports it asks."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from pathlib import Path
from threading import Thread

import pytest
from prometheus_client import CollectorRegistry, Gauge

from services.bridge.watch import Watch
from services.hub import running, start
from services.runtime import http
from tests.makers import NOON


def banner(server: socket.socket) -> None:
    """Somebody else listens there, and speaks first."""
    line, _ = server.accept()
    with line:
        line.sendall(b"SSH-2.0-Invented\r\n")
        line.recv(1000)


def test_a_port_where_something_else_listens_gives_no_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=banner, args=[server])
        thread.start()
        one = {"name": "risk-1", "pid": 1, "port": server.getsockname()[1], "restarts": 0}
        (tmp_path / "run").mkdir()
        written = {"supervisor": os.getpid(), "processes": [one]}
        (tmp_path / "run" / "processes.json").write_text(json.dumps(written))
        assert [found.because for found in start.running(tmp_path)] == ["does not answer"]
        thread.join()


@pytest.mark.parametrize("said", [True, False])
async def test_the_last_canary_of_a_bridge_is_read_from_its_page(*, said: bool) -> None:
    watch = Watch("em")
    if said:
        watch.canary.set(NOON.timestamp())
    runner = await http.serve(http.status_page(watch.fault, watch.registry), 0)
    port = runner.addresses[0][1]
    found = await asyncio.to_thread(running._last_canary, port)
    await runner.cleanup()
    assert found == ("2026-03-02T12:00:00Z" if said else "")
    assert running._last_canary(port) == ""


async def test_a_process_that_takes_none_has_none() -> None:
    registry = CollectorRegistry()
    Gauge("other", "Something else.", registry=registry).set(1)
    runner = await http.serve(http.status_page(lambda: "", registry), 0)
    found = await asyncio.to_thread(running._last_canary, runner.addresses[0][1])
    await runner.cleanup()
    assert found == ""
