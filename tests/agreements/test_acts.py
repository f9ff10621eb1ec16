"""No act counts without the right signatures; every mutation of a signed act is refused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import PersonId
from schemas.log import Decided, Signer
from services.agreements import acts
from services.agreements.actors import Role, unpadded
from services.agreements.acts import ACTS, AHEAD, FRESH, able, check, id_of
from services.agreements.compile import Agreements
from services.hub.simulation import people
from services.hub.simulation.people import Invented, enrol
from services.runtime.faults import Refused
from tests.agreements.makers import committed
from tests.house.source import REPO
from tests.makers import NOON, PERSON

HERE = "the-hub-under-test"
SUBJECTS = {
    "hold": "risk-0-17",
    "credential": "agency-derby-housing",
    "inbox": "agency-derby-housing",
    "register": "agency-derby-housing",
}
RIGHT: Mapping[tuple[str, str], tuple[Invented, ...]] = {
    ("hold", "release"): (people.ON_CALL,),
    ("hold", "skip"): (people.LEAD,),
    ("credential", "revoke"): (people.ON_CALL, people.GOVERNS_TOO),
    ("credential", "reinstate"): (people.CO_ORDINATOR, people.GOVERNS),
    ("schemas", "adopt"): (people.CO_ORDINATOR,),
    ("rules", "compare"): (people.LEAD,),
    ("rules", "adopt"): (people.LEAD, people.CO_ORDINATOR),
    ("agreements", "widen"): (people.GOVERNS, people.GOVERNS_TOO),
    ("register", "consult"): (people.LEAD,),
    ("register", "list"): (people.LEAD,),
    ("register", "count"): (people.CO_ORDINATOR,),
    ("inbox", "suspend"): (people.ON_CALL,),
    ("inbox", "release"): (people.CO_ORDINATOR,),
    ("inbox", "skip"): (people.LEAD, people.GOVERNS),
    ("inbox", "expire"): (people.CO_ORDINATOR, people.GOVERNS_TOO),
    ("notice", "recall"): (people.GOVERNS, people.GOVERNS_TOO),
    ("notice", "reported"): (people.GOVERNS_TOO,),
    ("notice", "no-risk"): (people.GOVERNS, people.GOVERNS_TOO),
    ("breach", "found"): (people.LEAD,),
    ("breach", "excused"): (people.LEAD,),
    ("rows", "rebuild"): (people.ON_CALL,),
    ("copy", "restore"): (people.ON_CALL, people.CO_ORDINATOR),
}
"""For each act some of those who may."""
ENROLLED = enrol(committed())


def decided(act: tuple[str, str], *signers: Invented, **fields: Any) -> Decided:
    values = {"at": NOON, "installation": HERE, "person_id": PERSON, **fields}
    return people.decided(*act, SUBJECTS.get(act[0], "7"), *signers, **values)


def refusal(fact: Decided, agreements: Agreements = ENROLLED, **fields: Any) -> str:
    """The coded reason and field; empty if it counts."""
    values = {"at": NOON, "installation": HERE, **fields}
    try:
        check(fact, agreements=agreements, **values)
    except Refused as refused:
        return str(refused)
    return ""


def test_every_act_has_somebody_who_may() -> None:
    assert RIGHT.keys() == ACTS.keys()


@pytest.mark.parametrize("act", RIGHT)
def test_an_act_counts_signed_by_whom_it_takes(act: tuple[str, str]) -> None:
    assert refusal(decided(act, *RIGHT[act])) == ""


@pytest.mark.parametrize(("slug", "may"), [("smb-co-ordinator", True), ("derby-housing", False)])
def test_counts_are_for_the_boards_co_ordinator_and_for_no_other_partners(
    slug: str, *, may: bool
) -> None:
    everybody = (one for agency in ENROLLED.agencies.values() for one in agency.agreement.actors)
    actors = tuple(one for one in everybody if Role.CO_ORDINATOR in one.roles)
    agency = ENROLLED.agencies[slug]
    enrolled = replace(agency, agreement=agency.agreement.model_copy(update={"actors": actors}))
    known = replace(ENROLLED, agencies={slug: enrolled})
    able_to = list(able(known, ACTS["register", "count"], NOON, "agency-smb-co-ordinator"))
    assert bool(able_to) is may


def test_the_table_people_read_is_the_one_that_counts() -> None:
    rows = [
        [cell.strip() for cell in line.strip("| \n").split(" | ")]
        for line in (REPO / "docs" / "actors.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and "`hub " in line
    ]
    assert [(int(row[2]), tuple(row[5].split(", "))) for row in rows] == [
        (act.people, act.reasons) for act in ACTS.values()
    ]


ACT = st.sampled_from(sorted(RIGHT))
SOMEBODY = st.lists(st.sampled_from(people.EVERYBODY), max_size=3)


@given(ACT, SOMEBODY)
def test_no_act_counts_without_as_many_as_it_takes_in_a_role_that_may(
    act: tuple[str, str], signers: list[Invented]
) -> None:
    counts = refusal(decided(act, *signers)) == ""
    first, last = signers[:1], signers[-1:] if len(signers) > 1 else []
    different = {one.actor for one in first + last}
    wanted = ACTS[act]
    others = [one for one in signers if one.actor != (first[0].actor if first else "")]
    who = first + others[-1:]
    may = all(one.role in wanted.roles and _may(one, wanted) for one in who)
    assert counts == (may and len(who) == wanted.people and len(different) <= wanted.people)


def _may(one: Invented, act: acts.Act) -> bool:
    """Written again: the three bodies of the Responsible Authority, or the one it is about."""
    about_itself = act.own and one.agency == "derby-housing"
    return one.agency in {"derbyshire-police", "probation", "prison"} or about_itself


def _mutations(fact: Decided) -> st.SearchStrategy[tuple[str, Any]]:
    words = st.sampled_from(["skip", "release", "revoke", "adopt", "hold", "credential", "x"])
    subjects = st.sampled_from(["risk-0-18", "risk-1-17", "agency-dwp", "8"])
    changes: dict[str, st.SearchStrategy[Any]] = {
        "event_id": st.uuids(),
        "occurred_at": st.integers(1, 10**9).map(lambda us: NOON + timedelta(microseconds=us)),
        "source": st.just("clock"),
        "caused_by": st.uuids(),
        "person_id": st.none() | st.uuids().map(PersonId),
        "what": words,
        "outcome": words,
        "subject": subjects,
        "reasons": st.sampled_from([(), ("mended", "mended"), ("exercise",), ("agreed",)]),
        "installation": st.just("another"),
        "by": _others(fact.by),
        "second": st.none() if fact.second else st.just(fact.by),
    }
    if fact.second is not None:
        changes["second"] |= _others(fact.second)
    return st.one_of([st.tuples(st.just(name), values) for name, values in changes.items()])


def _others(signer: Signer) -> st.SearchStrategy[Signer]:
    proof = signer.proof
    flipped = st.integers(0, len(proof) - 1).flatmap(
        lambda at: st.sampled_from("ABab01-_").map(lambda c: proof[:at] + c + proof[at + 1 :])
    )
    someone = st.sampled_from(people.EVERYBODY)
    return st.one_of(
        flipped.map(lambda text: signer.model_copy(update={"proof": text})),
        someone.map(lambda one: signer.model_copy(update={"actor": one.actor})),
        someone.map(lambda one: signer.model_copy(update={"agency": one.agency})),
        st.sampled_from(list(Role)).map(lambda role: signer.model_copy(update={"role": role})),
        st.just(signer.model_copy(update={"proof": proof + "A"})),
    )


@given(st.data())
def test_every_mutation_of_a_signed_act_is_refused(data: st.DataObject) -> None:
    act = data.draw(ACT)
    fact = decided(act, *RIGHT[act])
    field, value = data.draw(_mutations(fact))
    mutated = fact.model_copy(update={field: value})
    for again in (mutated, mutated.model_copy(update={"event_id": id_of(mutated)})):
        assert again == fact or refusal(again) != ""


def test_a_signature_counts_for_one_act_only() -> None:
    mine = decided(("hold", "release"), people.CO_ORDINATOR)
    other = people.decided(
        "hold", "release", "risk-0-99", people.CO_ORDINATOR, at=NOON, installation=HERE
    )
    replayed = other.model_copy(update={"by": mine.by})
    assert refusal(other) == ""
    assert refusal(replayed) == "not-signed: by.proof"


def test_first_and_second_do_not_change_places() -> None:
    fact = decided(("agreements", "widen"), *RIGHT["agreements", "widen"])
    turned = fact.model_copy(update={"by": fact.second, "second": fact.by})
    assert refusal(turned) == "not-signed: by.proof"


def test_one_person_is_not_two() -> None:
    fact = decided(("agreements", "widen"), people.GOVERNS)
    twice = fact.model_copy(update={"second": fact.by})
    assert refusal(fact) == "not-as-many-as-it-takes: second"
    assert refusal(twice) in {"not-signed: second.proof", "same-person: second.actor"}
    said = acts.statement(fact, fact.by, second=True)
    key = people.GOVERNS.key
    signed = fact.by.model_copy(update={"proof": unpadded(key.sign(said))})
    assert refusal(fact.model_copy(update={"second": signed})) == "same-person: second.actor"


def test_an_act_is_fresh_or_refused() -> None:
    fact = decided(("hold", "release"), people.ON_CALL)
    assert refusal(fact, at=NOON + FRESH) == ""
    late = NOON + FRESH + timedelta(microseconds=1)
    assert refusal(fact, at=late) == "stale: occurred_at"
    early = NOON - AHEAD - timedelta(microseconds=1)
    assert refusal(fact, at=early) == "in-the-future: occurred_at"


def test_who_left_may_no_longer() -> None:
    fact = decided(("hold", "release"), people.ON_CALL)
    police = ENROLLED.agencies["derbyshire-police"]
    (one, *_) = [a for a in police.agreement.actors if a.actor == people.ON_CALL.actor]
    ended = one.model_copy(update={"until": date(2026, 3, 1)})
    agreement = police.agreement.model_copy(update={"actors": (ended,)})
    agencies = {**ENROLLED.agencies, "derbyshire-police": replace(police, agreement=agreement)}
    assert refusal(fact, replace(ENROLLED, agencies=agencies)) == "enrolment-ended: by.actor"
    assert refusal(fact, committed()) == "not-enrolled: by.actor"


def test_an_agency_shuts_out_itself_and_nobody_else() -> None:
    pair = (people.OF_HOUSING, people.ALSO_OF_HOUSING)
    own = decided(("credential", "revoke"), *pair)
    assert refusal(own) == ""
    other = people.decided("credential", "revoke", "agency-dwp", *pair, at=NOON, installation=HERE)
    assert refusal(other) == "agency-may-not: by.agency"


def test_a_word_nobody_knows_is_no_act() -> None:
    fact = decided(("hold", "release"), people.ON_CALL)
    other = fact.model_copy(update={"outcome": "expire"})
    assert refusal(other.model_copy(update={"event_id": id_of(other)})) == "no-such-act: outcome"
    nobody = UUID(int=0)
    assert refusal(fact.model_copy(update={"event_id": nobody})) == "not-this-act: event_id"
