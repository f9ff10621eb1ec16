"""How a partner reaches us: TLS, a credential, a limit on size and on time; errors in our words.

202 confirmed by the broker · 400 fields · 401 who is it · 404 · 408 too slow · 413 too big
415 packed, or not in UTF-8 · 503 the broker is away: send again

Nothing is ever unpacked: what a few bytes would become is not known before.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from time import time

from aiohttp import web
from pydantic import SecretStr

from services.bridge import signature
from services.bridge.lines import Line, Lines
from services.bridge.watch import Watch
from services.runtime.faults import Refused, Unavailable

log = logging.getLogger(__name__)

MAX_BODY = 8 * 1024 * 1024
_BEARER = "Bearer "
_CHARSETS = (None, "utf-8", "us-ascii")
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
            # A header's bytes that are no UTF-8 come as surrogates.
            shown = authorization.removeprefix(_BEARER).encode("utf-8", "surrogateescape")
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
            with _in_hand(request):
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


def _in_hand(request: web.Request) -> AbstractContextManager[None]:
    """Its line may be silent while the request is answered."""
    line = None if request.transport is None else request.transport.get_protocol()
    return line.in_hand() if isinstance(line, Line) else nullcontext()


async def _admitted(
    request: web.Request, handler: Handle, credential: Credential, max_body: int
) -> web.StreamResponse:
    try:
        if (request.content_length or 0) > max_body:
            return problem(413, "too-big")
        if not await credential.admits(request):
            return problem(401, "not-known", {"WWW-Authenticate": "Bearer"})
        if not _is_plain(request):
            return problem(415, "not-plain-utf-8")
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        return problem(413, "too-big")
    except web.HTTPException as other:
        return problem(other.status, "not-found" if other.status == 404 else "not-possible")
    except Refused as refused:
        return problem(400, refused.reason)


def _is_plain(request: web.Request) -> bool:
    """Neither packed nor declared to be in another charset than the one it is read in."""
    packed = [how.strip().lower() for how in request.headers.getall("Content-Encoding", ())]
    charset = request.charset
    return set(packed) <= {"identity"} and (charset and charset.lower()) in _CHARSETS


def problem(status: int, reason: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error by its coded reason."""
    return web.json_response({"error": reason}, status=status, headers=headers)


class HttpsServer:
    """One application on one port, over TLS only, with so many lines."""

    def __init__(
        self,
        app: web.Application,
        host: str,
        port: int,
        tls: ssl.SSLContext,
        lines: Lines | None = None,
    ) -> None:
        self._app = app
        self._host = host
        self._wanted = port
        self._tls = tls
        self._lines = lines or Lines()
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Connections are taken. Requests are counted, never logged: a path may hold a name."""
        runner = web.AppRunner(
            self._app, access_log=None, shutdown_timeout=5, auto_decompress=False
        )
        await runner.setup()
        self._runner, serve = runner, runner.server
        if serve is None:
            raise RuntimeError("the runner was set up")
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Line(self._lines, self._tls, serve), self._host, self._wanted
        )

    @property
    def port(self) -> int:
        """Where it listens; what the system chose where 0 was asked for."""
        sockets = self._server.sockets if self._server else ()
        return int(sockets[0].getsockname()[1]) if sockets else 0

    async def stop(self) -> None:
        """Requests in hand are answered, no connection is left."""
        if self._server is not None:
            self._server.close()
        self._lines.close()
        if self._runner is not None:
            await self._runner.cleanup()
