"""The last days of grants and of their reviews: when they are near, there and over. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from schemas.log import GrantDeadlineState, GrantDuty
from services.agreements.compile import Agreements, ends_at

REMINDED_BEFORE = timedelta(days=30)
"""So long before the end of the day somebody is reminded. Local choice, decision 15."""


class Deadline(NamedTuple):
    """A last day of some grants of one agency."""

    agency: str
    duty: GrantDuty
    on: date
    about: tuple[str, ...]
    """The kinds of fact, sorted."""


class Stands(NamedTuple):
    """From when on it stands so with a deadline."""

    since: datetime
    state: GrantDeadlineState
    deadline: Deadline


def shown(agreements: Agreements, after: datetime | None, now: datetime) -> list[Stands]:
    """What comes to be so after the one moment (None: ever) and up to the other, in order."""
    soon = (now + REMINDED_BEFORE).date() + timedelta(days=1)  # a day for London's
    near = (line for line in _deadlines(agreements) if line.on <= soon)
    found = (one for line in near for one in _of(line))
    return sorted(one for one in found if one.since <= now and (after is None or one.since > after))


def near(agreements: Agreements, now: datetime) -> list[Stands]:
    """How it stands with each deadline that is near, there or over."""
    return list({one.deadline: one for one in shown(agreements, None, now)}.values())


def moved(before: Agreements, after: Agreements, now: datetime) -> Iterator[Stands]:
    """How it stands with deadlines where the one version follows the other at that moment.

    Of those somebody was reminded of, each that is not there any more is met or cancelled; those
    that are new and near already are said at once.
    """
    had, has = shown(before, None, now), shown(after, None, now)
    later = {(one.agency, one.duty, kind) for one in _deadlines(after) for kind in one.about}
    known = {*_deadlines(after)}
    for deadline in dict.fromkeys(one.deadline for one in had):
        if deadline not in known:
            granted = any(
                (deadline.agency, deadline.duty, kind) in later for kind in deadline.about
            )
            state = GrantDeadlineState.MET if granted else GrantDeadlineState.CANCELLED
            yield Stands(now, state, deadline)
    said = {(one.state, one.deadline) for one in had}
    yield from (one for one in has if (one.state, one.deadline) not in said)


def _of(deadline: Deadline) -> Iterator[Stands]:
    over = ends_at(deadline.on)
    begins = ends_at(deadline.on - timedelta(days=1))
    yield Stands(over - REMINDED_BEFORE, GrantDeadlineState.REMINDED, deadline)
    yield Stands(begins, GrantDeadlineState.DUE, deadline)
    yield Stands(over, GrantDeadlineState.MISSED, deadline)


def _deadlines(agreements: Agreements) -> Iterator[Deadline]:
    for slug, agency in agreements.receivers.items():
        found: dict[tuple[GrantDuty, date], list[str]] = {}
        for kind, grant in agency.grants.items():
            found.setdefault((GrantDuty.EXPIRY, grant.terms.expires), []).append(kind)
            found.setdefault((GrantDuty.REVIEW, grant.terms.review_by), []).append(kind)
        for (duty, on), kinds in found.items():
            yield Deadline(slug, duty, on, tuple(sorted(kinds)))
