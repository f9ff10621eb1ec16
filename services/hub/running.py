"""`hub up`, `status`, `feed`, `down`: the daily commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from services.agreements.commands import files_option
from services.agreements.signing import Asked, acting
from services.hub import drift, start
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.faults import BrokerFault
from services.hub.feed import Delivered, deliver, em_drop
from services.hub.processes import EM_SFTP, Layout
from services.hub.rest import metric
from services.runtime.faults import Fault

OK, FAILED, UNWELL = 0, 1, 2
CANARY = "hub_bridge_last_canary_timestamp_seconds"
"""The metric by which a bridge says when its last canary was sent."""


@click.command()
@home_option
@files_option("--agreements")
@click.option("--tick", "tick_s", default=10.0, show_default=True, help="Seconds between ticks.")
@click.option("--standbys", is_flag=True, help="A second worker of each service, to take over.")
@click.option(
    "--webhook",
    "webhooks",
    multiple=True,
    metavar="AUTHORITY=URL",
    help="Run that housing authority's bridge; its notices go to URL. May be given again.",
)
@click.option(
    "--hold-clock", is_flag=True, help="Load a register first; `hub clock` starts the clock."
)
@acting
@click.pass_context
def up(
    context: click.Context,
    home: Path,
    agreements: Path,
    tick_s: float,
    webhooks: tuple[str, ...],
    asked: Asked,
    *,
    standbys: bool,
    hold_clock: bool,
) -> None:
    """Start broker and services, apply the agreements, say where things are.

    Where another build was installed since, every worker's next process is made ready beside the
    one that works, and takes over as soon as that has ended; meanwhile the workers take their
    memory twice. If one does not get ready, the build is not adopted and what runs goes on: exit 1.

    Who acts matters only where the agreements widen: that takes two (hub agreements apply).
    """
    console = Console(stderr=True)
    layout = Layout(
        standbys=standbys,
        tick_s=tick_s,
        clock_waits_for=str(start.clock_file(home)) if hold_clock else "",
        webhooks=_pairs(webhooks),
    )
    try:
        start.bring_up(home, agreements, console.print, layout, asked=asked)
    except (BrokerFault, Fault) as fault:
        raise click.ClickException(str(fault)) from None
    except KafkaException as refused:
        raise click.ClickException(f"The broker refused: {refused.args[0].name()}") from None
    _show(home)
    context.exit(OK)


@click.command()
@home_option
@json_option
@click.pass_context
def status(context: click.Context, home: Path, *, as_json: bool) -> None:
    """Show every process and what it says of itself. Exit 0: all well; 1: not up; 2: unwell."""
    found = start.running(home)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "name": p.name,
                        "pid": p.pid,
                        "port": p.port,
                        "restarts": p.restarts,
                        "because": p.because,
                        "last_canary": _last_canary(p.port),
                    }
                    for p in found
                ]
            )
        )
    else:
        _show(home)
    context.exit(FAILED if not found else UNWELL if any(p.because for p in found) else OK)


@click.command()
@home_option
def clock(home: Path) -> None:
    """Start the clock of a hub brought up with --hold-clock."""
    start.start_clock(home)
    click.echo("The clock runs.")


@click.command()
@home_option
@json_option
@click.argument("partner", type=click.Choice(["em"]))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def feed(
    context: click.Context, home: Path, partner: str, files: tuple[Path, ...], *, as_json: bool
) -> None:
    """Deliver FILES as the partner would, over SFTP, and show what became of each row.

    Exit 0: every row taken or not for the hub; 2: some rows refused; 1: not delivered.
    """
    console = Console(stderr=True)
    try:
        drop = em_drop(home.absolute(), start.port_of(home, EM_SFTP))
        with Progress(console=console, transient=True) as bar:
            tasks: dict[str, TaskID] = {}

            def show(name: str, sent: int, of: int) -> None:
                if name not in tasks:
                    tasks[name] = bar.add_task(name, total=of)
                bar.update(tasks[name], completed=sent)

            done = asyncio.run(deliver(files, drop, on_progress=show))
    except Fault as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps([asdict(one) for one in done]))
    else:
        _show_delivered(done)
    context.exit(UNWELL if any(one.refused for one in done) else OK)


@click.command()
@home_option
def down(home: Path) -> None:
    """Stop the services and the broker started here; data and secrets stay."""
    console = Console(stderr=True)
    ran = start.bring_down(home, console.print)
    console.print("Stopped." if ran else "Nothing ran.")


def _last_canary(port: int) -> str:
    """When the last canary was sent that came through to a bridge; empty for what takes none."""
    try:
        sent_at = metric(port, CANARY, within_s=2).get((), 0.0)
    except (OSError, HTTPException):
        return ""
    return f"{datetime.fromtimestamp(sent_at, UTC):%Y-%m-%dT%H:%M:%SZ}" if sent_at else ""


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(one.partition("=")[::2] for one in given)
    if not all(pairs.values()):
        raise click.UsageError("--webhook takes AUTHORITY=URL")
    return pairs


def _show_delivered(done: Sequence[Delivered]) -> None:
    table = Table(box=None, header_style="bold")
    for column in ("file", "rows", "facts", "late", "not for the hub", "refused"):
        table.add_column(column, justify="left" if column == "file" else "right")
    for one in done:
        others = sum(one.not_for_the_hub.values())
        table.add_row(one.file, *map(str, (one.rows, one.facts, one.late, others, one.refused)))
    console = Console()
    console.print(table)
    for one in done:
        for fault in one.faults:
            place = f"{one.file} row {fault.get('row')}"
            console.print(f"{place}: {fault.get('reason')} {fault.get('field') or ''}")


def _show(home: Path) -> None:
    found = start.running(home)
    console = Console()
    if not found:
        console.print(f"No hub runs in {home}. Start one: hub up --home {home}")
        return
    table = Table(box=None, header_style="bold")
    for column in ("process", "state", "pid", "page", "restarts", "last canary"):
        table.add_column(column)
    for one in found:
        table.add_row(
            one.name,
            one.because or "well",
            str(one.pid or "-"),
            f"http://127.0.0.1:{one.port}/metrics",
            str(one.restarts),
            _last_canary(one.port),
        )
    console.print(table)
    if (seen := drift.last(home)) is not None:
        console.print(str(seen))
    console.print(f"Agencies' folders: {home}/agencies · logs: {home}/logs")
