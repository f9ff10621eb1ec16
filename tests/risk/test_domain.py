"""What makes somebody look, how soon, and until when."""

from typing import Any

import pytest

from schemas.base import Fact
from schemas.register import DeadlineMet, DeadlineMissed
from schemas.risk import AlertClosed, AlertRaised, Reason, Rosh, RoshAssessed, Urgency
from schemas.tracking import TagFitted, TagTampered, Tamper, ZoneEnded, ZoneEntered, ZoneSet
from schemas.tracking import ZoneLeft as Left
from tests.makers import (
    PERSON,
    a_conviction,
    a_deadline_met,
    a_deadline_missed,
    a_fitting,
    a_rosh,
    a_tamper,
    a_tick,
    a_zone,
    a_zone_ending,
    a_zone_entry,
    a_zone_exit,
)
from tests.registry.desk import Desk, of_kind
from tests.risk.person import ROUTES, a_desk, at, logged, short

VICTIM = "victim-zone"


def _zone(minutes: float = -60, **fields: Any) -> ZoneSet:
    return logged(a_zone(occurred_at=at(minutes), **fields))


def _entered(minutes: float = 0, **fields: Any) -> ZoneEntered:
    return logged(a_zone_entry(occurred_at=at(minutes), **fields))


def _left(minutes: float, **fields: Any) -> Left:
    return logged(a_zone_exit(occurred_at=at(minutes), **fields))


def _ended(minutes: float) -> ZoneEnded:
    return logged(a_zone_ending(occurred_at=at(minutes)))


def _rosh(overall: Rosh, minutes: float = -60) -> RoshAssessed:
    return logged(a_rosh(overall, occurred_at=at(minutes)))


def _tampered(minutes: float = 0, **fields: Any) -> TagTampered:
    return logged(a_tamper(occurred_at=at(minutes), **fields))


def _fitted(minutes: float, **fields: Any) -> TagFitted:
    return logged(a_fitting(occurred_at=at(minutes), **fields))


def _missed(**fields: Any) -> DeadlineMissed:
    return logged(a_deadline_missed(**fields))


def _met(**fields: Any) -> DeadlineMet:
    return logged(a_deadline_met(**fields))


def _alone(desk: Desk, *facts: Fact) -> AlertRaised:
    (raised,) = of_kind(desk.hear(*facts), AlertRaised)
    assert isinstance(raised, AlertRaised)
    return raised


def test_a_victim_zone_breach_is_immediate_even_the_first_time() -> None:
    desk = a_desk()
    raised = _alone(desk, _zone(protects_victim=True), _entered())
    assert (raised.urgency, raised.reasons) == (Urgency.IMMEDIATE, (Reason.VICTIM_ZONE,))
    assert desk.because == ["noted", VICTIM]


def test_another_zone_is_looked_at_the_same_day() -> None:
    desk = a_desk()
    assert short(desk.hear(_zone(), _entered())) == ["same-day: zone"]
    assert desk.because[-1] == "zone"


@pytest.mark.parametrize(
    ("overall", "expected"),
    [
        (Rosh.LOW, "same-day: zone"),
        (Rosh.MEDIUM, "same-day: zone"),
        (Rosh.HIGH, "immediate: zone high-risk"),
        (Rosh.VERY_HIGH, "immediate: zone high-risk"),
    ],
)
def test_any_zone_is_immediate_with_a_high_risk_of_serious_harm(
    overall: Rosh, expected: str
) -> None:
    assert short(a_desk().hear(_rosh(overall), _entered())) == [expected]


def test_what_was_learned_late_is_at_most_same_day_and_says_so() -> None:
    heard = (_zone(protects_victim=True), _rosh(Rosh.HIGH), _entered(late=True))
    assert short(a_desk().hear(*heard)) == ["same-day: victim-zone high-risk learned-late"]


def test_an_alert_follows_from_the_entry_and_names_the_person() -> None:
    entered = _entered()
    raised = _alone(a_desk(), entered)
    assert (raised.caused_by, raised.person_id) == (entered.event_id, PERSON)
    assert raised.occurred_at == entered.occurred_at
    assert "zone-1" not in raised.alert_ref


def test_the_same_entry_twice_is_counted_once() -> None:
    desk = a_desk()
    desk.hear(_entered())
    assert desk.hear(_entered()) == []
    assert desk.because[-1] == "already-counted"


