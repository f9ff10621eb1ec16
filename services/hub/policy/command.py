"""`hub agreements diff`: what another version lets whom know, in its words and on recorded facts.

Exit codes, as of the other commands about agreements: 0 the same · 1 it could not be told · 2 wrong
usage · 3 they differ.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.agreements.commands import DRIFT, SAME, home_option, json_option
from services.agreements.compile import Agreements, load
from services.agreements.versions import ADOPTED, LATEST, Versions
from services.agreements.widening import widened
from services.hub.exits import in_one_line
from services.hub.policy.facts import Difference, OnFacts, on_facts
from services.hub.policy.structure import Change, changes
from services.hub.recording import recorded
from services.runtime.faults import Stop

_SHORTEST = 6
"""So much of a fingerprint has to be said at least."""


@click.command()
@click.argument("old")
@click.argument("new")
@home_option
@click.option(
    "--on",
    "recording",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="RECORDED",
    help="Decide on these facts too: the folder of a hub backup, or the home of a hub that runs.",
)
@json_option
@click.pass_context
def diff(
    context: click.Context,
    old: str,
    new: str,
    home: Path,
    recording: Path | None,
    *,
    as_json: bool,
) -> None:
    """Everything that widens or narrows from OLD to NEW, by agency, fact and field.

    OLD and NEW are folders of agreement files, or versions of the home: a fingerprint or its
    beginning, `latest`, `adopted`. With --on, the fan-out's own rules decide on those facts as if
    each version had been in force all along, and what each agency would have got is held against
    the other, field by field. An example names an event's kind, its place in the log and the
    classes of the field; no value of anybody is shown. Exit 0: no difference; 3: some; 1: it
    could not be told.
    """
    with in_one_line():
        before, after = (version(said, home) for said in (old, new))
        found = changes(before, after)
        facts = None if recording is None else on_facts(before, after, recorded(recording))
    wider = widened(before, after)
    if as_json:
        click.echo(json.dumps(_as_object(before, after, found, wider, facts)))
    else:
        _show(found, wider, facts)
    same = not found and not wider and (facts is None or not facts.differences)
    context.exit(SAME if same else DRIFT)


def version(said: str, home: Path) -> Agreements:
    """The agreements of a folder, or of a version that home has had.

    Raises:
        Stop: there are none such, or several; AgreementsRefused: they do not compile.
    """
    if Path(said).is_dir():
        return load(Path(said))
    kept = home / "agreements"
    if said in (LATEST, ADOPTED):
        found = Versions(kept).adopted() if said == ADOPTED else Versions(kept).latest()
        if found is None:
            raise Stop(f"no agreements were adopted in {home}")
        return found
    there = sorted(one.name for one in kept.iterdir() if one.is_dir()) if kept.is_dir() else []
    meant = [one for one in there if len(said) >= _SHORTEST and one.startswith(said)]
    if len(meant) != 1:
        raise Stop(
            f"{'several versions begin' if meant else 'no folder and no version'} "
            f"so: {said}. Versions of {home}: {', '.join(there) or 'none'}"
        )
    return Versions(kept).get(meant[0])


def _as_object(
    before: Agreements,
    after: Agreements,
    found: Iterable[Change],
    wider: Iterable[str],
    facts: OnFacts | None,
) -> dict[str, object]:
    return {
        "old": before.version,
        "new": after.version,
        "wider": list(wider),
        "changes": [asdict(one) for one in found],
        "on_facts": None if facts is None else asdict(facts),
    }


def _show(found: list[Change], wider: list[str], facts: OnFacts | None) -> None:
    if found:
        _table(
            "In the agreements' words", ("written",), _alike((one, (one.line,)) for one in found)
        )
    for line in wider:
        click.echo(f"^ wider, takes two: {line}")
    if facts is not None:
        _show_facts(facts)
    if not found and not wider:
        click.echo("The two say the same.")
        return
    ways = Counter(one.direction.value for one in found)
    click.echo(", ".join(f"{ways[way]} {way}" for way in sorted(ways)) or "Only terms differ.")


def _show_facts(facts: OnFacts) -> None:
    if facts.differences:
        rows = _alike((one, _counted(one)) for one in facts.differences)
        _table("On the recorded facts", ("notices", "for example"), rows)
    was, now = facts.notices
    told = f"{now} notices, was {was}" if facts.differences else "everybody is told the same"
    click.echo(f"{facts.facts} facts in the recording: {told}")
    if facts.held[0] != facts.held[1]:
        click.echo(
            f"A rule fails {facts.held[1]} time(s), was {facts.held[0]}: those people are held, "
            "and nobody is told"
        )


def _counted(one: Difference) -> tuple[str, ...]:
    at = one.example
    return str(one.notices), f"{at.kind} at {at.partition}:{at.offset}"


def _alike(
    found: Iterable[tuple[Change | Difference, tuple[str, ...]]],
) -> Iterator[tuple[str, ...]]:
    """A row for each agency and fact and way; fields of which the same is true share it."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for one, beside in found:
        classes = f" ({', '.join(one.classes)})" if one.classes else ""
        key = (one.agency, one.fact, one.direction.value, classes, one.words, *beside)
        rows.setdefault(key, []).append(one.field)
    for (agency, fact, direction, classes, words, *rest), fields in rows.items():
        what = f"{', '.join(fields)}{classes}: {words}" if any(fields) else words
        yield agency, fact, direction, what, *rest


def _table(title: str, more: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for column in ("agency", "fact", "", "what", *more):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)
