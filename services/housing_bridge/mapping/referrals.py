"""A notice → what the authority's webhook gets; its answer → what the hub is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from schemas.custody import ReleaseDateSet
from schemas.notice import Notice, ReceiptStatus
from services.housing_bridge.mapping.duty_to_refer import (
    EXPIRES_AFTER,
    OutcomeReason,
    Status,
    WithdrawalReason,
    standing,
    step,
)

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an authority did, in the words of a receipt."""

    status: ReceiptStatus
    reason: str | None = None


TAKEN = Outcome(ReceiptStatus.COLLECTED)
"""The authority has it and has not decided."""


def message_of(notice: Notice, area_id: UUID, on: date) -> Message:
    """The message for one notice, sent on that day.

    A release date is a duty-to-refer referral: `caseId` is the notice's number, by which the
    authority answers, and `personReference` the hub's reference of the person for it alone. Any
    other notice is told as it is. What is not granted is left out, never null.
    """
    head: Message = {
        "noticeReference": str(notice.notice_ref),
        "personReference": notice.person_ref,
        "about": notice.about,
        "urgency": notice.urgency.value,
    }
    if notice.act_by is not None:
        head["actBy"] = _plain(notice.act_by)
    if notice.anew:
        head["saidAnew"] = True
    release_on = notice.told.get("release_on")
    if notice.about == ReleaseDateSet.kind() and isinstance(release_on, date):
        return {
            **head,
            "kind": "duty-to-refer",
            "dutyToRefer": _referral(notice, release_on, area_id, on),
        }
    return {**head, "kind": "notice", "told": _plain(notice.told)}


def _referral(notice: Notice, release_on: date, area_id: UUID, on: date) -> Message:
    """A referral for somebody whose accommodation, the prison, ends on the day of release."""
    referral: Message = {
        "caseId": str(notice.notice_ref),
        "personReference": notice.person_ref,
        "localAuthorityAreaId": str(area_id),
        "submissionDate": on.isoformat(),
        "status": Status.SUBMITTED.value,
        "referenceNumber": f"HUB-{notice.notice_ref}",
        "expectedReleaseDate": release_on.isoformat(),
        "standing": standing(on, release_on, has_next=False).status,
        "expiresOn": (on + EXPIRES_AFTER).isoformat(),
    }
    for ours, theirs in (("release", "releaseType"), ("prison_code", "prisonCode")):
        if ours in notice.told:
            referral[theirs] = _plain(notice.told[ours])
    if "identifiers" in notice.told:
        referral["identifiers"] = _plain(notice.told["identifiers"])
    return referral


def outcome_of(
    status: Status,
    outcome: OutcomeReason | None = None,
    withdrawal: WithdrawalReason | None = None,
) -> Outcome:
    """What an answer to a referral means for its notice.

    Raises:
        Refused: a referral that stands as submitted cannot come to that answer.
    """
    other = "-" if withdrawal is WithdrawalReason.OTHER else None  # its text is not ours to carry
    step(Status.SUBMITTED, status, outcome=outcome, withdrawal=withdrawal, withdrawal_other=other)
    if status is Status.ACCEPTED:
        return Outcome(ReceiptStatus.ACTED)
    reason = outcome or withdrawal
    if reason is None:
        return TAKEN
    return Outcome(ReceiptStatus.CANNOT_ACT, reason.lower().replace("_", "-"))


def _plain(value: Any) -> Any:  # noqa: ANN401
    """The same value as JSON has it, names in camelCase, instants in UTC."""
    if isinstance(value, Mapping):
        return {to_camel(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value
