"""What every fact has: its head, its identity, and the class of each of its fields."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from typing import Annotated, Any, NewType, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

PersonId = NewType("PersonId", UUID)
"""The hub's own number of a person: random-looking, never leaves the hub."""

Fs = TypeVar("Fs", bound="Fact")


class FieldClass(StrEnum):
    """What kind of information a field holds; agreements grant classes, never field names."""

    REFERENCE = "reference"  # opaque ids and instants without which a notice makes no sense
    IDENTITY = "identity"
    LOCATION = "location"
    OFFENCE = "offence"
    HEALTH = "health"
    FINANCIAL = "financial"
    VICTIM = "victim"
    INTELLIGENCE = "intelligence"
    PROVENANCE = "provenance"
    MANAGEMENT = "management"  # category, level, lead, who is on the case, legal duties
    RISK = "risk"
    CUSTODY = "custody"
    HOUSING = "housing"
    MONITORING = "monitoring"
    INTERNAL = "internal"  # never granted to anybody


class Nature(StrEnum):
    """How far a statement can be relied on."""

    FACT = "fact"
    ASSESSMENT = "assessment"
    INTELLIGENCE = "intelligence"


class AboutWhom(StrEnum):
    """Whom a fact speaks of."""

    MANAGED_PERSON = "managed-person"
    DEVICE = "device"
    NOBODY = "nobody"  # the log's own facts: the clock, the rules in force


def has(field_class: FieldClass, doc: str, **constraints: Any) -> FieldInfo:  # noqa: ANN401
    """A field of that class, with the sentence its readers see; constraints as in pydantic."""
    info: FieldInfo = Field(
        description=doc, json_schema_extra={"class": field_class.value}, **constraints
    )
    return info


def classes_of(part: type[Part]) -> frozenset[FieldClass]:
    """The classes its own fields are of."""
    extras = (info.json_schema_extra for info in part.model_fields.values())
    return frozenset(FieldClass(str(one["class"])) for one in extras if isinstance(one, dict))


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC, so that equal facts have equal bytes.

    Raises:
        ValueError: in UTC it is before the first year or after the last.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


Instant = Annotated[AwareDatetime, AfterValidator(to_utc)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=64)]


class Part(BaseModel):
    """A value inside a fact: frozen, closed, and silent about its content in any message."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, use_enum_values=False
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class IdentifierType(StrEnum):
    """Numbers by which agencies know a person."""

    PNC = "pnc"
    CRO = "cro"
    NOMS = "noms"
    CRN = "crn"
    NHS = "nhs"
    NINO = "nino"
    HOUSING = "housing"  # a housing authority's own reference
    MDSS = "mdss"  # the tag provider's person number


class Identifier(Part):
    """One number of a person, as its issuer writes it."""

    type: Annotated[IdentifierType, has(FieldClass.IDENTITY, "Which register issued the number.")]
    value: Annotated[
        str, has(FieldClass.IDENTITY, "The number itself.", min_length=1, max_length=40)
    ]


class Fact(Part):
    """Something that is so, said by one source about one subject.

    `event_id` is the same each time the same thing is said. `person_id` and `recorded_at` are
    added by the door; a fact that arrives with either from an agency is refused.
    """

    event_id: Annotated[UUID, has(FieldClass.REFERENCE, "The same each time it is said again.")]
    occurred_at: Annotated[Instant, has(FieldClass.REFERENCE, "When it happened in the world.")]
    source: Annotated[Slug, has(FieldClass.PROVENANCE, "Which agency or service says so.")]
    caused_by: Annotated[
        UUID | None, has(FieldClass.PROVENANCE, "The fact this one follows from.")
    ] = None
    person_id: Annotated[
        PersonId | None, has(FieldClass.INTERNAL, "The hub's number of the person.")
    ] = None
    recorded_at: Annotated[
        Instant | None, has(FieldClass.REFERENCE, "When the hub's broker received it.")
    ] = None

    @classmethod
    def kind(cls) -> str:
        """The fact's name on the wire, `<module>.<kebab>`, for example `tracking.zone-entered`."""
        return _kind(cls)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.event_id})"

    __str__ = __repr__


class FactAboutPerson(Fact):
    """A fact whose subject is named by identifiers, or by the reference the hub gave the agency."""

    identifiers: Annotated[
        tuple[Identifier, ...],
        has(FieldClass.IDENTITY, "Numbers of the person as this source knows them."),
    ] = ()
    person_ref: Annotated[
        Ref | None,
        has(FieldClass.INTERNAL, "The hub's reference of the person for this source alone."),
    ] = None


class FactAboutDevice(Fact):
    """A fact whose subject is whoever wears the device at that moment; the door knows who."""

    device_ref: Annotated[Ref, has(FieldClass.MONITORING, "The provider's number of the device.")]


class LogFact(Fact):
    """A fact about nobody: what every decision after it in the log has to know."""


@cache
def _kind(fact: type[Fact]) -> str:
    return f"{fact.__module__.rsplit('.', 1)[-1]}.{kebab(fact.__name__)}"


@cache
def kebab(name: str) -> str:
    """CamelCase as kebab-case: `ZoneEntered` is `zone-entered`."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).removeprefix("-")


def derived_id(cause: UUID, kind: str, part: str = "") -> UUID:
    """The id of what follows from `cause`: deciding again gives the same one.

    A version 8 UUID over BLAKE2b, cheaper than version 5; see decision 2.
    """
    return _uuid8(cause.bytes, f"{kind}\x1f{part}".encode())


def sourced_id(source: str, kind: str, number: str) -> UUID:
    """The id of what a partner says under its own number: sent again, it is the same fact."""
    return _uuid8(b"", f"{source}\x1f{kind}\x1f{number}".encode())


def follows(
    cause: Fact,
    kind: type[Fs],
    *,
    source: str,
    part: str = "",
    of: UUID | None = None,
    **fields: Any,  # noqa: ANN401
) -> Fs:
    """A fact of `kind` caused by `cause`: same person, instant of the cause unless given.

    Its id follows from the cause; or from what it is `of`, where the cause is only the moment at
    which that shows, as a Tick is: another Tick shows the very same fact (decision 2).
    """
    fields.setdefault("occurred_at", cause.occurred_at)
    fields.setdefault("person_id", cause.person_id)
    return kind(
        event_id=derived_id(of or cause.event_id, kind.kind(), part),
        caused_by=cause.event_id,
        source=source,
        **fields,
    )


def _uuid8(key: bytes, text: bytes) -> UUID:
    raw = bytearray(blake2b(text, key=key, digest_size=16).digest())
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return UUID(bytes=bytes(raw))


__all__ = [
    "AboutWhom",
    "Fact",
    "FactAboutDevice",
    "FactAboutPerson",
    "FieldClass",
    "Identifier",
    "IdentifierType",
    "Instant",
    "LogFact",
    "Nature",
    "Part",
    "PersonId",
    "Ref",
    "Slug",
    "classes_of",
    "derived_id",
    "follows",
    "has",
    "kebab",
    "sourced_id",
    "to_utc",
]
