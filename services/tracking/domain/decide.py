"""What tracking decides on a position, and on what it is told of zones and tags."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.base import Fact, follows
from schemas.tracking import Position, ZoneEntered, ZoneKind, ZoneLeft
from services.runtime.decision import Context, Decision, Row
from services.tracking.domain.binding import (
    bindings_of,
    recent,
    since_of,
    without_the_past,
    worn_at,
)
from services.tracking.domain.state import Device, Mark, Watch, Wearer, Zone, wearer_key
from services.tracking.domain.visits import News, learned, news, visits_of
from services.tracking.geofence import Measure, measure
from services.tracking.rules import Rules

ME = "tracking"


class Because(StrEnum):
    """Why tracking decided as it did; of several zones, what is told first here."""

    ENTERED = "entered"
    LEFT = "left"
    LEARNED_LATE = "learned-late"
    STILL_BEYOND = "still-beyond"
    TOO_COARSE = "too-coarse"
    UNCERTAIN = "uncertain"
    ALREADY_COUNTED = "already-counted"
    ON_THE_RIGHT_SIDE = "on-the-right-side"
    NO_ZONE_IN_FORCE = "no-zone-in-force"
    NOBODY_WEARS_IT = "nobody-wears-it"
    CLOCK_AHEAD = "clock-ahead"
    TOO_OLD = "too-old"


_TOLD_FIRST = tuple(Because)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one zone makes of a position."""

    because: Because
    watch: Watch
    news: News = News()


def assess(device: Device | None, position: Position, context: Context) -> Decision[Device]:
    """A position against every zone that bound its wearer at that moment, in its own time.

    Entered and left are said only of what is certain, once for each visit. Any order of live
    positions found within `late_after` of each other ends in the same state and as many entries.
    A position received late never moves what is known live. Zones and tags count as tracking knows
    them when the position arrives.

    Source: local choice throughout, see decision 4.
    """
    rules: Rules = context.rules
    recorded_at = position.recorded_at or position.occurred_at
    oldest = recorded_at - rules.remember
    worn = None if device is None else worn_at(device, position.occurred_at)
    if position.occurred_at - recorded_at > rules.clock_ahead:
        return Decision(device, Because.CLOCK_AHEAD)
    if position.occurred_at < oldest:
        return Decision(device, Because.TOO_OLD)
    if device is None or worn is None:
        return Decision(device, Because.NOBODY_WEARS_IT)
    wearer: Wearer = context.rows.get(wearer_key(worn.person_ref)) or Wearer(
        person_ref=worn.person_ref
    )
    answers = [
        _answer(device.watch(zone.zone_ref), zone, max(since, worn.since), position, rules)
        for zone, since in since_of(bindings_of(wearer), position.occurred_at).values()
    ]
    present = without_the_past(wearer, oldest)
    return Decision(
        _with(device, answers, {zone.zone_ref for zone in present.zones}, oldest),
        min((a.because for a in answers), key=_TOLD_FIRST.index, default=Because.NO_ZONE_IN_FORCE),
        tuple(fact for answer in answers for fact in _said(answer, position)),
        others={} if present is wearer else {wearer_key(wearer.person_ref): Row(present)},
    )


def _answer(watch: Watch, zone: Zone, since: datetime, position: Position, rules: Rules) -> _Answer:
    point, exclusion = position.point, zone.zone is ZoneKind.EXCLUSION
    # How far outside matters only where being outside is the breach.
    near_m = position.precision_m if exclusion else math.inf
    measured = measure(zone.outline, point.longitude_deg, point.latitude_deg, near_m)
    if measured.to_line_m <= position.precision_m:
        return _Answer(Because.UNCERTAIN, watch)
    beyond = measured.inside == exclusion
    if beyond and _too_coarse(position, rules):
        return _Answer(Because.TOO_COARSE, watch)
    mark = _mark(zone, since, position, measured, rules, beyond=beyond)
    after = learned(watch, mark, rules)
    if after.marks == watch.marks:
        return _Answer(Because.ALREADY_COUNTED, watch)
    found = news(visits_of(watch.marks), visits_of(after.marks))
    return _Answer(_because(found, mark), after, found)


def _too_coarse(position: Position, rules: Rules) -> bool:
    """Whether the position may not be a breach on its own, however deep it seems."""
    return position.mechanism in rules.coarse and position.precision_m > rules.max_precision_m


def _mark(
    zone: Zone,
    since: datetime,
    position: Position,
    measured: Measure,
    rules: Rules,
    *,
    beyond: bool,
) -> Mark:
    recorded_at = position.recorded_at or position.occurred_at
    return Mark(
        at=position.occurred_at,
        position=position.event_id,
        beyond=beyond,
        late=recorded_at - position.occurred_at > rules.late_after,
        since=since,
        zone_version=zone.zone_version,
        depth_m=math.floor(measured.to_line_m - position.precision_m) if beyond else 0,
        precision_m=position.precision_m,
        mechanism=position.mechanism,
    )


def _because(found: News, mark: Mark) -> Because:
    if found.entered:
        return Because.LEARNED_LATE if mark.late else Because.ENTERED
    if found.left:
        return Because.LEFT
    return Because.STILL_BEYOND if mark.beyond else Because.ON_THE_RIGHT_SIDE


def _said(answer: _Answer, position: Position) -> Iterator[Fact]:
    """Each visit entered, and each mark that ended one; the moment is that of the mark."""
    for visit in answer.news.entered:
        mark = visit.first
        yield follows(
            position,
            ZoneEntered,
            source=ME,
            part=f"{answer.watch.zone_ref}:{mark.position}",
            occurred_at=mark.at,
            device_ref=position.device_ref,
            zone_ref=answer.watch.zone_ref,
            zone_version=mark.zone_version,
            depth_m=mark.depth_m,
            precision_m=mark.precision_m,
            mechanism=mark.mechanism,
            late=visit.late,
        )
    for mark in answer.news.left:
        yield follows(
            position,
            ZoneLeft,
            source=ME,
            part=f"{answer.watch.zone_ref}:{mark.position}",
            occurred_at=mark.at,
            device_ref=position.device_ref,
            zone_ref=answer.watch.zone_ref,
            zone_version=mark.zone_version,
        )


def _with(
    device: Device, answers: Iterable[_Answer], present: set[str], oldest: datetime
) -> Device:
    """The device's row after this position, without what no position can bear on any more."""
    watches = {watch.zone_ref: watch for watch in device.watches}
    watches |= {answer.watch.zone_ref: answer.watch for answer in answers if answer.watch.marks}
    kept = (w for w in watches.values() if w.zone_ref in present or w.marks[-1].at >= oldest)
    return device.model_copy(
        update={
            "fittings": recent(device, oldest),
            "watches": tuple(sorted(kept, key=lambda watch: watch.zone_ref)),
        }
    )
