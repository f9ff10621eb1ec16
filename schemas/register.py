"""Facts of the notification register: what the person did, and what the law then asks."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import Fact, FactAboutPerson, FieldClass, Instant, Part, Ref, Slug, has
from schemas.eligibility import Sentence


class Address(Part):
    """Where somebody lives, as far as an agency may need it."""

    line: Annotated[str, has(FieldClass.LOCATION, "House and street.", max_length=200)]
    postcode: Annotated[str, has(FieldClass.LOCATION, "UK postcode with one space.", max_length=8)]
    council_code: Annotated[
        str,
        has(FieldClass.LOCATION, "ONS code of the council.", pattern=r"^[EWSN]\d{8}$"),
    ]


class NotificationKind(StrEnum):
    """Which duty a notification at a police station answers (SOA 2003 ss.83-85)."""

    INITIAL = "initial"
    CHANGE = "change"
    ANNUAL = "annual"


class Circumstance(StrEnum):
    """What has to be notified when it changes (SOA 2003 s.84; SI 2012/1876; SI 2004/1220)."""

    NAME = "name"  # a name used that was not notified
    HOME = "home"
    PREMISES = "premises"  # lived or stayed at for a qualifying period
    RELEASE = "release"  # from custody, or detention in a hospital
    CHILD_HOUSEHOLD = "child-household"  # lives, or stays 12 hours or more, where a child does
    FINANCE = "finance"  # bank, building society, debit and credit cards
    IDENTITY_DOCUMENT = "identity-document"  # passport and other identity documents
    RETURN = "return"  # from abroad


class NotificationMade(FactAboutPerson):
    """The person notified at a police station, in person (SOA 2003 s.87)."""

    notification: Annotated[NotificationKind, has(FieldClass.MANAGEMENT, "Which duty it answers.")]
    made_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day it was made.")]
    home: Annotated[Address | None, has(FieldClass.LOCATION, "The home address notified.")] = None
    circumstances: Annotated[
        tuple[Circumstance, ...] | None,
        has(FieldClass.MANAGEMENT, "Of a change: what is notified. None named: a new home."),
    ] = None
    expected_on: Annotated[
        date | None, has(FieldClass.MANAGEMENT, "Of a change notified ahead: the day it is to be.")
    ] = None
    not_happened: Annotated[
        bool | None,
        has(FieldClass.MANAGEMENT, "True: what was notified ahead did not happen."),
    ] = None
    premises_ref: Annotated[
        Ref | None, has(FieldClass.LOCATION, "Of premises notified: their number at the source.")
    ] = None
    no_fixed_home: Annotated[
        bool | None,
        has(
            FieldClass.LOCATION,
            "True: no sole or main residence, but a place to be found at (SOA 2003 s.83(7)(b)); "
            "absent: as it was.",
        ),
    ] = None


class CircumstanceChanged(FactAboutPerson):
    """Something changed that the person has to notify, as an agency learned it; never what to.

    A stay is told by its first and last day; whether it makes a qualifying period is for the hub.
    """

    circumstance: Annotated[Circumstance, has(FieldClass.MANAGEMENT, "What changed.")]
    changed_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day; of a stay, its first.")]
    until: Annotated[
        date | None, has(FieldClass.MANAGEMENT, "Of a stay its last day, if more than one.")
    ] = None
    premises_ref: Annotated[
        Ref | None, has(FieldClass.LOCATION, "Of a stay: the premises' number at the source.")
    ] = None


class TravelNotified(FactAboutPerson):
    """The person notified a journey out of the United Kingdom, or its details anew."""

    journey_ref: Annotated[Ref, has(FieldClass.MANAGEMENT, "The journey's number.")]
    made_at: Annotated[Instant, has(FieldClass.MANAGEMENT, "When it was notified.")]
    departs_at: Annotated[Instant, has(FieldClass.MANAGEMENT, "When the person is to leave.")]
    learned_late: Annotated[
        bool,
        has(FieldClass.MANAGEMENT, "The details were not known seven days ahead, it is said."),
    ] = False


class TravelChanged(FactAboutPerson):
    """Details of a journey that was notified changed before the person left; never what to."""

    journey_ref: Annotated[Ref, has(FieldClass.MANAGEMENT, "The journey's number.")]
    changed_at: Annotated[Instant, has(FieldClass.MANAGEMENT, "When they changed.")]


class AddressChanged(FactAboutPerson):
    """The person's home address changed, as an agency learned it."""

    moved_on: Annotated[date, has(FieldClass.LOCATION, "The local day of the move.")]
    home: Annotated[Address, has(FieldClass.LOCATION, "The new home address.")]


