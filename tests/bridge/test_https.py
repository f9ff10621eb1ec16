"""The HTTPS door on loopback: TLS, credentials, limits, and errors in our words."""

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from services.bridge import signature
from services.bridge.https import Credential, HttpsServer, application, server_tls
from services.bridge.watch import Watch
from services.runtime.faults import Refused, Unavailable
from tests.bridge.kit import CANARIES, Certificates, certificates

SECRET = SecretStr("a-test-secret-of-more-than-32-characters")
NOW_S = 1_767_225_600.0


class Served:
    def __init__(self, tls: Certificates) -> None:
        self.tls = tls
        self.seen: list[bytes] = []
        self.fault: Exception | None = None
        self.slow_s = 0.0
        self.watch = Watch("em")
        app = application(
            [web.post("/v1/rows", self._handle)],
            Credential(SECRET, lambda: NOW_S),
            self.watch,
            max_body=1000,
            within=timedelta(seconds=0.5),
        )
        context = server_tls(tls.certificate, tls.key)
        self.server = HttpsServer(app, "127.0.0.1", 0, context)

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        await asyncio.sleep(self.slow_s)
        if self.fault is not None:
            raise self.fault
        self.seen.append(body)
        return web.json_response({}, status=202)

    @asynccontextmanager
    async def post(
        self,
        body: object = b"{}",
        headers: dict[str, str] | None = None,
        path: str = "/v1/rows",
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        shown = {"Authorization": f"Bearer {SECRET.get_secret_value()}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"https://127.0.0.1:{self.server.port}{path}",
                data=body,
                headers=shown if headers is None else headers,
                ssl=self.tls.client(),
            ) as response,
        ):
            yield response


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served(certificates(tmp_path))
    await served.server.start()
    yield served
    await served.server.stop()


async def test_who_has_the_secret_is_served(served: Served) -> None:
    async with served.post(b"x") as response:
        assert response.status == 202
    assert served.seen == [b"x"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer \udcff"},
        {"Authorization": SECRET.get_secret_value()},
        {"Authorization": "Basic eDp4"},
        {signature.HEADER: "nonsense"},
        {signature.HEADER: signature.sign(SecretStr("other"), b"{}", int(NOW_S))},
        {signature.HEADER: signature.sign(SECRET, b"{} ", int(NOW_S))},
        {signature.HEADER: signature.sign(SECRET, b"{}", int(NOW_S) - 301)},
        {signature.HEADER: signature.sign(SECRET, b"{}", int(NOW_S) + 301)},
    ],
)
async def test_nobody_else_is(served: Served, headers: dict[str, str]) -> None:
    async with served.post(headers=headers) as response:
        assert response.status == 401
        assert await response.json() == {"error": "not-known"}
    assert served.seen == []


async def test_a_signed_body_needs_no_token(served: Served) -> None:
    header = signature.sign(SECRET, b"{}", int(NOW_S) - 299)
    async with served.post(headers={signature.HEADER: header}) as response:
        assert response.status == 202


def test_the_signature_is_what_its_description_says() -> None:
    message = b"1767225600." + b"body"
    expected = hmac.new(SECRET.get_secret_value().encode(), message, sha256).hexdigest()
    assert signature.sign(SECRET, b"body", 1_767_225_600) == f"t=1767225600,v1={expected}"


async def test_too_much_is_refused_whether_announced_or_not(served: Served) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    for body in (b"x" * 1001, unannounced()):
        async with served.post(body) as response:
            assert response.status == 413
            assert await response.json() == {"error": "too-big"}
    assert served.seen == []


async def test_a_stranger_is_not_even_read(served: Served) -> None:
    async with served.post(b"x" * 999, headers={}) as response:
        assert response.status == 401


async def test_who_is_too_slow_is_told_so(served: Served) -> None:
    async def dribble() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x"
            await asyncio.sleep(0.1)

    async with served.post(dribble()) as response:
        assert response.status == 408
    served.slow_s = 5
    async with served.post() as response:
        assert response.status == 408


async def test_an_unconfirmed_request_is_to_be_sent_again(served: Served) -> None:
    served.fault = Unavailable("the broker did not take it")
    async with served.post() as response:
        assert response.status == 503
        assert response.headers["Retry-After"]
    assert served.watch.fault() == "broker: the broker did not take it"
    served.fault = None
    async with served.post() as response:
        assert response.status == 202
    assert served.watch.fault() == ""


async def test_errors_are_coded(served: Served) -> None:
    served.fault = Refused("not-json")
    async with served.post() as response:
        assert (response.status, await response.json()) == (400, {"error": "not-json"})
    async with served.post(path=f"/v1/{CANARIES[0]}") as response:
        assert (response.status, await response.json()) == (404, {"error": "not-found"})


async def test_requests_are_counted_and_not_logged(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with served.post(json.dumps({"name": CANARIES[0]}), path=f"/v1/{CANARIES[0]}"):
        pass
    async with served.post(json.dumps({"name": CANARIES[0]})):
        pass
    count = served.watch.registry.get_sample_value
    assert count("hub_bridge_requests_total", {"status": "202"}) == 1
    assert count("hub_bridge_requests_total", {"status": "404"}) == 1
    assert "Canary" not in caplog.text


async def test_without_tls_nothing_is_said(served: Served) -> None:
    with pytest.raises(aiohttp.ClientError):
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{served.server.port}/v1/rows", data=b"{}"),
        ):
            pass
    assert served.seen == []
