"""Many hostile inputs: `python -m tests.hostile --inputs 1000000`. Exit code 1 if one gets through.

A failure names its target, seed and input; `--only door --first 1500 --inputs 500 --seed 7` throws
that run again. Memory is flat if no worker's peak after the first fifth grew by more than a tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from time import monotonic

from tests.hostile.targets import TARGETS, Broken

RUN = {"wire": 2000, "door": 500, "rows": 2000, "events": 2000, "requests": 500, "files": 100}
"""Inputs thrown in one go, upon a state of their own."""
SETTLED = 0.2
GROWTH = 1.1


@dataclass(frozen=True)
class Outcome:
    """What became of one run, and how much memory its worker has needed at most so far."""

    target: str
    thrown: int
    became: Counter[str]
    broken: str
    worker: int
    peak: int


def throw(target: str, seed: int, first: int, count: int) -> Outcome:
    """One run, in whichever process."""
    became, broken = Counter[str](), ""
    try:
        became = asyncio.run(TARGETS[target][0](seed, first, count))
    except Broken as fault:
        broken = str(fault)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Outcome(target, count, became, broken, os.getpid(), peak)


def runs(inputs: int, first: int, only: str | None) -> Iterator[tuple[str, int, int]]:
    """Target, first input and how many, the targets evenly mixed."""
    shares = {name: share for name, (_, share) in TARGETS.items() if only in (None, name)}
    whole = sum(shares.values())
    planned = []
    for name, share in shares.items():
        wanted = max(1, round(inputs * share / whole))
        for start in range(0, wanted, RUN[name]):
            count = min(RUN[name], wanted - start)
            planned.append((start / wanted, name, first + start, count))
    for _, name, start, count in sorted(planned):
        yield name, start, count


def grown(peaks: dict[int, list[int]]) -> float:
    """By how much the worst worker's peak grew after the first fifth of its runs."""
    growths = [1.0]
    for peak in peaks.values():
        growths.append(peak[-1] / peak[round((len(peak) - 1) * SETTLED)])
    return max(growths)


def main(arguments: Sequence[str]) -> int:
    """0 if every input was answered or put aside and memory stayed flat."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=1, help="another one, other inputs")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", choices=sorted(TARGETS), help="one target alone")
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no run after so long")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    asked = parser.parse_args(arguments)
    began, done, last_told = monotonic(), 0, 0.0
    became: dict[str, Counter[str]] = defaultdict(Counter)
    thrown: Counter[str] = Counter()
    broken: list[str] = []
    peaks: dict[int, list[int]] = defaultdict(list)
    with ProcessPoolExecutor(asked.processes) as pool:
        planned = runs(asked.inputs, asked.first, asked.only)
        futures = [pool.submit(throw, name, asked.seed, first, n) for name, first, n in planned]
        for future in as_completed(futures):
            if monotonic() - began > asked.minutes * 60:
                for waiting in futures:
                    waiting.cancel()
            if future.cancelled():
                continue
            one = future.result()
            done += one.thrown
            thrown[one.target] += one.thrown
            became[one.target] += one.became
            peaks[one.worker].append(one.peak)
            if one.broken:
                broken.append(one.broken)
                sys.stdout.write(f"BROKEN {one.broken}\n")
            if monotonic() - last_told > 5:
                last_told = monotonic()
                rate = done / (last_told - began)
                sys.stdout.write(f"{done} of {asked.inputs}, {rate:.0f} a second\n")
                sys.stdout.flush()
    growth = grown(peaks)
    for name, counts in became.items():
        told = ", ".join(f"{because} {count}" for because, count in counts.most_common())
        sys.stdout.write(f"{name}: {thrown[name]} thrown: {told}\n")
    sys.stdout.write(
        f"{done} inputs, seed {asked.seed}, {monotonic() - began:.0f} s: {len(broken)} broken; "
        f"memory of the worst worker grew to {growth:.2f} of its peak after the first fifth\n"
    )
    return 1 if broken or (growth > GROWTH and done >= 100_000) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
