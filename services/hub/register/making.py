"""How facts of the invented person are made."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from schemas.base import Fact, PersonId, sourced_id
from services.registry.dates import start_of

F = TypeVar("F", bound=Fact)

NOBODY = PersonId(UUID("00000000-0000-8000-8000-00000000e5a3"))


def made(kind: type[F], day: date, **fields: Any) -> F:  # noqa: ANN401
    """A fact of that day about the invented person; told alike it is the same fact."""
    number = "|".join(f"{name}={value}" for name, value in fields.items())
    head = {"occurred_at": start_of(day), "source": "example", "person_id": NOBODY}
    return kind(event_id=sourced_id("example", kind.kind(), number), **head, **fields)
