"""What a worker finds wrong with its installation before it starts."""

from __future__ import annotations

import json
import logging
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.materialise import AVRO
from services.hub.broker.certificates import Unit, issue
from services.hub.broker.layout import Home
from services.runtime import installed, preflight, run
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.symptoms import Symptom, Weight

NOW = datetime.now(UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path, _ = issue(Home(tmp_path).made(), "registry", Unit.SERVICE)
    return path


@pytest.mark.parametrize(
    ("days", "wrong", "weight"),
    [
        (390, "expires on", Weight.FAULT),
        (398, "expired on", Weight.STOPS),
        (-1, "is valid only from", Weight.STOPS),
    ],
)
def test_a_certificate_says_when_its_time_is_over(
    certificate: Path, days: int, wrong: str, weight: Weight
) -> None:
    (found,) = installed.certificates([certificate], NOW + timedelta(days=days))
    assert found.wrong.startswith(wrong)
    assert found.weight is weight
    assert list(installed.certificates([certificate], NOW)) == []


def test_a_certificate_that_is_none_stops_the_worker(tmp_path: Path) -> None:
    (tmp_path / "odd.pem").write_text("not a certificate")
    odd, absent = installed.certificates([tmp_path / "odd.pem", tmp_path / "absent.pem"], NOW)
    assert (odd.wrong, absent.wrong) == ("cannot be read", "is not there")
    assert odd.weight is absent.weight is Weight.STOPS


def test_ids_of_schemas_are_complete_and_each_its_own(tmp_path: Path) -> None:
    assert list(installed.schema_ids()) == []
    frozen = ("a/v1", "b/v1")
    assert list(installed.misnumbered(frozen, {"a/v1": 1, "b/v1": 2})) == []
    wrong = {
        "has no id": {"a/v1": 1},
        "has the id 1 of a/v1": {"a/v1": 1, "b/v1": 1},
        "has id 3 and no file": {"a/v1": 1, "b/v1": 2, "c/v1": 3},
        f"has id {2**30}, which is no fact's": {"a/v1": 1, "b/v1": 2**30},
    }
    for said, ids in wrong.items():
        (found,) = installed.misnumbered(frozen, ids)
        assert found.wrong == said
        assert found.weight is Weight.STOPS
    damaged = shutil.copytree(AVRO, tmp_path / "avro")
    ids = json.loads((damaged / "ids.json").read_text())
    lost = ids.popitem()[0]
    (damaged / "ids.json").write_text(json.dumps(ids))
    assert [one.where for one in installed.schema_ids(damaged)] == [f"schema {lost}"]


def test_a_worker_of_another_build_says_so_and_starts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / installed.INSTALLED).write_text("b1 4")
    assert installed.adopted_build(tmp_path) == ("b1", 4)
    assert installed.build_since(tmp_path, "b1") == 4
    assert installed.build_since(tmp_path, "b2") == -1
    assert installed.adopted_build(tmp_path / "elsewhere") == ("", -1)
    assert list(installed.build("b1", "b1")) == []
    (other,) = installed.build("b1", "b2")
    assert other.wrong == "the build adopted last is b1"
    assert other.weight is Weight.FAULT
    with caplog.at_level(logging.WARNING):
        run.refuse([other])
    assert [record.__dict__["reason"] for record in caplog.records] == [str(other)]


def test_each_fault_has_a_line_and_what_stops_a_worker_stops_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = [
        Symptom("topic t", "WRITE is not granted", "run: hub agreements apply", Weight.STOPS),
        Symptom("this machine's clock", "is behind", "set it"),
        Symptom("group g", "READ is not granted", "run: hub agreements apply", Weight.STOPS),
    ]
    with caplog.at_level(logging.WARNING), pytest.raises(Stop, match="2 of the faults above"):
        run.refuse(found)
    assert [record.__dict__["reason"] for record in caplog.records] == [str(one) for one in found]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING", "ERROR"]


def test_a_clock_that_is_behind_the_broker_is_told() -> None:
    def ms(seconds: float) -> int:
        return int((NOW + timedelta(seconds=seconds)).timestamp() * 1000)

    (found,) = preflight.behind(ms(60), NOW)
    assert found.wrong == "is 60 s behind the broker's"
    assert list(preflight.behind(ms(2), NOW)) == []
    assert list(preflight.behind(ms(-7200), NOW)) == []
    assert list(preflight.behind(-1, NOW)) == []


def test_the_log_has_several_partitions_and_whatever_else_is_written_one() -> None:
    names = Names()
    inbox = names.inbox("probation")
    assert preflight.cut(names, (names.log, inbox)) == {names.log: LOG_PARTITIONS, inbox: 1}
