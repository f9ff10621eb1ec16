"""Whom an agency's lists may name: those of whom its agreement lets it be told. Pure.

What is not known of somebody passes no filter, as in notices. A grant has to hold now, and the
person to have been of its ages on the day asked about too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.base import Fact
from services.agreements.compile import Agreements, Grant
from services.agreements.whom import Known
from services.hub.register.people import Told
from services.registry.dates import local_day


@dataclass(frozen=True)
class Granted:
    """Which people an agency may be told of."""

    agreements: Agreements
    agency: str
    now: datetime
    day_at: datetime
    """The moment the day asked about begins."""

    def may_know(self, told: Told, kind: type[Fact]) -> bool:
        """Whether a fact of that kind about the person may be told to the agency.

        A limit stands above all. A grant for those alone on whose case the agency is, as the
        prison's, does not do: who is on a case is not looked at here. What the agency said itself
        it knows.
        """
        if not told.limits.allow(self.agency):
            return False
        if any(type(fact) is kind and fact.source == self.agency for fact in told.heard):
            return True
        known = self._known(told)
        return any(
            all(one.whom.passes(known, at) for at in (self.now, self.day_at))
            for one in self._grants(kind)
        )

    def anything(self, *kinds: type[Fact]) -> bool:
        """Whether the agency may be told of anybody at all, or says such things itself."""
        return any(
            self._grants(kind) or self.agreements.may_say(self.agency, kind.kind())
            for kind in kinds
        )

    def _grants(self, kind: type[Fact]) -> list[Grant]:
        grants = self.agreements.grants(kind.kind(), self.now)
        return [one for one in grants if one.agency == self.agency and not one.on_case]

    def _known(self, told: Told) -> Known:
        day = local_day(self.now)
        return Known(area=told.area(day), level=told.level(day), born_on=told.born_on())