class PreventionOrder(StrEnum):
    """Orders that make or keep a person subject to notification while they last."""

    SEXUAL_HARM_PREVENTION = (
        "sexual-harm-prevention"  # SHPO: SOA 2003 s.103A; Sentencing Code s.343
    )
    INTERIM_SEXUAL_HARM_PREVENTION = "interim-sexual-harm-prevention"  # SOA 2003 s.103F
    SEXUAL_OFFENCES_PREVENTION = "sexual-offences-prevention"  # SOPO: until March 2015
    FOREIGN_TRAVEL = "foreign-travel"  # until March 2015


class PreventionOrderMade(FactAboutPerson):
    """A court made an order that makes or keeps the person subject to notification."""

    order_ref: Annotated[Ref, has(FieldClass.OFFENCE, "The order's number.")]
    order: Annotated[PreventionOrder, has(FieldClass.OFFENCE, "Which order it is.")]
    made_on: Annotated[date, has(FieldClass.OFFENCE, "The local day it was made.")]
    until: Annotated[
        date | None, has(FieldClass.OFFENCE, "Its last day; absent means until further order.")
    ] = None


class NotificationOrderMade(FactAboutPerson):
    """A court put somebody dealt with abroad on the register (SOA 2003 s.97): until Nov 2022."""

    order_ref: Annotated[Ref, has(FieldClass.OFFENCE, "The order's number.")]
    made_on: Annotated[date, has(FieldClass.OFFENCE, "The local day it was made.")]
    sentence: Annotated[
        Sentence, has(FieldClass.OFFENCE, "What the court abroad made of it, in our words.")
    ]


class NotificationNoticeGiven(FactAboutPerson):
    """The police put somebody dealt with abroad on the register, by a notice given in person.

    Since 29 November 2022 instead of an order of a court (SOA 2003 ss.96ZA-96ZC; PCSC 2022 s.169).
    """

    order_ref: Annotated[Ref, has(FieldClass.OFFENCE, "The notice's number.")]
    given_on: Annotated[date, has(FieldClass.OFFENCE, "The local day it was given.")]
    sentence: Annotated[
        Sentence, has(FieldClass.OFFENCE, "What the court abroad made of it, in our words.")
    ]


class OtherOrder(StrEnum):
    """Orders that put nobody on the register."""

    SEXUAL_RISK = "sexual-risk"  # SRO: SOA 2003 s.122A; needs no conviction
    INTERIM_SEXUAL_RISK = "interim-sexual-risk"  # SOA 2003 s.122E
    RISK_OF_SEXUAL_HARM = "risk-of-sexual-harm"  # RSHO: until March 2015
    PARENTAL_DIRECTION = "parental-direction"  # SOA 2003 s.89: a parent answers for the duties


class OtherOrderMade(FactAboutPerson):
    """A court made an order that binds the person, or a parent, but puts nobody on the register."""

    order_ref: Annotated[Ref, has(FieldClass.OFFENCE, "The order's number.")]
    order: Annotated[OtherOrder, has(FieldClass.OFFENCE, "Which order it is.")]
    made_on: Annotated[date, has(FieldClass.OFFENCE, "The local day it was made.")]
    until: Annotated[
        date | None,
        has(
            FieldClass.OFFENCE,
            "Its last day, of a parental direction no later than the day before the person is 18; "
            "absent means until further order.",
        ),
    ] = None


