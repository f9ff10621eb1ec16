"""`hub register breach`: an officer decides whether a duty not done in time is a breach."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from schemas.base import PersonId
from schemas.register import BreachOutcome
from services.agreements.acts import ACTS, able
from services.agreements.adopt import tell
from services.agreements.signing import Asked, NobodyActs, acting, allowed
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option
from services.hub.exits import in_one_line
from services.hub.register.lookup import possible_breaches, references
from services.runtime.faults import Stop

DECIDED = "Decided. How it stands: hub register show PERSON"
NO_SUCH = (
    "Nobody under that reference missed a duty of that number or did it late, as far as the log "
    "says. Both stand in: hub register overdue --json, hub register show PERSON --json (deadline)"
)


@click.command()
@click.argument("reference", metavar="PERSON")
@click.argument("deadline", type=click.UUID)
@click.argument("outcome", type=click.Choice([one.value for one in BreachOutcome]))
@acting
@home_option
def breach(reference: str, deadline: object, outcome: str, asked: Asked, home: Path) -> None:
    """Decide that a duty which was missed or done late is a breach (`found`), or is `excused`.

    PERSON is your own agency's reference, DEADLINE the duty's number (`overdue --json`,
    `show PERSON --json`). Takes one lead officer of the Responsible Authority; reasons: `hub actor
    acts`. It changes no deadline: what is excused is still to be done. A later one replaces it.
    Exit 0: decided; 1: not, and why; 2: not understood.
    """
    number = str(deadline)
    with in_one_line():
        cluster = Cluster.load(home)
        act = ACTS["breach", outcome]
        agency, person = _whom(cluster, asked, outcome, number, reference)
        fact = allowed(cluster, act.what, act.outcome, number, asked, person_id=person)
        if fact is None:
            raise NobodyActs("Somebody has to answer for that: say who with --as ACTOR.")
        if person is None or number not in possible_breaches(cluster, agency, person):
            raise Stop(NO_SUCH)
        tell(cluster, fact)
    click.echo(DECIDED)


def _whom(
    cluster: Cluster, asked: Asked, outcome: str, number: str, reference: str
) -> tuple[str, PersonId | None]:
    """The agency of who acts, and whom it means; of who may not act nobody is looked for."""
    agreements = Versions(cluster.home / "agreements").latest()
    may = able(agreements, ACTS["breach", outcome], datetime.now(UTC), number)
    agency = next((one.agency for one in may if one.actor in asked.actors[:1]), None)
    if agency is None:
        return "", None
    return agency, references(cluster).person(agency, reference)
