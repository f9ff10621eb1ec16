"""The door's rows told again from the log it wrote, and who still waits."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.log import Adoption
from services.admission.domain import Letter, adopted_once, relearn, still_waits
from services.admission.domain.desk import Desk
from services.admission.rules import WAITS_FOR
from tests.admission.at_the_door import HERS, HIS, REFERENCES, TENANT, Door, a_door, conviction
from tests.admission.test_domain_properties import OF_ONE_PERSON
from tests.makers import (
    NOON,
    a_build_adopted,
    a_level,
    a_receipt,
    a_requirement,
    a_tenancy,
    a_tick,
    admitted,
    later,
    rules_adopted,
)


def told_again(door: Door, letters: list[Letter], now: Any = None) -> Door:
    """Another door that knows only what stands in the log of that one, and these letters."""
    again = Door()
    again.at = door.at
    for fact in door.log:
        desk = Desk(again, again.rules)
        relearn(desk, fact)
        again._keep(desk.decision(""))
    again.log.clear()
    stands = {fact.event_id for fact in door.log}
    for letter in letters:
        desk = Desk(again, again.rules)
        if letter.fact and letter.fact.event_id not in stands and still_waits(desk, letter, now):
            again._keep(desk.decision(""))
    assert again.log == []
    return again


@given(st.permutations(OF_ONE_PERSON), st.integers(0, len(OF_ONE_PERSON)))
def test_after_any_letters_the_log_and_what_waits_tell_all_rows(
    facts: list[Fact], count: int
) -> None:
    door = Door()
    door.at = later(hours=8)
    letters = [door.letter(fact) for fact in facts[:count]]
    for letter in letters:
        door.take(letter)
    assert without_counts(told_again(door, letters)) == without_counts(door)


def without_counts(door: Door) -> dict[str, Any]:
    """How many of a sender's began to wait today is counted anew, for a day too few."""
    return {key: row for key, row in door.rows.items() if not key.startswith("waited:")}


def test_a_letter_with_the_hubs_reference_is_remembered_as_it_was() -> None:
    """The log does not hold the reference; the letter is known again all the same."""
    door = Door()
    door.say(conviction(HERS))
    person = door.log[0].person_id
    assert person is not None
    ref = REFERENCES.ref("derby-housing", person)
    tenancy = a_tenancy(identifiers=(TENANT,), person_ref=ref)
    assert door.say(tenancy) == "admitted"
    again = told_again(door, [])
    assert again.rows == door.rows
    assert again.say(tenancy) == "repeat"


def test_ticks_of_the_log_set_the_clock_and_never_back() -> None:
    door = Door()
    for hours in (1, 3, 2):
        relearned = Desk(door, door.rules)
        relearn(relearned, a_tick(later(hours=hours)))
        door._keep(relearned.decision(""))
    assert door.rows["clock"].state.now == later(hours=3)


def test_what_our_services_found_out_tells_no_row() -> None:
    desk = Desk(Door(), None)
    relearn(desk, admitted(a_requirement()))
    relearn(desk, a_requirement().model_copy(update={"person_id": None}))
    assert desk.decision("").others == {}


def test_adoptions_are_told_in_their_order_said_twice_or_not() -> None:
    door, again = Door(), Door()
    said: list[Adoption] = [rules_adopted("2026-1"), rules_adopted("2026-2"), a_build_adopted("b")]
    for fact in [*said, said[0]]:
        door.take(door.letter(fact, speaker="deploy"))
        desk = Desk(again, again.rules)
        adopted_once(desk, fact)
        again.rows.update(
            {key: row for key, row in desk.decision("").others.items() if row is not None}
        )
    assert again.rows == door.rows


def waits(door: Door, fact: Fact | None, now: Any = None, **fields: Any) -> bool:
    return still_waits(Desk(door, door.rules), door.letter(fact, **fields), now)


def test_a_letter_about_nobody_known_waits_until_it_is_forgotten() -> None:
    door = a_door(HERS)
    letter = a_level(2, identifiers=(HIS,))
    assert waits(door, letter)
    assert waits(door, letter, NOON + WAITS_FOR - timedelta(seconds=1))
    assert not waits(door, letter, NOON + WAITS_FOR)


def test_what_cannot_have_waited_does_not() -> None:
    door = a_door(HERS)
    assert not waits(door, a_level(2, identifiers=(HERS,)))
    assert not waits(door, conviction(HIS))
    assert not waits(door, a_level(2, identifiers=()))
    assert not waits(door, a_receipt(person_ref="p-nobody", identifiers=()))
    assert not waits(door, a_tick(NOON), speaker="clock")
    assert not waits(door, None)
