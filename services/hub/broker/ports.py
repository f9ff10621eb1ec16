"""Free TCP ports, outside the range the kernel hands to outgoing connections."""

import random
import socket
from dataclasses import astuple, dataclass

LOWEST, HIGHEST = 20_000, 29_999
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """The four listeners of one node."""

    controller: int
    internal: int
    scram: int
    mtls: int

    @property
    def taken(self) -> tuple[int, ...]:
        """Those another program listens on now."""
        return tuple(port for port in astuple(self) if not free(port))


def free(port: int) -> bool:
    """Whether a listener could be opened on the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose(nodes: int) -> tuple[Ports, ...]:
    """Different free ports for each node; random, so that two starts at once rarely meet."""
    candidates = random.SystemRandom().sample(range(LOWEST, HIGHEST + 1), 500)
    found = [port for port in candidates if free(port)][: 4 * nodes]
    return tuple(Ports(*found[4 * n : 4 * n + 4]) for n in range(nodes))
