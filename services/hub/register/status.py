"""Categories, levels, licences and orders as times: from when until when, up to the day asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Protocol

from schemas.supervision import Supervision
from services.hub.register.lookup import Found
from services.hub.register.words import said
from services.registry.domain.categories import Time, times_of
from services.registry.domain.levels import levels_of
from services.registry.domain.periods import spells_in
from services.registry.domain.supervised import supervised

SUPERVISIONS: Mapping[Supervision, str] = MappingProxyType(
    {
        Supervision.LICENCE: "licence",
        Supervision.POST_SENTENCE: "post-sentence supervision",
        Supervision.COMMUNITY_ORDER: "community order",
        Supervision.SUSPENDED_ORDER: "suspended sentence order",
        Supervision.HOSPITAL_ORDER: "hospital order",
        Supervision.GUARDIANSHIP_ORDER: "guardianship order",
    }
)
Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""The headings, and the rows."""


class Lasting(Protocol):
    """What has a first and a last day."""

    @property
    def begins_on(self) -> date: ...  # noqa: D102
    @property
    def last_day(self) -> date | None: ...  # noqa: D102


def tables(found: Found) -> Iterator[Table]:
    """A table of each in which there is anything."""
    register = found.register
    in_each: Mapping[str, Sequence[tuple[str, Lasting]]] = {
        "category": [(str(one.category), one) for one in categories(found)],
        "level": [(str(one.level), one) for one in levels_of(register)],
        "under": [(SUPERVISIONS[one.supervision], one) for one in supervised(register)],
    }
    for what, times in in_each.items():
        if times:
            rows = tuple((name, *_row(one, found.day)) for name, one in times)
            yield (what, "from", "until", ""), rows


def as_object(found: Found) -> dict[str, Any]:
    """The same for programs; a day that is not there is none."""
    register, day = found.register, found.day
    return {
        "categories": [{"category": one.category, **_days(one, day)} for one in categories(found)],
        "levels": [{"level": one.level, **_days(one, day)} for one in levels_of(register)],
        "supervisions": [
            {"supervision": one.supervision.value, **_days(one, day)}
            for one in supervised(register)
        ],
    }


def categories(found: Found) -> tuple[Time, ...]:
    """The times in each category that had begun by the day.

    By rules under which only category 1 has days there is no history to tell.
    """
    if not found.rules.status.by_days:
        return ()
    spells = spells_in(found.register, found.rules)
    every = times_of(found.register, spells, found.rules)
    return tuple(one for one in every if one.begins_on <= found.day)


def _row(one: Lasting, day: date) -> tuple[str, str, str]:
    until = "" if one.last_day is None else said(one.last_day)
    return said(one.begins_on), until, "over" if _over(one, day) else ""


def _days(one: Lasting, day: date) -> dict[str, Any]:
    return {
        "from": one.begins_on.isoformat(),
        "until": None if one.last_day is None else one.last_day.isoformat(),
        "over": _over(one, day),
    }


def _over(one: Lasting, day: date) -> bool:
    return one.last_day is not None and one.last_day < day
