"""What unread notices told of, found in the log: an inbox holds no places, since these would tell.

A notice's number is made of its receiver and the fact, or of the joining and the fact; so each fact
of the log gives the number to look for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from uuid import UUID

from schemas.base import PersonId, derived_id, sourced_id
from schemas.case import AgencyJoinedCase, LeadTransferred
from schemas.log import AgreementsAdopted, PersonHeld
from schemas.notice import CanarySent, NoticeIssued, Withdrawn, Withheld
from services.agreements.references import References
from services.runtime import wire
from services.runtime.records import Record

_JOINS = (AgencyJoinedCase.kind(), LeadTransferred.kind())
_FANS_OUT = "notify"


@dataclass(frozen=True, slots=True)
class _Said:
    """A fact of the log about somebody."""

    event_id: UUID
    kind: str
    offset: int
    under: str


@dataclass(slots=True)
class Trace:
    """What the log knows of the notices of one agency."""

    agency: str
    references: References
    kinds: frozenset[str]
    """Those of which it is granted less."""
    unread: Mapping[UUID, PersonId]
    """Of whom each notice is that is to be withdrawn."""
    _found: dict[UUID, Withdrawn] = field(default_factory=dict)
    _of_hold: set[UUID] = field(default_factory=set)
    _issued: dict[PersonId, dict[UUID, str]] = field(default_factory=dict)
    _said: dict[PersonId, list[_Said]] = field(init=False)

    def __post_init__(self) -> None:
        """What is said of those whom the notices are about is remembered, of nobody else."""
        self._said = {person: [] for person in self.unread.values()}

    def issue(self, notice: NoticeIssued) -> None:
        """One of its notices was put into the inbox."""
        if notice.person_id is not None:
            of_them = self._issued.setdefault(notice.person_id, {})
            of_them[notice.notice_ref] = notice.about

    def take(self, said: _Said, person: PersonId, record: Record) -> None:
        """A fact of the log: perhaps what one of the notices told of."""
        if not self.unread:
            return
        ref = self.references.notice(self.agency, said.event_id)
        if ref in self.unread:
            self._find(ref, said, None)
            held = wire.decode(record.value or b"") if said.kind == PersonHeld.kind() else None
            if isinstance(held, PersonHeld) and held.service == _FANS_OUT:
                self._of_hold.add(ref)
        if person in self._said:
            self._said[person].append(said)

    def missing(self) -> int:
        """How many of the notices the log tells nothing of, so far."""
        for person in {self.unread[ref] for ref in self.unread.keys() - self._found.keys()}:
            said = self._said[person]
            joins = [one for one in said if one.kind in _JOINS]
            for joined, past in product(joins, said):
                number = derived_id(joined.event_id, "anew", str(past.event_id))
                ref = self.references.notice(self.agency, number)
                if ref in self.unread:
                    self._find(ref, past, joined.offset)
        return len(self.unread.keys() - self._found.keys())

    def known(self) -> Trace:
        """The same without the notices of which the log tells nothing."""
        self.unread = {ref: whose for ref, whose in self.unread.items() if ref in self._found}
        return self

    def _find(self, ref: UUID, said: _Said, joined: int | None) -> None:
        self._found[ref] = Withdrawn(
            notice_ref=ref, place=said.offset, joined=joined, under=said.under
        )

    def facts(
        self,
        before: str,
        number: str,
        at: datetime,
        lapsed: frozenset[UUID] = frozenset(),
        act: UUID | None = None,
    ) -> Iterator[Withheld]:
        """What is said of it, once nothing is missing; with the same `number` the same facts.

        Notices that `lapsed` are not told again, by the act of somebody.
        """
        for person in sorted({*self.unread.values(), *self._told_less()}):
            mine = sorted(ref for ref, whose in self.unread.items() if whose == person)
            told = {
                kind for ref, kind in self._issued.get(person, {}).items() if ref not in self.unread
            }
            for of_hold, over in product((False, True), (False, True)):
                gone = [
                    self._found[ref]
                    for ref in mine
                    if (ref in self._of_hold) is of_hold and (ref in lapsed) is over
                ]
                if gone or (told & self.kinds and not (of_hold or over)):
                    yield Withheld(
                        event_id=sourced_id(
                            "deploy", Withheld.kind(), f"{number}|{person}|{of_hold}|{over}"
                        ),
                        occurred_at=at,
                        source="deploy",
                        caused_by=act,
                        person_id=person,
                        agency=self.agency,
                        before=before,
                        of_hold=of_hold,
                        notices=tuple(gone),
                        told=() if of_hold else tuple(sorted(told)),
                        lapsed=over,
                    )

    def _told_less(self) -> Iterator[PersonId]:
        """Of whom it was told something of which it is granted less."""
        for person, notices in self._issued.items():
            if self.kinds.intersection(notices.values()):
                yield person


def follow(traces: Mapping[str, Trace], log: Iterable[Record]) -> None:
    """The traces know all that the log tells; its partitions come one after the other."""
    under: dict[int, str] = {}
    for record in log:
        kind, subject = wire.kind_of(record.headers) or "", record.header("ce_subject")
        if kind == AgreementsAdopted.kind():
            adopted = wire.decode(record.value or b"")
            if isinstance(adopted, AgreementsAdopted):
                under[record.partition] = adopted.version
        elif kind == NoticeIssued.kind():
            note(traces, record)
        if subject is not None and record.partition in under:
            number = UUID((record.header("ce_id") or b"").decode())
            said = _Said(number, kind, record.offset, under[record.partition])
            for trace in traces.values():
                trace.take(said, PersonId(UUID(subject.decode())), record)


def note(traces: Mapping[str, Trace], record: Record) -> None:
    """That a notice was issued, perhaps before the log knows it."""
    issued = wire.decode(record.value or b"")
    if isinstance(issued, NoticeIssued) and issued.agency in traces:
        traces[issued.agency].issue(issued)


def unread_of(
    agency: str, inbox: Iterable[Record], begins: int, end: int, references: References
) -> Mapping[UUID, PersonId]:
    """The notices that stand from `begins` on, before `end`, and not also below it."""
    read: set[UUID] = set()
    found: dict[UUID, PersonId] = {}
    for record in inbox:
        if wire.kind_of(record.headers) == CanarySent.kind():
            continue  # about nobody, and another comes
        ref = UUID((record.header("ce_id") or b"").decode())
        person = references.person(agency, (record.key or b"").decode())
        if record.offset < begins:
            read.add(ref)
        elif record.offset < end and person is not None:
            found[ref] = person
    return {ref: person for ref, person in found.items() if ref not in read}


def put_before(inbox: Iterable[Record], at: datetime) -> frozenset[UUID]:
    """The notices that were put into the inbox before that moment."""
    then = at.timestamp() * 1000
    return frozenset(
        UUID((record.header("ce_id") or b"").decode())
        for record in inbox
        if record.timestamp_ms < then
    )
