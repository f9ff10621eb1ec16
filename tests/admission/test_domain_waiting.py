"""What waits for its person, what was said before, and who may tell from an answer."""

from datetime import timedelta
from uuid import UUID

import pytest

from schemas.base import Fact
from schemas.housing import TenancyStarted
from schemas.tracking import Point
from services.admission.domain import waiting
from services.admission.rules import NUMBERS_AT_MOST, REMEMBERED, WAITING_AT_MOST, WAITS_FOR
from tests.admission.at_the_door import (
    CRN,
    HERS,
    HIS,
    TENANT,
    Door,
    a_door,
    conviction,
)
from tests.makers import (
    NOON,
    a_joining,
    a_level,
    a_pnc,
    a_tenancy,
    a_tenancy_end,
    a_zone,
    an_address_change,
    later,
)

SECOND = timedelta(seconds=1)


def test_what_is_said_before_the_person_is_known_is_let_in_after_it_in_order() -> None:
    door = Door()
    early = [
        a_level(1, identifiers=(HERS,)),
        a_joining(identifiers=(CRN, HERS)),
        a_tenancy(identifiers=(HERS,)),
    ]
    for minute, fact in enumerate(early):
        door.at = later(minutes=minute)
        assert door.say(fact) == "waiting"
    known = conviction(HERS)
    assert door.say(known) == "new-person"
    assert [fact.event_id for fact in door.log] == [f.event_id for f in (known, *early)]
    assert {fact.person_id for fact in door.log} == {door.who(known)}
    assert [fact.recorded_at for fact in door.log[1:]] == [later(minutes=m) for m in range(3)]


def test_those_that_wait_under_several_numbers_come_in_the_order_the_broker_had_them() -> None:
    door = Door()
    first, second, third = (
        a_level(1, identifiers=(HERS,)),
        a_level(2, identifiers=(CRN,)),
        a_level(3, identifiers=(CRN, HERS)),
    )
    for fact in (first, second, third):
        door.say(fact)
    door.say(conviction(CRN, HERS))
    assert [f.event_id for f in door.log[1:]] == [f.event_id for f in (first, second, third)]


def test_what_was_let_in_waits_no_more() -> None:
    door = Door()
    door.say(a_level(identifiers=(CRN, HERS)))
    door.say(conviction(HERS))
    assert [key for key in door.rows if key.startswith("wait:")] == []


def test_a_number_told_by_a_letter_that_waited_is_learned_too() -> None:
    door = Door()
    by_crn, tying = a_joining(identifiers=(CRN,)), a_level(identifiers=(HERS, CRN))
    door.say(by_crn)
    door.say(tying)
    known = conviction(HERS)
    door.say(known)
    assert door.who(by_crn) == door.who(tying) == door.who(known)
    assert door.say(a_level(3, identifiers=(CRN,))) == "admitted"


def test_nothing_waits_longer_than_72_hours() -> None:
    door = Door()
    door.say(a_level(identifiers=(HERS,)))
    assert door.tick(NOON + WAITS_FOR - SECOND) == []
    assert door.tick(NOON + WAITS_FOR) == ["forgotten"]
    assert door.rows_of_people == set()
    door.say(conviction(HERS))
    assert door.kinds == ["ConvictionRecorded"]


def test_each_fact_is_forgotten_at_its_own_time() -> None:
    door = Door()
    old, young = a_level(1, identifiers=(HERS,)), a_level(2, identifiers=(HERS,))
    door.say(old)
    door.at = later(hours=10)
    door.say(young)
    assert door.tick(later(hours=72)) == ["forgotten"]
    assert door.tick(later(hours=81)) == []
    door.say(conviction(HERS))
    assert [fact.event_id for fact in door.log[1:]] == [young.event_id]


def test_what_came_earlier_but_was_read_later_is_forgotten_at_its_own_time() -> None:
    door = Door()
    door.say(a_level(1, identifiers=(HERS,)), recorded_at=later(hours=10))
    door.say(a_level(2, identifiers=(HERS,)), recorded_at=NOON)
    door.tick(later(hours=72))
    door.say(conviction(HERS))
    assert len(door.log) == 2


def test_so_much_waits_under_one_number_and_what_is_beyond_is_dropped_and_counted() -> None:
    door = Door()
    for number in range(WAITING_AT_MOST):
        assert door.say(a_level(identifiers=(HERS,), event_id=UUID(int=number))) == "waiting"
    assert door.say(a_level(identifiers=(HERS,))) == "waiting-full"
    assert door.say(a_level(identifiers=(CRN, HERS))) == "waiting-full"
    assert len([key for key in door.rows if key.startswith("wait:")]) == 1
    assert door.returned == []


# -- the answer is the same whoever is known


def test_a_sender_cannot_tell_from_any_answer_whether_the_hub_knows_somebody() -> None:
    said: list[Fact] = [
        a_tenancy(identifiers=(HERS,)),
        a_tenancy(identifiers=(HERS,)),
        a_tenancy(identifiers=(HERS,), event_id=UUID(int=1), tenancy_ref="one"),
        a_tenancy(identifiers=(HERS,), event_id=UUID(int=1), tenancy_ref="other"),
        a_tenancy(identifiers=(HERS, HIS)),
        a_tenancy(identifiers=(HERS, TENANT)),
        a_tenancy_end(identifiers=(TENANT,)),
    ]
    unknown, known = a_door(HIS), a_door(HIS, HERS)
    for door in (unknown, known):
        for fact in said:
            door.say(fact)
    assert unknown.answers() == known.answers() == []
    assert len(known.log) > 0


