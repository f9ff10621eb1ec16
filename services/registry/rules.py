"""What the register goes by, by version: each rule with its source, and from when until when.

A rule of law is looked up for the day its question is about, so an old case decided again is
decided by the law of its own time. A change of law is another reading or another version, never
an edit: old decisions stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from schemas.register import Basis
from services.registry.dates import DAY

T = TypeVar("T")
PART_2_BEGAN = date(2004, 5, 1)
"""SOA 2003 Part 2 commenced; before, the Sex Offenders Act 1997."""


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


@dataclass(frozen=True)
class Rules:
    """One version of the rules, as `RulesAdopted` puts it in force."""

    version: str
    months: Dated[Mapping[Basis, int | None]]
    """Months of notification by row of the table; None is indefinite."""
    halved: Dated[frozenset[Basis]]
    indefinite_from_months: Dated[int]
    ten_years_above_months: Dated[int]
    training_divisor: Dated[int]
    initial_days: Dated[int]
    category_order: Reading[tuple[int, ...]]
    """Configuration and no law: the one in force now holds for every case."""
    category_2_from_months: Dated[int]

    def each(self) -> Iterator[tuple[str, Reading[Any]]]:
        """Every reading by the name of its rule."""
        for field in fields(self):
            found = getattr(self, field.name)
            readings = found.readings if isinstance(found, Dated) else (found,)
            yield from ((field.name, one) for one in readings if isinstance(one, Reading))


_TABLE: Mapping[Basis, int | None] = MappingProxyType(
    {
        Basis.INDEFINITE_TERM: None,
        Basis.RESTRICTED_HOSPITAL: None,
        Basis.TEN_YEAR_TERM: 120,
        Basis.SEVEN_YEAR_TERM: 84,
        Basis.HOSPITAL: 84,
        Basis.CAUTION: 24,
        Basis.OTHER: 60,
    }
)
_HALVED = frozenset(
    {Basis.TEN_YEAR_TERM, Basis.SEVEN_YEAR_TERM, Basis.HOSPITAL, Basis.CAUTION, Basis.OTHER}
)
_FIRST = Rules(
    version="2026-1",
    months=by_section_81(
        _TABLE,
        "how long notification lasts, beginning with the relevant date; a conditional discharge as "
        "long as itself",
        "SOA 2003 s.82(1), (6); R-NOT-4",
    ),
    halved=by_section_81(
        _HALVED,
        "under 18 on the relevant date these are halved",
        "SOA 2003 s.82(2); R-NOT-5",
    ),
    indefinite_from_months=by_section_81(
        30, "a term of so many months or more is indefinite", "SOA 2003 s.82(1)"
    ),
    ten_years_above_months=by_section_81(
        6, "a term of more than so many months is ten years", "SOA 2003 s.82(1)"
    ),
    training_divisor=always(
        2,
        "of a detention and training order the custodial half counts",
        "R-NOT-6 (Youth Justice Legal Centre, secondary)",
        local=True,
    ),
    initial_days=by_section_81(
        3, "days to notify for the first time, the first of them included", "SOA 2003 s.83(1)"
    ),
    category_order=Reading(
        (1, 2, 3),
        "which category is recorded where several apply",
        "R-MAP-6, unconfirmed",
        local=True,
    ),
    category_2_from_months=always(
        12, "a term of so many months or more is of category 2", "CJA 2003 s.327(3)"
    ),
)
RULES: Mapping[str, Rules] = MappingProxyType(
    {version: replace(_FIRST, version=version) for version in ("2026-1", "2026-2", "2026-3")}
)
"""The rules this build can decide by."""
