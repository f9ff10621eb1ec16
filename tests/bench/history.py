"""What full runs found, run after run: `docs/performance/`, a line each, a page and a picture."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import WORDS, Figure, rounded
from tests.bench.machine import Machine

FOLDER = Path(__file__).parents[2] / "docs" / "performance"
LINES, PICTURE, PAGE = "history.jsonl", "history.png", "README.md"
HEAD = """# What it costs

Written by `make bench`, which takes about half an hour; do not edit. Every run is a line of
[history.jsonl](history.jsonl). Ratios are taken against a bare confluent-kafka loop that consumes,
decodes, encodes and produces on the same broker in the same minutes; trust them more than times.

The last run: {at}, commit {commit}, {cores} cores, load {before} before and {after} after.

| what | measured | aim | |
|---|---:|---:|---|
"""
FOOT = """
![every figure over the runs, with what was aimed at as a broken line](history.png)
"""
COLUMNS = 4


def kept(figures: Sequence[Figure], machine: Machine, folder: Path = FOLDER) -> None:
    """These figures are in the history, and in its picture."""
    folder.mkdir(parents=True, exist_ok=True)
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": asdict(machine),
        "figures": [asdict(one) for one in figures],
    }
    with (folder / LINES).open("a") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    history = runs(folder)
    drawn(history, folder / PICTURE)
    (folder / PAGE).write_text(page(history[-1]))


def runs(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Every run kept so far, the oldest first."""
    return [json.loads(line) for line in (folder / LINES).read_text().splitlines()]


def page(run: Mapping[str, Any]) -> str:
    """The figures of a run, for readers."""
    before, after = run["machine"]["load"]
    head = HEAD.format(**run, cores=run["machine"]["cores"], before=before, after=after)
    rows = "".join(
        f"| {one.name} | {rounded(one.value)} {one.unit} | {one.aim()} | {WORDS[one.reached]} |\n"
        for one in (Figure(**fields) for fields in run["figures"])
    )
    return head + rows + FOOT


def series(history: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, Figure]]]:
    """By figure, its commit and value in every run that has it."""
    found: dict[str, list[tuple[str, Figure]]] = {}
    for run in history:
        for fields in run["figures"]:
            one = Figure(**fields)
            found.setdefault(f"{one.name} [{one.unit}]", []).append((run["commit"], one))
    return found


def drawn(history: Sequence[Mapping[str, Any]], to: Path) -> None:
    """A small picture of each figure over the runs, with what it ought to be as a line."""
    from matplotlib.figure import Figure as Sheet  # noqa: PLC0415  only full runs draw

    lines = series(history)
    rows = -(-len(lines) // COLUMNS)
    sheet = Sheet(figsize=(4 * COLUMNS, 2.4 * rows), layout="constrained")
    for number, (name, points) in enumerate(lines.items(), start=1):
        axes = sheet.add_subplot(rows, COLUMNS, number)
        axes.set_title(name, fontsize=8)
        axes.plot([one.value for _, one in points], marker="o", color="#1d70b8")
        axes.set_xticks(range(len(points)), [commit for commit, _ in points], fontsize=6)
        axes.tick_params(axis="y", labelsize=7)
        last = points[-1][1]
        aim = last.at_most if last.at_most is not None else last.at_least
        axes.set_ylim(0, 1.1 * max(aim or 0, *(one.value for _, one in points)))
        if aim is not None:
            axes.axhline(aim, linestyle="--", linewidth=1, color="#505a5f")
    sheet.savefig(to, dpi=110)


def _commit() -> str:
    """The commit measured, with a + where files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=7"],
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"
