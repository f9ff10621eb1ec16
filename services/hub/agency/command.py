"""`hub agency`: one agency's own page and papers; `hub conformance` is beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.agreements import epochs
from services.agreements.bundle import folder_of
from services.agreements.commands import files_option, loaded, prefix_option
from services.agreements.compile import Agency, Agreements, load
from services.agreements.explain import Unknown
from services.agreements.signing import Asked, acting
from services.agreements.versions import Versions
from services.bridge.bundle import Bundle
from services.hub.agency import look, papers, suspension
from services.hub.agency.conformance import Check, examine
from services.hub.agency.html import as_html
from services.hub.agency.page import HAND_OVER, Folder, Installation, Page, Seen, page
from services.hub.agency.sections import sections
from services.hub.agency.why import of_absence, of_number
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.faults import BrokerFault
from services.hub.exits import in_one_line
from services.runtime.faults import Stop, Unavailable
from services.runtime.installed import in_use
from services.runtime.names import Names

NOT_ALL = 1
"""Exit code where something could not be looked at."""
NOT_THERE = 3
"""Exit code where what was asked for stands in no topic of the agency's."""
slug_argument = click.argument("slug", metavar="AGENCY")


@click.group()
def agency() -> None:
    """One agency's own page and papers: all its developer needs, and nothing about others."""


fact_option = click.option(
    "--fact", metavar="FACT", help="Of this fact alone, for example release-date-set."
)
within_option = click.option(
    "--within", "within_s", default=60.0, show_default=True, help="Seconds to wait for the hub."
)
NOT_YET = "Not yet: start the hub and run this again."


@agency.command()
@slug_argument
@fact_option
@within_option
@home_option
@prefix_option
@acting
@click.pass_context
def suspend(
    context: click.Context,
    slug: str,
    fact: str | None,
    within_s: float,
    home: Path,
    prefix: str,
    asked: Asked,
) -> None:
    """Shut an agency out of its inbox: what it is told waits there, sealed, until `resume`.

    With --fact only what it is told of that fact waits, unread notices of it included; it goes on
    reading the rest. What it says is taken as before, and whoever leads hears of what it does not
    answer. Takes one person: on call, co-ordinator or information-governance officer, of the
    Responsible Authority or of the agency itself.
    """
    decide = f"To decide about it: hub agency resume {slug}{fact and f' --fact {fact}' or ''}"
    with _explained():
        cluster = loaded(home, prefix)
        if fact is None:
            told = f"{slug} reads nothing more."
            suspension.suspend(cluster, slug, asked, lambda: click.echo(told))
        elif not suspension.suspend_grant(cluster, slug, fact, asked, within_s):
            click.echo(f"{slug} reads nothing until this is done. {NOT_YET}")
            context.exit(NOT_ALL)
    click.echo(f"What it is told{fact and f' of {fact}' or ''} waits. {decide}")


@agency.command()
@slug_argument
@fact_option
@click.option("--release", "outcome", flag_value="release", help="It has what waited.")
@click.option("--skip", "outcome", flag_value="skip", help="All of it is left out for good.")
@click.option(
    "--expire-before",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="What waited since before that London day is left out for good; the rest it has.",
)
@within_option
@home_option
@prefix_option
@acting
@click.pass_context
def resume(
    context: click.Context,
    slug: str,
    fact: str | None,
    outcome: str | None,
    expire_before: datetime | None,
    within_s: float,
    home: Path,
    prefix: str,
    asked: Asked,
) -> None:
    """Decide about what waited for a suspended agency, or one fact of it, and let it in again.

    What it has is authorised again, by the agreements of now, and comes under the same numbers. One
    person releases; leaving anything out takes two.
    """
    if (outcome is None) is (expire_before is None):
        raise click.UsageError("one of --release, --skip and --expire-before DAY")
    with _explained():
        before = None if expire_before is None else expire_before.date()
        cluster, how = loaded(home, prefix), outcome or "expire"
        if fact is None:
            done = suspension.resume(cluster, slug, how, before, asked, within_s)
        else:
            done = suspension.resume_grant(cluster, slug, fact, how, before, asked, within_s)
    again = f"{slug} is let in again." if fact is None else f"{slug} is told of {fact} again."
    click.echo(again if done else NOT_YET)
    context.exit(0 if done else NOT_ALL)


