"""Rows of the provider's position, event and activation files → our facts.

Field names, types and times are those of the tag provider's data store (MDSS): whole numbers as
ids, times of day in UTC written without a zone and with 0, 3 or 6 digits of a second. The row of
an activation is ours, after MoJ's device-activation table; codes beginning `EV_HUB_` too, since
the provider's own strap and body codes are not published.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from schemas.base import Fact, FactAboutPerson, Identifier, IdentifierType, sourced_id
from schemas.tracking import (
    Mechanism,
    Point,
    Position,
    TagFitted,
    TagRemoved,
    TagTampered,
    Tamper,
)
from services.runtime.faults import Refused

SOURCE = "em"
"""The provider's slug: it speaks for nobody else."""
NOT_FOR_THE_HUB = "not-for-the-hub"
NOT_YET = "not-yet"


class Feed(StrEnum):
    """What the rows of a file are."""

    POSITION = "position"
    EVENT = "event"
    ACTIVATION = "activation"


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What a row is measured against.

    Source: R-EM-7, 15 minutes to 1 hour; local choice of the longer, since the provider's own
        response times are not public: see the README of this bridge.
    """

    late_after: timedelta = timedelta(hours=1)
    """Uploaded longer than this after it happened: nobody can act on it as live."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one row comes to: facts, or the coded reason why it is none of the hub's business."""

    facts: tuple[Fact, ...] = ()
    because: str = ""
    late: bool = False


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3}|\.[0-9]{6})?")
_FILE = re.compile(r"(position|event|activation)_[A-Za-z0-9][A-Za-z0-9._-]*\.jsonl")


def _moment(value: object) -> datetime:
    """UTC, as the provider writes it."""
    try:
        if isinstance(value, str) and _TIME.fullmatch(value):
            return datetime.fromisoformat(f"{value}+00:00")
    except ValueError:  # the thirteenth month
        pass
    raise PydanticCustomError("not_a_time", "not a time")


def _mechanism(code: int) -> int:
    if code not in MECHANISMS:
        raise PydanticCustomError("literal_error", "not a mechanism")
    return code


Moment = Annotated[datetime, BeforeValidator(_moment)]
Number = Annotated[int, Field(ge=1, lt=2**63)]
Theirs = Annotated[str, Field(max_length=40)]


