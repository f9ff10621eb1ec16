"""`hub schemas`: by which schemas facts are written."""

from __future__ import annotations

from pathlib import Path

import click
from confluent_kafka import KafkaException

from services.agreements.signing import Asked, acting
from services.hub import start
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option
from services.hub.broker.faults import BrokerFault
from services.runtime.faults import Fault


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
    try:
        highest = start.adopt_schemas(Cluster.load(home), asked)
    except (BrokerFault, Fault) as fault:
        raise click.ClickException(str(fault)) from None
    except KafkaException as refused:
        raise click.ClickException(f"The broker refused: {refused.args[0].name()}") from None
    click.echo(f"Facts are written by schemas up to {highest}.")
