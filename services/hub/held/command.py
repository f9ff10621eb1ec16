"""`hub held`: look at who is held, and let the service go on."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic, sleep

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from services.agreements.signing import Asked, acting
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.faults import BrokerFault
from services.hub.held.desk import Desk, Hold
from services.runtime.faults import Fault

HELD_AGAIN = 2
"""Exit code where the rule failed once more."""

number_argument = click.argument("number", metavar="NUMBER")
within_option = click.option(
    "--within", "within_s", default=60.0, show_default=True, help="Seconds to wait for the service."
)


@click.group()
def held() -> None:
    """People a service does not watch because a rule failed for them.

    Numbers are places (service, partition, offset); nobody's data is shown.
    """


@held.command("list")
@home_option
@json_option
def list_(home: Path, *, as_json: bool) -> None:
    """Everybody who is held, and by what."""
    desk = _desk(home)
    try:
        holds = _with_errors(desk)
    except Fault as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps([_as_json(hold, error) for hold, error in holds]))
        return
    if not holds:
        click.echo("Nobody is held.")
        return
    table = Table(box=None)
    for column in ("number", "service", "error", "facts waiting"):
        table.add_column(column, justify="right" if column == "facts waiting" else "left")
    for hold, error in holds:
        table.add_row(hold.number, hold.service, error, str(len(hold.waits)))
    Console().print(table)
    click.echo(
        "Look at one: hub held show NUMBER; after the fix: hub held release NUMBER --as ACTOR"
    )


def _with_errors(desk: Desk) -> list[tuple[Hold, str]]:
    """Everybody held, and by which type of error last."""
    holds = desk.holds()
    errors = {service: desk.errors(service) for service in {hold.service for hold in holds}}
    return [(one, errors[one.service].get(one.person_id, ["unknown"])[-1]) for one in holds]


@held.command()
@number_argument
@home_option
@json_option
def show(number: str, home: Path, *, as_json: bool) -> None:
    """What waits for that person: the fact the rule failed on, and all since."""
    desk = _desk(home)
    try:
        waiting = desk.waiting(desk.hold(number))
    except Fault as fault:
        raise _not_found(number, fault) from None
    if as_json:
        click.echo(
            json.dumps(
                [
                    {"offset": w.offset, "kind": w.kind, "recorded_at": w.recorded_at.isoformat()}
                    for w in waiting
                ]
            )
        )
        return
    table = Table(box=None)
    for column in ("offset", "fact", "recorded"):
        table.add_column(column)
    for one in waiting:
        table.add_row(str(one.offset), one.kind, one.recorded_at.strftime("%d %b %Y %H:%M:%S UTC"))
    Console().print(table)


@held.command()
@number_argument
@acting
@within_option
@home_option
@click.pass_context
def release(
    context: click.Context,
    number: str,
    asked: Asked,
    within_s: float,
    home: Path,
) -> None:
    """Decide again everything that waits, after the rule was mended and its build adopted.

    Takes one person: on call, or a co-ordinator.
    """
    context.exit(_lift(home, number, asked, within_s, skipped=False))


@held.command()
@number_argument
@acting
@within_option
@click.option("--yes", is_flag=True, help="Leave the fact out without asking.")
@home_option
@click.pass_context
def skip(
    context: click.Context,
    number: str,
    asked: Asked,
    within_s: float,
    home: Path,
    *,
    yes: bool,
) -> None:
    """Leave the fact the rule failed on out for good, and decide the rest.

    Takes one person: a lead officer or a co-ordinator.
    """
    if not yes:
        click.confirm(
            f"The service will never take the fact at {number}. Leave it out?", abort=True
        )
    context.exit(_lift(home, number, asked, within_s, skipped=True))


def _lift(home: Path, number: str, asked: Asked, within_s: float, *, skipped: bool) -> int:
    desk = _desk(home)
    try:
        hold = desk.hold(number)
        times = len(desk.faults(hold))
        desk.lift(hold, skipped=skipped, asked=asked)
        until = monotonic() + within_s
        while desk.now(hold) is not None:
            if len(desk.faults(hold)) > times:
                click.echo("Held again: mend the rule first, or skip the fact. See: hub held list")
                return HELD_AGAIN
            if monotonic() > until:
                raise click.ClickException(
                    f"{hold.service} has not come to it in {within_s:.0f} s; look: hub status"
                )
            sleep(0.3)
    except Fault as fault:
        raise _not_found(number, fault) from None
    except KafkaException as refused:
        raise click.ClickException(f"The broker refused: {refused.args[0].name()}") from None
    click.echo("Watched again: everything that waited is decided.")
    return 0


def _not_found(number: str, fault: Fault) -> click.ClickException:
    if str(fault).startswith("not-held"):
        return click.ClickException(f"Nobody is held as {number}; who is: hub held list")
    return click.ClickException(str(fault))


def _as_json(hold: Hold, error: str) -> dict[str, object]:
    return {
        "number": hold.number,
        "service": hold.service,
        "partition": hold.partition,
        "failed_at": hold.failed_at,
        "error": error,
        "waiting": len(hold.waits),
    }


def _desk(home: Path) -> Desk:
    try:
        return Desk(Cluster.load(home))
    except BrokerFault as fault:
        raise click.ClickException(str(fault)) from None
