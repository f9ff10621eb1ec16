"""Principal by topic by operation: what the real broker allows is what the agreements say."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # not in its types

from schemas.base import Fact
from schemas.log import AgreementsAdopted
from schemas.notice import NoticeReceipted
from services.agreements import live
from services.agreements.adopt import adopted as adopt_fact
from services.agreements.adopt import tell
from services.agreements.apply import Applied, apply, plan
from services.agreements.broker_plan import Binding, Scope
from services.agreements.compile import Agreements, load
from services.hub.broker.cluster import Cluster
from services.runtime.names import SERVICES, Names
from services.runtime.wire import decode
from tests.agreements.makers import a_file
from tests.agreements.matrix import (
    OPERATIONS,
    WAIT_S,
    Cell,
    Seen,
    Somebody,
    everybody,
    look,
    may_use_transactions,
    policy,
    read_everywhere,
)
from tests.journeys.hub import apart

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

FILES = Path("deploy/agreements")
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
LOADING = {
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
}


@dataclass(frozen=True)
class Installation:
    """The committed agreements, applied under a prefix of its own."""

    cluster: Cluster
    agreements: Agreements
    applied: Applied
    topics: list[str]
    """Ours, one that is not ours, and one of the broker's own."""
    groups: list[str]
    people: list[Somebody]


@pytest.fixture(scope="module")
def hub(cluster: Cluster) -> Installation:
    prefix = f"m{uuid4().hex[:6]}"
    mine = replace(cluster, names=Names(prefix))
    applied = apply(mine, FILES)
    agreements = load(FILES)
    foreign = f"{prefix}x.elsewhere"
    admin = AdminClient({**mine.admin_config(), "log_level": 0})
    admin.create_topics([NewTopic(foreign, 1)])[foreign].result(timeout=WAIT_S)
    ours = [topic.name for topic in applied.plan.create]
    one_record_each(mine, [*ours, foreign])
    groups = [mine.names.agency_user(slug) for slug in agreements.agencies]
    groups += [mine.names.app(service) for service in SERVICES]
    until_coordinated(mine, groups)
    people = everybody(mine, agreements, applied.folders)
    for one in people:
        if one.name in agreements.agencies:
            until_shown(one, mine.names.inbox(one.name))
    topics = [*ours, foreign, "__consumer_offsets"]
    return Installation(mine, agreements, applied, topics, groups, people)


def one_record_each(cluster: Cluster, topics: list[str]) -> None:
    producer = Producer({**cluster.admin_config(), "acks": "all"})
    for topic in topics:
        producer.produce(topic, b"to be read", key=b"matrix", partition=0)
    assert producer.flush(WAIT_S) == 0


@pytest.fixture(scope="module")
def seen(hub: Installation) -> dict[str, Seen]:
    """What each principal is allowed; asked once."""
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(
            lambda one: look(one, hub.topics, hub.groups, f"{hub.cluster.names.prefix}.made"),
            hub.people,
        )
        return dict(zip((one.name for one in hub.people), answers, strict=True))


def until_coordinated(cluster: Cluster, groups: list[str]) -> None:
    """A broker that has just started knows the groups it looks after."""
    admin, until = AdminClient({**cluster.admin_config(), "log_level": 0}), monotonic() + WAIT_S
    for group in groups:
        while True:
            try:
                admin.describe_consumer_groups([group])[group].result(timeout=WAIT_S)
            except KafkaException as loading:
                if loading.args[0].code() not in LOADING or monotonic() > until:
                    raise
            else:
                break


def until_shown(somebody: Somebody, topic: str) -> None:
    """The right given a moment ago has reached the broker, and with it all given before."""
    admin, until = AdminClient(somebody.config), monotonic() + WAIT_S
    while topic not in admin.list_topics(timeout=WAIT_S).topics:
        assert monotonic() < until


