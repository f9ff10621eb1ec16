"""The agreements of the whole country: 42 areas, each with every body of the committed one.

`python -m tests.bench.areas [--areas N]` writes them to a folder of its own, compiles them, and
prints how long that takes and how large what comes out is. No broker is asked.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from services.agreements.broker_plan import desired
from services.agreements.compile import Agreements, load
from services.runtime.names import Names
from tests.agreements.makers import FILES

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


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--areas", default=AREAS, show_default=True, help="How many areas.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def main(*, areas: int, as_json: bool) -> None:
    """Compile the agreements of a whole country."""
    found, _ = measure(areas)
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    for name, value in asdict(found).items():
        sys.stdout.write(f"{name:>14}  {value:>9}\n")


if __name__ == "__main__":
    main()
