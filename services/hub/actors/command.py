"""`hub actor`: who may act for an agency, and whether everything that was decided was by them.

Exit codes: 0 done · 1 it could not be, and why · 2 wrong usage · 3 something in the log was not
decided by whom it takes.
"""

from __future__ import annotations

import json
import ssl
import urllib.request
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from services.agreements import signing
from services.agreements.actors import Role
from services.agreements.acts import ACTS
from services.agreements.commands import files_option
from services.agreements.versions import Versions
from services.hub.actors import files
from services.hub.actors.proof import Proof, prove
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.runtime.faults import Stop

UNPROVEN = 3
agency_option = click.option("--agency", required=True, help="Its name in the agreement files.")
dir_option = files_option("--dir", "directory")


@click.group()
def actor() -> None:
    """Who may act for an agency: release, skip, revoke, widen, rebuild, restore.

    An identity is a number with a key; no name is written anywhere. It counts from the moment its
    agency's file is applied: hub agreements apply.
    """


@actor.command()
@agency_option
@click.option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given again.",
)
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day they may act, London time.",
)
@click.option(
    "--subject",
    help="Their number at the agency's sign-in service; no key is made then.",
)
@signing.keys_option
@dir_option
@json_option
def enrol(
    agency: str,
    roles: tuple[str, ...],
    until: datetime,
    subject: str | None,
    keys: Path,
    directory: Path,
    *,
    as_json: bool,
) -> None:
    """Make an identity and write it into its agency's file, for its officer to sign.

    The private key stays in your own folder, which you alone can open.
    """
    with in_one_line():
        _not_in_a_repository(keys)
        if subject is None:
            number, key = signing.enrol(keys)
            shows = f"key: {key}"
        else:
            number, shows = signing.new_actor(), f"subject: {json.dumps(subject)}"
        held = [Role(role) for role in dict.fromkeys(roles)]
        file = files.add_actor(directory, agency, number, held, until.date(), shows)
    if as_json:
        click.echo(json.dumps({"actor": number, "file": str(file)}))
        return
    click.echo(f"{number} is in {file}. It counts after: hub agreements apply")


@actor.command("sign-in")
@agency_option
@click.option("--issuer", required=True, help="As the service writes it in its tokens.")
@click.option("--audience", required=True, help="The hub's client id at the service.")
@click.option("--jwks", required=True, metavar="FILE|URL", help="Its public keys (JWKS).")
@dir_option
def sign_in(agency: str, issuer: str, audience: str, jwks: str, directory: Path) -> None:
    """Write an agency's own sign-in service (OpenID Connect) and its keys into its file.

    Run it again when the service has new keys: what was signed is proved by the keys that stood in
    the file then, so none are fetched when somebody acts.
    """
    with in_one_line():
        file = files.set_sign_in(directory, agency, issuer, audience, _jwks(jwks))
    click.echo(f"Its keys are in {file}. They count after: hub agreements apply")


@actor.command("list")
@home_option
@json_option
def list_(home: Path, *, as_json: bool) -> None:
    """Everybody who may act under the agreements applied last."""
    with in_one_line():
        latest = Versions(home / "agreements").latest()
    found = [
        {
            "actor": one.actor,
            "agency": slug,
            "roles": [role.value for role in one.roles],
            "by": "key" if one.key else "token",
            "until": one.until.isoformat(),
        }
        for slug, agency in latest.agencies.items()
        for one in agency.agreement.actors
    ]
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo("Nobody is enrolled, so nobody may act: hub actor enrol --help")
    else:
        _table(found)


@actor.command("acts")
@json_option
def acts_(*, as_json: bool) -> None:
    """Which acts take a person: in which roles, how many, for which reasons."""
    found = [
        {
            "act": act.name,
            "may": act.words,
            "roles": sorted(act.roles),
            "people": act.people,
            "reasons": list(act.reasons),
            "whose": "the agency's own too" if act.own else "the Responsible Authority's",
        }
        for act in ACTS.values()
    ]
    click.echo(json.dumps(found)) if as_json else _table(found)


@actor.command()
@home_option
@json_option
@click.pass_context
def verify(context: click.Context, home: Path, *, as_json: bool) -> None:
    """Read the log and prove every act in it again, by the agreements in force where it stands.

    Exit 0: all that takes a person was decided by whom it takes; 3: something was not.
    """
    with in_one_line():
        cluster = Cluster.load(home)
        versions = Versions(home / "agreements")
        proof = prove(cluster, versions, signing.installation(home))
    if as_json:
        click.echo(json.dumps(asdict(proof), default=str))
    else:
        _show(proof)
    context.exit(UNPROVEN if proof.wrong else 0)


def _show(proof: Proof) -> None:
    if proof.acts:
        _table([asdict(one) for one in proof.acts])
    for wrong in proof.wrong:
        click.echo(f"NOT DECIDED as it takes: {wrong}")
    click.echo(f"{len(proof.acts)} acts, {proof.refused} refused, {len(proof.wrong)} wrong")


def _table(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, header_style="bold")
    for column in rows[0]:
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = (", ".join(v) if isinstance(v, list | tuple) else str(v) for v in row.values())
        table.add_row(*cells)
    Console(highlight=False).print(table)


def _jwks(place: str) -> dict[str, Any]:
    """The document at that address or in that file.

    Raises:
        Stop: it cannot be had, or is none.
    """
    try:
        if place.startswith("https://"):
            context = ssl.create_default_context()
            with urllib.request.urlopen(place, timeout=20, context=context) as page:  # noqa: S310
                text = page.read(1_000_000)
        else:
            text = Path(place).read_bytes()
        found = json.loads(text)
    except (OSError, ValueError):
        raise Stop("the keys cannot be read there: --jwks takes a file or https://") from None
    if not isinstance(found, dict):
        raise Stop("that is no JWKS: an object with keys")
    return found


def _not_in_a_repository(keys: Path) -> None:
    folder = keys.expanduser().absolute()
    inside = [one for one in (folder, *folder.parents) if (one / ".git").exists()]
    if inside and not any(part == ".hub" for part in folder.parts):
        raise Stop("that folder is in a repository: keep your keys elsewhere, with --keys")
