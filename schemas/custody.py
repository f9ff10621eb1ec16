"""Facts of custody and release."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutPerson, FieldClass, Instant, Ref, has


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
    IN_CUSTODY = (
        "in-custody"  # by order of a court, or serving a sentence; also on temporary licence
    )
    IN_HOSPITAL = "in-hospital"  # under MHA 1983 Part 3 or the Act of 1991; no civil detention
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


class AwayFromHome(FactAboutPerson):
    """The person is to be away from home, or was, as an agency learned it; never where.

    Said anew when it moves, or once it was notified: the last word holds.
    """

    absence_ref: Annotated[Ref, has(FieldClass.MANAGEMENT, "The absence's number at the source.")]
    leaves_at: Annotated[Instant, has(FieldClass.MANAGEMENT, "When the person leaves, or left.")]
    until: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of the return.")]
    notified_at: Annotated[
        Instant | None,
        has(FieldClass.MANAGEMENT, "When the person notified it; absent: not that is known."),
    ] = None


class SentenceGroup(StrEnum):
    """What sort of sentence somebody is recalled under, as far as the form of recall asks."""

    ADULT_DETERMINATE = "adult-determinate"  # standard determinate sentence
    YOUTH_DETERMINATE = "youth-determinate"  # the same, of a young offender
    EXTENDED = "extended"
    INDETERMINATE = "indeterminate"  # life, or imprisonment for public protection


class NewCharge(StrEnum):
    """Whether a new offence is why somebody is recalled."""

    NONE = "none"
    CHARGED = "charged"  # and not convicted
    CONVICTED = "convicted"  # charged and convicted


class RecallForm(StrEnum):
    """How somebody is recalled."""

    FIXED_TERM = "fixed-term"  # ends by itself: CJA 2003 ss.255B, 255BA
    STANDARD = "standard"  # until the Parole Board directs release, or the sentence ends: s.255C


class RecalledToCustody(FactAboutPerson):
    """The licence was revoked; said again when the form is decided or a circumstance changes.

    Of one recall the word said last holds. A circumstance that is absent is not known, and counts
    as if it kept a fixed term away (R-RCL-7).
    """

    recall_ref: Annotated[Ref, has(FieldClass.CUSTODY, "The recall's number.")]
    recalled_on: Annotated[date, has(FieldClass.CUSTODY, "The local day of the revocation.")]
    group: Annotated[SentenceGroup, has(FieldClass.OFFENCE, "What sort of sentence it is under.")]
    term_months: Annotated[
        int | None, has(FieldClass.OFFENCE, "Whole months of that sentence.", ge=0, le=1200)
    ] = None
    term_days: Annotated[
        int, has(FieldClass.OFFENCE, "Days of it beyond the whole months.", ge=0, le=366)
    ] = 0
    new_charge: Annotated[
        NewCharge | None, has(FieldClass.OFFENCE, "Whether a new offence is why.")
    ] = None
    serious_charge: Annotated[
        bool | None,
        has(FieldClass.OFFENCE, "Recalled on a charge of a serious offence (CJA 2003 s.255A(5))."),
    ] = None
    terrorist: Annotated[
        bool | None,
        has(FieldClass.OFFENCE, "Terrorist or national-security offence (s.247A; Sch 19AA)."),
    ] = None
    foreign_power: Annotated[
        bool | None, has(FieldClass.OFFENCE, "At risk of involvement in a foreign-power threat.")
    ] = None
    referred_before_release: Annotated[
        bool | None, has(FieldClass.OFFENCE, "Referred to the Parole Board under s.244ZB.")
    ] = None
    repatriated_for_murder: Annotated[
        bool | None, has(FieldClass.OFFENCE, "Repatriated to serve a sentence for murder.")
    ] = None
    particular_concern: Annotated[
        bool | None, has(FieldClass.OFFENCE, "Special custodial sentence (SOPC).")
    ] = None
    discretionary_conditional: Annotated[
        bool | None, has(FieldClass.OFFENCE, "Discretionary conditional release (DCR).")
    ] = None
    category_4: Annotated[
        bool | None, has(FieldClass.MANAGEMENT, "In category 4 of the arrangements.")
    ] = None
    requisite_on: Annotated[
        date | None,
        has(
            FieldClass.CUSTODY,
            "Of somebody on home detention curfew: the conditional release date, which is the last "
            "day of the requisite custodial period.",
        ),
    ] = None
    sentence_ends_on: Annotated[
        date | None, has(FieldClass.CUSTODY, "The last day of the sentence, if the prison said it.")
    ] = None
    form: Annotated[
        RecallForm | None, has(FieldClass.CUSTODY, "As it was decided; absent: not yet.")
    ] = None
    decided_on: Annotated[
        date | None, has(FieldClass.CUSTODY, "The local day of that decision.")
    ] = None
    under_18: Annotated[
        bool | None,
        has(FieldClass.OFFENCE, "Of a youth: under 18 on the day of the recall (s.255A(4)(a)(i))."),
    ] = None


class ReturnedToCustody(FactAboutPerson):
    """Somebody recalled is back in custody: from that day a fixed term runs (R-RCL-4)."""

    recall_ref: Annotated[Ref, has(FieldClass.CUSTODY, "The recall's number.")]
    returned_on: Annotated[date, has(FieldClass.CUSTODY, "The local day of the return.")]


class AbsenceAgreed(FactAboutPerson):
    """A temporary absence was agreed or moved; in law the person stays in custody (R-ROT-2)."""

    absence_ref: Annotated[Ref, has(FieldClass.CUSTODY, "The absence's number.")]
    notified_on: Annotated[date, has(FieldClass.CUSTODY, "The local day notice of it was given.")]
    leaves_on: Annotated[date, has(FieldClass.CUSTODY, "The local day the person leaves.")]
    back_on: Annotated[date, has(FieldClass.CUSTODY, "The local day the person is due back.")]
    restricted: Annotated[
        bool, has(FieldClass.CUSTODY, "Of the restricted type, for higher risk (PSI 13/2015).")
    ] = False


class ParoleStep(StrEnum):
    """A step of a parole review."""

    REFERRED = "referred"  # to the Parole Board
    HEARD = "heard"  # an oral hearing
    REFUSED = "refused"  # no release directed, on the papers or after a hearing
    DIRECTED = "directed"  # release directed


class ParoleStepTaken(FactAboutPerson):
    """A parole review went a step further (CJA 2003 s.255C; R-PAR-1, R-PAR-2)."""

    step: Annotated[ParoleStep, has(FieldClass.CUSTODY, "Which step.")]
    taken_on: Annotated[date, has(FieldClass.CUSTODY, "The local day of it.")]