def differences(hub: Installation, seen: dict[str, Seen]) -> set[Cell]:
    """Every cell in which the broker and the policy do not agree, by the broker's word."""
    allowed = frozenset(cell for one in seen.values() for cell in one.by_word)
    agreed = policy(hub.agreements, hub.cluster.names, hub.topics)
    return set(allowed ^ frozenset(cell for cell in agreed if cell.who in seen))


def test_every_cell_of_the_matrix_is_as_agreed(
    hub: Installation, seen: dict[str, Seen], capsys: pytest.CaptureFixture[str]
) -> None:
    assert differences(hub, seen) == set()
    things = len(hub.topics) + len(hub.groups) + 1
    with capsys.disabled():
        sys.stdout.write(f"\n{'principal':24} {'allowed':>8} {'denied':>8}\n")
        for name, one in seen.items():
            allowed, cells = len(one.by_word), things * len(OPERATIONS)
            sys.stdout.write(f"{name:24} {allowed:>8} {cells - allowed:>8}\n")
        total = len(seen) * things * len(OPERATIONS)
        sys.stdout.write(f"{len(seen)} principals, {len(hub.topics)} topics, {total} cells\n")


def test_records_go_in_and_come_out_exactly_where_agreed(
    hub: Installation, seen: dict[str, Seen]
) -> None:
    agreed = policy(hub.agreements, hub.cluster.names, hub.topics)
    for name, one in seen.items():
        mine = {cell for cell in agreed if cell.who == name and cell.what in hub.topics}
        assert one.written == {cell.what for cell in mine if cell.operation == "WRITE"}
        assert one.read == {cell.what for cell in mine if cell.operation == "READ"}
        assert one.listed == {cell.what for cell in mine if cell.operation == "DESCRIBE"}


def test_nobody_but_the_deploying_principal_administers_anything(seen: dict[str, Seen]) -> None:
    assert {name: one.done for name, one in seen.items() if one.done} == {}


def test_a_principal_without_an_agreement_is_allowed_and_shown_nothing(
    seen: dict[str, Seen],
) -> None:
    nothing = Seen(frozenset(), frozenset(), frozenset(), frozenset(), ())
    assert seen["newcomer"] == nothing


def test_a_service_has_transactions_of_its_own_and_nobody_elses(hub: Installation) -> None:
    names = hub.cluster.names
    asked = {
        (one.name, service)
        for one in hub.people
        for service in (one.name if one.name in SERVICES else "risk", "notify")
        if service in SERVICES
    }
    config = {one.name: one.config for one in hub.people}

    def let_in(pair: tuple[str, str]) -> bool:
        who, service = pair
        return may_use_transactions(config[who], names.transactional_id(service, 0))

    with ThreadPoolExecutor(6) as pool:
        answers = dict(zip(sorted(asked), pool.map(let_in, sorted(asked)), strict=True))
    assert {pair for pair, yes in answers.items() if yes} == {(s, s) for s in SERVICES}


@pytest.mark.parametrize("packing", ["none", "gzip", "zstd"])
def test_what_is_small_only_while_it_is_packed_is_too_large(
    hub: Installation, packing: str
) -> None:
    dwp = next(one for one in hub.people if one.name == "dwp")
    limits = {"message.max.bytes": 10_000_000, "compression.type": packing}
    producer, told = Producer({**dwp.config, **limits}), list[KafkaError | None]()
    topic = hub.cluster.names.said("dwp", NoticeReceipted)
    for size in (1_000_000, 1_000):
        producer.produce(topic, bytes(size), on_delivery=lambda fault, _: told.append(fault))
        assert producer.flush(WAIT_S) == 0
    too_large, taken = told
    assert too_large is not None
    assert too_large.code() == KafkaError.MSG_SIZE_TOO_LARGE
    assert taken is None


