"""`hub simulate`: many schedules, as fast as the machine goes; a failing one tells its story."""

from __future__ import annotations

import gc
import json
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.agreements.commands import files_option
from services.hub.simulation.play import play
from services.hub.simulation.shrink import shrunk, told
from services.hub.simulation.town import a_town
from services.hub.simulation.verdict import verdict
from services.hub.simulation.world import Plan

CHUNK = 25
"""Schedules a process plays before it reports."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A schedule that was not withstood."""

    seed: int
    wrong: tuple[str, ...]


def failures(files: Path, seeds: range) -> list[Failed]:
    """The schedules of these seeds that were not withstood."""
    logging.disable()  # thousands of processes "die" here, each saying so
    town, found = a_town(files), []
    for seed in seeds:
        wrong = verdict(play(town.plan(seed), town))
        if wrong:
            found.append(Failed(seed, tuple(wrong)))
    return found


@contextmanager
def out_of_the_collectors_way() -> Iterator[None]:
    """What is there now is not looked through again and again, here or in a forked process."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def run(files: Path, seeds: range, processes: int) -> Iterator[tuple[int, list[Failed]]]:
    """How many more were played, and which of them were not withstood."""
    chunks = [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
    a_town(files)  # compiled once, for all processes
    with out_of_the_collectors_way(), ProcessPoolExecutor(processes) as pool:
        for chunk, found in zip(chunks, pool.map(partial(failures, files), chunks), strict=True):
            yield len(chunk), found


@click.command()
@click.option("--seeds", default=2_000, show_default=True, help="How many schedules.")
@click.option("--first", default=0, show_default=True, help="The first seed.")
@click.option("--seed", type=int, help="Play this one alone, make it small, tell its story.")
@click.option("--steps", is_flag=True, help="With --seed: every step of everybody.")
@files_option("--agreements", "files")
@click.option("--processes", default=os.cpu_count() or 1, show_default="one a core")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on standard output.")
@click.pass_context
def simulate(
    context: click.Context,
    seeds: int,
    first: int,
    seed: int | None,
    steps: bool,  # noqa: FBT001  click's way
    files: Path,
    processes: int,
    as_json: bool,  # noqa: FBT001  click's way
) -> None:
    """Play the whole hub in memory, struck at every await, and judge what stands.

    Workers crash, freeze and wake as ghosts; answers are lost, builds roll, the clock jumps. After
    each schedule the log, the rows and the inboxes have to be what they should be. A failing seed
    plays again exactly. Exit code 1 if any schedule was not withstood.
    """
    if seed is not None:
        context.exit(_tell(files, seed, steps=steps, as_json=as_json))
    began, failed = monotonic(), list[Failed]()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=as_json,
    ) as progress:
        bar = progress.add_task("schedules", total=seeds)
        for count, found in run(files, range(first, first + seeds), processes):
            failed += found
            progress.update(bar, advance=count)
    took = monotonic() - began
    if as_json:
        wrong = {one.seed: list(one.wrong) for one in failed}
        click.echo(json.dumps({"schedules": seeds, "seconds": round(took, 1), "wrong": wrong}))
    else:
        for one in failed[:10]:
            click.echo(f"seed {one.seed}: {one.wrong[0]}")
        if failed:
            click.echo(f"{len(failed)} of {seeds} not withstood; see: hub simulate --seed N")
        else:
            click.echo(f"All {seeds} schedules withstood in {took:.0f} s.")
    context.exit(1 if failed else 0)


def _tell(files: Path, seed: int, *, steps: bool, as_json: bool) -> int:
    """One schedule's story; a failing one is made small first."""
    logging.disable()
    town = a_town(files)

    def wrong(plan: Plan) -> list[str]:
        return verdict(play(plan, town))

    plan = town.plan(seed)
    faults = wrong(plan)
    if faults:
        plan = shrunk(plan, lambda smaller: faults[0] in wrong(smaller))
    played = play(plan, town, told=steps)
    found = verdict(played)
    if as_json:
        click.echo(json.dumps({"seed": seed, "wrong": found, "story": played.story}))
        return 1 if found else 0
    click.echo(f"Seed {seed}: {len(plan.sayings)} letters, {len(plan.strikes)} misfortunes")
    for line in told(played.story):
        click.echo(line)
    for fault in found:
        click.echo(f"WRONG: {fault}")
    if not found:
        click.echo(f"Withstood in {played.steps} steps.")
    return 1 if found else 0
