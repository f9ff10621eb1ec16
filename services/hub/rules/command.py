"""`hub rules`: by which rules the hub decides, whom others would affect, and adopting them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from schemas.base import PersonId
from services.agreements.references import References
from services.agreements.signing import Asked, acting, decide
from services.hub import adoption
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.hub.register.lookup import references
from services.hub.register.output import reading_shown
from services.hub.register.reading import everybody
from services.hub.rules.in_force import NEWEST, in_force
from services.hub.rules.shadow import Report, compared
from services.registry.dates import local_day
from services.registry.domain import DAYS
from services.registry.rules import RULES

VERSION = click.Choice(sorted(RULES))
EXAMPLES = 3
"""So many people are named for each change; all with `--all`."""


@click.group()
def rules() -> None:
    """By which rules the hub decides. What each says: `hub register law`."""


@rules.command("show")
@home_option
@json_option
def show(home: Path, *, as_json: bool) -> None:
    """Which rules are in force, and which others this build has."""
    now = in_force(home)
    if as_json:
        click.echo(json.dumps({"in_force": now, "known": sorted(RULES), "newest": NEWEST}))
        return
    click.echo(f"Rules {now} are in force.")
    if now != NEWEST:
        click.echo(f"Newer ones are here: hub rules compare {NEWEST}, then adopt {NEWEST}.")


@rules.command("compare")
@click.argument("version", type=VERSION)
@click.option("--all", "all_named", is_flag=True, help="Name everybody each change is true of.")
@acting
@home_option
@json_option
def compare(version: str, asked: Asked, home: Path, *, all_named: bool, as_json: bool) -> None:
    """Whom other rules would affect today, and how; nothing is changed, and nobody is told.

    Each person's register is made anew from the log by the rules in force and by those, and the two
    are held against each other. People are named by your own agency's reference. Takes a lead
    officer or a co-ordinator of the Responsible Authority; that it was asked is recorded. Exit 0:
    nobody is affected; 3: somebody is; 1: it could not be told.
    """
    with in_one_line():
        cluster, day = Cluster.load(home), local_day(datetime.now(UTC))
        act = decide(cluster, "rules", "compare", version, asked)
        if act is None:
            raise click.ClickException("It takes an enrolled officer: hub actor enrol.")
        before, after = RULES[in_force(home)], RULES[version]
        with reading_shown() as progress:
            told = everybody(cluster, datetime.now(UTC), progress, DAYS)
            report = compared(told, day, before, after)
    named = _Named(references(cluster), act.by.agency, None if all_named else EXAMPLES)
    if as_json:
        click.echo(json.dumps(_as_object(before.version, after.version, report, named)))
    else:
        _print(before.version, after.version, report, named)
    click.get_current_context().exit(3 if report.affected else 0)


@rules.command("adopt")
@click.argument("version", type=VERSION)
@acting
@home_option
def adopt(version: str, asked: Asked, home: Path) -> None:
    """Decide by those rules from here on; what was decided stays as it was.

    Look first whom it affects (`hub rules compare`). Takes two people: lead officers or
    co-ordinators of the Responsible Authority. Facts have to be written by the newest schemas
    (`hub schemas adopt`), for newer rules say what older ones have no words for.
    """
    with in_one_line():
        adoption.adopt_rules(Cluster.load(home), version, asked)
    click.echo(f"Rules {version} are in force.")


class _Named:
    """People by the reference one agency knows them by, and no more of them than asked for."""

    def __init__(self, references: References, agency: str, at_most: int | None) -> None:
        self._references, self._agency, self._at_most = references, agency, at_most

    def of(self, people: set[PersonId]) -> list[str]:
        """Sorted, so that nobody is named for having come first."""
        return sorted(self._references.ref(self._agency, one) for one in people)[: self._at_most]


def _rows(report: Report, named: _Named) -> Iterator[tuple[str, int, list[str]]]:
    for change, people in report.rows():
        yield change, len(people), named.of(people)


def _as_object(before: str, after: str, report: Report, named: _Named) -> dict[str, object]:
    return {
        "in_force": before,
        "compared": after,
        "people": report.people,
        "affected": len(report.affected),
        "changes": [
            {"change": change, "people": count, "named": refs}
            for change, count, refs in _rows(report, named)
        ],
    }


def _print(before: str, after: str, report: Report, named: _Named) -> None:
    console = Console(highlight=False)
    console.print(
        f"Rules {after} instead of {before}: {len(report.affected)} of {report.people} people "
        "would stand otherwise today."
    )
    if not report.affected:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("what")
    table.add_column("people", justify="right")
    table.add_column("for example")
    for change, count, refs in _rows(report, named):
        more = " …" if count > len(refs) else ""
        table.add_row(change, str(count), " ".join(refs) + more)
    console.print(table)
