"""What holds for any letters in any order: the same log, nothing twice, the same answers."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact, FactAboutPerson
from services.admission.domain import Person
from services.admission.rules import WAITS_FOR
from tests.admission.at_the_door import (
    CRN,
    HERS,
    HIS,
    OTHER_TENANT,
    REFERENCES,
    TENANT,
    WEARER,
    Door,
    a_door,
    conviction,
)
from tests.makers import (
    NOON,
    a_fitting,
    a_joining,
    a_level,
    a_removal,
    a_tamper,
    a_tenancy,
    a_tenancy_end,
    a_zone,
    a_zone_entry,
    later,
)

OF_ONE_PERSON: tuple[Fact, ...] = (
    conviction(HERS),
    a_level(2, identifiers=(HERS, CRN)),
    a_level(3, identifiers=(CRN,)),
    a_joining(identifiers=(CRN,)),
    a_zone(identifiers=(HERS,)),
    a_tenancy(identifiers=(HERS, TENANT)),
    a_tenancy_end(identifiers=(TENANT,)),
    a_fitting(identifiers=(HERS, WEARER), occurred_at=NOON),
    a_removal(identifiers=(WEARER,), occurred_at=later(hours=5)),
    a_tamper(occurred_at=later(hours=1)),
    a_zone_entry(occurred_at=later(hours=2)),
    a_fitting(identifiers=(WEARER,), occurred_at=later(hours=6)),
    a_tamper(occurred_at=later(hours=7)),
)
"""They name the person by four numbers; some only by one that another letter has to tell."""


def a_day(facts: list[Fact]) -> Door:
    door = Door()
    door.at = later(hours=8)
    for fact in facts:
        door.say(fact)
    return door


def stands(door: Door) -> set[str]:
    return {f"{type(fact).__name__} {fact.model_dump_json()}" for fact in door.log}


IN_ORDER = stands(a_day(list(OF_ONE_PERSON)))


def test_in_order_every_letter_gets_in() -> None:
    assert len(IN_ORDER) == len(OF_ONE_PERSON)


@given(st.permutations(OF_ONE_PERSON))
def test_in_whatever_order_they_come_the_same_facts_stand_in_the_log(facts: list[Fact]) -> None:
    door = a_day(facts)
    assert stands(door) == IN_ORDER
    assert len(door.log) == len(OF_ONE_PERSON)
    assert len({fact.person_id for fact in door.log}) == 1
    assert [key for key in door.rows if key.startswith("wait:")] == []
    assert door.returned == []


@given(st.permutations(OF_ONE_PERSON), st.lists(st.sampled_from(OF_ONE_PERSON)), st.data())
def test_a_letter_that_comes_again_changes_nothing(
    facts: list[Fact], again: list[Fact], data: st.DataObject
) -> None:
    # What only a service of ours says again is dropped before it comes to the door.
    said = [*facts, *(fact for fact in again if fact.source != "tracking")]
    door = a_day(data.draw(st.permutations(said)))
    assert stands(door) == IN_ORDER
    assert len(door.log) == len(OF_ONE_PERSON)
    assert door.returned == []


# -- what a sender can see


def _tenancies(person_ref: str) -> st.SearchStrategy[FactAboutPerson]:
    """What a housing authority may say, honestly or to find something out."""
    numbers = st.lists(
        st.sampled_from([HERS, HIS, TENANT, OTHER_TENANT]), unique=True, max_size=3
    ).map(tuple)
    return st.builds(
        a_tenancy,
        identifiers=numbers,
        person_ref=st.sampled_from([None, person_ref]),
        event_id=st.integers(1, 4).map(lambda number: UUID(int=number)),
        tenancy_ref=st.sampled_from(["one", "other"]),
        occurred_at=st.sampled_from([NOON, later(days=2)]),
    )


MINE = conviction(HIS)


def _mine() -> str:
    door = a_door()
    door.say(MINE)
    person = door.who(MINE)
    assert person is not None
    return REFERENCES.ref("derby-housing", person)


@settings(max_examples=60)
@given(st.lists(_tenancies(_mine()), max_size=8), st.integers(0, 8))
def test_nothing_a_sender_says_shows_it_whom_else_the_hub_knows(
    said: list[FactAboutPerson], when: int
) -> None:
    with_her, without_her = Door(), Door()
    for door in (with_her, without_her):
        door.say(MINE)
        for number, fact in enumerate(said):
            if number == when and door is with_her:
                door.take(door.letter(conviction(HERS)))
                door._offset -= 1
            door.say(fact)
    assert sum(isinstance(row.state, Person) for row in without_her.rows.values()) == 1
    assert with_her.answers() == without_her.answers()


# -- nothing is kept of anybody else


@given(st.lists(st.sampled_from(OF_ONE_PERSON[1:]), max_size=10))
def test_of_somebody_who_never_becomes_known_nothing_is_left_after_72_hours(
    said: list[Fact],
) -> None:
    door = a_day(said)
    door.tick(door.at + WAITS_FOR - timedelta(seconds=1))
    assert door.log == []
    door.tick(later(hours=8) + WAITS_FOR)
    assert door.rows_of_people == set()
