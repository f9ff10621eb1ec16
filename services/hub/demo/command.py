"""`hub demo`, for the terminal."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from services.hub import start
from services.hub.broker.commands import json_option
from services.hub.broker.faults import BrokerFault
from services.hub.demo.people import KEYS
from services.hub.demo.run import PEEKS, Outcome
from services.hub.demo.run import demo as run_demo
from services.hub.proofs import lines
from services.runtime.faults import Fault


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".hub/demo"),
    show_default=True,
    help="Cleared first: the demo always begins with nothing.",
)
@click.option("--size", type=click.Choice(["county", "small"]), default="county", show_default=True)
@click.option("--keep", is_flag=True, help="Leave the hub running to look around.")
@json_option
@click.pass_context
def demo(context: click.Context, home: Path, size: str, *, keep: bool, as_json: bool) -> None:
    """Run a whole hub over a synthetic county and prove what it promises.

    Exit 0: all proofs hold; 1: it could not be run; 2: a proof does not hold.
    """
    console = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def say(line: str) -> None:
        console.print(f"{time.monotonic() - began:6.1f} s  {line}")

    try:
        outcome = asyncio.run(run_demo(home, Path("deploy/agreements"), size, say, keep=keep))
    except (BrokerFault, Fault) as fault:
        raise click.ClickException(f"{fault} Look into {home}/logs.") from None
    finally:
        if not keep:
            start.bring_down(home, say)
    if as_json:
        click.echo(json.dumps({**asdict(outcome), "holds": outcome.holds}, default=str))
    else:
        _show(outcome)
    if keep:
        console.print(f"The hub runs on: hub status --home {home}; hub down --home {home}")
        console.print(
            f"Invented people may act in it: hub actor list --home {home}; their keys are in "
            f"--keys {home / KEYS}"
        )
    context.exit(0 if outcome.holds else 2)


def _show(outcome: Outcome) -> None:
    console = Console(highlight=False)
    console.print()
    console.print(_counts("Facts in the log, by source", outcome.said))
    console.print(_counts("What the door decided", outcome.because))
    console.print(_refused(outcome))
    console.print(_notices(outcome))
    console.print(
        f"Files: {outcome.rows} rows, {outcome.rows_refused} refused, each reported to its sender"
    )
    console.print(
        "From submission to inbox on the live day, the kill included: "
        f"p50 {outcome.percentile_ms(50):.0f} ms · p99 {outcome.percentile_ms(99):.0f} ms "
        f"({len(outcome.delays_s)} notices)"
    )
    lag = ", ".join(f"{name} {count}" for name, count in outcome.lag.items())
    console.print(f"Lag at the end, records: {lag}")
    console.print()
    _proofs(console, outcome)
    console.print(f"Took {outcome.took_s:.0f} s.")


def _proofs(console: Console, outcome: Outcome) -> None:
    peek = "is refused by the broker" if outcome.peek_refused else "was NOT REFUSED"
    console.print(f"1. {PEEKS[0]} reading {PEEKS[1]}'s inbox {peek}.")
    lost = "nothing is lost, nothing shown twice" if not outcome.missing else "DIFFERENCES"
    console.print(f"2. {', '.join(outcome.killed)} killed with -9 half way: {lost}.")
    for line in outcome.missing:
        console.print(f"     {line}")
    console.print("3. The recorded log of this run, fed to each service in memory:")
    for line in lines(outcome.comparisons):
        console.print(f"     {line}")


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    table = Table(title=title, box=None, title_justify="left", show_header=False)
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        table.add_row(f"  {name}", f"{count:>7}")
    return table


def _refused(outcome: Outcome) -> Table:
    table = Table(title="Refused, back with its sender", box=None, title_justify="left")
    for column in ("  sender", "reason", "letters"):
        table.add_column(column, justify="right" if column == "letters" else "left")
    for sender, reasons in sorted(outcome.refused.items()):
        for reason, count in sorted(reasons.items()):
            table.add_row(f"  {sender}", reason, str(count))
    return table


def _notices(outcome: Outcome) -> Table:
    table = Table(title="Notices", box=None, title_justify="left")
    for column in ("  agency", "in its inbox", "reached it by"):
        table.add_column(column, justify="right" if column == "in its inbox" else "left")
    for slug, count in sorted(outcome.notices.items()):
        by = "orders folder"
        if slug in outcome.shown:
            by = f"stock client, {outcome.shown[slug]} shown"
        elif slug in outcome.webhooks:
            by = f"webhook, {outcome.webhooks[slug]} calls"
        table.add_row(f"  {slug}", str(count), by)
    return table
