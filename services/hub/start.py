"""Starting and stopping a whole hub on one machine: broker, rights, services."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

from services.agreements import apply as applying
from services.agreements import epochs, signing
from services.agreements.compile import load
from services.agreements.signing import Asked
from services.hub import adoption
from services.hub.adoption import NOBODY_ASKED
from services.hub.broker import process
from services.hub.broker.cluster import EXTERNAL, Cluster
from services.hub.broker.faults import AlreadyRunning
from services.hub.broker.private import private_directory, write_private
from services.hub.processes import Layout, Program, holding_back, programs
from services.runtime import installed
from services.runtime.faults import Stop
from services.runtime.names import SERVICES

Say = Callable[[str], None]

READY_S = 120.0
ALL_READY_S = 300.0
"""So long all workers' next processes may take, made ready one after the other beside the work."""
ENDS_S = 5.0
"""So soon after the door's word a worker with partitions has read that it is to end."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process as the supervisor wrote it down, and what its own page says."""

    name: str
    pid: int | None
    port: int
    restarts: int
    because: str
    """What is wrong, or empty."""


def bring_up(
    home: Path,
    agreements: Path,
    say: Say,
    layout: Layout,
    *,
    owner_pid: int = 0,
    asked: Asked = NOBODY_ASKED,
) -> Cluster:
    """A hub that is ready: what runs already is left as it is.

    With `owner_pid` the services end when that process does. `asked` are those who agree, where
    the agreements widen.

    Raises:
        Stop: a process did not become healthy in time; its log says why.
        BrokerFault, AgreementsRefused, KafkaException: as their commands do.
    """
    if (home / epochs.RESTORING).exists():
        raise Stop(f"A restore into {home} was not ended: run hub restore again.")
    adoption.check_written(home)
    pids = {one.name: one.pid for one in running(home)}
    another_build = installed.adopted_build(home)[0] != installed.build_fingerprint()
    cluster = broker(home, say)
    clock_file(home).unlink(missing_ok=True)
    say("Applying the agreements …")
    agreed = signing.adoption(cluster, load(agreements), asked)

    def adopt(version: str) -> None:
        if pids and another_build:
            make_ready(home, say)
        adoption.adopt(cluster, version, agreed)

    applied = applying.apply(cluster, agreements, say=adopt)
    say(f"Agreements {applied.version} are in force.")
    if pids:
        if another_build:
            _roll(home, pids, say)
        else:
            say("The services run already.")
        _withdraw(cluster, say)
        return cluster
    ports = _ports(layout.ports())
    wanted = list(programs(cluster, layout, ports))
    _supervise(home, wanted, ports, owner_pid)
    _until_ready(home, [one for one in wanted if not one.waits_for], say)
    _withdraw(cluster, say)
    return cluster


def _withdraw(cluster: Cluster, say: Say) -> None:
    """Whoever is granted less since is let in again, once what they had not read is withdrawn.

    Raises:
        Stop: that is not done in time; they stay shut out.
    """
    if left := applying.withdraw(cluster, READY_S):
        raise Stop(f"Shut out of their inboxes still: {', '.join(left)}. Run hub up again.")


def bring_down(home: Path, say: Say) -> bool:
    """Stop the services, then the broker started here; whether anything ran."""
    ran = stop_services(home, say)
    if not os.environ.get(EXTERNAL):
        say("Stopping the broker …")
        ran = process.stop(home).was_running or ran
    return ran


def stop_services(home: Path, say: Say) -> bool:
    """Stop the services alone; whether any ran."""
    written = _written(home)
    if written is None or not _alive(written["supervisor"]):
        return False
    say("Stopping the services …")
    os.kill(written["supervisor"], signal.SIGTERM)
    _wait(lambda: not _alive(written["supervisor"]), 40)
    return True


@contextmanager
def held_back(home: Path, service: str, say: Say) -> Iterator[frozenset[str]]:
    """No worker of the service that was started here runs during the block; gives their names.

    Raises:
        Stop: one does not end.
    """
    file = holding_back(home, service)
    private_directory(file.parent)
    write_private(file, str(os.getpid()))
    try:
        say(f"Stopping {service} …")
        if not _wait(lambda: not _left(home, service), 40):
            raise Stop(f"{service} does not stop; end it, then run this again")
        yield frozenset(one["name"] for one in _workers_here(home, service))
    finally:
        file.unlink(missing_ok=True)


def _left(home: Path, service: str) -> list[int]:
    """Workers of the service that still run; each is told to end."""
    pids = [one["pid"] for one in _workers_here(home, service)]
    left = [pid for pid in pids if pid and _alive(pid)]
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    return left


def _workers_here(home: Path, service: str) -> list[dict[str, Any]]:
    """The service's workers the supervisor keeps here, as it wrote them down."""
    written = _written(home)
    if written is None or not _alive(written["supervisor"]):
        return []
    names = {worker for of, worker in Layout(standbys=True).workers() if of == service}
    return [one for one in written["processes"] if one["name"] in names]


def running(home: Path) -> list[Process]:
    """The hub's processes, with what each says of itself."""
    written = _written(home)
    if written is None or not _alive(written["supervisor"]):
        return []
    return [
        Process(
            p["name"],
            p["pid"],
            p["port"],
            p["restarts"],
            _health(p["port"]) if p["pid"] else "not started yet",
        )
        for p in written["processes"]
    ]


def clock_file(home: Path) -> Path:
    """The file a held clock waits for."""
    return home.absolute() / "run" / "clock-may-start"


