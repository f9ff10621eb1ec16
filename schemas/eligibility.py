"""Facts by which a person comes under the arrangements."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutPerson, FieldClass, Part, Ref, has


class Disposal(StrEnum):
    """How the court or the police dealt with the offence (SOA 2003 s.82(1); CJA 2003 s.327)."""

    IMPRISONMENT = "imprisonment"
    DETENTION_AND_TRAINING = "detention-and-training"
    HOSPITAL_ORDER = "hospital-order"
    HOSPITAL_ORDER_RESTRICTED = "hospital-order-restricted"
    GUARDIANSHIP_ORDER = "guardianship-order"
    CAUTION = "caution"
    CONDITIONAL_DISCHARGE = "conditional-discharge"
    OTHER = "other"


class ConvictionRecorded(FactAboutPerson):
    """A conviction, finding or caution that can make a person eligible.

    Whether it meets Schedule 3 or Schedule 15 is the record's word; the hub never decides it
    (R-NOT-3). The relevant date is the conviction, finding or caution, not the sentence (R-NOT-4);
    but of an offence that is listed only with a certain sentence it is the day that was passed
    (SOA 2003 s.132(3)).
    """

    family_name: Annotated[
        str, has(FieldClass.IDENTITY, "Family name.", min_length=1, max_length=100)
    ]
    given_names: Annotated[
        str, has(FieldClass.IDENTITY, "Given names.", min_length=1, max_length=100)
    ]
    born_on: Annotated[date, has(FieldClass.IDENTITY, "Date of birth.")]
    convicted_on: Annotated[
        date, has(FieldClass.OFFENCE, "The relevant date: conviction, finding or caution.")
    ]
    disposal: Annotated[Disposal, has(FieldClass.OFFENCE, "How it was dealt with.")]
    for_life: Annotated[
        bool, has(FieldClass.OFFENCE, "Life, or imprisonment for public protection.")
    ] = False
    term_months: Annotated[
        int, has(FieldClass.OFFENCE, "Whole months of the term or discharge.", ge=0, le=1200)
    ] = 0
    term_days: Annotated[
        int, has(FieldClass.OFFENCE, "Days of the term beyond the whole months.", ge=0, le=366)
    ] = 0
    schedule_3: Annotated[
        bool, has(FieldClass.OFFENCE, "The record says SOA 2003 Schedule 3 is met.")
    ]
    schedule_15: Annotated[
        bool, has(FieldClass.OFFENCE, "The record says CJA 2003 Schedule 15 or s.327(4A) is met.")
    ] = False
    in_custody: Annotated[
        bool, has(FieldClass.CUSTODY, "Held in custody or hospital on the relevant date.")
    ] = False
    sentence_ref: Annotated[
        Ref | None, has(FieldClass.OFFENCE, "The sentence's number, by which another names it.")
    ] = None
    consecutive_to: Annotated[
        Ref | None,
        has(FieldClass.OFFENCE, "The sentence after whose term, or a part of it, this term runs."),
    ] = None
    overlap_months: Annotated[
        int | None,
        has(FieldClass.OFFENCE, "Whole months of both terms that run together.", ge=0, le=1200),
    ] = None
    overlap_days: Annotated[
        int | None, has(FieldClass.OFFENCE, "Days of that beyond the whole months.", ge=0, le=366)
    ] = None
    sentenced_on: Annotated[
        date | None,
        has(FieldClass.OFFENCE, "The day of sentence, where it is not the relevant date."),
    ] = None
    schedule_19za: Annotated[
        bool | None,
        has(
            FieldClass.OFFENCE,
            "The record says CJA 2003 Schedule 19ZA, or a terrorist connection, is met.",
        ),
    ] = None
    by_sentence: Annotated[
        bool | None,
        has(
            FieldClass.OFFENCE,
            "Under Schedule 3 only by its sentence, so the relevant date is that of sentence.",
        ),
    ] = None
    suspended: Annotated[
        bool | None,
        has(FieldClass.OFFENCE, "Of imprisonment: suspended. Absent: not said, so served."),
    ] = None


class Sentence(Part):
    """What a court, here or abroad, made of an offence."""

    relevant_on: Annotated[
        date, has(FieldClass.OFFENCE, "The relevant date: conviction, finding or caution.")
    ]
    under_18: Annotated[
        bool, has(FieldClass.OFFENCE, "Under 18 on the relevant date, not when it was committed.")
    ] = False
    disposal: Annotated[Disposal, has(FieldClass.OFFENCE, "How it was dealt with.")]
    for_life: Annotated[
        bool, has(FieldClass.OFFENCE, "Life, or imprisonment for public protection.")
    ] = False
    term_months: Annotated[
        int, has(FieldClass.OFFENCE, "Whole months of the term or discharge.", ge=0, le=1200)
    ] = 0
    term_days: Annotated[
        int, has(FieldClass.OFFENCE, "Days of the term beyond the whole months.", ge=0, le=366)
    ] = 0
    schedule_3: Annotated[
        bool, has(FieldClass.OFFENCE, "The record says SOA 2003 Schedule 3 is met.")
    ]
    schedule_15: Annotated[
        bool, has(FieldClass.OFFENCE, "The record says CJA 2003 Schedule 15 or s.327(4A) is met.")
    ] = False
    consecutive_to: Annotated[
        Ref | None,
        has(FieldClass.OFFENCE, "The sentence after whose term, or a part of it, this term runs."),
    ] = None
    overlap_months: Annotated[
        int, has(FieldClass.OFFENCE, "Whole months of both terms that run together.", ge=0, le=1200)
    ] = 0
    overlap_days: Annotated[
        int, has(FieldClass.OFFENCE, "Days of that beyond the whole months.", ge=0, le=366)
    ] = 0
    schedule_19za: Annotated[
        bool | None,
        has(
            FieldClass.OFFENCE,
            "The record says CJA 2003 Schedule 19ZA, or a terrorist connection, is met.",
        ),
    ] = None
    suspended: Annotated[
        bool | None,
        has(FieldClass.OFFENCE, "Of imprisonment: suspended. Absent: not said, so served."),
    ] = None


class ConvictionRevised(FactAboutPerson):
    """An appeal, another court or a correction made something else of a conviction, or nothing.

    What was recorded stays recorded; from `revised_on` on, what this says holds. Notification is
    counted anew from the relevant date, which no appeal moves (R-NOT-12).
    """

    sentence_ref: Annotated[
        Ref, has(FieldClass.OFFENCE, "The number of the sentence, finding or caution.")
    ]
    revised_on: Annotated[
        date,
        has(
            FieldClass.OFFENCE,
            "The day of the judgment; of a correction, that of what it puts right.",
        ),
    ]
    corrects: Annotated[
        bool, has(FieldClass.OFFENCE, "The record was wrong; no court decided anything.")
    ] = False
    sentence: Annotated[
        Sentence | None,
        has(FieldClass.OFFENCE, "What holds instead; absent: quashed, or a finding now tried."),
    ] = None


class ReferralAccepted(FactAboutPerson):
    """A meeting or the co-ordinator took the person on in category 3, or 4 by discretion."""

    referral_ref: Annotated[Ref, has(FieldClass.MANAGEMENT, "The referral's number.")]
    category: Annotated[int, has(FieldClass.MANAGEMENT, "3 or 4.", ge=3, le=4)]
    decided_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of the decision.")]


class ReferralRejected(FactAboutPerson):
    """A referral was not taken on: the person stays as they are (R-LVL-5)."""

    referral_ref: Annotated[Ref, has(FieldClass.MANAGEMENT, "The referral's number.")]
    category: Annotated[
        int | None,
        has(FieldClass.MANAGEMENT, "3 or 4; absent: it was for a level alone.", ge=3, le=4),
    ] = None
    decided_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of the decision.")]


class Deregistered(FactAboutPerson):
    """A formal decision: the person is managed no more in a category that people decide."""

    referral_ref: Annotated[
        Ref, has(FieldClass.MANAGEMENT, "The number of the referral that was accepted.")
    ]
    decided_on: Annotated[
        date, has(FieldClass.MANAGEMENT, "The local day of the decision, the first it holds.")
    ]
