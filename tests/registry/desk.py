"""Takes a service's rules through facts and Ticks, one after the other, and keeps the row."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from schemas.base import Fact
from schemas.log import Tick
from services.runtime.decision import Context, Decide, Decision
from tests.makers import a_tick


class NoRows:
    """No row but one's own."""

    def get(self, key: str) -> Any:
        raise AssertionError("a rule keyed by person looked at another row")


class Desk:
    """One person's row, and all that was said of it."""

    def __init__(self, routes: Mapping[type[Fact], Decide], on_tick: Decide, rules: Any) -> None:
        self._routes, self._on_tick, self._rules = routes, on_tick, rules
        self.state: Any = None
        self.wake_at: datetime | None = None
        self.now: datetime | None = None
        self.said: list[Fact] = []
        self.causes: list[Fact] = []
        self.because: list[str] = []

    def hear(self, *facts: Fact) -> list[Fact]:
        """What is said on those facts, and on Ticks that wake the row."""
        said: list[Fact] = []
        for fact in facts:
            if isinstance(fact, Tick):
                said += self._tick(fact)
            else:
                said += self._take(self._routes[type(fact)], fact)
        return said

    def ticked(self, now: datetime) -> list[Fact]:
        """What is said on a Tick of that moment."""
        return self.hear(a_tick(now))

    def context(self) -> Context:
        """What a rule may know here."""
        return Context(rules=self._rules, now=self.now, rows=NoRows())

    def _tick(self, tick: Tick) -> list[Fact]:
        self.now = tick.now
        if self.wake_at is None or self.wake_at > tick.now:
            return []
        said = self._take(self._on_tick, tick)
        assert self.wake_at is None or self.wake_at > tick.now
        return said

    def _take(self, decide: Decide, fact: Fact) -> list[Fact]:
        decision: Decision[Any] = decide(self.state, fact, self.context())
        assert not decision.others
        self.state, self.wake_at = decision.state, decision.wake_at
        self.causes.append(fact)
        self.because.append(decision.because)
        self.said.extend(decision.facts)
        return list(decision.facts)


def of_kind(facts: Iterable[Fact], kind: type[Any]) -> list[Any]:
    """Those of the facts that are of that kind."""
    return [fact for fact in facts if isinstance(fact, kind)]
