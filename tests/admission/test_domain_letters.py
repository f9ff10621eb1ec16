"""Who says it, may they, and is it well said: everything else goes back with the reason."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from services.admission.rules import AHEAD, DEPTH
from tests.admission.at_the_door import HERS, Door, a_door, conviction
from tests.makers import (
    CAUSE,
    NOON,
    PERSON,
    a_build_adopted,
    a_conviction,
    a_deadline,
    a_level,
    a_notice,
    a_position,
    a_release,
    a_tamper,
    a_tenancy,
    a_tick,
    a_zone_entry,
    agreements_adopted,
    an_alert,
    later,
    rules_adopted,
)
from tests.strategies import KINDS, values

TOO_FAR = NOON + AHEAD + timedelta(seconds=1)


def returned(door: Door) -> tuple[str, str]:
    (one,) = door.returned
    assert door.log == []
    return one.reason, one.field


@pytest.mark.parametrize(
    ("fact", "fields", "reason", "field"),
    [
        (a_level(source="prison"), {"speaker": "probation"}, "foreign-provenance", "source"),
        (a_level(), {"part": "tenancy-started"}, "wrong-topic", ""),
        (a_level(source="prison"), {}, "not-agreed", ""),
        (a_level(source="nobody-we-know"), {}, "not-agreed", ""),
        (a_release(source="derby-housing"), {}, "not-agreed", ""),
        (an_alert(source="probation"), {}, "not-agreed", ""),
        (an_alert(source="registry"), {}, "not-agreed", ""),
        (a_deadline(source="risk"), {}, "not-agreed", ""),
        (a_tick(source="derby-housing"), {}, "not-agreed", ""),
        (a_tick(source="registry"), {}, "not-agreed", ""),
        (a_tick(source="deploy"), {}, "not-agreed", ""),
        (rules_adopted(source="clock"), {}, "not-agreed", ""),
        (agreements_adopted(source="probation"), {}, "not-agreed", ""),
        (a_tick(), {"speaker": "em"}, "foreign-provenance", "source"),
        (a_level(person_id=PERSON), {}, "only-the-hub-says-that", "person_id"),
        (a_level(recorded_at=NOON), {}, "only-the-hub-says-that", "recorded_at"),
        (a_level(caused_by=CAUSE), {}, "only-the-hub-says-that", "caused_by"),
        (a_tamper(person_id=PERSON), {}, "only-the-hub-says-that", "person_id"),
        (a_level(), {"depth": DEPTH + 1}, "chain-too-long", "caused_by"),
        (
            a_level(occurred_at=TOO_FAR),
            {},
            "in-the-future",
            "occurred_at",
        ),
        (a_tick(TOO_FAR), {}, "in-the-future", "now"),
        (a_level(identifiers=()), {}, "nobody", "identifiers"),
        (an_alert(person_id=None), {}, "nobody", "person_id"),
        (an_alert(), {}, "nobody", "person_id"),
        (None, {}, "empty", ""),
    ],
)
def test_a_letter_that_is_not_in_order_goes_back_with_reason_and_field(
    fact: Fact | None, fields: dict[str, Any], reason: str, field: str
) -> None:
    door = Door()
    assert door.say(fact, **fields) == f"refused-{reason}"
    assert returned(door) == (reason, field)
    assert door.rows == {}


def test_bytes_that_are_no_fact_go_back_with_the_reason() -> None:
    door = Door()
    assert door.unreadable("not-avro") == "refused-not-avro"
    assert returned(door) == ("not-avro", "")


def test_a_letter_goes_back_as_it_came() -> None:
    door, original = Door(), object()
    letter = door.letter(a_level(source="prison"), original=original)
    door.take(letter)
    assert door.returned[0].letter is letter
    assert door.returned[0].letter.original is original


@pytest.mark.parametrize(
    ("value", "reason"), [("2001/0000001A", "check-character"), ("nonsense", "format")]
)
def test_a_number_that_cannot_be_one_goes_back_named_without_its_value(
    value: str, reason: str
) -> None:
    door = Door()
    door.say(conviction(HERS.model_copy(update={"value": value})))
    assert returned(door) == (reason, "identifiers.pnc")


def test_nothing_is_admitted_before_something_is_adopted() -> None:
    door = Door(adopted=False)
    assert door.say(conviction(HERS)) == "refused-nothing-adopted"


def test_the_clock_and_adoptions_are_let_in_before_anything_is_adopted() -> None:
    door = Door(adopted=False)
    for fact in (a_tick(), agreements_adopted(), rules_adopted(), a_build_adopted()):
        assert door.say(fact) == "said-everywhere"
    assert door.kinds == ["Tick", "AgreementsAdopted", "RulesAdopted", "BuildAdopted"]
    assert door.log_facts == door.log


def test_as_many_causes_as_allowed_are_allowed() -> None:
    assert a_door(HERS).say(a_level(identifiers=(HERS,)), depth=DEPTH) == "admitted"


def test_a_senders_clock_may_be_a_day_ahead() -> None:
    door = a_door(HERS)
    assert door.say(a_level(identifiers=(HERS,), occurred_at=NOON + AHEAD)) == "admitted"


def test_a_late_fact_is_as_good_as_any() -> None:
    door = a_door(HERS)
    fact = a_level(identifiers=(HERS,), occurred_at=later(days=-900))
    assert door.say(fact) == "admitted"
    assert door.log[0].recorded_at == NOON


def test_a_position_in_another_facts_topic_does_not_get_into_the_log() -> None:
    assert Door().say(a_position(), part="tag-tampered") == "refused-wrong-topic"


# -- the clock


def test_the_clock_never_goes_back() -> None:
    door = Door()
    assert door.say(a_tick(later(minutes=5))) == "said-everywhere"
    assert door.say(a_tick(later(minutes=4))) == "clock-went-back"
    assert door.say(a_tick(later(minutes=5))) == "clock-went-back"
    assert door.say(a_tick(later(minutes=6))) == "said-everywhere"
    assert [fact.occurred_at for fact in door.log] == [later(minutes=5), later(minutes=6)]
    assert door.log_facts == door.log


def test_the_clock_may_not_run_far_ahead_of_the_brokers() -> None:
    door = Door()
    door.say(a_tick(NOON + timedelta(days=365)))
    assert door.say(a_tick(NOON)) == "said-everywhere"


# -- adoption


def test_an_adoption_said_again_late_does_not_bring_back_what_was_replaced() -> None:
    """Found by a simulated schedule: old agreements would have widened again."""
    door = Door(adopted=False)
    first, again = (agreements_adopted("a-1", occurred_at=later(hours=n)) for n in (0, 1))
    assert door.say(first) == "said-everywhere"
    assert door.say(again) == "already-adopted"
    assert door.say(agreements_adopted("a-2")) == "said-everywhere"
    assert door.say(first) == door.say(again) == "repeat"
    assert door.say(agreements_adopted("a-1", occurred_at=later(hours=2))) == "said-everywhere"


def test_a_version_is_adopted_once_until_another_is() -> None:
    door = Door()
    said = [
        door.say(agreements_adopted(version, occurred_at=later(hours=number)))
        for number, version in enumerate(("a", "a", "b", "b", "a"))
    ]
    once, again = "said-everywhere", "already-adopted"
    assert said == [once, again, once, again, once]
    assert len(door.log) == len(door.log_facts) == 3


def test_rules_agreements_and_builds_are_adopted_apart() -> None:
    door = Door()
    for fact in (rules_adopted("a"), agreements_adopted("a"), a_build_adopted("a")):
        assert door.say(fact) == "said-everywhere"


# -- what our services say


def test_what_a_service_says_of_a_person_the_hub_knows_is_admitted_as_it_is() -> None:
    door = a_door()
    known = conviction(HERS)
    door.say(known)
    person = door.who(known)
    alert = an_alert(person_id=person)
    assert door.say(alert) == "admitted"
    assert door.log[-1] == alert.model_copy(update={"recorded_at": NOON})


def test_what_a_service_says_is_told_apart_from_a_repeat_elsewhere() -> None:
    door = a_door()
    known = conviction(HERS)
    door.say(known)
    notice = a_notice(person_id=door.who(known))
    assert [door.say(notice), door.say(notice)] == ["admitted", "admitted"]


def test_when_it_was_received_is_the_brokers_word_alone() -> None:
    door = a_door()
    known = conviction(HERS)
    door.say(known)
    door.at = later(hours=3)
    door.say(an_alert(person_id=door.who(known), recorded_at=later(days=-3)))
    assert door.log[-1].recorded_at == later(hours=3)


def test_tracking_does_not_decide_who_wears_a_device() -> None:
    door = a_door(HERS)
    assert door.say(a_zone_entry(person_id=PERSON)) == "waiting"


# -- whatever comes


@settings(max_examples=60)
@given(st.sampled_from(KINDS).flatmap(values), st.booleans(), st.integers(0, 12))
def test_whatever_fact_comes_is_admitted_or_returned(fact: Fact, adopted: bool, depth: int) -> None:
    door = Door(adopted=adopted)
    door.say(fact, depth=depth, speaker="derby-housing")
    door.say(fact, depth=depth)
    assert len(door.log) + len(door.returned) <= 2


SPOKEN = [
    (a_conviction, "derbyshire-police"),
    (a_level, "probation"),
    (a_tenancy, "derby-housing"),
    (a_tamper, "em"),
    (a_tick, "clock"),
    (an_alert, "risk"),
]


@settings(max_examples=60)
@given(st.sampled_from(SPOKEN), st.data())
def test_whatever_its_own_speaker_says_is_admitted_returned_or_waits(
    spoken: tuple[Any, str], data: st.DataObject
) -> None:
    maker, speaker = spoken
    fact = data.draw(values(type(maker()), source=st.just(speaker)))
    door = a_door(HERS)
    because = door.say(fact)
    assert because.startswith("refused-") is bool(door.returned)
