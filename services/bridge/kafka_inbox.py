"""The inbox over a broker: the agency's own principal, its own group, one notice at a time.

What was seen is remembered nowhere but in the topic: at the start the last notices before the
committed place are read again, for their ids only. While a notice is being handed over, however
long that takes, the consumer goes on polling with its partition paused, so that it stays the
group's member.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeVar

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from services.bridge.bundle import Bundle
from services.bridge.inbox import REMEMBERED, Letter, Memory
from services.bridge.waiting import Backoff, patiently
from services.bridge.watch import Watch
from services.runtime import wire
from services.runtime.faults import Stop, Unavailable, Unreadable

log = logging.getLogger(__name__)
T = TypeVar("T")

PART = "inbox"
_PROBE_EVERY_S = 5.0


class KafkaInbox:
    """An agency's inbox. All calls of the consumer are made in one thread of its own."""

    def __init__(self, bundle: Bundle, watch: Watch, *, remembered: int = REMEMBERED) -> None:
        self._bundle = bundle
        self._watch = watch
        self._remembered = remembered
        self._seen = Memory(remembered)
        self._handed_before = 0
        """Offsets below are handed over already and only looked at for their ids."""
        self._expected: int | None = None
        self._probed_at = 0.0
        self._in_hand: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "inbox")
        self._consumer = Consumer(
            {
                **bundle.client,
                "group.id": bundle.group,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "error_cb": self._on_error,
            }
        )
        self._consumer.subscribe([bundle.inbox], on_assign=self._on_assign)

    async def take(self) -> Letter:
        """The next one that is not a repeat; the same again until it is done."""
        while True:
            message = await self._run(self._poll)
            if message is None:
                continue
            letter = await self._letter(message)
            if letter is not None:
                return letter

    async def done(self, letter: Letter) -> None:
        """It is handed over and never comes again."""
        if self._in_hand is not None:
            self._in_hand.cancel()
            self._in_hand = None
        self._seen.add(letter.ce_id)
        await self._run(lambda: self._commit(letter.offset + 1))
        await self._run(self._consumer.resume, self._ours())

    async def close(self) -> None:
        """Nothing more is taken; the place is left to another at once."""
        if self._in_hand is not None:
            self._in_hand.cancel()
        await self._run(self._consumer.close)
        self._thread.shutdown(wait=False)

    async def _letter(self, message: Message) -> Letter | None:
        """The message as a letter, or None if it was handed over before."""
        offset, ce_id = message.offset() or 0, _ce_id(message)
        if offset < self._handed_before:
            self._seen.add(ce_id)
            return None
        if ce_id in self._seen:
            self._watch.repeats.inc()
            await self._run(lambda: self._commit(offset + 1))
            return None
        await self._run(self._consumer.pause, self._ours())
        self._in_hand = asyncio.create_task(self._stay_a_member())
        notice = await patiently(lambda: self._read(message), PART, self._watch, Backoff())
        return Letter(offset, ce_id, notice)

    async def _read(self, message: Message) -> Any:  # noqa: ANN401
        try:
            return self._bundle.notice(message.value() or b"")
        except Unreadable as unreadable:
            if unreadable.reason != "unknown-schema":
                raise Stop(f"a notice cannot be read: {unreadable.reason}") from None
        self._bundle.look_again()
        raise Unavailable("a view is not in the agency's folder yet")

    async def _stay_a_member(self) -> None:
        while True:
            await asyncio.sleep(1)
            await self._run(self._poll_paused)

    def _poll(self) -> Message | None:
        """The next message, or None if there is none for now."""
        message = self._consumer.poll(0.5)
        if message is None:
            self._probe()
            return None
        error = message.error()
        if error is not None:
            self._on_error(error)
            return None
        self._watch.back(PART)
        offset = message.offset() or 0
        missed = 0 if self._expected is None else offset - self._expected
        # Notices that were withdrawn are no gap: the agreement grants less since.
        if missed > 0 and offset != self._bundle.withdrawn_before():
            log.error("The inbox has a gap", extra={"count": missed})
            self._watch.gaps.inc(missed)
        self._expected = offset + 1
        return message

    def _poll_paused(self) -> None:
        """Keeps the membership; what a rebalance lets through is put back."""
        message = self._consumer.poll(0)
        if message is None or message.error() is not None:
            return
        here = TopicPartition(self._bundle.inbox, 0, message.offset() or 0)
        self._consumer.pause(self._ours())
        self._consumer.seek(here)

    def _probe(self) -> None:
        """After a fault, asks now and then whether the broker is there again."""
        if not self._watch.waits(PART) or monotonic() - self._probed_at < _PROBE_EVERY_S:
            return
        self._probed_at = monotonic()
        try:
            self._consumer.get_watermark_offsets(self._ours()[0], timeout=2)
        except KafkaException as fault:
            self._on_error(fault.args[0])
        else:
            self._watch.back(PART)

    def _on_error(self, error: KafkaError) -> None:
        self._watch.away(PART, error.name())

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Start as far before the committed place as repeats are remembered."""
        for partition in partitions:
            try:
                committed = consumer.committed([partition], timeout=10)[0].offset
                low, _ = consumer.get_watermark_offsets(partition, timeout=10)
            except KafkaException as fault:
                self._on_error(fault.args[0])
                continue  # from the committed place, without memory
            self._handed_before = max(committed, 0)
            self._expected = None
            start = max(committed - self._remembered, low)
            partition.offset = start if committed >= 0 else OFFSET_BEGINNING
        consumer.assign(partitions)

    def _commit(self, offset: int) -> None:
        here = TopicPartition(self._bundle.inbox, 0, offset)
        try:
            self._consumer.commit(offsets=[here], asynchronous=False)
        except KafkaException as fault:
            # It will be handed over again, under the same number: better twice than never.
            self._on_error(fault.args[0])

    def _ours(self) -> list[TopicPartition]:
        return [TopicPartition(self._bundle.inbox, 0)]

    async def _run(self, call: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, call, *arguments)


def _ce_id(message: Message) -> str:
    """The notice's id; a notice without one is its own."""
    raw = message.headers() or []
    pairs = raw.items() if isinstance(raw, dict) else raw
    headers = [(name, value) for name, value in pairs if isinstance(value, bytes)]
    return wire.header(headers, "ce_id") or f"offset-{message.offset()}"
