"""`hub backup`, `hub restore` and `hub drill`, for the terminal.

Exit codes: 0 done · 1 it could not be, and why · 2 wrong usage · 3 the backup is not whole, or the
drill found a difference.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from schemas.log import Decided
from services.agreements.acts import anybody
from services.agreements.signing import Asked, acting, signed
from services.agreements.versions import Versions
from services.hub.backup import secrets as secret_file
from services.hub.backup.drill import Drilled
from services.hub.backup.drill import drill as drilled
from services.hub.backup.manifest import faults, file_count, load
from services.hub.backup.picture import Picture
from services.hub.backup.restore import restore as put_back
from services.hub.backup.take import take
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.runtime.faults import Stop
from services.runtime.names import Names

NOT_WHOLE = 3
Show = Callable[[str, int, int], None]

folder_argument = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
secrets_option = click.option(
    "--secrets",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keys, passwords and the reference secret; to be kept elsewhere than FOLDER.",
)
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its first line seals (age) or opens the secrets.",
)


@click.group()
def backup() -> None:
    """Keep a copy of the hub, and look whether it is whole."""


@backup.command("take")
@home_option
@json_option
@folder_argument
@secrets_option
@passphrase_option
def take_command(
    home: Path, folder: Path, secrets: Path | None, passphrase_file: Path | None, *, as_json: bool
) -> None:
    """Bring the backup in FOLDER up to now, or make the first; the hub runs on.

    Only what is new is read, so running it every few minutes costs little; how often it runs is
    how much can be lost. FOLDER holds everything the hub knows of people, closed to other users
    and not sealed: keep it on a sealed disk. With --secrets the secrets are written too, into a
    file that has to lie elsewhere.
    """
    with _told(), _bar() as show:
        if secrets is not None and secrets.resolve().is_relative_to(folder.resolve()):
            raise Stop("secrets do not belong beside the data: give --secrets another place")
        done = take(Cluster.load(home), folder, lambda done, of: show("reading", done, of))
        if secrets is not None:
            secret_file.keep(home, secrets, _passphrase(passphrase_file))
    if as_json:
        click.echo(json.dumps(asdict(done), default=str))
        return
    gone = f", {done.dropped_records} past their retention" if done.dropped_records else ""
    click.echo(
        f"{folder}: {done.new_records} new records{gone}; {done.records} in all, "
        f"{done.size_bytes / 1e6:.1f} MB, {done.took_s:.1f} s. "
        f"Holds all that was said before {done.holds_all_said_before:%d %B %Y %H:%M:%S} UTC."
    )


@backup.command()
@json_option
@folder_argument
@click.pass_context
def verify(context: click.Context, folder: Path, *, as_json: bool) -> None:
    """Read all of the backup in FOLDER. Exit 0: it is whole; 3: it is not, and what is wrong.

    Looks too whether it can be cut to one moment of the hub; if not, exit 1.
    """
    with _told(), _bar() as show:
        manifest = load(folder)
        total, found = file_count(manifest), []
        for number, fault in enumerate(faults(folder, manifest), 1):
            show("reading", min(number, total), total)
            found += [fault] if fault else []
        if not found:
            Picture(folder, manifest, Names(manifest.prefix)).cut()
    if as_json:
        answer = {"whole": not found, "records": manifest.records, "run": manifest.run}
        since = manifest.began_at.isoformat()
        click.echo(json.dumps({**answer, "holds_all_said_before": since, "faults": found}))
    else:
        for line in found:
            click.echo(line)
        verdict = "is NOT whole: use another copy" if found else "is whole"
        click.echo(
            f"{folder} {verdict}; {manifest.records} records, all that was said before "
            f"{manifest.began_at:%d %B %Y %H:%M:%S} UTC."
        )
    context.exit(NOT_WHOLE if found else 0)


@click.command()
@home_option
@json_option
@folder_argument
@secrets_option
@passphrase_option
@acting
def restore(
    home: Path,
    folder: Path,
    secrets: Path | None,
    passphrase_file: Path | None,
    asked: Asked,
    *,
    as_json: bool,
) -> None:
    """Put the hub of the backup in FOLDER into an empty cluster, started if it is a local one.

    A cluster that holds a hub is not touched. What ends half way is begun again by the same
    command. No agency is let in until `hub up`; its folder then says in which epoch its inbox is,
    and since when to say again. Takes two people, on call or co-ordinators by the agreements of the
    copy.
    """
    console = Console(stderr=True, highlight=False)
    with _told(), _bar() as show:
        done = put_back(
            folder,
            home,
            secrets,
            _passphrase(passphrase_file),
            console.print,
            show,
            decide=lambda cluster: act_of(cluster.home, folder, asked),
        )
    if as_json:
        click.echo(json.dumps(asdict(done), default=str))
        return
    click.echo(
        f"Restored in {done.took_s:.1f} s: {done.records} records, {done.rows} rows; {done.cut} "
        f"left out, which the services say again. Inboxes are in epoch {done.epoch}.\n"
        f"It holds all that was said before {done.holds_all_said_before:%d %B %Y %H:%M:%S} UTC. "
        f"Agencies say again what they said since {done.say_again_since:%d %B %H:%M:%S} UTC.\n"
        f"Next: hub up --home {home}"
    )


@click.command()
@home_option
@json_option
@folder_argument
@click.pass_context
def drill(context: click.Context, home: Path, folder: Path, *, as_json: bool) -> None:
    """Rehearse the loss of the cluster: back up into FOLDER, restore beside the hub, compare.

    The running hub is not touched and no agency reaches the second one, which is taken down again.
    Exit 0: nothing differs; 3: something does.
    """
    console = Console(stderr=True, highlight=False)
    with _told(), _bar() as show:
        done = drilled(Cluster.load(home), folder, console.print, show)
    if as_json:
        click.echo(json.dumps(asdict(done), default=str))
    else:
        _show(done)
    context.exit(NOT_WHOLE if done.different else 0)


def act_of(home: Path, folder: Path, asked: Asked) -> Decided | None:
    """By which people allow that copy to be put in force; None: nobody is enrolled in it.

    Raises:
        NobodyActs, NotYet, NotAllowed: they do not; there is no log yet to be told of it.
    """
    if not anybody(Versions(home / "agreements").latest()):
        return None
    copy = f"copy-{load(folder).lineage}".replace("/", ":")
    fact, refusal = signed(home, "copy", "restore", copy, asked)
    if refusal is not None:
        raise refusal
    return fact


def _show(done: Drilled) -> None:
    table = Table(box=None, show_header=False)
    rows = (
        ("RPO, had the cluster been lost now", f"{done.rpo_s:.1f} s"),
        ("RTO, from nothing to a healthy hub", f"{done.rto_s:.1f} s"),
        ("  of which the restore", f"{done.restored.took_s:.1f} s"),
        ("records of the log, the same to the byte", str(done.log_records)),
        ("records in the backup", str(done.taken.records)),
        ("left out by the cut, said again", str(done.restored.cut)),
        ("notices told and not there any more", str(done.lost_notices)),
        ("not compared", ", ".join(done.not_compared) or "nobody"),
        ("different", "; ".join(done.different) or "nothing"),
    )
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _passphrase(file: Path | None) -> str:
    if file is None:
        return ""
    lines = file.read_text().splitlines()
    if not lines or not lines[0]:
        raise Stop(f"{file} is empty")
    return lines[0]


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong is one line, and exit code 1."""
    logging.disable()  # rows made anew log again what was logged when it happened
    try:
        with in_one_line():
            yield
    except OSError as disk:
        place = disk.filename or "the disk"
        raise click.ClickException(
            f"{place}: {disk.strerror}. What was whole before is whole."
        ) from None
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _bar() -> Iterator[Show]:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show
