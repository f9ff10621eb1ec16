"""The agreement file as an information-governance officer signs it.

Owns the shape of one file. What one line asks of another is in `lint.py`; what follows from
the files is compiled elsewhere.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from schemas.base import FieldClass, IdentifierType, Ref, Slug
from schemas.catalogue import BY_KIND, BY_TOPIC_PART, Entry
from schemas.risk import Urgency
from services.agreements.actors import Enrolled, SignIn
from services.agreements.duty import Mailbox, Turn


class Kind(StrEnum):
    """In which capacity a body takes part."""

    RESPONSIBLE_AUTHORITY = "responsible-authority"  # CJA 2003 s.325(1)
    DUTY_TO_COOPERATE = "duty-to-co-operate"  # CJA 2003 s.325(6)
    CONTRIBUTOR = "may-contribute"  # outside the list: CJA 2003 s.325(4A)-(4G), R-AGY-3
    ACTS_FOR_AUTHORITY = "acts-for-responsible-authority"  # a unit or office of it
    SERVICE = "service"  # a service of the hub with an inbox


class Body(StrEnum):
    """What sort of body it is."""

    POLICE = "police"
    PROBATION = "probation"
    PRISON = "prison"
    HOUSING_AUTHORITY = "housing-authority"
    REGISTERED_LANDLORD = "registered-landlord"
    CHILDRENS_SOCIAL_CARE = "childrens-social-care"
    ADULT_SOCIAL_CARE = "adult-social-care"
    YOUTH_OFFENDING = "youth-offending"
    HEALTH = "health"
    DWP = "dwp"
    ELECTRONIC_MONITORING = "electronic-monitoring"
    IMMIGRATION = "immigration"
    VICTIM_LIAISON = "victim-liaison"
    PAROLE_BOARD = "parole-board"
    CO_ORDINATION = "co-ordination"
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

    CJA_2003_S325 = "cja-2003-s325(4)"  # with (4A)-(4G), by PCSC Act 2022 s.189(4)
    OMA_2007_S14 = "oma-2007-s14"
    CDA_1998_S115 = "cda-1998-s115"
    DPA_2018_PART_3 = "dpa-2018-part-3"


class Condition(StrEnum):
    """What makes sensitive processing lawful: DPA 2018 s.35(5), Schedule 8 (R-SHR-1)."""

    STATUTORY_FUNCTION = "sch8-para1"
    ADMINISTRATION_OF_JUSTICE = "sch8-para2"
    VITAL_INTERESTS = "sch8-para3"
    SAFEGUARDING = "sch8-para4"


class Onward(StrEnum):
    """What the receiver may do with it further on. Disclosure is another act (R-SHR-3)."""

    NOBODY = "nobody"
    ON_THE_CASE = "bodies-on-the-case"
    ASK_THE_SOURCE = "ask-the-source-first"


class AgeGroup(StrEnum):
    """How old a person is where the fact stands: under 18, or not."""

    YOUTH = "youth"
    ADULT = "adult"


class Redaction(StrEnum):
    """How a granted class is shown less than whole."""

    OMIT = "omit"
    MASK = "mask"
    COARSEN = "coarsen"
    ID_ONLY = "id-only"


class Payload(StrEnum):
    """How much of a fact a notice carries beside its head."""

    EMPTY = "empty"
    ID_ONLY = "id-only"
    VIEW = "view"


YOUTH_BODIES = frozenset({Body.YOUTH_OFFENDING, Body.CHILDRENS_SOCIAL_CARE, Body.POLICE, Body.HUB})
"""Who is told of under-18s without a word about it in the grant."""
SENSITIVE = frozenset(
    {FieldClass.HEALTH, FieldClass.VICTIM, FieldClass.INTELLIGENCE, FieldClass.FINANCIAL}
)
"""Classes whose grant has to name where its reason is written."""


def entry_named(name: str) -> Entry | None:
    """The catalogue row of a fact by the last part of its topic, or by its kind."""
    return BY_TOPIC_PART.get(name) or BY_KIND.get(name)


def _known(name: str) -> str:
    if name not in BY_TOPIC_PART:
        raise ValueError("no fact of that name is in the catalogue")
    return name


FactName = Annotated[str, AfterValidator(_known)]
"""The last part of the fact's topic, for example `release-date-set`."""
CouncilCode = Annotated[str, Field(pattern=r"^[EWSN]\d{8}$")]
Sentence = Annotated[str, Field(min_length=12, max_length=240, pattern=r"^[A-Z0-9].*[.]$")]
Day = Annotated[date, Field(strict=True)]