class _Row(BaseModel):
    """What the hub needs of a row; the rest of it is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class _PositionRow(_Row):
    position_id: Number
    device_id: Number
    position_gps_date: Moment
    position_uploaded_date: Moment | None = None
    position_latitude: Annotated[float, Field(ge=-90, le=90)]
    position_longitude: Annotated[float, Field(ge=-180, le=180)]
    position_precision: Annotated[int, Field(ge=0, le=100_000)]
    position_lbs: Annotated[int, AfterValidator(_mechanism)]


class _EventKind(_Row):
    event_type_code: Annotated[str, Field(min_length=1, max_length=64)]


class _EventRow(_EventKind):
    event_id: Number
    device_id: Number
    event_start_date_utc: Moment
    event_uploaded_date_utc: Moment | None = None


class _ActivationRow(_Row):
    device_activation_id: Number
    device_id: Number
    person_id: Number | None = None
    nomis_id: Theirs | None = None
    pnc_id: Theirs | None = None
    delius_id: Theirs | None = None
    device_activation_date: Moment
    device_deactivation_date: Moment | None = None


MECHANISMS: dict[int, Mechanism] = {
    1: Mechanism.GPS,
    4: Mechanism.RF,
    5: Mechanism.CELL,
    6: Mechanism.WIFI,
}
TAMPERS: dict[str, Tamper] = {
    "EV_MU_MAINS_START": Tamper.HOME_UNIT_POWER_LOST,
    "EV_MU_TILT_START": Tamper.HOME_UNIT_MOVED,
    "EV_MU_TILT_STARTED": Tamper.HOME_UNIT_MOVED,
    "EV_HUB_STRAP_TAMPER": Tamper.STRAP,
    "EV_HUB_BODY_TAMPER": Tamper.BODY,
}
"""Event codes that report interference; all others stay with the provider."""
_ISSUERS: tuple[tuple[str, IdentifierType], ...] = (
    ("nomis_id", IdentifierType.NOMS),
    ("pnc_id", IdentifierType.PNC),
    ("delius_id", IdentifierType.CRN),
)
R = TypeVar("R", bound=_Row)


def feed_of(file_name: str) -> Feed | None:
    """What a file holds, by its name (`event_<feed>_<time>.jsonl`); None: no file of ours."""
    match = _FILE.fullmatch(file_name)
    return Feed(match.group(1)) if match else None


def read_row(feed: Feed, row: object, at: datetime, tolerances: Tolerances) -> Taken:
    """What one row comes to; the same row gives the same facts whenever it is sent.

    `at` is when it was delivered: what an activation row plans for later is `not-yet`.

    Raises:
        Refused: with the provider's name of the field.
    """
    return _READERS[feed](row, at, tolerances)


def _position(row: object, at: datetime, tolerances: Tolerances) -> Taken:
    theirs = _read(_PositionRow, row)
    fact = Position(
        event_id=sourced_id(SOURCE, "position", str(theirs.position_id)),
        occurred_at=theirs.position_gps_date,
        source=SOURCE,
        device_ref=str(theirs.device_id),
        point=Point(longitude_deg=theirs.position_longitude, latitude_deg=theirs.position_latitude),
        precision_m=theirs.position_precision,
        mechanism=MECHANISMS[theirs.position_lbs],
    )
    return Taken((fact,), late=_late(fact.occurred_at, theirs.position_uploaded_date, tolerances))


def _event(row: object, at: datetime, tolerances: Tolerances) -> Taken:
    tamper = TAMPERS.get(_read(_EventKind, row).event_type_code)
    if tamper is None:
        return Taken(because=NOT_FOR_THE_HUB)
    theirs = _read(_EventRow, row)
    late = _late(theirs.event_start_date_utc, theirs.event_uploaded_date_utc, tolerances)
    fact = TagTampered(
        event_id=sourced_id(SOURCE, "tag-tampered", str(theirs.event_id)),
        occurred_at=theirs.event_start_date_utc,
        source=SOURCE,
        device_ref=str(theirs.device_id),
        tamper=tamper,
        late=late,
    )
    return Taken((fact,), late=late)


def _activation(row: object, at: datetime, tolerances: Tolerances) -> Taken:
    """Fitted, and taken off if the row says so and the moment has come.

    An end in the future is a plan: the tag is still worn.
    """
    theirs = _read(_ActivationRow, row)
    fitted_at, removed_at = theirs.device_activation_date, theirs.device_deactivation_date
    if removed_at is not None and removed_at < fitted_at:
        raise Refused("ends-before-it-starts", "device_deactivation_date")
    identifiers = _identifiers(theirs)
    if not identifiers:
        raise Refused("no-identifier")

    def said(kind: type[FactAboutPerson], when: datetime) -> Fact:
        number = str(theirs.device_activation_id)
        return kind.model_validate(
            {
                "event_id": sourced_id(SOURCE, kind.kind().partition(".")[2], number),
                "occurred_at": when,
                "source": SOURCE,
                "identifiers": identifiers,
                "device_ref": str(theirs.device_id),
            }
        )

    facts = [said(TagFitted, fitted_at)] if fitted_at <= at else []
    if removed_at is not None and removed_at <= at:
        facts.append(said(TagRemoved, removed_at))
    return Taken(tuple(facts), because="" if facts else NOT_YET)


def _identifiers(theirs: _ActivationRow) -> tuple[Identifier, ...]:
    """The person's numbers as the provider has them; an empty text is none."""
    numbers = [(kind, getattr(theirs, name) or "") for name, kind in _ISSUERS]
    if theirs.person_id is not None:
        numbers.append((IdentifierType.MDSS, str(theirs.person_id)))
    return tuple(Identifier(type=kind, value=number) for kind, number in numbers if number.strip())


def _late(happened_at: datetime, uploaded_at: datetime | None, tolerances: Tolerances) -> bool:
    return uploaded_at is not None and uploaded_at - happened_at > tolerances.late_after


def _read(shape: type[R], row: object) -> R:
    """The row in that shape; whatever else it is, it is refused by the first wrong field."""
    if not isinstance(row, dict):
        raise Refused("not-an-object")
    try:
        return shape.model_validate(row)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_context=False, include_input=False)[0]
    raise Refused(first["type"].replace("_", "-"), str(first["loc"][0]))


_READERS: dict[Feed, Callable[[object, datetime, Tolerances], Taken]] = {
    Feed.POSITION: _position,
    Feed.EVENT: _event,
    Feed.ACTIVATION: _activation,
}
