"""`hub agreements`: see, make and explain what the agreement files ask.

Exit codes: 0 the broker holds what is asked · 1 it could not be told or done · 2 wrong usage
· 3 the broker differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from confluent_kafka import KafkaError, KafkaException

from schemas.base import FieldClass
from services.agreements import apply as applying
from services.agreements import signing, withdrawal
from services.agreements.compile import load
from services.agreements.dpia import assessment
from services.agreements.explain import Unknown
from services.agreements.explain import explain as explained
from services.agreements.faults import AgreementsRefused
from services.agreements.matrix import as_csv, cells
from services.agreements.page import page
from services.agreements.plan import Plan
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import BrokerFault
from services.runtime.faults import Fault
from services.runtime.names import Names

SAME, FAILED, DRIFT = 0, 1, 3
SHIPPED = Path("deploy/agreements")
OF_THE_HOME = "agreed"
"""Where an installation keeps agreement files of its own: the demo's have invented people in."""
_UNTIL = "what it had not read is not withdrawn yet; start the services (hub up) and apply again"
Command = Callable[..., Any]


def files_option(*names: str) -> Callable[[Command], Command]:
    """Where the agreement files are, by that name: the home's own, where it has some."""
    return click.option(
        *names,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        callback=_or_the_homes,
        show_default=f"HOME/{OF_THE_HOME} if there, or {SHIPPED}",
        help="The agreement files.",
    )


def _or_the_homes(
    context: click.Context, parameter: click.Parameter, value: Path | None
) -> Any:  # click's own word for what it converted
    if value is not None:
        return value
    own = context.params.get("home", Path(".hub")) / OF_THE_HOME
    return parameter.type.convert(own if own.is_dir() else SHIPPED, parameter, context)


