"""What the hub asks of every bridge; a test of each inherits it."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest

from schemas.notice import Notice
from services.bridge.door import MemoryDoor
from services.bridge.inbox import MemoryInbox
from services.bridge.process import Bridge
from tests.bridge.kit import CANARIES, a_while, eventually


class Partner(Protocol):
    """A bridge that runs, the partner on its other side, and the hub replaced by memory."""

    bridge: Bridge
    door: MemoryDoor
    inbox: MemoryInbox
    largest: int
    """Bytes of the largest request it takes."""

    def running(self) -> AbstractAsyncContextManager[Bridge]:
        """The bridge, started; and ended after."""

    def url(self) -> str:
        """Where the partner posts."""

    def secret(self) -> str:
        """What it shows there."""

    def tls(self) -> Any:
        """Whom it trusts there."""

    def body(self) -> bytes:
        """Something it says, full of what must not leak."""

    def bad_body(self) -> bytes:
        """The same, with a field nobody can read."""

    def notice(self, number: int) -> Notice:
        """Something it is told, full of what must not leak."""

    async def go_away(self) -> None:
        """It takes nothing."""

    async def come_back(self) -> None:
        """It takes what it is given."""

    async def has(self) -> Sequence[str]:
        """The numbers of the notices it has."""


class BridgeContract:
    @pytest.fixture
    async def partner(self, tmp_path: Path) -> AsyncIterator[Partner]:
        partner = await self.a_partner(tmp_path)
        async with partner.running():
            yield partner
        await partner.go_away()

    async def a_partner(self, folder: Path) -> Partner:
        """One that is there, with a bridge that is not started."""
        raise NotImplementedError

    async def test_it_refuses_without_credentials(self, partner: Partner) -> None:
        for shown in ({}, {"Authorization": "Bearer wrong"}):
            status, _ = await post(partner, partner.body(), shown)
            assert status == 401
        assert partner.door.said == []

    async def test_it_refuses_what_is_too_big(self, partner: Partner) -> None:
        status, _ = await post(partner, b" " * (partner.largest + 1))
        assert status == 413
        assert partner.door.said == []

    async def test_it_answers_only_after_the_broker_confirmed(self, partner: Partner) -> None:
        partner.door.hesitate()
        posting = asyncio.create_task(post(partner, partner.body()))
        await a_while()
        assert not posting.done()
        partner.door.come_back()
        status, _ = await posting
        assert status == 202
        assert partner.door.said

    async def test_while_the_broker_is_away_it_asks_to_send_again(self, partner: Partner) -> None:
        partner.door.go_away()
        status, _ = await post(partner, partner.body())
        assert status == 503
        assert partner.bridge.watch.fault()
        partner.door.come_back()
        status, _ = await post(partner, partner.body())
        assert status == 202

    async def test_the_same_input_twice_is_the_same_fact(self, partner: Partner) -> None:
        await post(partner, partner.body())
        once = list(partner.door.said)
        assert once
        await post(partner, partner.body())
        assert partner.door.said == once + once

    async def test_nothing_is_lost_while_the_partner_is_away(self, partner: Partner) -> None:
        await partner.go_away()
        for number in (1, 2):
            partner.inbox.put(partner.notice(number))
        await a_while()
        assert partner.door.said == [], "nobody has received anything"
        await partner.come_back()
        expected = [str(partner.notice(number).notice_ref) for number in (1, 2)]
        await eventually(lambda: partner.inbox.committed == 2)
        assert list(await partner.has()) == expected
        await eventually(lambda: len(partner.door.said) == 2)

    async def test_a_repeated_notice_is_not_given_twice(self, partner: Partner) -> None:
        for number in (1, 1, 2):
            partner.inbox.put(partner.notice(number))
        await eventually(lambda: partner.inbox.committed == 3)
        assert len(await partner.has()) == 2

    async def test_logs_errors_metrics_and_keys_hold_no_name_address_or_place(
        self, partner: Partner, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        for body in (partner.body(), partner.bad_body(), b"nonsense " + CANARIES[0].encode()):
            _, answer = await post(partner, body)
            nothing_leaks(answer)
        partner.door.go_away()
        await post(partner, partner.body())
        partner.door.come_back()
        partner.inbox.put(partner.notice(1))
        await eventually(lambda: partner.inbox.committed == 1)
        await partner.has()
        assert partner.door.said
        nothing_leaks(caplog.text)
        nothing_leaks("".join(str(vars(record)) for record in caplog.records))
        nothing_leaks("".join(repr(fact) for fact in partner.door.said))
        nothing_leaks(repr(partner.door.keys))
        nothing_leaks(await page(partner, "/metrics"))
        nothing_leaks(await page(partner, "/health"))

    async def test_it_has_a_health_page_and_metrics(self, partner: Partner) -> None:
        assert '"healthy": true' in await page(partner, "/health")
        assert "hub_bridge_info" in await page(partner, "/metrics")


async def post(
    partner: Partner, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Status and answer of one request of the partner's."""
    shown = {"Authorization": f"Bearer {partner.secret()}"} if headers is None else headers
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            partner.url(), data=io.BytesIO(body), headers=shown, ssl=partner.tls()
        ) as response,
    ):
        return response.status, await response.text()


async def page(partner: Partner, path: str) -> str:
    """One of the pages for operators."""
    url = f"http://127.0.0.1:{partner.bridge.port('status')}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.text()


def nothing_leaks(text: str) -> None:
    """No word of a partner's stands in a text of ours."""
    assert [canary for canary in CANARIES if canary in text] == []
