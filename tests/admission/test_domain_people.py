"""Whom a fact is about: only the Responsible Authority makes people known, the others may wait."""

from uuid import UUID

import pytest

from schemas.base import Identifier, IdentifierType
from services.admission.domain import Person
from tests.admission.at_the_door import (
    CRN,
    HERS,
    HIS,
    REFERENCES,
    TENANT,
    Door,
    a_door,
    conviction,
)
from tests.makers import (
    a_conviction,
    a_joining,
    a_level,
    a_receipt,
    a_tenancy,
    a_tenancy_end,
    an_address_change,
)


def people(door: Door) -> int:
    return sum(isinstance(row.state, Person) for row in door.rows.values())


def test_a_conviction_said_by_the_responsible_authority_makes_a_person_known() -> None:
    door = Door()
    known = conviction(HERS)
    assert door.say(known) == "new-person"
    assert door.say(a_level(identifiers=(HERS,))) == "admitted"
    assert door.who(known) == door.log[1].person_id
    assert people(door) == 1


def test_nothing_else_makes_anybody_known() -> None:
    door = Door()
    for fact in (a_level(), a_joining(), a_tenancy(), an_address_change()):
        assert door.say(fact) == "waiting"
    assert (people(door), door.log, door.returned) == (0, [], [])


def test_the_same_conviction_gives_the_same_number_wherever_it_is_decided() -> None:
    one, other = Door(), a_door(HIS)
    for door in (one, other):
        door.say(conviction(HERS))
    assert one.who(conviction(HERS)) == other.who(conviction(HERS))


def test_two_people_stay_two() -> None:
    door = a_door(HERS, HIS)
    hers, his = a_level(identifiers=(HERS,)), a_level(identifiers=(HIS,))
    door.say(hers)
    door.say(his)
    assert door.who(hers) != door.who(his)
    assert people(door) == 2


def test_a_second_conviction_is_of_the_same_person() -> None:
    door = a_door(HERS)
    assert door.say(a_conviction(identifiers=(HERS,), term_months=6)) == "admitted"
    assert people(door) == 1


def test_one_number_written_in_two_ways_is_one_number() -> None:
    door = a_door(HERS)
    other = Identifier(type=IdentifierType.PNC, value=HERS.value.lower().replace("2001/", "01/"))
    assert door.say(a_level(identifiers=(other,))) == "admitted"
    assert door.log[0].model_dump()["identifiers"][0]["value"] == HERS.value


# -- several numbers


def test_numbers_of_two_people_in_one_letter_go_back_to_the_responsible_authority() -> None:
    door = a_door(HERS, HIS)
    assert door.say(a_level(identifiers=(HERS, HIS))) == "refused-identifiers-disagree"
    assert door.answers()[0][1:] == ("identifiers-disagree", "identifiers")


def test_numbers_of_two_people_in_one_letter_are_counted_and_not_answered_to_others() -> None:
    door = a_door(HERS, HIS)
    assert door.say(a_tenancy(identifiers=(HERS, HIS))) == "identifiers-disagree"
    assert (door.log, door.returned) == ([], [])


def test_another_number_is_learned_from_the_responsible_authority() -> None:
    door = a_door(HERS)
    door.say(a_level(identifiers=(HERS, CRN)))
    assert door.say(a_level(3, identifiers=(CRN,))) == "admitted"


def test_another_number_is_not_learned_from_anybody_else() -> None:
    door = a_door(HERS)
    door.say(a_tenancy(identifiers=(HERS, CRN)))
    assert door.say(a_level(identifiers=(CRN,))) == "waiting"


def test_an_issuers_own_number_is_learned_from_the_issuer() -> None:
    door = a_door(HERS)
    door.say(a_tenancy(identifiers=(HERS, TENANT)))
    assert door.say(a_tenancy_end(identifiers=(TENANT,))) == "admitted"


def test_own_numbers_of_two_issuers_are_different_numbers() -> None:
    door = a_door(HERS)
    door.say(a_tenancy(identifiers=(HERS, TENANT)))
    elsewhere = a_tenancy_end(identifiers=(TENANT,), source="amber-valley-housing")
    assert door.say(elsewhere) == "waiting"


def test_a_number_goes_on_meaning_whom_it_meant() -> None:
    door = a_door(HERS, HIS)
    his = a_tenancy(identifiers=(HIS, TENANT))
    door.say(his)
    assert door.say(a_tenancy(identifiers=(HERS, TENANT))) == "identifiers-disagree"
    ended = a_tenancy_end(identifiers=(TENANT,))
    door.say(ended)
    assert door.who(ended) == door.who(his)


def test_numbers_stand_in_no_key() -> None:
    door = a_door(HERS)
    door.say(a_tenancy(identifiers=(HIS, TENANT)))
    keys = " ".join(door.rows)
    assert HERS.value not in keys
    assert HIS.value not in keys
    assert TENANT.value not in keys


# -- references


def reference(door: Door, agency: str) -> str:
    (person,) = [UUID(key.split(":")[1]) for key in door.rows if key.startswith("person:")]
    return REFERENCES.ref(agency, person)  # type: ignore[arg-type]  # a UUID is what it is made of


def test_an_agencys_own_reference_means_the_person_and_does_not_stand_in_the_log() -> None:
    door = a_door(HERS)
    receipt = a_receipt(source="derby-housing", person_ref=reference(door, "derby-housing"))
    assert door.say(receipt) == "admitted"
    assert door.log[0].model_dump()["person_ref"] is None


@pytest.mark.parametrize("of", ["probation", "amber-valley-housing"])
def test_another_agencys_reference_means_nobody(of: str) -> None:
    door = a_door(HERS)
    receipt = a_receipt(source="derby-housing", person_ref=reference(door, of))
    assert door.say(receipt) == "refused-unknown-reference"
    assert door.answers()[0][1:] == ("unknown-reference", "person_ref")


@pytest.mark.parametrize("ref", ["p-00", "p-zz", "x", f"p-{'0' * 32}", "0" * 32])
def test_what_is_no_reference_means_nobody(ref: str) -> None:
    receipt = a_receipt(source="derby-housing", person_ref=ref)
    assert a_door(HERS).say(receipt) == "refused-unknown-reference"


def test_with_a_reference_a_number_of_somebody_else_makes_no_difference_to_outsiders() -> None:
    door = a_door(HERS)
    ref = reference(door, "derby-housing")
    door.say(conviction(HIS))
    tenancy = a_tenancy(identifiers=(HIS,), person_ref=ref)
    assert door.say(tenancy) == "admitted"
    assert door.who(tenancy) != door.who(conviction(HIS))


def test_with_a_reference_a_number_of_somebody_else_goes_back_to_the_authority() -> None:
    door = a_door(HERS)
    ref = reference(door, "probation")
    door.say(conviction(HIS))
    level = a_level(identifiers=(HIS,), person_ref=ref)
    assert door.say(level) == "refused-identifiers-disagree"


def test_what_the_authority_calls_by_reference_it_may_number_too() -> None:
    door = a_door(HERS)
    door.say(a_level(identifiers=(CRN,), person_ref=reference(door, "probation")))
    assert door.say(a_level(3, identifiers=(CRN,))) == "admitted"