# -- repeats


def test_the_same_said_twice_is_in_the_log_once() -> None:
    door = a_door(HERS)
    assert door.say(a_level(identifiers=(HERS,))) == "admitted"
    door.at = later(days=40)
    assert door.say(a_level(identifiers=(HERS,))) == "repeat"
    assert len(door.log) == 1


def test_a_conviction_said_twice_makes_one_person_and_is_in_the_log_once() -> None:
    door = Door()
    assert [door.say(conviction(HERS)) for _ in range(2)] == ["new-person", "repeat"]
    assert len(door.log) == 1


def test_the_same_said_twice_while_it_waits_is_let_in_once() -> None:
    door = Door()
    for _ in range(2):
        door.say(a_level(identifiers=(HERS,)))
    door.say(conviction(HERS))
    assert door.kinds == ["ConvictionRecorded", "LevelSet"]


def test_something_else_under_the_same_id_goes_back_to_the_responsible_authority() -> None:
    door = a_door(HERS)
    first = a_level(2, identifiers=(HERS,))
    door.say(first)
    changed = a_level(3, identifiers=(HERS,), event_id=first.event_id)
    assert door.say(changed) == "refused-said-differently"
    assert (door.answers()[0][1:], len(door.log)) == (("said-differently", "event_id"), 1)


def test_something_else_under_the_same_id_is_counted_and_not_answered_to_others() -> None:
    door = a_door(HERS)
    first = a_tenancy(identifiers=(HERS,))
    door.say(first)
    changed = a_tenancy(identifiers=(HERS,), event_id=first.event_id, tenancy_ref="other")
    assert door.say(changed) == "said-differently"
    assert (door.returned, len(door.log)) == ([], 1)


def test_of_two_that_waited_under_one_id_the_first_is_let_in() -> None:
    door = Door()
    first = a_tenancy(identifiers=(HERS,))
    changed = a_tenancy(identifiers=(HERS,), event_id=first.event_id, tenancy_ref="other")
    door.say(first)
    door.say(changed)
    door.say(conviction(HERS))
    tenancy = door.log[1]
    assert isinstance(tenancy, TenancyStarted)
    assert (tenancy.tenancy_ref, len(door.log)) == ("tenancy-1", 2)


def test_ids_are_told_apart_by_who_uses_them() -> None:
    door = a_door(HERS)
    one = an_address_change(identifiers=(HERS,), source="probation")
    other = an_address_change(identifiers=(HERS,), source="derby-housing", event_id=one.event_id)
    assert [door.say(one), door.say(other)] == ["admitted", "admitted"]


def test_so_many_facts_of_a_source_about_a_person_are_told_apart_from_repeats() -> None:
    door = a_door(HERS)
    facts = [
        a_level(identifiers=(HERS,), event_id=UUID(int=number)) for number in range(REMEMBERED + 1)
    ]
    for fact in facts:
        assert door.say(fact) == "admitted"
    assert [door.say(facts[-1]), door.say(facts[1])] == ["repeat", "repeat"]


def test_what_waits_under_one_number_stays_small_enough_to_be_kept() -> None:
    door = Door()
    became = [door.say(a_large_zone(number)) for number in range(20)]
    assert (became[0], became[-1]) == ("waiting", "waiting-full")
    (row,) = (row.state for key, row in door.rows.items() if key.startswith("wait:"))
    assert len(row.model_dump_json()) < 300_000, "the broker takes a row of 1 MB"


def test_a_letter_full_of_numbers_comes_back_and_nothing_waits() -> None:
    door = Door()
    numbers = tuple(a_pnc(number) for number in range(NUMBERS_AT_MOST + 1))
    assert door.say(a_level(identifiers=numbers)) == "refused-too-many"
    assert door.rows == {}
    assert [(reason, field) for _, reason, field in door.answers()] == [("too-many", "identifiers")]
    assert door.say(a_level(identifiers=numbers[1:])) == "waiting"


def a_large_zone(number: int) -> Fact:
    corners = tuple(
        Point(longitude_deg=-1.4 + step / 700_001, latitude_deg=52.9 + step / 900_001)
        for step in range(500)
    )
    return a_zone(zone_version=number + 1, outline=corners, identifiers=(HERS,))


def test_of_one_sender_so_many_facts_begin_to_wait_on_one_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "WAITING_A_DAY", 3)
    door = Door()
    became = [door.say(a_level(identifiers=(a_pnc(number),))) for number in range(5)]
    assert became == ["waiting"] * 3 + ["waiting-full"] * 2
    assert door.say(a_tenancy(identifiers=(a_pnc(9),))) == "waiting", "another sender's"
    door.at = later(days=1)
    assert door.say(a_level(identifiers=(a_pnc(9),), occurred_at=door.at)) == "waiting"
    door.at = NOON
    became = [door.say(a_level(identifiers=(a_pnc(number),))) for number in range(10, 13)]
    assert became == ["waiting", "waiting", "waiting-full"], "yesterday's backlog counts today"
