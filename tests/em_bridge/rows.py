"""Rows in the tag provider's shape, invented: any field of one overridable."""

from typing import Any

Row = dict[str, Any]


def a_position_row(**fields: Any) -> Row:
    return {
        "position_id": 9000001,
        "person_id": 990001,
        "device_id": 99001,
        "client_id": 11,
        "location_id": 90001,
        "position_gps_date": "2026-03-02 11:59:00",
        "position_recorded_date": "2026-03-02 11:59:02.000",
        "position_uploaded_date": "2026-03-02 12:03:00.000000",
        "position_latitude": 52.9225,
        "position_longitude": -1.4746,
        "position_geometry": "{'type': 'Point', 'coordinates': [-1.4746, 52.9225]}",
        "position_precision": 3,
        "position_lbs": 1,
        "_feed_type": "position",
        **fields,
    }


def an_event_row(**fields: Any) -> Row:
    return {
        "event_id": 9000002,
        "person_id": 990001,
        "device_id": 99001,
        "event_start_date_utc": "2026-03-02 11:15:00.250",
        "event_end_date_utc": None,
        "event_uploaded_date_utc": "2026-03-02 11:19:18.250",
        "event_status": "A",
        "event_type_code": "EV_MU_MAINS_START",
        **fields,
    }


def an_activation_row(**fields: Any) -> Row:
    return {
        "device_activation_id": 9000003,
        "device_id": 99001,
        "person_id": 990001,
        "nomis_id": "A9001ZZ",
        "pnc_id": "",
        "delius_id": None,
        "device_activation_date": "2026-03-01 09:00:00.000",
        "device_deactivation_date": None,
        **fields,
    }
