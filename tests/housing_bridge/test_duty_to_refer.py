"""The life of a referral, and where somebody stands towards the eight weeks."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from services.housing_bridge.mapping import (
    OutcomeReason,
    Standing,
    Status,
    WithdrawalReason,
    standing,
    step,
)
from services.runtime.faults import Refused

ON = date(2025, 1, 1)
ACCEPTS, REFUSES = OutcomeReason.PRIORITY_NEED, OutcomeReason.NO_LOCAL_CONNECTION
OTHER = WithdrawalReason.OTHER
REASONS: dict[Status, dict[str, Any]] = {
    Status.SUBMITTED: {},
    Status.ACCEPTED: {"outcome": ACCEPTS},
    Status.NOT_ACCEPTED: {"outcome": REFUSES},
    Status.WITHDRAWN: {"withdrawal": WithdrawalReason.DISENGAGED},
}


def allowed(before: Status | None, after: Status) -> bool:
    if before is None:
        return after is Status.SUBMITTED
    if before is Status.WITHDRAWN:
        return after is Status.WITHDRAWN
    return before is Status.SUBMITTED or after is not Status.SUBMITTED


@pytest.mark.parametrize(("before", "after"), list(product([None, *Status], Status)))
def test_each_step_is_allowed_or_refused(before: Status | None, after: Status) -> None:
    if allowed(before, after):
        assert step(before, after, **REASONS[after]) is (before is not after)
    else:
        with pytest.raises(Refused, match="invalid-status|invalid-transition"):
            step(before, after, **REASONS[after])


@pytest.mark.parametrize(
    ("after", "outcome", "withdrawal", "other", "reason"),
    [
        (Status.ACCEPTED, None, None, None, "outcome-reason-required"),
        (Status.ACCEPTED, REFUSES, None, None, "outcome-reason-not-applicable"),
        (Status.NOT_ACCEPTED, ACCEPTS, None, None, "outcome-reason-not-applicable"),
        (Status.SUBMITTED, ACCEPTS, None, None, "outcome-reason-not-applicable"),
        (Status.SUBMITTED, None, OTHER, None, "withdrawal-reason-not-applicable"),
        (Status.SUBMITTED, None, None, "text", "withdrawal-reason-not-applicable"),
        (Status.WITHDRAWN, None, None, None, "withdrawal-reason-required"),
        (Status.WITHDRAWN, None, OTHER, None, "withdrawal-reason-required"),
        (Status.WITHDRAWN, None, OTHER, "  ", "withdrawal-reason-required"),
        (Status.WITHDRAWN, None, OTHER, "a" * 4001, "withdrawal-reason-other-too-long"),
        (
            Status.WITHDRAWN,
            None,
            WithdrawalReason.NO_CONSENT,
            "text",
            "withdrawal-reason-not-applicable",
        ),
        (
            Status.WITHDRAWN,
            REFUSES,
            WithdrawalReason.NO_CONSENT,
            None,
            "outcome-reason-not-applicable",
        ),
    ],
)
def test_a_reason_stands_exactly_where_it_belongs(
    after: Status,
    outcome: OutcomeReason | None,
    withdrawal: WithdrawalReason | None,
    other: str | None,
    reason: str,
) -> None:
    with pytest.raises(Refused) as refused:
        step(
            Status.SUBMITTED, after, outcome=outcome, withdrawal=withdrawal, withdrawal_other=other
        )
    assert refused.value.reason == reason


def test_another_reason_has_a_text() -> None:
    text = "a" * 4000
    assert step(Status.SUBMITTED, Status.WITHDRAWN, withdrawal=OTHER, withdrawal_other=text)


@pytest.mark.parametrize(
    ("ends_on", "has_next", "status", "submitted_on", "expected"),
    [
        (ON, True, None, None, Standing("NOT_REQUIRED", because="HAS_NEXT_ACCOMMODATION")),
        (ON, False, None, None, Standing("NOT_STARTED", "ADD_DTR_REFERRAL_DETAILS")),
        (None, False, None, None, Standing("NOT_STARTED", "ADD_DTR_REFERRAL_DETAILS")),
        (date(2025, 2, 26), False, None, None, Standing("NOT_STARTED", "ADD_DTR_REFERRAL_DETAILS")),
        (date(2025, 2, 27), False, None, None, Standing("UPCOMING")),
        (ON, True, Status.SUBMITTED, date(2024, 7, 3), Standing("SUBMITTED", "ADD_DTR_OUTCOME")),
        (ON, True, Status.ACCEPTED, date(2024, 7, 3), Standing("ACCEPTED")),
        (
            ON,
            False,
            Status.ACCEPTED,
            date(2024, 7, 2),
            Standing("NOT_STARTED", "ADD_DTR_REFERRAL_DETAILS"),
        ),
        (ON, False, Status.ACCEPTED, None, Standing("NOT_STARTED", "ADD_DTR_REFERRAL_DETAILS")),
        (
            ON,
            True,
            Status.WITHDRAWN,
            date(2024, 7, 4),
            Standing("NOT_REQUIRED", because="HAS_NEXT_ACCOMMODATION"),
        ),
    ],
)
def test_where_somebody_stands(
    ends_on: date | None,
    has_next: bool,
    status: Status | None,
    submitted_on: date | None,
    expected: Standing,
) -> None:
    found = standing(ON, ends_on, has_next=has_next, status=status, submitted_on=submitted_on)
    assert found == expected