dir_option = files_option("--dir", "directory")
home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".hub"),
    show_default=True,
    help="Where certificates, passwords and folders are kept.",
)
prefix_option = click.option(
    "--prefix", default="", help="Of a separate installation on the same cluster."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")


@click.group()
def agreements() -> None:
    """Who may say what and is told what: one file per agency, compiled to topics and rights."""


@agreements.command()
@dir_option
@home_option
@prefix_option
@json_option
@click.pass_context
def plan(
    context: click.Context, directory: Path, home: Path, prefix: str, *, as_json: bool
) -> None:
    """Show what `apply` would change. Exit 0: nothing; 3: something."""
    with _said_as_exit_code(context):
        compiled = load(directory)
        made = applying.plan(loaded(home, prefix), compiled)
        verdict = "as agreed" if made.same else "the broker differs"
        if not as_json:
            for line in signing.widening(home, compiled):
                click.echo(f"^ wider, takes two: {line}")
            pending = withdrawal.read(home)
            for slug in () if pending is None else pending.agencies:
                click.echo(f"! {slug} is shut out of its inbox: {_UNTIL}")
        _show(made, compiled.version, verdict, as_json=as_json)
        context.exit(SAME if made.same else DRIFT)


@agreements.command()
@dir_option
@home_option
@prefix_option
@json_option
@signing.acting
@click.option(
    "--within", "within_s", default=60.0, show_default=True, help="Seconds to wait for notify."
)
@click.pass_context
def apply(
    context: click.Context,
    directory: Path,
    home: Path,
    prefix: str,
    asked: signing.Asked,
    within_s: float,
    *,
    as_json: bool,
) -> None:
    """Make the broker hold what the files ask. Exit 3: something is left for a person.

    What lets somebody say, know or decide more than before takes two information-governance
    officers; what narrows takes nobody. Whoever is granted less is shut out of their inbox until
    what they had not read is withdrawn and told again, as far as it still may be.
    """
    with _said_as_exit_code(context):
        cluster = loaded(home, prefix)
        fact = signing.adoption(cluster, load(directory), asked)
        done = applying.apply(
            cluster,
            directory,
            say=lambda version: signing.say_adopted(cluster, fact, version),
        )
        if done.begin_anew:
            names = ", ".join(done.begin_anew)
            click.echo(f"Where it runs begins anew, to read what changed: {names}", err=True)
        if done.shut_out:
            click.echo(f"Granted less: {', '.join(done.shut_out)}; withdrawing …", err=True)
        for slug in applying.withdraw(cluster, within_s):
            click.echo(f"! {slug} is shut out of its inbox: {_UNTIL}", err=True)
        left = bool(done.plan.foreign or done.plan.denied or withdrawal.read(home))
        verdict = "something is left for a person" if left else "the broker holds it"
        _show(done.plan, done.version, verdict, as_json=as_json)
        context.exit(DRIFT if left else SAME)


@agreements.command()
@dir_option
@json_option
@click.option("--agency", required=True, help="Its name in the files, for example derby-housing.")
@click.option("--fact", required=True, help="For example release-date-set.")
@click.option(
    "--class",
    "field_class",
    type=click.Choice([item.value for item in FieldClass]),
    help="A class of fields, for example location.",
)
@click.pass_context
def explain(
    context: click.Context,
    directory: Path,
    agency: str,
    fact: str,
    field_class: str | None,
    *,
    as_json: bool,
) -> None:
    """Which line of which file lets an agency say or be told a fact, or stops it."""
    with _said_as_exit_code(context):
        wanted = FieldClass(field_class) if field_class else None
        answer = explained(load(directory), agency, fact, datetime.now(UTC), wanted)
        if as_json:
            reasons = [{"text": r.text, "file": r.file, "line": r.line} for r in answer.reasons]
            text = json.dumps({"says": answer.says, "told": answer.told, "reasons": reasons})
        else:
            text = "\n".join(str(reason) for reason in answer.reasons)
        click.echo(text)


@agreements.command()
@dir_option
@json_option
@click.pass_context
def lint(context: click.Context, directory: Path, *, as_json: bool) -> None:
    """Whether the files are in order: each refusal with file, line and the words to write.

    Asks no broker. Exit 0: they are; 1: they are not.
    """
    try:
        compiled = load(directory)
    except AgreementsRefused as refused:
        findings = refused.findings
        click.echo(json.dumps([asdict(one) for one in findings]) if as_json else str(refused))
        context.exit(FAILED)
    bodies = len(compiled.receivers)
    said = json.dumps([]) if as_json else f"{bodies} agreements in order, {compiled.version}"
    click.echo(said)


@agreements.command()
@dir_option
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page.")
@click.option("--csv", type=click.Path(dir_okay=False, path_type=Path), help="Write a table.")
@json_option
@click.pass_context
def matrix(
    context: click.Context, directory: Path, html: Path | None, csv: Path | None, *, as_json: bool
) -> None:
    """The data-sharing matrix: fact by body, what of it, of whom, on which terms.

    Without a file to write it is said as comma-separated lines.
    """
    with _said_as_exit_code(context):
        compiled = load(directory)
        for path, written in ((html, page), (csv, as_csv)):
            if path is not None:
                path.write_text(written(compiled), encoding="utf-8")
                click.echo(f"written: {path}", err=True)
        if as_json:
            click.echo(json.dumps([cell.row() for cell in cells(compiled)]))
        elif html is None and csv is None:
            click.echo(as_csv(compiled), nl=False)


@agreements.command()
@dir_option
@json_option
@click.option("--agency", "agencies", multiple=True, help="Of this body; may be given again.")
@click.pass_context
def dpia(
    context: click.Context, directory: Path, agencies: tuple[str, ...], *, as_json: bool
) -> None:
    """Data flows, necessity and recipients, for an impact assessment, as Markdown."""
    with _said_as_exit_code(context):
        compiled = load(directory)
        unknown = [slug for slug in agencies if slug not in compiled.receivers]
        if unknown:
            raise click.UsageError("no agreement file is of that agency")
        if as_json:
            told = [one.row() for one in cells(compiled, *agencies) if one.grant is not None]
            click.echo(json.dumps(told))
        else:
            click.echo("\n".join(assessment(compiled, *agencies)))


def loaded(home: Path, prefix: str) -> Cluster:
    """The cluster of that home, as the installation of that prefix sees it."""
    return replace(Cluster.load(home), names=Names(prefix))


@contextmanager
def _said_as_exit_code(context: click.Context) -> Iterator[None]:
    try:
        yield
    except Unknown as unknown:
        raise click.UsageError(str(unknown)) from None
    except (BrokerFault, Fault) as fault:
        click.echo(str(fault), err=True)
    except KafkaException as refused:
        error = refused.args[0]
        name = error.name() if isinstance(error, KafkaError) else type(error).__name__
        click.echo(f"The broker refused or did not answer: {name}", err=True)
    else:
        return
    context.exit(FAILED)


def _show(made: Plan, version: str, verdict: str, *, as_json: bool) -> None:
    lines = list(made.lines())
    if as_json:
        counts = {
            "create": len(made.create),
            "configure": len(made.configure),
            "give": len(made.give),
            "quotas": len(made.quotas),
            "take": len(made.take),
            "withdrawn": len(made.withdrawn),
            "foreign": len(made.foreign),
            "denied": len(made.denied),
        }
        text = {"version": version, "same": made.same, **counts, "lines": lines}
        click.echo(json.dumps(text))
        return
    for line in lines:
        click.echo(line)
    click.echo(f"agreements {version}: {verdict}")
