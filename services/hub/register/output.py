"""How what `hub register` found is put out: as a table, as JSON or as CSV; and that it reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from services.hub.register.log_reading import Progress

csv_option = click.option("--csv", "as_csv", is_flag=True, help="As comma-separated values.")


@contextmanager
def reading_shown() -> Iterator[Progress]:
    """A bar on standard error while a long log is read; none where that is no terminal."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading the log", total=None)
        yield lambda count, of: bar.update(task, completed=count, total=of)


def one_format(*, as_json: bool, as_csv: bool) -> None:
    """Of two formats none is meant.

    Raises:
        UsageError: both were asked for.
    """
    if as_json and as_csv:
        raise click.UsageError("--json or --csv, not both")


def put_json(found: object) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(found))


def put_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Values in those columns on standard output; what is not known is empty."""
    out = StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    click.echo(out.getvalue(), nl=False)


def table(
    columns: Iterable[str], rows: Iterable[Iterable[str]], right: Iterable[str] = ()
) -> Table:
    """A plain table; those columns are numbers."""
    made, numbers = Table(box=None, header_style="bold", pad_edge=False), set(right)
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left")
    for row in rows:
        made.add_row(*row)
    return made
