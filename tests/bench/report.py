"""The figures as tables for people and as JSON for machines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import latency, throughput
from tests.bench.machine import Machine

HEED = (
    "Trust the ratios: both sides ran in turn on the same broker in the same minutes. The bare "
    "loop holds nobody, fences nothing and decides nothing; it is the floor, not a rival."
)


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, and how far apart they were."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Of these rounds."""
        every = sorted(values)
        return cls(median(every), every[0], every[-1])

    def shown(self) -> str:
        """`median (least–most)`."""
        return f"{self.median:.2g} ({self.least:.2g}–{self.most:.2g})"


def as_json(
    machine: Machine, caught_up: Sequence[throughput.Run], submitted: Sequence[latency.Run]
) -> dict[str, Any]:
    """Every round, and what the tables show."""
    return {
        "machine": asdict(machine),
        "throughput": [
            {**asdict(run), "facts_per_s": run.facts_per_s, "cpu_us": run.cpu_us}
            for run in caught_up
        ],
        "latency": [
            {
                "who": run.who,
                "rate": run.rate,
                "sent": run.sent,
                "arrived": len(run.seconds),
                "p50_ms": run.ms(0.5),
                "p99_ms": run.ms(0.99),
            }
            for run in submitted
        ],
        "ratios": {
            "throughput": [
                {
                    "who": who,
                    "facts_per_s": asdict(_over_bare(caught_up, who, _pace)),
                    "cpu_us": asdict(_over_bare(caught_up, who, _cost)),
                }
                for who in throughput.SERVICES
                if caught_up
            ],
            "latency": [
                {
                    "rate": rate,
                    "p50": asdict(_over_loops(submitted, rate, 0.5)),
                    "p99": asdict(_over_loops(submitted, rate, 0.99)),
                }
                for rate in latency.RATES
                if submitted
            ],
        },
    }


def show(
    console: Console,
    machine: Machine,
    caught_up: Sequence[throughput.Run],
    submitted: Sequence[latency.Run],
) -> None:
    """The tables."""
    if caught_up:
        console.print(_throughput(caught_up))
    if submitted:
        console.print(_latency(submitted))
    before, after = machine.load
    console.print(
        f"{machine.cores} cores, load {before} before and {after} after, Python {machine.python}. "
        + HEED
    )


def _throughput(runs: Sequence[throughput.Run]) -> Table:
    table = _table(
        "Catching up with the log: medians of the rounds (least–most); per fact",
        ("who", "facts/s", "× bare", "CPU µs", "× bare", "decided", "said"),
    )
    for who in (throughput.BARE, *throughput.SERVICES):
        mine = [run for run in runs if run.who == who]
        table.add_row(
            who,
            f"{Spread.of(map(_pace, mine)).median:,.0f}",
            _over_bare(runs, who, _pace).shown() if who != throughput.BARE else "1",
            f"{Spread.of(map(_cost, mine)).median:,.0f}",
            _over_bare(runs, who, _cost).shown() if who != throughput.BARE else "1",
            f"{mine[-1].decided:.2f}",
            f"{mine[-1].said:.2f}",
        )
    return table


def _latency(runs: Sequence[latency.Run]) -> Table:
    table = _table(
        "From submission to inbox: medians of the rounds (least–most)",
        ("who", "facts/s", "p50 ms", "× bare", "p99 ms", "× bare", "arrived"),
    )
    for rate in latency.RATES:
        for who in (latency.TWO_LOOPS, latency.WHOLE_LINE):
            mine = [run for run in runs if run.who == who and run.rate == rate]
            whole = who == latency.WHOLE_LINE
            table.add_row(
                who,
                str(rate),
                f"{Spread.of(run.ms(0.5) for run in mine).median:,.0f}",
                _over_loops(runs, rate, 0.5).shown() if whole else "1",
                f"{Spread.of(run.ms(0.99) for run in mine).median:,.0f}",
                _over_loops(runs, rate, 0.99).shown() if whole else "1",
                f"{sum(len(r.seconds) for r in mine)} of {sum(r.sent for r in mine)}",
            )
    return table


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, box=None, header_style="bold", title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def _pace(run: throughput.Run) -> float:
    return run.facts_per_s


def _cost(run: throughput.Run) -> float:
    return run.cpu_us


def _over_bare(
    runs: Sequence[throughput.Run], who: str, figure: Callable[[throughput.Run], float]
) -> Spread:
    return _ratio(
        [figure(run) for run in runs if run.who == who],
        [figure(run) for run in runs if run.who == throughput.BARE],
    )


def _over_loops(runs: Sequence[latency.Run], rate: int, share: float) -> Spread:
    at_rate = [run for run in runs if run.rate == rate]
    return _ratio(
        [run.ms(share) for run in at_rate if run.who == latency.WHOLE_LINE],
        [run.ms(share) for run in at_rate if run.who == latency.TWO_LOOPS],
    )


def _ratio(mine: Sequence[float], others: Sequence[float]) -> Spread:
    """Round by round."""
    return Spread.of(one / other for one, other in zip(mine, others, strict=True))