@agency.command("suspended")
@home_option
@prefix_option
@json_option
def suspended_(home: Path, prefix: str, *, as_json: bool) -> None:
    """Who and what is suspended, since when, and how many notices wait."""
    with _explained():
        found = list(suspension.waits(loaded(home, prefix)))
    if as_json:
        told = [{**asdict(one), "since": one.since.isoformat()} for one in found]
        click.echo(json.dumps(told))
        return
    for one in found:
        click.echo(f"{one.words}: since {one.since:%d %b %Y %H:%M} UTC, {one.waiting} wait")
    if not found:
        click.echo("Nobody is suspended.")


@agency.command()
@slug_argument
@home_option
@prefix_option
@files_option("--agreements", "files")
@json_option
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page there.")
@click.pass_context
def show(
    context: click.Context,
    slug: str,
    home: Path,
    prefix: str,
    files: Path,
    *,
    as_json: bool,
    html: Path | None,
) -> None:
    """Show who it is, what it says and is told and why, and what of its own came back.

    By the agreements applied last, or by the files where none were. What stands at the broker is
    looked at with the agency's own credentials. Exit 0: shown; 1: not all could be looked at;
    2: wrong usage.
    """
    with _explained():
        made = _page(slug, home, prefix, files)
    if html is not None:
        html.write_text(as_html(made), "utf-8")
    if as_json:
        click.echo(json.dumps(made.as_object()))
    elif html is None:
        _show(made)
    context.exit(NOT_ALL if made.not_seen else 0)


@agency.command()
@slug_argument
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@home_option
@prefix_option
@files_option("--agreements", "files")
@json_option
def export(
    slug: str, folder: Path | None, home: Path, prefix: str, files: Path, *, as_json: bool
) -> None:
    """Write its AsyncAPI document, schemas and samples into FOLDER, by default its own.

    No secret is among them. Exit 0: written; 1: not; 2: wrong usage.
    """
    with _explained():
        one = _named(_agreements(home, files), slug)
        names = Names(prefix)
        at = folder or folder_of(replace(Cluster.load(home), names=names), slug)
        written = papers.write(at, one, names, in_use(home))
    if as_json:
        click.echo(json.dumps({"folder": str(at), "files": written}))
    else:
        click.echo(f"{written} files in {at}")


@agency.command()
@slug_argument
@click.argument("number", required=False)
@click.option("--fact", help="Instead of a number: a fact it was, or was not, told of.")
@click.option("--person", "person_ref", metavar="REF", help="Of that person, by its reference.")
@home_option
@prefix_option
@files_option("--agreements", "files")
@json_option
@click.pass_context
def why(
    context: click.Context,
    slug: str,
    number: str | None,
    fact: str | None,
    person_ref: str | None,
    home: Path,
    prefix: str,
    files: Path,
    *,
    as_json: bool,
) -> None:
    """Why it was told a notice, got a letter back (by NUMBER), or was not told of a fact.

    With its own credentials alone, so never more than it may know. Exit 0: it stands in a topic of
    its own; 3: it does not; 1: that could not be looked at; 2: wrong usage.
    """
    if (number is None) == (fact is None):
        raise click.UsageError("give a NUMBER, or --fact")
    with _explained():
        agreements, names, now = _agreements(home, files), Names(prefix), datetime.now(UTC)
        _named(agreements, slug)
        bundle = Bundle.read(folder_of(replace(Cluster.load(home), names=names), slug))
        told, letters = look.told(bundle, slug, names)
        answer = (
            of_number(number, slug, agreements, names, now, told, letters)
            if number is not None
            else of_absence(str(fact), person_ref, slug, agreements, now, told)
        )
    if as_json:
        click.echo(json.dumps(asdict(answer)))
    else:
        click.echo("\n".join(filter(None, (answer.place, *answer.words))))
    context.exit(0 if answer.found else NOT_THERE)


