"""The last days of grants and of reviews: reminded, due, missed; met where one is renewed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.log import GrantDeadline, GrantDeadlineState, GrantDuty
from services.admission.domain import InForce
from services.admission.domain.states import LastTick
from services.admission.rules import Rules
from services.agreements.compile import Agreements, load
from services.agreements.deadlines import REMINDED_BEFORE, moved, near, shown
from services.runtime.decision import Row
from tests.admission.at_the_door import REFERENCES, Door
from tests.agreements.makers import a_file
from tests.makers import a_tick, agreements_adopted

S = GrantDeadlineState
EXPIRES, REVIEW = date(2027, 3, 31), date(2027, 3, 1)
OVER = datetime(2027, 3, 31, 23, tzinfo=UTC)
"""Summer time has begun in London."""


def agreed(folder: Path, *changes: tuple[str, str]) -> Agreements:
    folder.mkdir(exist_ok=True)
    a_file(folder, *changes)
    return load(folder)


@pytest.mark.parametrize(
    ("now", "states"),
    [
        (OVER - REMINDED_BEFORE - timedelta(seconds=1), []),
        (OVER - REMINDED_BEFORE, [S.REMINDED]),
        (OVER - timedelta(days=1, seconds=1), [S.REMINDED]),
        (OVER - timedelta(days=1), [S.REMINDED, S.DUE]),
        (OVER - timedelta(seconds=1), [S.REMINDED, S.DUE]),
        (OVER, [S.REMINDED, S.DUE, S.MISSED]),
    ],
)
def test_by_the_moment_in_london_a_grant_is_near_its_end_there_or_over(
    tmp_path: Path, now: datetime, states: list[S]
) -> None:
    found = shown(agreed(tmp_path), None, now)
    expiry = [one for one in found if one.deadline.duty is GrantDuty.EXPIRY]
    assert [one.state for one in expiry] == states
    assert {one.deadline.on for one in expiry} <= {EXPIRES}


def test_a_jump_of_the_clock_shows_all_it_jumped_over_in_order_and_once(tmp_path: Path) -> None:
    known = agreed(tmp_path)
    ticks = [OVER - timedelta(days=90), OVER - timedelta(days=3), OVER + timedelta(days=9)]
    steps = [shown(known, before, now) for before, now in zip(ticks, ticks[1:], strict=False)]
    assert [one for step in steps for one in step] == shown(known, *(ticks[0], ticks[-1]))
    assert len(set(steps[0]) | set(steps[1])) == 6


def test_of_what_was_renewed_it_is_said_that_it_is_met_and_of_what_is_gone_that_it_is_not(
    tmp_path: Path,
) -> None:
    before = agreed(tmp_path / "before")
    renewed = agreed(
        tmp_path / "after",
        ("review_by: 2027-03-01", "review_by: 2027-03-25"),
        ("reviewed: 2026-11-02", "reviewed: 2027-02-20"),
    )
    gone = agreed(tmp_path / "gone", ("release-date-set", "level-set"), ("custody]", "management]"))
    now = datetime(2027, 2, 20, tzinfo=UTC)
    assert [(one.state, one.deadline.on) for one in moved(before, renewed, now)] == [
        (S.MET, REVIEW)
    ]
    assert {one.state for one in moved(before, gone, now)} == {S.CANCELLED, S.REMINDED}
    assert list(moved(before, before, now)) == []


def test_only_how_it_stands_now_is_on_a_page(tmp_path: Path) -> None:
    (review, expiry) = near(agreed(tmp_path), datetime(2027, 3, 5, tzinfo=UTC))
    assert (review.deadline.duty, review.state) == (GrantDuty.REVIEW, S.MISSED)
    assert (expiry.deadline.duty, expiry.state) == (GrantDuty.EXPIRY, S.REMINDED)


def a_door(known: Agreements, *others: Agreements) -> Door:
    versions = {one.version: one for one in (known, *others)}
    door = Door(rows={"adopted:agreements-adopted": Row(InForce(version=known.version))})
    door.rules = Rules(known, REFERENCES, versions.__getitem__)
    return door


def said(door: Door) -> list[tuple[GrantDuty, S]]:
    found = [(one.duty, one.state) for one in door.log if isinstance(one, GrantDeadline)]
    door.log.clear()
    return found


def test_the_log_is_told_at_the_tick_that_shows_it_and_not_again(tmp_path: Path) -> None:
    door = a_door(agreed(tmp_path))
    door.at = OVER + timedelta(days=1)
    door.say(a_tick(OVER - timedelta(days=80)))
    assert said(door) == []
    door.say(a_tick(OVER - timedelta(days=20)))
    assert said(door) == [
        (GrantDuty.REVIEW, S.REMINDED),
        (GrantDuty.REVIEW, S.DUE),
        (GrantDuty.EXPIRY, S.REMINDED),
        (GrantDuty.REVIEW, S.MISSED),
    ]
    door.say(a_tick(OVER - timedelta(days=19)))
    assert said(door) == []
    assert isinstance(door.get("clock"), LastTick)


def test_the_log_is_told_where_an_adoption_moves_the_day(tmp_path: Path) -> None:
    before = agreed(tmp_path / "before")
    after = agreed(tmp_path / "after", ("expires: 2027-03-31", "expires: 2028-03-31"))
    door = a_door(before, after)
    door.at = OVER
    door.say(a_tick(OVER - timedelta(days=20)))
    said(door)
    door.say(agreements_adopted(after.version, occurred_at=door.at))
    assert said(door) == [(GrantDuty.EXPIRY, S.MET)]
