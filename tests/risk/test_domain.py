"""Crossings: what makes somebody look, how soon, and until when."""

import pytest

from schemas.base import Fact
from schemas.risk import AlertClosed, AlertRaised, Reason, Rosh, Urgency
from schemas.tracking import ZoneEntered
from tests.makers import (
    PERSON,
    a_conviction,
    a_tick,
    a_zone_entry,
)
from tests.registry.desk import Desk, of_kind
from tests.risk.person import (
    ROUTES,
    a_desk,
    at,
    ended,
    entered,
    left,
    missed,
    rosh,
    short,
    tampered,
    zone,
)

VICTIM = "victim-zone"


def _alone(desk: Desk, *facts: Fact) -> AlertRaised:
    (raised,) = of_kind(desk.hear(*facts), AlertRaised)
    assert isinstance(raised, AlertRaised)
    return raised


def test_a_victim_zone_breach_is_immediate_even_the_first_time() -> None:
    desk = a_desk()
    raised = _alone(desk, zone(protects_victim=True), entered())
    assert (raised.urgency, raised.reasons) == (Urgency.IMMEDIATE, (Reason.VICTIM_ZONE,))
    assert desk.because == ["noted", VICTIM]


def test_another_zone_is_looked_at_the_same_day() -> None:
    desk = a_desk()
    assert short(desk.hear(zone(), entered())) == ["same-day: zone"]
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
    assert short(a_desk().hear(rosh(overall), entered())) == [expected]


def test_what_was_learned_late_is_at_most_same_day_and_says_so() -> None:
    heard = (zone(protects_victim=True), rosh(Rosh.HIGH), entered(late=True))
    assert short(a_desk().hear(*heard)) == ["same-day: victim-zone high-risk learned-late"]


def test_an_alert_follows_from_the_entry_and_names_the_person() -> None:
    entry = entered()
    raised = _alone(a_desk(), entry)
    assert (raised.caused_by, raised.person_id) == (entry.event_id, PERSON)
    assert raised.occurred_at == entry.occurred_at
    assert "zone-1" not in raised.alert_ref


def test_the_same_entry_twice_is_counted_once() -> None:
    desk = a_desk()
    desk.hear(entered())
    assert desk.hear(entered()) == []
    assert desk.because[-1] == "already-counted"


def test_each_visit_raises_an_alert_of_its_own() -> None:
    desk = a_desk()
    said = desk.hear(entered(0), left(5), entered(10))
    assert short(said) == ["same-day: zone", "left-zone", "same-day: zone"]
    first, second = of_kind(said, AlertRaised)
    assert first.alert_ref != second.alert_ref


def test_leaving_closes_what_was_entered_before_and_nothing_else() -> None:
    desk = a_desk()
    first = _alone(desk, entered(0))
    desk.hear(entered(0, zone_ref="zone-2"))
    (closed,) = desk.hear(left(5))
    assert isinstance(closed, AlertClosed)
    assert closed.alert_ref == first.alert_ref
    assert desk.because[-1] == "closed"


def test_leaving_late_does_not_close_a_later_entry() -> None:
    desk = a_desk()
    desk.hear(entered(0), entered(60))
    assert short(desk.hear(left(30))) == ["left-zone"]
    assert sum(alert.urgency is not None for alert in desk.state.alerts) == 1


def test_leaving_in_the_very_instant_of_an_entry_leaves_the_alert_standing() -> None:
    desk = a_desk()
    desk.hear(entered(5))
    assert desk.hear(left(5)) == []


def test_left_before_it_was_heard_to_be_entered_is_raised_and_closed_at_once() -> None:
    desk = a_desk()
    desk.hear(left(5))
    assert short(desk.hear(entered(0))) == ["same-day: zone", "left-zone"]
    assert desk.because[-1] == "over-already"


def test_the_end_of_the_zone_closes_the_alert() -> None:
    desk = a_desk()
    desk.hear(entered(0))
    assert short(desk.hear(ended(5))) == ["zone-ended"]
    assert short(desk.hear(left(6))) == []
    assert desk.because[-1] == "noted"


