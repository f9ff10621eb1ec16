"""The figures as tables for people and as JSON for machines."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.table import Table

from tests.bench import latency, throughput
from tests.bench.figures import Figure

HEED = (
    "Trust the ratios: both sides ran in turn on the same broker in the same minutes. The bare "
    "loop holds nobody, fences nothing and decides nothing; it is the floor, not a rival."
)


AIMED_AT, AIMS_MS = 100, {0.5: 80, 0.99: 400}
"""Facts a second, and what of them the shares have to be within."""


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


def throughput_figures(runs: Sequence[throughput.Run]) -> Iterator[Figure]:
    """What a fact costs a service, over what it costs the bare loop in the same round."""
    for who in throughput.SERVICES:
        cost = _over_bare(runs, who, _cost).median
        yield Figure(f"{who}: CPU per fact over the bare loop's", cost, "×", 2)
        yield Figure(
            f"{who}: facts/s over the bare loop's", _over_bare(runs, who, _pace).median, "×"
        )
    fans_out, as_much = throughput.FANS_OUT, throughput.AS_MUCH
    cost = _over_bare(runs, fans_out, _cost, as_much).median
    yield Figure(f"{fans_out}: CPU per fact over a bare loop's that says as much", cost, "×")


def latency_figures(runs: Sequence[latency.Run]) -> Iterator[Figure]:
    """What the whole line takes, and over two bare loops in the same round."""
    for rate in latency.RATES:
        mine = [run for run in runs if run.who == latency.WHOLE_LINE and run.rate == rate]
        for share, name in ((0.5, "p50"), (0.99, "p99")):
            aim = AIMS_MS[share] if rate == AIMED_AT else None
            value = Spread.of(run.ms(share) for run in mine).median
            yield Figure(f"submission → inbox {name} at {rate}/s", value, "ms", aim)
            over = _over_loops(runs, rate, share).median
            yield Figure(f"submission → inbox {name} at {rate}/s over two bare loops", over, "×")


def throughput_rounds(runs: Sequence[throughput.Run]) -> list[dict[str, Any]]:
    """Every round, for machines."""
    return [{**asdict(run), "facts_per_s": run.facts_per_s, "cpu_us": run.cpu_us} for run in runs]


def latency_rounds(runs: Sequence[latency.Run]) -> list[dict[str, Any]]:
    """Every round, for machines."""
    return [
        {
            "who": run.who,
            "rate": run.rate,
            "sent": run.sent,
            "arrived": len(run.seconds),
            "p50_ms": run.ms(0.5),
            "p99_ms": run.ms(0.99),
        }
        for run in runs
    ]


def throughput_table(runs: Sequence[throughput.Run]) -> Table:
    """Medians of the rounds."""
    table = _table(
        "Catching up with the log: medians of the rounds (least–most); per fact",
        ("who", "facts/s", "× bare", "CPU µs", "× bare", "decided", "said"),
    )
    for who in (throughput.BARE, *throughput.SERVICES, throughput.AS_MUCH):
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


def latency_table(runs: Sequence[latency.Run]) -> Table:
    """Medians of the rounds."""
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
    runs: Sequence[throughput.Run],
    who: str,
    figure: Callable[[throughput.Run], float],
    bare: str = throughput.BARE,
) -> Spread:
    return _ratio(
        [figure(run) for run in runs if run.who == who],
        [figure(run) for run in runs if run.who == bare],
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
