"""What `hub status` is told by the ports it asks."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from threading import Thread

from services.hub import start


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
