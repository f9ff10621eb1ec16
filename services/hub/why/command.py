"""`hub why`: which line, filter, class, fact and place led to somebody being told, or not.

Exit codes: 0 answered · 1 it may not be asked, or could not be looked at · 2 wrong usage · 3 there
is nothing of that which the asker may know, or nothing at all: which of the two is not said.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import click

from services.agreements import signing
from services.agreements.bundle import folder_of
from services.agreements.explain import Unknown
from services.agreements.references import References
from services.agreements.versions import Versions
from services.bridge.bundle import Bundle
from services.hub.agency import look
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.exits import in_one_line
from services.hub.recording import recorded
from services.hub.why.answer import Answer, Asker
from services.hub.why.question import Question, Sight, answered
from services.hub.why.replay import Replay

NOTHING = 3


@click.command()
@click.argument("number", required=False)
@click.option("--agency", help="Instead of a number: who was told, or was not.")
@click.option("--fact", help="Of which fact, for example release-date-set.")
@click.option("--person", "person_ref", metavar="REF", help="Of whom, by your agency's reference.")
@click.option("--as", "actor", metavar="ACTOR", envvar="HUB_ACTOR", help="Who asks (HUB_ACTOR).")
@signing.keys_option
@home_option
@json_option
@click.pass_context
def why(
    context: click.Context,
    number: str | None,
    agency: str | None,
    fact: str | None,
    person_ref: str | None,
    actor: str | None,
    keys: Path,
    home: Path,
    *,
    as_json: bool,
) -> None:
    """Why a fact was told or not, a notice came, a letter came back, an act was refused.

    NUMBER is the number of a fact, a notice, a letter of your agency's or an act; or name --agency
    and --fact, and --person for why that agency was not told of that person. You are answered by
    what your own agency was told; a co-ordinator, lead officer or information-governance officer of
    a body of the Responsible Authority learns of that also why another agency was told or was not.
    Who is on call is answered by the files and about acts, and nobody in particular by the files.
    Exit 0: answered; 3: nothing that you may know; 1: not yours to ask, or not to be looked at; 2:
    wrong usage.
    """
    if (number is None) == (fact is None) or (fact is None) != (agency is None):
        raise click.UsageError("give a NUMBER, or --agency and --fact")
    question = Question(number, agency, fact or "", person_ref)
    try:
        with in_one_line():
            answer = _answer(question, actor, keys, home)
    except Unknown as unknown:
        raise click.UsageError(str(unknown)) from None
    click.echo(json.dumps(asdict(answer)) if as_json else "\n".join(answer.words))
    context.exit(0 if answer.found else NOTHING)


def _answer(question: Question, actor: str | None, keys: Path, home: Path) -> Answer:
    sight, asker = looking(home), None
    if actor is not None:
        slug, one = signing.shown_to_be(sight.agreements, actor, keys, sight.at)
        asker = Asker(slug, frozenset(one.roles), actor)
    return asyncio.run(answered(question, asker, sight))


def looking(home: Path) -> Sight:
    """What there is to look at in a hub that runs.

    Raises:
        Stop: no agreements were applied there; BrokerFault: there is no hub.
    """
    versions, cluster = Versions(home / "agreements"), Cluster.load(home)

    @cache
    def replay() -> Replay:
        references = References((home / "secrets" / "references").read_bytes())
        return Replay(recorded(home), versions, references)

    return Sight(
        versions.latest(),
        cluster.names,
        datetime.now(UTC),
        lambda slug: look.told(Bundle.read(folder_of(cluster, slug)), slug, cluster.names),
        replay,
    )
