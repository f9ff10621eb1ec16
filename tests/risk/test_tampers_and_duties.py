"""Interference and missed duties: how soon somebody looks, and until when."""

from collections.abc import Callable

import pytest

from schemas.base import Fact
from schemas.register import CancelGround
from schemas.risk import Rosh
from schemas.tracking import Tamper
from tests.risk.person import a_desk, at, cancelled, fitted, met, missed, rosh, short, tampered


@pytest.mark.parametrize("tamper", list(Tamper))
def test_any_interference_is_looked_at_the_same_day(tamper: Tamper) -> None:
    assert short(a_desk().hear(tampered(tamper=tamper))) == ["same-day: tamper"]


def test_interference_at_high_risk_is_immediate_unless_learned_late() -> None:
    high = rosh(Rosh.HIGH)
    assert short(a_desk().hear(high, tampered())) == ["immediate: tamper high-risk"]
    assert short(a_desk().hear(high, tampered(late=True))) == [
        "same-day: tamper high-risk learned-late"
    ]


def test_a_new_fitting_closes_interference_on_the_body_with_any_device() -> None:
    desk = a_desk()
    desk.hear(fitted(-60), tampered(0))
    assert short(desk.hear(fitted(5, device_ref="device-2"))) == ["tag-refitted"]


def test_a_new_fitting_of_another_device_leaves_the_home_unit_open() -> None:
    desk = a_desk()
    desk.hear(tampered(0, tamper=Tamper.HOME_UNIT_MOVED))
    assert desk.hear(fitted(5, device_ref="device-2")) == []
    assert short(desk.hear(fitted(6))) == ["tag-refitted"]


def test_an_older_fitting_heard_late_closes_nothing() -> None:
    desk = a_desk()
    desk.hear(tampered(5))
    assert desk.hear(fitted(0)) == []


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
        desk.hear(rosh(overall))
    assert short(desk.hear(missed())) == [expected]
    assert desk.because[-1] == "missed-duty"


def test_a_duty_done_late_closes_its_alert_and_no_other() -> None:
    desk = a_desk()
    desk.hear(missed(), missed(deadline_ref="deadline-2"))
    assert short(desk.hear(met(late=True))) == ["duty-done"]


def test_a_duty_missed_is_one_alert_however_often_it_is_said() -> None:
    desk = a_desk()
    desk.hear(missed())
    assert desk.hear(missed(noticed_at=at(60))) == []
    assert desk.because[-1] == "already-counted"


def test_a_duty_heard_to_be_done_before_it_was_missed_is_over_already() -> None:
    desk = a_desk()
    desk.hear(met())
    assert short(desk.hear(missed())) == ["routine: missed-duty", "duty-done"]


@pytest.mark.parametrize("ground", sorted(set(CancelGround) - {CancelGround.REQUIREMENT_ENDED}))
def test_a_duty_that_fell_away_was_not_missed(ground: CancelGround) -> None:
    desk = a_desk()
    desk.hear(missed(turn=1))
    assert short(desk.hear(cancelled(ground, turn=2))) == ["duty-cancelled"]


def test_what_was_missed_before_the_requirement_ended_is_still_looked_at() -> None:
    desk = a_desk()
    desk.hear(missed(turn=1))
    assert desk.hear(cancelled(CancelGround.REQUIREMENT_ENDED, turn=1)) == []


@pytest.mark.parametrize("over", [met, cancelled])
def test_a_duty_missed_anew_after_it_was_over_is_another_alert(over: Callable[..., Fact]) -> None:
    """As when the notification that did it is taken back, or somebody held is let go."""
    desk = a_desk()
    desk.hear(missed(turn=1), over(turn=2))
    assert short(desk.hear(missed(turn=3))) == ["routine: missed-duty"]
    assert desk.hear(over(turn=2)) == []
    assert short(desk.hear(met(turn=4))) == ["duty-done"]


def test_the_word_of_the_higher_turn_is_the_later_however_they_come() -> None:
    desk = a_desk()
    assert short(desk.hear(missed(turn=3), met(turn=2))) == ["routine: missed-duty"]
