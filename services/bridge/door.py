"""Publishing as an agency: a fact is said when the broker has confirmed it, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Protocol

from schemas.base import Fact, FactAboutDevice
from services.bridge.bundle import Bundle
from services.runtime import wire
from services.runtime.faults import Refused, Stop, Unavailable
from services.runtime.outbox import KafkaOutbox
from services.runtime.records import Outgoing
from services.runtime.schema_store import NEWEST


class Door(Protocol):
    """Where a bridge says its agency's facts."""

    def check(self, fact: Fact) -> None:
        """The agency may say this.

        Raises:
            Refused: its agreement does not let it, or it speaks for another.
        """

    async def say(self, facts: Sequence[Fact]) -> None:
        """All of them are with the broker; said again they are the same facts.

        Raises:
            Refused: one of them may not be said; none was.
            Unavailable: the broker did not confirm all; some may be there.
        """

    async def close(self) -> None:
        """Nothing more is said."""


class KafkaDoor:
    """The door over a broker, with the agency's own principal."""

    def __init__(self, bundle: Bundle, speaker: str, confirm_within: timedelta) -> None:
        self._topics = bundle.says
        self._schema_ids = bundle.schema_ids
        self._speaker = speaker
        within_ms = round(confirm_within.total_seconds() * 1000)
        limits = {"delivery.timeout.ms": within_ms, "batch.size": bundle.largest_batch_bytes}
        self._outbox = KafkaOutbox({**bundle.client, **limits})

    def check(self, fact: Fact) -> None:
        """The agency may say this."""
        _check(fact, self._speaker, self._topics)

    async def say(self, facts: Sequence[Fact]) -> None:
        """All of them are with the broker."""
        for fact in facts:
            self.check(fact)
        try:
            await self._outbox.send(
                [
                    Outgoing(
                        self._topics[fact.kind()],
                        key_of(fact),
                        wire.encode(fact, self._written_by(fact)),
                        wire.headers_of(fact, adopted=self._written_by(fact)),
                    )
                    for fact in facts
                ]
            )
        except Stop as refused:
            # Rights are narrowed at the broker first; a bridge waits for the new agreement.
            raise Unavailable(str(refused)) from None

    def _written_by(self, fact: Fact) -> int:
        return self._schema_ids.get(fact.kind(), NEWEST)

    async def close(self) -> None:
        """Nothing more is said."""
        await asyncio.to_thread(self._outbox.close)


class MemoryDoor:
    """The same door without a broker: what was said stands in `said`, in order."""

    def __init__(self, speaker: str, may_say: Collection[str]) -> None:
        self.said: list[Fact] = []
        self.keys: list[bytes] = []
        self._speaker = speaker
        self._may_say = may_say
        self._away = False
        self._confirms = asyncio.Event()
        self._confirms.set()

    def check(self, fact: Fact) -> None:
        """The agency may say this."""
        _check(fact, self._speaker, self._may_say)

    async def say(self, facts: Sequence[Fact]) -> None:
        """All of them are in `said`."""
        for fact in facts:
            self.check(fact)
        await self._confirms.wait()
        if self._away:
            raise Unavailable("the broker did not take it")
        self.said += [wire.decode(wire.encode(fact)) for fact in facts]
        self.keys += [key_of(fact) for fact in facts]

    def go_away(self) -> None:
        """From here on nothing is confirmed and that is known at once."""
        self._away = True

    def come_back(self) -> None:
        """From here on everything is confirmed."""
        self._away = False
        self._confirms.set()

    def hesitate(self) -> None:
        """From here on nothing is confirmed and nobody knows yet."""
        self._confirms.clear()

    async def close(self) -> None:
        """Nothing more is said."""


def key_of(fact: Fact) -> bytes:
    """The record's key: one device's facts share one, every other fact has its own.

    It is a digest or an event's id, never a number anybody knows a person or device by.
    """
    if isinstance(fact, FactAboutDevice):
        return blake2b(fact.device_ref.encode(), digest_size=16).digest()
    return fact.event_id.bytes


def _check(fact: Fact, speaker: str, kinds: Collection[str]) -> None:
    if fact.source != speaker:
        raise Refused("speaks-for-another", "source")
    if fact.kind() not in kinds:
        raise Refused("not-agreed")
