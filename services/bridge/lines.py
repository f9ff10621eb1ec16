"""Who is connected: so many lines in all, so many of one address, and none that stays silent.

Without these one address holds every line there is and everybody else waits outside. A line is
counted before its first byte is read, since a TLS handshake alone takes 300 kB of memory.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

MOST = 400
MOST_OF_ONE = 100
"""Lines of one address: what usual HTTP clients open at most."""
SILENT_S = 60.0
"""So long a line may be without a request in hand: before the first, between two."""
HANDSHAKE_S = 10.0
_GOODBYE_S = 5.0


class Lines:
    """The lines of one server."""

    def __init__(
        self, most: int = MOST, most_of_one: int = MOST_OF_ONE, silent_s: float = SILENT_S
    ) -> None:
        self.silent_s = silent_s
        self.handshakes: set[asyncio.Task[None]] = set()
        self._most = most
        self._most_of_one = most_of_one
        self._open = Counter[str]()

    def take(self, address: str) -> bool:
        """Whether that address may have another line; it has it then."""
        if self._open.total() >= self._most or self._open[address] >= self._most_of_one:
            return False
        self._open[address] += 1
        return True

    def give_back(self, address: str) -> None:
        """One line of that address has ended."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    def close(self) -> None:
        """No handshake goes on."""
        for task in self.handshakes:
            task.cancel()


class Line(asyncio.Protocol):
    """One connection: room for it, then TLS, then what `serve` makes of its bytes."""

    def __init__(
        self, lines: Lines, tls: ssl.SSLContext, serve: Callable[[], asyncio.Protocol]
    ) -> None:
        self._lines = lines
        self._tls = tls
        self._serve = serve
        self._address: str | None = None
        self._transport: asyncio.Transport | None = None
        self._server: asyncio.Protocol | None = None
        self._early = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Turned away at once if there is no room, else asked for TLS."""
        plain = cast(asyncio.Transport, transport)
        address = str((plain.get_extra_info("peername") or ("",))[0])
        if not self._lines.take(address):
            plain.abort()
            return
        self._address = address
        plain.pause_reading()
        task = asyncio.get_running_loop().create_task(self._encrypt(plain))
        self._lines.handshakes.add(task)
        task.add_done_callback(self._lines.handshakes.discard)

    async def _encrypt(self, plain: asyncio.Transport) -> None:
        try:
            transport = await asyncio.get_running_loop().start_tls(
                plain,
                self,
                self._tls,
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE_S,
                ssl_shutdown_timeout=_GOODBYE_S,
            )
        except OSError:  # no TLS, not in time, or gone
            self._end()
            return
        except asyncio.CancelledError:
            self._end()
            raise
        if transport is None or self._address is None:
            return
        self._transport = transport
        self._server = self._serve()
        self._server.connection_made(transport)
        self._wait()
        if self._early:
            self._server.data_received(self._early)
            self._early = b""

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """A request of this line is being answered: it may be silent."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            yield
        finally:
            if self._address is not None:
                self._wait()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._lines.silent_s, self._hang_up)

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._address is not None:
            self._lines.give_back(self._address)
            self._address = None

    def data_received(self, data: bytes) -> None:
        """Bytes, decrypted; some may come in one packet with the end of the handshake."""
        if self._server is None:
            self._early += data
        else:
            self._server.data_received(data)

    def eof_received(self) -> bool | None:
        """The other side says no more."""
        return None if self._server is None else self._server.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is free for another."""
        self._end()
        if self._server is not None:
            self._server.connection_lost(exc)

    def pause_writing(self) -> None:
        """The other side does not read."""
        if self._server is not None:
            self._server.pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        if self._server is not None:
            self._server.resume_writing()
