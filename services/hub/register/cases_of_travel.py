"""Examples of the rules on journeys abroad: notified, changed before departure, and over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from schemas.base import Fact
from schemas.custody import Presence
from schemas.register import Circumstance
from services.hub.register.examples import Example, three
from services.hub.register.invented import convicted, journey, journey_changed, notified, there

_SUBJECT = (convicted(date(2026, 1, 5), 30), notified(date(2026, 1, 6)))
"""Indefinitely since 5 January 2026, and notified."""
_OLD_SUBJECT = (convicted(date(2012, 1, 2), 30), notified(date(2012, 1, 3)))
_TRAVEL, _CHANGED = "notify a journey abroad", "notify changed details of a journey"
_BY_THE_HOUR = "in time by the hour of departure, late by its date"
_EXCUSE = "in time only with a reasonable excuse"
_JULY = date(2026, 7, 1)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute)  # noqa: DTZ001  as a clock in London shows it


_LEAVES = _at(20, 6, 30)


def _notes_on(day: int) -> tuple[Fact, ...]:
    return (*_SUBJECT, journey(_at(day, 12), _LEAVES))


def _notes(hour: int, minute: int) -> tuple[Fact, ...]:
    """On the day before; not known earlier."""
    return (*_SUBJECT, journey(_at(19, hour, minute), _LEAVES, late=True))


def _changes(told_at: datetime | None = None) -> tuple[Fact, ...]:
    """A journey notified in time, of which details change on 17 June."""
    change = (*_notes_on(2), journey_changed(_at(17, 9)))
    return change if told_at is None else (*change, journey(told_at, _LEAVES))


def _away(leaves: int, back: int) -> tuple[Fact, ...]:
    """Days of August 2012; nobody notified it."""
    left = there(Presence.ABROAD, date(2012, 8, leaves))
    return (*_OLD_SUBJECT, left, there(Presence.AT_LIBERTY, date(2012, 8, back)))


def _returns(day: int) -> tuple[Fact, ...]:
    told = notified(date(2026, 7, day), Circumstance.RETURN)
    left, back = there(Presence.ABROAD, date(2026, 6, 20)), _JULY
    return (*_SUBJECT, left, there(Presence.AT_LIBERTY, back), told)


OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "travel_days": three(
            (_notes_on(12), _JULY, f"{_TRAVEL}: 13 Jun 2026, done, 12 Jun 2026"),
            (_notes_on(13), _JULY, f"{_TRAVEL}: 13 Jun 2026, done, 13 Jun 2026"),
            (_notes_on(14), _JULY, f"{_TRAVEL}: 13 Jun 2026, done late, 14 Jun 2026"),
        ),
        "travel_from_days": three(
            (
                _away(28, 29),
                date(2012, 8, 29),
                f"{_TRAVEL}: 21 Aug 2012, missed: possible breach",
            ),
            (
                _away(24, 27),
                date(2012, 8, 29),
                f"{_TRAVEL}: 17 Aug 2012, missed: possible breach",
            ),
            (_away(24, 26), date(2012, 8, 29), f"no duty: {_TRAVEL}"),
        ),
        "travel_hours": three(
            (_notes(9, 0), _JULY, f"{_TRAVEL}: 19 Jun 2026, done, 19 Jun 2026"),
            (_notes(18, 30), _JULY, f"{_TRAVEL}: 19 Jun 2026, done, 19 Jun 2026: {_BY_THE_HOUR}"),
            (_notes(18, 31), _JULY, f"{_TRAVEL}: 19 Jun 2026, done late, 19 Jun 2026"),
        ),
        "travel_by_the_date": three(
            (_notes(12, 1), _JULY, f"{_TRAVEL}: 19 Jun 2026, done, 19 Jun 2026: {_BY_THE_HOUR}"),
            (_notes(12, 0), _JULY, f"{_TRAVEL}: 19 Jun 2026, done, 19 Jun 2026"),
            (_notes_on(13), _JULY, f"{_TRAVEL}: 13 Jun 2026, done, 13 Jun 2026"),
        ),
        "travel_change_hours": three(
            (
                _changes(),
                date(2026, 6, 19),
                f"{_CHANGED}: 19 Jun 2026, open; reminded from 18 Jun 2026",
            ),
            (
                _changes(_at(19, 18, 30)),
                date(2026, 6, 20),
                f"{_CHANGED}: 19 Jun 2026, done, 19 Jun 2026: {_EXCUSE}",
            ),
            (
                _changes(_at(19, 18, 31)),
                date(2026, 6, 20),
                f"{_CHANGED}: 19 Jun 2026, done late, 19 Jun 2026",
            ),
        ),
        "travel_change_date_hours": three(
            (
                _changes(_at(18, 23, 59)),
                date(2026, 6, 19),
                f"{_CHANGED}: 19 Jun 2026, done, 18 Jun 2026",
            ),
            (
                _changes(_at(19, 0, 0)),
                date(2026, 6, 19),
                f"{_CHANGED}: 19 Jun 2026, done, 19 Jun 2026",
            ),
            (
                _changes(_at(19, 0, 1)),
                date(2026, 6, 19),
                f"{_CHANGED}: 19 Jun 2026, done, 19 Jun 2026: {_EXCUSE}",
            ),
        ),
        "return_days": three(
            (_returns(2), date(2026, 7, 9), "notify the return: 4 Jul 2026, done, 2 Jul 2026"),
            (_returns(4), date(2026, 7, 9), "notify the return: 4 Jul 2026, done, 4 Jul 2026"),
            (_returns(5), date(2026, 7, 9), "notify the return: 4 Jul 2026, done late, 5 Jul 2026"),
        ),
    }
)
"""By the name of the rule."""
