"""Facts of custody and release."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutPerson, FieldClass, has


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
