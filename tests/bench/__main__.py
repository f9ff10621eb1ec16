"""`python -m tests.bench`: measure and show; `--json` for machines, `--quick` for a first look."""

import json
import logging
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from services.hub.broker import process
from services.hub.broker.artifacts import Say
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import BrokerFault
from services.runtime.faults import Fault
from services.runtime.outbox import RDKAFKA
from tests.bench import latency, report, throughput
from tests.bench.hub import Hub, NotMeasured
from tests.bench.machine import load, machine
from tests.bench.rounds import rounds


@dataclass(frozen=True)
class Size:
    """How much is measured, and the seconds after which a further round is not begun."""

    facts: int
    rounds: int
    seconds: float
    budget_s: float


FULL = Size(facts=20_000, rounds=3, seconds=5, budget_s=90)
QUICK = Size(facts=4_000, rounds=1, seconds=3, budget_s=30)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="One short round of everything.")
@click.option("--json", "as_json", is_flag=True, help="Every round as JSON on standard output.")
@click.option(
    "--only", type=click.Choice(["throughput", "latency"]), help="One of the two, not both."
)
def main(*, quick: bool, as_json: bool, only: str | None) -> None:
    """Measure the hub beside a bare confluent-kafka loop, on a broker of its own."""
    RDKAFKA.setLevel(logging.CRITICAL)
    size, console = QUICK if quick else FULL, Console(stderr=True, highlight=False)
    began, load_before = time.monotonic(), load()

    def say(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.0f} s[/dim]  {line}")

    try:
        with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as home:
            caught_up, submitted = _measured(Path(home), size, only, say)
    except (BrokerFault, Fault, NotMeasured) as fault:
        raise click.ClickException(str(fault)) from None
    here = machine(load_before)
    if as_json:
        click.echo(json.dumps(report.as_json(here, caught_up, submitted)))
    else:
        report.show(Console(), here, caught_up, submitted)


def _measured(
    home: Path, size: Size, only: str | None, say: Say
) -> tuple[list[throughput.Run], list[latency.Run]]:
    try:
        cluster = process.start(home, owner_pid=os.getpid(), say=say).cluster
        caught_up = [] if only == "latency" else _caught_up(cluster, size, say)
        submitted = [] if only == "throughput" else _submitted(cluster, size, say)
        return caught_up, submitted
    finally:
        process.stop(home)


def _caught_up(cluster: Cluster, size: Size, say: Say) -> list[throughput.Run]:
    say("applying the agreements for an installation that catches up …")
    hub = Hub.set_up(cluster, "catchup")
    return list(throughput.measure(hub, size.facts, rounds(size.rounds, size.budget_s), say))


def _submitted(cluster: Cluster, size: Size, say: Say) -> list[latency.Run]:
    say("applying the agreements for an installation that listens …")
    hub = Hub.set_up(cluster, "line")
    return list(latency.measure(hub, size.seconds, rounds(size.rounds, size.budget_s), say))


if __name__ == "__main__":
    main()
