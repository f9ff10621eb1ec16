"""Who is at the desk at which hour: an agency's rota, by role and mailbox, never by person. Pure.

Which person sits there in which week is the agency's own; the hub has to know which mailbox is
watched. A bank holiday is a day of its own: on it only turns that name it count. Source: local
choice, see decision 14.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import product
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from services.agreements.actors import Role

REMINDED, ESCALATED = Role.CONTACT, Role.LEAD_OFFICER
"""In which role somebody is reminded, and in which it is escalated to."""
Mailbox = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*@[a-z0-9.-]+$", max_length=100)]
"""A role's mailbox, never a person's: no dot before the @."""
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of the day in London, in quotes: YAML takes 17:00 for a number."""
_LONDON = ZoneInfo("Europe/London")
_DAY = timedelta(days=1)


class Day(StrEnum):
    """A day of the rota."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    BANK_HOLIDAY = "bank-holiday"


_WEEK = tuple(Day)[:7]


class Turn(BaseModel):
    """One mailbox, in which roles it is watched, on which days and from when to when."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    mailbox: Mailbox
    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    """Those on which it begins."""
    starts: Clock
    ends: Clock
    """At or before `starts`: on the next day, so that 24 hours are from 00:00 to 00:00."""


def at_the_desk(
    rota: Sequence[Turn], role: Role, at: datetime, holidays: Container[date]
) -> str | None:
    """The mailbox watched in that role at that moment, of several the first; None: nobody's."""
    now = at.astimezone(_LONDON).replace(tzinfo=None)
    today, yesterday = (_kind(day, holidays) for day in (now.date(), now.date() - _DAY))
    for turn in rota:
        if role in turn.roles and _covers(turn, today, yesterday, now.time()):
            return turn.mailbox
    return None


def gaps(rota: Sequence[Turn]) -> Iterator[tuple[Role, Day, str]]:
    """For each role that somebody has to hold, the first moment at which nobody does."""
    times = {"00:00", *(turn.starts for turn in rota), *(turn.ends for turn in rota)}
    for role in (REMINDED, ESCALATED):
        mine = [turn for turn in rota if role in turn.roles]
        for (yesterday, today), at in product(_neighbours(), sorted(times)):
            now = time.fromisoformat(at)
            if not any(_covers(turn, today, yesterday, now) for turn in mine):
                yield role, today, at
                break


def _neighbours() -> Iterator[tuple[Day, Day]]:
    """Every day with every day that can be before it."""
    yield from zip((_WEEK[-1], *_WEEK), _WEEK, strict=False)
    yield from ((Day.BANK_HOLIDAY, day) for day in Day)
    yield from ((day, Day.BANK_HOLIDAY) for day in _WEEK)


def _covers(turn: Turn, today: Day, yesterday: Day, now: time) -> bool:
    starts, ends = time.fromisoformat(turn.starts), time.fromisoformat(turn.ends)
    overnight = ends <= starts
    began_today = today in turn.days and starts <= now and (overnight or now < ends)
    return began_today or (overnight and yesterday in turn.days and now < ends)


def _kind(day: date, holidays: Container[date]) -> Day:
    return Day.BANK_HOLIDAY if day in holidays else _WEEK[day.weekday()]
