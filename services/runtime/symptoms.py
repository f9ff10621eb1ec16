"""What is wrong with an installation, one line each, with what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Weight(IntEnum):
    """Who has to act on a symptom."""

    WATCH = 0
    """Somebody outside the hub; it works as it should."""
    FAULT = 1
    """Whoever runs the hub; a worker works all the same."""
    STOPS = 2
    """Whoever runs the hub, now: with this a worker hangs or loses its state, so it refuses."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that is wrong. Names places and numbers of our own, never anybody's data."""

    where: str
    wrong: str
    do: str
    weight: Weight = Weight.FAULT

    def __str__(self) -> str:
        return f"{self.where}: {self.wrong}; {self.do}"
