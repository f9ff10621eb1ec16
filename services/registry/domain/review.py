"""From when somebody may ask that notification without end be ended, and what follows on asking.

Whether an application may be made at all is not decided here: what speaks against it is said.

Source: SOA 2003 ss.91A-91F.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.milestone import Milestone
from services.registry.dates import DAY, last_day, last_day_within
from services.registry.domain.pauses import free_on
from services.registry.domain.periods import Period, periods_of
from services.registry.domain.record import Standing, orders_of
from services.registry.domain.state import Clock, Register, Reviewed
from services.registry.rules import Rules


class Doubt(StrEnum):
    """What speaks against an application, or against what a refusal says."""

    NOT_ENDLESS = "not-subject-without-end"
    NOT_COUNTED = "its-day-is-not-counted-yet"
    TOO_EARLY = "before-its-day"
    ORDER = "an-order-was-in-force"
    GAP = "asked-again-later-than-allowed"
    """A refusal sets a later day to ask again than the Act lets it (s.91B(5))."""


@dataclass(frozen=True, slots=True)
class Review:
    """Where somebody subject without end stands with a review."""

    opens_on: date | None
    """The first day to apply; None: the notification it is counted from was not told."""
    blocked_by: tuple[Standing, ...]
    """Orders in force that keep a review from being asked for."""
    refused_on: date | None
    """The last time it was refused."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An application as the police received it."""

    on: date
    decided_on: date | None
    """None: not by the day looked at."""
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal, and until when the person may appeal."""

    on: date
    received_on: date | None
    """None: that notice of it was received is not told."""
    appeal_until: date | None
    """None: not counted, since receipt is not told."""
    appeal_days: int | None
    """None: there was no appeal yet."""
    doubts: tuple[Doubt, ...]


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
    began = rules.review.review_since.value
    known = [one for one in (*opens, began) if one is not None]
    blocks = rules.orders_block_review.on(day)
    return Review(
        opens_on=None if None in opens else max(known),
        blocked_by=tuple(one for one in orders_of(heard) if one.order in blocks and one.binds(day)),
        refused_on=max((one.on for one in refusals), default=None),
    )


def asked_of(heard: Register, day: date, rules: Rules) -> Iterator[Asked]:
    """The applications up to that day, with what speaks against each as it stood when made.

    Source: SOA 2003 s.91A(2), s.91B(1)-(3).
    """
    for on in heard.reviews_asked:
        if on <= day and rules.review.review_since.value is not None:
            decided = min((one.on for one in heard.reviews if on <= one.on <= day), default=None)
            yield Asked(on, decided, tuple(_against(_before(heard, on), on, rules)))


def refused_of(heard: Register, day: date, rules: Rules) -> Iterator[Refused]:
    """The refusals up to that day, each with its appeal.

    The days begin with receipt of the notice. A day set to ask again that is later than the Act
    allows is doubtful: it is shown, and it counts.

    Source: SOA 2003 s.91E(2); s.91B(4)-(5); R-REV-4, R-REV-6.
    """
    for one in heard.reviews:
        if one.lifted or one.on > day or rules.review.review_since.value is None:
            continue
        days, received = rules.review.review_appeal_days.on(one.on), one.received_on
        until = None if received is None or days is None else last_day(received, days=days)
        doubts = (Doubt.GAP,) if _too_late(one, rules) else ()
        yield Refused(one.on, received, until, days, doubts)


def asked_clocks(heard: Register, rules: Rules) -> Iterator[Clock]:
    """The decision the police owe on an application of somebody subject without end.

    Within 14 days, 28 days and 6 weeks of it at the latest, for the dates between are not told. Any
    decision from that day on answers it; so does one on an application made too early.

    Source: SOA 2003 s.91B(8)-(9), s.91C(1); R-REV-6.
    """
    for on in heard.reviews_asked:
        days = rules.review.review_decision_days.on(on)
        if days is not None and review_of(_before(heard, on), on, rules) is not None:
            due_on = last_day_within(on, days=days)
            clock = Clock.of_milestone(Milestone.REVIEW_DECISION, on, due_on)
            yield clock.met_by(one.on for one in heard.reviews if one.on >= on)


def _before(heard: Register, day: date) -> Register:
    """The row without what a review decided from that day on: as an application found it."""
    reviews = tuple(one for one in heard.reviews if one.on < day)
    return heard.model_copy(update={"reviews": reviews})


def _against(heard: Register, on: date, rules: Rules) -> Iterator[Doubt]:
    review = review_of(heard, on, rules)
    if review is None:
        yield Doubt.NOT_ENDLESS
        return
    if review.opens_on is None:
        yield Doubt.NOT_COUNTED
    elif on < review.opens_on:
        yield Doubt.TOO_EARLY
    if review.blocked_by:
        yield Doubt.ORDER


def _too_late(refusal: Reviewed, rules: Rules) -> bool:
    months = rules.review.review_gap_months.on(refusal.on)
    if months is None or refusal.next_from is None:
        return False
    return refusal.next_from > last_day(refusal.on, months=months) + DAY


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
