"""Topics and rights: exactly what is needed, by literal names, kept as long as it should be."""

import pytest

from services.agreements.broker_plan import Binding, Desired, Scope, desired
from services.agreements.compile import Agreements
from services.agreements.needs import needs
from services.runtime.names import LOG_PARTITIONS, Names
from tests.agreements.makers import committed
from tests.agreements.matrix import Cell, policy

HOURS_MS = 60 * 60 * 1000


@pytest.fixture(scope="module")
def agreements() -> Agreements:
    return committed()


@pytest.fixture(scope="module", params=["", "t1"])
def names(request: pytest.FixtureRequest) -> Names:
    return Names(request.param)


@pytest.fixture(scope="module")
def wanted(agreements: Agreements, names: Names) -> Desired:
    return desired(agreements, names)


def rights_of(wanted: Desired, principal: str) -> set[tuple[str, str, str]]:
    return {
        (right.operation, right.resource, right.name)
        for right in wanted.bindings
        if right.principal == f"User:{principal}"
    }


def test_the_rights_compiled_are_those_the_policy_says_in_other_words(
    agreements: Agreements, names: Names, wanted: Desired
) -> None:
    user = {names.agency_user(slug): slug for slug in agreements.agencies}
    user |= {names.service_user(name): name for name in needs(agreements, names)}
    compiled = {
        Cell(user[right.principal.removeprefix("User:")], right.name, right.operation.upper())
        for right in wanted.bindings
        if right.resource != "transactional-id"
    }
    said = {c for c in policy(agreements, names, wanted.topics) if c.operation != "DESCRIBE"}
    assert compiled == said


def test_an_agency_has_its_own_words_inbox_returns_and_group_and_nothing_else(
    wanted: Desired, names: Names
) -> None:
    p = f"{names.prefix}." if names.prefix else ""
    assert rights_of(wanted, names.agency_user("dwp")) == {
        ("write", "topic", f"{p}from.dwp.notice-receipted"),
        ("read", "topic", f"{p}to.dwp"),
        ("read", "topic", f"{p}dead.dwp"),
        ("read", "group", names.agency_user("dwp")),
    }


def test_no_right_is_by_prefix_but_the_one_to_a_services_own_transactions(
    wanted: Desired, names: Names
) -> None:
    prefixed = {right for right in wanted.bindings if right.pattern == "prefixed"}
    assert {right.resource for right in prefixed} == {"transactional-id"}
    for right in prefixed:
        service = right.principal.removeprefix(f"User:{names.service_user('')}")
        assert right.name == f"{names.app(service)}-"
    assert not [right for right in wanted.bindings if right.name == "*"]


def test_the_clock_and_the_deployer_only_speak(wanted: Desired, names: Names) -> None:
    for speaker in ("clock", "deploy"):
        rights = rights_of(wanted, names.service_user(speaker))
        assert {operation for operation, _, _ in rights} == {"write"}


def test_the_door_reads_everything_but_raw_positions_and_never_the_log(
    agreements: Agreements, names: Names, wanted: Desired
) -> None:
    read = set(needs(agreements, names)["admission"].reads)
    said = {topic for topic in wanted.topics if "from" in topic.split(".")[:2]}
    position = next(topic for topic in said if topic.endswith("em.position"))
    assert read == said - {position}
    assert needs(agreements, names)["tracking"].reads == (position, names.inbox("tracking"))


def test_every_topic_is_as_long_and_as_wide_as_the_design_says(
    agreements: Agreements, names: Names, wanted: Desired
) -> None:
    log = wanted.topics[names.log]
    assert (log.partitions, log.configs["retention.ms"]) == (LOG_PARTITIONS, "-1")
    for topic in wanted.topics.values():
        assert topic.configs["message.timestamp.type"] == "LogAppendTime"
    assert wanted.topics[names.dead("dwp")].configs["retention.ms"] == str(72 * HOURS_MS)
    inbox = wanted.topics[names.inbox("dwp")]
    assert (inbox.partitions, inbox.configs["cleanup.policy"]) == (1, "delete")
    assert inbox.configs["retention.ms"] == str(30 * 24 * HOURS_MS)
    rows = {service: wanted.topics[names.rows(service)] for service in ("risk", "admission")}
    assert {rows["risk"].partitions, rows["admission"].partitions} == {LOG_PARTITIONS, 1}
    assert rows["risk"].configs["cleanup.policy"] == "compact"
    # The last segment is never compacted, and all of it is read before a partition is served.
    assert int(rows["risk"].configs["segment.bytes"]) <= 32 * 1024 * 1024
    assert names.journal("tracking") in wanted.topics
    assert names.journal("risk") not in wanted.topics


def test_what_is_kept_for_72_hours_is_gone_6_hours_later(wanted: Desired, names: Names) -> None:
    configs = wanted.topics[names.dead("dwp")].configs
    assert configs["segment.ms"] == str(6 * HOURS_MS)


def test_the_broker_holds_an_agency_to_its_largest_message(wanted: Desired, names: Names) -> None:
    said = [t for t in wanted.topics.values() if ".dwp." in t.name]
    assert {topic.configs["max.message.bytes"] for topic in said} == {"65536"}
    assert {topic.configs["compression.type"] for topic in said} == {"uncompressed"}


def test_every_right_is_on_a_topic_that_is_made(wanted: Desired) -> None:
    on = {right.name for right in wanted.bindings if right.resource == "topic"}
    assert on == set(wanted.topics)


@pytest.mark.parametrize(
    ("name", "bare", "prefixed"),
    [
        ("from.dwp.notice-receipted", True, False),
        ("t1.from.dwp.notice-receipted", False, True),
        ("to.dwp", True, False),
        ("t1.to.dwp", False, True),
        ("t1x.to.dwp", False, False),
        ("hub.facts", True, False),
        ("t1.hub.facts", False, True),
        ("hub-risk-rows", True, False),
        ("t1-hub-risk-rows", False, True),
        ("hub-else-rows", False, False),
        ("to", False, False),
        ("from.dwp", False, False),
        ("__consumer_offsets", False, False),
    ],
)
def test_what_is_ours_is_told_by_the_whole_name(name: str, bare: bool, prefixed: bool) -> None:
    assert Scope(Names()).topic(name) is bare
    assert Scope(Names("t1")).topic(name) is prefixed


def test_every_topic_made_is_ours_by_name(wanted: Desired, names: Names) -> None:
    assert all(Scope(names).topic(topic) for topic in wanted.topics)


@pytest.mark.parametrize(
    ("resource", "name", "pattern", "reaches"),
    [
        ("topic", "*", "literal", True),
        ("topic", "from.", "prefixed", True),
        ("topic", "from.dw", "prefixed", True),
        ("topic", "other.", "prefixed", False),
        ("topic", "to.dwp", "literal", False),
        ("group", "*", "literal", False),
    ],
)
def test_a_right_wider_than_one_name_is_seen_to_reach_us(
    agreements: Agreements, resource: str, name: str, pattern: str, reaches: bool
) -> None:
    right = Binding("User:somebody", resource, name, pattern, "read")
    topics = desired(agreements, Names()).topics
    assert Scope(Names()).reaches(right, topics) is reaches
