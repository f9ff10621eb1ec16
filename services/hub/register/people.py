"""What the log says of one person on a day, beside the register: level, lead, area, release. Pure.

Each looks at what took effect up to that day, by the facts' own days; of two words the one said
later counts. Where its source took that back it is unknown: what stood before does not come back.
So it is with the register, by the rules since 2026-5; by those before what was taken back counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from schemas.base import Fact, PersonId
from schemas.case import LeadSettled, LevelSet
from schemas.custody import Presence, PresenceChanged, Released, ReleaseDateSet
from schemas.eligibility import ConvictionRecorded
from schemas.notice import FactTakenBack
from schemas.register import AddressChanged, NotificationMade
from services.hub.register.limits import Limits
from services.registry.dates import local_day
from services.registry.domain import DAYS, Register, as_of
from services.registry.rules import Rules

F = TypeVar("F", bound=Fact)
READ: tuple[type[Fact], ...] = (*DAYS, LevelSet, LeadSettled, ReleaseDateSet)
"""The facts that are looked at."""


@dataclass(frozen=True)
class Told:
    """One person, as far as the hub knew at some moment."""

    person: PersonId
    heard: Sequence[Fact]
    limits: Limits
    """As far as it knows now: who may not know today is not shown as of yesterday either."""
    rules: Rules

    def register(self, day: date) -> Register | None:
        """What the register keeps of the person, as of that day."""
        return as_of(self.heard, day, self.rules)

    def born_on(self) -> date | None:
        """As the conviction said last has it; None: nobody said so, or it was taken back."""
        said = self._said(ConvictionRecorded)
        last = max(said, key=lambda fact: (fact.occurred_at, fact.born_on), default=None)
        return None if last is None or self._is_taken_back(last) else last.born_on

    def level(self, day: date) -> int | None:
        """The level of management; None: none was set."""
        said = (fact for fact in self._said(LevelSet) if fact.set_on <= day)
        last = max(said, key=lambda fact: (fact.occurred_at, fact.level), default=None)
        return None if last is None or self._is_taken_back(last) else last.level

    def lead(self, day: date) -> str | None:
        """The body that leads; None: nobody said so."""
        found = None
        for fact in self.heard:  # our own service's words count by their order in the log
            if isinstance(fact, LeadSettled) and local_day(fact.occurred_at) <= day:
                found = fact.agency
        return found

    def area(self, day: date) -> str | None:
        """ONS code of the council of the home; None: none was told."""
        homes = [
            (fact.moved_on, fact.occurred_at, fact.home.council_code, self._is_taken_back(fact))
            for fact in self._said(AddressChanged)
        ]
        homes += [
            (fact.made_on, fact.occurred_at, fact.home.council_code, self._is_taken_back(fact))
            for fact in self._said(NotificationMade)
            if fact.home is not None
        ]
        known = [home for home in homes if home[0] <= day]
        *_, area, taken_back = max(known, default=(None, True))
        return None if taken_back else area

    def releases(self, day: date) -> Iterator[Released]:
        """Every time the person left custody up to that day."""
        for fact in self._said(Released):
            if fact.released_on <= day and not self._is_taken_back(fact):
                yield fact

    def planned(self, day: date) -> ReleaseDateSet | None:
        """The release that was ahead on that day, or should have been; None once it came."""
        said = (one for one in self._said(ReleaseDateSet) if local_day(one.occurred_at) <= day)
        plan = max(said, key=lambda fact: (fact.occurred_at, fact.release_on), default=None)
        if plan is None or self._is_taken_back(plan):
            return None
        set_on = local_day(plan.occurred_at)
        came = [fact.released_on for fact in self.releases(day)]
        came += [
            fact.since_on
            for fact in self._said(PresenceChanged)
            if fact.presence is Presence.AT_LIBERTY and fact.since_on <= day
        ]
        return None if any(on >= set_on for on in came) else plan

    @cached_property
    def _taken_back(self) -> frozenset[tuple[str, UUID]]:
        back = (fact for fact in self.heard if isinstance(fact, FactTakenBack))
        return frozenset((fact.source, fact.fact_ref) for fact in back)

    def _is_taken_back(self, fact: Fact) -> bool:
        return (fact.source, fact.event_id) in self._taken_back

    def _said(self, kind: type[F]) -> Iterator[F]:
        return (fact for fact in self.heard if isinstance(fact, kind))
