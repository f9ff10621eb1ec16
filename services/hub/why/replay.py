"""What the fan-out decided about one person, decided again in memory from the recorded log.

Its own rules decide, under the agreements in force at each position; so what is said of a decision
is what it was, and no second copy of a rule. Nothing leaves. What it finds is the hub's to know:
what of it somebody may be told is decided where they ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from schemas.base import Fact, LogFact, PersonId, derived_id
from schemas.case import AgencyJoinedCase, AgencyLeftCase, LeadSettled, LeadTransferred
from schemas.catalogue import BY_KIND
from schemas.log import AgreementsAdopted, Tick
from schemas.notice import (
    FactTakenBack,
    NoticeRecalled,
    NoticesResumed,
    NoticeTakenBack,
    Withheld,
)
from schemas.register import CategoryChanged
from services.agreements.compile import Agreements, Grant
from services.agreements.references import References
from services.agreements.versions import Versions
from services.hub.recording import Recording
from services.notify.app import build
from services.notify.domain import (
    BY_FACT,
    LEFT,
    Case,
    Delivery,
    judged,
    stands,
    tell,
    tell_of_held,
    withheld,
)
from services.notify.rules import Rules
from services.runtime import wire
from services.runtime.again import said_again
from services.runtime.decision import Context, Decide, Decision, Route
from services.runtime.records import Record
from services.runtime.service import Service
from services.runtime.speech import log_partition

NOBODY = "fed-again"
"""A build that was never adopted, so that it reads past all that were."""
_OF_THE_LOG = frozenset(kind for kind, entry in BY_KIND.items() if issubclass(entry.fact, LogFact))

_TELL = (tell, tell_of_held, withheld, BY_FACT[FactTakenBack], BY_FACT[NoticeRecalled])
_CHANGES_THE_CASE = (
    AgencyJoinedCase,
    AgencyLeftCase,
    LeadTransferred,
    LeadSettled,
    CategoryChanged,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One fact, and who is told of it and who is not."""

    fact: Fact
    rules: Rules
    """Those in force where it stands."""
    by_agency: Mapping[str, tuple[Grant, str | None]]
    """By each agency that has a grant of such facts there: the grant, and what kept it away."""
    told: tuple[Delivery, ...]
    """All notices it set off, also of what was said before, to who joined the case."""

    @property
    def agreements(self) -> Agreements:
        """Those in force where it stands."""
        return self.rules.agreements


@dataclass(frozen=True)
class Person:
    """All that was decided of one person, in the order of the log."""

    judgements: tuple[Judgement, ...] = ()
    case: Case | None = None
    """As it is at the end of the recording."""
    context: Context | None = None
    withdrawn: frozenset[tuple[str, UUID]] = frozenset()
    """Receivers and numbers of notices that were taken out of an inbox unread."""
    resumed: frozenset[tuple[str, UUID]] = frozenset()
    """Those that were told late, since their grant was suspended."""
    lapsed: frozenset[tuple[str, UUID]] = frozenset()
    """Those that waited for that, and were left out for good."""
    taken_back: Mapping[tuple[str, UUID], NoticeTakenBack] = field(default_factory=dict)
    """By receiver and number of a notice, that it does not count any more."""

    def notices_of(self, one: Judgement, agency: str) -> Iterator[tuple[Judgement, UUID]]:
        """By what, and under which number, that agency was told of that fact; anew if it joined."""
        references = one.rules.references
        number = references.notice(agency, one.fact.event_id)
        if (agency, number) in self._triggers:
            yield self._triggers[agency, number], number
        elif (agency, number) in self.resumed:
            yield one, number
        for trigger in self._telling_anew:
            anew = derived_id(trigger.fact.event_id, "anew", str(one.fact.event_id))
            number = references.notice(agency, anew)
            if (agency, number) in self._triggers:
                yield trigger, number

    @cached_property
    def _triggers(self) -> Mapping[tuple[str, UUID], Judgement]:
        """By receiver and number of a notice, what set it off."""
        return {(told.agency, told.notice_ref): one for one in self.judgements for told in one.told}

    @cached_property
    def _telling_anew(self) -> Sequence[Judgement]:
        """Those that can tell of what was said before."""
        return [one for one in self.judgements if isinstance(one.fact, _CHANGES_THE_CASE)]

    def may_still_be_told(self, agency: str, fact: Fact) -> bool:
        """Whether that agency would be told of that fact again, by what is so at the end.

        Of somebody who left those who answer for the record keep what they were told, also where
        nobody is told such things any more.
        """
        if self.context is None or self.case is None:
            return False
        return any(
            grant.agency == agency
            and (stopped_by is None or (stopped_by == LEFT and stands(grant, self.case)))
            for grant, stopped_by in judged(self.case, fact, self.context)
        )


