"""What a rule returns: the new state, what follows from it, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict


class State(BaseModel):
    """What a service keeps under one key. Frozen: a rule returns a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    """A state to keep, and the moment from which its service wants to look at it again."""

    state: S
    wake_at: datetime | None = None
    """The first Tick at or after this moment is decided on this row; None: no Tick is."""


@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """The answer of a rule about one row. "Nothing to do" is an answer with a reason too."""

    state: S | None
    """None: nothing is kept under the key any more."""
    because: str
    """A coded reason in kebab-case; counted in a metric, so of a small closed set."""
    facts: tuple[Any, ...] = ()
    """What is said: facts, and what else the service's `say` knows how to put on the wire."""
    wake_at: datetime | None = None
    others: Mapping[str, Row[Any] | None] = field(default_factory=dict)
    """Rows under other keys that change with it (admission and tracking only); None removes."""
    log_fact: Any = None
    """What this lets in of the log's own facts; it takes effect at once (admission only)."""


class Rows(Protocol):
    """Read-only view of all rows of the partition, for rules that look beyond their own key."""

    def get(self, key: str) -> Any: ...  # noqa: ANN401, D102


@dataclass(frozen=True, slots=True)
class Input:
    """Where the fact in hand comes from; the whole of it, so that a rule needs no other."""

    topic: str
    partition: int
    offset: int
    recorded_at: datetime
    """The broker's append time."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beside state and fact: all of it a matter of position in the log."""

    rules: Any
    """The service's own rules in force at the fact's position."""
    now: datetime | None
    """The last Tick before the fact; None before the first."""
    rows: Rows
    """The other rows of the partition."""
    offset: int = -1
    """Where in its topic the fact stands."""
    earlier: Callable[[Iterable[int]], Sequence[Any]] = list
    """Offsets in the log → the facts there, of those the service said its rules look back at."""


Decide = Callable[[Any, Any, Context], Decision[Any]]
"""(state or None, fact, context) → decision. Pure: no clock, no I/O, no randomness."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row of a service's behaviour: which fact, which rule."""

    fact: type[Any]
    """A fact; at the door a letter, at an inbox a notice."""
    decide: Decide
