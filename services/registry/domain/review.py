"""From when somebody may ask that notification without end be ended (SOA 2003 ss.91A-91F)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.dates import DAY, last_day
from services.registry.domain.pauses import free_on
from services.registry.domain.periods import Period, periods_of
from services.registry.domain.record import Standing, orders_of
from services.registry.domain.state import Register
from services.registry.rules import Rules


@dataclass(frozen=True, slots=True)
class Review:
    """Where somebody subject without end stands with a review."""

    opens_on: date | None
    """The first day to apply; None: the notification it is counted from was not told."""
    blocked_by: tuple[Standing, ...]
    """Orders in force that keep a review from being asked for."""
    refused_on: date | None
    """The last time it was refused."""


def review_of(heard: Register, day: date, rules: Rules) -> Review | None:
    """How it stands on that day; None for somebody not subject without end by a conviction.

    Of several convictions the last to open counts: each has to have had its time.

    Source: SOA 2003 ss.91A, 91B; R-REV-2 to R-REV-4.
    """
    endless = [one for one in periods_of(heard, rules) if one.endless and one.holds(day)]
    if not endless:
        return None
    opens = [_opens_on(heard, one, rules) for one in endless]
    refusals = [one for one in heard.reviews if not one.lifted and one.on <= day]
    for one in refusals:
        again = last_day(one.on, months=rules.review_again_months.on(one.on)) + DAY
        opens.append(one.next_from or again)
    known = [one for one in opens if one is not None]
    blocks = rules.orders_block_review.on(day)
    return Review(
        opens_on=max(known) if len(known) == len(opens) else None,
        blocked_by=tuple(one for one in orders_of(heard) if one.order in blocks and one.binds(day)),
        refused_on=max((one.on for one in refusals), default=None),
    )


def _opens_on(heard: Register, period: Period, rules: Rules) -> date | None:
    """The day after so many years beginning with the first notification after release.

    None while no release from the sentence was told, nor what was notified after it.

    Source: SOA 2003 s.91B(2)-(3), (10); R-REV-3.
    """
    free: date | None = period.begins_on
    if rules.review_after_release.on(period.begins_on) and not period.relevant_on:
        free = free_on(heard, period.sentenced_on or period.begins_on)
    elif period.in_custody:
        free = free_on(heard, period.begins_on)
    made = (one.made_on for one in heard.notifications if period.holds(one.made_on))
    first = min((on for on in made if free is not None and on >= free), default=None)
    if first is None:
        return None
    years = rules.review_child_months if period.under_18 else rules.review_adult_months
    return last_day(first, months=years.on(first)) + DAY