@click.command()
@slug_argument
@home_option
@prefix_option
@json_option
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The agency's folder, where it was taken somewhere else.",
)
@click.option("--within", "within_s", default=30.0, show_default=True, help="Seconds to answer in.")
@click.pass_context
def conformance(
    context: click.Context,
    slug: str,
    home: Path,
    prefix: str,
    folder: Path | None,
    within_s: float,
    *,
    as_json: bool,
) -> None:
    """Try as that agency, before it goes live, whether it and a running hub fit together.

    With the agency's own folder and nothing else. What is said for it is about nobody: it comes
    back, and the hub keeps nothing of it. Exit 0: all well; 1: not; 2: wrong usage.
    """
    at = folder or home / "agencies" / Names(prefix).agency_user(slug).removeprefix("agency-")
    checks = []
    for check in examine(at, slug, within_s):
        checks.append(check)
        if not as_json:
            _say(check)
    bad = sum(not one.well for one in checks)
    if as_json:
        told = [{"check": c.name, "well": c.well, "seen": c.seen, "do": c.do} for c in checks]
        click.echo(json.dumps({"agency": slug, "exit": int(bad > 0), "checks": told}))
    else:
        click.echo(
            f"{bad} of {len(checks)} checks are not well: begin with the first."
            if bad
            else f"All {len(checks)} checks are well."
        )
    context.exit(int(bad > 0))


def _say(check: Check) -> None:
    verdict = "well " if check.well else "WRONG"
    click.echo(f"{verdict} {check.name}: {check.seen}")
    if check.do:
        click.echo(f"      → {check.do}")


def _page(slug: str, home: Path, prefix: str, files: Path) -> Page:
    agreements, names = _agreements(home, files), Names(prefix)
    _named(agreements, slug)
    here = Installation(names, in_use(home), epochs.read(home), datetime.now(UTC))
    held, seen, missing = _looked(slug, home, names)
    return page(agreements, slug, here, folder=held, seen=seen, not_seen=missing)


def _looked(slug: str, home: Path, names: Names) -> tuple[Folder | None, Seen | None, list[str]]:
    try:
        # Not ours for once: no password or certificate is made by looking.
        cluster = replace(Cluster.load(home), names=names, local=False)
    except BrokerFault as fault:
        return None, None, [str(fault)]
    held = look.folder(cluster, slug)
    try:
        return held, look.seen(Bundle.read(Path(held.path)).client, slug, names), []
    except (Stop, Unavailable) as away:
        return held, None, [f"inbox and dead letters: {away}"]


def _agreements(home: Path, files: Path) -> Agreements:
    """Those applied last; before that, those of the files."""
    versions = home / "agreements"
    return Versions(versions).latest() if versions.is_dir() else load(files)


def _named(agreements: Agreements, slug: str) -> Agency:
    if slug not in agreements.agencies:
        raise click.UsageError("no agency of that name has an agreement")
    return agreements.agencies[slug]


@contextmanager
def _explained() -> Iterator[None]:
    try:
        with in_one_line():
            yield
    except Unknown as unknown:
        raise click.UsageError(str(unknown)) from None


def _show(made: Page) -> None:
    console = Console(highlight=False)
    for name, columns, rows in sections(made):
        if not rows:
            console.print(f"{name}: none", style="bold")
            continue
        table = Table(title=name, title_justify="left", box=None, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))  # a line's place in brackets is no markup
        console.print(table)
        console.print()
    console.print(HAND_OVER, markup=False)
    for one in made.not_seen:
        console.print(f"Not looked at: {one}", markup=False)
