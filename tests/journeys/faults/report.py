"""The outcomes as a table for people and as JSON for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.journeys.faults.run import Outcome

COLUMNS = (
    *("fault", "runs", "said", "lost", "repeated", "counted twice", "topics differ"),
    *("stale rows", "hung", "pause p50 s", "max s"),
)
HEED = (
    "repeated: stands twice in a topic to the letter, its readers drop it. hung: transactions a "
    "killed broker left open for ever, aborted by Kafka's own tool. pause: the longest time from "
    "any moment of the fault until every service had done what was said by then; about 1 s is the "
    "committing alone. Of lose-service it is the takeover by the standby."
)


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Every outcome with every pause."""
    return [asdict(outcome) | {"clean": outcome.clean} for outcome in outcomes]


def show(console: Console, outcomes: Sequence[Outcome]) -> None:
    """The table, then what needs words."""
    table = Table(box=None, header_style="bold")
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left")
    for one in outcomes:
        pauses = one.pauses_s
        table.add_row(
            one.fault,
            *map(str, (one.runs, one.said, one.lost, one.repeated, one.twice)),
            *map(str, (len(one.differing), len(one.stale), one.hung)),
            f"{median(pauses):.1f}" if pauses else "-",
            f"{max(pauses):.1f}" if pauses else "-",
        )
    console.print(table)
    for one in outcomes:
        stopped = [f"stopped: {one.stopped}"] if one.stopped else []
        shown = [f"not shown: {one.not_shown}"] if one.not_shown else []
        for line in (
            *stopped,
            *shown,
            *one.notes,
            *one.differing,
            *(f"stale: {s}" for s in one.stale),
        ):
            console.print(f"{one.fault}: {line}", markup=False)
    console.print(HEED)
