"""`hub doctor`: the whole installation at a glance, for whoever is woken at night."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.agreements.commands import files_option
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import home_option, json_option
from services.hub.broker.faults import BrokerFault
from services.hub.doctor.examine import Answer, examine
from services.hub.doctor.patient import Patient

WELL, NOT_SEEN, FAULTS = 0, 1, 2
_COLOURS = {"well": "green", "watch": "cyan", "fault": "bold red", "not seen": "yellow"}
_SUMMARY = {
    WELL: "The hub is well.",
    NOT_SEEN: "Nothing was found wrong, but not everything could be looked at.",
    FAULTS: "Faults were found: begin with the first.",
}


@click.command()
@home_option
@json_option
@files_option("--agreements", "files")
@click.pass_context
def doctor(context: click.Context, home: Path, files: Path, *, as_json: bool) -> None:
    """Find what is wrong with the installation and say what to do. It changes nothing.

    Exit 0: all well, or only something for others to act on; 1: something could not be looked at;
    2: faults found.
    """
    try:
        patient = Patient.of(Cluster.load(home), files)
    except BrokerFault as fault:
        raise click.ClickException(str(fault)) from None
    answers = list(examine(patient))
    if as_json:
        click.echo(json.dumps(as_object(answers, home)))
    else:
        show(answers, Console())
    context.exit(exit_code(answers))


def exit_code(answers: Sequence[Answer]) -> int:
    """The verdict on the whole; a fault that is seen counts more than what is not."""
    if any(one.faults for one in answers):
        return FAULTS
    return NOT_SEEN if any(one.not_seen for one in answers) else WELL


def as_object(answers: Sequence[Answer], home: Path) -> dict[str, object]:
    """Everything, for programs."""
    checks = [
        {
            "check": one.name,
            "verdict": one.verdict,
            "not_seen": one.not_seen,
            "symptoms": [
                {"where": s.where, "wrong": s.wrong, "do": s.do, "weight": s.weight.name.lower()}
                for s in one.symptoms
            ],
        }
        for one in answers
    ]
    return {"home": str(home), "exit": exit_code(answers), "checks": checks}


def show(answers: Sequence[Answer], console: Console) -> None:
    """What is well in a word, and of the rest each symptom with what to do about it."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in answers:
        verdict = Text(one.verdict, _COLOURS[one.verdict])
        for told in _told(one) or ("",):
            table.add_row(one.name, verdict, Text(told))
    console.print(table)
    console.print(_SUMMARY[exit_code(answers)])


def _told(one: Answer) -> list[str]:
    if one.not_seen:
        return [one.not_seen]
    worst_first = sorted(one.symptoms, key=lambda symptom: -symptom.weight)
    return [f"{s.where}: {s.wrong}\n→ {s.do}" for s in worst_first]
