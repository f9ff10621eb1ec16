"""The webhook against a real server on loopback: signed, keyed, and not followed elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr, TypeAdapter, ValidationError

from services.bridge import signature
from services.bridge.https import HttpsServer, server_tls
from services.bridge.webhook import MAX_ANSWER, SafeUrl, Webhook
from services.runtime.faults import Refused, Unavailable
from tests.bridge.kit import Certificates, certificates

SECRET = SecretStr("a-test-secret-of-more-than-32-characters")


class Partner:
    def __init__(self, tls: Certificates) -> None:
        self.tls = tls
        self.status = 200
        self.answer = b'{"status": "ACCEPTED"}'
        self.slow_s = 0.0
        self.got: list[tuple[str, bool, bytes]] = []
        app = web.Application()
        app.add_routes([web.post("/hook", self._take), web.get("/elsewhere", self._take)])
        context = server_tls(tls.certificate, tls.key)
        self.server = HttpsServer(app, "127.0.0.1", 0, context)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        genuine = signature.signed(SECRET, body, request.headers[signature.HEADER], 1000.0)
        self.got.append((request.headers["Idempotency-Key"], genuine, body))
        await asyncio.sleep(self.slow_s)
        headers = {"Location": "/elsewhere"} if self.status == 302 else {}
        return web.Response(body=self.answer, status=self.status, headers=headers)

    @asynccontextmanager
    async def hook(self, authority: Path | None = None) -> AsyncIterator[Webhook]:
        webhook = Webhook(
            f"https://127.0.0.1:{self.server.port}/hook",
            SECRET,
            authority=authority or self.tls.authority,
            answer_within=timedelta(seconds=1),
            now_s=lambda: 1000.4,
        )
        yield webhook
        await webhook.close()


@pytest.fixture
async def partner(tmp_path: Path) -> AsyncIterator[Partner]:
    partner = Partner(certificates(tmp_path))
    await partner.server.start()
    yield partner
    await partner.server.stop()


async def test_a_partner_gets_the_body_signed_and_keyed(partner: Partner) -> None:
    async with partner.hook() as webhook:
        assert await webhook.post("key-1", b"{}") == b'{"status": "ACCEPTED"}'
    assert partner.got == [("key-1", True, b"{}")]


@pytest.mark.parametrize("status", [400, 410, 413, 415, 422])
async def test_what_a_partner_has_read_and_never_takes_is_refused(
    partner: Partner, status: int
) -> None:
    partner.status = status
    async with partner.hook() as webhook:
        with pytest.raises(Refused, match=f"partner-answered-{status}"):
            await webhook.post("key-1", b"{}")


@pytest.mark.parametrize("status", [302, 401, 403, 404, 408, 409, 429, 500, 502, 503])
async def test_whatever_may_pass_is_waited_for_and_nothing_is_followed(
    partner: Partner, status: int
) -> None:
    partner.status = status
    async with partner.hook() as webhook:
        with pytest.raises(Unavailable, match=str(status)):
            await webhook.post("key-1", b"{}")
    assert len(partner.got) == 1


async def test_a_partner_that_does_not_answer_is_away(partner: Partner) -> None:
    partner.slow_s = 3
    async with partner.hook() as webhook:
        with pytest.raises(Unavailable, match="Timeout"):
            await webhook.post("key-1", b"{}")
        await partner.server.stop()
        with pytest.raises(Unavailable) as away:
            await webhook.post("key-1", b"{}")
    assert "127.0.0.1" not in str(away.value)


async def test_a_partner_that_cannot_prove_itself_is_told_nothing(
    partner: Partner, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with partner.hook(certificates(other).authority) as webhook:
        with pytest.raises(Unavailable, match="Certificate"):
            await webhook.post("key-1", b"{}")
    assert partner.got == []


async def test_an_endless_answer_is_cut(partner: Partner) -> None:
    partner.answer = b"x" * (3 * MAX_ANSWER)
    async with partner.hook() as webhook:
        assert len(await webhook.post("key-1", b"{}")) == MAX_ANSWER


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://housing.example/hook", True),
        ("http://127.0.0.1:1/hook", True),
        ("http://localhost/hook", True),
        ("http://housing.example/hook", False),
        ("http://127.0.0.1.example/hook", False),
        ("ftp://housing.example/hook", False),
        ("housing.example", False),
    ],
)
def test_personal_data_leaves_this_machine_encrypted_only(url: str, safe: bool) -> None:
    adapter = TypeAdapter(SafeUrl)
    if safe:
        assert adapter.validate_python(url) == url
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python(url)
