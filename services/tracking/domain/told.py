"""What tracking learns from its inbox: zones set and ended, tags fitted and removed.

Notices hold no more of a fact than the agreement with tracking grants; what tracking cannot do
without is read into a model here, and its absence is an error that names the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from schemas.base import Instant, Ref
from schemas.notice import Notice
from schemas.tracking import Point, TagFitted, TagRemoved, ZoneEnded, ZoneKind, ZoneSet
from services.runtime.decision import Context, Decision, Row
from services.tracking.domain.state import Device, Ending, Fitting, Wearer, Zone, device_key
from services.tracking.geofence import has_area


class Learned(StrEnum):
    """What tracking made of a notice."""

    ZONE_SET = "zone-set"
    ZONE_WITHOUT_AREA = "zone-without-area"
    """Nobody could ever be inside it, so nothing is watched: whoever set it has to set it anew."""
    ZONE_ENDED = "zone-ended"
    FITTED = "fitted"
    REMOVED = "removed"
    ALREADY_KNOWN = "already-known"
    NOT_FOR_US = "not-for-us"


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    occurred_at: Instant


class _ZoneTold(_Told):
    zone_ref: Ref
    zone_version: int
    zone: ZoneKind
    outline: tuple[Point, ...]
    in_force_from: Instant
    in_force_to: Instant | None = None


class _EndingTold(_Told):
    zone_ref: Ref


class _TagTold(_Told):
    device_ref: Ref


def hear(wearer: Wearer | None, notice: Notice, context: Context) -> Decision[Wearer]:
    """What the notice tells of its person's zones or tags.

    Raises:
        ValidationError: the view lacks a field tracking cannot do without, so every notice will.
    """
    learn = _LEARNS.get(notice.about)
    if learn is None:
        return Decision(wearer, Learned.NOT_FOR_US)
    return learn(wearer or Wearer(person_ref=notice.person_ref), notice, context)


def _set_zone(wearer: Wearer, notice: Notice, _: Context) -> Decision[Wearer]:
    told = _ZoneTold.model_validate(notice.told)
    known = {(zone.zone_ref, zone.zone_version) for zone in wearer.zones}
    if (told.zone_ref, told.zone_version) in known:
        return Decision(wearer, Learned.ALREADY_KNOWN)
    zone = Zone(
        zone_ref=told.zone_ref,
        zone_version=told.zone_version,
        zone=told.zone,
        outline=tuple((point.longitude_deg, point.latitude_deg) for point in told.outline),
        set_at=told.occurred_at,
        in_force_from=told.in_force_from,
        in_force_to=told.in_force_to,
    )
    if not has_area(zone.outline):
        return Decision(wearer, Learned.ZONE_WITHOUT_AREA)
    zones = sorted((*wearer.zones, zone), key=lambda z: (z.zone_ref, z.zone_version))
    return Decision(wearer.model_copy(update={"zones": tuple(zones)}), Learned.ZONE_SET)


def _end_zone(wearer: Wearer, notice: Notice, _: Context) -> Decision[Wearer]:
    told = _EndingTold.model_validate(notice.told)
    ending = Ending(zone_ref=told.zone_ref, at=told.occurred_at)
    if ending in wearer.endings:
        return Decision(wearer, Learned.ALREADY_KNOWN)
    endings = sorted((*wearer.endings, ending), key=lambda e: (e.zone_ref, e.at))
    return Decision(wearer.model_copy(update={"endings": tuple(endings)}), Learned.ZONE_ENDED)


def _fit(wearer: Wearer, notice: Notice, context: Context) -> Decision[Wearer]:
    return _fitting(wearer, notice, context, fitted=True)


def _remove(wearer: Wearer, notice: Notice, context: Context) -> Decision[Wearer]:
    return _fitting(wearer, notice, context, fitted=False)


def _fitting(wearer: Wearer, notice: Notice, context: Context, *, fitted: bool) -> Decision[Wearer]:
    """The device's row learns who wears it; the wearer's own row has nothing to keep of it."""
    told = _TagTold.model_validate(notice.told)
    key = device_key(told.device_ref)
    device: Device = context.rows.get(key) or Device(device_ref=told.device_ref)
    fitting = Fitting(at=told.occurred_at, person_ref=wearer.person_ref, fitted=fitted)
    if fitting in device.fittings:
        return Decision(wearer, Learned.ALREADY_KNOWN)
    fittings = sorted((*device.fittings, fitting), key=lambda f: (f.at, f.fitted, f.person_ref))
    changed = device.model_copy(update={"fittings": tuple(fittings)})
    because = Learned.FITTED if fitted else Learned.REMOVED
    return Decision(wearer, because, others={key: Row(changed)})


_LEARNS: Mapping[str, Callable[[Wearer, Notice, Context], Decision[Wearer]]] = {
    ZoneSet.kind(): _set_zone,
    ZoneEnded.kind(): _end_zone,
    TagFitted.kind(): _fit,
    TagRemoved.kind(): _remove,
}
