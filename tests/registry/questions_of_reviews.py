"""Questions of law on how a review is answered, and of the Act of 2026 as if it were commenced.

No day of commencement is known: the one here is invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.milestone import Milestone
from schemas.register import Circumstance, Duty
from services.registry.domain import Register, as_of
from services.registry.domain.review import refused_of
from services.registry.rules import Rules
from tests.makers import (
    a_change,
    a_review,
    a_review_asked,
    admitted,
    an_absence_from_home,
)
from tests.registry.person import convicted, notified, released
from tests.registry.question import Question

COMMENCES = date(2027, 6, 1)
"""Invented."""


def commenced(rules: Rules, **more: Any) -> Rules:
    """The rules as if all of the Act of 2026 were in force from the invented day on.

    A day that another alteration put there stays.
    """
    days = {one: day or COMMENCES for one, day in rules.act_2026.commences.value.items()}
    commences = replace(rules.act_2026.commences, value=MappingProxyType(days))
    return replace(rules, act_2026=replace(rules.act_2026, commences=commences, **more))


def questions_of_reviews() -> Iterator[Question]:
    """All of them."""
    yield from _reviews()
    yield from _act_of_2026()


def _row(facts: tuple[Fact, ...], on: date, rules: Rules) -> Register:
    found = as_of(facts, on, rules)
    assert found is not None
    return found


def for_life() -> tuple[Fact, ...]:
    """Subject without end since 2001, free since then: the first day to ask was in 2016."""
    return (
        convicted(date(2001, 3, 1), term_months=96, in_custody=True),
        released(date(2001, 3, 2)),
        notified(date(2001, 3, 2)),
    )


def _reviews() -> Iterator[Question]:
    """SOA 2003 ss.91A-91F, in force on 30 July 2012."""
    for on, due in ((date(2012, 7, 29), []), (date(2012, 7, 30), [date(2012, 10, 22)])):
        facts = (*for_life(), admitted(a_review_asked(asked_on=on)))
        yield Question(f"a review asked for on {on}", due, partial(_decisions, facts, on))
        refused = a_review(decided_on=on, received_on=on, next_from=date(2032, 1, 1))
        seen = [(None, False)] if on.day == 29 else [(date(2012, 8, 19), True)]
        yield Question(
            f"a refusal of {on}",
            seen,
            partial(_refusals, (*for_life(), admitted(refused)), on),
        )


def _decisions(facts: tuple[Fact, ...], on: date, rules: Rules) -> list[date]:
    clocks = _row(facts, on, rules).milestones
    return [one.due_on for one in clocks if one.duty is Milestone.REVIEW_DECISION]


def _refusals(facts: tuple[Fact, ...], on: date, rules: Rules) -> list[tuple[date | None, bool]]:
    found = refused_of(_row(facts, on, rules), on, rules)
    return [(one.appeal_until, bool(one.doubts)) for one in found]


def _act_of_2026() -> Iterator[Question]:
    """Numbers unconfirmed: seven days, more than five days, twelve hours."""
    person = (convicted(date(2026, 3, 2), term_months=30), notified(date(2026, 3, 2)))
    for used_on, due in ((date(2027, 6, 7), []), (date(2027, 6, 8), [date(2027, 6, 1)])):
        named = admitted(a_change(Circumstance.NAME, changed_on=used_on))
        yield Question(
            f"another name used on {used_on}",
            due,
            partial(_duties, Duty.NAME_AHEAD_NOTIFICATION, (*person, named), used_on),
        )
    for leaves_at, days, due in (
        (datetime(2027, 7, 1, 9, tzinfo=UTC), 5, []),
        (datetime(2027, 7, 1, 9, tzinfo=UTC), 6, [date(2027, 6, 30)]),
        (datetime(2027, 7, 1, 11, tzinfo=UTC), 6, [date(2027, 7, 1)]),
        (datetime(2027, 7, 1, 10, 30, tzinfo=UTC), 6, [date(2027, 6, 30)]),
        (datetime(2027, 6, 1, 10, 30, tzinfo=UTC), 6, []),
        (datetime(2027, 6, 1, 11, tzinfo=UTC), 6, [date(2027, 6, 1)]),
    ):
        until = leaves_at.date() + timedelta(days=days - 1)
        away = an_absence_from_home(leaves_at=leaves_at, until=until, occurred_at=leaves_at)
        yield Question(
            f"away from {leaves_at} for {days} days",
            due,
            partial(_duties, Duty.AWAY_NOTIFICATION, (*person, admitted(away)), until),
        )


def _duties(duty: Duty, facts: tuple[Fact, ...], on: date, rules: Rules) -> list[date]:
    row = _row(facts, on, commenced(rules))
    return [one.due_on for one in row.clocks if one.duty is duty]
