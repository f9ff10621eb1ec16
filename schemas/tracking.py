"""Facts of electronic monitoring: zones, tags, positions, and what follows from them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutDevice, FactAboutPerson, FieldClass, Instant, Part, Ref, has


class Point(Part):
    """A place on the WGS 84 ellipsoid."""

    longitude_deg: Annotated[float, has(FieldClass.LOCATION, "Longitude.", ge=-180, le=180)]
    latitude_deg: Annotated[float, has(FieldClass.LOCATION, "Latitude.", ge=-90, le=90)]


class ZoneKind(StrEnum):
    """Whether the person must stay out of a zone or in it."""

    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"


class ZoneSet(FactAboutPerson):
    """A zone was set or changed for a person; a higher version replaces a lower one."""

    zone_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The zone's own number.")]
    zone_version: Annotated[int, has(FieldClass.REFERENCE, "Grows with each change.", ge=1)]
    zone: Annotated[ZoneKind, has(FieldClass.MONITORING, "Stay out, or stay in.")]
    outline: Annotated[
        tuple[Point, ...],
        has(FieldClass.LOCATION, "Corners in order, not repeated.", min_length=3, max_length=500),
    ]
    in_force_from: Annotated[Instant, has(FieldClass.MONITORING, "When it starts to bind.")]
    in_force_to: Annotated[
        Instant | None, has(FieldClass.MONITORING, "When it stops; absent means until ended.")
    ] = None
    protects_victim: Annotated[
        bool, has(FieldClass.VICTIM, "Set to protect a victim; never shown with the zone.")
    ] = False


class ZoneEnded(FactAboutPerson):
    """A zone no longer binds."""

    zone_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The zone's own number.")]


class TagFitted(FactAboutPerson):
    """A device was fitted to the person."""

    device_ref: Annotated[Ref, has(FieldClass.MONITORING, "The provider's number of the device.")]


class TagRemoved(FactAboutPerson):
    """A device was taken off by the provider."""

    device_ref: Annotated[Ref, has(FieldClass.MONITORING, "The provider's number of the device.")]


class Mechanism(StrEnum):
    """How a position was found; the provider's codes 1, 4, 5 and 6."""

    GPS = "gps"
    RF = "rf"
    CELL = "cell"
    WIFI = "wifi"


class Position(FactAboutDevice):
    """Where a device was; stays in its own topic, never enters the log."""

    point: Annotated[Point, has(FieldClass.LOCATION, "Where.")]
    precision_m: Annotated[
        int, has(FieldClass.LOCATION, "Radius the true place lies in.", ge=0, le=100_000)
    ]
    mechanism: Annotated[Mechanism, has(FieldClass.MONITORING, "How it was found.")]


class Tamper(StrEnum):
    """What was done to the equipment."""

    STRAP = "strap"
    BODY = "body"
    HOME_UNIT_MOVED = "home-unit-moved"
    HOME_UNIT_POWER_LOST = "home-unit-power-lost"


class TagTampered(FactAboutDevice):
    """The equipment reports interference."""

    tamper: Annotated[Tamper, has(FieldClass.MONITORING, "What was done to it.")]
    late: Annotated[
        bool, has(FieldClass.MONITORING, "Delivered too late to be acted on as live.")
    ] = False


class ZoneEntered(FactAboutDevice):
    """The person certainly crossed a zone's line the wrong way.

    Into a zone to stay out of, or out of a zone to stay in.
    """

    zone_ref: Annotated[Ref, has(FieldClass.REFERENCE, "Which zone.")]
    zone_version: Annotated[int, has(FieldClass.REFERENCE, "Which version of it.", ge=1)]
    depth_m: Annotated[int, has(FieldClass.LOCATION, "How far beyond the line, at least.", ge=0)]
    precision_m: Annotated[int, has(FieldClass.LOCATION, "Radius of the position used.", ge=0)]
    mechanism: Annotated[Mechanism, has(FieldClass.MONITORING, "How it was found.")]
    late: Annotated[
        bool, has(FieldClass.MONITORING, "Learned too late to be acted on as live.")
    ] = False


class ZoneLeft(FactAboutDevice):
    """The person is certainly back on the right side of the zone's line."""

    zone_ref: Annotated[Ref, has(FieldClass.REFERENCE, "Which zone.")]
    zone_version: Annotated[int, has(FieldClass.REFERENCE, "Which version of it.", ge=1)]
