"""What the Crime and Policing Act 2026 (c.20) changes: passed, and not commenced here.

The Act had Royal Assent on 29 April 2026. Its section numbers, its exact clocks and the days on
which its provisions commence are not confirmed, so none of them applies: a provision without a day
of commencement changes nothing on any day. Once its text and its day are read, both are put here,
by a new version of the rules (R-NEW-1, R-NEW-2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from services.registry.readings import Dated, Reading, always


class Provision(StrEnum):
    """What it provides on notification, in our words."""

    NAME_AHEAD = "a-change-of-name-is-notified-ahead"
    AWAY = "an-absence-from-home-is-notified-ahead"
    CHILDREN = "contact-with-children-and-entering-their-premises-are-notified"
    VIRTUAL = "notification-without-coming-in-person"
    POLICE_LED = "the-police-may-end-notification-without-end-of-their-own-motion"


NAMED_ONLY = frozenset({Provision.CHILDREN, Provision.VIRTUAL, Provision.POLICE_LED})
"""Not decided by, whatever day is set: no source read here gives their terms."""


@dataclass(frozen=True)
class Act2026:
    """One reading of it."""

    commences: Reading[Mapping[Provision, date | None]]
    """None: not commenced."""
    name_ahead_days: Dated[int]
    away_over_days: Dated[int]
    away_hours: Dated[int]

    def begins_on(self, provision: Provision) -> date | None:
        """The first day on which it is in force; None: not commenced."""
        return self.commences.value[provision]


_NOT_YET = "passed, not commenced, the number unconfirmed"
PASSED = Act2026(
    commences=Reading(
        MappingProxyType(dict.fromkeys(Provision)),
        "passed, not commenced: from which day each provision of the Crime and Policing Act 2026 "
        "binds",
        "c.20, Royal Assent 29 Apr 2026, text and commencement not seen; R-NEW-1, R-NEW-2",
        local=True,
    ),
    name_ahead_days=always(
        7,
        f"days before another name is used by which that is notified ({_NOT_YET})",
        "Crime and Policing Act 2026, section not confirmed; the number from general knowledge; "
        "R-NEW-1",
        local=True,
    ),
    away_over_days=always(
        5,
        "an absence from home of more than so many days, the first and the last counted, is "
        f"notified ahead ({_NOT_YET})",
        "Crime and Policing Act 2026, section not confirmed; s.85ZA in the bill of 2024; how days "
        "count is an inference; R-NEW-1",
        local=True,
    ),
    away_hours=always(
        12,
        f"hours before leaving by which it is notified ({_NOT_YET})",
        "Crime and Policing Act 2026, section not confirmed; domain rules on the bill of 2024; "
        "R-NEW-1",
        local=True,
    ),
)
