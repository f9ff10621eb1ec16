"""Rows in the tag provider's own shape, with its own faults.

Field names and times are those of the provider's data store; so are the faults: every few rows one
is delivered twice or three times, some files come days late, some rows cannot be read.

Source: feeds §2.2 to §2.4; codes beginning `EV_HUB_` are ours, since the provider's own codes of
strap and body are not published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.hub.demo.fixes import GPS, WEEK_ROLLOVER, Fix
from services.hub.demo.grid import Degrees, degrees
from services.hub.demo.wearers import Story, Wearer

Row = dict[str, Any]
ROLLED_OVER = 2015
"""A year before any fix whose device counts the weeks right, after any other."""
LONDON = ZoneInfo("Europe/London")
CLIENT, LOCATION = 99, 990_001
FEED = "derbyshire"
POSITION_IDS, LATE_POSITION_IDS = 9_900_000_000, 9_990_000_000
EVENT_IDS, ACTIVATION_IDS = 9_800_000_000, 9_700_000


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of device event."""

    number: int
    name: str
    words: str
    criticality: int


CALLBACK = Code(157, "EV_PARTIAL_CALLBACK", "Partial callback", 1)
BATTERY = Code(9_001, "EV_REPORT_TRACKER_BATTERY_PERCENTAGE", "Tracker battery report", 1)
TAMPERS = {
    Story.STRAP: Code(99_001, "EV_HUB_STRAP_TAMPER", "Strap tamper", 3),
    Story.MAINS: Code(84, "EV_MU_MAINS_START", "Home unit power lost", 3),
    Story.HOME_UNIT_MOVED: Code(556, "EV_MU_TILT_STARTED", "Home unit moved", 3),
}
CRITICALITY = {1: "LOW", 2: "MEDIUM", 3: "HIGH"}


def written(moment: datetime, number: int) -> str:
    """UTC without a zone, with 0, 3 or 6 digits of a second as it happens."""
    digits = ("", f".{moment.microsecond // 1000:03d}", f".{moment.microsecond:06d}")
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") + digits[number % 3]


def position_rows(
    found: Iterable[tuple[Wearer, Fix]], uploaded_at: datetime | None = None
) -> list[Row]:
    """One row of each fix, numbered in order; uploaded half a minute later unless given."""
    pairs = list(found)
    places = degrees([fix.place for _, fix in pairs])
    first = POSITION_IDS if uploaded_at is None else LATE_POSITION_IDS
    return [
        _position(wearer, fix, place, number, uploaded_at)
        for number, ((wearer, fix), place) in enumerate(zip(pairs, places, strict=True), first)
    ]


def _position(
    wearer: Wearer, fix: Fix, place: Degrees, number: int, uploaded_at: datetime | None
) -> Row:
    longitude, latitude = place
    recorded = fix.at + timedelta(seconds=2)
    by_gps = fix.lbs == GPS
    return {
        "position_id": number,
        "person_id": wearer.mdss,
        "device_id": wearer.device,
        "client_id": CLIENT,
        "location_id": LOCATION,
        "position_gps_date": written(fix.at, number),
        "position_recorded_date": written(recorded, number + 1),
        "position_uploaded_date": written(uploaded_at or _uploaded(fix.at), number + 2),
        "position_latitude": latitude,
        "position_longitude": longitude,
        "position_geometry": str(
            {
                "type": "Point",
                "crs": {"type": "name", "properties": {"name": "EPSG:4326"}},
                "coordinates": [longitude, latitude],
            }
        ),
        "position_precision": fix.precision_m,
        "position_speed": fix.speed,
        "position_direction": number % 360 if by_gps else 0,
        "position_satellite": 7 if by_gps else 0,
        "position_hdop": 1 if by_gps else 0,
        "position_lbs": fix.lbs,
        "position_circulation_id": 0,
    }


def _uploaded(at: datetime) -> datetime:
    """Half a minute later by the right clock, also where the device's is wrong."""
    right = at if at.year > ROLLED_OVER else at + WEEK_ROLLOVER
    return right + timedelta(seconds=30)


def event_row(
    wearer: Wearer,
    code: Code,
    at: datetime,
    number: int,
    flags: int = 0,
    uploaded_at: datetime | None = None,
) -> Row:
    """One event of the wearer's equipment; uploaded half a minute later unless given."""
    start, uploaded = at, uploaded_at or at + timedelta(seconds=30)
    return {
        "event_id": EVENT_IDS + number,
        "person_id": wearer.mdss,
        "device_id": wearer.device,
        "mu_event_id": number,
        "event_start_date_utc": written(start, number),
        "event_start_date_local": start.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S"),
        "event_end_date_utc": None,
        "event_recorded_date_utc": written(start + timedelta(seconds=14), 0),
        "event_uploaded_date_utc": written(uploaded, 0),
        "event_uploaded_date_local": uploaded.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S"),
        "event_status": "A" if code.criticality == 3 else "F",
        "event_status_flags": flags,
        "event_type_id": code.number,
        "event_type_code": code.name,
        "event_type_name": code.words,
        "event_type_description": code.words,
        "event_type_criticality_id": code.criticality,
        "event_type_criticality_name": CRITICALITY[code.criticality],
        "client_id": CLIENT,
        "location_id": LOCATION,
    }


def event_rows(wearer: Wearer, now: datetime, first: int) -> list[Row]:
    """An hourly call, a battery report, and whatever was done to the equipment."""
    calls = [(CALLBACK, now - timedelta(hours=h, minutes=4), 0) for h in (2, 1, 0)]
    battery = [(BATTERY, now - timedelta(minutes=34), 40 + wearer.number % 60)]
    tamper = TAMPERS.get(wearer.story)
    done = [(tamper, now - timedelta(minutes=5), 0)] if tamper else []
    return [
        event_row(wearer, code, at, first + n, flags)
        for n, (code, at, flags) in enumerate((*calls, *battery, *done))
    ]


def activation_row(wearer: Wearer, fitted_at: datetime) -> Row:
    """The device was fitted and is worn: no end, or one far ahead."""
    nomis, pnc, crn = (n.value for n in wearer_numbers(wearer))
    ends = fitted_at + timedelta(days=365) if wearer.number % 4 == 0 else None
    return {
        "device_activation_id": ACTIVATION_IDS + wearer.person.number,
        "device_id": wearer.device,
        "person_id": wearer.mdss,
        "device_activation_date": written(fitted_at, 0),
        "device_deactivation_date": written(ends, 0) if ends else None,
        "nomis_id": nomis,
        "pnc_id": pnc,
        "delius_id": crn,
        "mdss_person_id": wearer.mdss,
        "order_type": "post_release",
        "enforceable_condition": "location_monitoring",
    }


def wearer_numbers(wearer: Wearer) -> tuple[Any, Any, Any]:
    """Prison, police and probation number, in the order of the provider's columns."""
    prison, probation = wearer.person.known_to("prison"), wearer.person.known_to("probation")
    return prison[0], wearer.person.pnc, probation[0]


def with_lineage(rows: Iterable[Row], file_name: str, load: str) -> list[Row]:
    """The rows with the columns that say which file and load each came with."""
    feed = file_name.split("_", 1)[0]
    day = file_name.rsplit("_", 1)[-1][:8]
    return [
        {
            **row,
            "_file_name": file_name,
            "_feed_type": feed,
            "_delivery_date": day,
            "_dlt_load_id": load,
            "_dlt_id": f"{load}-{place:06d}",
        }
        for place, row in enumerate(rows)
    ]
