"""`hub register release`: how ready one person's release is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from schemas.victim import VictimDeadline
from services.agreements.signing import Asked, acting
from services.hub.broker.commands import home_option, json_option
from services.hub.register import readiness, words
from services.hub.register.consulting import consulted
from services.hub.register.list_commands import day_option, known_option
from services.hub.register.lookup import Found
from services.hub.register.output import table

SOMETHING_RED = 3
_COLOURED = {
    readiness.Colour.RED: "[bold red]red[/bold red]",
    readiness.Colour.AMBER: "[yellow]amber[/yellow]",
    readiness.Colour.DONE: "[green]done[/green]",
}


@click.command("release")
@click.argument("reference", metavar="PERSON")
@acting
@day_option
@known_option
@home_option
@json_option
def release(
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
    found, agreement = consulted(reference, asked, day, known_at, home)
    # Whether its agreement tells it of victim contact (R-VIC-4).
    with_victims = agreement is not None and VictimDeadline.kind() in agreement.grants
    lines = readiness.readiness(found, with_victims=with_victims)
    if as_json:
        click.echo(json.dumps(readiness.as_object(found, lines)))
    else:
        print_readiness(found, lines, Console(highlight=False))
    if any(one.colour is readiness.Colour.RED for one in lines):
        click.get_current_context().exit(SOMETHING_RED)


def print_readiness(found: Found, lines: Sequence[readiness.Line], console: Console) -> None:
    """The lines as a table, red first."""
    console.print(f"On {words.said(found.day)}:")
    columns = ("", "what", "how it stands", "whose", "by", "")
    console.print(table(columns, map(_readable, lines)) if lines else "Nothing is due.")
    watched = "" if found.rules.release.milestones.value else ", which watch no milestone"
    console.print(f"[dim]By the rules {found.rules.version}{watched}.[/dim]")


def _readable(line: readiness.Line) -> tuple[str, ...]:
    by = "" if line.by is None else words.said(line.by)
    source = f"{line.source}{'; local' if line.local else ''}"
    whose = line.owed_by.value.replace("-", " ")
    return _COLOURED[line.colour], line.what, line.stands, whose, by, source
