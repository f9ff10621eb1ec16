"""`hub secrets`: list, rotate, retire, revoke and reinstate credentials while everybody works.

Exit codes: 0 done · 1 not done; the line says what to do · 2 wrong usage.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from services.agreements.commands import loaded, prefix_option
from services.agreements.signing import Asked, acting, decide
from services.hub.broker import passwords
from services.hub.broker.certificates import BROKER, RESERVED, Unit
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.faults import BrokerFault, NameRefused
from services.hub.rotation import agency, certificate, listing, revocation
from services.hub.rotation.listing import AUTHORITY, Row
from services.hub.rotation.principals import Principal, named
from services.hub.rotation.workers import Pause
from services.runtime.faults import Fault

principal_argument = click.argument("principal", metavar="PRINCIPAL")


@click.group()
def secrets() -> None:
    """Passwords and certificates, renewed while everybody works. Secrets are never shown.

    PRINCIPAL is a name `hub secrets list` shows; of some commands also `broker` or `ca`. Every
    command may be run again: what ended half way is ended, what is done stays as it is.
    """


@secrets.command("list")
@home_option
@prefix_option
@json_option
def list_(home: Path, prefix: str, *, as_json: bool) -> None:
    """Show who comes by what, since and until when, and which overlaps are open."""
    with _explained():
        found = list(listing.rows(loaded(home, prefix)))
    if as_json:
        click.echo(json.dumps([_as_object(row) for row in found]))
        return
    table = Table(box=None, header_style="bold")
    for column in ("principal", "credential", "since", "until", "valid beside it"):
        table.add_column(column, overflow="fold")
    for row in found:
        table.add_row(row.principal, row.credential, _day(row.since), _day(row.until), _beside(row))
    Console(highlight=False).print(table)


@secrets.command()
@principal_argument
@click.option(
    "--agencies-have-it",
    is_flag=True,
    help="With `ca`, the second step: every agency and partner has taken the new ca.pem.",
)
@home_option
@prefix_option
@json_option
def rotate(
    principal: str, home: Path, prefix: str, *, agencies_have_it: bool, as_json: bool
) -> None:
    """Make a new credential, valid beside the old one.

    An agency finds it in its folder; services that run here take it up one after the other;
    brokers serve it without a restart.
    """
    if agencies_have_it and principal != AUTHORITY:
        raise click.UsageError("--agencies-have-it goes with ca")
    with _explained(), _alone(home, prefix) as cluster:
        if principal == AUTHORITY:
            told, then = _rotate_authority(cluster, agencies_have_it=agencies_have_it)
        elif principal == BROKER:
            told = {"served_after_s": certificate.rotate_broker(cluster, _say)}
            then = "Done: the one before is served nowhere."
        else:
            told, then = _rotate(cluster, named(cluster, principal))
    _tell(principal, told, then, as_json=as_json)


def _rotate(cluster: Cluster, who: Principal) -> tuple[Mapping[str, object], str]:
    if who.by_password:
        done = agency.rotate(cluster, who.slug, _say)
        then = (
            f"Send the agency its folder {done.folder}. When its clients have started anew with "
            f"it: hub secrets retire {who.user}"
        )
        told = {
            "folder": str(done.folder),
            "mechanism": done.slot.value,
            "overlap_since": done.overlap_since.isoformat(),
            "pauses": _pauses(done.pauses),
        }
        return told, then
    pauses = certificate.rotate(cluster, who, _say)
    then = (
        "Done. The one before is on no disk of ours and is valid until it ends. If somebody else "
        f"may have it: hub secrets revoke {who.user}, then hub secrets rotate ca"
    )
    return {"pauses": _pauses(pauses)}, then


def _rotate_authority(
    cluster: Cluster, *, agencies_have_it: bool
) -> tuple[Mapping[str, object], str]:
    if agencies_have_it:
        step = certificate.sign_with_next(cluster, _say)
        then = "When nobody shows an old certificate any more: hub secrets retire ca"
    else:
        step = certificate.trust_next(cluster, _say)
        then = (
            "Send every agency its folder, and ca.pem to partners who come in by HTTPS. When all "
            "have started anew with it: hub secrets rotate ca --agencies-have-it"
        )
    return {"step": step.name, "pauses": _pauses(step.pauses)}, then


@secrets.command()
@principal_argument
@home_option
@prefix_option
@json_option
def retire(principal: str, home: Path, prefix: str, *, as_json: bool) -> None:
    """End the old credential of an overlap, and see it refused: an agency's, or `ca`."""
    with _explained(), _alone(home, prefix) as cluster:
        if principal == AUTHORITY:
            step = certificate.retire_old(cluster, _say)
            told: Mapping[str, object] = {
                "refused_after_s": step.refused_after_s,
                "pauses": _pauses(step.pauses),
            }
            then = "Done: one authority counts."
        else:
            who = named(cluster, principal) if principal != BROKER else None
            if who is None or not who.by_password:
                raise NameRefused(
                    f"A certificate of {principal} ends by itself, or with its authority: hub "
                    "secrets rotate ca. To shut it out at once: hub secrets revoke"
                )
            ended = agency.retire(cluster, who.slug, _say)
            told = {"was_open": ended.was_open, "refused_after_s": ended.refused_after_s}
            then = (
                "Done: sessions it opened end within a minute."
                if ended.was_open
                else "No old password is valid: nothing to end."
            )
    _tell(principal, told, then, as_json=as_json)


