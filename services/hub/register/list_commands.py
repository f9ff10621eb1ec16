"""`hub register due|overdue|released|as-of`: lists of people, for an officer who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from services.agreements.signing import Asked, NobodyActs, NotAllowed, acting, decide
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.private import write_private
from services.hub.exits import in_one_line
from services.hub.register import lists
from services.hub.register.calendar import calendar
from services.hub.register.granted import Granted
from services.hub.register.lists import NO_AREA, OFFICERS, ROLES, TELLS, Listing, Scope
from services.hub.register.lookup import references
from services.hub.register.output import (
    csv_option,
    one_format,
    put_csv,
    put_json,
    reading_shown,
    table,
)
from services.hub.register.people import Told
from services.hub.register.reading import everybody
from services.hub.register.words import said
from services.registry.dates import local_day, start_of

DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])
day_option = click.option(
    "--as-of", "day", type=DAY, help="As it was on that day; today if not said."
)
known_option = click.option(
    "--known-at", type=MOMENT, help="As far as the hub knew at that moment (UTC)."
)


def role_option(roles: Sequence[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """By whose work it is, of those."""
    return click.option(
        "--role",
        "roles",
        type=click.Choice(roles),
        multiple=True,
        help="Whose work it is; repeatable.",
    )


WITHIN = click.IntRange(0, 3660)
Of = Callable[[Iterable[Told], Scope], Listing]


def moment_of(known_at: datetime | None) -> datetime:
    """That moment, or now."""
    return datetime.now(UTC) if known_at is None else known_at.replace(tzinfo=UTC)


def _asking(command: Callable[..., None]) -> Callable[..., None]:
    """A command with what every list takes."""
    for option in (
        csv_option,
        json_option,
        home_option,
        click.option(
            "--area",
            "areas",
            multiple=True,
            metavar="CODE",
            help=f"Whose home is in that council (ONS code; {NO_AREA}: not known); repeatable.",
        ),
        known_option,
        day_option,
        acting,
    ):
        command = option(command)
    return command


@click.command()
@_asking
@role_option(ROLES)
@click.option("--within", type=WITHIN, default=28, show_default=True, help="Days ahead.")
@click.option(
    "--ics",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the last days there too, as a calendar that says nothing of anybody.",
)
def due(within: int, ics: Path | None, roles: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
    """What has a last day near: duties of the person, and milestones, which an agency has to do.

    Each with whose work it is and where in the law it stands. Victim contact stands there for an
    agency that is told of it, and for no other.

    Takes a lead officer or a co-ordinator of the Responsible Authority, as `show` does; that it was
    asked is recorded. PERSON is your own agency's reference, with which `show` tells the rest.
    Exit 0: listed, if only that there is nobody; 1: not listed; 2: not understood.
    """
    found = _listed("due", lambda people, scope: lists.due(people, scope, within), options, roles)
    if ics is not None:
        with in_one_line():
            write_private(ics, calendar(found, moment_of(options["known_at"])))


@click.command()
@_asking
@role_option(ROLES)
def overdue(roles: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
    """What was not done in time: of the person a possible breach, for an officer to look at.

    What an agency has to do is overdue and nobody's breach; victim contact is shown as in `due`.
    What an officer decided about a duty stands beside it (`breach`); excused, it is still to do.

    Who may and how it ends: as `due`.
    """
    _listed("overdue", lists.overdue, options, roles)


@click.command()
@_asking
@role_option(OFFICERS)
@click.option("--within", type=WITHIN, default=28, show_default=True, help="Days before and ahead.")
def released(within: int, roles: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
    """Who left custody, and who is to; a planned release nobody told of stays until somebody does.

    Who may and how it ends: as `due`.
    """
    _listed("released", lambda people, scope: lists.released(people, scope, within), options, roles)


@click.command("as-of")
@_asking
def as_of(**options: Any) -> None:  # noqa: ANN401
    """The whole register on a day: everybody of whom it keeps something.

    Who may and how it ends: as `due`.
    """
    _listed("as-of", lists.whole, options)


def _listed(name: str, of: Of, options: dict[str, Any], roles: tuple[str, ...] = ()) -> Listing:
    """The list, put out as was asked for."""
    one_format(as_json=options["as_json"], as_csv=options["as_csv"])
    moment = moment_of(options["known_at"])
    day = local_day(moment) if options["day"] is None else options["day"].date()
    asked: Asked = options["asked"]
    with in_one_line():
        cluster = Cluster.load(options["home"])
        act = decide(cluster, "register", "list", name, asked)
        if act is None:
            raise NobodyActs("Somebody has to answer for that: say who with --as ACTOR.")
        agency, keys = act.by.agency, references(cluster)
        agreements = Versions(cluster.home / "agreements").latest()
        granted = Granted(agreements, agency, datetime.now(UTC), start_of(day))
        if not granted.anything(*TELLS[name]):
            raise NotAllowed("Your agency's agreement tells it of nothing that stands there.")
        scope = Scope(
            day, granted.may_know, lambda who: keys.ref(agency, who), options["areas"], roles
        )
        with reading_shown() as progress:
            found = of(everybody(cluster, moment, progress), scope)
    put(found, day, moment, as_json=options["as_json"], as_csv=options["as_csv"])
    return found


def put(found: Listing, day: date, moment: datetime, *, as_json: bool, as_csv: bool) -> None:
    """The list in that format."""
    if as_json:
        at = {"as_of": day.isoformat(), "known_at": moment.isoformat()}
        put_json({**at, "rows": found.as_objects()})
    elif as_csv:
        put_csv(tuple(found.columns), found.as_objects())
    else:
        console = Console(highlight=False)
        console.print(f"On {said(day)}: {len(found.rows) or 'nobody'}.")
        if found.rows:
            console.print(table(found.headings.values(), found.lines()))