def test_a_zone_ended_and_set_again_is_entered_again() -> None:
    desk = a_desk()
    desk.hear(entered(0), ended(5), zone(6, zone_version=2))
    assert short(desk.hear(entered(10, zone_version=2))) == ["same-day: zone"]


def test_a_zone_whose_time_is_up_closes_the_alert_on_the_next_tick() -> None:
    desk = a_desk()
    desk.hear(zone(in_force_to=at(30)), entered(0))
    assert desk.wake_at == at(30)
    assert desk.ticked(at(29)) == []
    tick = a_tick(at(31))
    (closed,) = desk.hear(tick)
    assert (closed.caused_by, closed.person_id) == (tick.event_id, PERSON)
    assert short([closed]) == ["zone-ended"]
    assert desk.wake_at is None


def test_an_alert_is_closed_under_one_number_whatever_shows_it() -> None:
    numbers = set()
    for after in (31, 45):
        desk = a_desk()
        desk.hear(zone(in_force_to=at(30)), entered(0))
        (closed,) = desk.ticked(at(after))
        numbers.add(closed.event_id)
    assert len(numbers) == 1


def test_a_tick_changes_nothing_while_the_zone_binds() -> None:
    desk = a_desk()
    desk.hear(zone(in_force_to=at(30)), entered(0), tampered(0))
    before = desk.state
    decision = desk._on_tick(before, a_tick(at(1)), desk.context())
    assert (decision.state, decision.facts, decision.because) == (before, (), "noted")


def test_an_entry_after_its_zone_was_up_does_not_wait_for_its_end() -> None:
    desk = a_desk()
    desk.hear(zone(in_force_to=at(30)), entered(40))
    assert desk.wake_at is None


def test_it_becomes_immediate_when_the_zone_is_heard_late_to_protect_a_victim() -> None:
    desk = a_desk()
    first = _alone(desk, entered())
    again = _alone(desk, zone(protects_victim=True))
    assert first.alert_ref == again.alert_ref
    assert (first.urgency, again.urgency) == (Urgency.SAME_DAY, Urgency.IMMEDIATE)
    assert desk.because[-1] == "more-urgent"


def test_it_becomes_immediate_when_the_risk_is_assessed_as_high() -> None:
    desk = a_desk()
    desk.hear(entered())
    assert short(desk.hear(rosh(Rosh.HIGH, 5))) == ["immediate: zone high-risk"]
    assert desk.hear(rosh(Rosh.VERY_HIGH, 6)) == []


def test_a_lower_risk_takes_no_alert_back() -> None:
    desk = a_desk()
    desk.hear(rosh(Rosh.HIGH), entered())
    assert desk.hear(rosh(Rosh.LOW, 5)) == []
    assert short(desk.hear(left(9))) == ["left-zone"]


def test_a_closed_alert_is_never_raised_again() -> None:
    desk = a_desk()
    desk.hear(entered(0), left(5))
    assert desk.hear(rosh(Rosh.HIGH, 6), zone(protects_victim=True), entered(0)) == []


def test_the_latest_assessment_counts_however_late_the_older_is_heard() -> None:
    desk = a_desk()
    desk.hear(rosh(Rosh.LOW, 5), rosh(Rosh.HIGH, 0))
    assert short(desk.hear(entered(10))) == ["same-day: zone"]


def test_of_two_assessments_of_the_same_moment_the_higher_counts() -> None:
    desk = a_desk()
    desk.hear(rosh(Rosh.HIGH, 5), rosh(Rosh.MEDIUM, 5))
    assert short(desk.hear(entered(10))) == ["immediate: zone high-risk"]


def test_the_highest_version_of_a_zone_counts_however_late_a_lower_is_heard() -> None:
    desk = a_desk()
    desk.hear(zone(zone_version=2), zone(zone_version=1, protects_victim=True))
    assert short(desk.hear(entered(1, zone_version=2))) == ["same-day: zone"]


def test_what_is_long_over_is_forgotten_and_what_stands_is_not() -> None:
    desk = a_desk()
    desk.hear(entered(0), left(5), missed(), entered(6, zone_ref="zone-2"))
    assert len(desk.state.alerts) == 3
    month = 31 * 24 * 60
    desk.hear(entered(month))
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
