"""What tracking keeps: who wears a device and what its positions showed; which zones bind whom."""

from __future__ import annotations

from uuid import UUID

from schemas.base import Instant
from schemas.tracking import Mechanism, ZoneKind
from services.runtime.decision import State


class Fitting(State):
    """A device was put on somebody or taken off them."""

    at: Instant
    person_ref: str
    """Tracking knows people by the reference it is told, and by nothing else."""
    fitted: bool


class Mark(State):
    """A position that certainly was on one side of a zone's line."""

    at: Instant
    position: UUID
    beyond: bool
    """On the side where the person must not be."""
    late: bool
    since: Instant
    """From when the zone bound this wearer without a break; another time is another visit."""
    zone_version: int
    depth_m: int
    precision_m: int
    mechanism: Mechanism


class Watch(State):
    """One zone as seen from one device: its marks, in the order in which they happened."""

    zone_ref: str
    marks: tuple[Mark, ...] = ()


class Device(State):
    """The row `device:<device_ref>`."""

    device_ref: str
    fittings: tuple[Fitting, ...] = ()
    watches: tuple[Watch, ...] = ()

    def watch(self, zone_ref: str) -> Watch:
        """What is known of that zone; of a new one, nothing."""
        for watch in self.watches:
            if watch.zone_ref == zone_ref:
                return watch
        return Watch(zone_ref=zone_ref)


class Zone(State):
    """One version of a zone."""

    zone_ref: str
    zone_version: int
    zone: ZoneKind
    outline: tuple[tuple[float, float], ...]
    set_at: Instant
    in_force_from: Instant
    in_force_to: Instant | None


class Ending(State):
    """A zone was ended, all its versions of before then."""

    zone_ref: str
    at: Instant


class Wearer(State):
    """The row `wearer:<person_ref>`."""

    person_ref: str
    zones: tuple[Zone, ...] = ()
    endings: tuple[Ending, ...] = ()


def device_key(device_ref: str) -> str:
    """The key of a device's row."""
    return f"device:{device_ref}"


def wearer_key(person_ref: str) -> str:
    """The key of a wearer's row."""
    return f"wearer:{person_ref}"
