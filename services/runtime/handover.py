"""A worker that is ready before it is wanted: all is loaded and checked, nothing is taken yet.

`python -m services.runtime.handover MODULE` runs a service's module so. Its standard input is a
line to whoever started it: it says READY there and begins when told; the line cut, it ends.
"""

from __future__ import annotations

import os
import runpy
import socket
import sys

READY, BEGIN = b"ready\n", b"begin\n"
WAITS = "HUB_WAITS"
PATIENCE_S = 900.0
"""So long after its checks nobody should rely on them any more: it ends unused."""


def told_to_begin() -> bool:
    """Whether it is to begin; False: whoever started it is gone, or wants it no more."""
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as line:
        line.settimeout(PATIENCE_S)
        try:
            line.sendall(READY)
            return line.recv(len(BEGIN)) == BEGIN
        except OSError:  # cut, or too late
            return False


if __name__ == "__main__":
    os.environ[WAITS] = "1"
    runpy.run_module(sys.argv[1], run_name="__main__", alter_sys=True)
