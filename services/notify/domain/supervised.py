"""Until when somebody is supervised by probation, as agencies said it last, in whatever order.

Of one licence or order the word said last holds, by the facts' own time. One that was taken back
leaves nothing known of it: what was said before does not come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from schemas.base import Fact, Instant
from schemas.supervision import Supervision, SupervisionEnded, SupervisionSet
from services.agreements.compile import ends_at
from services.notify.domain.current import MOST
from services.notify.domain.mentions import tie_of
from services.runtime.decision import State

BY_PROBATION = frozenset(
    {
        Supervision.LICENCE,
        Supervision.POST_SENTENCE,
        Supervision.COMMUNITY_ORDER,
        Supervision.SUSPENDED_ORDER,
    }
)
"""What probation supervises: a hospital or guardianship order is led by others (R-LEAD-1)."""
_DAY = timedelta(days=1)


class Said(State):
    """The last word of one sort on a licence or order."""

    at: Instant
    tie: str
    """Of two at one instant the greater counts, in whatever order they come."""
    begins_on: date | None = None
    """Of an end: None."""
    free_on: date | None = None
    """The first day without it; None: it has no end."""
    counts: bool = True
    """False: it is of no supervision by probation, or was taken back."""


class Supervised(State):
    """One licence or order."""

    ref: str
    runs: Said | None = None
    """That it runs."""
    ended: Said | None = None
    """That it is over before its last day."""

    @property
    def heard_at(self) -> datetime:
        """When the last word on it was said."""
        return max(one.at for one in (self.runs, self.ended) if one is not None)

    def days(self) -> tuple[date, date | None] | None:
        """Its first day and the first day without it; None: it supervised nobody.

        One of which only its end was told began before the hub heard of it.
        """
        over = self.ended if self.ended is not None and self.ended.counts else None
        if self.runs is None:
            return None if over is None else (date.min, over.free_on)
        begins_on, free_on = self.runs.begins_on or date.min, self.runs.free_on
        if over is not None and over.free_on is not None and over.at >= self.runs.at:
            free_on = over.free_on if free_on is None else min(free_on, over.free_on)
        held = self.runs.counts and (free_on is None or begins_on < free_on)
        return (begins_on, free_on) if held else None


def with_supervision(
    known: tuple[Supervised, ...], fact: SupervisionSet | SupervisionEnded
) -> tuple[Supervised, ...]:
    """What is known of each licence and order once that was said; the newest of them."""
    word, name = _word(fact), _name(fact)
    before = next((one for one in known if one.ref == fact.supervision_ref), None)
    last = getattr(before, name, None)
    if last is not None and _order(word) <= _order(last):
        return known
    one = before or Supervised(ref=fact.supervision_ref)
    after = one.model_copy(update={name: word})
    others = (*(other for other in known if other is not before), after)
    newest = sorted(others, key=lambda one: (one.heard_at, one.ref))[-MOST:]
    return tuple(sorted(newest, key=lambda one: one.ref))


def without_supervision(
    known: tuple[Supervised, ...], fact: SupervisionSet | SupervisionEnded
) -> tuple[Supervised, ...]:
    """The same, where that word was taken back: if it was the last, nothing is known since."""
    name = _name(fact)
    return tuple(
        one.model_copy(update={name: word.model_copy(update={"counts": False})})
        if one.ref == fact.supervision_ref and word is not None and word.tie == _tie(fact)
        else one
        for one in known
        for word in (getattr(one, name),)
    )


def ends_of(known: Iterable[Supervised]) -> Iterator[datetime]:
    """The instants from which nothing supervises the person that did: midnights, earliest first.

    Where one begins before another is over, or on the day it is, there is no end between.
    """
    until: date | None = date.min
    for begins_on, free_on in sorted(
        (days for one in known if (days := one.days()) is not None),
        key=lambda days: (days[0], days[1] or date.max),
    ):
        if until is not None and date.min < until < begins_on:
            yield ends_at(until - _DAY)
        if until is not None:
            until = None if free_on is None else max(until, free_on)
    if until is not None and until > date.min:
        yield ends_at(until - _DAY)


def _word(fact: SupervisionSet | SupervisionEnded) -> Said:
    at, tie = fact.occurred_at, _tie(fact)
    if isinstance(fact, SupervisionEnded):
        return Said(at=at, tie=tie, free_on=fact.ended_on)
    endless = fact.until is None or fact.until.year == date.max.year
    return Said(
        at=at,
        tie=tie,
        begins_on=fact.begins_on,
        free_on=None if endless or fact.until is None else fact.until + _DAY,
        counts=fact.supervision in BY_PROBATION,
    )


def _name(fact: SupervisionSet | SupervisionEnded) -> str:
    return "runs" if isinstance(fact, SupervisionSet) else "ended"


def _tie(fact: Fact) -> str:
    return tie_of(fact.event_id)


def _order(word: Said) -> tuple[datetime, str]:
    return word.at, word.tie
