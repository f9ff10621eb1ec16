"""`python -m tests.journeys.faults`: the long run, hours at full scale; exit 1 if anything broke.

Each fault has a broker and a hub of its own, so that one leaves nothing to the next and no verdict
has to look at all that went before. Where this process may mount, the data of the broker whose disk
is to be filled stand on a small one.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from rich.console import Console

from services.hub.broker import process
from services.hub.broker.cluster import Cluster
from services.hub.broker.layout import Home
from services.runtime.outbox import RDKAFKA
from tests.journeys.faults import report
from tests.journeys.faults.load import Load
from tests.journeys.faults.run import Outcome, Say, struck
from tests.journeys.faults.scene import Scene
from tests.journeys.faults.strikes import data_of
from tests.journeys.faults.table import BY_NAME, FAULTS, Fault
from tests.journeys.hub import running_hub

DISK = "1g"
FIRST = 3_000_000
NO_SMALL_DISK = "a small disk cannot be mounted here; it needs the right to mount"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", multiple=True, type=click.Choice(sorted(BY_NAME)), help="Just these.")
@click.option("--scale", default=1.0, show_default=True, help="That part of the strikes.")
@click.option("--json", "as_json", is_flag=True, help="Every pause as JSON on standard output.")
@click.pass_context
def main(context: click.Context, only: Sequence[str], scale: float, *, as_json: bool) -> None:
    """Strike the hub with each fault under load, and show what that left behind."""
    RDKAFKA.setLevel(logging.CRITICAL)
    console, began = Console(stderr=True, highlight=False), time.monotonic()

    def say(line: str) -> None:
        console.print(f"{time.monotonic() - began:6.0f} s  {line}", markup=False, soft_wrap=True)

    wanted = [fault for fault in FAULTS if not only or fault.name in only]
    outcomes = [_struck(fault, max(1, round(fault.runs * scale)), say) for fault in wanted]
    if as_json:
        click.echo(json.dumps(report.as_json(outcomes)))
    else:
        report.show(Console(width=160), outcomes)
    context.exit(0 if all(one.clean for one in outcomes) else 1)


def _struck(fault: Fault, runs: int, say: Say) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="hub-faults-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        with ExitStack() as hub_of_its_own:
            if fault.needs_small_disk and not hub_of_its_own.enter_context(_small_disk(home)):
                return Outcome(fault.name, not_shown=NO_SMALL_DISK)
            hub_of_its_own.enter_context(_broker(home, fault.nodes, say))
            hub = hub_of_its_own.enter_context(running_hub(Cluster.load(home)))
            load = hub_of_its_own.enter_context(Load(home / "agencies", FIRST))
            return struck(Scene(hub, load), fault, runs, say)


@contextmanager
def _broker(home: Path, nodes: int, say: Say) -> Iterator[None]:
    try:
        process.start(home, nodes=nodes, quick=True, owner_pid=os.getpid(), say=say)
        yield
    finally:
        process.stop(home)


@contextmanager
def _small_disk(home: Path) -> Iterator[bool]:
    """Whether the first broker's data stand on a disk of their own."""
    Home(home).made()
    place = data_of(home)
    place.mkdir(parents=True, mode=0o700)
    what = ["-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs"]
    mounted = not subprocess.run(
        ["mount", *what, str(place)], capture_output=True, check=False
    ).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=False)


if __name__ == "__main__":
    main()
