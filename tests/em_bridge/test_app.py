"""The tag provider's bridge on loopback: its files, its pushes, and the orders it collects."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from schemas.base import Fact
from schemas.notice import Notice, NoticeReceipted
from schemas.tracking import Position, TagFitted, TagRemoved, TagTampered
from services.bridge.door import MemoryDoor
from services.bridge.https import MAX_BODY
from services.bridge.inbox import MemoryInbox
from services.bridge.process import Bridge
from services.em_bridge.app import build
from services.em_bridge.settings import EmBridgeSettings
from services.hub.feed import DropPoint, deliver, em_drop
from services.runtime.faults import Refused, Unavailable
from tests.bridge.kit import CANARIES, QUICK, a_while, certificates, eventually
from tests.contract.test_bridge_contract import BridgeContract, post
from tests.em_bridge.rows import a_position_row, an_activation_row, an_event_row
from tests.em_bridge.test_orders import a_zone_notice
from tests.makers import NOON

SAYS = [fact.kind() for fact in (Position, TagFitted, TagRemoved, TagTampered, NoticeReceipted)]


class Provider:
    """The tag provider: it pushes, drops files and collects orders."""

    bridge: Bridge
    largest = MAX_BODY

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.certificates = certificates(folder)
        self.door = MemoryDoor("em", SAYS)
        self.inbox = MemoryInbox()
        self.settings = EmBridgeSettings(
            agency_dir=folder / "none",
            drop_dir=folder / "drop",
            sftp_keys=folder / "sftp",
            push_secret=folder / "push",
            tls_certificate=self.certificates.certificate,
            tls_key=self.certificates.key,
            sftp_port=0,
            https_port=0,
            status_port=0,
        )
        self.feed = "position"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Bridge]:
        self.bridge = build(
            self.settings, door=self.door, inbox=self.inbox, clock=lambda: NOON, backoff=QUICK
        )
        async with self.bridge as bridge:
            yield bridge

    def url(self) -> str:
        return f"https://127.0.0.1:{self.bridge.port('https')}/v1/{self.feed}"

    def secret(self) -> str:
        return (self.home / "push").read_text()

    def tls(self) -> Any:
        return self.certificates.client()

    def body(self) -> bytes:
        row = a_position_row(
            position_latitude=52.9271, position_longitude=-1.4771, first_name=CANARIES[0]
        )
        return json.dumps([row]).encode()

    def bad_body(self) -> bytes:
        row = a_position_row(position_latitude=CANARIES[1], position_longitude=-1.4771)
        return json.dumps([row]).encode()

    def notice(self, number: int) -> Notice:
        told = {
            "outline": [
                {"longitude_deg": -1.4771, "latitude_deg": 52.9271},
                {"longitude_deg": -1.47, "latitude_deg": 52.92},
                {"longitude_deg": -1.47, "latitude_deg": 52.93},
            ]
        }
        numbered = {"notice_ref": f"00000000-0000-8000-8000-{number:012}"}
        notice = a_zone_notice(**told).model_dump() | numbered
        return Notice.model_validate(notice)

    async def go_away(self) -> None:
        """It connects to us, not we to it: away means that nobody collects."""

    async def come_back(self) -> None:
        """It collects when it is asked what it has."""

    async def has(self) -> Sequence[str]:
        """What it finds and takes away, as its system does: get, then remove."""
        async with self.session() as sftp:
            names = sorted(str(name) for name in await sftp.listdir("orders"))
            collected = [name for name in names if name.endswith(".json")]
            for name in collected:
                async with sftp.open(f"orders/{name}", "rb") as file:
                    assert json.loads(await file.read())["case_id"] == "em-7"
                await sftp.remove(f"orders/{name}")
        return [name.removesuffix(".json") for name in collected]

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncssh.SFTPClient]:
        drop = self.drop()
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
            yield sftp

    def drop(self) -> DropPoint:
        return em_drop(self.home, self.bridge.port("sftp"))

    def a_file(self, name: str, *rows: object) -> Path:
        path = self.home / name
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("".join(f"{line}\n" for line in lines))
        return path


class TestEmBridge(BridgeContract):
    async def a_partner(self, folder: Path) -> Provider:
        return Provider(folder)


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Provider]:
    provider = Provider(tmp_path)
    async with provider.running():
        yield provider


async def test_a_dropped_file_is_said_and_reported_row_by_row(provider: Provider) -> None:
    shown: list[tuple[str, int, int]] = []
    path = provider.a_file(
        "position_demo_20260302120000.jsonl",
        a_position_row(),
        a_position_row(position_id=9000007, position_latitude="north"),
        "nonsense",
        a_position_row(position_gps_date="2026-02-27 20:00:00", position_id=9000008),
    )
    (delivered,) = await deliver(
        [path], provider.drop(), on_progress=lambda *step: shown.append(step)
    )
    assert (delivered.file, delivered.rows, delivered.facts, delivered.late) == (path.name, 4, 2, 1)
    assert delivered.refused == 2
    assert delivered.faults == (
        {"row": 2, "field": "position_latitude", "reason": "float-type"},
        {"row": 3, "field": "", "reason": "not-json"},
    )
    assert [type(fact) for fact in provider.door.said] == [Position, Position]
    assert shown[-1] == (path.name, path.stat().st_size, path.stat().st_size)


async def test_events_and_activations_come_the_same_way(provider: Provider) -> None:
    ended = an_activation_row(device_deactivation_date="2026-03-02 10:00:00")
    files = [
        provider.a_file("event_a.jsonl", an_event_row(), an_event_row(event_type_code="EV_OTHER")),
        provider.a_file("activation_a.jsonl", ended),
    ]
    events, activations = await deliver(files, provider.drop())
    assert (events.facts, events.not_for_the_hub) == (1, {"not-for-the-hub": 1})
    assert (activations.facts, activations.refused) == (2, 0)
    kinds: list[type[Fact]] = [TagTampered, TagFitted, TagRemoved]
    assert [type(fact) for fact in provider.door.said] == kinds


async def test_a_file_sent_again_says_the_same_facts_and_has_a_new_report(
    provider: Provider,
) -> None:
    path = provider.a_file("event_a.jsonl", an_event_row())
    await deliver([path], provider.drop())
    (again,) = await deliver([path], provider.drop())
    assert again.facts == 1
    assert len({fact.event_id for fact in provider.door.said}) == 1
    assert len(provider.door.said) == 2


async def test_a_file_of_an_unknown_feed_is_refused_as_a_whole(provider: Provider) -> None:
    (delivered,) = await deliver([provider.a_file("weather_a.jsonl", "{}")], provider.drop())
    assert delivered.faults == ({"row": 0, "field": "file", "reason": "unknown-feed"},)


async def test_a_file_is_done_only_after_the_broker_confirmed(provider: Provider) -> None:
    done = provider.settings.drop_dir / "partner" / "done" / "event_a.jsonl"
    provider.door.go_away()
    path = provider.a_file("event_a.jsonl", an_event_row())
    with pytest.raises(Unavailable, match="no report"):
        await deliver([path], provider.drop(), within_s=0.5)
    assert not done.exists()
    provider.door.come_back()
    await eventually(done.exists)
    assert len(provider.door.said) == 1


async def test_nobody_listening_and_names_that_cannot_be_are_told_apart(
    provider: Provider, tmp_path: Path
) -> None:
    nowhere = DropPoint("127.0.0.1", 1, "em", provider.drop().key, provider.drop().known_hosts)
    with pytest.raises(Unavailable):
        await deliver([provider.a_file("event_a.jsonl")], nowhere)
    with pytest.raises(Refused, match="not-delivered"):
        await deliver([provider.a_file("event a.jsonl")], provider.drop())


async def test_json_lines_are_pushed_as_well_and_an_unknown_feed_is_not_found(
    provider: Provider,
) -> None:
    lines = b"\n".join(json.dumps(an_event_row(event_id=n)).encode() for n in (1, 2))
    provider.feed = "event"
    status, answer = await post(provider, lines)
    assert (status, json.loads(answer)["facts"]) == (202, 2)
    status, _ = await post(provider, b"[1, 2")
    assert status == 400
    provider.feed = "weather"
    status, _ = await post(provider, lines)
    assert status == 404


async def test_removing_an_order_is_its_receipt_and_nothing_before_is(provider: Provider) -> None:
    provider.inbox.put(provider.notice(1))
    await eventually(lambda: provider.inbox.committed == 1)
    await a_while()
    assert provider.door.said == []
    await provider.has()
    await eventually(lambda: len(provider.door.said) == 1)
    (receipt,) = provider.door.said
    assert isinstance(receipt, NoticeReceipted)
    assert (receipt.notice_ref.int & 0xFF, receipt.person_ref) == (1, "em-7")
    assert receipt.status.value == "collected"
    removed = provider.settings.drop_dir / "ours" / "removed"
    await eventually(lambda: not list(removed.iterdir()))


async def test_killed_before_the_broker_confirmed_a_receipt_it_is_said_after(
    tmp_path: Path,
) -> None:
    provider = Provider(tmp_path)
    provider.door.go_away()
    async with provider.running():
        provider.inbox.put(provider.notice(1))
        await eventually(lambda: provider.inbox.committed == 1)
        await provider.has()
        await eventually(lambda: provider.bridge.watch.fault() != "")
    provider.door.come_back()
    restarted_at = datetime.now(UTC)
    async with provider.running():
        await eventually(lambda: len(provider.door.said) == 1)
    assert provider.door.said[0].occurred_at < restarted_at


async def test_a_zone_that_cannot_be_watched_is_said_to_the_hub(provider: Provider) -> None:
    notice = provider.notice(1)
    told = {name: value for name, value in notice.told.items() if name != "outline"}
    provider.inbox.put(notice.model_copy(update={"told": told}))
    await eventually(lambda: len(provider.door.said) == 1)
    (receipt,) = provider.door.said
    assert isinstance(receipt, NoticeReceipted)
    assert (receipt.status.value, receipt.reason) == ("cannot-act", "view-without-it")
