"""How a command says that something went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from confluent_kafka import KafkaException

from services.hub.broker.faults import BrokerFault
from services.runtime.faults import Fault


@contextmanager
def in_one_line() -> Iterator[None]:
    """What goes wrong in the block is one line, and exit code 1."""
    try:
        yield
    except (BrokerFault, Fault) as fault:
        raise click.ClickException(str(fault)) from None
    except KafkaException as refused:
        raise click.ClickException(f"The broker refused: {refused.args[0].name()}") from None
