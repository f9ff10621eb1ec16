"""`hub rebuild` at the terminal, and how a service is held back meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from services.hub import start
from services.hub.cli import main
from services.hub.processes import holding_back
from services.hub.supervisor import somebody_holds


def test_where_no_hub_is_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["rebuild", "--home", str(tmp_path), "registry"])
    assert done.exit_code == 1
    assert "hub broker start" in done.output


def test_only_services_that_keep_rows_can_be_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["rebuild", "--home", str(tmp_path), "clock"])
    assert done.exit_code == 2
    assert "tracking" in done.output


def test_a_service_is_held_back_for_the_length_of_the_work(tmp_path: Path) -> None:
    file = holding_back(tmp_path, "registry")
    assert not somebody_holds(file)
    with start.held_back(tmp_path, "registry", lambda _: None):
        assert somebody_holds(file)
        assert not somebody_holds(holding_back(tmp_path, "risk"))
    assert not file.exists()


def test_who_held_it_back_and_is_gone_holds_it_back_no_more(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    file = tmp_path / "registry.held-back"
    file.write_text(str(gone.pid))
    assert not somebody_holds(file)
