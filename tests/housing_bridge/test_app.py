"""One housing authority's bridge on loopback: its events, its webhook, its answers."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from pydantic import SecretStr

from schemas.housing import TenancyEnded, TenancyOffered, TenancyStarted
from schemas.notice import Notice, NoticeReceipted
from schemas.register import AddressChanged
from schemas.risk import Urgency
from services.bridge import signature
from services.bridge.door import MemoryDoor
from services.bridge.https import HttpsServer, server_tls
from services.bridge.inbox import MemoryInbox
from services.bridge.process import Bridge
from services.bridge.secrets import ensure_secret
from services.housing_bridge.app import MAX_EVENT, build
from services.housing_bridge.settings import HousingBridgeSettings
from services.hub.feed import HttpsDoor, post_events
from services.runtime.faults import Refused, Unavailable
from tests.bridge.kit import CANARIES, QUICK, certificates, eventually
from tests.contract.test_bridge_contract import BridgeContract, post
from tests.housing_bridge.events import a_decision, an_offer
from tests.housing_bridge.test_mapping import a_release_notice
from tests.makers import NOON

SAYS = [
    fact.kind()
    for fact in (TenancyOffered, TenancyStarted, TenancyEnded, AddressChanged, NoticeReceipted)
]


class Authority:
    """A housing authority: it posts events and takes webhooks."""

    bridge: Bridge
    largest = MAX_EVENT

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.certificates = certificates(folder)
        self.door = MemoryDoor("derby-housing", SAYS)
        self.inbox = MemoryInbox()
        self.status = 200
        self.answer = b""
        self.got: dict[str, dict[str, Any]] = {}
        self.genuine: list[bool] = []
        app = web.Application()
        app.add_routes([web.post("/hook", self._take)])
        tls = server_tls(self.certificates.certificate, self.certificates.key)
        self.hook = HttpsServer(app, "127.0.0.1", 0, tls)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        secret = SecretStr((self.home / "hook").read_text())
        header = request.headers[signature.HEADER]
        self.genuine.append(signature.signed(secret, body, header, _now_s(header)))
        if self.status == 200:
            self.got[request.headers["Idempotency-Key"]] = json.loads(body)
        return web.Response(body=self.answer, status=self.status)

    def settings(self) -> HousingBridgeSettings:
        return HousingBridgeSettings(
            agency="derby-housing",
            area_id=UUID(int=6),
            agency_dir=self.home / "none",
            push_secret=self.home / "push",
            tls_certificate=self.certificates.certificate,
            tls_key=self.certificates.key,
            webhook_url=f"https://127.0.0.1:{self.hook.port}/hook",
            webhook_secret=self.home / "hook",
            webhook_ca=self.certificates.authority,
            https_port=0,
            status_port=0,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Bridge]:
        await self.hook.start()
        self.bridge = build(
            self.settings(), door=self.door, inbox=self.inbox, clock=lambda: NOON, backoff=QUICK
        )
        async with self.bridge as bridge:
            yield bridge
        await self.hook.stop()

    def url(self) -> str:
        return f"https://127.0.0.1:{self.bridge.port('https')}/v1/events"

    def secret(self) -> str:
        return (self.home / "push").read_text()

    def tls(self) -> Any:
        return self.certificates.client()

    def events_door(self) -> HttpsDoor:
        return HttpsDoor(self.url(), self.home / "push", self.certificates.authority)

    def body(self) -> bytes:
        home = {"line": CANARIES[1], "postcode": CANARIES[2], "localAuthorityCode": "E06000015"}
        person = {"pncNumber": CANARIES[5], "name": CANARIES[0]}
        return json.dumps(an_offer(address=home, person=person)).encode()

    def bad_body(self) -> bytes:
        home = {"line": CANARIES[1], "postcode": CANARIES[0], "localAuthorityCode": CANARIES[1]}
        return json.dumps(an_offer(address=home, eventReference=CANARIES[0])).encode()

    def notice(self, number: int) -> Notice:
        told = {"home": {"line": CANARIES[1], "postcode": CANARIES[2]}}
        return Notice(
            notice_ref=UUID(int=number),
            person_ref=f"ref-{number}",
            about="register.address-changed",
            urgency=Urgency.SAME_DAY,
            told=told,
        )

    async def go_away(self) -> None:
        self.status = 503

    async def come_back(self) -> None:
        self.status = 200

    async def has(self) -> Sequence[str]:
        return list(self.got)


def _now_s(header: str) -> float:
    """The second of the signature: the test's clock is the sender's."""
    return float(header.split(",")[0].removeprefix("t="))


class TestHousingBridge(BridgeContract):
    async def a_partner(self, folder: Path) -> Authority:
        return Authority(folder)


@pytest.fixture
async def authority(tmp_path: Path) -> AsyncIterator[Authority]:
    authority = Authority(tmp_path)
    async with authority.running():
        yield authority


def receipts(authority: Authority) -> list[tuple[str, str | None]]:
    return [
        (fact.status.value, fact.reason)
        for fact in authority.door.said
        if isinstance(fact, NoticeReceipted)
    ]


async def test_an_event_is_answered_with_its_id(authority: Authority) -> None:
    status, answer = await post(authority, json.dumps(an_offer()).encode())
    (fact,) = authority.door.said
    assert (status, json.loads(answer)) == (202, {"eventId": str(fact.event_id)})


async def test_every_wrong_field_is_answered_at_once(authority: Authority) -> None:
    event = an_offer(offeredOn="yesterday", tenancyReference=7)
    status, answer = await post(authority, json.dumps(event).encode())
    assert status == 400
    assert json.loads(answer) == {
        "errors": [
            {"field": "tenancyReference", "reason": "string-type"},
            {"field": "offeredOn", "reason": "not-a-day"},
        ]
    }
    status, answer = await post(authority, b"{")
    assert (status, json.loads(answer)) == (400, {"errors": [{"field": "", "reason": "not-json"}]})


@pytest.mark.parametrize(
    ("answer", "receipt"),
    [
        (b"", ("collected", None)),
        (b"thank you", ("collected", None)),
        (b'{"status": "SUBMITTED"}', ("collected", None)),
        (b'{"status": "ACCEPTED"}', ("collected", None)),  # without a reason it makes no sense
        (b'{"status": "ACCEPTED", "outcomeReason": "PRIORITY_NEED"}', ("acted", None)),
        (
            b'{"status": "NOT_ACCEPTED", "outcomeReason": "INTENTIONALLY_HOMELESS"}',
            ("cannot-act", "intentionally-homeless"),
        ),
    ],
)
async def test_the_answer_to_a_referral_is_its_receipt(
    authority: Authority, answer: bytes, receipt: tuple[str, str | None]
) -> None:
    authority.answer = answer
    authority.inbox.put(a_release_notice())
    await eventually(lambda: authority.inbox.committed == 1)
    (message,) = authority.got.values()
    assert message["dutyToRefer"]["status"] == "SUBMITTED"
    assert message["dutyToRefer"]["submissionDate"] == "2026-03-02"
    assert authority.genuine == [True]
    assert receipts(authority) == [receipt]


async def test_a_decision_made_later_is_a_receipt_too(authority: Authority) -> None:
    decision = a_decision(status="NOT_ACCEPTED", outcomeReason="NO_LOCAL_CONNECTION")
    status, _ = await post(authority, json.dumps(decision).encode())
    assert status == 202
    assert receipts(authority) == [("cannot-act", "no-local-connection")]


async def test_the_same_decision_by_answer_and_by_event_is_one_receipt(
    authority: Authority,
) -> None:
    authority.answer = b'{"status": "ACCEPTED", "outcomeReason": "PRIORITY_NEED"}'
    notice = a_release_notice()
    authority.inbox.put(notice)
    await eventually(lambda: authority.inbox.committed == 1)
    decision = a_decision(caseId=str(notice.notice_ref))
    await post(authority, json.dumps(decision).encode())
    assert len({fact.event_id for fact in authority.door.said}) == 1


async def test_a_notice_the_authority_cannot_read_is_said_to_the_hub(authority: Authority) -> None:
    authority.status = 422
    authority.inbox.put(a_release_notice())
    await eventually(lambda: authority.inbox.committed == 1)
    assert receipts(authority) == [("cannot-act", "partner-answered-422")]


async def test_a_file_of_events_is_posted_line_by_line(
    authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "events.jsonl"
    events = [an_offer(), an_offer(offeredOn="x", eventReference="?"), "", a_decision()]
    path.write_text("\n".join(json.dumps(event) if event else "" for event in events))
    shown: list[int] = []
    posted = await post_events(
        path, authority.events_door(), on_progress=lambda _, done, __: shown.append(done)
    )
    assert posted.taken == 2
    assert {(fault["row"], fault["field"]) for fault in posted.refused} == {
        (2, "offeredOn"),
        (2, "eventReference"),
    }
    assert shown == [1, 2, 3]


async def test_posting_waits_for_the_broker_and_not_for_a_wrong_secret(
    authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(an_offer()))
    authority.door.go_away()
    with pytest.raises(Unavailable):
        await post_events(path, authority.events_door(), within_s=0.3)
    authority.door.come_back()
    ensure_secret(tmp_path / "wrong")
    door = HttpsDoor(authority.url(), tmp_path / "wrong", authority.certificates.authority)
    with pytest.raises(Refused, match="not-known"):
        await post_events(path, door)
    assert authority.door.said == []