@contextmanager
def given(cluster: Cluster, right: Binding) -> Iterator[None]:
    """A right given by hand; taken back at the end if nobody did before."""
    admin = AdminClient({**cluster.admin_config(), "log_level": 0})
    for future in admin.create_acls([live.acl(right)]).values():
        future.result(timeout=WAIT_S)
    try:
        yield
    finally:
        for future in admin.delete_acls([live.exactly(right)]).values():
            future.result(timeout=WAIT_S)


def test_one_wrong_right_is_found_shown_and_taken_away(hub: Installation) -> None:
    names = hub.cluster.names
    inbox = names.inbox("probation")
    wrong = Binding(f"User:{names.agency_user('dwp')}", "topic", inbox, "literal", "read")
    dwp = next(one for one in hub.people if one.name == "dwp")

    def now() -> dict[str, Seen]:
        return {"dwp": look(dwp, hub.topics, hub.groups, f"{names.prefix}.made")}

    with given(hub.cluster, wrong):
        until_shown(dwp, inbox)
        assert differences(hub, now()) == {
            Cell("dwp", inbox, "READ"),
            Cell("dwp", inbox, "DESCRIBE"),
        }
        assert inbox in read_everywhere(dwp.config, hub.topics)
        assert plan(hub.cluster, hub.agreements).take == (wrong,)
        apply(hub.cluster, FILES)
        assert plan(hub.cluster, hub.agreements).same
    assert inbox not in read_everywhere(dwp.config, hub.topics)
    assert differences(hub, now()) == set()


def test_agencies_are_let_in_after_adoption_and_shut_out_with_their_file(
    cluster: Cluster, tmp_path: Path
) -> None:
    with apart(cluster) as mine:
        _let_in_and_shut_out(mine, tmp_path)


def _let_in_and_shut_out(mine: Cluster, tmp_path: Path) -> None:
    a_file(tmp_path)
    gone = a_file(tmp_path, slug="otherham-housing")
    users = [mine.names.agency_user(s) for s in ("exampleshire-housing", "otherham-housing")]

    def let_in() -> set[str]:
        allowed = live.read(mine.admin_config(), Scope(mine.names)).allowed
        return {user for user in users if any(r.principal == f"User:{user}" for r in allowed)}

    def adopted(version: str) -> None:
        assert let_in() == set()
        tell(mine, adopt_fact(version, AT))

    version = apply(mine, tmp_path, say=adopted).version
    assert let_in() == set(users)
    assert last_said(mine) == adopt_fact(version, AT)

    gone.unlink()
    a_file(tmp_path, ("inbox_kept_days: 30", "inbox_kept_days: 10"))
    made = apply(mine, tmp_path).plan
    assert made.withdrawn == (users[1],)
    inbox = mine.names.inbox("exampleshire-housing")
    assert made.configure[inbox]["retention.ms"] == str(10 * 24 * 60 * 60 * 1000)
    assert mine.names.inbox("otherham-housing") in made.leftover
    assert let_in() == {users[0]}
    assert plan(mine, load(tmp_path)).same
    admin = AdminClient({**mine.admin_config(), "log_level": 0})
    credentials = admin.describe_user_scram_credentials(users)
    assert isinstance(credentials, dict)
    assert credentials[users[0]].result(timeout=WAIT_S).scram_credential_infos
    with pytest.raises(KafkaException) as unknown:
        credentials[users[1]].result(timeout=WAIT_S)
    assert unknown.value.args[0].code() == KafkaError.RESOURCE_NOT_FOUND


def last_said(cluster: Cluster) -> Fact:
    """The one fact on the deploying principal's topic."""
    topic = cluster.names.said("deploy", AgreementsAdopted)
    reader = Consumer({**cluster.admin_config(), "group.id": "matrix", "log_level": 0})
    try:
        reader.assign([TopicPartition(topic, 0, 0)])
        (message,) = reader.consume(1, timeout=WAIT_S)
        return decode(message.value() or b"")
    finally:
        reader.close()
