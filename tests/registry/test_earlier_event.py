"""When a first notification is needless: SOA 2003 s.83(2), (4), (6), by version 2026-6."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.base import Fact
from schemas.register import DeadlineMissed, Duty, NotificationKind
from services.registry.dates import start_of
from services.registry.domain import Clock, Stage, as_of
from services.registry.rules import RULES
from tests.makers import a_prevention_order, admitted
from tests.registry.desk import of_kind
from tests.registry.person import BEFORE_FIFTH, NEWEST, a_desk, cautioned, convicted, notified
from tests.registry.person import released as let_go

CAUTIONED = date(2024, 3, 2)
LAST = date(2026, 3, 1)
"""Of the notification that the caution brought."""
SUBJECT = (cautioned(CAUTIONED), notified(CAUTIONED))
DAY = timedelta(days=1)


def first_of(since: date, *facts: Fact, on: date, version: str = NEWEST) -> Clock:
    """The first notification asked from that day, as it stands."""
    found = as_of(facts, on, RULES[version])
    assert found is not None
    (clock,) = [
        one for one in found.clocks if (one.duty, one.since) == (Duty.INITIAL_NOTIFICATION, since)
    ]
    return clock


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (LAST - 3 * DAY, Stage.NOT_NEEDED),
        (LAST - 2 * DAY, Stage.NOT_NEEDED),
        (LAST - DAY, Stage.OPEN),
        (LAST, Stage.OPEN),
        (LAST + DAY, Stage.OPEN),
        (LAST + 2 * DAY, Stage.OPEN),
    ],
)
def test_it_is_needless_only_if_the_earlier_event_lasts_through_all_three_days(
    on: date, stage: Stage
) -> None:
    assert first_of(on, *SUBJECT, convicted(on), on=on).stage is stage


@pytest.mark.parametrize("version", [*BEFORE_FIFTH, "2026-5"])
def test_by_the_versions_before_once_was_enough_without_a_break(version: str) -> None:
    clock = first_of(LAST, *SUBJECT, convicted(LAST), on=LAST, version=version)
    assert clock.stage is Stage.NOT_NEEDED


def test_days_in_custody_do_not_count_and_the_earlier_event_may_end_meanwhile() -> None:
    """Held from conviction to after the caution had ended: three days from release."""
    on, free = date(2026, 2, 10), date(2026, 6, 1)
    held = (*SUBJECT, convicted(on, in_custody=True), let_go(free))
    clock = first_of(on, *held, on=free)
    assert (clock.stage, clock.due_on) == (Stage.OPEN, date(2026, 6, 3))
    soon = (*SUBJECT, convicted(on, in_custody=True), let_go(LAST - 2 * DAY))
    assert first_of(on, *soon, on=LAST - 2 * DAY).stage is Stage.NOT_NEEDED


def test_an_order_that_lasts_is_an_earlier_event_too() -> None:
    prolonged = admitted(a_prevention_order(made_on=date(2025, 1, 6), until=None))
    assert first_of(LAST, *SUBJECT, prolonged, convicted(LAST), on=LAST).stage is Stage.NOT_NEEDED


def test_who_was_spared_is_owed_nothing_by_what_comes_after_while_one_of_them_lasts() -> None:
    spared, again = LAST - 2 * DAY, date(2026, 9, 1)
    facts = (*SUBJECT, convicted(spared), convicted(again))
    assert first_of(again, *facts, on=again).stage is Stage.NOT_NEEDED


def test_a_first_notification_after_it_meets_the_one_that_was_not_spared() -> None:
    clock = first_of(LAST, *SUBJECT, convicted(LAST), notified(LAST + DAY), on=LAST + DAY)
    assert (clock.stage, clock.met_on) == (Stage.MET, LAST + DAY)


def test_who_had_not_notified_is_not_spared() -> None:
    on = date(2025, 3, 3)
    assert first_of(on, cautioned(CAUTIONED), convicted(on), on=on).stage is Stage.OPEN


@pytest.mark.parametrize("later", [0, 1])
def test_who_had_not_and_does_so_now_has_met_it(later: int) -> None:
    on = date(2025, 3, 3)
    made_on = on + later * DAY
    clock = first_of(on, cautioned(CAUTIONED), convicted(on), notified(made_on), on=made_on)
    assert (clock.stage, clock.met_on) == (Stage.MET, made_on)


def test_a_yearly_notification_shows_that_there_was_a_first_for_the_next_duty_too() -> None:
    """Else a possible breach of somebody who plainly is on the register and known there."""
    yearly = notified(date(2025, 3, 10), NotificationKind.ANNUAL)
    again = date(2026, 3, 2)
    facts = (convicted(date(2020, 1, 6)), yearly, convicted(again))
    clock = first_of(again, *facts, on=again + 4 * DAY)
    assert (clock.stage, clock.met_on) == (Stage.NOT_NEEDED, date(2025, 3, 10))
    before = first_of(again, *facts, on=again + 4 * DAY, version="2026-5")
    assert before.stage is Stage.MISSED


def test_what_is_owed_and_not_done_is_missed_and_said() -> None:
    desk = a_desk()
    desk.hear(*SUBJECT, convicted(LAST))
    missed = of_kind(desk.ticked(start_of(LAST + 3 * DAY)), DeadlineMissed)
    assert [(one.duty, one.due_on) for one in missed if one.duty is Duty.INITIAL_NOTIFICATION] == [
        (Duty.INITIAL_NOTIFICATION, LAST + 2 * DAY)
    ]