class OrderStep(StrEnum):
    """What became of an order."""

    SERVED = "served"  # on the person: from then it binds
    VARIED = "varied"  # extended, cut short, renewed or discharged


class OrderChanged(FactAboutPerson):
    """An order was served, or lasts longer or less long than it was made for."""

    order_ref: Annotated[Ref, has(FieldClass.OFFENCE, "The order's number.")]
    step: Annotated[OrderStep, has(FieldClass.OFFENCE, "What became of it.")]
    changed_on: Annotated[date, has(FieldClass.OFFENCE, "The local day of that.")]
    until: Annotated[
        date | None,
        has(FieldClass.OFFENCE, "Where varied, its last day now; absent: until further order."),
    ] = None


class ReviewAsked(FactAboutPerson):
    """The police received an application to end notification without end (SOA 2003 s.91B)."""

    asked_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day they received it.")]


class ReviewDecided(FactAboutPerson):
    """Indefinite notification was reviewed: the police, or a court on appeal, end it or do not."""

    decided_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day of the decision.")]
    lifted: Annotated[
        bool, has(FieldClass.MANAGEMENT, "True: free of it from that day on; false: refused.")
    ]
    next_from: Annotated[
        date | None,
        has(FieldClass.MANAGEMENT, "Of a refusal: the first day to ask again, if one was set."),
    ] = None
    received_on: Annotated[
        date | None,
        has(
            FieldClass.MANAGEMENT,
            "The local day the person received notice of it, from which they are free; absent: a "
            "court's order, of its own day.",
        ),
    ] = None


class Breached(StrEnum):
    """What somebody was in breach of."""

    NOTIFICATION = "notification"  # SOA 2003 s.91
    PREVENTION_ORDER = "prevention-order"  # SOA 2003 s.103I; Sentencing Code s.354
    RISK_ORDER = "risk-order"  # SOA 2003 s.122H


class BreachProved(FactAboutPerson):
    """The person was cautioned or convicted for a breach: an officer's or a court's word.

    A breach of a sexual risk order puts the person on the register for as long as the order lasts
    (SOA 2003 s.122I).
    """

    breach: Annotated[Breached, has(FieldClass.OFFENCE, "What the person was in breach of.")]
    proved_on: Annotated[
        date, has(FieldClass.OFFENCE, "The local day of the conviction, finding or caution.")
    ]
    cautioned: Annotated[
        bool, has(FieldClass.OFFENCE, "True: a caution; otherwise a court convicted or found.")
    ] = False
    order_ref: Annotated[
        Ref | None, has(FieldClass.OFFENCE, "Of an order: its number at the source.")
    ] = None


class Basis(StrEnum):
    """Why notification lasts as long as it does: the row of the table in SOA 2003 s.82(1)."""

    INDEFINITE_TERM = "imprisonment-30-months-or-more"
    TEN_YEAR_TERM = "imprisonment-over-6-months"
    SEVEN_YEAR_TERM = "imprisonment-6-months-or-less"
    RESTRICTED_HOSPITAL = "hospital-order-restricted"
    HOSPITAL = "hospital-order"
    CAUTION = "caution"
    CONDITIONAL_DISCHARGE = "conditional-discharge"
    OTHER = "any-other-disposal"
    ORDER = "order"  # no row of the table: an order that lasts longer (SOA 2003 s.103G)


class RequirementOpened(Fact):
    """The person is subject to notification (SOA 2003 s.80), until `last_day` or indefinitely."""

    begins_on: Annotated[date, has(FieldClass.MANAGEMENT, "The relevant date: day 1.")]
    last_day: Annotated[
        date | None, has(FieldClass.MANAGEMENT, "The last day; absent means indefinite.")
    ] = None
    basis: Annotated[Basis, has(FieldClass.OFFENCE, "Which row of the s.82 table.")]
    halved: Annotated[
        bool, has(FieldClass.OFFENCE, "Under 18 on the relevant date, so halved (s.82(2)).")
    ] = False
    rules_version: Annotated[Ref, has(FieldClass.PROVENANCE, "The rule set that decided.")]


