"""Facts of what somebody is under by a sentence, and until when: a licence, an order."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutPerson, FieldClass, Ref, has


class Supervision(StrEnum):
    """What somebody is under by a sentence, once it is not prison."""

    LICENCE = "licence"
    POST_SENTENCE = "post-sentence-supervision"
    COMMUNITY_ORDER = "community-order"
    SUSPENDED_ORDER = "suspended-sentence-order"
    HOSPITAL_ORDER = "hospital-order"  # with or without restriction: MHA 1983 ss.37, 41
    GUARDIANSHIP_ORDER = "guardianship-order"  # MHA 1983 s.37


class SupervisionSet(FactAboutPerson):
    """A licence or an order runs, until that day as far as is known; said anew when it moves.

    Of one licence or order the word said last holds. While somebody is back in prison a licence
    keeps its last day.
    """

    supervision_ref: Annotated[
        Ref, has(FieldClass.OFFENCE, "The licence's or order's number at the source.")
    ]
    supervision: Annotated[Supervision, has(FieldClass.OFFENCE, "What the person is under.")]
    begins_on: Annotated[date, has(FieldClass.MANAGEMENT, "Its first local day.")]
    until: Annotated[
        date | None,
        has(FieldClass.MANAGEMENT, "Its last local day; absent: for life, or until discharged."),
    ] = None
    sentence_ref: Annotated[
        Ref | None,
        has(
            FieldClass.OFFENCE,
            "The sentence it belongs to; absent: all that was passed before it began.",
        ),
    ] = None


class SupervisionEnded(FactAboutPerson):
    """A licence or an order is over before its last day, or had none: discharged, or revoked."""

    supervision_ref: Annotated[
        Ref, has(FieldClass.OFFENCE, "The licence's or order's number at the source.")
    ]
    ended_on: Annotated[
        date, has(FieldClass.MANAGEMENT, "The first local day on which it binds no more.")
    ]
