"""Who may know of a person at all: above every list, count and look-up. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.case import LimitedAccessSet


@dataclass(slots=True)
class Limits:
    """What the sources said last of who may know of one person.

    An exclusion of any of them counts, and of several lists only who is on all; two words of one
    source at one instant both count: deny wins, as in what agencies are told.
    """

    said: dict[str, list[LimitedAccessSet]] = field(default_factory=dict)
    """By source, its words of the last instant."""

    def hear(self, fact: LimitedAccessSet) -> None:
        """Another word, early or late."""
        last = self.said.get(fact.source, [])
        if not last or fact.occurred_at > last[0].occurred_at:
            self.said[fact.source] = [fact]
        elif fact.occurred_at == last[0].occurred_at:
            last.append(fact)

    @property
    def any(self) -> bool:
        """Whether anybody may not know."""
        return any(one.restricted_to is not None or one.excluded for one in self._standing())

    def allow(self, agency: str) -> bool:
        """Whether that body may know of the person."""
        return not any(
            agency in one.excluded or agency not in (one.restricted_to or (agency,))
            for one in self._standing()
        )

    def _standing(self) -> list[LimitedAccessSet]:
        return [one for words in self.said.values() for one in words]
