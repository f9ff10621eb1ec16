"""Whom each fact was told, by its place in the log: enough to take it back from exactly those.

Places, not facts, as with what is current: no person's data stands in a second place, and a row
stays small. Decision 18.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from services.notify.rules import TOLD_AT_MOST
from services.runtime.decision import State


class Place(NamedTuple):
    """Where in the log a fact stands, and where its receiver joined, if told because of that."""

    offset: int
    joined: int | None = None

    @property
    def order(self) -> tuple[int, int]:
        """When it was told: where it stands, or where somebody joined and was told of it."""
        return (self.offset if self.joined is None else self.joined, self.offset)


class Mention(NamedTuple):
    """One fact that somebody was told; a tuple, so that rows stay small."""

    tie: str
    """The beginning of the fact's number, by which it is found again."""
    offset: int
    joined: int | None
    under: int
    """Which of the case's versions of the agreements was in force when it was told."""
    to: int
    """Which of the audiences was told."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.offset, self.joined)


class Mentions(State):
    """All of one person that can be taken back; the newest."""

    audiences: tuple[tuple[str, ...], ...] = ()
    """Each set of agencies that was ever told something, once: there are few."""
    said: tuple[Mention, ...] = ()
    """In the order in which it was told."""

    def told(self, place: Place, fact: UUID, under: int, agencies: Iterable[str]) -> Mentions:
        """The same, and these were told of that fact too."""
        before = self._at(place)
        to = {*agencies, *(() if before is None else self.audiences[before.to])}
        return self._with(before, Mention(tie_of(fact), *place, under, -1), to)

    def without(self, place: Place, agency: str) -> Mentions:
        """The same, but that agency was not told what stands there, or no longer knows it."""
        before = self._at(place)
        if before is None:
            return self
        return self._with(before, before, {*self.audiences[before.to]} - {agency})

    def _at(self, place: Place) -> Mention | None:
        """What is known of that place; nearly always it is a new one, behind all others."""
        if not self.said or self.said[-1].place.order < place.order:
            return None
        return next((one for one in self.said if one.place == place), None)

    def of(self, fact: UUID) -> Iterator[Mention]:
        """Those that are perhaps of that fact: numbers that begin alike."""
        return (one for one in self.said if one.tie == tie_of(fact))

    def to(self, one: Mention) -> tuple[str, ...]:
        """Who was told."""
        return self.audiences[one.to]

    def _with(self, before: Mention | None, after: Mention, to: set[str]) -> Mentions:
        said, audience = self.said, tuple(sorted(to))
        if before is not None:
            said = tuple(one for one in said if one is not before)
        audiences = self.audiences
        if audience and audience not in audiences:
            audiences = (*audiences, audience)
        if audience:
            said = (*said, after._replace(to=audiences.index(audience)))
        if len(said) > 1 and said[-2].place.order > said[-1].place.order:
            said = tuple(sorted(said, key=lambda one: one.place.order))
        said = said[-TOLD_AT_MOST:]
        used = sorted({one.to for one in said})
        if len(used) < len(audiences):
            at = {to: number for number, to in enumerate(used)}
            audiences = tuple(audiences[to] for to in used)
            said = tuple(one._replace(to=at[one.to]) for one in said)
        return self.model_copy(update={"audiences": audiences, "said": said})


def tie_of(fact: UUID) -> str:
    """By what a fact is found again among those of one person."""
    return fact.hex[:12]


def offsets_of(mentions: Iterable[Mention]) -> Iterator[int]:
    """Where in the log they stand, and where somebody joined."""
    for one in mentions:
        yield one.offset
        if one.joined is not None:
            yield one.joined
