"""One person's case under the rules of notices: facts in, notices and facts about notices out."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from schemas.base import Fact
from schemas.notice import (
    NoticeIssued,
    NoticeOverdue,
    NoticesResumed,
    ReceiptStatus,
    Withheld,
)
from services.agreements.compile import Agreements, load
from services.notify.domain import (
    BY_FACT,
    LOOKS_BACK,
    Case,
    Delivery,
    Mentions,
    remind,
    tell,
    withheld,
)
from services.notify.rules import LOCAL_STANDARD, Rules
from services.runtime.decision import Context, Decision
from tests.agreements.makers import a_file
from tests.in_memory import REFERENCES, agreements
from tests.makers import PERSON, a_conviction, a_receipt, a_tick, admitted

T = TypeVar("T")
INVENTED = "exampleshire-housing"
ADULT = date(1980, 1, 31)


class Desk:
    """What is known of one person, and everything that was said."""

    def __init__(
        self,
        known: Agreements | None = None,
        born_on: date | None = ADULT,
        *,
        endings: bool = False,
    ) -> None:
        """`born_on` is what a conviction says before anything else; None: nobody said it."""
        self.rules = Rules(known or agreements(), REFERENCES, LOCAL_STANDARD, endings=endings)
        self.log: list[Fact] = []
        self.case: Case | None = None
        self.now: datetime | None = None
        self.wake_at: datetime | None = None
        self.because = ""
        if born_on is not None:
            self.say(a_conviction(born_on=born_on))

    def hear(self, fact: Fact, at: datetime | None = None) -> list[Delivery]:
        """The notices that follow from a fact as it stands in the log."""
        return only(Delivery, self.say(fact, at))

    def told(self, fact: Fact, at: datetime | None = None) -> set[str]:
        """Who is told of it."""
        return {notice.agency for notice in self.hear(fact, at)}

    def say(self, fact: Fact, at: datetime | None = None) -> tuple[Any, ...]:
        """Everything that follows from a fact."""
        if fact.recorded_at is None:
            fact = admitted(fact, fact.person_id or PERSON, at)
        self.log.append(fact)
        own = {kind: rule for kind, rule in BY_FACT.items() if not issubclass(kind, Withheld)}
        decide = own.get(type(fact), tell)
        return self._keep(decide(self.case, fact, self._context(fact)))

    def resume(self, fact: NoticesResumed) -> list[Delivery]:
        """The notices that were told late, their grant having been suspended."""
        self.log.append(fact)
        return only(Delivery, self._keep(withheld(self.case, fact, self._context(fact))))

    def answer(self, notice: Delivery, **fields: Any) -> str:
        """Its receiver answers it, unless a field says otherwise."""
        values = {"source": notice.agency, "notice_ref": notice.notice_ref, **fields}
        self.say(a_receipt(person_ref=notice.person_ref, **values))
        return self.because

    def say_receipt(
        self, notice: Delivery, status: ReceiptStatus, **fields: Any
    ) -> tuple[Any, ...]:
        """All that follows from what its receiver says of it."""
        values = {"source": notice.agency, "notice_ref": notice.notice_ref, **fields}
        return self.say(a_receipt(person_ref=notice.person_ref, status=status, **values))

    def tick(self, now: datetime) -> list[NoticeOverdue]:
        """What that moment shows to be late."""
        return only(NoticeOverdue, self.steps(now))

    def steps(self, now: datetime) -> tuple[Any, ...]:
        """All that moment shows; the row is looked at only if it wants to be."""
        self.now = now
        if self.wake_at is None or now < self.wake_at:
            return ()
        assert self.case is not None
        return self._keep(remind(self.case, a_tick(now), self._context(a_tick(now))))

    def known(self) -> object:
        """What is known of the case, in whatever order it was heard; not what is yet to be told."""
        assert self.case is not None
        current = {
            (one.matter, one.which, one.offset is not None and self.log[one.offset].event_id)
            for one in self.case.current
        }
        chance: dict[str, object] = {"unanswered": (), "told": (), "to_learn": (), "current": ()}
        chance |= {"mentions": Mentions(), "taken_back": tuple(sorted(self.case.taken_back))}
        chance["categories"] = tuple((one.at, one.category) for one in self.case.categories)
        return self.case.model_copy(update=chance), current

    def _context(self, fact: Fact) -> Context:
        """A rule may look only where it said that it would, as in the lane."""
        offset = len(self.log) - 1
        looks = LOOKS_BACK.get(fact.kind(), lambda *_: ())
        said = {at: self.log[at] for at in looks(self.case, fact) if at <= offset}
        return Context(self.rules, self.now, {}, offset, lambda at: [said[n] for n in at])

    def _keep(self, decision: Decision[Case]) -> tuple[Any, ...]:
        if decision.state is not None:
            self.case = Case.model_validate_json(decision.state.model_dump_json())
            assert self.case == decision.state
            self.wake_at = decision.wake_at
        self.because = decision.because
        return decision.facts


def only(kind: type[T], things: tuple[Any, ...]) -> list[T]:
    return [thing for thing in things if isinstance(thing, kind)]


def issued(things: tuple[Any, ...]) -> list[NoticeIssued]:
    return only(NoticeIssued, things)


def invented(folder: Path, *changes: tuple[str, str], born_on: date | None = ADULT) -> Desk:
    """A desk under one invented housing authority's agreement, with texts of it replaced."""
    a_file(folder, *changes)
    return Desk(load(folder), born_on)
