"""One notice, and all that one fact makes the hub tell: numbers, references, by when to answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.base import Fact, PersonId, derived_id, follows
from schemas.case import Forget, Narrowed, SharingEnded, SharingNarrowed
from schemas.notice import (
    FactTakenBack,
    NoticeIssued,
    NoticeRecalled,
    NoticeTakenBack,
    NoticeWaiting,
    Withdrawn,
)
from schemas.risk import AlertRaised, Urgency
from services.agreements.compile import FAREWELL, Grant
from services.agreements.model import Payload
from services.agreements.views import View
from services.notify.domain.mentions import Place
from services.notify.rules import RECALLED, Rules

ME = "notify"

Unasked = SharingEnded | SharingNarrowed | NoticeTakenBack
"""What is told without any line of a file."""
Retracting = FactTakenBack | NoticeRecalled
"""What takes notices back."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice for one inbox."""

    agency: str
    notice_ref: UUID
    kind: str
    occurred_at: datetime
    person_ref: str
    schema_id: int
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Again:
    """That a notice is issued under its own number, since it was withdrawn unread, or waited."""

    because: Fact
    act_by: datetime | None = None
    """When its receipt is due, as before; None: none is waited for any more."""
    waited: bool = False
    """Whether it was never issued before: the time to answer begins now."""


@dataclass(frozen=True, slots=True)
class Told:
    """One notice that was put out."""

    grant: Grant | None
    """By which; None: no line of a file asks for it."""
    issued: NoticeIssued
    cause: UUID
    """The fact it tells of."""
    place: Place | None
    """Where that stands; None: it is said here."""


