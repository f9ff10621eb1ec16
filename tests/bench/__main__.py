"""`python -m tests.bench`: measure and show; `--json` for machines, `--quick` for a first look."""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from services.hub.broker import process
from services.hub.broker.artifacts import Say
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import BrokerFault
from services.runtime.faults import Fault
from services.runtime.outbox import RDKAFKA
from tests.bench import (
    bulk,
    days,
    door,
    figures,
    growth,
    history,
    holds,
    latency,
    positions,
    report,
    secrecy,
)
from tests.bench import throughput as catching_up
from tests.bench.figures import Figure
from tests.bench.hub import Hub, NotMeasured
from tests.bench.machine import Machine, load, machine
from tests.bench.rounds import rounds


@dataclass(frozen=True)
class Size:
    """How much is measured, and the seconds after which a further round is not begun."""

    facts: int
    rounds: int
    seconds: float
    budget_s: float
    persons: int
    wearers: int
    positions: int
    records: int
    spells: int


FULL = Size(
    20_000,
    3,
    5,
    90,
    persons=100_000,
    wearers=3_000,
    positions=1_000_000,
    records=1_000_000,
    spells=8,
)
QUICK = Size(
    12_000, 1, 3, 30, persons=5_000, wearers=500, positions=100_000, records=50_000, spells=2
)


@dataclass
class Found:
    """What the studies found."""

    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    rounds: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """Studies that came to nothing, and why."""


Study = Callable[[Cluster, Size, Say, Found], Iterable[Figure]]


def _catching_up(cluster: Cluster, size: Size, say: Say, found: Found) -> Iterator[Figure]:
    hub, turns = Hub.set_up(cluster, "catchup"), rounds(size.rounds, size.budget_s)
    runs = list(catching_up.measure(hub, size.facts, turns, say))
    found.tables.append(report.throughput_table(runs))
    found.rounds["throughput"] = report.throughput_rounds(runs)
    yield from report.throughput_figures(runs)


def _latency(cluster: Cluster, size: Size, say: Say, found: Found) -> Iterator[Figure]:
    hub, turns = Hub.set_up(cluster, "line"), rounds(size.rounds, size.budget_s)
    runs = list(latency.measure(hub, size.seconds, turns, say))
    found.tables.append(report.latency_table(runs))
    found.rounds["latency"] = report.latency_rounds(runs)
    yield from report.latency_figures(runs)


STUDIES: Mapping[str, Study] = {
    "catching-up": _catching_up,
    "latency": _latency,
    "door": lambda cluster, size, say, _: door.figures(cluster, size.persons, say),
    "tracking": lambda cluster, size, say, _: positions.figures(cluster, size.wearers, say),
    "bulk": lambda cluster, size, say, _: bulk.figures(cluster, size.positions, size.seconds, say),
    "secrecy": lambda cluster, size, say, _: secrecy.figures(
        cluster, size.spells, size.seconds, say
    ),
    "days": lambda cluster, size, say, _: days.figures(cluster, size.persons, say),
    "holds": lambda cluster, size, say, _: holds.figures(cluster, size.records, say),
    "growth": lambda cluster, size, say, _: growth.figures(cluster, size.persons, say),
}
"""In this order: what is slow comes last."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Everything small and once; nothing is kept of it.")
@click.option("--json", "as_json", is_flag=True, help="All of it as JSON on standard output.")
@click.option("--only", multiple=True, type=click.Choice(list(STUDIES)), help="Repeatable.")
def main(*, quick: bool, as_json: bool, only: tuple[str, ...]) -> None:
    """Measure the hub beside a bare confluent-kafka loop, on brokers of its own.

    A full run of everything takes about half an hour. Its figures are added to
    docs/performance, whose page and picture are made anew.
    """
    RDKAFKA.setLevel(logging.CRITICAL)
    console, load_before = Console(stderr=True, highlight=False), load()
    found = _measured(only or tuple(STUDIES), QUICK if quick else FULL, console)
    here = machine(load_before)
    if not quick and not only:
        history.kept(found.figures, here)
    if as_json:
        click.echo(json.dumps(_as_json(found, here), ensure_ascii=False))
    else:
        _show(Console(), found, here)
    if found.missing:
        raise click.ClickException(f"not measured: {', '.join(found.missing)}; why is above")


def _measured(names: Iterable[str], size: Size, console: Console) -> Found:
    began, found = time.monotonic(), Found()

    def say(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.0f} s[/dim]  {line}")

    for name in names:
        say(f"[bold]{name}[/bold]")
        try:
            with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as at:
                try:
                    cluster = process.start(Path(at), owner_pid=os.getpid(), say=say).cluster
                    found.figures.extend(STUDIES[name](cluster, size, say, found))
                finally:
                    process.stop(Path(at))
        except (BrokerFault, Fault, NotMeasured) as fault:
            found.missing[name] = str(fault)
            say(f"[bold]{name} was not measured[/bold]: {fault}")
    return found


def _as_json(found: Found, here: Machine) -> dict[str, Any]:
    return {
        "machine": asdict(here),
        "missing": found.missing,
        "figures": [asdict(one) | {"reached": one.reached} for one in found.figures],
        **found.rounds,
    }


def _show(console: Console, found: Found, here: Machine) -> None:
    for table in (*found.tables, figures.table(found.figures)):
        console.print(table)
    before, after = here.load
    console.print(
        f"{here.cores} cores, load {before} before and {after} after, Python {here.python}. "
        + report.HEED
    )


if __name__ == "__main__":
    main()
