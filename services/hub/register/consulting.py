"""One person looked up, as an officer who may."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from services.agreements.compile import Agency
from services.agreements.signing import Asked, decide
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.exits import in_one_line
from services.hub.register.list_commands import moment_of
from services.hub.register.lookup import Found, look_up
from services.hub.register.output import reading_shown
from services.registry.dates import local_day

NOBODY = "Nobody is in the register under that reference."


def consulted(
    reference: str, asked: Asked, day: datetime | None, known_at: datetime | None, home: Path
) -> tuple[Found, Agency | None]:
    """The person's register on that day, and the agreement of who asked; the act is recorded.

    Raises:
        ClickException: nothing is shown.
    """
    moment = moment_of(known_at)
    on = local_day(moment) if day is None else day.date()
    with in_one_line():
        cluster = Cluster.load(home)
        act = decide(cluster, "register", "consult", reference, asked)
        found = None
        if act is not None:
            with reading_shown() as progress:
                found = look_up(cluster, act.by.agency, reference, on, moment, progress)
        if act is None or found is None:
            raise click.ClickException(NOBODY)
        receivers = Versions(cluster.home / "agreements").latest().receivers
        return found, receivers.get(act.by.agency)
