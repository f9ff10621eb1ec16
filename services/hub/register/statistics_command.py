"""`hub register statistics`: the tables of the annual report that the register owes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from services.agreements.signing import Asked, acting, decide
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.hub.register.board import board_of
from services.hub.register.calibration import LAST, derbyshire_2017
from services.hub.register.list_commands import DAY, known_option, moment_of
from services.hub.register.output import (
    csv_option,
    one_format,
    put_csv,
    put_json,
    reading_shown,
    table,
)
from services.hub.register.population import POPULATION_FILE, population_on, populations
from services.hub.register.reading import everybody
from services.hub.register.statistics import Statistics
from services.hub.register.statistics import statistics as counted
from services.hub.register.suppression import HIDDEN, shown
from services.hub.register.words import said
from services.registry.dates import local_day

NOTE = (
    "In the community: nobody in custody or detained in a hospital is in tables 1 and 3. Nobody "
    f"limited to named bodies is in any. {HIDDEN}: under five, or it would give such a number away."
)
FIRST = date(2002, 3, 31)
"""The end of the arrangements' first year (Criminal Justice and Court Services Act 2000 s.67)."""
COLUMNS = ("table", "row", "column", "value")


@click.command()
@acting
@click.option("--as-of", "day", type=DAY, help="A 31 March; the last one if not said.")
@known_option
@click.option(
    "--population",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=POPULATION_FILE,
    help="How many live in the area.  [default: deploy/population.yaml]",
)
@click.option(
    "--example",
    is_flag=True,
    help="Of an invented Derbyshire of 31 March 2017, whose known figures are held; asks nobody.",
)
@home_option
@json_option
@csv_option
def statistics(
    asked: Asked,
    day: datetime | None,
    known_at: datetime | None,
    population: Path,
    home: Path,
    *,
    example: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Tables 1 and 3 to 7 of the annual report, for the year to a 31 March.

    Takes a co-ordinator of the Responsible Authority or of the Strategic Management Board; that it
    was asked is recorded. Exit 0: counted; 1: not counted; 2: not understood.
    """
    one_format(as_json=as_json, as_csv=as_csv)
    moment = moment_of(known_at)
    last = _last_march(local_day(moment)) if day is None else day.date()
    last = LAST if example else last
    if (last.month, last.day) != (3, 31) or last < FIRST:
        raise click.UsageError("--as-of is a 31 March, from 2002 on")
    with in_one_line():
        people = population_on(populations(population), last)
        if example:
            put(counted(derbyshire_2017(), last, people), moment, as_json=as_json, as_csv=as_csv)
            return
        cluster = Cluster.load(home)
        decide(cluster, "register", "count", f"agency-{board_of(cluster.home)}", asked)
        with reading_shown() as progress:
            found = counted(everybody(cluster, moment, progress), last, people)
    put(found, moment, as_json=as_json, as_csv=as_csv)


def put(found: Statistics, moment: datetime, *, as_json: bool, as_csv: bool) -> None:
    """The tables in that format."""
    if as_json:
        put_json({"known_at": moment.isoformat(), **as_object(found)})
    elif as_csv:
        put_csv(COLUMNS, _cells(found))
    else:
        _print(found, Console(highlight=False))


def as_object(found: Statistics) -> dict[str, Any]:
    """Everything, for programs; null where a number is hidden or no population is set."""
    people = found.population
    return {
        "as_of": found.last.isoformat(),
        "table_1": found.eligible.as_object(),
        "table_3": {
            "registered": found.registered,
            "per_100_000": None if found.per_100_000 is None else str(found.per_100_000),
            "population": None if people is None else people.model_dump(mode="json"),
        },
        **{f"table_{number}": dict(counts) for number, counts in found.of_year().items()},
    }


def _print(found: Statistics, console: Console) -> None:
    console.print(f"Table 1. Eligible on {said(found.last)}, by category and level")
    levels = tuple(f"level {one}" for one in ("1", "2", "3"))
    columns = ("category", *levels, "no level", "all")
    console.print(table(columns, found.eligible.rows(), columns[1:]))
    per = "no population is set" if found.population is None else HIDDEN
    rate = per if found.per_100_000 is None else str(found.per_100_000)
    console.print(f"\nTable 3. Registered: {shown(found.registered)}; per 100,000: {rate}")
    if found.population is not None:
        console.print(f"[dim]of {found.population.label}[/dim]")
    console.print(f"\nIn the year to {said(found.last)}")
    rows = (
        (f"{number}", what, shown(count))
        for number, counts in found.of_year().items()
        for what, count in counts.items()
    )
    console.print(table(("table", "", "number"), rows, ("number",)))
    console.print(f"\n[dim]{NOTE}[/dim]")


def _cells(found: Statistics) -> Iterator[Mapping[str, Any]]:
    """A line for each number; `*` where it is hidden, nothing where there is none."""
    for row, cells in found.eligible.as_object().items():
        for column, number in cells.items():
            yield _cell(1, row, column, number)
    yield _cell(3, "registered", "number", found.registered)
    rate = None if found.population is None else found.per_100_000 or HIDDEN
    yield {**_cell(3, "registered", "per 100,000 aged 10 and over", 0), "value": rate}
    for table_, counts in found.of_year().items():
        for what, count in counts.items():
            yield _cell(table_, what, "number", count)


def _cell(number: int, row: str, column: str, value: int | None) -> Mapping[str, Any]:
    return dict(
        zip(COLUMNS, (number, row, column, HIDDEN if value is None else value), strict=True)
    )


def _last_march(day: date) -> date:
    this = date(day.year, 3, 31)
    return this if day >= this else this.replace(year=day.year - 1)
