"""What makes a service: its sources, its routes, its state, and how it speaks. All of it data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

from schemas.base import Fact
from services.runtime.decision import Decide, Route, State
from services.runtime.names import Names
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.rows import shape_of

_shape = cache(shape_of)
Read = Callable[[Record], Any]
"""A record → what the routes know, or None where no route wants it."""


def worker_of(member: str) -> str:
    """Whose name a static member goes by."""
    return member.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Service:
    """One stateful service, complete but for a broker."""

    name: str
    names: Names
    sources: tuple[str, ...]
    """Topics read; all with the same number of partitions."""
    partitions: int
    read: Read
    routes: tuple[Route, ...]
    key_of: Callable[[Any], str]
    """Under which row a fact is decided."""
    state_of: Callable[[str], type[State]]
    """Which type of state stands under a key."""
    states: tuple[type[State], ...]
    """All types of state it keeps: where they change, rows of another build are looked at."""
    rules_of: Callable[[Mapping[str, str]], Any]
    """Adopted versions → the service's rules in force; None while nothing is adopted.

    Raises `Stop` for a version this worker does not have.
    """
    writes: tuple[str, ...]
    """Topics it must be able to write, beside its rows and its journal."""
    say: Callable[[Any, Headers, int], Iterable[Outgoing]]
    """One thing a decision says, marks of what triggered it and the schemas adopted → records, so
    marked where it is not for an agency."""
    passes_on: bool = False
    """Whether what it says is what it was told, no further link in the chain of causes."""
    on_tick: Decide | None = None
    holds: bool = True
    """Whether a failing rule holds its row; else any failure stops the process."""
    park: Callable[[Record], Outgoing | None] = lambda _: None
    """Where nobody is held: how a record goes back that process after process ended at; None: it
    cannot, and stops the service until it is mended."""
    trusts: Callable[[Record], bool] = lambda _: True
    """Whether the record is from a service of ours, so that its `hub_…` headers mean anything."""
    leads: tuple[str, ...] = ()
    """With several sources: those that come first in a batch, and alone while nothing is adopted.
    From the log alone, adoption comes before what it governs."""
    looks_back: Mapping[str, Callable[[Any, Any], Iterable[int]]] = field(default_factory=dict)
    """Kind of fact → state before it, and itself → where in the log facts stand that its rule may
    look at again. Of the log alone; what stands in the rows, or was said since."""
    held_fact: Callable[[str, Any, str, str], Fact] | None = None
    """(key, cause, type of error, which time) → what is said when a row is held."""

    @property
    def app_id(self) -> str:
        """Consumer group and stem of the service's own topics."""
        return self.names.app(self.name)

    def member(self, worker: str) -> str:
        """The static member of the group that this worker is.

        The broker gives one that comes back what it had, whatever it asks for now: so who reads
        other topics is somebody else.
        """
        topics = " ".join(sorted(self.sources)).encode()
        return f"{worker}.{blake2b(topics, digest_size=4).hexdigest()}"

    @property
    def shape(self) -> str:
        """The version of its rows."""
        return _shape(self.states)

    @property
    def journaled(self) -> bool:
        """Whether the order of input has to be written down: with several sources it is chance."""
        return len(self.sources) > 1
