"""How we reach a partner that takes webhooks: signed, one at a time, known by its own key.

An attempt ends in an answer, in `Refused` (the partner will never take these bytes) or in
`Unavailable` (everything else: it is tried again, with the same key, until the partner has it).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Annotated
from urllib.parse import urlsplit

import aiohttp
from pydantic import AfterValidator, SecretStr

from services.bridge import signature
from services.runtime.faults import Refused, Unavailable

MAX_ANSWER = 64 * 1024
_NEVER = frozenset({400, 406, 410, 413, 415, 422})
"""The partner has read the request and does not take it. All other failures may pass."""


def _safe(url: str) -> str:
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not here:
        raise ValueError("not https")
    return url


SafeUrl = Annotated[str, AfterValidator(_safe)]
"""HTTPS; plain HTTP only to this same machine."""


class Webhook:
    """One address of one partner."""

    def __init__(
        self,
        url: str,
        secret: SecretStr,
        *,
        authority: Path | None = None,
        answer_within: timedelta = timedelta(seconds=30),
        now_s: Callable[[], float] = time,
    ) -> None:
        self._url = url
        self._secret = secret
        self._tls = ssl.create_default_context(cafile=authority)
        self._timeout = aiohttp.ClientTimeout(total=answer_within.total_seconds())
        self._now_s = now_s
        self._session: aiohttp.ClientSession | None = None

    async def post(self, key: str, body: bytes) -> bytes:
        """The partner's answer to a JSON body it now has; `key` tells it a repeat.

        Raises:
            Refused: it will never take this.
            Unavailable: it does not answer as it should for now.
        """
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            signature.HEADER: signature.sign(self._secret, body, int(self._now_s())),
        }
        try:
            async with self._open().post(
                self._url, data=body, headers=headers, ssl=self._tls, allow_redirects=False
            ) as response:
                return await _answer(response)
        except (aiohttp.ClientError, TimeoutError) as away:
            # Its text may hold the address, which is the partner's business: the type says enough.
            raise Unavailable(f"the partner does not answer: {type(away).__name__}") from None

    async def close(self) -> None:
        """No connection is left."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self._session


async def _answer(response: aiohttp.ClientResponse) -> bytes:
    if response.status in _NEVER:
        raise Refused(f"partner-answered-{response.status}")
    if not 200 <= response.status < 300:
        raise Unavailable(f"the partner answers {response.status}")
    body = bytearray()
    async for chunk in response.content.iter_chunked(MAX_ANSWER):
        body += chunk
        if len(body) > MAX_ANSWER:
            break
    return bytes(body[:MAX_ANSWER])
