"""The door and the inbox over a real broker, with the provider's own principal and rights."""

import asyncio
import json
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncssh
import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from schemas.base import Fact
from schemas.risk import Urgency
from schemas.tracking import ZoneEnded
from services.agreements.apply import apply
from services.agreements.compile import Grant, load
from services.bridge.bundle import Bundle
from services.bridge.door import Door, KafkaDoor
from services.bridge.inbox import Letter
from services.bridge.kafka_inbox import KafkaInbox
from services.bridge.watch import Watch
from services.hub.broker.cluster import Cluster
from services.hub.feed import deliver, em_drop
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.names import Names
from services.runtime.rowlog import ends_of
from services.runtime.schema_store import SchemaStore
from tests.bridge.door import DoorContract
from tests.bridge.kit import CANARIES, certificates, eventually
from tests.bridge.test_door import AGREED
from tests.em_bridge.rows import a_position_row
from tests.journeys.broker import shared_broker
from tests.makers import a_zone_ending
from tests.processes import a_free_port

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

FILES = Path("deploy/agreements")


@dataclass
class Installation:
    """The provider's folder on a broker, and the hub's side of its inbox."""

    cluster: Cluster
    bundle: Bundle
    grant: Grant
    mark: str = ""
    """Of the test in hand: its notices are not those of the test before."""
    begins: int = 0
    """Where its part of the inbox begins."""

    def begin(self) -> None:
        """All that is in the inbox was handed over long ago."""
        self.mark, self.begins = uuid4().hex, self.end(self.bundle.inbox)
        consumer = self._consumer()
        here = TopicPartition(self.bundle.inbox, 0, self.begins)
        consumer.commit(offsets=[here], asynchronous=False)
        consumer.close()

    def put(self, *numbers: int, value: bytes | None = None) -> None:
        """Notices in the provider's inbox, as the hub writes them; same number, same `ce_id`."""
        producer = Producer({**self.cluster.admin_config(), "acks": "all"})
        for number in numbers:
            content = self.encoded(number) if value is None else value
            headers: list[tuple[str, str | bytes | None]] = [
                ("ce_id", f"{self.mark}-{number}".encode())
            ]
            producer.produce(self.bundle.inbox, content, headers=headers, partition=0)
        assert producer.flush(30) == 0

    def encoded(self, number: int) -> bytes:
        store = SchemaStore()
        store.register(self.grant.view.schema_id, self.grant.view.schema)
        record = self.grant.view.show(
            a_zone_ending(),
            notice_ref=UUID(int=number),
            person_ref=f"ref-{number}",
            urgency=Urgency.SAME_DAY,
        )
        return wire.encode_view(self.grant.view.schema_id, record, store)

    def committed(self) -> int:
        """How many of the test's notices were handed over."""
        consumer = self._consumer()
        here = TopicPartition(self.bundle.inbox, 0)
        offset: int = consumer.committed([here], timeout=30)[0].offset
        consumer.close()
        return offset - self.begins

    def stands(self, topic: str, after: int) -> list[Any]:
        """Records of a topic from that offset on."""
        consumer = self._consumer()
        here = TopicPartition(topic, 0)
        _, high = ends_of(consumer, here)
        consumer.assign([TopicPartition(topic, 0, after)])
        found: list[Any] = []
        while len(found) < high - after:
            message = consumer.poll(30)
            assert message is not None
            found.append(message)
        consumer.close()
        return found

    def end(self, topic: str) -> int:
        consumer = self._consumer()
        _, high = ends_of(consumer, TopicPartition(topic, 0))
        consumer.close()
        return high

    def _consumer(self) -> Consumer:
        group = {"group.id": self.bundle.group, "enable.auto.commit": False}
        return Consumer({**self.cluster.admin_config(), **group})


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with shared_broker() as shared:
        yield shared


@pytest.fixture(scope="module")
def applied(cluster: Cluster) -> Installation:
    """The committed agreements under a prefix of their own."""
    mine = replace(cluster, names=Names(f"b{uuid4().hex[:6]}"))
    folder = apply(mine, FILES).folders["em"]
    grant = load(FILES).agencies["em"].grants[ZoneEnded.kind()]
    return Installation(mine, Bundle.read(folder), grant)


