"""How a partner reaches us: TLS, a credential, a limit on size and on time; errors in our words.

202 confirmed by the broker · 400 fields · 401 who is it · 404 · 408 too slow · 413 too big
503 the broker is away: send again
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from time import time

from aiohttp import web
from pydantic import SecretStr

from services.bridge import signature
from services.bridge.watch import Watch
from services.runtime.faults import Refused, Unavailable

log = logging.getLogger(__name__)

MAX_BODY = 8 * 1024 * 1024
_BEARER = "Bearer "
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Credential:
    """One secret, shown as a bearer token or used to sign the body (see `signature`)."""

    def __init__(self, secret: SecretStr, now_s: Callable[[], float] = time) -> None:
        self._secret = secret
        self._now_s = now_s

    async def admits(self, request: web.Request) -> bool:
        """Whether the request comes from the secret's holder; the body is read only if signed."""
        authorization = request.headers.get("Authorization", "")
        if authorization.startswith(_BEARER):
            shown = authorization.removeprefix(_BEARER).encode()
            return hmac.compare_digest(shown, self._secret.get_secret_value().encode())
        header = request.headers.get(signature.HEADER)
        if header is None:
            return False
        body = await request.read()
        return signature.signed(self._secret, body, header, self._now_s())


def server_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or later with our certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def application(
    routes: Iterable[web.RouteDef],
    credential: Credential,
    watch: Watch,
    *,
    max_body: int = MAX_BODY,
    within: timedelta = timedelta(seconds=60),
) -> web.Application:
    """The routes behind the credential, the limits and our own words for every error."""

    @web.middleware
    async def guard(request: web.Request, handler: Handle) -> web.StreamResponse:
        try:
            async with asyncio.timeout(within.total_seconds()):
                response = await _admitted(request, handler, credential, max_body)
        except TimeoutError:
            response = problem(408, "too-slow")
        except Unavailable as away:
            watch.away("broker", str(away))
            response = problem(503, "send-again", {"Retry-After": "5"})
        if response.status == 202:
            watch.back("broker")
        watch.asked.labels(status=str(response.status)).inc()
        return response

    app = web.Application(middlewares=[guard], client_max_size=max_body)
    app.add_routes(routes)
    return app


async def _admitted(
    request: web.Request, handler: Handle, credential: Credential, max_body: int
) -> web.StreamResponse:
    try:
        if (request.content_length or 0) > max_body:
            return problem(413, "too-big")
        if not await credential.admits(request):
            return problem(401, "not-known", {"WWW-Authenticate": "Bearer"})
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        return problem(413, "too-big")
    except web.HTTPException as other:
        return problem(other.status, "not-found" if other.status == 404 else "not-possible")
    except Refused as refused:
        return problem(400, refused.reason)


def problem(status: int, reason: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error by its coded reason."""
    return web.json_response({"error": reason}, status=status, headers=headers)


class HttpsServer:
    """One application on one port, over TLS only."""

    def __init__(self, app: web.Application, host: str, port: int, tls: ssl.SSLContext) -> None:
        self._app = app
        self._host = host
        self._wanted = port
        self._tls = tls
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Connections are taken. Requests are counted, never logged: a path may hold a name."""
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._wanted, ssl_context=self._tls)
        await site.start()

    @property
    def port(self) -> int:
        """Where it listens; what the system chose where 0 was asked for."""
        addresses = self._runner.addresses if self._runner else []
        return int(addresses[0][1]) if addresses else 0

    async def stop(self) -> None:
        """Requests in hand are answered, no connection is left."""
        if self._runner is not None:
            await self._runner.cleanup()