def test_each_visit_raises_an_alert_of_its_own() -> None:
    desk = a_desk()
    said = desk.hear(_entered(0), _left(5), _entered(10))
    assert short(said) == ["same-day: zone", "left-zone", "same-day: zone"]
    first, second = of_kind(said, AlertRaised)
    assert first.alert_ref != second.alert_ref


def test_leaving_closes_what_was_entered_before_and_nothing_else() -> None:
    desk = a_desk()
    first = _alone(desk, _entered(0))
    desk.hear(_entered(0, zone_ref="zone-2"))
    (closed,) = desk.hear(_left(5))
    assert isinstance(closed, AlertClosed)
    assert closed.alert_ref == first.alert_ref
    assert desk.because[-1] == "closed"


def test_leaving_late_does_not_close_a_later_entry() -> None:
    desk = a_desk()
    desk.hear(_entered(0), _entered(60))
    assert short(desk.hear(_left(30))) == ["left-zone"]
    assert sum(alert.urgency is not None for alert in desk.state.alerts) == 1


def test_leaving_in_the_very_instant_of_an_entry_leaves_the_alert_standing() -> None:
    desk = a_desk()
    desk.hear(_entered(5))
    assert desk.hear(_left(5)) == []


def test_left_before_it_was_heard_to_be_entered_is_raised_and_closed_at_once() -> None:
    desk = a_desk()
    desk.hear(_left(5))
    assert short(desk.hear(_entered(0))) == ["same-day: zone", "left-zone"]
    assert desk.because[-1] == "over-already"


def test_the_end_of_the_zone_closes_the_alert() -> None:
    desk = a_desk()
    desk.hear(_entered(0))
    assert short(desk.hear(_ended(5))) == ["zone-ended"]
    assert short(desk.hear(_left(6))) == []
    assert desk.because[-1] == "noted"


def test_a_zone_ended_and_set_again_is_entered_again() -> None:
    desk = a_desk()
    desk.hear(_entered(0), _ended(5), _zone(6, zone_version=2))
    assert short(desk.hear(_entered(10, zone_version=2))) == ["same-day: zone"]


def test_a_zone_whose_time_is_up_closes_the_alert_on_the_next_tick() -> None:
    desk = a_desk()
    desk.hear(_zone(in_force_to=at(30)), _entered(0))
    assert desk.wake_at == at(30)
    assert desk.ticked(at(29)) == []
    tick = a_tick(at(31))
    (closed,) = desk.hear(tick)
    assert (closed.caused_by, closed.person_id) == (tick.event_id, PERSON)
    assert short([closed]) == ["zone-ended"]
    assert desk.wake_at is None


def test_a_tick_changes_nothing_while_the_zone_binds() -> None:
    desk = a_desk()
    desk.hear(_zone(in_force_to=at(30)), _entered(0), _tampered(0))
    before = desk.state
    decision = desk._on_tick(before, a_tick(at(1)), desk.context())
    assert (decision.state, decision.facts, decision.because) == (before, (), "noted")


def test_an_entry_after_its_zone_was_up_does_not_wait_for_its_end() -> None:
    desk = a_desk()
    desk.hear(_zone(in_force_to=at(30)), _entered(40))
    assert desk.wake_at is None


def test_it_becomes_immediate_when_the_zone_is_heard_late_to_protect_a_victim() -> None:
    desk = a_desk()
    first = _alone(desk, _entered())
    again = _alone(desk, _zone(protects_victim=True))
    assert first.alert_ref == again.alert_ref
    assert (first.urgency, again.urgency) == (Urgency.SAME_DAY, Urgency.IMMEDIATE)
    assert desk.because[-1] == "more-urgent"


def test_it_becomes_immediate_when_the_risk_is_assessed_as_high() -> None:
    desk = a_desk()
    desk.hear(_entered())
    assert short(desk.hear(_rosh(Rosh.HIGH, 5))) == ["immediate: zone high-risk"]
    assert desk.hear(_rosh(Rosh.VERY_HIGH, 6)) == []


def test_a_lower_risk_takes_no_alert_back() -> None:
    desk = a_desk()
    desk.hear(_rosh(Rosh.HIGH), _entered())
    assert desk.hear(_rosh(Rosh.LOW, 5)) == []
    assert short(desk.hear(_left(9))) == ["left-zone"]


def test_a_closed_alert_is_never_raised_again() -> None:
    desk = a_desk()
    desk.hear(_entered(0), _left(5))
    assert desk.hear(_rosh(Rosh.HIGH, 6), _zone(protects_victim=True), _entered(0)) == []


