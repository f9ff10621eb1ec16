"""What is due before a release, counted from the day the prison set, and before an absence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.bank_holidays import BANK_HOLIDAYS
from schemas.custody import Presence, ReleaseKind
from schemas.milestone import Milestone
from services.registry.dates import (
    end_of,
    local_day,
    months_before,
    start_of,
    working_day_after,
    working_day_before,
)
from services.registry.domain.custody import Absence, Plan, ZoneWord, last_words
from services.registry.domain.pauses import held_from
from services.registry.domain.record import convictions_of
from services.registry.domain.state import Clock, Register, Stage
from services.registry.release_rules import ReleaseRules

_FREE = frozenset({Presence.AT_LIBERTY, Presence.ABROAD})


@dataclass(frozen=True, slots=True)
class Releasing:
    """The release that is prepared, or was the last."""

    since: date
    """The last day on which the person was let go before it was told; the earliest day if none."""
    told_on: date
    """The day a release after that was told first."""
    planned_on: date
    kind: ReleaseKind
    released_on: date | None
    """None: not yet."""

    @property
    def on(self) -> date:
        """The day it was, or is to be."""
        return self.released_on or self.planned_on


def releasing(heard: Register) -> Releasing | None:
    """The release last set, until the person is held again after it; None: there is none.

    A release on or after the day it was set is that release, whenever it was planned for.
    """
    plan = max(heard.plans, key=_said, default=None)
    if plan is None:
        return None
    set_on = local_day(plan.said_at)
    before = max((day for day in heard.releases if day < set_on), default=date.min)
    released_on = min((day for day in heard.releases if day >= set_on), default=None)
    if released_on is not None and any(day > released_on for day in held_from(heard)):
        return None
    told = (local_day(one.said_at) for one in heard.plans)
    return Releasing(
        since=before,
        told_on=min(day for day in told if day > before),
        planned_on=plan.release_on,
        kind=plan.release,
        released_on=released_on,
    )


def in_custody(heard: Register) -> bool:
    """Whether the person is held, as far as facts tell."""
    days = held_from(heard)
    days |= {one.convicted_on for one in convictions_of(heard) if one.in_custody}
    free = {one.on for one in heard.whereabouts if one.presence in _FREE}
    free.update(heard.releases)
    return bool(days) and max(days) > max(free, default=date.min)


def release_clocks(heard: Register, rules: ReleaseRules) -> Iterator[Clock]:
    """The level set, form J settled and zones live, each so long before the day of release.

    Nothing is late that could not have been in time: some working days after a release was first
    told are left in any case. A level counts that was set since the person was last let go.

    Source: domain rules 1.7, R-AGY-1, R-EM-8: local standards.
    """
    release = releasing(heard)
    if release is None:
        return
    at_least = working_day_after(
        release.told_on, rules.told_late_days.on(release.told_on), BANK_HOLIDAYS
    )
    level_by = months_before(release.on, rules.level_months.on(release.on))
    level = Clock.of_milestone(Milestone.LEVEL_SET, release.since, max(level_by, at_least))
    yield level.met_by(one.on for one in heard.levels if one.on > release.since)
    form_by = release.on - timedelta(weeks=rules.form_j_weeks.on(release.on))
    yield _form_j(
        Clock.of_milestone(Milestone.FORM_J, release.since, max(form_by, at_least)), heard
    )
    yield from _zones(heard, release, rules)


def absence_clocks(heard: Register, rules: ReleaseRules) -> Iterator[Clock]:
    """Notice of each temporary absence: when it was given first for the day it is on now.

    Source: R-ROT-1, unconfirmed.
    """
    for absence in _absences(heard):
        words = (one for one in heard.absences if one.absence_ref == absence.absence_ref)
        given = min(one.notified_on for one in words if one.leaves_on == absence.leaves_on)
        days = rules.absence_notice_days.on(absence.leaves_on)
        due_on = working_day_before(absence.leaves_on, days, BANK_HOLIDAYS)
        clock = Clock.of_milestone(
            Milestone.ABSENCE_NOTICE, absence.leaves_on, due_on, absence.absence_ref
        )
        yield clock.settled(Stage.MET, given)


def _zones(heard: Register, release: Releasing, rules: ReleaseRules) -> Iterator[Clock]:
    """Where zones bind on the day of release: that a tag is on by then, and they were set."""
    zones = _binding(heard, release.on)
    if not zones:
        return
    due_on = release.on - timedelta(days=rules.zones_days.on(release.on))
    clock = Clock.of_milestone(Milestone.ZONES_LIVE, release.since, due_on)
    set_on = max(local_day(one.said_at) for one in zones)
    fitted_on = _fitted_on(heard, release)
    yield clock if fitted_on is None else clock.settled(Stage.MET, max(fitted_on, set_on))


def _binding(heard: Register, day: date) -> list[ZoneWord]:
    """The zones that bind on that day, by their highest version."""
    last: dict[str, ZoneWord] = {}
    for word in sorted(heard.zones, key=lambda one: (one.version, one.said_at)):
        last[word.zone_ref] = word
    begins, ends = start_of(day), end_of(day)
    gone = {one.zone_ref for one in heard.zones_gone if one.at < ends}
    return [
        one
        for ref, one in sorted(last.items())
        if ref not in gone and one.begins_at < ends and (one.ends_at or ends) > begins
    ]


def _fitted_on(heard: Register, release: Releasing) -> date | None:
    """The day of the first fitting since the person was last let go that lasts past the release."""
    over = end_of(release.on)
    off = {(one.device_ref, one.at) for one in heard.tags if not one.fitted and one.at < over}
    for tag in sorted(heard.tags, key=lambda one: (one.at, one.device_ref)):
        on = local_day(tag.at)
        taken_off = any(ref == tag.device_ref and at >= tag.at for ref, at in off)
        if tag.fitted and on > release.since and not taken_off:
            return on
    return None


def _form_j(clock: Clock, heard: Register) -> Clock:
    words = [one for one in heard.forms_j if one.on > clock.since]
    sent = min((one.on for one in words if one.sent), default=None)
    if sent is not None:
        return clock.settled(Stage.MET, sent)
    if words:
        return clock.settled(Stage.NOT_NEEDED, min(one.on for one in words))
    return clock


def _absences(heard: Register) -> Iterator[Absence]:
    last = last_words(heard.absences, lambda one: one.absence_ref)
    yield from (last[ref] for ref in sorted(last))


def _said(plan: Plan) -> tuple[datetime, str]:
    """Of two said at once any, but always the same."""
    return plan.said_at, plan.model_dump_json()