@secrets.command()
@principal_argument
@home_option
@prefix_option
@json_option
@acting
def revoke(
    principal: str,
    home: Path,
    prefix: str,
    asked: Asked,
    *,
    as_json: bool,
) -> None:
    """Shut a principal out at once: break the glass. Shows after how long it was refused.

    What it says and is told waits or is lost to it until `hub secrets reinstate`. Takes two people:
    on call, co-ordinator or information-governance officer.
    """
    if principal in RESERVED or principal == AUTHORITY:
        raise click.UsageError(
            f"{principal} is above all rights: take its key away, then hub secrets rotate ca"
        )
    with _explained(), _alone(home, prefix) as cluster:
        who = named(cluster, principal)
        if who.unit is Unit.BRIDGE:
            raise NameRefused(
                f"{principal} is a door of ours, not a principal of the broker: hub secrets rotate "
                f"{principal}. To shut the agency out: hub secrets revoke agency-{who.slug}"
            )
        decide(cluster, "credential", "revoke", who.user, asked)
        shut = revocation.revoke(cluster, who, _say)
    told = {"denied_after_s": round(shut.denied_after_s, 3), "sessions_watched": shut.seen}
    _tell(
        principal,
        told,
        f"{principal} was refused after {shut.denied_after_s:.2f} s. To let it in again, with a "
        f"new credential: hub secrets reinstate {principal}",
        as_json=as_json,
    )


@secrets.command()
@principal_argument
@home_option
@prefix_option
@json_option
@acting
def reinstate(
    principal: str,
    home: Path,
    prefix: str,
    asked: Asked,
    *,
    as_json: bool,
) -> None:
    """Let a revoked principal in again; an agency gets a new password in its folder.

    Takes two people, as revoking does.
    """
    with _explained(), _alone(home, prefix) as cluster:
        who = named(cluster, principal)
        decide(cluster, "credential", "reinstate", who.user, asked)
        folder = revocation.reinstate(cluster, who, _say)
    then = f"Send the agency its folder {folder}." if folder else "Done."
    _tell(principal, {"folder": str(folder) if folder else None}, then, as_json=as_json)


def _tell(principal: str, told: Mapping[str, object], then: str, *, as_json: bool) -> None:
    click.echo(json.dumps({"principal": principal, **told, "next": then}) if as_json else then)


def _say(line: str) -> None:
    Console(stderr=True, highlight=False).print(line, markup=False, soft_wrap=True)


def _pauses(pauses: list[Pause]) -> dict[str, object]:
    return {one.process: round(one.took_s, 2) for one in pauses}


@contextmanager
def _alone(home: Path, prefix: str) -> Iterator[Cluster]:
    """Two rotations at once wait for each other."""
    cluster = loaded(home, prefix)
    with passwords.alone(cluster.home):
        yield cluster


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (BrokerFault, Fault) as fault:
        raise click.ClickException(str(fault)) from None
    except KafkaException as refused:
        name = refused.args[0].name()
        raise click.ClickException(
            f"The broker refused or did not answer: {name}. Run it again when hub broker status "
            "is well."
        ) from None


def _as_object(row: Row) -> dict[str, object]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in asdict(row).items()
    }


def _beside(row: Row) -> str:
    if row.revoked_at is not None:
        return f"REVOKED since {row.revoked_at:%d %B %H:%M} UTC"
    since = f" since {row.overlap_since:%d %B %H:%M} UTC" if row.overlap_since else ""
    return f"{row.beside}{since}" if row.beside else "-"


def _day(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y}" if moment else "-"