class RequirementEnded(Fact):
    """Notification has run out."""

    ended_on: Annotated[date, has(FieldClass.MANAGEMENT, "The first day free of it.")]


class CategoryChanged(Fact):
    """The person's category under the arrangements changed (CJA 2003 s.325, s.327)."""

    category: Annotated[
        int | None, has(FieldClass.MANAGEMENT, "1 to 4; absent means no longer in one.", ge=1, le=4)
    ] = None
    previous: Annotated[
        int | None, has(FieldClass.MANAGEMENT, "The category before.", ge=1, le=4)
    ] = None


class Duty(StrEnum):
    """What has to be done by a deadline."""

    INITIAL_NOTIFICATION = "initial-notification"  # SOA 2003 s.83
    ANNUAL_NOTIFICATION = "annual-notification"  # SOA 2003 s.85
    WEEKLY_NOTIFICATION = "weekly-notification"  # SOA 2003 s.85(5), no fixed home
    NAME_NOTIFICATION = "name-notification"  # SOA 2003 s.84(1)(a)
    HOME_NOTIFICATION = "home-notification"  # SOA 2003 s.84(1)(b)
    PREMISES_NOTIFICATION = "premises-notification"  # SOA 2003 s.84(1)(c)
    RELEASE_NOTIFICATION = "release-notification"  # SOA 2003 s.84(1)(d)
    CHILD_HOUSEHOLD_NOTIFICATION = "child-household-notification"  # SI 2012/1876
    FINANCE_NOTIFICATION = "finance-notification"  # SI 2012/1876
    IDENTITY_DOCUMENT_NOTIFICATION = "identity-document-notification"  # SI 2012/1876
    CHANGE_WITHDRAWAL = "change-withdrawal"  # SOA 2003 s.84(4)(b)
    TRAVEL_NOTIFICATION = "travel-notification"  # SOA 2003 s.86; SI 2004/1220
    TRAVEL_CHANGE_NOTIFICATION = "travel-change-notification"  # SOA 2003 s.86; SI 2004/1220
    RETURN_NOTIFICATION = "return-notification"  # SOA 2003 s.86; SI 2004/1220
    ORDER_NOTIFICATION = "order-notification"  # SOA 2003 s.122F
    NAME_AHEAD_NOTIFICATION = "name-ahead-notification"  # Crime and Policing Act 2026: R-NEW-1
    AWAY_NOTIFICATION = "away-notification"  # Crime and Policing Act 2026: R-NEW-1


class DeadlineOpened(Fact):
    """A clock started: the duty has to be done by the end of `due_on`, London time."""

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    duty: Annotated[Duty, has(FieldClass.MANAGEMENT, "What has to be done.")]
    due_on: Annotated[date, has(FieldClass.MANAGEMENT, "The last local day to do it.")]
    rule: Annotated[Ref, has(FieldClass.PROVENANCE, "The rule that set it, for example R-NOT-20.")]
    remind_on: Annotated[
        date | None,
        has(FieldClass.MANAGEMENT, "From this local day on the person is to be reminded."),
    ] = None


class DeadlineMet(Fact):
    """The duty was done; `late` if after the last day."""

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    duty: Annotated[Duty, has(FieldClass.MANAGEMENT, "What had to be done.")]
    met_on: Annotated[date, has(FieldClass.MANAGEMENT, "The local day it was done.")]
    late: Annotated[bool, has(FieldClass.MANAGEMENT, "Done after the last day.")] = False
    turn: Annotated[
        int | None,
        has(FieldClass.INTERNAL, "Of one deadline the word of the higher turn is the later.", ge=0),
    ] = None