class _Signed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Contacts(_Signed):
    """Role mailboxes."""

    governance: Mailbox
    operations: Mailbox
    data_protection: Mailbox
    """The data protection officer's."""


class Limits(_Signed):
    """What the broker holds the body to."""

    largest_message_bytes: Annotated[StrictInt, Field(ge=1024, le=990_000)]
    """At most what a dead letter can carry back, its reasons added, and the log, its person added.
    A compressed batch is measured unpacked."""
    inbox_kept_days: Annotated[StrictInt, Field(ge=1, le=90)]
    bytes_per_second: Annotated[StrictInt, Field(ge=65_536, le=1_073_741_824)]
    """The broker slows its writers down to this, over some ten seconds; nothing is lost by it."""


class Never(_Signed):
    """What the body is never told, whatever a grant of its file says."""

    facts: tuple[FactName, ...] = ()
    classes: tuple[FieldClass, ...] = ()


class Receives(_Signed):
    """Which facts are told, of whom, how much of them, why, and until when.

    A filter that is absent lets everybody through; an empty one nobody (R-MIN-2). An empty list
    of facts or of classes grants nothing.
    """

    facts: tuple[FactName, ...]
    classes: tuple[FieldClass, ...]
    redact: dict[FieldClass, Redaction] = {}
    payload: Payload = Payload.VIEW
    why: Sentence
    """Why this body needs these fields: what a data-protection impact assessment quotes."""
    source: Ref | None = None
    """Where that is written: a statute, guidance or rule of the hub's, by its id."""
    on_case: StrictBool
    """Only of persons on whose case the body is."""
    own_only: StrictBool = False
    """Only facts that name the body itself as their agency."""
    areas: tuple[CouncilCode, ...] | None = None
    categories: tuple[Annotated[StrictInt, Field(ge=1, le=4)], ...] | None = None
    levels: tuple[Annotated[StrictInt, Field(ge=1, le=3)], ...] | None = None
    ages: tuple[AgeGroup, ...] | None = None
    category_4: StrictBool = False
    """Also of persons of category 4; else only where the case's own list names the body."""
    urgency: Urgency
    receipt: StrictBool
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    basis: LegalBasis
    condition: Condition | None = None
    owner: Mailbox
    """Who at the body answers for what it does with it: a role."""
    kept_days: Annotated[StrictInt, Field(ge=1, le=36_525)]
    """After so many days the body has destroyed it or decided anew."""
    onward: Onward
    reviewed: Day
    review_by: Day
    expires: Day
    """The last day it holds, London time."""


class Agreement(_Signed):
    """One body's agreement with the hub."""

    agency: Slug
    name: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Kind
    body: Body
    role: DataRole
    competent_authority: StrictBool
    """Whether DPA 2018 Part 3 holds for it beyond these arrangements (s.30)."""
    sharing_agreement: Ref
    dpia: Ref
    """The data-protection impact assessment that covers it."""
    contacts: Contacts
    identifiers: tuple[IdentifierType, ...] = ()
    """Numbers by which this body knows people anyway; it is shown no other number of theirs."""
    says: tuple[FactName, ...]
    never: Never = Never()
    receives: tuple[Receives, ...]
    limits: Limits
    actors: tuple[Enrolled, ...] = ()
    """Who may act for it, and in which roles."""
    sign_in: SignIn | None = None
    """Its own sign-in service, where some of them show a token instead of a key."""
    duty: tuple[Turn, ...] = ()
    """Which mailbox is watched in which role at which hour; without it `operations`, always."""
