"""Whether everything in the log that takes a person was decided by whom it takes. Pure.

Reads one partition of the log from its beginning: every act stands in all of them, and each has
what follows from it after it. It needs the agreements of each version and no secret.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from schemas.base import Fact
from schemas.log import (
    AgreementsAdopted,
    Decided,
    GrantSuspended,
    HoldLifted,
    OfVersion,
    RulesAdopted,
    SchemasAdopted,
)
from schemas.notice import NoticeRecalled, RecallAnswered, Withheld
from schemas.register import BreachDecided
from services.agreements import acts
from services.agreements.compile import Agreements
from services.agreements.widening import takes_two
from services.runtime.faults import Refused

UNDECIDED = "nobody-decided"


@dataclass(slots=True)
class Replay:
    """What was decided so far, and under which agreements."""

    version: Callable[[str], Agreements]
    installation: str
    in_force: Agreements | None = None
    schemas: int | None = None
    rules: str | None = None
    decided: dict[UUID, Decided] = field(default_factory=dict)

    def take(self, fact: Fact) -> str:
        """What is wrong with the next fact, as a coded reason; empty if nothing is."""
        if isinstance(fact, Decided):
            return self._decides(fact)
        if isinstance(fact, HoldLifted):
            return self._lifts(fact)
        if isinstance(fact, SchemasAdopted):
            return self._adopts_schemas(fact)
        if isinstance(fact, RulesAdopted):
            return self._adopts_rules(fact)
        if isinstance(fact, AgreementsAdopted):
            return self._adopts(fact)
        if isinstance(fact, Withheld):
            return self._withholds(fact)
        if isinstance(fact, GrantSuspended):
            return self._suspends(fact)
        if isinstance(fact, NoticeRecalled | RecallAnswered):
            return self._recalls(fact)
        if isinstance(fact, BreachDecided):
            return self._breaches(fact)
        return ""

    def _decides(self, fact: Decided) -> str:
        if fact.event_id in self.decided:
            return "decided-already"
        if self.in_force is None or fact.recorded_at is None:
            return "nothing-adopted"
        try:
            acts.check(fact, fact.recorded_at, self.in_force, self.installation)
        except Refused as refused:
            return refused.reason
        self.decided[fact.event_id] = fact
        return ""

    def _lifts(self, fact: HoldLifted) -> str:
        act = self._act_behind(fact)
        if act is None:
            return UNDECIDED if fact.caused_by or self._somebody_acts else ""
        outcome = "skip" if fact.skipped else "release"
        same = (act.what, act.outcome) == ("hold", outcome) and act.person_id == fact.person_id
        where = (fact.service, str(fact.failed_at)) == acts.hold_of(act.subject)
        return "" if same and where else "another-act"

    def _withholds(self, fact: Withheld) -> str:
        act = self._act_behind(fact)
        if not fact.lapsed or not self._somebody_acts:
            return ""
        if act is None:
            return UNDECIDED
        return "" if act.what == "inbox" and act.outcome in ("skip", "expire") else "another-act"

    def _suspends(self, fact: GrantSuspended) -> str:
        act = self._act_behind(fact)
        if act is None:
            return UNDECIDED if self._somebody_acts else ""
        outcomes = ("suspend",) if fact.waits else ("release", "skip", "expire")
        same = act.what == "inbox" and act.outcome in outcomes
        return "" if same and acts.is_of_grant(act.subject, fact) else "another-act"

    def _recalls(self, fact: NoticeRecalled | RecallAnswered) -> str:
        act = self._act_behind(fact)
        if act is None:
            return UNDECIDED
        outcome = "recall" if isinstance(fact, NoticeRecalled) else fact.reporting
        same = (act.what, act.outcome) == ("notice", outcome)
        of = acts.recall_of(act)
        about = of is not None and (of[0], act.person_id) == (fact.notice_ref, fact.person_id)
        return "" if same and about else "another-act"

    def _breaches(self, fact: BreachDecided) -> str:
        act = self._act_behind(fact)
        if act is None:
            return UNDECIDED
        said = (act.what, act.outcome, acts.deadline_of(act), act.reasons, act.by.agency)
        same = said == ("breach", fact.outcome, fact.deadline_ref, fact.reasons, fact.agency)
        return "" if same and act.person_id == fact.person_id else "another-act"

    def _adopts_schemas(self, fact: SchemasAdopted) -> str:
        before, self.schemas = self.schemas, int(fact.version)
        more = before is not None and self.schemas > before
        if more and self._somebody_acts and not self._says(fact, "schemas", "adopt"):
            return UNDECIDED
        return ""

    def _adopts_rules(self, fact: RulesAdopted) -> str:
        before, self.rules = self.rules, fact.version
        if before in (None, fact.version) or {before, fact.version} <= acts.CAME_WITH_A_BUILD:
            return ""
        needed = self._somebody_acts and not self._says(fact, "rules", "adopt")
        return UNDECIDED if needed else ""

    def _adopts(self, fact: AgreementsAdopted) -> str:
        before, after = self.in_force, self.version(fact.version)
        self.in_force = after
        free = before is None or not takes_two(before, after)
        return "" if free or self._says(fact, "agreements", "widen") else UNDECIDED

    def _says(self, fact: OfVersion, what: str, outcome: str) -> bool:
        act = self._act_behind(fact)
        return act is not None and (act.what, act.outcome, act.subject) == (
            what,
            outcome,
            fact.version,
        )

    def _act_behind(self, fact: Fact) -> Decided | None:
        return None if fact.caused_by is None else self.decided.get(fact.caused_by)

    @property
    def _somebody_acts(self) -> bool:
        """What stands before that was done as it was then."""
        return self.in_force is not None and acts.anybody(self.in_force)
