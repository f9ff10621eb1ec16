"""The rows as one decision leaves them, and what it says."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from schemas.base import Fact, LogFact
from services.admission.domain.letters import Admitted
from services.admission.rules import Rules
from services.runtime.decision import Decision, Row, Rows, State
from services.runtime.faults import Refused

S = TypeVar("S", bound=State)


class Desk:
    """Everything one letter changes: seen by what follows in the same decision, kept at its end."""

    def __init__(self, rows: Rows, in_force: Rules | None) -> None:
        self._rows = rows
        self.in_force = in_force
        """The rules where the letter stands; None before the first."""
        self._changed: dict[str, Row[State] | None] = {}
        self._said: list[Fact] = []
        self._log_fact: LogFact | None = None

    @property
    def rules(self) -> Rules:
        """What is in force where the letter stands.

        Raises:
            Refused: nothing was adopted yet.
        """
        if self.in_force is None:
            raise Refused("nothing-adopted")
        return self.in_force

    def get(self, key: str, kind: type[S]) -> S | None:
        """What is kept under that key, as far as it is of that kind."""
        if key in self._changed:
            row = self._changed[key]
            found = None if row is None else row.state
        else:
            found = self._rows.get(key)
        return found if isinstance(found, kind) else None

    def put(self, key: str, state: State | None, wake_at: datetime | None = None) -> None:
        """Keep that under the key, or nothing any more."""
        self._changed[key] = None if state is None else Row(state, wake_at)

    def say(self, fact: Fact) -> None:
        """Into the log with it."""
        self._said.append(fact)

    def say_everywhere(self, fact: LogFact) -> None:
        """Into every partition of the log with it; it takes effect here too."""
        self._said.append(fact)
        self._log_fact = fact

    def decision(self, because: str) -> Decision[State]:
        """All of it."""
        return Decision(
            None,
            because,
            tuple(Admitted(fact) for fact in self._said),
            others=self._changed,
            log_fact=self._log_fact,
        )
