"""What becomes of a notice that asks for a receipt: reminded, overdue, reported, forgotten.

A receipt takes it off the ladder, or only the next rung: that is a rule by urgency. Each step is
said once, however late the Tick that shows it; one that an outage made pointless is left out.
Whoever cannot act, or acts after all, is reported at once: somebody else relies on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.base import Fact, FieldClass, follows
from schemas.case import AgencyJoinedCase
from schemas.log import Tick
from schemas.notice import (
    NoticeIssued,
    NoticeOverdue,
    NoticeReceipted,
    NoticeReminded,
    NoticeReported,
    ReceiptStatus,
    Standing,
)
from services.agreements.compile import Grant
from services.agreements.duty import ESCALATED, REMINDED
from services.notify.domain.case import Case, Step, Unanswered, of_whom, unknown, wake
from services.notify.domain.membership import lead_of
from services.notify.domain.notices import ME
from services.notify.rules import KNOWN_AT_MOST, KNOWN_FOR, Rules
from services.runtime.decision import Context, Decision

_FURTHER = tuple(ReceiptStatus)
"""Collected, read, acted, cannot act: what comes late does not undo what was said before."""
_FINAL = (ReceiptStatus.ACTED, ReceiptStatus.CANNOT_ACT)


def waited_for(notice: NoticeIssued, cause: UUID, rules: Rules) -> Unanswered:
    """A notice that was just issued and asks for a receipt.

    Raises:
        ValueError: it asks for none.
    """
    if notice.act_by is None:
        raise ValueError("a notice that asks for no receipt is not waited for")
    steps = rules.ladder[notice.urgency]
    remind_at = None if steps.remind is None else notice.act_by - steps.act + steps.remind
    return Unanswered(
        notice_ref=notice.notice_ref,
        agency=notice.agency,
        act_by=notice.act_by,
        cause=cause,
        about=notice.about,
        urgency=notice.urgency,
        step=Step.OVERDUE if remind_at is None else Step.REMIND,
        due=remind_at,
    )


def receipted(case: Case | None, receipt: NoticeReceipted, context: Context) -> Decision[Case]:
    """What its receiver says of a notice; of any other, or once more, it changes nothing."""
    known = case or unknown(receipt)
    found = next((one for one in known.unanswered if _of(receipt, one)), None)
    if found is None or _said_already(found, receipt.status):
        return Decision(known, "nothing-waited-for", wake_at=wake(known))
    rules: Rules = context.rules
    after = _answered(found, receipt, rules)
    standing = _worth_reporting(found, receipt.status, rules)
    reports = (
        () if standing is None else _reports(known, found, receipt, standing, receipt.reason, rules)
    )
    state = _with(known, found, after)
    because = "noted" if after is not None and after.step is not Step.FORGET else "answered"
    return Decision(state, because, tuple(reports), wake(state))


def remind_of_notices(case: Case, tick: Tick, rules: Rules) -> tuple[Case, list[Fact]]:
    """Every step of a notice that is due by that Tick, once."""
    state, facts = case, list[Fact]()
    for one in case.unanswered:
        if one.at <= tick.now:
            after, said = _next(state, one, tick, rules)
            state = _with(state, one, after)
            facts += said
    return state, facts


# -- one step


def _next(
    case: Case, one: Unanswered, tick: Tick, rules: Rules
) -> tuple[Unanswered | None, list[Fact]]:
    """How the notice stands after its step, and what is said."""
    steps = rules.ladder[one.urgency]
    if one.step is Step.REMIND and tick.now < one.act_by:
        return _then(one, Step.OVERDUE, one.act_by), [*_reminded(case, one, tick, rules)]
    if one.step in (Step.REMIND, Step.OVERDUE):
        said: list[Fact] = [_overdue(case, one, tick, rules)]
        if steps.report is None:
            return None, said
        late = one.model_copy(update={"late": True})
        return _then(late, Step.REPORT, tick.now + steps.report), said
    if one.step is Step.REPORT:
        standing = Standing.NOT_COLLECTED if one.status is None else Standing.NOT_ACTED_ON
        reports = list(_reports(case, one, tick, standing, None, rules))
        told = one.model_copy(update={"reported": tuple(fact.agency for fact in reports)})
        return _then(told, Step.FORGET, tick.now + KNOWN_FOR), [*reports]
    return None, []


def _then(one: Unanswered, step: Step, due: datetime) -> Unanswered:
    return one.model_copy(update={"step": step, "due": due})


def _reminded(case: Case, one: Unanswered, tick: Tick, rules: Rules) -> Iterator[NoticeReminded]:
    mailbox = rules.desk(one.agency, REMINDED, tick.now)
    if mailbox is not None:
        head = _head(case, one)
        yield follows(tick, NoticeReminded, **head, role=REMINDED, mailbox=mailbox)


def _overdue(case: Case, one: Unanswered, tick: Tick, rules: Rules) -> NoticeOverdue:
    escalates = rules.ladder[one.urgency].report is not None
    mailbox = rules.desk(one.agency, ESCALATED, tick.now) if escalates else None
    role = None if mailbox is None else ESCALATED
    return follows(tick, NoticeOverdue, **_head(case, one), role=role, mailbox=mailbox)


def _head(case: Case, one: Unanswered) -> dict[str, Any]:
    return {
        "source": ME,
        "of": one.notice_ref,
        "person_id": case.person_id,
        "notice_ref": one.notice_ref,
        "agency": one.agency,
        "act_by": one.act_by,
    }


# -- a receipt


def _of(receipt: NoticeReceipted, one: Unanswered) -> bool:
    """An agency answers its own notices alone."""
    return one.notice_ref == receipt.notice_ref and one.agency == receipt.source


def _said_already(one: Unanswered, status: ReceiptStatus) -> bool:
    """Whether it has come as far as that before: said twice, or late and out of order."""
    return one.status is not None and _FURTHER.index(status) <= _FURTHER.index(one.status)


def _answered(one: Unanswered, receipt: NoticeReceipted, rules: Rules) -> Unanswered | None:
    """How the notice stands after that receipt; None: nothing more can be said of it."""
    if receipt.status in _FINAL:
        return None
    steps = rules.ladder[one.urgency]
    one = one.model_copy(update={"status": receipt.status})
    if _FURTHER.index(receipt.status) < _FURTHER.index(steps.closed_by):
        return _then(one, Step.OVERDUE, one.act_by) if one.step is Step.REMIND else one
    if steps.report is None:
        return None
    return _then(one, Step.FORGET, (receipt.recorded_at or receipt.occurred_at) + KNOWN_FOR)


def _worth_reporting(one: Unanswered, status: ReceiptStatus, rules: Rules) -> Standing | None:
    steps = rules.ladder[one.urgency]
    if steps.report is None:
        return None
    if status is ReceiptStatus.CANNOT_ACT:
        return Standing.CANNOT_ACT
    closes = _FURTHER.index(status) >= _FURTHER.index(steps.closed_by)
    before = one.status is not None and _FURTHER.index(one.status) >= _FURTHER.index(
        steps.closed_by
    )
    return Standing.ANSWERED_LATE if one.late and closes and not before else None


def _with(case: Case, before: Unanswered, after: Unanswered | None) -> Case:
    stand = (after if one is before else one for one in case.unanswered)
    kept = [one for one in stand if one is not None]
    off_the_ladder = sorted((o for o in kept if o.step is Step.FORGET), key=lambda one: one.at)
    spare = off_the_ladder[:-KNOWN_AT_MOST]
    return case.model_copy(update={"unanswered": tuple(o for o in kept if o not in spare)})


# -- to whom it is reported


def _reports(
    case: Case,
    one: Unanswered,
    cause: Tick | NoticeReceipted,
    standing: Standing,
    reason: str | None,
    rules: Rules,
) -> Iterator[NoticeReported]:
    at = cause.now if isinstance(cause, Tick) else (cause.recorded_at or cause.occurred_at)
    for agency in sorted({*_answering_for(case, one, rules, at), *one.reported}):
        mailbox = rules.desk(agency, ESCALATED, at)
        if mailbox is None:
            continue
        yield follows(
            cause,
            NoticeReported,
            source=ME,
            of=one.notice_ref,
            part=f"{standing}/{agency}",
            person_id=case.person_id,
            agency=agency,
            receiver=one.agency,
            matter_ref=rules.references.notice(agency, one.notice_ref),
            standing=standing,
            act_by=one.act_by,
            reason=reason,
            role=ESCALATED,
            mailbox=mailbox,
        )


def _answering_for(case: Case, one: Unanswered, rules: Rules, at: datetime) -> set[str]:
    """The body that leads, if it may know; else the lead bodies of the Responsible Authority.

    That a notice is unanswered tells that its receiver is on the case, and that there was something
    to tell of: a body that may not know both hears nothing of it. Nobody is told of itself.
    """
    lead = lead_of(case.moves)
    if lead is not None and lead != one.agency and _may_know(lead, case, one, rules, at):
        return {lead}
    reported = rules.agreements.grants(NoticeReported.kind(), at)
    return {
        grant.agency
        for grant in reported
        if rules.agreements.is_responsible_authority(grant.agency)
        and not grant.on_case
        and grant.agency != one.agency
        and _shown(grant, case, at)
    }


def _may_know(agency: str, case: Case, one: Unanswered, rules: Rules, at: datetime) -> bool:
    kinds = (NoticeReported.kind(), AgencyJoinedCase.kind())
    shown = (_by_kind(agency, kind, rules, at) for kind in kinds)
    if not all(grant is not None and _shown(grant, case, at) for grant in shown):
        return False
    told = _by_kind(agency, one.about, rules, at)
    return told is not None and not told.own_only and _passes(told, case, at)


def _by_kind(agency: str, kind: str, rules: Rules, at: datetime) -> Grant | None:
    return next((one for one in rules.agreements.grants(kind, at) if one.agency == agency), None)


def _shown(grant: Grant, case: Case, at: datetime) -> bool:
    """Whether by that grant it is told which agency is meant."""
    return FieldClass.MANAGEMENT in grant.shown.whole and _passes(grant, case, at)


def _passes(grant: Grant, case: Case, at: datetime) -> bool:
    on_it = not grant.on_case or grant.agency in case.on_case
    return on_it and grant.whom.passes(of_whom(case), at)
