"""An agency's inbox: each notice handed over once, in order, and committed only after that.

    take → hand over (waits while the partner is away) → say the receipt → commit

Killed anywhere, the notice is handed over again under the same number; a partner keeps it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from schemas.base import Fact, kebab, sourced_id
from schemas.notice import CanarySent, Notice, NoticeReceipted, ReceiptStatus
from services.bridge.door import Door
from services.bridge.waiting import Backoff, patiently
from services.bridge.watch import Watch
from services.runtime.faults import Refused

log = logging.getLogger(__name__)

REMEMBERED = 1000
"""How many notices back a repeat is known as one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice as it lies in the inbox."""

    offset: int
    ce_id: str
    notice: Notice


class Inbox(Protocol):
    """Where an agency finds its notices."""

    async def take(self) -> Letter:
        """The next one that is not a repeat; the same again until it is done."""

    async def done(self, letter: Letter) -> None:
        """It is handed over and never comes again."""

    async def close(self) -> None:
        """Nothing more is taken."""


class Memory:
    """Which of the last notices were seen."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._order: deque[str] = deque()
        self._seen: set[str] = set()
        self._size = size

    def __contains__(self, ce_id: str) -> bool:
        return ce_id in self._seen

    def add(self, ce_id: str) -> None:
        """It was seen."""
        if ce_id in self._seen:
            return
        self._order.append(ce_id)
        self._seen.add(ce_id)
        if len(self._order) > self._size:
            self._seen.discard(self._order.popleft())


class MemoryInbox:
    """The inbox without a broker."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.committed = 0
        """The next offset that is not handed over."""
        self._letters: list[Letter] = []
        self._seen = Memory()
        self._watch = watch
        self._arrived = asyncio.Event()

    def put(self, notice: Notice, ce_id: str | None = None) -> None:
        """One more notice; the same `ce_id` again is a repeat."""
        number = ce_id or str(notice.notice_ref)
        self._letters.append(Letter(len(self._letters), number, notice))
        self._arrived.set()

    async def take(self) -> Letter:
        """The next one that is not a repeat."""
        while True:
            if self.committed == len(self._letters):
                self._arrived.clear()
                await self._arrived.wait()
            letter = self._letters[self.committed]
            if letter.ce_id not in self._seen:
                return letter
            self.committed += 1
            if self._watch is not None:
                self._watch.repeats.inc()

    async def done(self, letter: Letter) -> None:
        """It is handed over and never comes again."""
        self._seen.add(letter.ce_id)
        self.committed = letter.offset + 1

    async def close(self) -> None:
        """Nothing more is taken."""


HandOver = Callable[[Notice], Awaitable[Sequence[Fact]]]
"""Gives a notice to the partner; returns the receipts to say.

Raises `Unavailable` while the partner is away, `Refused` if it never will take this notice.
"""


class Courier:
    """Carries an agency's notices to its partner, one after the other."""

    def __init__(
        self,
        agency: str,
        inbox: Inbox,
        door: Door,
        hand_over: HandOver,
        watch: Watch,
        *,
        clock: Callable[[], datetime],
        backoff: Backoff = Backoff(),  # noqa: B008  # frozen
    ) -> None:
        self._agency = agency
        self._inbox = inbox
        self._door = door
        self._hand_over = hand_over
        self._watch = watch
        self._clock = clock
        self._backoff = backoff

    async def run(self) -> None:
        """Carry for ever. What cannot be handed over now is waited for, never passed over."""
        while True:
            await self._carry(await self._inbox.take())

    async def _carry(self, letter: Letter) -> None:
        if letter.notice.about == CanarySent.kind():
            self._note_canary(letter.notice)
            await self._inbox.done(letter)
            return
        receipts = await patiently(
            lambda: self._handed_over(letter.notice), "partner", self._watch, self._backoff
        )
        if receipts:
            await patiently(lambda: self._door.say(receipts), "broker", self._watch, self._backoff)
        await self._inbox.done(letter)

    def _note_canary(self, notice: Notice) -> None:
        """Nothing is stuck up to here; its partner hears nothing of it."""
        sent_at = notice.told.get("occurred_at")
        if isinstance(sent_at, datetime):
            self._watch.canary.set(sent_at.timestamp())
        self._watch.told.labels(outcome="canary").inc()

    async def _handed_over(self, notice: Notice) -> Sequence[Fact]:
        try:
            receipts = await self._hand_over(notice)
        except Refused as refused:
            # The hub has to know that this agency was not told: silence would look like success.
            log.error("The partner does not take a notice", extra={"reason": refused.reason})
            self._watch.told.labels(outcome="refused").inc()
            return [
                receipt(
                    self._agency,
                    notice.notice_ref,
                    notice.person_ref,
                    ReceiptStatus.CANNOT_ACT,
                    at=self._clock(),
                    reason=refused.reason,
                )
            ]
        self._watch.told.labels(outcome="handed-over").inc()
        return receipts


def receipt(
    agency: str,
    notice_ref: UUID,
    person_ref: str,
    status: ReceiptStatus,
    *,
    at: datetime,
    reason: str | None = None,
) -> NoticeReceipted:
    """What the agency did with a notice; the same said again is the same fact."""
    return NoticeReceipted(
        event_id=sourced_id(agency, kebab(NoticeReceipted.__name__), f"{notice_ref}{status.value}"),
        occurred_at=at,
        source=agency,
        person_ref=person_ref,
        notice_ref=notice_ref,
        status=status,
        reason=reason,
    )
