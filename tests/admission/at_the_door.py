"""The door's rules over rows in a dict: what a letter becomes, what stands in the log after."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from schemas.base import Fact, Identifier, IdentifierType, PersonId, kebab
from schemas.log import Tick
from services.admission.domain import DOOR, STATES, Admitted, Letter, Returned, admit, forget
from services.admission.rules import Rules
from services.agreements.compile import Agreements, load
from services.agreements.references import References
from services.hub.simulation import people
from services.runtime.decision import Context, Decision, Row, State
from services.runtime.faults import Unreadable
from tests.makers import NOON, a_conviction, a_pnc, a_tick

REFERENCES = References(bytes(range(32)))
HERS = a_pnc(1)
HIS = a_pnc(2)
CRN = Identifier(type=IdentifierType.CRN, value="X000001")
TENANT = Identifier(type=IdentifierType.HOUSING, value="T-1")
OTHER_TENANT = Identifier(type=IdentifierType.HOUSING, value="T-2")
WEARER = Identifier(type=IdentifierType.MDSS, value="1")


@cache
def agreements() -> Agreements:
    """Those of this repository, with invented people who may act."""
    return people.enrol(load(Path(__file__).parents[2] / "deploy" / "agreements"))


class Door:
    """Letters in; the log and what was returned out. Time stands still unless it is moved."""

    def __init__(self, *, adopted: bool = True, rows: Mapping[str, Row[Any]] | None = None) -> None:
        self.rules = Rules(agreements(), REFERENCES, lambda _: agreements()) if adopted else None
        self.rows: dict[str, Row[Any]] = dict(rows or {})
        self.at = NOON
        self.log: list[Fact] = []
        self.returned: list[Returned] = []
        self.log_facts: list[Any] = []
        self._offset = 0

    def get(self, key: str) -> Any:
        row = self.rows.get(key)
        return None if row is None else row.state

    def letter(self, fact: Fact | None, **fields: Any) -> Letter:
        """The fact as a letter, in order unless a field says otherwise."""
        self._offset += 1
        speaker = fields.pop("speaker", fact.source if fact else "derby-housing")
        part = fields.pop("part", kebab(type(fact).__name__) if fact else "tenancy-started")
        values = {"recorded_at": self.at, "depth": 0, **fields}
        return Letter(speaker=speaker, part=part, number=f"t@{self._offset}", fact=fact, **values)

    def say(self, fact: Fact | None, **fields: Any) -> str:
        """What becomes of that fact, by its reason."""
        return self.take(self.letter(fact, **fields))

    def take(self, letter: Letter) -> str:
        decision = admit(None, letter, Context(self.rules, None, self))
        self._keep(decision)
        return decision.because

    def unreadable(self, reason: str) -> str:
        return self.take(self.letter(None, fault=Unreadable(reason)))

    def tick(self, now: datetime) -> list[str]:
        """That moment comes: rows that want it are looked at, in the order of their time.

        That a sender's day is over is left out: it is about nobody.
        """
        self.at = now
        due = sorted(
            (row.wake_at, key)
            for key, row in self.rows.items()
            if row.wake_at is not None and row.wake_at <= now
        )
        became = [self._wake(key, a_tick(now)) for _, key in due]
        return [because for because in became if because != "day-over"]

    @property
    def rows_of_people(self) -> set[str]:
        """Keys of all rows but the count of what a sender said of strangers."""
        return {key for key in self.rows if not key.startswith("waited:")}

    def _wake(self, key: str, tick: Tick) -> str:
        decision = forget(self.get(key), tick, Context(self.rules, tick.now, self))
        self._set(key, None if decision.state is None else Row(decision.state, decision.wake_at))
        return decision.because

    def _keep(self, decision: Decision[State]) -> None:
        assert decision.state is None
        for key, row in decision.others.items():
            self._set(key, row)
        for thing in decision.facts:
            if isinstance(thing, Admitted):
                self.log.append(thing.fact)
            else:
                self.returned.append(thing)
        if decision.log_fact is not None:
            self.log_facts.append(decision.log_fact)

    def _set(self, key: str, row: Row[Any] | None) -> None:
        assert key != DOOR
        if row is None:
            self.rows.pop(key, None)
            return
        kind = STATES[key.split(":", 1)[0]]
        assert type(row.state) is kind
        # Stored and read back, so that what a state cannot keep shows.
        state = kind.model_validate_json(row.state.model_dump_json())
        assert state == row.state
        self.rows[key] = Row(state, row.wake_at)

    # -- what a test looks at

    @property
    def kinds(self) -> list[str]:
        """Kinds of the facts in the log."""
        return [type(fact).__name__ for fact in self.log]

    def who(self, fact: Fact) -> PersonId | None:
        """Of whom the log says that."""
        (found,) = [one for one in self.log if one.event_id == fact.event_id]
        return found.person_id

    def answers(self) -> list[tuple[str, str, str]]:
        """What its senders see: letter, reason and field of everything returned."""
        return [(one.letter.number, one.reason, one.field) for one in self.returned]


def a_door(*known: Identifier, **fields: Any) -> Door:
    """A door that knows one person by each of these numbers."""
    door = Door(**fields)
    for number in known:
        assert door.say(conviction(number)) == "new-person"
    door.log.clear()
    return door


def conviction(*numbers: Identifier, **fields: Any) -> Fact:
    """What makes the person with these numbers known."""
    return a_conviction(identifiers=numbers, **fields)
