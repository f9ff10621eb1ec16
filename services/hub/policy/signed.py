"""`hub agreements sign` and `verify`: that the files of a folder are agreed to, and by whom.

Exit codes, as of the other commands about agreements: 0 it is so · 1 it could not be told or done ·
2 wrong usage · 3 it is not so.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from schemas.log import Decided
from services.agreements import history, signing
from services.agreements.acts import ACTS
from services.agreements.commands import DRIFT, SAME, dir_option, json_option
from services.agreements.compile import Agreements, load
from services.agreements.history import History
from services.hub.exits import in_one_line

_WIDEN = ACTS["agreements", "widen"]


@click.command()
@dir_option
@signing.acting
@json_option
def sign(directory: Path, asked: signing.Asked, *, as_json: bool) -> None:
    """Keep in signed.jsonl, beside the files, that they are agreed to as they are.

    What widens takes two information-governance officers enrolled in the files as they were: the
    first signs, and the second, given the files and their folder `waiting`, runs the same command
    within a day. What narrows takes nobody, nor does anything before two are enrolled; that stands
    there too. It counts for the files alone: `hub agreements apply` is signed for each hub.
    Exit 0: kept; 1: not.
    """
    with in_one_line():
        files, kept = load(directory), history.read(directory)
        if history.same(kept, files):
            click.echo(json.dumps({"version": files.version, "wider": []}) if as_json else _KEPT)
            return
        act = _agreed(directory, kept, files, asked) if history.needs_two(kept, files) else None
        entry = history.add(directory, kept, files, act)
    if as_json:
        click.echo(json.dumps({"version": entry.version, "wider": list(entry.wider)}))
        return
    for line in entry.wider:
        click.echo(f"^ wider: {line}")
    by = "signed by two" if act is not None else "it takes nobody"
    click.echo(f"Kept in {directory / history.FILE}: {entry.version}, {by}")


_KEPT = "Nothing to sign: the files are as they were agreed to."


@click.command()
@dir_option
@json_option
@click.pass_context
def verify(context: click.Context, directory: Path, *, as_json: bool) -> None:
    """Whether the files are as they were agreed to, and each widening was by two people.

    Reads signed.jsonl beside the files; no broker, no network, no key. Exit 0: so it is; 3: it is
    not, with what is wider and what to do; 1: it cannot be told.
    """
    with in_one_line():
        files, kept = load(directory), history.read(directory)
        wrong = list(history.faults(kept))
        if not history.same(kept, files):
            wrong += _otherwise(kept, files)
    alone = sum(len(one.wider) for one in kept.entries if one.act is None)
    if as_json:
        click.echo(json.dumps({"version": files.version, "wrong": wrong, "unsigned": alone}))
    else:
        since = f"; {alone} times wider while nobody was enrolled to sign" if alone else ""
        well = f"agreements {files.version}: as agreed to{since}"
        click.echo("\n".join(wrong) if wrong else well)
    context.exit(DRIFT if wrong else SAME)


def _otherwise(kept: History, files: Agreements) -> list[str]:
    """What is otherwise in the files, and what to do."""
    wider = history.wider(kept, files)
    if history.needs_two(kept, files):
        do = "two have to sign that: hub agreements sign --as ACTOR, then a second person"
    else:
        do = "nobody has to sign that; keep it: hub agreements sign"
    return [*(f"^ wider: {line}" for line in wider), f"The files are not as agreed to; {do}"]


def _agreed(directory: Path, kept: History, files: Agreements, asked: signing.Asked) -> Decided:
    """The act of the two.

    Raises:
        NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes.
    """
    desk = signing.Desk(kept.last, history.INSTALLATION, directory / history.WAITING)
    try:
        fact, refusal = signing.signed_at(desk, _WIDEN, files.version, asked)
    except (signing.NobodyActs, signing.NotYet) as missing:
        wider = (f"^ wider: {line}" for line in history.wider(kept, files))
        raise type(missing)("\n".join((*wider, str(missing)))) from None
    if refusal is not None:
        raise refusal
    return fact
