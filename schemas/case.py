"""Facts of the case: who is on it, at which level it is managed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import Fact, FactAboutPerson, FieldClass, Part, Ref, Slug, has


class CaseRole(StrEnum):
    """What an agency does on a case."""

    LEAD = "lead"
    MEMBER = "member"


class Ground(StrEnum):
    """Why the lead goes over."""

    AGREED = "agreed"  # the body that leads hands it over
    SENTENCE_ENDED = "sentence-ended"  # supervision is over: the body that goes on leads (R-LEAD-2)


class LevelSet(FactAboutPerson):
    """The level of management was set; never derived from the risk of serious harm (R-LVL-4)."""

    level: Annotated[int, has(FieldClass.MANAGEMENT, "1, 2 or 3.", ge=1, le=3)]
    set_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of the decision.")]


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


class LeadTransferred(FactAboutPerson):
    """The lead of the case goes over to another body, which is on the case from here.

    Said by the body that leads, or, where a sentence's end moves it, by the body that leads from
    then. Source: R-LEAD-1, R-LEAD-2 (an inference); who says it is a local choice, decision 13.
    """

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The body that leads from here.")]
    ground: Annotated[Ground, has(FieldClass.MANAGEMENT, "Why it goes over.")]


class LeadSettled(Fact):
    """Which body leads the case, after somebody said something about it, or a sentence ended."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The body that leads.")]
    previous: Annotated[
        Slug | None, has(FieldClass.MANAGEMENT, "Which did so far; absent if none was said to.")
    ] = None
    counted: Annotated[
        bool,
        has(FieldClass.MANAGEMENT, "False: whoever said it does not lead, and nothing moved."),
    ] = True
    ground: Annotated[
        Ground | None,
        has(
            FieldClass.MANAGEMENT,
            "Where the end of supervision moved it, and nobody's word; where that did not count, "
            "no one police body was there: who leads has to hand it over.",
        ),
    ] = None


class Forget(Part):
    """One kind of fact, and by when nothing of it is kept."""

    about: Annotated[Ref, has(FieldClass.REFERENCE, "The kind of fact told, as on the wire.")]
    by: Annotated[date, has(FieldClass.REFERENCE, "The last local day it may be kept.")]


class SharingEnded(Fact):
    """An agency is off the case: it stops, and forgets by these days what it was told of it."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The agency that is off the case.")]
    forget: Annotated[
        tuple[Forget, ...], has(FieldClass.REFERENCE, "What it was told, and by when it is gone.")
    ]


class Narrowed(Part):
    """Of one kind of fact, what an agency was told and may not know any more."""

    about: Annotated[Ref, has(FieldClass.REFERENCE, "The kind of fact told, as on the wire.")]
    classes: Annotated[
        tuple[Slug, ...],
        has(FieldClass.REFERENCE, "Fields of these classes; where none is named, all of it."),
    ]
    by: Annotated[date, has(FieldClass.REFERENCE, "The last local day it may be kept.")]


class SharingNarrowed(Fact):
    """An agency's agreement grants less: of what it was told it forgets this, by these days."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The agency that was told.")]
    forget: Annotated[
        tuple[Narrowed, ...], has(FieldClass.REFERENCE, "What it forgets, and by when it is gone.")
    ]


class AgencyJoinedCase(FactAboutPerson):
    """An agency joined the case: from here it may hear of the person."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The agency that joined.")]
    role: Annotated[CaseRole, has(FieldClass.MANAGEMENT, "Lead or member.")]


class AgencyLeftCase(FactAboutPerson):
    """An agency left the case: from here it hears nothing more of the person."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The agency that left.")]


class RecordReviewed(FactAboutPerson):
    """Whether the record of somebody who left is still needed was reviewed, and it is kept.

    Source: R-RET-1 to R-RET-3; what is not needed is erased, and that is another act.
    """

    reviewed_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of the review.")]


class FormJSettled(FactAboutPerson):
    """Form J went to Jobcentre Plus, since work or training is limited, or none is needed.

    Source: MAPPA document set, form J (MG12-P2); what it says goes its own way, never here.
    """

    sent: Annotated[bool, has(FieldClass.MANAGEMENT, "True: it was sent; false: none is needed.")]
    settled_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of that.")]
