"""How a housing authority writes days, instants, postcodes and numbers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:  # the 30th of February
        pass
    raise PydanticCustomError("not_a_day", "not a day")


def _instant(value: object) -> datetime:
    """A moment with its offset, so that summer time leaves no doubt."""
    try:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1, a day before it in UTC
        pass
    raise PydanticCustomError("not_an_instant", "not an instant")


def _postcode(value: object) -> str:
    """Upper case with its one space."""
    if isinstance(value, str):
        match = _POSTCODE.fullmatch("".join(value.split()).upper())
        if match:
            return " ".join(match.groups())
    raise PydanticCustomError("not_a_postcode", "not a postcode")


def _uuid(value: object) -> UUID:
    try:
        if isinstance(value, str):
            return UUID(value)
    except ValueError:
        pass
    raise PydanticCustomError("not_a_uuid", "not a uuid")


Day = Annotated[date, BeforeValidator(_day)]
When = Annotated[datetime, BeforeValidator(_instant)]
Postcode = Annotated[str, BeforeValidator(_postcode)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Council = Annotated[str, Field(pattern=r"^[EWSN][0-9]{8}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Numbered = Annotated[UUID, BeforeValidator(_uuid)]