def start_clock(home: Path) -> None:
    """Let a held clock start."""
    clock_file(home).touch()


def port_of(home: Path, name: str) -> int:
    """A port of the running hub by its name.

    Raises:
        Stop: no such hub runs.
    """
    try:
        ports: dict[str, int] = json.loads((home / "run" / "ports.json").read_text())
        return ports[name]
    except (FileNotFoundError, KeyError):
        raise Stop(f"no {name} runs in {home}; start it: hub up --home {home}") from None


def broker(home: Path, say: Say, owner_pid: int = 0) -> Cluster:
    """The cluster of the environment, or the one of this home, started if it did not run.

    With `owner_pid` what is started ends when that process does.

    Raises:
        BrokerFault: it cannot be had.
    """
    if os.environ.get(EXTERNAL):
        say("Using the cluster of HUB_BOOTSTRAP_SERVERS.")
        return Cluster.load(home)
    with suppress(AlreadyRunning):
        return process.start(home, owner_pid=owner_pid or None, say=say).cluster
    say("The broker runs already.")
    return Cluster.load(home)


def _ports(names: Sequence[str]) -> dict[str, int]:
    with ExitStack() as held:
        bound = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        ports = [one.getsockname()[1] for one in bound]
    return dict(zip(names, ports, strict=True))


def _supervise(home: Path, wanted: list[Program], ports: Mapping[str, int], owner_pid: int) -> None:
    given = {
        "owner_pid": owner_pid,
        "home": str(home.absolute()),
        "programs": [asdict(program) for program in wanted],
    }
    logs, run = private_directory(home / "logs"), private_directory(home / "run")
    write_private(run / "ports.json", json.dumps(ports, indent=1))
    programs_file = write_private(run / "programs.json", json.dumps(given, indent=1))
    log = str(logs / "supervisor.log")
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "services.hub.supervisor", str(programs_file)],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def make_ready(home: Path, say: Say) -> None:
    """Every worker's next process waits to take over.

    Raises:
        Stop: one is not ready; no build was adopted, and whoever works goes on.
    """
    written = _written(home) or {}
    if "prepared" not in written:  # a supervisor of before: each starts when the old one has ended
        return
    say("Another build was installed: every worker's next process is made ready …")
    before, supervisor = written["prepared"], written["supervisor"]
    os.kill(supervisor, signal.SIGHUP)

    told: set[str] = set()

    def answered() -> bool:
        written.update(_written(home) or {})
        ready = {one["name"] for one in written["processes"] if one["next_ready"]}
        for name in sorted(ready - told):
            say(f"  {name} is ready to take over")
        told.update(ready)
        return bool(written["prepared"] > before) or not _alive(supervisor)

    _wait(answered, ALL_READY_S)
    if written["prepared"] == before or written["not_ready"]:
        raise Stop(
            f"Not ready to take over: {written['not_ready'] or 'nobody knows who'}. Logs are in "
            f"{home / 'logs'}. No other build was adopted, and whoever works goes on."
        )


def _roll(home: Path, before: Mapping[str, int | None], say: Say) -> None:
    """Every process runs the code that is installed now, one after the other.

    Who reads the log stops where it says that another build is in force, and its next process takes
    over. Others are told to: standbys, who read nothing, then who does not read it.

    Raises:
        Stop: one does not get well.
    """
    say("Another build was installed: every process is started with it …")
    readers = tuple(f"{service}-" for service in SERVICES if service != "tracking")
    for name in sorted(before, key=lambda one: (not one.startswith(readers), one)):
        old = before[name]
        if old is None:
            continue
        if not _wait(partial(another, home, name, old), ENDS_S * name.startswith(readers)):
            with suppress(ProcessLookupError):
                os.kill(old, signal.SIGTERM)
        if not _wait(partial(another, home, name, old, well=True), READY_S):
            raise Stop(f"Not ready: {name}. Its log is in {home / 'logs'}.")
        say(f"  {name} is ready")


def another(home: Path, name: str, old: int, *, well: bool = False) -> bool:
    """Whether another process goes by that name now; `well`, and has nothing to complain of."""
    found = next((one for one in running(home) if one.name == name), None)
    return found is not None and found.pid not in (None, old) and not (well and found.because)


def _until_ready(home: Path, wanted: list[Program], say: Say) -> None:
    say(f"Starting {len(wanted)} processes …")
    told: set[str] = set()

    def ready() -> bool:
        healthy = {p.name for p in running(home) if not p.because}
        for name in sorted(healthy - told):
            say(f"  {name} is ready")
        told.update(healthy)
        return healthy >= {one.name for one in wanted}

    if not _wait(ready, READY_S):
        late = sorted({p.name for p in wanted} - told)
        raise Stop(f"Not ready: {', '.join(late)}. Their logs are in {home / 'logs'}.")


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():
            return True
        time.sleep(0.3)
    return done()


def _written(home: Path) -> dict[str, Any] | None:
    path = home / "run" / "processes.json"
    with suppress(FileNotFoundError, json.JSONDecodeError):
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    return None


def _alive(pid: int) -> bool:
    with suppress(ChildProcessError):  # ours: gone only when waited for
        os.waitpid(pid, os.WNOHANG)
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def _health(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as page:  # noqa: S310
            page.read()
    except urllib.error.HTTPError as red:
        return str(json.load(red)["because"])
    except (OSError, ValueError, HTTPException):
        return "does not answer"
    return ""
