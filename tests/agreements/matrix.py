"""Who may do what at the broker: once from the policy's words, once from the broker itself.

The policy side is written again from the design (§2), on purpose not from what compiles the rights:
two readings of the same words have to agree.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from schemas.catalogue import BY_KIND, BY_TOPIC_PART
from services.agreements.compile import Agreements
from services.hub.broker.cluster import ClientConfig, Cluster
from services.runtime.names import SERVICES, SPEAKERS, Names

BY_PERSON = ("registry", "risk", "notify")
SEVERAL_SOURCES = ("admission", "tracking")
OPERATIONS = (
    "READ",
    "WRITE",
    "DESCRIBE",
    "CREATE",
    "DELETE",
    "ALTER",
    "DESCRIBE_CONFIGS",
    "ALTER_CONFIGS",
)
WAIT_S = 20.0
SILENCE_S = 1.5
"""After the last answer of a consumer; the broker gives all of them within a tenth of that."""
DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}


@dataclass(frozen=True, order=True)
class Cell:
    """One operation somebody may do on one thing."""

    who: str
    what: str
    operation: str


@dataclass(frozen=True)
class Somebody:
    """A principal and how it comes to the broker."""

    name: str
    config: ClientConfig = field(repr=False)


def everybody(cluster: Cluster, agreements: Agreements, folders: dict[str, Path]) -> list[Somebody]:
    """Every agency by its own folder, every service by certificate, and one nobody knows."""
    by_folder = [Somebody(slug, _client(folders[slug])) for slug in sorted(agreements.agencies)]
    ours = [Somebody(name, cluster.service_config(name)) for name in (*SERVICES, *SPEAKERS)]
    stranger = Somebody("newcomer", cluster.agency_certificate_config("newcomer"))
    return [
        Somebody(one.name, {**one.config, "log_level": 0, "socket.timeout.ms": 10_000})
        for one in [*by_folder, *ours, stranger]
    ]


def _client(folder: Path) -> ClientConfig:
    config: ClientConfig = {}
    for line in (folder / "client.properties").read_text().splitlines():
        key, value = line.split("=", 1)
        config[key] = value
    return config


# -- the policy


def policy(agreements: Agreements, names: Names, topics: Iterable[str]) -> frozenset[Cell]:
    """All that is allowed on those topics, on groups, and on the cluster (nothing)."""
    cells = {cell for topic in topics for cell in _on_topic(agreements, names, topic)}
    for slug in agreements.agencies:
        cells.add(Cell(slug, names.agency_user(slug), "READ"))
    for service in SERVICES:
        cells.add(Cell(service, names.app(service), "READ"))
    described = {Cell(cell.who, cell.what, "DESCRIBE") for cell in cells}
    return frozenset(cells | described)


def _on_topic(agreements: Agreements, names: Names, topic: str) -> Iterator[Cell]:
    bare = topic.removeprefix(f"{names.prefix}.").removeprefix(f"{names.prefix}-")
    match bare.split("."):
        case ["from", speaker, part] if agreements.may_say(speaker, BY_TOPIC_PART[part].kind):
            yield Cell(speaker, topic, "WRITE")
            yield Cell("tracking" if BY_TOPIC_PART[part].raw else "admission", topic, "READ")
        case ["to", receiver]:
            yield Cell("notify", topic, "WRITE")
            yield Cell(receiver, topic, "READ")
        case ["dead", sender]:
            if any(agreements.may_say(sender, kind) for kind in BY_KIND):
                yield Cell("admission", topic, "WRITE")
            if any(e.raw and agreements.may_say(sender, e.kind) for e in BY_TOPIC_PART.values()):
                yield Cell("tracking", topic, "WRITE")  # what does not pass the door it returns
            if sender in agreements.agencies:
                yield Cell(sender, topic, "READ")
        case ["hub", "facts"]:
            yield Cell("admission", topic, "WRITE")
            yield from (Cell(service, topic, "READ") for service in BY_PERSON)
        case [own]:
            yield from _on_own(own, topic)


def _on_own(own: str, topic: str) -> Iterator[Cell]:
    for service in SERVICES:
        kept = {f"hub-{service}-rows"}
        if service in SEVERAL_SOURCES:
            kept.add(f"hub-{service}-journal")
        if own in kept:
            yield Cell(service, topic, "READ")
            yield Cell(service, topic, "WRITE")


# -- the broker


@dataclass(frozen=True)
class Seen:
    """What the broker lets one principal do, by its own word and by trying."""

    by_word: frozenset[Cell]
    """Authorized operations on every topic, group and the cluster."""
    listed: frozenset[str]
    """Topics in the list it is shown."""
    written: frozenset[str]
    read: frozenset[str]
    done: tuple[str, ...]
    """Acts of an administrator that were not refused."""


def look(one: Somebody, topics: list[str], groups: list[str], to_create: str) -> Seen:
    """Everything one principal is allowed, with as few requests as there can be."""
    admin = AdminClient(one.config)
    listed = frozenset(admin.list_topics(timeout=WAIT_S).topics)
    return Seen(
        by_word=frozenset(
            [
                *_topics_by_word(admin, one.name, topics),
                *_groups_by_word(admin, one.name, groups),
                *_cluster_by_word(admin, one.name),
            ]
        ),
        listed=listed & frozenset(topics),
        written=write_everywhere(one.config, topics),
        read=read_everywhere(one.config, topics),
        done=tuple(_administer(admin, topics, to_create)),
    )


def _topics_by_word(admin: AdminClient, who: str, topics: list[str]) -> Iterator[Cell]:
    futures = admin.describe_topics(
        TopicCollection(topics), include_authorized_operations=True, request_timeout=WAIT_S
    )
    for topic, future in futures.items():
        yield from _allowed(who, topic, future)


def _groups_by_word(admin: AdminClient, who: str, groups: list[str]) -> Iterator[Cell]:
    futures = admin.describe_consumer_groups(
        groups, include_authorized_operations=True, request_timeout=WAIT_S
    )
    for group, future in futures.items():
        yield from _allowed(who, group, future)


def _cluster_by_word(admin: AdminClient, who: str) -> Iterator[Cell]:
    future = admin.describe_cluster(include_authorized_operations=True, request_timeout=WAIT_S)
    yield from _allowed(who, "cluster", future)


def _allowed(who: str, what: str, future: Future[Any]) -> Iterator[Cell]:
    try:
        described = future.result(timeout=WAIT_S)
    except KafkaException as refused:
        if refused.args[0].code() not in DENIED:
            raise
        return
    for operation in described.authorized_operations or ():
        yield Cell(who, what, operation.name)


def write_everywhere(config: ClientConfig, topics: list[str]) -> frozenset[str]:
    """The topics that took a record."""
    producer = Producer({**config, "acks": "all", "message.timeout.ms": 15_000, "linger.ms": 20})
    answers: dict[str, KafkaError | None] = {}
    for topic in topics:
        producer.produce(
            topic,
            b"from the matrix",
            partition=0,
            key=b"matrix",
            on_delivery=lambda error, message: answers.update({str(message.topic()): error}),
        )
    producer.flush(WAIT_S)
    _only_refusals(answers)
    assert answers.keys() == set(topics)
    return frozenset(topic for topic, error in answers.items() if error is None)


def read_everywhere(config: ClientConfig, topics: list[str]) -> frozenset[str]:
    """The topics a record came from; each has one, and no group is asked for.

    A topic its client is not even shown gives no answer at all: the end is a while of silence.
    """
    consumer = Consumer(
        {**config, "group.id": "matrix", "enable.auto.commit": False, "auto.offset.reset": "error"}
    )
    answers: dict[str, KafkaError | None] = {}
    until = monotonic() + WAIT_S
    try:
        consumer.assign([TopicPartition(topic, 0, 0) for topic in topics])
        while monotonic() < until:
            messages = consumer.consume(len(topics), timeout=0.2)
            fresh = [m for m in messages if m.topic() is not None and m.topic() not in answers]
            answers.update({str(message.topic()): message.error() for message in fresh})
            if messages and (fresh or len(answers) == 0):
                until = monotonic() + SILENCE_S
    finally:
        consumer.close()
    _only_refusals(answers)
    return frozenset(topic for topic, error in answers.items() if error is None)


def _only_refusals(answers: dict[str, KafkaError | None]) -> None:
    odd = {t: e.name() for t, e in answers.items() if e is not None and e.code() not in DENIED}
    assert not odd


def _administer(admin: AdminClient, topics: list[str], to_create: str) -> Iterator[str]:
    setting = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
    resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
    altered = [
        ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[setting]) for topic in topics
    ]
    grown = [NewPartitions(topic, 9) for topic in topics]
    acts: dict[str, dict[Any, Future[Any]]] = {
        "create": admin.create_topics([NewTopic(to_create, 1)], request_timeout=WAIT_S),
        "configs": admin.describe_configs(resources, request_timeout=WAIT_S),
        "alter configs": admin.incremental_alter_configs(altered, request_timeout=WAIT_S),
        "grow": admin.create_partitions(grown, request_timeout=WAIT_S),
        "delete": admin.delete_topics(topics, request_timeout=WAIT_S),
    }
    for act, futures in acts.items():
        for what, future in futures.items():
            try:
                future.result(timeout=WAIT_S)
            except KafkaException as refused:
                if refused.args[0].code() in DENIED:
                    continue
            yield f"{act} {what}"


def may_use_transactions(config: ClientConfig, transactional_id: str) -> bool:
    """Whether a producer of that id is let in."""
    producer = Producer({**config, "transactional.id": transactional_id})
    try:
        producer.init_transactions(WAIT_S)
    except KafkaException as refused:
        if refused.args[0].code() in DENIED:
            return False
        raise
    return True
