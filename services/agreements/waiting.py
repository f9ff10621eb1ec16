"""What waits for a suspended grant, by the log; and what is said of it once it is decided. Pure.

No inbox and no row holds it: notify says of each notice that it waits, and where what it tells of
stands, so the log alone gives it (decision 15).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, product
from uuid import UUID

from schemas.base import Fact, PersonId, sourced_id
from schemas.log import PersonHeld
from schemas.notice import NoticesResumed, NoticeWaiting, Withdrawn
from services.agreements.suspended import Ending
from services.runtime import wire
from services.runtime.records import Record
from services.runtime.speech import log_partition

_FANS_OUT = "notify"
_READ = frozenset({NoticeWaiting.kind(), NoticesResumed.kind(), PersonHeld.kind()})


@dataclass(frozen=True, slots=True)
class Waits:
    """One notice that is not told yet."""

    notice: Withdrawn
    since: datetime
    of_hold: bool
    """Whether it tells that notify itself holds the person."""


@dataclass(slots=True)
class Waiting:
    """What waits for one grant."""

    agency: str
    about: str
    notices: dict[PersonId, dict[UUID, Waits]] = field(default_factory=dict)
    """By whom they are about, and their numbers."""
    _known: set[UUID] = field(default_factory=set)
    _own_holds: set[tuple[int, int]] = field(default_factory=set)

    def take(self, record: Record, fact: Fact) -> None:
        """A fact of the log, whose partitions come one after the other; or of what notify said.

        The log may not hold that yet.
        """
        if isinstance(fact, PersonHeld) and fact.service == _FANS_OUT:
            self._own_holds.add((record.partition, record.offset))
        elif isinstance(fact, NoticesResumed) and fact.agency == self.agency and fact.person_id:
            for one in fact.notices:
                self.notices.get(fact.person_id, {}).pop(one.notice_ref, None)
        elif isinstance(fact, NoticeWaiting) and fact.event_id not in self._known:
            self._known.add(fact.event_id)
            if (fact.agency, fact.about) == (self.agency, self.about) and fact.person_id:
                own = (log_partition(fact.person_id), fact.notice.place) in self._own_holds
                waits = Waits(fact.notice, fact.recorded_at or fact.occurred_at, own)
                self.notices.setdefault(fact.person_id, {})[fact.notice.notice_ref] = waits

    @property
    def count(self) -> int:
        """How many notices wait."""
        return sum(map(len, self.notices.values()))

    def facts(
        self, ending: Ending, agreements: str, number: str, at: datetime
    ) -> Iterator[NoticesResumed]:
        """What is said of it by that decision; with the same `number` the same facts."""
        for person, over, of_hold in product(sorted(self.notices), (False, True), (False, True)):
            ends = tuple(
                one.notice
                for _, one in sorted(self.notices[person].items())
                if one.of_hold is of_hold and _lapses(one, ending) is over
            )
            if ends:
                part = f"{number}|{person}|{of_hold}|{over}"
                yield NoticesResumed(
                    event_id=sourced_id("deploy", NoticesResumed.kind(), part),
                    occurred_at=at,
                    source="deploy",
                    caused_by=ending.act,
                    person_id=person,
                    agency=self.agency,
                    before=agreements,
                    of_hold=of_hold,
                    notices=ends,
                    told=(),
                    lapsed=over,
                )


def read(grants: Iterable[tuple[str, str]], *records: Iterable[Record]) -> list[Waiting]:
    """What waits for each of these, by the log and then by what notify said lately.

    A grant is an agency and a kind of fact.
    """
    found = [Waiting(agency, about) for agency, about in grants]
    for record in chain(*records):
        if wire.kind_of(record.headers) in _READ:
            fact = wire.decode(record.value or b"")
            for waiting in found:
                waiting.take(record, fact)
    return found


def _lapses(one: Waits, ending: Ending) -> bool:
    if ending.outcome == "expire" and ending.before is not None:
        return one.since < ending.before
    return ending.outcome == "skip"
