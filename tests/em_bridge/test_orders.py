"""What the tag provider is ordered to watch, in its own shape."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from shapely.geometry import shape  # type: ignore[import-untyped]  # it ships no types

from schemas.notice import Notice
from schemas.risk import Urgency
from services.em_bridge.mapping import END_OF_TIME, order_of
from services.runtime.faults import Refused
from tests.makers import NOTICE, SQUARE

CORNERS = [point.model_dump() for point in SQUARE]


def a_zone_notice(**told: Any) -> Notice:
    return Notice(
        notice_ref=NOTICE,
        person_ref="em-7",
        about="tracking.zone-set",
        urgency=Urgency.SAME_DAY,
        told={
            "occurred_at": datetime(2026, 6, 30, 21, tzinfo=UTC),
            "recorded_at": datetime(2026, 6, 30, 21, 5, tzinfo=UTC),
            "identifiers": [{"type": "pnc", "value": "2001/0000001Q"}],
            "zone_ref": "Z-1",
            "zone_version": 1,
            "zone": "exclusion",
            "outline": CORNERS,
            "in_force_from": datetime(2026, 7, 1, 8, tzinfo=UTC),
            "in_force_to": datetime(2026, 12, 1, 8, tzinfo=UTC),
            **told,
        },
    )


def without(notice: Notice, *fields: str) -> Notice:
    told = {name: value for name, value in notice.told.items() if name not in fields}
    return notice.model_copy(update={"told": told})


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def test_a_zone_becomes_a_new_order_in_the_orders_own_time() -> None:
    order = order_of(a_zone_notice())
    monitoring = order["monitoring_order"]
    assert order["case_id"] == monitoring["case_id"] == "em-7"
    assert monitoring["order_id"] == str(NOTICE)
    assert monitoring["order_request_type"] == "New Order"
    assert monitoring["new_order_received"] == "2026-06-30 22:05:00"
    assert monitoring["order_start"] == "2026-07-01 09:00:00"  # summer time
    assert monitoring["order_end"] == "2026-12-01 08:00:00"  # winter time
    assert monitoring["enforceable_condition"] == [
        {
            "condition": "EM Exclusion / Inclusion Zone",
            "start_date": "2026-07-01 09:00:00",
            "end_date": "2026-12-01 08:00:00",
        }
    ]
    assert [zone["start"] for zone in monitoring["exclusion_zones"]] == ["2026-07-01 09:00:00"]
    assert monitoring["inclusion_zones"] == []
    assert order["device_wearer"] == {
        "pnc_id": "2001/0000001Q",
        "nomis_id": "",
        "delius_id": "",
    }
    assert all(isinstance(leaf, str) for leaf in leaves(monitoring))


def test_an_order_without_an_end_has_the_providers_end_of_time() -> None:
    order = order_of(a_zone_notice(in_force_to=None))
    assert order["monitoring_order"]["order_end"] == END_OF_TIME
    assert order["zones"]["features"][0]["properties"]["end"] == ""


def test_a_zone_to_stay_in_and_a_later_version_are_said_so() -> None:
    order = order_of(a_zone_notice(zone="inclusion", zone_version=2))
    assert order["monitoring_order"]["order_request_type"] == "Variation"
    assert order["monitoring_order"]["exclusion_zones"] == []
    assert len(order["monitoring_order"]["inclusion_zones"]) == 1


@pytest.mark.parametrize("corners", [CORNERS, CORNERS[::-1]])
def test_the_geometry_is_rfc_7946(corners: list[dict[str, float]]) -> None:
    (feature,) = order_of(a_zone_notice(outline=corners))["zones"]["features"]
    assert "crs" not in feature["geometry"]
    (ring,) = feature["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert len(ring) == 5
    polygon = shape(feature["geometry"])
    assert polygon.exterior.is_ccw
    assert polygon.bounds == (-1.48, 52.92, -1.47, 52.93)  # longitude first
    assert feature["properties"]["type"] == "EXCLUSION"
    assert feature["properties"]["start"] == "2026-07-01T08:00:00+00:00"


def test_an_order_holds_nothing_that_is_not_granted() -> None:
    order = order_of(without(a_zone_notice(), "identifiers", "recorded_at", "in_force_to"))
    assert order["device_wearer"] == {"pnc_id": "", "nomis_id": "", "delius_id": ""}
    assert order["monitoring_order"]["new_order_received"] == ""


@pytest.mark.parametrize("field", ["zone_ref", "zone_version", "zone", "outline", "in_force_from"])
def test_a_zone_that_cannot_be_watched_is_refused_aloud(field: str) -> None:
    with pytest.raises(Refused) as refused:
        order_of(without(a_zone_notice(), field))
    assert (refused.value.reason, refused.value.field) == ("view-without-it", field)


def test_the_end_of_a_zone_varies_the_order() -> None:
    notice = a_zone_notice().model_copy(update={"about": "tracking.zone-ended"})
    order = order_of(notice)
    assert order["monitoring_order"]["order_variation_date"] == "2026-06-30 22:00:00"
    assert order["monitoring_order"]["order_variation_details"] == "End of zone Z-1"
    assert order["zones"]["features"] == []
    with pytest.raises(Refused):
        order_of(without(notice, "zone_ref"))


def test_any_other_notice_is_told_as_it_is() -> None:
    told = {
        "notice_ref": UUID(int=7),
        "act_by": None,
        "moved_on": datetime(2026, 3, 2, tzinfo=UTC).date(),
        "since": datetime(2026, 7, 1, 8, tzinfo=UTC),
        "urgency": Urgency.ROUTINE,
        "points": ({"n": 1},),
    }
    notice = Notice(
        notice_ref=NOTICE,
        person_ref="em-7",
        about="notice.notice-overdue",
        urgency=Urgency.SAME_DAY,
        act_by=datetime(2026, 3, 2, 12, tzinfo=UTC),
        told=told,
    )
    assert order_of(notice) == {
        "case_id": "em-7",
        "notice": {
            "notice_id": str(NOTICE),
            "about": "notice.notice-overdue",
            "urgency": "same-day",
            "act_by": "2026-03-02 12:00:00",
            "told": {
                "notice_ref": str(UUID(int=7)),
                "act_by": "",
                "moved_on": "2026-03-02",
                "since": "2026-07-01 09:00:00",
                "urgency": "routine",
                "points": [{"n": "1"}],
            },
        },
    }
    anew = order_of(notice.model_copy(update={"anew": True}))
    assert anew["notice"]["said_anew"] == "yes"
