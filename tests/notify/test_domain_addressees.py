"""Who is told, and who is not."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact, LogFact
from schemas.catalogue import ENTRIES
from schemas.notice import CanarySent, NoticeReceipted
from schemas.register import Address
from services.agreements.model import Kind
from tests.in_memory import REFERENCES, agreements
from tests.makers import (
    HOME,
    NOON,
    PERSON,
    a_conviction,
    a_held_person,
    a_joining,
    a_leaving,
    a_level,
    a_limit,
    a_release_date,
    a_tenancy,
    a_zone,
    admitted,
    an_address_change,
    an_alert,
    examples,
    later,
)
from tests.notify.telling import Desk

OUTSIDE = sorted(
    slug
    for slug, agency in agreements().agencies.items()
    if agency.kind is not Kind.RESPONSIBLE_AUTHORITY
)
LEADS = {"derbyshire-police", "probation"}
TOLD_OF = {
    kind: fact
    for kind, fact in ((key.split("/")[0], fact) for key, fact in examples().items())
    if not isinstance(fact, NoticeReceipted | CanarySent)  # a canary is about nobody
    and not kind.startswith(("log.", "notice.notice-iss"))
}
ELSEWHERE = Address(line="2 Example Street", postcode="ZZ99 9ZZ", council_code="E07000032")


def in_log(fact: Fact) -> Fact:
    return admitted(fact, PERSON, NOON)


# -- the case


@pytest.mark.parametrize("kind", sorted(TOLD_OF))
def test_nobody_outside_the_responsible_authority_hears_anything_before_joining(kind: str) -> None:
    assert Desk().told(in_log(TOLD_OF[kind])).isdisjoint(OUTSIDE)


@pytest.mark.parametrize("kind", sorted(TOLD_OF))
def test_nobody_outside_hears_anything_after_leaving(kind: str) -> None:
    desk = Desk()
    for agency in OUTSIDE:
        desk.say(a_joining(agency))
        desk.say(a_leaving(agency, occurred_at=later(minutes=1)))
    assert desk.told(in_log(TOLD_OF[kind])).isdisjoint(OUTSIDE)


def test_of_two_housing_authorities_only_the_one_on_the_case_hears_of_it() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    assert desk.told(a_release_date()) & {"derby-housing", "amber-valley-housing"} == {
        "derby-housing"
    }


def test_another_persons_case_is_another_case() -> None:
    one, other = Desk(), Desk()
    one.say(a_joining("derby-housing"))
    assert "derby-housing" not in other.told(a_release_date())


def test_the_responsible_authority_hears_of_everybody_it_is_granted() -> None:
    desk = Desk()
    assert desk.told(a_release_date()) == LEADS
    assert desk.told(an_alert()) >= LEADS


def test_the_hubs_own_services_are_told_like_any_receiver() -> None:
    assert "tracking" in Desk().told(a_zone())


def test_its_own_leaving_is_not_told_to_who_leaves() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    assert "derby-housing" not in desk.told(a_leaving("derby-housing", occurred_at=later(hours=1)))


def test_a_joining_learned_late_does_not_undo_a_leaving() -> None:
    desk = Desk()
    desk.say(a_leaving("derby-housing", occurred_at=later(hours=2)))
    desk.say(a_joining("derby-housing", occurred_at=later(hours=1)))
    assert "derby-housing" not in desk.told(a_release_date())


def test_joined_again_it_hears_again() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    desk.say(a_leaving("derby-housing", occurred_at=later(hours=1)))
    desk.say(a_joining("derby-housing", occurred_at=later(hours=2)))
    assert "derby-housing" in desk.told(a_release_date())


def test_of_joining_and_leaving_at_one_instant_leaving_counts() -> None:
    for order in permutations((a_joining("derby-housing"), a_leaving("derby-housing"))):
        desk = Desk()
        for fact in order:
            desk.say(fact)
        assert "derby-housing" not in desk.told(a_release_date())


# -- no echo


def test_a_source_is_not_told_what_it_said() -> None:
    desk = Desk()
    desk.say(a_joining("derby-housing"))
    desk.say(a_joining("amber-valley-housing"))
    home = {"home": HOME}
    assert "probation" not in desk.told(a_level(source="probation"))
    assert "derby-housing" not in desk.told(an_address_change(source="derby-housing", **home))
    assert "derby-housing" in desk.told(an_address_change(source="probation", **home))
    tenancy = a_tenancy(source="amber-valley-housing")
    assert desk.told(tenancy) & set(OUTSIDE) == {"derby-housing"}


def test_no_body_is_told_what_it_said_itself_whatever_kind_it_is() -> None:
    desk = Desk()
    for agency in agreements().agencies:
        desk.say(a_joining(agency))
    begun = desk.case
    said = [fact for fact in examples().values() if not isinstance(fact, LogFact | CanarySent)]
    for fact in said:
        for agency in agreements().agencies:
            desk.case = begun
            mine = fact.model_copy(update={"source": agency})
            number = REFERENCES.notice(agency, mine.event_id)
            notices = desk.hear(admitted(mine, PERSON))
            assert number not in {one.notice_ref for one in notices}, fact.kind()


# -- who is held


@pytest.mark.parametrize("service", ["registry", "risk", "notify"])
def test_that_a_person_is_held_is_told_to_the_lead_bodies_whichever_service_holds(
    service: str,
) -> None:
    assert Desk().told(a_held_person(service)) == LEADS


def test_of_a_person_it_holds_itself_notify_keeps_nothing_beside() -> None:
    desk = Desk(born_on=None)
    desk.say(a_held_person("notify"))
    assert (desk.case, desk.wake_at) == (None, None)
    desk.say(a_held_person("risk"))
    assert desk.wake_at is not None


# -- in any order


MEMBERS = ("derby-housing", "dwp")
LEARNED = st.lists(
    st.one_of(
        st.builds(
            lambda agency, hours, joined: (a_joining if joined else a_leaving)(
                agency, occurred_at=later(hours=hours)
            ),
            st.sampled_from(MEMBERS),
            st.integers(0, 3),
            st.booleans(),
        ),
        st.builds(
            lambda level, hours: a_level(level, occurred_at=later(hours=hours)),
            st.integers(1, 3),
            st.integers(0, 3),
        ),
        st.builds(
            lambda home, hours: an_address_change(home=home, occurred_at=later(hours=hours)),
            st.sampled_from([HOME, ELSEWHERE]),
            st.integers(0, 3),
        ),
        st.builds(
            lambda home, hours: a_tenancy(home=home, occurred_at=later(hours=hours)),
            st.sampled_from([HOME, ELSEWHERE]),
            st.integers(0, 3),
        ),
        st.builds(
            lambda born_on, hours: a_conviction(born_on=born_on, occurred_at=later(hours=hours)),
            st.sampled_from([date(1990, 1, 1), date(2012, 1, 1)]),
            st.integers(0, 3),
        ),
        st.builds(
            lambda source, named, excluded, hours: a_limit(
                *named, excluded=excluded, source=source, occurred_at=later(hours=hours)
            ),
            st.sampled_from(["probation", "derbyshire-police"]),
            st.sets(st.sampled_from(MEMBERS)).map(tuple),
            st.sets(st.sampled_from(MEMBERS)).map(tuple),
            st.integers(0, 1),
        ),
    ),
    max_size=6,
)


@given(LEARNED, st.data())
def test_what_is_known_of_a_case_does_not_depend_on_the_order_in_which_it_is_learned(
    facts: list[Fact], data: st.DataObject
) -> None:
    one, other = Desk(), Desk()
    for fact in facts:
        one.say(fact)
    for fact in data.draw(st.permutations(facts)):
        other.say(fact)
    if one.case is not None and other.case is not None:
        assert one.known() == other.known()


def test_every_kind_of_fact_that_can_be_told_has_an_example_here() -> None:
    kinds = {entry.kind for entry in ENTRIES}
    assert set(TOLD_OF) <= kinds
    assert {"tracking.zone-entered", "risk.alert-raised", "notice.notice-overdue"} <= set(TOLD_OF)


def test_a_conviction_is_told_to_nobody_outside() -> None:
    desk = Desk()
    for agency in OUTSIDE:
        desk.say(a_joining(agency))
    assert desk.told(a_conviction()).isdisjoint(OUTSIDE)
