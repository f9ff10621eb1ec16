"""The local broker as processes of this machine: start, stop, status.

One directory, one process: a lock that Java itself inherits makes a second one impossible.
Ports, cluster id and data of a home stay the same from start to start, also after a kill.
"""

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from services.hub.broker import certificates, jvm, pids, watchdog
from services.hub.broker import record as records
from services.hub.broker.artifacts import KAFKA_VERSION, Say, obtain_jars
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import AlreadyRunning, InUse, StartFailed
from services.hub.broker.java import find_java
from services.hub.broker.layout import Home
from services.hub.broker.private import private_directory, try_hold
from services.hub.broker.probe import Probe, ready
from services.hub.broker.record import Node, Record
from services.hub.broker.render import REAUTHENTICATE_S, here, lay_out

ALLOW_S = 90.0
STOP_S = 30.0
LAST_THREADS_S = 5.0
"""How long a process that is gone from the list may still hold its files."""


class State(StrEnum):
    """What can be said of the broker of a home."""

    RUNNING = "running"
    UNWELL = "unwell"
    """Some process runs, but not all of them answer."""
    STOPPED = "stopped"
    ABSENT = "absent"
    """None was ever started here."""


@dataclass(frozen=True)
class Running:
    """A broker that answered, and how to reach it."""

    cluster: Cluster
    record: Record
    took_s: float


@dataclass(frozen=True)
class Status:
    """State and record of a home's broker."""

    state: State
    record: Record | None
    answering: int = 0


@dataclass(frozen=True)
class Stopped:
    """What stopping came to."""

    was_running: bool
    killed: bool
    took_s: float


def quiet(_: str) -> None:
    """Takes a line of progress and shows it to nobody."""


def start(
    home: Path,
    *,
    nodes: int | None = None,
    quick: bool = False,
    owner_pid: int | None = None,
    repository: str | None = None,
    say: Say = quiet,
    allow_s: float = ALLOW_S,
    reauthenticate_s: int = REAUTHENTICATE_S,
) -> Running:
    """The broker of this home, answering; whichever of its nodes did not run has been started.

    `nodes` is what the home has, else one. With `owner_pid` the broker ends when that process does,
    however it ends. On any failure, what was started here has been ended again.

    Raises:
        AlreadyRunning: every node runs.
        InUse: another start is under way, or a port was taken meanwhile.
        StartFailed: it ended, or was not ready in time; the broker's own complaints are shown.
        JavaMissing, ArtifactsMissing, ArtifactsDiffer: what it needs cannot be had.
    """
    home = home.resolve()
    layout = Home(home).made()
    with ExitStack() as locks:
        _hold(locks, layout.brokers / ".start", f"Another start in {home} is under way.")
        record = _recorded(layout, nodes)
        absent = [node for node in record.nodes if not node.alive]
        if not absent:
            raise AlreadyRunning(f"The broker in {home} is already running.")
        held = {node.number: _hold_node(locks, layout, node) for node in absent}
        runtime = jvm.Runtime(find_java(say), obtain_jars(say, repository=repository))
        began = time.monotonic()
        certificates.ensure(layout)
        record = replace(record, java=runtime.java.version, version=KAFKA_VERSION)
        record.save(layout.record)
        say(f"Starting Kafka {KAFKA_VERSION} on Java {runtime.java.version} …")
        started: list[tuple[int, str]] = []
        marks: dict[Path, int] = {}
        try:
            for node in absent:
                directory = _prepared(layout, runtime, record, node, reauthenticate_s)
                marks[directory] = jvm.log_size(directory)
                pid, since = jvm.launch(runtime, directory, held[node.number], quick=quick)
                started.append((pid, since))
                record = record.with_node(replace(node, pid=pid, since=since))
                record.save(layout.record)
            if owner_pid is not None:
                jvm.guard(owner_pid, started)
            cluster = Cluster.of(record, home)
            asked = [node.address("internal") for node in absent]
            if not ready(cluster, asked, len(record.nodes), lambda: _all_alive(started), allow_s):
                raise StartFailed(_why(started, marks, allow_s))
        except BaseException:
            watchdog.end(started, STOP_S)
            jvm.collect()
            raise
    took_s = time.monotonic() - began
    say(f"Ready after {took_s:.1f} s.")
    return Running(cluster, record, took_s)


def stop(home: Path, grace_s: float = STOP_S) -> Stopped:
    """No broker of this home runs any more; only the very processes recorded are touched."""
    began = time.monotonic()
    record = records.read(Home(home).record)
    running = [node.process for node in record.nodes if node.process] if record else []
    gently = watchdog.end(running, grace_s)
    while any(pids.alive(*process) for process in running):
        time.sleep(0.05)
    jvm.collect()
    return Stopped(bool(running), not gently, time.monotonic() - began)


def status(home: Path, timeout_s: float = 2.0) -> Status:
    """What the broker of this home is doing; changes nothing."""
    jvm.collect()
    record = records.read(Home(home).record)
    if record is None:
        return Status(State.ABSENT, None)
    if not any(node.alive for node in record.nodes):
        return Status(State.STOPPED, record)
    answering = Probe(Cluster.of(record, home.resolve())).answering(timeout_s)
    well = answering == len(record.nodes) and all(node.alive for node in record.nodes)
    return Status(State.RUNNING if well else State.UNWELL, record, answering)


def _recorded(layout: Home, nodes: int | None) -> Record:
    """The home's record, or a new one with free ports."""
    record = records.read(layout.record)
    if record is None:
        return records.new(nodes or 1, jvm.stored_cluster_id(layout.node(1)))
    if nodes is not None and nodes != len(record.nodes):
        raise InUse(
            f"{layout.path} has {len(record.nodes)} node(s); take another home for {nodes}."
        )
    return record


def _prepared(
    layout: Home, runtime: jvm.Runtime, record: Record, node: Node, reauthenticate_s: int
) -> Path:
    if taken := node.ports.taken:
        raise InUse(
            f"Port {taken[0]}, which this broker's clients know, is in use by another program. End "
            f"that, or remove {layout.path} to begin anew with other ports and no data."
        )
    place = here(layout.node(node.number))
    ports = [each.ports for each in record.nodes]
    directory = lay_out(layout, place, node.number, ports, record.cluster_id, reauthenticate_s)
    jvm.format_storage(runtime, directory)
    return directory


def _hold(locks: ExitStack, path: Path, busy: str, patience_s: float = 0.0) -> int:
    """The lock until the end of the start; a process that inherits it keeps it longer."""
    deadline = time.monotonic() + patience_s
    while (descriptor := try_hold(path)) is None:
        if time.monotonic() >= deadline:
            raise InUse(busy)
        time.sleep(0.05)
    locks.callback(os.close, descriptor)
    return descriptor


def _hold_node(locks: ExitStack, layout: Home, node: Node) -> int:
    directory = private_directory(layout.node(node.number))
    return _hold(locks, directory / "lock", f"A process still holds {directory}.", LAST_THREADS_S)


def _all_alive(processes: list[tuple[int, str]]) -> bool:
    return all(pids.alive(*process) for process in processes)


def _why(started: list[tuple[int, str]], marks: dict[Path, int], allow_s: float) -> str:
    what = f"was not ready after {allow_s:.0f} s" if _all_alive(started) else "ended by itself"
    said = "\n".join(jvm.complaints(directory, mark) for directory, mark in marks.items())
    return f"The broker {what}. {said}"
