"""What an agency's own credentials are shown on a real broker does not change with who is managed.

The same hub before and after one more managed person: the second world on top of the first.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from secrets import randbelow
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.base import Fact, Identifier
from schemas.notice import ReceiptStatus
from services.agreements.broker_plan import agency_rights
from services.agreements.compile import load
from services.bridge.bundle import Bundle
from services.hub.broker.cluster import ClientConfig
from services.hub.offsets import latest
from services.hub.proofs import is_canary
from services.runtime.records import Record
from tests.journeys.hub import AGREEMENTS, Hub, eventually
from tests.makers import (
    a_conviction,
    a_fitting,
    a_joining,
    a_level,
    a_pnc,
    a_receipt,
    a_release_date,
    a_tamper,
    an_address_change,
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

WATCHER = "dwp"
WAIT_S = 15.0
Shown = dict[str, Any]


def test_one_more_managed_person_is_not_to_be_seen(hub: Hub, tmp_path: Path) -> None:
    her, other = (a_pnc(1_000_000 + randbelow(8_000_000)) for _ in range(2))
    hub.say(tmp_path, a_conviction(identifiers=(her,)), a_joining(WATCHER, identifiers=(her,)))
    hub.at_rest()
    before = len(hub.of_somebody(WATCHER))
    hub.say(tmp_path, a_release_date(identifiers=(her,)))
    eventually(lambda: len(hub.of_somebody(WATCHER)) > before, 60, "the first notice")
    answers = [said_of(hub, other, tmp_path, ReceiptStatus.READ)]
    without, others_know = shown(hub), len(hub.notices("derby-housing"))
    hub.say(tmp_path, a_conviction(identifiers=(other,)), a_joining(identifiers=(other,)))
    hub.at_rest()
    hub.say(tmp_path, *all_about(other))
    eventually(lambda: len(hub.notices("derby-housing")) > others_know, 60, "others are told")
    hub.at_rest()
    with_them = shown(hub)
    assert [at for at in without if without[at] != with_them[at]] == []
    answers.append(said_of(hub, other, tmp_path, ReceiptStatus.ACTED))
    assert answers == [["unknown-reference"], ["unknown-reference"]]
    told = len(hub.of_somebody(WATCHER))
    hub.say(tmp_path, a_release_date(identifiers=(her,), prison_code="YYY"))
    eventually(lambda: len(hub.of_somebody(WATCHER)) > told, 60, "the next notice")
    assert len(hub.of_somebody(WATCHER)) == told + 1
    places = offsets(hub)
    assert places == list(range(len(places)))


def test_what_is_not_theirs_is_as_if_it_were_not_there(hub: Hub) -> None:
    """A topic or group of somebody else answers with the code of one that does not exist."""
    codes, names = shown(hub), hub.cluster.names
    rights = [*agency_rights(load(AGREEMENTS).agencies[WATCHER], names)]
    assert codes["topics"] == sorted(one.name for one in rights if one.resource == "topic")
    assert set(codes["groups"]) <= {one.name for one in rights if one.resource == "group"}
    for ask in ("topic", "end of", "write to"):
        nowhere = codes[f"{ask} {names.inbox('nobody-at-all')}"]
        assert nowhere is not None
        for topic in others_topics(hub):
            assert codes[f"{ask} {topic}"] == nowhere
    nobody = codes[f"group {names.agency_user('nobody-at-all')}"]
    assert nobody is not None
    assert codes[f"group {names.agency_user('derby-housing')}"] == nobody


def all_about(other: Identifier) -> Iterator[Fact]:
    """What is said of the other person, once another agency is on the case."""
    yield a_level(3, identifiers=(other,))
    yield an_address_change(identifiers=(other,))
    yield a_release_date(identifiers=(other,))
    device = f"device-{other.value[5:12]}"
    yield a_fitting(identifiers=(other,), device_ref=device)
    yield a_tamper(device_ref=device)


def said_of(hub: Hub, other: Identifier, folder: Path, status: ReceiptStatus) -> list[str]:
    """Why letters came back after the watcher spoke of the other person, and under no reference."""
    before = len(dead(hub))
    about = {"source": WATCHER, "status": status}
    hub.say(
        folder,
        a_receipt(identifiers=(other,), person_ref=None, **about),
        a_receipt(person_ref="p-" + "0" * 32, **about),
    )
    eventually(lambda: len(dead(hub)) > before, 60, "one comes back")
    hub.at_rest()
    return [(one.header("hub_reason") or b"").decode() for one in dead(hub)[before:]]


def dead(hub: Hub) -> list[Record]:
    return hub.recorded().source(hub.cluster.names.dead(WATCHER))


def offsets(hub: Hub) -> list[int]:
    return [one.offset for one in hub.recorded().source(hub.cluster.names.inbox(WATCHER))]


def others_topics(hub: Hub) -> list[str]:
    names = hub.cluster.names
    return [names.log, names.inbox("derby-housing"), names.dead("prison"), names.rows("notify")]


def shown(hub: Hub) -> Shown:
    """All the watcher's own credentials get to see, or the code with which they do not."""
    names = hub.cluster.names
    config: ClientConfig = {**Bundle.read(hub.home / "agencies" / WATCHER).client, "log_level": 0}
    admin = AdminClient(config)
    found: Shown = {
        "topics": sorted(admin.list_topics(timeout=WAIT_S).topics),
        "groups": groups(admin),
    }
    for topic in (names.inbox(WATCHER), names.dead(WATCHER)):
        stands = hub.recorded().source(topic)
        found[f"records of {topic}"] = [one for one in stands if not is_canary(one)]
    foreign = [*others_topics(hub), names.inbox("nobody-at-all")]
    writes = written(config, foreign)
    for topic in foreign:
        listed = admin.list_topics(topic, timeout=WAIT_S).topics[topic]
        ends = admin.list_offsets({TopicPartition(topic, 0): latest()})
        found[f"topic {topic}"] = code(listed.error)
        found[f"end of {topic}"] = code_of(next(iter(ends.values())))
        found[f"write to {topic}"] = writes[topic]
    for group in (names.agency_user("nobody-at-all"), names.agency_user("derby-housing")):
        asked = admin.describe_consumer_groups([group], request_timeout=WAIT_S)[group]
        found[f"group {group}"] = code_of(asked)
    return found


def groups(admin: AdminClient) -> list[str]:
    """The groups listed to it."""
    listed = admin.list_consumer_groups(request_timeout=WAIT_S).result(WAIT_S)
    return sorted(one.group_id for one in listed.valid)


def written(config: ClientConfig, topics: list[str]) -> dict[str, int | None]:
    """By topic, the code with which a record was refused."""
    codes: dict[str, int | None] = {}
    producer = Producer({**config, "message.timeout.ms": 10_000})
    for topic in topics:
        producer.produce(
            topic,
            b"from two worlds",
            on_delivery=lambda error, message: codes.update({str(message.topic()): code(error)}),
        )
    producer.flush(WAIT_S)
    return codes


def code_of(asked: Future[Any]) -> int | None:
    """The code with which the broker refused, if it did."""
    try:
        asked.result(timeout=WAIT_S)
    except KafkaException as refused:
        return code(refused.args[0])
    return None


def code(error: KafkaError | None) -> int | None:
    return None if error is None else error.code()
