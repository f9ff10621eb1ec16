"""The tag provider's files as they really come, and the shape of its orders."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.base import Fact
from schemas.tracking import Position, TagTampered, Tamper
from services.bridge.rows import rows_of_file
from services.em_bridge.mapping import Feed, Taken, Tolerances, feed_of, order_of, read_row
from services.runtime.faults import Refused
from tests.em_bridge.test_orders import a_zone_notice
from tests.samples.where import document, sample

pytestmark = pytest.mark.samples

FOLDER = "em/tracking"
DELIVERED_AT = datetime(2026, 1, 5, 11, tzinfo=UTC)
TOLERANCES = Tolerances(late_after=timedelta(hours=1))


def taken(name: str) -> list[Taken]:
    """What each row of a file comes to; none is refused."""
    path = sample(f"{FOLDER}/{name}")
    feed = feed_of(path.name)
    assert feed is not None
    found = []
    for _, row in rows_of_file(path):
        assert not isinstance(row, Refused)
        found.append(read_row(feed, row, DELIVERED_AT, TOLERANCES))
    return found


def distinct(rows: list[Taken]) -> dict[str, Fact]:
    """Facts by their id: what admission lets in of them."""
    return {str(fact.event_id): fact for row in rows for fact in row.facts}


def test_events_come_to_one_alert_each_however_often_they_are_sent() -> None:
    expected = document(f"{FOLDER}/expected.json")["events"]
    rows = taken("event_sample_20260105100000.jsonl") + taken("event_sample_20260105110000.jsonl")
    assert len(rows) == expected["lines"]
    facts = list(distinct(rows).values())
    assert all(isinstance(fact, TagTampered) for fact in facts)
    assert len(facts) == len(expected["alerts"])
    said = {(fact.tamper, fact.late) for fact in facts if isinstance(fact, TagTampered)}
    assert said == {(Tamper.HOME_UNIT_POWER_LOST, False), (Tamper.HOME_UNIT_MOVED, True)}
    power, moved = sorted(facts, key=lambda fact: fact.occurred_at, reverse=True)
    assert power.occurred_at == datetime(2026, 1, 5, 9, 15, tzinfo=UTC)
    assert moved.occurred_at == datetime(2026, 1, 2, 20, tzinfo=UTC)
    others = [row for row in rows if not row.facts]
    assert len(others) == expected["lines"] - 4
    assert {row.because for row in others} == {"not-for-the-hub"}


def test_positions_are_one_fact_each_and_the_late_one_is_known() -> None:
    expected = document(f"{FOLDER}/expected.json")["positions"]
    rows = taken("position_sample_20260105100000.jsonl")
    assert len(rows) == expected["lines"]
    facts = distinct(rows)
    assert len(facts) == expected["distinct_position_ids"]
    assert all(isinstance(fact, Position) for fact in facts.values())
    late = distinct([row for row in rows if row.late])
    assert len(late) == len(expected["late"])
    (fact,) = late.values()
    assert fact.occurred_at == datetime(2026, 1, 3, 8, tzinfo=UTC)


def test_each_copy_of_a_row_is_the_same_fact_to_the_byte() -> None:
    rows = taken("event_sample_20260105100000.jsonl") + taken("event_sample_20260105110000.jsonl")
    facts = [fact for row in rows for fact in row.facts]
    assert len(facts) == 4
    assert len(set(facts)) == 2


def test_an_activation_has_the_columns_of_the_device_activation_table() -> None:
    result = document("em/athena/device-activation.active.success.json")["ResultSet"]
    header, values = ([cell.get("VarCharValue") for cell in row["Data"]] for row in result["Rows"])
    theirs: dict[str, Any] = dict(zip(header, values, strict=True))
    row = {
        "device_activation_id": int(theirs["device_activation_id"]),
        "device_id": int(theirs["device_id"]),
        "person_id": int(theirs["unique_device_wearer_id"]),
        "device_activation_date": theirs["device_activation_date"],
        "device_deactivation_date": theirs["device_deactivation_date"],
    }
    (fact,) = read_row(Feed.ACTIVATION, row, DELIVERED_AT, TOLERANCES).facts
    assert fact.occurred_at == datetime(2023, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize("case", ["cemo002", "cemo013"])
def test_an_order_uses_the_providers_own_names_and_forms(case: str) -> None:
    ours = order_of(a_zone_notice())
    theirs = document(f"em/orders/{case}/expected_order.json")
    wearer = document(f"em/orders/{case}/expected_device_wearer.json")
    assert set(ours["monitoring_order"]) <= set(theirs)
    assert set(ours["device_wearer"]) <= set(wearer)
    assert {len(condition) for condition in theirs["enforceable_condition"]} == {3}
    (condition,) = ours["monitoring_order"]["enforceable_condition"]
    assert set(condition) == set(theirs["enforceable_condition"][0])


def test_a_zone_has_the_members_of_the_providers_own() -> None:
    theirs = document("em/orders/provider_example_wearer_and_order.json")
    (zone,) = order_of(a_zone_notice())["monitoring_order"]["exclusion_zones"]
    assert set(zone) == set(theirs["monitoring_order"]["exclusion_zones"][0])
    assert set(order_of(a_zone_notice())) - {"zones"} == set(theirs) & set(
        order_of(a_zone_notice())
    )