@pytest.fixture
def installation(applied: Installation) -> Installation:
    """The same, as if nothing had been said before."""
    applied.begin()
    return applied


class OverBroker:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._topics = [installation.bundle.says[kind] for kind in AGREED]
        self._from = [installation.end(topic) for topic in self._topics]
        self.doors = [KafkaDoor(installation.bundle, "em", timedelta(seconds=20))]

    @property
    def door(self) -> Door:
        return self.doors[-1]

    async def stands(self) -> Sequence[Fact]:
        return [wire.decode(record.value()) for record in self._records()]

    async def keys(self) -> Sequence[bytes]:
        return [record.key() for record in self._records()]

    async def go_away(self) -> None:
        client = {**self._installation.bundle.client, "bootstrap.servers": "127.0.0.1:1"}
        nowhere = replace(self._installation.bundle, client={**client, "log_level": "0"})
        self.doors.append(KafkaDoor(nowhere, "em", timedelta(seconds=1)))

    def _records(self) -> list[Any]:
        return [
            record
            for topic, after in zip(self._topics, self._from, strict=True)
            for record in self._installation.stands(topic, after)
        ]


class TestKafkaDoor(DoorContract):
    @pytest.fixture
    async def site(self, installation: Installation) -> AsyncIterator[OverBroker]:
        site = OverBroker(installation)
        yield site
        for door in site.doors:
            await door.close()


@asynccontextmanager
async def opened(installation: Installation, **client: str) -> AsyncIterator[KafkaInbox]:
    bundle = replace(installation.bundle, client={**installation.bundle.client, **client})
    inbox = KafkaInbox(bundle, Watch("em"))
    yield inbox
    await inbox.close()


async def handed_over(inbox: KafkaInbox, count: int) -> list[int]:
    taken = []
    for _ in range(count):
        letter = await inbox.take()
        taken.append(letter.notice.notice_ref.int)
        await inbox.done(letter)
    return taken


async def test_notices_come_in_order_and_are_committed_one_by_one(
    installation: Installation,
) -> None:
    installation.put(1, 2, 3)
    async with opened(installation) as inbox:
        letter = await inbox.take()
        assert letter.notice.told["zone_ref"] == a_zone_ending().zone_ref
        assert installation.committed() == 0
        await inbox.done(letter)
        assert installation.committed() == 1
        assert await handed_over(inbox, 2) == [2, 3]
    assert installation.committed() == 3


async def test_what_was_in_hand_at_a_kill_comes_again_and_the_rest_after_it(
    installation: Installation,
) -> None:
    installation.put(1, 2)
    async with opened(installation) as inbox:
        assert await handed_over(inbox, 1) == [1]
        await inbox.take()
    async with opened(installation) as inbox:
        assert await handed_over(inbox, 1) == [2]


async def test_a_repeat_is_known_as_one_even_after_a_restart(installation: Installation) -> None:
    installation.put(1, 2, 1)
    async with opened(installation) as inbox:
        assert await handed_over(inbox, 2) == [1, 2]
    installation.put(2, 3)
    async with opened(installation) as inbox:
        assert await handed_over(inbox, 1) == [3]
    assert installation.committed() == 5


async def test_a_partner_that_takes_long_does_not_cost_the_place(
    installation: Installation,
) -> None:
    installation.put(1, 2)
    impatient = {"max.poll.interval.ms": "6000", "session.timeout.ms": "6000"}
    async with opened(installation, **impatient) as inbox:
        letter = await inbox.take()
        await asyncio.sleep(8)
        await inbox.done(letter)
        assert installation.committed() == 1
        assert await handed_over(inbox, 1) == [2]


async def test_a_notice_of_a_view_not_yet_in_the_folder_waits_for_it(
    installation: Installation,
) -> None:
    installation.put(1)
    views = installation.bundle.folder / "schemas" / f"{installation.grant.view.schema_id}.avsc"
    views.unlink()
    bundle = Bundle.read(installation.bundle.folder)
    watch = Watch("em")
    inbox = KafkaInbox(bundle, watch)
    taking: asyncio.Task[Letter] = asyncio.create_task(inbox.take())
    await eventually(lambda: "not in the agency's folder yet" in watch.fault(), within_s=30)
    views.write_text(json.dumps(installation.grant.view.schema))
    letter = await taking
    assert letter.notice.notice_ref.int == 1
    assert watch.fault() == ""
    await inbox.close()


