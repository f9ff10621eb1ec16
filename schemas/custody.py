"""Facts of custody and release."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutPerson, FieldClass, Ref, has


class ReleaseKind(StrEnum):
    """On what footing somebody leaves prison."""

    LICENCE = "licence"
    SENTENCE_END = "sentence-end"
    HOME_DETENTION_CURFEW = "home-detention-curfew"
    TO_HOSPITAL = "to-hospital"


class ReleaseDateSet(FactAboutPerson):
    """A release date was set or moved."""

    release_on: Annotated[date, has(FieldClass.CUSTODY, "The planned local day of release.")]
    release: Annotated[ReleaseKind, has(FieldClass.CUSTODY, "On what footing.")]
    prison_code: Annotated[
        str, has(FieldClass.CUSTODY, "Three-letter prison code.", pattern=r"^[A-Z]{3}$")
    ]


class Released(FactAboutPerson):
    """The person left prison for good; a temporary absence is not a release (R-ROT-2)."""

    released_on: Annotated[date, has(FieldClass.CUSTODY, "The local day of release.")]
    release: Annotated[ReleaseKind, has(FieldClass.CUSTODY, "On what footing.")]
    prison_code: Annotated[
        str, has(FieldClass.CUSTODY, "Three-letter prison code.", pattern=r"^[A-Z]{3}$")
    ]


class Presence(StrEnum):
    """Where a person is, as far as the law's clocks care (SOA 2003 s.83(6))."""

    AT_LIBERTY = "at-liberty"  # in the United Kingdom
    IN_CUSTODY = "in-custody"  # on remand or serving a sentence; also while on temporary licence
    IN_HOSPITAL = "in-hospital"  # detained there
    ABROAD = "abroad"


class PresenceChanged(FactAboutPerson):
    """From that day the person is in custody, in hospital, abroad, or at liberty here again."""

    presence: Annotated[Presence, has(FieldClass.CUSTODY, "Where the person is.")]
    since_on: Annotated[date, has(FieldClass.CUSTODY, "The local day from which.")]
    journey_ref: Annotated[
        Ref | None, has(FieldClass.CUSTODY, "The journey as notified, if it is one.")
    ] = None
    as_notified: Annotated[
        bool, has(FieldClass.CUSTODY, "Back from abroad on the day and at the place notified.")
    ] = False