class DeadlineReminded(Fact):
    """The day has come from which the person is to be reminded of the duty, and it is not done."""

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    duty: Annotated[Duty, has(FieldClass.MANAGEMENT, "What has to be done.")]
    due_on: Annotated[date, has(FieldClass.MANAGEMENT, "The last local day to do it.")]
    noticed_at: Annotated[
        Instant, has(FieldClass.REFERENCE, "The tick of the hub's clock that showed it.")
    ]


class CancelGround(StrEnum):
    """Why a duty that was told of is to be done no more, or not now."""

    HELD_OR_AWAY = "held-or-away"  # no clock runs in custody, in hospital or abroad
    NOT_NEEDED = "not-needed"  # notified before it was due
    NOT_SUBJECT = "not-subject"  # as is known now, not at that time: quashed, or shortened
    REQUIREMENT_ENDED = "requirement-ended"  # not done, and it cannot be any more
    REPLACED = "replaced"  # another deadline stands in its place, or what it is about has moved
    TAKEN_BACK = "taken-back"  # what it rests on was taken back by who said it


class DeadlineCancelled(Fact):
    """A duty that was told of fell away without being done; it may be told anew."""

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    duty: Annotated[Duty, has(FieldClass.MANAGEMENT, "What had to be done.")]
    due_on: Annotated[date, has(FieldClass.MANAGEMENT, "The last day there was.")]
    ground: Annotated[CancelGround, has(FieldClass.CUSTODY, "Why.")]
    turn: Annotated[
        int | None,
        has(FieldClass.INTERNAL, "Of one deadline the word of the higher turn is the later.", ge=0),
    ] = None


class DeadlineMissed(Fact):
    """The last day passed without the duty being done.

    `possible_breach` asks an officer to look: whether there was a reasonable excuse, and so an
    offence, is for the officer and the court (SOA 2003 s.91, R-NOT-72).
    """

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    duty: Annotated[Duty, has(FieldClass.MANAGEMENT, "What had to be done.")]
    due_on: Annotated[date, has(FieldClass.MANAGEMENT, "The last day there was.")]
    possible_breach: Annotated[
        bool, has(FieldClass.MANAGEMENT, "An officer should look at it as a possible breach.")
    ]
    noticed_at: Annotated[
        Instant, has(FieldClass.REFERENCE, "The tick of the hub's clock that showed it.")
    ]
    turn: Annotated[
        int | None,
        has(FieldClass.INTERNAL, "Of one deadline the word of the higher turn is the later.", ge=0),
    ] = None


class BreachOutcome(StrEnum):
    """What an officer decided about a possible breach."""

    FOUND = "found"  # a breach, as the officer sees it; an offence is for a court to find
    EXCUSED = "excused"


class BreachReason(StrEnum):
    """Why an officer decided so."""

    NOT_NOTIFIED = "not-notified"  # SOA 2003 s.91(1)(a)
    NOTIFIED_LATE = "notified-late"  # SOA 2003 s.91(1)(a)
    FALSE_INFORMATION = "false-information"  # SOA 2003 s.91(1)(b)
    REASONABLE_EXCUSE = "reasonable-excuse"  # SOA 2003 s.91(1)(a)
    NOTIFIED_ELSEWHERE = "notified-elsewhere"  # in time, at another station or by other means
    RECORDED_LATE = "recorded-late"  # done in time, and told to the hub as of another day
    MISTAKEN = "mistaken"  # there was no such duty, or an earlier decision was wrong


class BreachDecided(Fact):
    """An officer decided whether a duty that was not done in time is a breach.

    The act of a lead officer of the Responsible Authority, never the hub's; of several about one
    deadline the last by time counts. What a court or a caution proves is `BreachProved`
    (SOA 2003 s.91, R-NOT-72).
    """

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    outcome: Annotated[BreachOutcome, has(FieldClass.OFFENCE, "What was decided.")]
    reasons: Annotated[
        tuple[BreachReason, ...], has(FieldClass.OFFENCE, "Why, in coded words.", max_length=8)
    ]
    agency: Annotated[Slug, has(FieldClass.PROVENANCE, "Whose officer decided.")]
