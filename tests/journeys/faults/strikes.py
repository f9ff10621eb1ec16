"""How each fault strikes: once, from the blow until it is over; the line may be still even then."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from services.hub.broker.layout import Home
from services.hub.broker.private import write_private
from services.hub.broker.render import REAUTHENTICATE_S as AS_USUAL_S
from services.hub.processes import holding_back
from services.runtime.names import SERVICES
from tests.journeys.faults.scene import Scene, StoppedForGood

FREEZE_BROKER_S = 12.0
REAUTHENTICATE_S = 5
SPELL_S = 60.0
"""So long agencies go on under a short-lived session."""
BALLAST = "ballast"
HALTS_S = 60.0
"""In this time a broker without room for its data gives up."""


def _service(number: int) -> str:
    return SERVICES[number % len(SERVICES)]


def kill_service(scene: Scene, number: int) -> None:
    """A worker that holds partitions is gone at once; the supervisor starts it again."""
    scene.signal(scene.active(_service(number)), signal.SIGKILL)


def lose_service(scene: Scene, number: int) -> None:
    """A worker that holds partitions is gone and stays away: its standby has to take over."""
    service = _service(number)
    keeps_away = write_private(holding_back(scene.home, service), str(os.getpid()))
    try:
        scene.signal(scene.active(service), signal.SIGKILL)
        time.sleep(2 * scene.session_s + 1)
    finally:
        keeps_away.unlink()


def freeze_service(scene: Scene, number: int) -> None:
    """A worker that holds partitions stands still for two sessions and wakes."""
    name = scene.active(_service(number))
    scene.signal(name, signal.SIGSTOP)
    try:
        time.sleep(2 * scene.session_s + 1)
    finally:
        scene.signal(name, signal.SIGCONT)


def rebalance(scene: Scene, number: int) -> None:
    """A third worker joins a service; the next time it leaves."""
    service = _service(number // 2)
    if service in scene.guests:
        scene.leave(service)
    else:
        scene.join(service)


def kill_broker(scene: Scene, number: int) -> None:
    """One broker is gone at once, and started again on its data."""
    nodes = scene.brokers()
    os.kill(_pid(nodes[number % len(nodes)].pid), signal.SIGKILL)
    _until_gone(scene, len(nodes))
    scene.start_broker()


def freeze_broker(scene: Scene, number: int) -> None:
    """One broker stands still and wakes."""
    nodes = scene.brokers()
    pid = _pid(nodes[number % len(nodes)].pid)
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(FREEZE_BROKER_S)
    finally:
        os.kill(pid, signal.SIGCONT)


def reauthenticate(scene: Scene, _: int) -> None:
    """For a minute each agency's session lasts five seconds and has to prove itself again."""
    _restart_broker(scene, REAUTHENTICATE_S)
    time.sleep(SPELL_S)
    _restart_broker(scene)


def fill_disk(scene: Scene, _: int) -> None:
    """The broker's disk is full, so it halts; room is made, and it is started again."""
    ballast = data_of(scene.home) / BALLAST
    before = len(scene.brokers())
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    try:
        _until_gone(scene, before, HALTS_S)
    finally:
        ballast.unlink()
    scene.start_broker()


def restart_everything(scene: Scene, _: int) -> None:
    """Every service and the broker are gone at once, as if the power had failed."""
    nodes = scene.brokers()
    for pid in [*scene.everything(), *(_pid(node.pid) for node in nodes)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _until_gone(scene, len(nodes))
    scene.start_broker()


def data_of(home: Path) -> Path:
    """Where the first broker keeps its data."""
    return Home(home).node(1) / "data"


def _restart_broker(scene: Scene, reauthenticate_s: int = AS_USUAL_S) -> None:
    nodes = scene.brokers()
    for node in nodes:
        os.kill(_pid(node.pid), signal.SIGTERM)
    _until_gone(scene, len(nodes), all_of_them=True)
    scene.start_broker(reauthenticate_s)


def _until_gone(
    scene: Scene, before: int, within_s: float = 30, *, all_of_them: bool = False
) -> None:
    until = time.monotonic() + within_s
    while len(scene.brokers()) > (0 if all_of_them else before - 1):
        if time.monotonic() > until:
            raise StoppedForGood("the broker did not end")
        time.sleep(0.05)


def _pid(pid: int | None) -> int:
    if pid is None:
        raise StoppedForGood("no broker runs")
    return pid
