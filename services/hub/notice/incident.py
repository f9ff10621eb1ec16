"""What became of notices that were recalled, as the log has it. Pure, and without anybody's data.

Numbers, agencies, kinds, moments and who decided; no name, no address, and no person but by the
reference of whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from schemas.base import Fact, PersonId
from schemas.log import AgreementsAdopted, Decided, SchemasAdopted, Signer
from schemas.notice import (
    NoticeIssued,
    NoticeOverdue,
    NoticeRecalled,
    NoticeReceipted,
    NoticeTakenBack,
    RecallAnswered,
    RecallDeadline,
    RecallStage,
    ReceiptStatus,
)
from services.notify.rules import REPORT_WITHIN

_F = TypeVar("_F", bound=Fact)
READ: tuple[type[Fact], ...] = (
    AgreementsAdopted,
    SchemasAdopted,
    Decided,
    NoticeIssued,
    NoticeReceipted,
    NoticeOverdue,
    NoticeTakenBack,
    NoticeRecalled,
    RecallAnswered,
    RecallDeadline,
)
"""What is looked at of the log."""


class Standing(StrEnum):
    """How a recall stands with whoever got the notice."""

    NOT_TOLD = "not-told"
    """It is not told yet, or cannot be: it has no inbox any more."""
    WAITING = "waiting"
    OVERDUE = "overdue"
    CONFIRMED = "confirmed"
    CANNOT = "cannot-act"


class Issued(NamedTuple):
    """A notice, and what was in force where it was issued."""

    notice: NoticeIssued
    agreements: str
    schemas: int


@dataclass(frozen=True, slots=True)
class Recall:
    """One notice that was recalled, as it is listed."""

    number: str
    agency: str
    about: str
    recalled_at: datetime
    standing: Standing
    confirmed_at: datetime | None
    report_by: datetime
    hours: RecallStage
    """How it stands with the hours to report it."""


@dataclass
class Told:
    """All that the log has of notices, their receipts and their recalls."""

    issued: dict[UUID, Issued] = field(default_factory=dict)
    """By number."""
    by_cause: dict[UUID, list[NoticeIssued]] = field(default_factory=dict)
    """By what set them off."""
    receipts: dict[tuple[str, UUID], list[NoticeReceipted]] = field(default_factory=dict)
    overdue: dict[UUID, NoticeOverdue] = field(default_factory=dict)
    back: dict[UUID, NoticeTakenBack] = field(default_factory=dict)
    """By the number of each notice that does not count any more."""
    recalled: dict[UUID, NoticeRecalled] = field(default_factory=dict)
    answers: dict[UUID, RecallAnswered] = field(default_factory=dict)
    hours: dict[UUID, list[RecallDeadline]] = field(default_factory=dict)
    acts: dict[UUID, Decided] = field(default_factory=dict)

    def take(self, partition: Iterable[Fact]) -> None:
        """One partition of the log, in its order; what stands there twice counts once."""
        agreements, schemas = "", 0
        for fact in partition:
            if isinstance(fact, AgreementsAdopted):
                agreements = fact.version
            elif isinstance(fact, SchemasAdopted):
                schemas = int(fact.version)
            elif isinstance(fact, NoticeIssued):
                if fact.notice_ref not in self.issued:
                    self.issued[fact.notice_ref] = Issued(fact, agreements, schemas)
                    self.by_cause.setdefault(fact.caused_by or fact.event_id, []).append(fact)
            else:
                self._note(fact)

    def _note(self, fact: Fact) -> None:
        if isinstance(fact, NoticeReceipted):
            _once(fact, self.receipts.setdefault((fact.source, fact.notice_ref), []))
        elif isinstance(fact, NoticeOverdue):
            self.overdue[fact.notice_ref] = fact
        elif isinstance(fact, NoticeTakenBack):
            self.back |= dict.fromkeys(fact.notice_refs, fact)
        elif isinstance(fact, NoticeRecalled):
            self.recalled.setdefault(fact.notice_ref, fact)
        elif isinstance(fact, RecallAnswered):
            self.answers.setdefault(fact.notice_ref, fact)
        elif isinstance(fact, RecallDeadline):
            _once(fact, self.hours.setdefault(fact.notice_ref, []))
        elif isinstance(fact, Decided):
            self.acts[fact.event_id] = fact

    def recalls(self) -> Iterator[Recall]:
        """Every notice that was recalled, the latest last."""
        for number, one in sorted(self.recalled.items(), key=lambda item: _at(item[1])):
            notice = self.issued.get(number)
            standing, confirmed_at = self._standing(number)
            hours = self.hours.get(number)
            yield Recall(
                number=str(number),
                agency="" if notice is None else notice.notice.agency,
                about="" if notice is None else notice.notice.about,
                recalled_at=_at(one),
                standing=standing,
                confirmed_at=confirmed_at,
                report_by=one.aware_at + REPORT_WITHIN,
                hours=RecallStage.OPENED if not hours else hours[-1].stage,
            )

    def _standing(self, number: UUID) -> tuple[Standing, datetime | None]:
        notice = self.of_recall(number)
        if notice is None:
            return Standing.NOT_TOLD, None
        for receipt in self.receipts.get((notice.agency, notice.notice_ref), ()):
            if receipt.status is ReceiptStatus.ACTED:
                return Standing.CONFIRMED, _at(receipt)
            if receipt.status is ReceiptStatus.CANNOT_ACT:
                return Standing.CANNOT, _at(receipt)
        late = notice.notice_ref in self.overdue
        return Standing.OVERDUE if late else Standing.WAITING, None

    def of_recall(self, number: UUID) -> NoticeIssued | None:
        """The notice by which its receiver was told to destroy it."""
        back = self.back.get(number)
        told = () if back is None else self.by_cause.get(back.event_id, ())
        return next((one for one in told if back is not None and back.destroy), None)

    def of_the_same(self, notice: NoticeIssued) -> list[NoticeIssued]:
        """The notices that told of the same, to anybody."""
        told = self.by_cause.get(notice.caused_by or notice.event_id, ())
        return [one for one in told if one.about == notice.about]


def incident(
    told: Told,
    number: UUID,
    person_ref: str,
    fields: Iterable[Mapping[str, object]],
    at: datetime,
) -> dict[str, Any]:
    """What an information-governance officer has to have in hand of one recalled notice.

    `fields` are those its receiver was shown, by path and class, without values.
    """
    (recall,) = (one for one in told.recalls() if one.number == str(number))
    recalled, notice = told.recalled[number], told.issued[number].notice
    back, asked = told.back.get(number), told.of_recall(number)
    answer = told.answers.get(number)
    return {
        "incident": str(recalled.event_id),
        "written_at": at.isoformat(),
        "notice": {
            **_notice(told, notice),
            "person_ref": person_ref,
            "fields": list(fields),
        },
        "recall": {
            "mistake": recalled.mistake.value,
            "aware_at": recalled.aware_at.isoformat(),
            "decided": _act(told.acts.get(recalled.caused_by or number)),
            "told": None if asked is None else _notice(told, asked),
            "kept_until": None if back is None else back.by.isoformat(),
            "standing": recall.standing.value,
            "confirmed_at": _text(recall.confirmed_at),
        },
        "hours": {
            "body": recalled.agency,
            "report_by": recall.report_by.isoformat(),
            "stages": [
                {"stage": one.stage.value, "at": _at(one).isoformat()}
                for one in told.hours.get(number, ())
            ],
            "answer": None if answer is None else answer.reporting.value,
            "decided": None if answer is None else _act(told.acts.get(answer.caused_by or number)),
        },
        "others_told_the_same": [
            {**_notice(told, one), "does_not_count": one.notice_ref in told.back}
            for one in told.of_the_same(notice)
            if one.notice_ref != number
        ],
    }


def _once(fact: _F, said: list[_F]) -> None:
    if fact not in said:
        said.append(fact)


def _notice(told: Told, one: NoticeIssued) -> dict[str, Any]:
    """Who was told what when, and what they did with it."""
    receipts = told.receipts.get((one.agency, one.notice_ref), ())
    return {
        "number": str(one.notice_ref),
        "agency": one.agency,
        "about": one.about,
        "urgency": one.urgency.value,
        "told_at": _at(one).isoformat(),
        "answer_by": _text(one.act_by),
        "overdue": one.notice_ref in told.overdue,
        "receipts": [
            {"status": receipt.status.value, "at": _at(receipt).isoformat()} for receipt in receipts
        ],
    }


def _act(act: Decided | None) -> dict[str, Any] | None:
    if act is None:
        return None
    signed = [_signer(one) for one in (act.by, act.second) if one is not None]
    return {"act": str(act.event_id), "at": _at(act).isoformat(), "reasons": act.reasons} | {
        "signed_by": signed
    }


def _signer(one: Signer) -> dict[str, str]:
    return {"actor": one.actor, "role": one.role, "agency": one.agency}


def _at(fact: Fact) -> datetime:
    return fact.recorded_at or fact.occurred_at


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def as_object(recall: Recall) -> dict[str, Any]:
    """One of the list, for programs."""
    said = asdict(recall)
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in said.items()
    }


def older_than(told: Told, notice: NoticeIssued) -> int:
    """How many facts somebody was told of that person since that notice."""
    person: PersonId | None = notice.person_id
    since = {
        (one.notice.caused_by, one.notice.about)
        for one in told.issued.values()
        if one.notice.person_id == person and _at(one.notice) > _at(notice)
    }
    return len(since)
