"""What is changed, what is left, and what stops the plan."""

from dataclasses import replace

import pytest

from services.agreements.broker_plan import Binding, Desired, Scope, Topic, desired
from services.agreements.live import Live
from services.agreements.plan import Plan, compare
from services.runtime.faults import Stop
from services.runtime.names import Names
from tests.agreements.makers import committed

NAMES = Names()
OWN = frozenset({"User:hub-admin"})
NOBODY: frozenset[Binding] = frozenset()


@pytest.fixture(scope="module")
def wanted() -> Desired:
    return desired(committed(), NAMES)


@pytest.fixture
def as_agreed(wanted: Desired) -> Live:
    return Live(dict(wanted.topics), wanted.bindings, NOBODY, quotas=wanted.quotas)


def planned(wanted: Desired, live: Live, names: Names = NAMES) -> Plan:
    return compare(wanted, live, Scope(names), OWN)


def a_right(
    principal: str, name: str, pattern: str = "literal", resource: str = "topic"
) -> Binding:
    return Binding(f"User:{principal}", resource, name, pattern, "read")


def test_on_an_empty_broker_everything_is_made(wanted: Desired) -> None:
    made = planned(wanted, Live({}, NOBODY, NOBODY))
    assert len(made.create) == len(wanted.topics)
    assert frozenset(made.give) == wanted.bindings
    assert made.take == ()


def test_a_broker_that_holds_what_is_agreed_is_left_alone(wanted: Desired, as_agreed: Live) -> None:
    made = planned(wanted, as_agreed)
    assert made.same
    assert list(made.lines()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        a_right("agency-dwp", "to.probation"),
        a_right("agency-dwp", "to.", "prefixed"),
        a_right("agency-dwp", "*"),
        a_right("agency-dwp", "*", resource="group"),
        a_right("agency-dwp", "kafka-cluster", resource="cluster"),
        a_right("agency-dwp", "somebody-elses"),
        a_right("somebody-else", "hub.facts"),
        a_right("*", "hub.facts"),
    ],
    ids=str,
)
def test_a_right_too_many_of_ours_or_on_ours_is_taken(
    wanted: Desired, as_agreed: Live, wrong: Binding
) -> None:
    made = planned(wanted, replace(as_agreed, allowed=wanted.bindings | {wrong}))
    assert made.take == (wrong,)
    assert not made.same


@pytest.mark.parametrize(
    "theirs",
    [
        a_right("somebody-else", "somebody-elses"),
        a_right("agency-t1-dwp", "t1.to.dwp"),
        a_right("agency-t1-dwp", "agency-t1-dwp", resource="group"),
        a_right("service-t1-risk", "t1-hub-risk-", "prefixed", "transactional-id"),
    ],
    ids=str,
)
def test_what_belongs_to_others_is_never_touched(
    wanted: Desired, as_agreed: Live, theirs: Binding
) -> None:
    assert planned(wanted, replace(as_agreed, allowed=wanted.bindings | {theirs})).same


@pytest.mark.parametrize(
    "wide", [a_right("somebody-else", "*"), a_right("somebody-else", "from.", "prefixed")], ids=str
)
def test_a_strangers_right_that_reaches_us_is_shown_and_left(
    wanted: Desired, as_agreed: Live, wide: Binding
) -> None:
    made = planned(wanted, replace(as_agreed, allowed=wanted.bindings | {wide}))
    assert (made.foreign, made.take, made.same) == ((wide,), (), False)


def test_a_refusal_set_by_hand_is_shown_and_never_lifted(wanted: Desired, as_agreed: Live) -> None:
    denied = a_right("agency-dwp", "*")
    made = planned(wanted, replace(as_agreed, denied=frozenset({denied})))
    assert (made.denied, made.changes, made.same) == ((denied,), False, False)


def test_a_right_from_one_host_is_shown_for_a_person_to_look_at(
    wanted: Desired, as_agreed: Live
) -> None:
    odd = a_right("agency-dwp", "to.probation")
    assert planned(wanted, replace(as_agreed, elsewhere=frozenset({odd}))).foreign == (odd,)


