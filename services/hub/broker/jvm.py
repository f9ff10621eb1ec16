"""The broker's Java processes: how one is formatted, started and told apart from a stranger."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from services.hub.broker import pids, watchdog
from services.hub.broker.artifacts import DEPLOY
from services.hub.broker.faults import StartFailed
from services.hub.broker.java import Java
from services.hub.broker.private import write_private
from services.hub.broker.render import FORMAT, LOGGING, PROPERTIES

FORMATTER, BROKER = "kafka.tools.StorageTool", "kafka.Kafka"
HEAP = "-Xmx512m -Xms256m"
"""Enough for one area; for many set KAFKA_HEAP_OPTS, which Kafka's own scripts go by too."""
TUNING = ("-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError")
QUICK = "-XX:TieredStopAtLevel=1"
"""Starts sooner, runs slower, TLS most of all: for a broker that a test soon ends."""
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Runtime:
    """What every broker process of this machine runs on."""

    java: Java
    jars: Path

    def command(self, *options: str) -> list[str]:
        """The start of every command line: Java, options, classpath."""
        return [str(self.java.path), *options, "-cp", f"{self.jars}/*"]


def heap() -> str:
    """How much memory a broker is given, as Java is told."""
    return os.environ.get("KAFKA_HEAP_OPTS", HEAP)


def formatted(directory: Path) -> bool:
    """Whether the node's storage was made, whole."""
    return _marks(directory) == 2


def stored_cluster_id(directory: Path) -> str | None:
    """The id the node's storage was made with, if it was."""
    mark = directory / "meta" / "meta.properties"
    lines = mark.read_text().splitlines() if mark.exists() else []
    ids = [line.partition("=")[2] for line in lines if line.startswith("cluster.id=")]
    return ids[0] if ids else None


def format_storage(runtime: Runtime, directory: Path) -> None:
    """The node's storage is there; `format.args` is gone and nothing of it was shown.

    Raises:
        StartFailed: the tool refused; its complaint is shown, its output is not.
    """
    arguments = directory / FORMAT
    try:
        if not formatted(directory):
            again = ["--ignore-formatted"] if _marks(directory) else []  # cut off half-way
            done = subprocess.run(
                [*runtime.command(QUICK), FORMATTER, f"@{arguments}", *again],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                umask=0o077,
                check=False,
            )
            if done.returncode != 0:
                reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
                raise StartFailed(f"The broker's storage could not be made: {reason}")
    finally:
        arguments.unlink(missing_ok=True)


def launch(runtime: Runtime, directory: Path, lock: int, *, quick: bool) -> tuple[int, str]:
    """Id and start time of a new broker process, which keeps the lock for its whole life.

    It is in a session of its own: a Ctrl-C here does not reach it.

    Raises:
        StartFailed: it ended at once.
    """
    logging = [
        f"-Dlog4j2.configurationFile={(directory / LOGGING).as_uri()}",
        f"-Dkafka.logs.dir={directory / 'logs'}",
    ]
    options = [*heap().split(), *TUNING, *([QUICK] if quick else []), *logging]
    with write_private(directory / "out.log", b"").open("ab") as out:
        child = subprocess.Popen(
            [*runtime.command(*options), BROKER, str(directory / PROPERTIES)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(lock,),
            cwd=directory,
            umask=0o077,
        )
    _children[child.pid] = child  # kept so that its end is collected
    since = pids.started(child.pid)
    if since is None:
        raise StartFailed(f"Java ended at once. {complaints(directory)}")
    return child.pid, since


def guard(owner_pid: int, brokers: list[tuple[int, str]]) -> None:
    """A process of its own ends the brokers when the owner has ended, however it did.

    Raises:
        StartFailed: it has ended already.
    """
    since = pids.started(owner_pid)
    if since is None:
        raise StartFailed(f"Process {owner_pid}, which was to own the broker, has ended.")
    arguments = [f"{pid}:{start}" for pid, start in [(owner_pid, since), *brokers]]
    watcher = subprocess.Popen(
        [sys.executable, "-m", watchdog.__name__, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=DEPLOY.parents[1],
    )
    _children[watcher.pid] = watcher


def collect() -> None:
    """Children of this process that have ended are forgotten, not left as zombies."""
    for pid in [pid for pid, child in _children.items() if child.poll() is not None]:
        del _children[pid]


def complaints(directory: Path, server_log_from: int = 0, at_most: int = 8) -> str:
    """What the broker itself said went wrong, without stack traces, and where to read more."""
    log = directory / "logs" / "server.log"
    lines: list[str] = []
    if log.exists():
        text = log.read_bytes()
        text = text[server_log_from:] if len(text) >= server_log_from else text
        decoded = text.decode(errors="replace").splitlines()
        lines = [line for line in decoded if " ERROR " in line or " FATAL " in line]
    if not lines and (directory / "out.log").exists():
        lines = (directory / "out.log").read_text(errors="replace").splitlines()
    said = "\n  ".join(line[:300] for line in lines[-at_most:])
    return f"The broker said:\n  {said}\nMore in {log}" if said else f"It said nothing; see {log}"


def log_size(directory: Path) -> int:
    """How long the server log is now, so that only what follows is read as new."""
    log = directory / "logs" / "server.log"
    return log.stat().st_size if log.exists() else 0


def _marks(directory: Path) -> int:
    """How many of the two storage directories carry their mark."""
    return sum((directory / part / "meta.properties").exists() for part in ("data", "meta"))
