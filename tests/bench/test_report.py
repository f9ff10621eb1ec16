"""The tables and the history say what was measured."""

import io
from pathlib import Path

from rich.console import Console

from tests.bench import figures, history, latency, report, throughput
from tests.bench.figures import Figure
from tests.bench.machine import Machine

HERE = Machine(cores=2, load=(0.5, 1.5), python="3.11", system="somewhere")
CAUGHT_UP = [
    throughput.Run(throughput.BARE, 1000, 1.0, 0.1, 1.0, 1.0),
    throughput.Run("registry", 1000, 2.0, 0.3, 0.3, 0.3),
    throughput.Run("notify", 1000, 4.0, 0.5, 1.0, 2.9),
    throughput.Run(throughput.AS_MUCH, 1000, 2.0, 0.25, 1.0, 2.9),
]
SUBMITTED = [
    latency.Run(who, rate, 3, (0.01 * times, 0.02 * times, 0.03 * times))
    for rate in latency.RATES
    for who, times in ((latency.TWO_LOOPS, 1), (latency.WHOLE_LINE, 4))
]


def test_ratios_are_taken_round_by_round_and_their_median_is_the_figure() -> None:
    slower = [*CAUGHT_UP, throughput.Run(throughput.BARE, 1000, 2.0, 0.1, 1.0, 1.0)]
    twice = [*slower, throughput.Run("registry", 1000, 8.0, 0.3, 0.3, 0.3), *CAUGHT_UP[2:]]
    found = {one.name: one for one in report.throughput_figures(twice)}
    assert found["registry: facts/s over the bare loop's"].value == 0.375
    assert found["registry: CPU per fact over the bare loop's"].reached is False
    as_much = found["notify: CPU per fact over a bare loop's that says as much"]
    assert (as_much.value, as_much.reached) == (2, None)


def test_what_was_aimed_at_stands_only_where_it_was_set() -> None:
    found = {one.name: one for one in report.latency_figures(SUBMITTED)}
    assert found["submission → inbox p50 at 100/s"].reached is True
    assert found["submission → inbox p50 at 50/s"].reached is None
    assert found["submission → inbox p50 at 200/s over two bare loops"].value == 4


def test_every_round_is_there_for_machines() -> None:
    assert [run["who"] for run in report.throughput_rounds(CAUGHT_UP)] == [
        "bare loop",
        "registry",
        "notify",
        throughput.AS_MUCH,
    ]
    assert [(run["rate"], run["arrived"]) for run in report.latency_rounds(SUBMITTED)] == [
        (rate, 3) for rate in latency.RATES for _ in range(2)
    ]


def test_the_tables_show_both_sides_and_what_was_missed() -> None:
    out = io.StringIO()
    console = Console(file=out, width=120)
    console.print(report.throughput_table(CAUGHT_UP))
    console.print(report.latency_table(SUBMITTED))
    console.print(figures.table([Figure("door: facts/s", 2500, "1/s", at_least=3000)]))
    shown = out.getvalue()
    for expected in ("bare loop", "two bare loops", "admission → notify", "2,500", "missed"):
        assert expected in shown


def test_what_never_arrived_is_counted_and_not_timed() -> None:
    run = latency.Run("x", 50, sent=4, seconds=(0.1, 0.2, 0.3))
    assert round(run.ms(0.5)) == 200
    assert round(run.ms(0.99)) == 300


def test_the_history_holds_every_run_and_is_drawn(tmp_path: Path) -> None:
    for pace in (2500.0, 3100.0):
        history.kept([Figure("door: facts/s", pace, "1/s", at_least=3000)], HERE, tmp_path)
    (points,) = history.series(history.runs(tmp_path)).values()
    assert [one.value for _, one in points] == [2500, 3100]
    told = (tmp_path / history.PAGE).read_text()
    assert "| door: facts/s | 3,100 1/s | ≥ 3,000 | reached |" in told
    assert (tmp_path / history.PICTURE).read_bytes().startswith(b"\x89PNG")
