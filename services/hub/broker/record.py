"""`broker.json`: what was started here, and which process it is."""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from services.hub.broker import pids, ports
from services.hub.broker.ports import Ports
from services.hub.broker.private import write_private


@dataclass(frozen=True)
class Node:
    """One broker process, running or not."""

    number: int
    ports: Ports
    pid: int | None = None
    since: str | None = None

    def address(self, listener: str) -> str:
        """Where that listener is reached."""
        return f"localhost:{getattr(self.ports, listener)}"

    @property
    def alive(self) -> bool:
        """Whether that very process runs."""
        return pids.alive(self.pid, self.since)

    @property
    def process(self) -> tuple[int, str] | None:
        """Id and start time, if it runs."""
        return (self.pid, self.since) if self.pid and self.since and self.alive else None


@dataclass(frozen=True)
class Record:
    """The cluster of one home directory. Ports stay the same for its whole life."""

    cluster_id: str
    nodes: tuple[Node, ...]
    java: str = ""
    version: str = ""

    def with_node(self, node: Node) -> "Record":
        """The same, that node replaced."""
        nodes = tuple(node if node.number == old.number else old for old in self.nodes)
        return replace(self, nodes=nodes)

    def addresses(self, listener: str) -> str:
        """What a client is given as bootstrap servers."""
        return ",".join(node.address(listener) for node in self.nodes)

    def save(self, path: Path) -> None:
        """Written as one piece; holds no secret."""
        write_private(path, json.dumps(asdict(self), indent=2) + "\n")


def new(nodes: int, cluster_id: str | None = None) -> Record:
    """A cluster with free ports of its own; with an id of its own too, unless its data has one."""
    chosen = enumerate(ports.choose(nodes), start=1)
    return Record(cluster_id or _cluster_id(), tuple(Node(number, mine) for number, mine in chosen))


def _cluster_id() -> str:
    """Sixteen random bytes in URL-safe base64 that no tool takes for an option."""
    while (identifier := secrets.token_urlsafe(16)).startswith("-"):
        continue
    return identifier


def read(path: Path) -> Record | None:
    """What was recorded; None if nothing was ever started here."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    nodes = tuple(Node(**{**node, "ports": Ports(**node["ports"])}) for node in raw.pop("nodes"))
    return Record(nodes=nodes, **raw)
