"""`hub broker`: start, stop and look at the local broker."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from services.hub.broker import process
from services.hub.broker.choice import Kind, chosen
from services.hub.broker.cluster import EXTERNAL
from services.hub.broker.faults import AlreadyRunning, BrokerFault
from services.hub.broker.process import State, Status

EXIT_CODES = {State.RUNNING: 0, State.STOPPED: 1, State.ABSENT: 1, State.UNWELL: 2}
home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".hub"),
    show_default=True,
    help="Where certificates, passwords and data are kept.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")


@click.group()
def broker() -> None:
    """The local Kafka broker: one per directory, on this machine's loopback address."""


@broker.command()
@home_option
@json_option
@click.option(
    "--nodes", type=click.IntRange(1, 3), help="Brokers to run; fixed at the first start."
)
@click.option("--repository", metavar="URL", help="Maven repository to fetch the jars from.")
@click.pass_context
def start(
    context: click.Context, home: Path, *, as_json: bool, nodes: int | None, repository: str | None
) -> None:
    """Start the broker and wait until it answers. Exit 0: it runs; 1: it does not."""
    progress = Console(stderr=True, highlight=False)

    def say(line: str) -> None:
        progress.print(line, markup=False, soft_wrap=True)

    try:
        kind = chosen()
        if kind is Kind.URL:
            say(f"{EXTERNAL} names a cluster that is there already: nothing to start.")
            return
        if kind is Kind.DOCKER:
            say("HUB_BROKER=docker is for tests; this starts the broker as a process.")
        process.start(home, nodes=nodes, repository=repository, say=say)
    except AlreadyRunning:
        say("The broker is already running.")
    except BrokerFault as fault:
        say(str(fault))
        context.exit(1)
    _show(process.status(home, timeout_s=10.0), home, as_json=as_json)


@broker.command()
@home_option
@json_option
@click.pass_context
def stop(context: click.Context, home: Path, *, as_json: bool) -> None:
    """Stop the broker; its data stays. Exit 0: it does not run any more."""
    try:
        stopped = process.stop(home)
    except BrokerFault as fault:
        Console(stderr=True).print(str(fault), markup=False)
        context.exit(1)
    if as_json:
        click.echo(json.dumps({"was_running": stopped.was_running, "killed": stopped.killed}))
    elif not stopped.was_running:
        click.echo("The broker was not running.")
    elif stopped.killed:
        click.echo("The broker did not stop in time and was killed; its data is kept.")
    else:
        click.echo(f"The broker has stopped ({stopped.took_s:.1f} s); its data is kept.")


@broker.command()
@home_option
@json_option
@click.pass_context
def status(context: click.Context, home: Path, *, as_json: bool) -> None:
    """Show the broker. Exit 0: it answers; 1: it does not run; 2: it runs but does not answer."""
    found = process.status(home)
    _show(found, home, as_json=as_json)
    context.exit(EXIT_CODES[found.state])


def _show(found: Status, home: Path, *, as_json: bool) -> None:
    record = found.record
    listeners = (
        {name: record.addresses(name) for name in ("scram", "mtls", "internal")} if record else {}
    )
    if as_json:
        answer = {
            "state": found.state,
            "home": str(home),
            "cluster_id": record.cluster_id if record else None,
            "kafka": record.version if record else None,
            "java": record.java if record else None,
            "pids": [node.pid for node in record.nodes if node.alive] if record else [],
            "answering": found.answering,
            "bootstrap": listeners,
        }
        click.echo(json.dumps(answer))
        return
    if record is None:
        click.echo(f"No broker was started in {home} yet. Run: hub broker start --home {home}")
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")  # an address is never cut short
    table.add_row("broker", found.state)
    table.add_row("Kafka", f"{record.version} on Java {record.java}")
    pids = [str(node.pid) for node in record.nodes if node.alive]
    table.add_row("processes", ", ".join(pids) or "none")
    table.add_row("agencies, by password", listeners["scram"])
    table.add_row("agencies and services, by certificate", listeners["mtls"])
    table.add_row("administration", listeners["internal"])
    table.add_row("trust", str(home / "pki" / "ca.pem"))
    Console(highlight=False).print(table)
