"""A process that is ready before it is wanted begins when told, and ends when it is not wanted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from services.runtime.handover import BEGIN, READY

MODULE = """
import sys
from services.runtime.handover import told_to_begin
sys.exit(7 if told_to_begin() else 0)
"""


@pytest.mark.parametrize(("told", "code"), [(BEGIN, 7), (b"", 0), (b"other\n", 0)])
def test_it_says_that_it_is_ready_and_begins_only_when_told(
    tmp_path: Path, told: bytes, code: int
) -> None:
    (tmp_path / "waiting.py").write_text(MODULE)
    ours, its = socket.socketpair()
    with ours, its:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.runtime.handover", "waiting"],
            stdin=its.fileno(),
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )
        its.close()
        assert ours.recv(len(READY)) == READY
        assert process.poll() is None
        ours.sendall(told)
        ours.shutdown(socket.SHUT_WR)
        assert process.wait(20) == code