class Telling:
    """What one fact makes the hub tell, in order."""

    def __init__(self, rules: Rules, at: datetime) -> None:
        self.things: list[Delivery | Fact] = []
        self.told: list[Told] = []
        self.waits = False
        """Whether anything is not told yet, since its grant is suspended."""
        self.rules = rules
        self.at = at

    def tell(
        self,
        grant: Grant,
        fact: Fact,
        place: Place,
        joined: Fact | None = None,
        again: Again | None = None,
        *,
        under: str | None = None,
    ) -> None:
        """A notice by that grant; `joined` is why it is told only now, long after it was said.

        `under` is the version of the agreements in force where it stands; None: it is said here.
        """
        view = grant.view_at(self.rules.schemas)
        if view is not None and (grant.agency, grant.kind) in self.rules.suspended:
            self._wait(grant.agency, fact, place, under, joined, again)
        elif view is not None:
            urgency = grant.urgency
            if isinstance(fact, AlertRaised):
                if grant.shown.every_reason:
                    urgency = fact.urgency
                else:
                    fact = fact.model_copy(update={"urgency": urgency})
            receipt = self.rules.ladder[urgency].act if grant.receipt else None
            self._notice(grant, view, fact, urgency, receipt, place, joined, again)

    def farewell(self, agency: str, kinds: Iterable[str], fact: Fact, **head: Any) -> None:  # noqa: ANN401
        """That it is off the case: nothing but that, and what it was told and has to forget."""
        forget = tuple(
            Forget(about=kind, by=self.rules.forgotten_by(agency, kind, self.at)) for kind in kinds
        )
        told = {"part": agency, "agency": agency, "forget": forget}
        ended = follows(fact, SharingEnded, source=ME, **{**told, **head})
        if self.unasked(ended):
            self.things.append(ended)

    def narrowed(self, agency: str, forget: tuple[Narrowed, ...], fact: Fact) -> None:
        """That it is granted less, and what of the person it was told it has to forget."""
        less = follows(fact, SharingNarrowed, source=ME, part=agency, agency=agency, forget=forget)
        if self.unasked(less):
            self.things.append(less)

    def taken_back(
        self, agency: str, said: Fact, numbers: tuple[UUID, ...], by: date, cause: Retracting
    ) -> None:
        """That what it was told under those numbers does not count, and till when it is kept."""
        back = follows(
            cause,
            NoticeTakenBack,
            source=ME,
            part=agency,
            agency=agency,
            notice_refs=numbers,
            about=said.kind(),
            mistake=cause.mistake,
            by=by,
            destroy=isinstance(cause, NoticeRecalled),
        )
        self.unasked(back)
        self.things.append(back)

    def unasked(self, fact: Unasked, again: Again | None = None) -> bool:
        """A notice no line of a file asks for; whether its receiver can be told at all."""
        rules = self.rules
        receiver = rules.agreements.receivers.get(fact.agency)
        view = receiver and receiver.unasked_at(fact.kind(), rules.schemas)
        if not view:
            return False
        urgency = RECALLED if isinstance(fact, NoticeTakenBack) and fact.destroy else FAREWELL
        self._notice(None, view, fact, urgency, rules.ladder[urgency].act, again=again)
        return True

    def _wait(
        self,
        agency: str,
        fact: Fact,
        place: Place,
        under: str | None,
        joined: Fact | None,
        again: Again | None,
    ) -> None:
        """What would be told is known to the log, and to nobody else."""
        self.waits = True
        number = number_of(self.rules, agency, fact, joined)
        notice = Withdrawn(
            notice_ref=number,
            place=place.offset,
            joined=place.joined,
            under=under or self.rules.agreements.version,
        )
        self.things.append(
            follows(
                joined or fact if again is None else again.because,
                NoticeWaiting,
                source=ME,
                part=str(number),
                agency=agency,
                about=fact.kind(),
                notice=notice,
            )
        )

    def _notice(
        self,
        grant: Grant | None,
        view: View,
        fact: Fact,
        urgency: Urgency,
        receipt: timedelta | None,
        place: Place | None = None,
        joined: Fact | None = None,
        again: Again | None = None,
    ) -> None:
        agency = grant.agency if grant is not None else fact.agency  # type: ignore[attr-defined]
        act_by = None if receipt is None else self.at + receipt
        notice_ref, part = number_of(self.rules, agency, fact, joined), agency
        if joined is not None:
            part = f"{agency}/{fact.event_id}"
        if again is not None:
            act_by, part = act_by if again.waited else again.act_by, str(notice_ref)
        person_ref = self.rules.references.ref(agency, person_of(fact))
        issued = follows(
            joined or fact if again is None else again.because,
            NoticeIssued,
            source=ME,
            part=part,
            notice_ref=notice_ref,
            agency=agency,
            about=fact.kind(),
            urgency=urgency,
            act_by=act_by,
            anew=joined is not None,
        )
        whole = grant is None or grant.terms.payload is Payload.VIEW
        delivery = Delivery(
            agency=agency,
            notice_ref=notice_ref,
            kind=fact.kind(),
            # Beside a view the instant is part of what is told; else it would tell what is not.
            occurred_at=fact.occurred_at if whole else self.at,
            person_ref=person_ref,
            schema_id=view.schema_id,
            record=view.show(
                fact,
                notice_ref=notice_ref,
                person_ref=person_ref,
                urgency=urgency,
                act_by=act_by,
                anew=joined is not None,
            ),
        )
        self.things += (delivery, issued)
        self.told.append(Told(grant, issued, fact.event_id, place))


def number_of(rules: Rules, agency: str, fact: Fact, joined: Fact | None = None) -> UUID:
    """The number of the notice by which that agency is told of the fact, anew if it joined.

    Told again because it joined, a notice has a number of its own for each joining: under the old
    one its reader would take it for a repeat, also where it was told to forget it since.
    """
    number = fact.event_id
    if joined is not None:
        number = derived_id(joined.event_id, "anew", str(fact.event_id))
    return rules.references.notice(agency, number)


def person_of(fact: Fact) -> PersonId:
    """Whom the fact is about.

    Raises:
        ValueError: the log holds a fact about nobody; the door does not do that.
    """
    if fact.person_id is None:
        raise ValueError("a fact in the log is about nobody")
    return fact.person_id
