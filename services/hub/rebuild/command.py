"""`hub rebuild`, for the terminal."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from services.agreements.signing import Asked, acting, decide
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.hub.rebuild import by_itself
from services.hub.rebuild.run import rebuild as make_anew
from services.runtime.names import SERVICES


@click.command()
@home_option
@json_option
@acting
@click.option("--unattended", is_flag=True, hidden=True)
@click.argument("service", type=click.Choice(SERVICES))
def rebuild(
    home: Path,
    service: str,
    asked: Asked,
    *,
    unattended: bool,
    as_json: bool,
) -> None:
    """Make the rows of SERVICE anew from what it once read.

    For when its changelog is lost, holds a transaction that nobody ends, or is of a version this
    build does not know. The supervisor of `hub up` does that by itself once after each adoption of
    a build; what comes back is for a person, who first finds out why: on call, or a co-ordinator.

    A broker that is killed can leave a transaction open for ever. A worker at work goes on, but one
    that takes the partition sees no row behind it: within half a minute it ends with exit code 76.
    `hub doctor` names the place after a minute. What hangs in a changelog of rows goes with the old
    rows; what hangs in a journal is not touched, and admission and tracking cannot be made anew
    before it is ended, which `hub doctor` says how to do.

    The service is stopped meanwhile and started again; nothing it said before is said again.
    registry, risk and notify are made from the log, admission from the log and what is still kept
    of its sources, tracking from its sources alone, which is possible only while all it ever took
    is kept (72 hours).
    """
    console = Console(stderr=True, highlight=False)
    logging.disable()  # whoever is held again was logged when it happened
    try:
        with in_one_line():
            cluster = Cluster.load(home)
            if not (unattended and by_itself.under_way(home, service)):
                decide(cluster, "rows", "rebuild", service, asked)
            with Progress(console=console, transient=True) as bar:
                task = bar.add_task(service, total=None)
                done = make_anew(
                    cluster,
                    service,
                    console.print,
                    lambda count, of: bar.update(task, completed=count, total=of),
                )
                by_itself.forget(home, service)
    finally:
        logging.disable(logging.NOTSET)
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    held = f", held again {done.held}" if done.held else ""
    click.echo(f"{service}: {done.rows} rows of {done.records} records{held}, {done.took_s:.1f} s")
