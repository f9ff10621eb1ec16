"""`hub register`: look a person up, as an officer who may."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from schemas.victim import VictimDeadline
from services.agreements.model import Body
from services.agreements.signing import Asked, acting, decide
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.hub.register import law, readiness, words
from services.hub.register.lookup import Found, counted_by, look_up
from services.registry.dates import local_day
from services.registry.rules import RULES

NOBODY = "Nobody is in the register under that reference."
DAY = click.DateTime(["%Y-%m-%d"])
SOMETHING_RED = 3
_COLOURED = {
    readiness.Colour.RED: "[bold red]red[/bold red]",
    readiness.Colour.AMBER: "[yellow]amber[/yellow]",
    readiness.Colour.DONE: "[green]done[/green]",
}
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])


@click.group()
def register() -> None:
    """Who has to notify the police, until when, and which duty is due on which day."""


@register.command("law")
@click.option(
    "--version",
    type=click.Choice(sorted(RULES)),
    default=max(RULES),
    show_default=True,
    help="Of the rules.",
)
@click.option("--markdown", is_flag=True, help="As the page in docs/law.")
@json_option
def law_(version: str, *, markdown: bool, as_json: bool) -> None:
    """Every rule the register goes by: what it says, where it stands, since when. Asks nobody."""
    rules = RULES[version]
    if as_json:
        click.echo(json.dumps(law.as_objects(rules)))
    elif markdown:
        click.echo(law.page(rules), nl=False)
    else:
        table = Table(header_style="bold", expand=True)
        for column in ("what it says", "value", "where it stands", "from", "until", ""):
            table.add_column(column)
        for row in law.rows(rules):
            table.add_row(*(cell.strip("*") for cell in row))
        Console().print(table)
        if version == max(RULES):
            columns = ("rule", "", "told", "on", "is shown")
            Console().print(_table(columns, law.examples()))


@register.command()
@click.argument("reference", metavar="PERSON")
@acting
@click.option("--as-of", "day", type=DAY, help="As it was on that day; today if not said.")
@click.option("--known-at", type=MOMENT, help="As far as the hub knew at that moment (UTC).")
@home_option
@json_option
def show(
    reference: str,
    asked: Asked,
    day: datetime | None,
    known_at: datetime | None,
    home: Path,
    *,
    as_json: bool,
) -> None:
    """One person's requirement, convictions and duties, each with where in the law it stands.

    PERSON is your own agency's reference, as it stands in its notices. Takes a lead officer or a
    co-ordinator of the Responsible Authority; that it was asked is recorded. Exit 1: nothing is
    shown.
    """
    found, _ = _found(reference, asked, day, known_at, home)
    if as_json:
        click.echo(json.dumps(words.as_object(found)))
    else:
        print_register(found, Console(highlight=False))


@register.command("counts")
@acting
@click.option("--known-at", type=MOMENT, help="As far as the hub knew at that moment (UTC).")
@home_option
@json_option
def counts_(asked: Asked, known_at: datetime | None, home: Path, *, as_json: bool) -> None:
    """How many are managed, by category and level, so that nobody can be told from it.

    Takes a co-ordinator of the Responsible Authority or of the Strategic Management Board; that it
    was asked is recorded. A number under five, and what would give it away, is *. Limited cases and
    category 4 are in no number.
    """
    moment = datetime.now(UTC) if known_at is None else known_at.replace(tzinfo=UTC)
    with in_one_line():
        cluster = Cluster.load(home)
        decide(cluster, "register", "count", f"agency-{_board(cluster.home)}", asked)
        found = counted_by(cluster, moment)
    if as_json:
        click.echo(json.dumps({"known_at": moment.isoformat(), "managed": found.as_object()}))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("category")
    for level in ("level 1", "level 2", "level 3", "no level", "all"):
        table.add_column(level, justify="right")
    for row in found.rows():
        table.add_row(*row)
    console = Console(highlight=False)
    console.print(table)
    console.print("[dim]* under five, or it would give such a number away.[/dim]")


@register.command("release")
@click.argument("reference", metavar="PERSON")
@acting
@click.option("--as-of", "day", type=DAY, help="As it was on that day; today if not said.")
@click.option("--known-at", type=MOMENT, help="As far as the hub knew at that moment (UTC).")
@home_option
@json_option
def release_(
    reference: str,
    asked: Asked,
    day: datetime | None,
    known_at: datetime | None,
    home: Path,
    *,
    as_json: bool,
) -> None:
    """How ready one person's release is, what is missing or overdue first.

    Recall, parole, victim contact and a release ahead: each with whose it is, by when and by which
    rule. Victim contact is shown to an agency that is told of it. PERSON and who may ask are as in
    show. Exit 0: nothing is red; 3: something is; 1: nothing is shown.
    """
    found, with_victims = _found(reference, asked, day, known_at, home)
    lines = readiness.readiness(found, with_victims=with_victims)
    if as_json:
        click.echo(json.dumps(readiness.as_object(found, lines)))
    else:
        print_readiness(found, lines, Console(highlight=False))
    if any(one.colour is readiness.Colour.RED for one in lines):
        sys.exit(SOMETHING_RED)


def _found(
    reference: str, asked: Asked, day: datetime | None, known_at: datetime | None, home: Path
) -> tuple[Found, bool]:
    """One person's register on that day, and whether who asks may know of victim contact."""
    moment = datetime.now(UTC) if known_at is None else known_at.replace(tzinfo=UTC)
    on = local_day(moment) if day is None else day.date()
    with in_one_line():
        cluster = Cluster.load(home)
        act = decide(cluster, "register", "consult", reference, asked)
        found = None if act is None else look_up(cluster, act.by.agency, reference, on, moment)
        if act is None or found is None:
            raise click.ClickException(NOBODY)
        return found, _told_of_victims(cluster.home, act.by.agency)


