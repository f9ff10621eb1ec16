"""What operators see: one JSON object a line, and never a value that somebody sent."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from services.runtime import telemetry
from services.runtime.telemetry import JsonLines, Meters, log_to_stderr

CANARY = "Testperson-canary"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to standard error; logging is as it was before, after."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    monkeypatch.setattr(sys, "stderr", written)
    log_to_stderr()
    yield written
    root.handlers, root.level = handlers, level


def read(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_every_line_is_a_json_object_with_time_level_place_and_sentence(
    lines: io.StringIO,
) -> None:
    logging.getLogger("services.x").warning("taken")
    (line,) = read(lines)
    assert (line["level"], line["from"], line["says"]) == ("WARNING", "services.x", "taken")
    assert line["at_time"].endswith("+00:00")


def test_only_extras_of_our_own_making_are_shown(lines: io.StringIO) -> None:
    logging.getLogger("services.x").warning(
        "taken", extra={"at": "a[0]@7", "name_of_person": CANARY, "key": CANARY}
    )
    (line,) = read(lines)
    assert line["at"] == "a[0]@7"
    assert CANARY not in lines.getvalue()


def _fails() -> None:
    raise ValueError(CANARY)


def test_an_exception_shows_its_type_and_place_and_not_its_text(lines: io.StringIO) -> None:
    try:
        _fails()
    except ValueError:
        logging.getLogger("services.x").exception("failed")
    (line,) = read(lines)
    assert line["error"] == "ValueError"
    assert line["where"].startswith("_fails:")
    assert CANARY not in lines.getvalue()


def test_the_cause_of_an_exception_is_not_shown_either(lines: io.StringIO) -> None:
    try:
        try:
            _fails()
        except ValueError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        logging.getLogger("services.x").exception("failed")
    assert CANARY not in lines.getvalue()


def test_an_extra_that_is_no_text_shows_its_type(lines: io.StringIO) -> None:
    logging.getLogger("services.x").warning("read", extra={"file": Path(CANARY), "count": 3})
    (line,) = read(lines)
    assert line["file"].endswith("Path")
    assert line["count"] == 3
    assert CANARY not in lines.getvalue()


def test_an_exception_that_was_never_raised_shows_its_type() -> None:
    error = ValueError(CANARY)
    record = logging.LogRecord("x", logging.ERROR, "p", 1, "said", (), (ValueError, error, None))
    line = json.loads(JsonLines().format(record))
    assert (line["error"], "where" in line) == ("ValueError", False)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.NOTSET])
def test_debugging_is_never_on(lines: io.StringIO, level: int) -> None:
    log_to_stderr(level)
    logging.getLogger("services.x").debug(CANARY)
    assert lines.getvalue() == ""


@pytest.mark.parametrize("library", ["faust.app", "aiokafka.conn", "mode", "asyncssh"])
def test_a_client_library_is_heard_from_warning_on_and_not_too_often(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    now = 100.0
    monkeypatch.setattr(telemetry, "monotonic", lambda: now)
    log = logging.getLogger(library)
    for now in (100.0, 105.0, 111.0):  # noqa: B007  the clock above reads it
        log.info("connected")
        log.warning("away")
    assert [line["says"] for line in read(lines)] == ["away", "away"]


def test_the_hub_itself_is_always_heard(lines: io.StringIO) -> None:
    for _ in range(3):
        logging.getLogger("services.modest").info("taken")
    assert len(read(lines)) == 3


def test_metrics_have_labels_of_our_own_making_only() -> None:
    meters = Meters("tally")
    meters.decisions.labels(because="counted").inc()
    meters.position.labels(topic="hub.facts", partition=0).set(3)
    page = generate_latest(meters.registry).decode()
    assert 'hub_decisions_total{because="counted"} 1.0' in page
    assert 'hub_service_info{service="tally"} 1.0' in page
    names = {
        name
        for metric in meters.registry.collect()
        for sample in metric.samples
        for name in sample.labels
    }
    assert names <= {"because", "topic", "partition", "service", "le"}


def test_each_service_has_metrics_of_its_own() -> None:
    one, other = Meters("tally"), Meters("tally")
    one.held.inc()
    assert other.registry.get_sample_value("hub_rows_held_total") == 0
