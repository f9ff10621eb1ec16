"""What a housing authority posts → our facts.

One JSON object a request, names in camelCase, words in capitals, after the accommodation service's
own interfaces. What the contract does not name is not read.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from schemas.base import Fact, FactAboutPerson, Identifier, IdentifierType, sourced_id
from schemas.housing import TenancyEnd, TenancyEnded, TenancyOffered, TenancyStarted
from schemas.register import Address, AddressChanged
from services.housing_bridge.mapping.duty_to_refer import OutcomeReason, Status, WithdrawalReason
from services.housing_bridge.mapping.fields import (
    Council,
    Day,
    Line,
    Number,
    Numbered,
    Postcode,
    Reference,
    When,
)
from services.housing_bridge.mapping.referrals import TAKEN, Outcome, outcome_of
from services.runtime.faults import Refused


class FieldsRefused(Refused):
    """An event with wrong fields: all of them, so that its sender can put them right at once."""

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self.fields = fields
        """(field as the sender writes it, coded reason)."""
        field, reason = fields[0]
        super().__init__(reason, field)


@dataclass(frozen=True, slots=True)
class Decided:
    """An authority's answer, given later, to a notice of ours."""

    notice_ref: UUID
    person_ref: str
    outcome: Outcome
    at: datetime


class _Theirs(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        strict=True,
        hide_input_in_errors=True,
        alias_generator=to_camel,
    )


class _Person(_Theirs):
    person_reference: Reference | None = None
    housing_reference: Number | None = None
    crn: Number | None = None
    noms_number: Number | None = None
    pnc_number: Number | None = None
    national_insurance_number: Number | None = None


class _Home(_Theirs):
    line: Line
    postcode: Postcode
    local_authority_code: Council

    def ours(self) -> Address:
        return Address(
            line=self.line, postcode=self.postcode, council_code=self.local_authority_code
        )


class _Event(_Theirs):
    """The head of every event, and what its fact is and says beyond it."""

    event_reference: Reference
    occurred_at: When
    person: _Person

    kind: ClassVar[type[FactAboutPerson]]

    @abstractmethod
    def says(self) -> dict[str, object]:
        """The fact's own fields."""


class _Offered(_Event):
    kind = TenancyOffered
    tenancy_reference: Reference
    offered_on: Day
    address: _Home

    def says(self) -> dict[str, object]:
        home = self.address.ours()
        return {"tenancy_ref": self.tenancy_reference, "offered_on": self.offered_on, "home": home}


class _Started(_Event):
    kind = TenancyStarted
    tenancy_reference: Reference
    started_on: Day
    address: _Home

    def says(self) -> dict[str, object]:
        home = self.address.ours()
        return {"tenancy_ref": self.tenancy_reference, "started_on": self.started_on, "home": home}


class _EndReason(StrEnum):
    NOTICE_BY_TENANT = "NOTICE_BY_TENANT"
    EVICTION = "EVICTION"
    ABANDONED = "ABANDONED"
    TRANSFER = "TRANSFER"
    OTHER = "OTHER"


class _Ended(_Event):
    kind = TenancyEnded
    tenancy_reference: Reference
    ended_on: Day
    reason: Annotated[_EndReason, Field(strict=False)]

    def says(self) -> dict[str, object]:
        reason = TenancyEnd(self.reason.lower().replace("_", "-"))
        return {"tenancy_ref": self.tenancy_reference, "ended_on": self.ended_on, "reason": reason}


class _Moved(_Event):
    kind = AddressChanged
    moved_on: Day
    address: _Home

    def says(self) -> dict[str, object]:
        return {"moved_on": self.moved_on, "home": self.address.ours()}


class _Answer(_Theirs):
    status: Annotated[Status, Field(strict=False)]
    outcome_reason: Annotated[OutcomeReason | None, Field(strict=False)] = None
    withdrawal_reason: Annotated[WithdrawalReason | None, Field(strict=False)] = None


class _DecidedEvent(_Answer):
    event_reference: Reference
    occurred_at: When
    case_id: Numbered
    person_reference: Reference


DECIDED = "duty-to-refer.updated"
_SHAPES: dict[str, type[_Event | _DecidedEvent]] = {
    "tenancy.offered": _Offered,
    "tenancy.started": _Started,
    "tenancy.ended": _Ended,
    "address.changed": _Moved,
    DECIDED: _DecidedEvent,
}
_ISSUERS: tuple[tuple[str, IdentifierType], ...] = (
    ("housing_reference", IdentifierType.HOUSING),
    ("crn", IdentifierType.CRN),
    ("noms_number", IdentifierType.NOMS),
    ("pnc_number", IdentifierType.PNC),
    ("national_insurance_number", IdentifierType.NINO),
)


def outcome_in(answer: object) -> Outcome:
    """What an authority's answer to a message says it did; without a status it only has it.

    Raises:
        Refused: a referral cannot come to that.
    """
    if not isinstance(answer, dict) or "status" not in answer:
        return TAKEN
    try:
        theirs = _Answer.model_validate(answer)
    except ValidationError:
        fault = Refused("unknown-answer")
    else:
        return outcome_of(theirs.status, theirs.outcome_reason, theirs.withdrawal_reason)
    raise fault


def read_event(agency: str, event: object) -> Fact | Decided:
    """What one event comes to; the same event gives the same fact whenever it is sent.

    Raises:
        FieldsRefused: with the sender's name of each wrong field.
    """
    if not isinstance(event, dict):
        raise FieldsRefused((("", "not-an-object"),))
    kind = event.get("eventType")
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise FieldsRefused((("eventType", "missing" if kind is None else "unknown-event"),))
    try:
        theirs = shape.model_validate(event)
    except ValidationError as invalid:
        found = invalid.errors(include_url=False, include_context=False, include_input=False)
        fields = tuple(
            (".".join(str(step) for step in each["loc"]), each["type"].replace("_", "-"))
            for each in found
        )
    else:
        return _decided(theirs) if isinstance(theirs, _DecidedEvent) else _fact(agency, theirs)
    raise FieldsRefused(fields)


def _fact(agency: str, theirs: _Event) -> Fact:
    person = theirs.person
    numbers = [(of, getattr(person, name)) for name, of in _ISSUERS]
    identifiers = tuple(Identifier(type=of, value=number) for of, number in numbers if number)
    if not identifiers and person.person_reference is None:
        raise FieldsRefused((("person", "no-identifier"),))
    kind = theirs.kind.kind().partition(".")[2]
    return theirs.kind.model_validate(
        {
            "event_id": sourced_id(agency, kind, theirs.event_reference),
            "occurred_at": theirs.occurred_at,
            "source": agency,
            "identifiers": identifiers,
            "person_ref": person.person_reference,
            **theirs.says(),
        }
    )


def _decided(theirs: _DecidedEvent) -> Decided:
    try:
        outcome = outcome_of(theirs.status, theirs.outcome_reason, theirs.withdrawal_reason)
    except Refused as refused:
        fields = ((refused.field, refused.reason),)
    else:
        return Decided(
            notice_ref=theirs.case_id,
            person_ref=theirs.person_reference,
            outcome=outcome,
            at=theirs.occurred_at,
        )
    raise FieldsRefused(fields)