async def test_what_is_no_notice_stops_the_bridge_uncommitted(installation: Installation) -> None:
    installation.put(1, value=b"nonsense")
    async with opened(installation) as inbox:
        with pytest.raises(Stop, match="no-frame"):
            await inbox.take()
    assert installation.committed() == 0


async def test_a_withdrawn_right_is_waited_for_and_shown(installation: Installation) -> None:
    """Somebody else's inbox stands for one that may no longer be read."""
    other = replace(installation.bundle, inbox=installation.cluster.names.inbox("prison"))
    watch = Watch("em")
    inbox = KafkaInbox(other, watch)
    taking = asyncio.create_task(inbox.take())
    await eventually(lambda: "AUTHORIZATION" in watch.fault().upper(), within_s=30)
    assert not taking.done()
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    await inbox.close()


def test_the_broker_lets_nobody_else_read_the_inbox(installation: Installation) -> None:
    prison = installation.cluster.agency_config("prison")
    consumer = Consumer({**prison, "group.id": installation.cluster.names.agency_user("prison")})
    with pytest.raises(KafkaException):
        consumer.get_watermark_offsets(TopicPartition(installation.bundle.inbox, 0), timeout=5)
    consumer.close()


async def test_the_providers_bridge_runs_as_a_process_of_its_own(
    installation: Installation, tmp_path: Path
) -> None:
    """A file is said, a notice becomes an order, the order's removal a receipt; then it ends."""
    tls = certificates(tmp_path)
    ports = {"SFTP": a_free_port(), "HTTPS": 0, "STATUS": 0}
    environ = {
        "AGENCY_DIR": str(installation.bundle.folder.absolute()),
        "DROP_DIR": str(tmp_path / "drop"),
        "SFTP_KEYS": str(tmp_path / "sftp"),
        "PUSH_SECRET": str(tmp_path / "push"),
        "TLS_CERTIFICATE": str(tls.certificate),
        "TLS_KEY": str(tls.key),
        **{f"{name}_PORT": str(port) for name, port in ports.items()},
    }
    async with the_bridge(environ, ports["SFTP"]) as process:
        await _a_file_and_an_order(installation, tmp_path, ports["SFTP"])
        process.terminate()
        assert process.stderr is not None
        said = (await process.stderr.read()).decode()
        assert await process.wait() == 0, said
    assert "Canary" not in said
    assert [json.loads(line)["says"] for line in said.splitlines()][-1] == "The bridge has ended"


@asynccontextmanager
async def the_bridge(environ: dict[str, str], port: int) -> AsyncIterator[Process]:
    """A process that takes connections; at the end it has left its group, whatever happened."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.em_bridge",
        env={f"HUB_EM_BRIDGE_{name}": value for name, value in environ.items()},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await eventually(lambda: takes_connections(port), within_s=30)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


def takes_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _a_file_and_an_order(installation: Installation, tmp_path: Path, port: int) -> None:
    topics = installation.bundle.says
    positions = installation.end(topics["tracking.position"])
    receipts = installation.end(topics["notice.notice-receipted"])
    file = tmp_path / "position_demo.jsonl"
    file.write_text(json.dumps(a_position_row(first_name=CANARIES[0])) + "\nnonsense\n")
    drop = em_drop(tmp_path, port)
    (delivered,) = await deliver([file], drop)
    assert (delivered.facts, delivered.refused) == (1, 1)
    (position,) = installation.stands(topics["tracking.position"], positions)
    assert wire.decode(position.value()).source == "em"

    installation.put(7)
    order = tmp_path / "drop" / "partner" / "orders" / f"{UUID(int=7)}.json"
    await eventually(order.exists, within_s=30)
    async with (
        asyncssh.connect(
            drop.host,
            drop.port,
            username=drop.user,
            client_keys=[str(drop.key)],
            known_hosts=str(drop.known_hosts),
            config=[],
            agent_path=None,
        ) as connection,
        connection.start_sftp_client() as sftp,
    ):
        await sftp.remove(f"orders/{order.name}")
    await eventually(
        lambda: installation.end(topics["notice.notice-receipted"]) > receipts, within_s=30
    )
    assert installation.committed() == 1
