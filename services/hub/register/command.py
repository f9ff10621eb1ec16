"""`hub register`: look a person up, as an officer who may."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from services.agreements.signing import Asked, acting, decide
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.hub.register import counts, law, law_pages, review_words, status, words
from services.hub.register.board import board_of
from services.hub.register.breach_command import breach
from services.hub.register.consulting import consulted
from services.hub.register.list_commands import (
    as_of,
    day_option,
    due,
    known_option,
    moment_of,
    overdue,
    released,
)
from services.hub.register.output import reading_shown, table
from services.hub.register.reading import everybody
from services.hub.register.release_command import release
from services.hub.register.showing import print_register
from services.hub.register.statistics_command import statistics
from services.registry.rules import RULES


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
@click.option("--markdown", is_flag=True, help="As the first page in docs/law.")
@click.option(
    "--into",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --markdown, of the newest rules: all pages and pictures, into this folder.",
)
@json_option
def law_(version: str, folder: Path | None, *, markdown: bool, as_json: bool) -> None:
    """Every rule the register goes by: what it says, where it stands, since when. Asks nobody."""
    rules = RULES[version]
    if folder is not None:
        if not markdown or as_json or version != max(RULES):
            raise click.UsageError("--into goes with --markdown, and with the newest rules")
        law_pages.write(rules, folder)
    elif as_json:
        click.echo(json.dumps(law.as_objects(rules)))
    elif markdown:
        click.echo(law.page(rules), nl=False)
    else:
        page = Table(header_style="bold", expand=True)
        for column in ("what it says", "value", "where it stands", "from", "until", ""):
            page.add_column(column)
        for row in law.rows(rules):
            page.add_row(*(cell.strip("*") for cell in row))
        Console().print(page)
        if version == max(RULES):
            columns = ("rule", "", "told", "on", "is shown")
            Console().print(table(columns, law.examples()))


@register.command()
@click.argument("reference", metavar="PERSON")
@acting
@day_option
@known_option
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
    found, _ = consulted(reference, asked, day, known_at, home)
    if as_json:
        shown = {**words.as_object(found), **status.as_object(found)}
        click.echo(json.dumps({**shown, **review_words.as_object(found)}))
    else:
        print_register(found, Console(highlight=False))


@register.command("counts")
@acting
@known_option
@home_option
@json_option
def counts_(asked: Asked, known_at: datetime | None, home: Path, *, as_json: bool) -> None:
    """How many are managed, by category and level, so that nobody can be told from it.

    Takes a co-ordinator of the Responsible Authority or of the Strategic Management Board; that it
    was asked is recorded. A number under five, and what would give it away, is *. Limited cases and
    category 4 are in no number.
    """
    moment = moment_of(known_at)
    with in_one_line():
        cluster = Cluster.load(home)
        decide(cluster, "register", "count", f"agency-{board_of(cluster.home)}", asked)
        with reading_shown() as progress:
            found = counts.counted(everybody(cluster, moment, progress, counts.READ))
    if as_json:
        click.echo(json.dumps({"known_at": moment.isoformat(), "managed": found.as_object()}))
        return
    levels = ("level 1", "level 2", "level 3", "no level", "all")
    console = Console(highlight=False)
    console.print(table(("category", *levels), found.rows(), levels))
    console.print("[dim]* under five, or it would give such a number away.[/dim]")


for _command in (breach, release, due, overdue, released, as_of, statistics):
    register.add_command(_command)
