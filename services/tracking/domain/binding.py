"""Who wore a device at a moment, and which zones bound them then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.tracking.domain.state import Device, Fitting, Wearer, Zone

_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Worn:
    """A device on somebody."""

    person_ref: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Binding:
    """A version of a zone while it is the one in force."""

    zone: Zone
    starts: datetime
    ends: datetime


def worn_at(device: Device, at: datetime) -> Worn | None:
    """Who wore the device then. A removal from somebody else than the last wearer is old news."""
    worn: Worn | None = None
    for fitting in device.fittings:
        if fitting.at > at:
            break
        if fitting.fitted:
            worn = Worn(fitting.person_ref, fitting.at)
        elif worn is not None and worn.person_ref == fitting.person_ref:
            worn = None
    return worn


def since_of(bindings: Iterable[Binding], at: datetime) -> dict[str, tuple[Zone, datetime]]:
    """By zone number, the version that bound at that moment, and from when without a break."""
    found: dict[str, tuple[Zone, datetime]] = {}
    runs: dict[str, tuple[datetime, datetime]] = {}
    for binding in sorted(bindings, key=lambda b: b.starts):
        ref = binding.zone.zone_ref
        began, ended = runs.get(ref, (binding.starts, binding.starts))
        began = began if ended == binding.starts else binding.starts
        runs[ref] = (began, binding.ends)
        if binding.starts <= at < binding.ends:
            found[ref] = (binding.zone, began)
    return found


def bindings_of(wearer: Wearer) -> tuple[Binding, ...]:
    """When each version of each zone is the one in force.

    A version stops where a higher one starts, where it says itself, and where the zone was ended
    after it was set; the first of these. One that stops before it starts never binds.
    """
    found = (Binding(zone, zone.in_force_from, _ends(zone, wearer)) for zone in wearer.zones)
    return tuple(binding for binding in found if binding.starts < binding.ends)


def _ends(zone: Zone, wearer: Wearer) -> datetime:
    higher = (
        other.in_force_from
        for other in wearer.zones
        if other.zone_ref == zone.zone_ref and other.zone_version > zone.zone_version
    )
    ended = (
        ending.at
        for ending in wearer.endings
        if ending.zone_ref == zone.zone_ref and ending.at >= zone.set_at
    )
    return min((zone.in_force_to or _FOREVER, *higher, *ended))


def without_the_past(wearer: Wearer, before: datetime) -> Wearer:
    """The wearer's row without the outlines by which no position may be judged any more."""
    kept = tuple(
        zone for zone in wearer.zones if max(_ends(zone, wearer), zone.in_force_from) > before
    )
    return wearer if kept == wearer.zones else wearer.model_copy(update={"zones": kept})


def recent(device: Device, before: datetime) -> tuple[Fitting, ...]:
    """The fittings that tell who wore the device at that moment and after it."""
    worn = worn_at(device, before)
    past = [fitting for fitting in device.fittings if fitting.at <= before]
    if worn is not None:
        past = [
            f for f in past if f.fitted and (f.person_ref, f.at) == (worn.person_ref, worn.since)
        ]
    later = tuple(fitting for fitting in device.fittings if fitting.at > before)
    return (*past[-1:], *later)
