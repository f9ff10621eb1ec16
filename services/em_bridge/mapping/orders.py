"""A notice about a zone → the document the provider's field service takes; any other → a plain one.

The document has the provider's own shape: `device_wearer` and `monitoring_order`, every value a
string, instants in the order's own time (Europe/London). Beside it stand the zones as geometry,
RFC 7946: WGS 84, longitude first, rings closed and counter-clockwise. It holds what the view
grants and nothing else; the victim a zone protects is in no view of the provider's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from schemas.base import IdentifierType
from schemas.notice import Notice
from schemas.tracking import ZoneEnded, ZoneKind, ZoneSet
from services.runtime.faults import Refused

LONDON = ZoneInfo("Europe/London")
END_OF_TIME = "2040-01-01 23:59:00"
"""What the provider takes for an order without an end."""
CONDITION = "EM Exclusion / Inclusion Zone"

_WEARER: dict[str, IdentifierType] = {
    "pnc_id": IdentifierType.PNC,
    "nomis_id": IdentifierType.NOMS,
    "delius_id": IdentifierType.CRN,
}
Document = dict[str, Any]


def order_of(notice: Notice) -> Document:
    """The document for one notice; the same notice always gives the same.

    `case_id` is the hub's reference of the person for the provider, `order_id` the notice's.

    Raises:
        Refused: a zone without its outline or start cannot be watched.
    """
    if notice.about == ZoneSet.kind():
        return _zone_set(notice)
    if notice.about == ZoneEnded.kind():
        return _zone_ended(notice)
    return {
        "case_id": notice.person_ref,
        "notice": {
            "notice_id": str(notice.notice_ref),
            "about": notice.about,
            "urgency": notice.urgency.value,
            "act_by": _local(notice.act_by),
            **({"said_anew": "yes"} if notice.anew else {}),
            "told": _words(notice.told),
        },
    }


def _zone_set(notice: Notice) -> Document:
    told = notice.told
    for field in ("zone_ref", "zone_version", "zone", "outline", "in_force_from"):
        if field not in told:
            raise Refused("view-without-it", field)
    start, end = _local(told["in_force_from"]), _local(told.get("in_force_to")) or END_OF_TIME
    zone = {
        "description": f"Zone {told['zone_ref']} version {told['zone_version']}",
        "duration": "",
        "start": start,
        "end": end,
    }
    excludes = told["zone"] == ZoneKind.EXCLUSION
    order = _order(notice, "New Order" if told["zone_version"] == 1 else "Variation")
    order |= {
        "order_start": start,
        "order_end": end,
        "enforceable_condition": [{"condition": CONDITION, "start_date": start, "end_date": end}],
        "exclusion_zones": [zone] if excludes else [],
        "inclusion_zones": [] if excludes else [zone],
    }
    return _document(notice, order, [_feature(told)])


def _zone_ended(notice: Notice) -> Document:
    if "zone_ref" not in notice.told:
        raise Refused("view-without-it", "zone_ref")
    order = _order(notice, "Variation")
    order |= {
        "order_variation_date": _local(notice.told.get("occurred_at")),
        "order_variation_details": f"End of zone {notice.told['zone_ref']}",
    }
    return _document(notice, order, [])


def _order(notice: Notice, request: str) -> Document:
    return {
        "case_id": notice.person_ref,
        "order_id": str(notice.notice_ref),
        "order_request_type": request,
        "new_order_received": _local(notice.told.get("recorded_at")),
    }


def _document(notice: Notice, order: Document, zones: list[Document]) -> Document:
    return {
        "case_id": notice.person_ref,
        "device_wearer": _wearer(notice.told.get("identifiers", ())),
        "monitoring_order": order,
        "zones": {"type": "FeatureCollection", "features": zones},
    }


def _wearer(identifiers: Any) -> Document:  # noqa: ANN401
    """The numbers the provider files a wearer under; one that is not told is an empty text."""
    told = {number["type"]: number["value"] for number in identifiers}
    return {field: told.get(kind, "") for field, kind in _WEARER.items()}


def _feature(told: Mapping[str, Any]) -> Document:
    corners = [[point["longitude_deg"], point["latitude_deg"]] for point in told["outline"]]
    if _area2(corners) < 0:
        corners.reverse()
    return {
        "type": "Feature",
        "id": told["zone_ref"],
        "geometry": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
        "properties": {
            "zone_id": told["zone_ref"],
            "version": str(told["zone_version"]),
            "type": str(told["zone"]).upper(),
            "start": _instant(told["in_force_from"]),
            "end": _instant(told.get("in_force_to")),
        },
    }


def _area2(corners: list[list[float]]) -> float:
    """Twice the signed area; positive where the corners run counter-clockwise."""
    following = [*corners[1:], corners[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, following, strict=True))


def _local(moment: Any) -> str:  # noqa: ANN401
    """`yyyy-MM-dd HH:mm:ss` in the order's own time; empty if there is none."""
    return moment.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S") if moment is not None else ""


def _instant(moment: Any) -> str:  # noqa: ANN401
    """Without doubt even in the hour that summer time repeats; empty if there is none."""
    return moment.astimezone(UTC).isoformat() if moment is not None else ""


def _words(value: Any) -> Any:  # noqa: ANN401
    """The same value with every leaf a string."""
    if isinstance(value, Mapping):
        return {key: _words(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_words(item) for item in value]
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value is None else str(value)
