"""The agreement file as an information-governance officer signs it.

Owns the shape of one file. What one line asks of another is in `lint.py`; what follows from
the files is compiled elsewhere.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from schemas.base import FieldClass, IdentifierType, Slug
from schemas.catalogue import BY_KIND, BY_TOPIC_PART, Entry
from schemas.risk import Urgency
from services.agreements.actors import Enrolled, SignIn


class Kind(StrEnum):
    """In which capacity a body takes part."""

    RESPONSIBLE_AUTHORITY = "responsible-authority"  # CJA 2003 s.325(1)
    DUTY_TO_COOPERATE = "duty-to-co-operate"  # CJA 2003 s.325(6)
    SERVICE = "service"  # a service of the hub with an inbox


class Body(StrEnum):
    """What sort of body it is."""

    POLICE = "police"
    PROBATION = "probation"
    PRISON = "prison"
    HOUSING_AUTHORITY = "housing-authority"
    CHILDRENS_SOCIAL_CARE = "childrens-social-care"
    DWP = "dwp"
    ELECTRONIC_MONITORING = "electronic-monitoring"
    HUB = "hub"


class DataRole(StrEnum):
    """Who answers for the data once received (UK GDPR arts. 4, 28; DPA 2018 s.32)."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"


class Purpose(StrEnum):
    """Whose risk is assessed and managed: CJA 2003 s.325(2). Source: R-MAP-2."""

    SEXUAL_AND_VIOLENT = "s325(2)(a)"
    TERRORIST = "s325(2)(aa)"
    OTHER_SERIOUS_HARM = "s325(2)(b)"
    TERRORISM_RISK = "s325(2)(c)"


class LegalBasis(StrEnum):
    """On which law the sharing rests. Source: R-SHR-2 and the table of legal bases."""

    CJA_2003_S325 = "cja-2003-s325(4)"
    OMA_2007_S14 = "oma-2007-s14"
    CDA_1998_S115 = "cda-1998-s115"
    DPA_2018_PART_3 = "dpa-2018-part-3"


def entry_named(name: str) -> Entry | None:
    """The catalogue row of a fact by the last part of its topic, or by its kind."""
    return BY_TOPIC_PART.get(name) or BY_KIND.get(name)


def _known(name: str) -> str:
    if name not in BY_TOPIC_PART:
        raise ValueError("no fact of that name is in the catalogue")
    return name


FactName = Annotated[str, AfterValidator(_known)]
"""The last part of the fact's topic, for example `release-date-set`."""
Mailbox = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*@[a-z0-9.-]+$", max_length=100)]
"""A role's mailbox, never a person's: no dot before the @."""
CouncilCode = Annotated[str, Field(pattern=r"^[EWSN]\d{8}$")]
Day = Annotated[date, Field(strict=True)]


class _Signed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Contacts(_Signed):
    """Role mailboxes."""

    governance: Mailbox
    operations: Mailbox


class Limits(_Signed):
    """What the broker holds the body to."""

    largest_message_bytes: Annotated[StrictInt, Field(ge=1024, le=990_000)]
    """At most what a dead letter can carry back, its reasons added, and the log, its person added.
    A compressed batch is measured unpacked."""
    inbox_kept_days: Annotated[StrictInt, Field(ge=1, le=90)]
    bytes_per_second: Annotated[StrictInt, Field(ge=65_536, le=1_073_741_824)]
    """The broker slows its writers down to this, over some ten seconds; nothing is lost by it."""


class Receives(_Signed):
    """Which facts are told, of whom, how much of them, why, and until when.

    A filter that is absent lets everybody through; an empty one nobody (R-MIN-2). An empty list
    of facts or of classes grants nothing.
    """

    facts: tuple[FactName, ...]
    classes: tuple[FieldClass, ...]
    on_case: StrictBool
    """Only of persons on whose case the body is."""
    own_only: StrictBool = False
    """Only facts that name the body itself as their agency."""
    areas: tuple[CouncilCode, ...] | None = None
    categories: tuple[Annotated[StrictInt, Field(ge=1, le=4)], ...] | None = None
    levels: tuple[Annotated[StrictInt, Field(ge=1, le=3)], ...] | None = None
    urgency: Urgency
    receipt: StrictBool
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    basis: LegalBasis
    expires: Day
    """The last day it holds, London time."""
    reviewed: Day


class Agreement(_Signed):
    """One body's agreement with the hub."""

    agency: Slug
    name: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Kind
    body: Body
    role: DataRole
    contacts: Contacts
    identifiers: tuple[IdentifierType, ...] = ()
    """Numbers by which this body knows people anyway; it is shown no other number of theirs."""
    says: tuple[FactName, ...]
    receives: tuple[Receives, ...]
    limits: Limits
    actors: tuple[Enrolled, ...] = ()
    """Who may act for it, and in which roles."""
    sign_in: SignIn | None = None
    """Its own sign-in service, where some of them show a token instead of a key."""
