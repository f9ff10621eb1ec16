"""The agreements of the whole country: 42 areas, each with every body of the committed one.

`python -m tests.bench.areas [--areas N]` writes them to a folder of its own, compiles them, and
prints how long that takes and how large what comes out is. With `--apply` a fresh broker is made to
hold them, twice: the second time nothing is left to do.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from services.agreements.apply import apply
from services.agreements.broker_plan import desired
from services.agreements.compile import Agreements, load
from services.hub.broker import process
from services.runtime.names import Names
from tests.agreements.makers import FILES

HEAP = "-Xmx2g -Xms512m"
"""What a broker with 8,000 topics needs; the half of it was not tried."""
AREAS = 42
"""The areas of the arrangements in England and Wales."""
NATIONAL = frozenset({"dwp", "em", "immigration-enforcement", "parole-board"})
"""Bodies of the whole country, and services of the hub, have one file."""


@dataclass(frozen=True)
class Compiled:
    """What was compiled, and in how long."""

    areas: int
    bodies: int
    grants: int
    views: int
    topics: int
    rights: int
    compile_s: float
    compile_cpu_s: float
    plan_s: float


def write(folder: Path, areas: int) -> int:
    """The files of so many areas; their number. Area 0 is the committed one."""
    for path in sorted(FILES.glob("*.yaml")):
        text = path.read_text()
        ours = "kind: service" in text or path.stem in NATIONAL
        for area in range(1 if ours else areas):
            slug = path.stem if area == 0 else f"a{area:02}-{path.stem}"
            named = text.replace(f"agency: {path.stem}\n", f"agency: {slug}\n")
            (folder / f"{slug}.yaml").write_text(named.replace(f"@{path.stem}.", f"@{slug}."))
    return len(list(folder.iterdir()))


def measure(areas: int) -> tuple[Compiled, Agreements]:
    """Written, compiled and planned once."""
    with tempfile.TemporaryDirectory(prefix="hub-areas-") as at:
        write(Path(at), areas)
        began, cpu = time.monotonic(), time.process_time()
        agreements = load(Path(at))
        compiled, spent = time.monotonic(), time.process_time() - cpu
        wanted = desired(agreements, Names())
        planned = time.monotonic()
    grants = sum(len(agency.grants) for agency in agreements.receivers.values())
    found = Compiled(
        areas,
        len(agreements.receivers),
        grants,
        len(agreements.view_schemas),
        len(wanted.topics),
        len(wanted.bindings),
        round(compiled - began, 2),
        round(spent, 2),
        round(planned - compiled, 2),
    )
    return found, agreements


@dataclass(frozen=True)
class Applied:
    """How long a fresh broker took to hold it all, and then to be found as asked."""

    applied_s: float
    applied_cpu_s: float
    again_s: float
    changed_again: int


def measure_apply(areas: int) -> Applied:
    """Applied to a broker of its own, which ends with this."""
    os.environ.setdefault("KAFKA_HEAP_OPTS", HEAP)
    with tempfile.TemporaryDirectory(prefix="hub-areas-") as at:
        files, home = Path(at) / "files", Path(at) / "home"
        files.mkdir()
        write(files, areas)
        cluster = process.start(home, owner_pid=os.getpid(), say=_say).cluster
        try:
            began, cpu = time.monotonic(), time.process_time()
            apply(cluster, files)
            applied, spent = time.monotonic(), time.process_time() - cpu
            made = apply(cluster, files).plan
            again = time.monotonic()
        finally:
            process.stop(home)
    changed = len(made.create) + len(made.configure) + len(made.give) + len(made.take)
    return Applied(round(applied - began, 1), round(spent, 1), round(again - applied, 1), changed)


def _say(line: str) -> None:
    click.echo(line, err=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--areas", default=AREAS, show_default=True, help="How many areas.")
@click.option("--apply", "applies", is_flag=True, help="Also make a fresh broker hold them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def main(*, areas: int, applies: bool, as_json: bool) -> None:
    """Compile, and perhaps apply, the agreements of a whole country."""
    found = asdict(measure(areas)[0])
    if applies:
        found |= asdict(measure_apply(areas))
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        sys.stdout.write(f"{name:>14}  {value:>9}\n")


if __name__ == "__main__":
    main()
