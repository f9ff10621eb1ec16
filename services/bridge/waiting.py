"""Waiting for what is away: longer each time, never in step with others, never giving up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from random import SystemRandom
from typing import TypeVar

from services.bridge.watch import Watch
from services.runtime.faults import Unavailable

T = TypeVar("T")
_RANDOM = SystemRandom()


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before each further attempt."""

    first_s: float = 0.5
    most_s: float = 60.0

    def waits(self) -> Iterator[float]:
        """Doubling up to the most, each between half and the whole of it."""
        ceiling = self.first_s
        while True:
            yield ceiling * (0.5 + _RANDOM.random() / 2)
            ceiling = min(ceiling * 2, self.most_s)


async def patiently(
    attempt: Callable[[], Awaitable[T]], what: str, watch: Watch, backoff: Backoff
) -> T:
    """The result of the first attempt that finds everything there; red health until then."""
    for wait_s in backoff.waits():
        try:
            result = await attempt()
        except Unavailable as away:
            watch.away(what, str(away))
            await asyncio.sleep(wait_s)
        else:
            watch.back(what)
            return result
    raise AssertionError  # the waits never end
