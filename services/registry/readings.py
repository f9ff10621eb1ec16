"""How a rule is read: its value, where it stands, and from when until when.

A rule of law is looked up for the day its question is about. A change of law is another reading,
never an edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from services.registry.dates import DAY

T = TypeVar("T")
PART_2_BEGAN = date(2004, 5, 1)
"""SOA 2003 Part 2 commenced; before, the Sex Offenders Act 1997."""
REGULATIONS_OF_2012 = date(2012, 8, 13)
"""SI 2012/1876 in force: weekly notification, all journeys, children's households, finance."""


class Step(StrEnum):
    """What is said of a deadline beside that it opened, was met or was missed."""

    REMINDED = "reminded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """One rule as it is read, while it is in force."""

    value: T
    says: str
    """In words, for a lawyer who reads no code."""
    source: str
    """Act and section, and the id of the rule in the domain rules."""
    since: date = date.min
    """The first day on which it is in force."""
    until: date = date.max
    """The last."""
    local: bool = False
    """A local standard: unconfirmed, an inference, or the judgement of those who run the hub."""


@dataclass(frozen=True)
class Dated(Generic[T]):
    """The readings of one rule, one after the other without a gap."""

    readings: tuple[Reading[T], ...]

    def on(self, day: date) -> T:
        """What holds on that day."""
        return self.reading_on(day).value

    def reading_on(self, day: date) -> Reading[T]:
        """The reading in force on that day.

        Raises:
            LookupError: none is; a test holds that there is always one.
        """
        for reading in self.readings:
            if reading.since <= day <= reading.until:
                return reading
        raise LookupError("no reading is in force on that day")


def always(value: T, says: str, source: str, *, local: bool = False) -> Dated[T]:
    """A rule with one reading."""
    return Dated((Reading(value, says, source, local=local),))


def confirmed(rule: Dated[T], source: str) -> Dated[T]:
    """The same rule, since its text was read: no local standard any more."""
    return Dated(tuple(replace(one, source=source, local=False) for one in rule.readings))


def since_2012(value: T, says: str, source: str) -> Dated[T | None]:
    """A rule of the regulations of 2012, unconfirmed in its text; before them there is none."""
    return Dated(
        (
            Reading(None, f"not yet: {says}", source, until=REGULATIONS_OF_2012 - DAY, local=True),
            Reading(value, says, source, since=REGULATIONS_OF_2012, local=True),
        )
    )


def by_section_81(value: T, says: str, source: str) -> Dated[T]:
    """A rule of Part 2, and for relevant dates before it what s.81 carries over: the same."""
    carried = f"{says}; carried over from the Act of 1997"
    return Dated(
        (
            Reading(
                value, carried, f"SOA 2003 s.81, {source}", until=PART_2_BEGAN - DAY, local=True
            ),
            Reading(value, says, source, since=PART_2_BEGAN),
        )
    )


def from_day_to_day(*readings: tuple[date, T, str, str, bool]) -> Dated[T]:
    """A rule whose law changed: since when (the first always), value, words, source, if local."""
    begins = [since for since, *_ in readings]
    ends = [*(day - DAY for day in begins[1:]), date.max]
    return Dated(
        tuple(
            Reading(value, says, source, since, until, local)
            for (since, value, says, source, local), until in zip(readings, ends, strict=True)
        )
    )


def each(rules: Any) -> Iterator[tuple[str, Reading[Any]]]:  # noqa: ANN401
    """Every reading in there by the name of its rule, those of a group of rules in their place."""
    for field in fields(rules):
        found = getattr(rules, field.name)
        if isinstance(found, Dated):
            yield from ((field.name, one) for one in found.readings)
        elif isinstance(found, Reading):
            yield field.name, found
        elif not isinstance(found, str):
            yield from each(found)
