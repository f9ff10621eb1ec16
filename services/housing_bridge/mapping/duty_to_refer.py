"""The life of a duty-to-refer referral, in the words of the accommodation service.

A bridge decides nothing: these rules say which answers of an authority make sense, and where a
referral stands towards the eight weeks of the duty, so that both sides use one word for it.

Source: Housing Act 1996 s.213B (threatened with homelessness within 56 days); states, reasons and
    the 26 weeks as in MoJ's single accommodation service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.runtime.faults import Refused

REFER_FROM = timedelta(weeks=8)
"""Before the present accommodation ends."""
EXPIRES_AFTER = timedelta(weeks=26)
"""After it was submitted."""
LONGEST_TEXT = 4000


class Status(StrEnum):
    """Where a referral stands."""

    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    WITHDRAWN = "WITHDRAWN"


class OutcomeReason(StrEnum):
    """Why an authority took a referral or did not."""

    PREVENTION_AND_RELIEF_DUTY = "PREVENTION_AND_RELIEF_DUTY"
    PRIORITY_NEED = "PRIORITY_NEED"
    NO_LOCAL_CONNECTION = "NO_LOCAL_CONNECTION"
    INTENTIONALLY_HOMELESS = "INTENTIONALLY_HOMELESS"
    REJECTED_FOR_ANOTHER_REASON = "REJECTED_FOR_ANOTHER_REASON"


class WithdrawalReason(StrEnum):
    """Why a referral no longer stands."""

    NEW_REFERRAL = "NEW_REFERRAL"
    INCORRECT_LOCAL_AUTHORITY = "INCORRECT_LOCAL_AUTHORITY"
    NO_CONSENT = "NO_CONSENT"
    DISENGAGED = "DISENGAGED"
    HOUSING_NEED_RESOLVED = "HOUSING_NEED_RESOLVED"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    OTHER = "OTHER"


_REASONS: dict[Status, frozenset[OutcomeReason]] = {
    Status.ACCEPTED: frozenset(
        {OutcomeReason.PREVENTION_AND_RELIEF_DUTY, OutcomeReason.PRIORITY_NEED}
    ),
    Status.NOT_ACCEPTED: frozenset(
        {
            OutcomeReason.NO_LOCAL_CONNECTION,
            OutcomeReason.INTENTIONALLY_HOMELESS,
            OutcomeReason.REJECTED_FOR_ANOTHER_REASON,
        }
    ),
}


def step(
    before: Status | None,
    after: Status,
    *,
    outcome: OutcomeReason | None = None,
    withdrawal: WithdrawalReason | None = None,
    withdrawal_other: str | None = None,
) -> bool:
    """Whether the step changes where the referral stands; one that is not allowed is refused.

    Raises:
        Refused: `invalid-status`, `invalid-transition`, or a reason that is required, does not
            apply, or is too long.
    """
    _transition(before, after)
    _withdrawal(after, withdrawal, withdrawal_other)
    _outcome(after, outcome)
    return before is not after


def _transition(before: Status | None, after: Status) -> None:
    if before is None:
        if after is not Status.SUBMITTED:
            raise Refused("invalid-status", "status")
    elif before is Status.WITHDRAWN:
        if after is not Status.WITHDRAWN:
            raise Refused("invalid-transition", "status")
    elif before is not Status.SUBMITTED and after is Status.SUBMITTED:
        raise Refused("invalid-transition", "status")


def _withdrawal(after: Status, reason: WithdrawalReason | None, other: str | None) -> None:
    """A reason exactly where it is withdrawn, a text exactly where the reason is `OTHER`."""
    if after is not Status.WITHDRAWN:
        if reason is not None or other is not None:
            raise Refused("withdrawal-reason-not-applicable", "withdrawalReason")
    elif reason is None:
        raise Refused("withdrawal-reason-required", "withdrawalReason")
    elif reason is not WithdrawalReason.OTHER:
        if other is not None:
            raise Refused("withdrawal-reason-not-applicable", "withdrawalReasonOther")
    elif other is None or not other.strip():
        raise Refused("withdrawal-reason-required", "withdrawalReasonOther")
    elif len(other) > LONGEST_TEXT:
        raise Refused("withdrawal-reason-other-too-long", "withdrawalReasonOther")


def _outcome(after: Status, reason: OutcomeReason | None) -> None:
    allowed = _REASONS.get(after, frozenset())
    if reason is None:
        if allowed:
            raise Refused("outcome-reason-required", "outcomeReason")
    elif reason not in allowed:
        raise Refused("outcome-reason-not-applicable", "outcomeReason")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands towards the duty on one day, and what is asked of the referrer."""

    status: str
    action: str = ""
    because: str = ""


def standing(
    on: date,
    ends_on: date | None,
    *,
    has_next: bool,
    status: Status | None = None,
    submitted_on: date | None = None,
) -> Standing:
    """Where somebody stands on that day whose present accommodation ends on `ends_on`.

    A referral that still runs shows its own status; else a next home ends the duty; else the eight
    weeks before the end have begun or not. Without a known end they have.

    The day 26 weeks after submission is the last a referral runs, and the day eight weeks before
    the end is the first of the eight weeks.
    """
    runs = (
        status is not None
        and status is not Status.WITHDRAWN
        and submitted_on is not None
        and on - submitted_on <= EXPIRES_AFTER
    )
    if status is not None and runs:
        return Standing(status, "ADD_DTR_OUTCOME" if status is Status.SUBMITTED else "")
    if has_next:
        return Standing("NOT_REQUIRED", because="HAS_NEXT_ACCOMMODATION")
    if ends_on is not None and ends_on - on > REFER_FROM:
        return Standing("UPCOMING")
    return Standing("NOT_STARTED", "ADD_DTR_REFERRAL_DETAILS")
