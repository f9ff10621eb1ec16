"""`hub schemas`: by which schemas facts are written."""

from __future__ import annotations

from pathlib import Path

import click

from services.agreements.signing import Asked, acting
from services.hub import adoption
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option
from services.hub.exits import in_one_line


@click.group()
def schemas() -> None:
    """By which schemas facts are written."""


@schemas.command()
@home_option
@acting
def adopt(home: Path, asked: Asked) -> None:
    """Write facts by the newest schemas this build has, from here on.

    A build that brings a new version of a fact reads it at once, but goes on writing as the builds
    before it, so that it can be taken back. Run this when it stays: no build without these schemas
    can be installed any more. What new fields say is said from then on. Takes one person: on call,
    or a co-ordinator.
    """
    with in_one_line():
        highest = adoption.adopt_schemas(Cluster.load(home), asked)
    click.echo(f"Facts are written by schemas up to {highest}.")
