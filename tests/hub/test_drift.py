"""Whether the broker differs is looked at on a schedule, and whoever asks is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.agreements.broker_plan import Binding, Topic
from services.agreements.plan import Plan
from services.hub import drift
from services.hub.drift import Drift

AT = 1_772_452_800.0
NOW = datetime.fromtimestamp(AT, UTC)
RIGHT = Binding("User:agency-dwp", "topic", "to.dwp", "literal", "read")


def a_plan(**parts: object) -> Plan:
    nothing: dict[str, object] = {
        "create": (),
        "configure": {},
        "give": (),
        "take": (),
        "withdrawn": (),
    }
    return Plan(**{**nothing, **parts})  # type: ignore[arg-type]  # what each test names


def test_a_broker_as_agreed_has_no_drift() -> None:
    seen = drift.of(a_plan(), "v1", AT)
    assert (seen.code, seen.differs) == (0, {})
    assert str(seen) == "drift: none at 02 March 12:00 UTC"


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"give": (RIGHT,)}, "give"),
        ({"take": (RIGHT,)}, "take"),
        ({"withdrawn": ("agency-dwp",)}, "take"),
        ({"create": (Topic("to.dwp", 1, {}),)}, "create"),
        ({"configure": {"to.dwp": {"retention.ms": "1"}}}, "configure"),
        ({"quotas": {"agency-dwp": None}}, "limit"),
        ({"foreign": (RIGHT,)}, "look at by hand"),
        ({"denied": (RIGHT,)}, "look at by hand"),
    ],
)
def test_every_difference_is_counted_and_named_by_its_kind_alone(
    part: dict[str, object], kind: str
) -> None:
    seen = drift.of(a_plan(**part), "v1", AT)
    assert (seen.code, seen.differs) == (3, {kind: 1})
    assert "dwp" not in str(seen)


def test_what_was_seen_is_known_to_whoever_comes_later_and_to_a_collector(tmp_path: Path) -> None:
    assert drift.last(tmp_path) is None
    seen = drift.of(a_plan(take=(RIGHT,)), "v1", AT)
    drift.write_down(tmp_path, seen)
    assert drift.last(tmp_path) == seen
    lines = (tmp_path / "run" / "drift.prom").read_text().splitlines()
    assert 'hub_agreements_drift{to="take"} 1' in lines
    assert 'hub_agreements_drift{to="give"} 0' in lines
    assert f"hub_agreements_drift_looked_at_seconds {AT:.0f}" in lines


def test_where_nothing_can_be_seen_that_is_said(tmp_path: Path) -> None:
    seen = drift.look(tmp_path, AT)
    assert seen.code == 1
    assert "hub agreements apply" in seen.failed
    (symptom,) = drift.symptoms(seen, NOW)
    assert "nobody could look" in symptom.wrong


def test_that_nobody_has_looked_for_long_is_wrong() -> None:
    seen = Drift(AT, "v1")
    assert list(drift.symptoms(seen, NOW + timedelta(minutes=50))) == []
    (symptom,) = drift.symptoms(seen, NOW + timedelta(minutes=70))
    assert "the last look" in symptom.wrong
    assert list(drift.symptoms(None, NOW)) == []
