"""The duty to refer against the accommodation service's own cases."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.housing_bridge.mapping import (
    OutcomeReason,
    Status,
    WithdrawalReason,
    message_of,
    standing,
    step,
)
from services.runtime.faults import Refused
from tests.housing_bridge.test_mapping import a_release_notice
from tests.samples.where import document, lines, table

pytestmark = pytest.mark.samples


def text(value: Any) -> str | None:
    """A long text is written as what to repeat."""
    if isinstance(value, dict):
        return str(value["repeat"]) * int(value["times"])
    return None if value is None else str(value)


def outcome_of(case: dict[str, Any]) -> dict[str, Any]:
    given = case.get("input", {})
    outcome, withdrawal = given.get("outcomeReason"), given.get("withdrawalReason")
    try:
        changed = step(
            Status(case["from"]) if case["from"] else None,
            Status(case["to"]),
            outcome=OutcomeReason(outcome) if outcome else None,
            withdrawal=WithdrawalReason(withdrawal) if withdrawal else None,
            withdrawal_other=text(given.get("withdrawalReasonOther")),
        )
    except Refused as refused:
        error = refused.reason.upper().replace("-", "_")
        return {"accepted": False, "error": error}
    return {"accepted": True, "event_emitted": changed}


def test_each_step_of_a_referral_is_allowed_or_refused_alike() -> None:
    cases = lines("accommodation/duty_to_refer_lifecycle.jsonl")
    assert len(cases) == 13
    found = {case["id"]: outcome_of(case) for case in cases}
    assert found == {case["id"]: case["expected"] for case in cases}


def day(written: str) -> date | None:
    return datetime.strptime(written, "%d/%m/%Y").date() if written else None  # noqa: DTZ007


def stands(row: dict[str, str]) -> tuple[str, str, str]:
    on = day(row["referenceDate"])
    assert on is not None
    found = standing(
        on,
        day(row["currentAccommodationEndDate"]),
        has_next=row["hasNextAccommodation"] == "TRUE",
        status=Status(row["dtrStatus"]) if row["dtrStatus"] else None,
        submitted_on=day(row["dtrSubmissionDate"]),
    )
    return found.status, found.action, found.because


def test_everybody_stands_where_the_scenarios_say() -> None:
    rows = table("accommodation/duty_to_refer_scenarios.csv")
    assert len(rows) == 50
    found = {row["testCaseId"]: stands(row) for row in rows}
    assert found == {
        row["testCaseId"]: (
            row["expectedDtrStatus"],
            row["expectedDtrAction"],
            row["expectedFailureReasons"],
        )
        for row in rows
    }


def test_a_referral_has_the_members_of_the_request_and_of_its_answer() -> None:
    request = document("accommodation/duty_to_refer_request.json")
    answer = document("accommodation/duty_to_refer_response.json")["data"]
    referral = message_of(a_release_notice(), UUID(int=6), date(2026, 3, 2))["dutyToRefer"]
    assert set(request) <= set(referral)
    assert referral["status"] == request["status"]
    for name in ("localAuthorityAreaId", "caseId"):
        UUID(referral[name])
    date.fromisoformat(referral["submissionDate"])
    assert "caseId" in answer
    assert None not in referral.values()
