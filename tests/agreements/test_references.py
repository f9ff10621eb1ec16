"""References are pairwise, come back to whom they mean, and tell nothing of anybody."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import PersonId
from services.agreements.references import References

OURS, OTHERS = References(bytes(range(32))), References(bytes(32))
agencies = st.sampled_from(["derby-housing", "amber-valley-housing", "dwp", "probation"])
people = st.uuids().map(PersonId)


@given(agencies, people)
def test_a_reference_comes_back_to_whom_it_means(agency: str, person: PersonId) -> None:
    ref = OURS.ref(agency, person)
    assert OURS.person(agency, ref) == person
    assert References(OURS.secret).ref(agency, person) == ref


@given(agencies, agencies, people)
def test_another_agencys_reference_means_nobody_there_is(
    agency: str, other: str, person: PersonId
) -> None:
    if agency != other:
        assert OURS.ref(agency, person) != OURS.ref(other, person)
        assert OURS.person(other, OURS.ref(agency, person)) != person


@given(agencies, people, people)
def test_two_people_have_two_references(agency: str, one: PersonId, other: PersonId) -> None:
    assert (OURS.ref(agency, one) == OURS.ref(agency, other)) is (one == other)


@given(agencies, people)
def test_another_installation_knows_people_by_other_references(
    agency: str, person: PersonId
) -> None:
    assert OURS.ref(agency, person) != OTHERS.ref(agency, person)
    assert OTHERS.person(agency, OURS.ref(agency, person)) != person
    assert OURS.pepper != OTHERS.pepper


@given(agencies, people)
def test_a_reference_shows_nothing_of_the_hubs_own_number(agency: str, person: PersonId) -> None:
    assert person.hex not in OURS.ref(agency, person)


@given(agencies, st.text(max_size=50))
def test_any_text_is_read_as_a_person_or_as_nobody(agency: str, text: str) -> None:
    person = OURS.person(agency, text)
    assert person is None or OURS.person(agency, OURS.ref(agency, person)) == person


@pytest.mark.parametrize(
    "ref", ["", "p-", "p-00", f"p-{'0' * 31}", f"p-{'0' * 34}", f"q-{'0' * 32}", f"p-{'z' * 32}"]
)
def test_what_has_not_the_form_of_a_reference_means_nobody(ref: str) -> None:
    assert OURS.person("dwp", ref) is None


# -- notices


@given(agencies, st.uuids())
def test_the_number_of_a_notice_is_always_the_same(agency: str, event: UUID) -> None:
    assert OURS.notice(agency, event) == References(OURS.secret).notice(agency, event)


@given(agencies, agencies, st.uuids(), st.uuids())
def test_each_receiver_and_each_fact_has_a_number_of_its_own(
    agency: str, other: str, event: UUID, another: UUID
) -> None:
    same = (agency, event) == (other, another)
    assert (OURS.notice(agency, event) == OURS.notice(other, another)) is same


@given(agencies, st.uuids())
def test_the_number_of_a_notice_cannot_be_made_without_the_secret(agency: str, event: UUID) -> None:
    number = OURS.notice(agency, event)
    assert number != OTHERS.notice(agency, event)
    assert number not in {event, uuid5(event, agency)}
    assert (number.version, number.variant) == (8, "specified in RFC 4122")


def test_the_secret_is_in_no_text_about_it() -> None:
    assert OURS.secret.hex() not in repr(OURS)
    assert repr(OURS) == "References(…)"