def test_an_agency_without_a_file_loses_rights_and_password_and_keeps_its_topics(
    as_agreed: Live, wanted: Desired
) -> None:
    gone = "User:agency-dwp"
    kept = (r for r in wanted.bindings if r.principal != gone and "dwp" not in r.name)
    without = replace(
        wanted,
        topics={n: t for n, t in wanted.topics.items() if "dwp" not in n},
        bindings=frozenset(kept),
    )
    made = planned(without, as_agreed)
    assert {r for r in wanted.bindings if r.principal == gone} <= set(made.take)
    assert made.withdrawn == ("agency-dwp",)
    assert set(made.leftover) == {n for n in wanted.topics if "dwp" in n}
    assert made.create == ()


def test_our_services_keep_their_rights_where_an_agency_was_until_its_topics_go(
    as_agreed: Live, wanted: Desired
) -> None:
    """A letter that waits there, its answer or a notice refused would end a service for ever."""
    gone = {name for name in wanted.topics if "dwp" in name}
    without = replace(
        wanted,
        topics={n: t for n, t in wanted.topics.items() if n not in gone},
        bindings=frozenset(r for r in wanted.bindings if "dwp" not in f"{r.name} {r.principal}"),
    )
    ours = {
        right
        for right in wanted.bindings
        if right.name in gone and right.principal.startswith("User:service-")
    }
    assert {r.operation for r in ours} == {"read", "write"}
    assert ours.isdisjoint(planned(without, as_agreed).take)
    deleted = replace(as_agreed, topics={n: t for n, t in wanted.topics.items() if n not in gone})
    assert ours <= set(planned(without, deleted).take)


def test_settings_that_differ_are_set_and_others_left(wanted: Desired, as_agreed: Live) -> None:
    log = wanted.topics["hub.facts"]
    drifted = replace(log, configs={**log.configs, "retention.ms": "1", "compression.type": "lz4"})
    made = planned(wanted, replace(as_agreed, topics={**wanted.topics, log.name: drifted}))
    assert made.configure == {"hub.facts": {"retention.ms": "-1"}}


def test_another_number_of_partitions_stops_the_plan(wanted: Desired, as_agreed: Live) -> None:
    narrow = Topic("hub.facts", 1, wanted.topics["hub.facts"].configs)
    with pytest.raises(Stop, match=r"hub\.facts"):
        planned(wanted, replace(as_agreed, topics={**wanted.topics, "hub.facts": narrow}))


def test_the_tool_never_takes_a_right_of_its_own(wanted: Desired, as_agreed: Live) -> None:
    own = a_right("hub-admin", "hub.facts")
    with pytest.raises(Stop):
        planned(wanted, replace(as_agreed, allowed=wanted.bindings | {own}))


def test_the_plan_is_said_in_words_narrowing_first(wanted: Desired) -> None:
    wrong = a_right("agency-dwp", "to.probation")
    lines = list(planned(wanted, Live({}, frozenset({wrong}), NOBODY)).lines())
    assert lines[0] == "- no longer: agency-dwp may read topic to.probation"
    assert lines[-1].startswith("+ service-tracking")


def test_a_user_is_held_to_what_its_agreement_says_and_others_are_let_alone(
    wanted: Desired, as_agreed: Live
) -> None:
    user = NAMES.agency_user("dwp")
    now = {**wanted.quotas, user: 1, "somebody-elses": 5}
    made = planned(wanted, replace(as_agreed, quotas=now))
    assert made.quotas == {user: wanted.quotas[user]}
    assert made.changes
    assert list(made.lines()) == [f"~ {user} may send 1,048,576 bytes a second"]


def test_whose_file_is_gone_is_held_to_nothing_any_more(wanted: Desired, as_agreed: Live) -> None:
    user = NAMES.agency_user("gone-housing")
    theirs = a_right(user, NAMES.inbox("gone-housing"))
    live = replace(
        as_agreed,
        allowed=as_agreed.allowed | {theirs},
        quotas={**wanted.quotas, user: 1_000_000},
    )
    made = planned(wanted, live)
    assert made.quotas == {user: None}
    assert f"- {user}: no limit" in made.lines()