@dataclass(slots=True)
class _Seen:
    """What is noted while the fan-out decides."""

    judgements: list[Judgement] = field(default_factory=list)
    case: Case | None = None
    context: Context | None = None
    withdrawn: set[tuple[str, UUID]] = field(default_factory=set)
    resumed: set[tuple[str, UUID]] = field(default_factory=set)
    lapsed: set[tuple[str, UUID]] = field(default_factory=set)
    taken_back: dict[tuple[str, UUID], NoticeTakenBack] = field(default_factory=dict)

    def _withheld(self, fact: Withheld, decision: Decision[Any]) -> None:
        """What became of notices that were taken out of an inbox, or were not put there yet."""
        meant = {(fact.agency, one.notice_ref) for one in fact.notices}
        if not isinstance(fact, NoticesResumed):
            self.withdrawn |= meant
        elif fact.lapsed:
            self.lapsed |= meant
        else:
            told = (one for one in decision.facts if isinstance(one, Delivery))
            self.resumed |= {(one.agency, one.notice_ref) for one in told}

    def noting(self, decide: Decide) -> Decide:
        """The rule, with what it decides noted."""

        def noted(case: Case | None, fact: Any, context: Context) -> Decision[Any]:  # noqa: ANN401
            decision = decide(case, fact, context)
            if isinstance(fact, Withheld):
                self._withheld(fact, decision)
                return decision
            if isinstance(fact, FactTakenBack | NoticeRecalled):
                self._take_back(decision, context)
                return decision
            grants = {grant.agency: (grant, why) for grant, why in judged(case, fact, context)}
            told = tuple(one for one in decision.facts if isinstance(one, Delivery))
            judgement = Judgement(fact, context.rules, grants, told)
            self.judgements.append(judgement)
            if decision.state is not None:
                self.case, self.context = decision.state, context
            return decision

        return noted

    def _take_back(self, decision: Decision[Any], context: Context) -> None:
        for one in decision.facts:
            if isinstance(one, NoticeTakenBack):
                self.taken_back |= {(one.agency, number): one for number in one.notice_refs}
        self.case, self.context = decision.state, context


class _Unwritten(Versions):
    """Those of an installation, without the schemas by which notices are written: none is."""

    def __init__(self, versions: Versions) -> None:
        super().__init__(Path())
        self._versions = versions

    def get(self, version: str) -> Agreements:
        return replace(self._versions.get(version), view_schemas={})


@dataclass(frozen=True)
class Replay:
    """Decides again; by the versions and with the references of the installation."""

    recording: Recording
    versions: Versions
    references: References

    async def of(self, person: PersonId) -> Person:
        """What was decided of that person; nothing, if the log does not know them.

        Raises:
            Stop: agreements were adopted that are not here.
        """
        number = log_partition(person)
        mine = [one for one in self.recording.log[number] if _concerns(one, person)]
        if not any(one.header("ce_subject") for one in mine):
            return Person()
        known, seen = _Unwritten(self.versions), _Seen()
        await said_again(self._fan_out(seen, known), number, mine, NOBODY)
        at_the_end = seen.context and _at_the_end(seen.context, mine, known)
        return Person(
            tuple(seen.judgements),
            seen.case,
            at_the_end,
            frozenset(seen.withdrawn),
            frozenset(seen.resumed),
            frozenset(seen.lapsed),
            seen.taken_back,
        )

    def _fan_out(self, seen: _Seen, known: Versions) -> Service:
        adopted = (known.get(version) for version in self.recording.agreements())
        receivers = {slug for one in adopted for slug in one.receivers}
        service = build(self.recording.names, sorted(receivers), known, self.references)
        routes = tuple(
            Route(one.fact, seen.noting(one.decide)) if one.decide in _TELL else one
            for one in service.routes
        )
        return replace(service, routes=routes, say=lambda *_: ())


def _at_the_end(context: Context, records: Iterable[Record], known: Versions) -> Context:
    """The last decision's, with the agreements and the time that came after it."""
    for record in records:
        if wire.kind_of(record.headers) in (AgreementsAdopted.kind(), Tick.kind()):
            fact = wire.decode(record.value or b"")
            if isinstance(fact, AgreementsAdopted):
                rules = replace(context.rules, agreements=known.get(fact.version))
                context = replace(context, rules=rules)
            elif isinstance(fact, Tick):
                context = replace(context, now=max(context.now or fact.now, fact.now))
    return context


def subject_of(record: Record) -> PersonId | None:
    """Whom a fact in the log is about, by its headers."""
    said = wire.header(record.headers, "ce_subject")
    return None if said is None else PersonId(UUID(said))


def _concerns(record: Record, person: PersonId) -> bool:
    return wire.kind_of(record.headers) in _OF_THE_LOG or subject_of(record) == person
