"""`hub notice`: recall a notice that told what was not its receiver's to know.

Exit codes: 0 done · 1 it could not be, and why · 2 wrong usage.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from schemas.notice import Reporting
from services.agreements.signing import Asked, acting, keys_option
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.private import write_private
from services.hub.exits import in_one_line
from services.hub.notice.desk import Desk
from services.hub.notice.incident import Recall, as_object

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ"])
number_argument = click.argument("number", metavar="NUMBER", type=click.UUID)


@click.group()
def notice() -> None:
    """Recall notices, follow who has destroyed them, and report the breach in time.

    What a source takes back itself is told to whoever was told it without any command.
    """


@notice.command()
@number_argument
@click.option("--agency", help="Whose notice it is, to be sure.")
@click.option(
    "--aware", "aware", type=MOMENT, help="When it was known to be wrong (UTC); now if not said."
)
@acting
@click.option(
    "--within", "within_s", default=60.0, show_default=True, help="Seconds to wait for the hub."
)
@home_option
def recall(
    number: UUID,
    agency: str | None,
    aware: datetime | None,
    asked: Asked,
    within_s: float,
    home: Path,
) -> None:
    """Tell whoever got that notice to destroy it and to confirm that it has.

    Takes two information-governance officers of the Responsible Authority, who run the same
    command. From when it was known 72 hours run to report the breach (UK GDPR Art. 33).
    """
    aware_at = None if aware is None else aware.replace(tzinfo=UTC)
    with in_one_line():
        desk = Desk(home)
        told = desk.recall(number, agency, aware_at, asked)
        desk.until_told(number, within_s)
    click.echo(f"{told.agency} is told to destroy it. How it stands: hub notice recalls")


@notice.command()
@number_argument
@click.argument("decided", type=click.Choice([one.value for one in Reporting]))
@acting
@home_option
def answer(number: UUID, decided: str, asked: Asked, home: Path) -> None:
    """Say that the Commissioner was told of a recalled notice, or need not be.

    That it was `reported` takes one information-governance officer, that it is `no-risk` two.
    """
    with in_one_line():
        Desk(home).answer(number, decided, asked)
    click.echo("The hours do not run any more. How it stands: hub notice recalls")


@notice.command()
@home_option
@json_option
def recalls(home: Path, *, as_json: bool) -> None:
    """Every recalled notice: waiting, overdue or confirmed, and the hours to report it."""
    with in_one_line():
        found = list(Desk(home).told().recalls())
    if as_json:
        click.echo(json.dumps([as_object(one) for one in found]))
    elif not found:
        click.echo("No notice was recalled.")
    else:
        _table(found)


@notice.command("incident")
@number_argument
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "actor", metavar="ACTOR", envvar="HUB_ACTOR", required=True)
@keys_option
@home_option
def incident_(number: UUID, file: Path, actor: str, keys: Path, home: Path) -> None:
    """Write down one recalled notice: who was told what when, who decided, the hours.

    Without anybody's name or address, the person by your own agency's reference. For an
    information-governance officer of the Responsible Authority; only you can open the file.
    """
    with in_one_line():
        found = Desk(home).incident(number, actor, keys.expanduser())
    write_private(file, json.dumps(found, indent=2) + "\n")
    click.echo(f"{file}: its notice, its recall, its hours, and who else was told the same.")


def _table(found: list[Recall]) -> None:
    table = Table(box=None, header_style="bold")
    for column in ("notice", "told", "of", "recalled", "stands", "report by", "hours"):
        table.add_column(column, overflow="fold")
    for one in found:
        confirmed = f", {one.confirmed_at:%d %b %H:%M}" if one.confirmed_at else ""
        table.add_row(
            one.number,
            one.agency,
            one.about,
            f"{one.recalled_at:%d %b %H:%M}",
            f"{one.standing.value}{confirmed}",
            f"{one.report_by:%d %b %H:%M} UTC",
            one.hours.value,
        )
    Console(highlight=False).print(table)
