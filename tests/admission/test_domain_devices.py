"""Who wears a device when: what is said of a device is about whoever wore it then."""

from functools import reduce
from itertools import permutations

import pytest

from schemas.base import Fact
from services.admission.domain import Device, Worn
from services.admission.rules import WORN_AT_MOST
from tests.admission.at_the_door import HERS, HIS, WEARER, Door, a_door, conviction
from tests.makers import (
    NOON,
    PERSON,
    a_fitting,
    a_removal,
    a_tamper,
    a_zone_entry,
    a_zone_exit,
    later,
)


def fitted(hours: float, *numbers: object, **fields: object) -> Fact:
    return a_fitting(identifiers=numbers, occurred_at=later(hours=hours), **fields)


def removed(hours: float, *numbers: object) -> Fact:
    return a_removal(identifiers=numbers, occurred_at=later(hours=hours))


def tamper(hours: float, **fields: object) -> Fact:
    return a_tamper(occurred_at=later(hours=hours), **fields)


def worn(door: Door, hours: float) -> Fact:
    """What is in the log of who wore it then."""
    fact = tamper(hours)
    door.say(fact)
    return next(one for one in door.log if one.event_id == fact.event_id)


def test_it_is_about_whoever_wore_it_when_it_happened() -> None:
    door = a_door(HERS, HIS)
    door.at = later(days=1)
    for fact in (fitted(0, HERS), removed(10, HERS), fitted(12, HIS)):
        assert door.say(fact) == "admitted"
    hers, his = door.log[0].person_id, door.log[2].person_id
    assert [worn(door, hours).person_id for hours in (0, 9.9)] == [hers, hers]
    assert [worn(door, hours).person_id for hours in (12, 13)] == [his, his]
    for hours in (-1, 10, 11):
        assert door.say(tamper(hours)) == "waiting"


def test_fitted_to_somebody_else_it_is_on_them_though_nobody_said_it_was_removed() -> None:
    door = a_door(HERS, HIS)
    door.at = later(days=1)
    door.say(fitted(0, HERS))
    door.say(fitted(5, HIS))
    hers, his = (fact.person_id for fact in door.log)
    assert (worn(door, 4).person_id, worn(door, 6).person_id) == (hers, his)


def test_fitted_again_to_the_same_person_it_is_worn_again() -> None:
    door = a_door(HERS)
    door.at = later(days=1)
    for fact in (fitted(0, HERS), removed(5, HERS), fitted(7, HERS)):
        door.say(fact)
    assert door.say(tamper(6)) == "waiting"
    assert door.say(tamper(8)) == "admitted"


def test_taken_off_and_fitted_again_in_one_instant_it_is_worn() -> None:
    door = a_door(HERS)
    door.at = later(days=1)
    for fact in (fitted(0, HERS), removed(5, HERS), fitted(5, HERS)):
        door.say(fact)
    assert door.say(tamper(6)) == "admitted"


def test_that_it_was_taken_off_somebody_else_changes_nothing() -> None:
    door = a_door(HERS, HIS)
    door.at = later(days=1)
    door.say(fitted(0, HERS))
    door.say(removed(1, HIS))
    assert door.say(tamper(2)) == "admitted"


def test_who_wore_it_does_not_depend_on_the_order_in_which_it_is_learned() -> None:
    said = (fitted(0, HERS), removed(5, HERS), fitted(5.5, HIS), removed(9, HIS))
    answers = set()
    for order in permutations(said):
        door = a_door(HERS, HIS)
        door.at = later(days=1)
        for fact in order:
            door.say(fact)
        device = door.get("device:device-1")
        answers.add(tuple(device.wearer(later(hours=h)) for h in (-1, 0, 4, 5, 5.2, 5.5, 8, 9)))
    (answer,) = answers
    assert answer[0] is answer[3] is answer[4] is answer[7] is None
    assert answer[1] == answer[2] != answer[5] == answer[6]


def test_what_is_said_of_a_device_nobody_is_known_to_wear_waits_for_its_wearer() -> None:
    door = a_door(HERS)
    early, late = tamper(1), tamper(3, event_id=a_tamper().event_id)
    door.at = later(hours=4)
    for fact in (early, late, tamper(-2)):
        assert door.say(fact) == "waiting"
    door.say(fitted(0, HERS))
    assert [fact.event_id for fact in door.log[1:]] == [early.event_id, late.event_id]
    assert {fact.person_id for fact in door.log} == {door.log[0].person_id}
    assert door.tick(later(hours=76)) == ["forgotten"]
    assert [key for key in door.rows if key.startswith("wait:")] == []


def test_a_fitting_that_itself_waited_lets_in_what_waited_for_it() -> None:
    door = Door()
    door.at = later(hours=4)
    door.say(tamper(1))
    door.say(fitted(0, HERS, WEARER))
    assert door.log == []
    door.say(conviction(HERS))
    assert door.kinds == ["ConvictionRecorded", "TagFitted", "TagTampered"]


def test_what_tracking_says_of_a_device_is_about_its_wearer_and_keeps_its_cause() -> None:
    door = a_door(HERS)
    door.say(fitted(0, HERS))
    entry = a_zone_entry()
    assert door.say(entry) == "admitted"
    assert door.log[-1].person_id == door.log[0].person_id
    assert door.log[-1].caused_by == entry.caused_by


def test_tracking_waits_for_the_wearer_like_anybody() -> None:
    door = a_door(HERS)
    assert door.say(a_zone_entry()) == "waiting"
    door.say(fitted(0, HERS))
    assert door.kinds == ["TagFitted", "ZoneEntered"]


def test_a_removal_is_about_the_person_named_in_it() -> None:
    door = a_door(HERS)
    door.say(fitted(0, HERS, WEARER))
    assert door.say(a_removal(identifiers=(WEARER,), occurred_at=NOON)) == "admitted"


@pytest.mark.parametrize(("first", "answered"), [(a_tamper(), False), (a_zone_exit(), True)])
def test_something_else_under_one_id_is_answered_to_our_services_alone(
    first: Fact, answered: bool
) -> None:
    door = a_door(HERS)
    door.say(fitted(-1, HERS))
    door.say(first)
    again = first.model_copy(update={"occurred_at": later(hours=-0.5)})
    door.say(again)
    assert [one.reason for one in door.returned] == ["said-differently"] * answered
    assert len(door.log) == 2


def test_of_a_device_fitted_again_and_again_the_latest_is_kept_in_whatever_order_it_came() -> None:
    told = [Worn(at=later(minutes=minute), person_id=PERSON, on=True) for minute in range(600)]
    forwards = reduce(Device.with_one, told, Device())
    backwards = reduce(Device.with_one, reversed(told), Device())
    assert forwards == backwards == Device(worn=tuple(told[-WORN_AT_MOST:]))