def _told_of_victims(home: Path, agency: str) -> bool:
    """Whether its agreement tells it of victim contact (R-VIC-4)."""
    known = Versions(home / "agreements").latest().receivers.get(agency)
    return known is not None and VictimDeadline.kind() in known.grants


def _board(home: Path) -> str:
    """The body that co-ordinates for the board and may be told counts alone."""
    agencies = Versions(home / "agreements").latest().agencies
    found = (slug for slug, one in agencies.items() if one.agreement.body is Body.CO_ORDINATION)
    return next(found, "nobody")


def print_register(found: Found, console: Console) -> None:
    """The register as tables."""
    requirement, law = words.requirement(found.register, found.day)
    console.print(f"On {words.said(found.day)} {requirement}.  [dim]{law}[/dim]")
    if review := words.review(found.register, found.day, found.rules):
        console.print(f"{review[0][0].upper()}{review[0][1:]}.  [dim]{review[1]}[/dim]")
    category = found.register.category or "none"
    console.print(f"Category under the arrangements: {category}.  [dim]CJA 2003 ss.325, 327[/dim]")
    convictions = words.convictions(found.register, found.rules)
    console.print(_table(("convicted on", "dealt with by", ""), convictions))
    if orders := tuple(words.orders(found.register)):
        console.print(_table(("order", "made on", "served on", "until", ""), orders))
    deadlines = words.deadlines(found.register)
    console.print(_table(("duty", "last day", "how it stands", ""), deadlines))
    console.print(f"[dim]By the rules {found.rules.version}.[/dim]")


def print_readiness(found: Found, lines: Sequence[readiness.Line], console: Console) -> None:
    """The lines as a table, red first."""
    console.print(f"On {words.said(found.day)}:")
    columns = ("", "what", "how it stands", "whose", "by", "")
    console.print(
        _table(columns, (_readable(one) for one in lines)) if lines else "Nothing is due."
    )
    watched = "" if found.rules.release.milestones.value else ", which watch no milestone"
    console.print(f"[dim]By the rules {found.rules.version}{watched}.[/dim]")


def _readable(line: readiness.Line) -> tuple[str, ...]:
    by = "" if line.by is None else words.said(line.by)
    source = f"{line.source}{'; local' if line.local else ''}"
    whose = line.owed_by.value.replace("-", " ")
    return _COLOURED[line.colour], line.what, line.stands, whose, by, source


def _table(columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    return table
