"""`hub up`, `status`, `feed`, `down`: the daily commands."""

from __future__ import annotations

import json
from pathlib import Path

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from services.hub import start
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.faults import BrokerFault
from services.runtime.faults import Fault

OK, FAILED, UNWELL = 0, 1, 2


@click.command()
@home_option
@click.option(
    "--agreements",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("deploy/agreements"),
    show_default=True,
    help="The agreement files.",
)
@click.option("--tick", "tick_s", default=10.0, show_default=True, help="Seconds between ticks.")
@click.option("--standbys", is_flag=True, help="A second worker of each service, to take over.")
@click.pass_context
def up(
    context: click.Context, home: Path, agreements: Path, tick_s: float, *, standbys: bool
) -> None:
    """Start broker and services, apply the agreements, say where things are."""
    console = Console(stderr=True)
    try:
        start.bring_up(home, agreements, console.print, tick_s=tick_s, standbys=standbys)
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
def down(home: Path) -> None:
    """Stop the services and the broker started here; data and secrets stay."""
    console = Console(stderr=True)
    ran = start.bring_down(home, console.print)
    console.print("Stopped." if ran else "Nothing ran.")


def _show(home: Path) -> None:
    found = start.running(home)
    console = Console()
    if not found:
        console.print(f"No hub runs in {home}. Start one: hub up --home {home}")
        return
    table = Table(box=None, header_style="bold")
    for column in ("process", "state", "pid", "page", "restarts"):
        table.add_column(column)
    for one in found:
        table.add_row(
            one.name,
            one.because or "well",
            str(one.pid or "-"),
            f"http://127.0.0.1:{one.port}/metrics",
            str(one.restarts),
        )
    console.print(table)
    console.print(f"Agencies' folders: {home}/agencies · logs: {home}/logs")
