"""The tables say what was measured."""

import io
import json

from rich.console import Console

from tests.bench import latency, report, throughput
from tests.bench.machine import Machine

HERE = Machine(cores=2, load=(0.5, 1.5), python="3.11", system="somewhere")
CAUGHT_UP = [
    throughput.Run(throughput.BARE, 1000, 1.0, 0.1, 1.0, 1.0),
    throughput.Run("registry", 1000, 2.0, 0.3, 0.3, 0.3),
    throughput.Run("notify", 1000, 4.0, 0.5, 1.0, 2.9),
]
SUBMITTED = [
    latency.Run(who, rate, 3, (0.01 * times, 0.02 * times, 0.03 * times))
    for rate in latency.RATES
    for who, times in ((latency.TWO_LOOPS, 1), (latency.WHOLE_LINE, 4))
]


def test_ratios_are_taken_round_by_round_and_their_median_is_shown() -> None:
    slower = [*CAUGHT_UP, throughput.Run(throughput.BARE, 1000, 2.0, 0.1, 1.0, 1.0)]
    twice = [*slower, throughput.Run("registry", 1000, 8.0, 0.3, 0.3, 0.3), CAUGHT_UP[2]]
    found = report.as_json(HERE, twice, [])["ratios"]["throughput"]
    assert found[0]["who"] == "registry"
    assert found[0]["facts_per_s"] == {"median": 0.375, "least": 0.25, "most": 0.5}


def test_the_whole_report_is_json_and_names_every_run() -> None:
    found = json.loads(json.dumps(report.as_json(HERE, CAUGHT_UP, SUBMITTED)))
    assert [run["who"] for run in found["throughput"]] == ["bare loop", "registry", "notify"]
    assert [(run["rate"], run["arrived"]) for run in found["latency"]] == [
        (rate, 3) for rate in latency.RATES for _ in range(2)
    ]
    assert {one["p50"]["median"] for one in found["ratios"]["latency"]} == {4}


def test_the_tables_show_both_sides_and_what_to_heed() -> None:
    out = io.StringIO()
    report.show(Console(file=out, width=100), HERE, CAUGHT_UP, SUBMITTED)
    shown = out.getvalue()
    for expected in ("bare loop", "notify", "two bare loops", "admission → notify", "2 cores"):
        assert expected in shown


def test_what_never_arrived_is_counted_and_not_timed() -> None:
    run = latency.Run("x", 50, sent=4, seconds=(0.1, 0.2, 0.3))
    assert round(run.ms(0.5)) == 200
    assert round(run.ms(0.99)) == 300
