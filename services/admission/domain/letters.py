"""What comes to the door, and what leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.base import Fact
from services.runtime.faults import Unreadable


@dataclass(frozen=True, slots=True)
class Letter:
    """One record at the door: who the topic says it is from, and what it holds, if readable."""

    speaker: str
    part: str
    """The last part of the topic's name: which fact belongs there."""
    number: str
    """Topic and offset; the letter's own."""
    recorded_at: datetime
    depth: int
    """How many causes stand behind it."""
    fact: Fact | None
    fault: Unreadable | None = None
    original: Any = None
    """The record itself, handed through for the dead letter and never looked into here."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A fact for the log; a log fact goes to every partition."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Returned:
    """A letter for its sender's dead letters, untouched, with the reason."""

    letter: Letter
    reason: str
    field: str