def test_the_latest_assessment_counts_however_late_the_older_is_heard() -> None:
    desk = a_desk()
    desk.hear(_rosh(Rosh.LOW, 5), _rosh(Rosh.HIGH, 0))
    assert short(desk.hear(_entered(10))) == ["same-day: zone"]


def test_of_two_assessments_of_the_same_moment_the_higher_counts() -> None:
    desk = a_desk()
    desk.hear(_rosh(Rosh.HIGH, 5), _rosh(Rosh.MEDIUM, 5))
    assert short(desk.hear(_entered(10))) == ["immediate: zone high-risk"]


def test_the_highest_version_of_a_zone_counts_however_late_a_lower_is_heard() -> None:
    desk = a_desk()
    desk.hear(_zone(zone_version=2), _zone(zone_version=1, protects_victim=True))
    assert short(desk.hear(_entered(1, zone_version=2))) == ["same-day: zone"]


@pytest.mark.parametrize("tamper", list(Tamper))
def test_any_interference_is_looked_at_the_same_day(tamper: Tamper) -> None:
    assert short(a_desk().hear(_tampered(tamper=tamper))) == ["same-day: tamper"]


def test_interference_at_high_risk_is_immediate_unless_learned_late() -> None:
    high = _rosh(Rosh.HIGH)
    assert short(a_desk().hear(high, _tampered())) == ["immediate: tamper high-risk"]
    assert short(a_desk().hear(high, _tampered(late=True))) == [
        "same-day: tamper high-risk learned-late"
    ]


def test_a_new_fitting_closes_interference_on_the_body_with_any_device() -> None:
    desk = a_desk()
    desk.hear(_fitted(-60), _tampered(0))
    assert short(desk.hear(_fitted(5, device_ref="device-2"))) == ["tag-refitted"]


def test_a_new_fitting_of_another_device_leaves_the_home_unit_open() -> None:
    desk = a_desk()
    desk.hear(_tampered(0, tamper=Tamper.HOME_UNIT_MOVED))
    assert desk.hear(_fitted(5, device_ref="device-2")) == []
    assert short(desk.hear(_fitted(6))) == ["tag-refitted"]


def test_an_older_fitting_heard_late_closes_nothing() -> None:
    desk = a_desk()
    desk.hear(_tampered(5))
    assert desk.hear(_fitted(0)) == []


@pytest.mark.parametrize(
    ("overall", "expected"),
    [
        (None, "routine: missed-duty"),
        (Rosh.LOW, "routine: missed-duty"),
        (Rosh.MEDIUM, "same-day: missed-duty"),
        (Rosh.HIGH, "same-day: missed-duty high-risk"),
    ],
)
def test_a_missed_duty_is_looked_at_by_the_risk(overall: Rosh | None, expected: str) -> None:
    desk = a_desk()
    if overall is not None:
        desk.hear(_rosh(overall))
    assert short(desk.hear(_missed())) == [expected]
    assert desk.because[-1] == "missed-duty"


def test_a_duty_done_late_closes_its_alert_and_no_other() -> None:
    desk = a_desk()
    desk.hear(_missed(), _missed(deadline_ref="deadline-2"))
    assert short(desk.hear(_met(late=True))) == ["duty-done"]


def test_a_duty_missed_is_one_alert_however_often_it_is_said() -> None:
    desk = a_desk()
    desk.hear(_missed())
    assert desk.hear(_missed(noticed_at=at(60))) == []
    assert desk.because[-1] == "already-counted"


def test_a_duty_heard_to_be_done_before_it_was_missed_is_over_already() -> None:
    desk = a_desk()
    desk.hear(_met())
    assert short(desk.hear(_missed())) == ["routine: missed-duty", "duty-done"]


def test_what_is_long_over_is_forgotten_and_what_stands_is_not() -> None:
    desk = a_desk()
    desk.hear(_entered(0), _left(5), _missed(), _entered(6, zone_ref="zone-2"))
    assert len(desk.state.alerts) == 3
    month = 31 * 24 * 60
    desk.hear(_entered(month))
    assert sorted(alert.subject for alert in desk.state.alerts) == [
        "deadline-1",
        "zone-1",
        "zone-2",
    ]


def test_a_fact_about_nobody_is_an_error_that_holds_the_row() -> None:
    with pytest.raises(ValueError, match="person_id"):
        ROUTES[ZoneEntered](None, a_zone_entry(person_id=None), a_desk().context())


def test_a_conviction_is_not_for_risk() -> None:
    assert type(a_conviction()) not in ROUTES
