"""Facts of the case: who is on it, at which level it is managed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutPerson, FieldClass, Slug, has


class CaseRole(StrEnum):
    """What an agency does on a case."""

    LEAD = "lead"
    MEMBER = "member"


class LevelSet(FactAboutPerson):
    """The level of management was set; never derived from the risk of serious harm (R-LVL-4)."""

    level: Annotated[int, has(FieldClass.MANAGEMENT, "1, 2 or 3.", ge=1, le=3)]
    set_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of the decision.")]


class AgencyJoinedCase(FactAboutPerson):
    """An agency joined the case: from here it may hear of the person."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The agency that joined.")]
    role: Annotated[CaseRole, has(FieldClass.MANAGEMENT, "Lead or member.")]


class AgencyLeftCase(FactAboutPerson):
    """An agency left the case: from here it hears nothing more of the person."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The agency that left.")]


class LimitedAccessSet(FactAboutPerson):
    """Who may know of the person at all, as this source says from here on; anew each time.

    Each source's word stands until it says another: an exclusion of any of them counts, and of
    several lists only who is on all. Source: HMPPS's limited-access offenders (exclusions and
    restrictions), R-MIN-4.
    """

    restricted_to: Annotated[
        tuple[Slug, ...] | None,
        has(FieldClass.MANAGEMENT, "Who alone may know; absent means no such list.", min_length=1),
    ] = None
    excluded: Annotated[
        tuple[Slug, ...], has(FieldClass.MANAGEMENT, "Who may not know, whoever else may.")
    ] = ()
