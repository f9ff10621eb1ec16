"""Notices are carried one after the other, and committed only when they are handed over."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from schemas.base import Fact
from schemas.notice import CanarySent, Notice, NoticeReceipted, ReceiptStatus
from services.bridge.door import MemoryDoor
from services.bridge.inbox import Courier, Memory, MemoryInbox, receipt
from services.bridge.watch import Watch
from services.runtime.faults import Refused, Unavailable
from tests.bridge.kit import QUICK, a_told_notice, a_while, eventually
from tests.makers import NOON

GAUGE = "hub_bridge_last_canary_timestamp_seconds"


class Partner:
    """Takes notices, unless it is away or does not like one."""

    def __init__(self) -> None:
        self.away = False
        self.dislikes = 0
        self.attempts = 0
        self.has: list[int] = []

    async def take(self, notice: Notice) -> Sequence[Fact]:
        self.attempts += 1
        if self.away:
            raise Unavailable("away")
        if notice.notice_ref.int == self.dislikes:
            raise Refused("partner-answered-422")
        self.has.append(notice.notice_ref.int)
        return [
            receipt("em", notice.notice_ref, notice.person_ref, ReceiptStatus.COLLECTED, at=NOON)
        ]


class Post:
    def __init__(self) -> None:
        self.watch = Watch("em")
        self.inbox = MemoryInbox(self.watch)
        self.door = MemoryDoor("em", [NoticeReceipted.kind()])
        self.partner = Partner()

    @asynccontextmanager
    async def carrying(self) -> AsyncIterator[None]:
        courier = Courier(
            "em",
            self.inbox,
            self.door,
            self.partner.take,
            self.watch,
            clock=lambda: NOON,
            backoff=QUICK,
        )
        task = asyncio.create_task(courier.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def statuses(door: MemoryDoor) -> list[tuple[int, str, str | None]]:
    return [
        (fact.notice_ref.int, fact.status.value, fact.reason)
        for fact in door.said
        if isinstance(fact, NoticeReceipted)
    ]


async def test_a_canary_is_noted_and_handed_to_nobody_and_not_receipted() -> None:
    post = Post()
    about = {"about": CanarySent.kind(), "told": {"occurred_at": NOON, "next_at": NOON}}
    post.inbox.put(a_told_notice(1).model_copy(update=about))
    post.inbox.put(a_told_notice(2))
    async with post.carrying():
        await eventually(lambda: post.inbox.committed == 2)
    assert post.partner.has == [2]
    assert statuses(post.door) == [(2, "collected", None)]
    registry = post.watch.registry
    assert registry.get_sample_value(GAUGE) == NOON.timestamp()
    told = registry.get_sample_value("hub_bridge_notices_total", {"outcome": "canary"})
    assert told == 1


async def test_a_canary_comes_through_only_once_what_is_before_it_has() -> None:
    """It waits its turn: a partner that is away shows as a canary that does not come."""
    post = Post()
    post.partner.away = True
    post.inbox.put(a_told_notice(1))
    about = {"about": CanarySent.kind(), "told": {"occurred_at": NOON}}
    post.inbox.put(a_told_notice(2).model_copy(update=about))
    async with post.carrying():
        await eventually(lambda: post.partner.attempts > 1)
        assert post.watch.registry.get_sample_value(GAUGE) == 0
        post.partner.away = False
        await eventually(lambda: post.inbox.committed == 2)
    assert post.watch.registry.get_sample_value(GAUGE) == NOON.timestamp()


async def test_notices_are_handed_over_in_order_and_receipted() -> None:
    post = Post()
    for number in (1, 2, 3):
        post.inbox.put(a_told_notice(number))
    async with post.carrying():
        await eventually(lambda: post.inbox.committed == 3)
    assert post.partner.has == [1, 2, 3]
    assert statuses(post.door) == [(n, "collected", None) for n in (1, 2, 3)]


async def test_a_repeat_is_dropped_and_counted() -> None:
    post = Post()
    for number in (1, 2, 1, 1, 3):
        post.inbox.put(a_told_notice(number))
    async with post.carrying():
        await eventually(lambda: post.inbox.committed == 5)
    assert post.partner.has == [1, 2, 3]
    assert post.watch.registry.get_sample_value("hub_bridge_notices_repeated_total") == 2


async def test_while_the_partner_is_away_the_notice_waits_and_health_is_red() -> None:
    post = Post()
    post.partner.away = True
    post.inbox.put(a_told_notice(1))
    async with post.carrying():
        await eventually(lambda: post.partner.attempts > 3)
        assert post.inbox.committed == 0
        assert post.watch.fault() == "partner: away"
        post.partner.away = False
        await eventually(lambda: post.inbox.committed == 1)
        assert post.watch.fault() == ""
    assert post.partner.has == [1]


async def test_without_the_brokers_word_on_the_receipt_nothing_is_committed() -> None:
    post = Post()
    post.door.go_away()
    post.inbox.put(a_told_notice(1))
    async with post.carrying():
        await eventually(lambda: post.watch.fault() != "")
        await a_while()
        assert post.inbox.committed == 0
        post.door.come_back()
        await eventually(lambda: post.inbox.committed == 1)
    assert post.partner.has == [1], "the partner is not asked again for the receipt's sake"


async def test_killed_before_the_commit_it_is_handed_over_again_and_receipted_the_same() -> None:
    post = Post()
    post.door.hesitate()
    post.inbox.put(a_told_notice(1))
    async with post.carrying():
        await eventually(lambda: post.partner.has == [1])
    post.door.come_back()
    async with post.carrying():
        await eventually(lambda: post.inbox.committed == 1)
    assert post.partner.has == [1, 1]
    assert len({fact.event_id for fact in post.door.said}) == 1


async def test_a_notice_the_partner_never_takes_is_said_so_and_does_not_stop_the_next() -> None:
    post = Post()
    post.partner.dislikes = 1
    post.inbox.put(a_told_notice(1))
    post.inbox.put(a_told_notice(2))
    async with post.carrying():
        await eventually(lambda: post.inbox.committed == 2)
    assert statuses(post.door) == [
        (1, "cannot-act", "partner-answered-422"),
        (2, "collected", None),
    ]


def test_a_receipt_has_one_id_per_notice_and_status() -> None:
    notice = a_told_notice(1)

    def made(agency: str, status: ReceiptStatus) -> NoticeReceipted:
        return receipt(agency, notice.notice_ref, notice.person_ref, status, at=NOON)

    one = made("em", ReceiptStatus.READ)
    assert made("em", ReceiptStatus.READ) == one
    assert len({one.event_id, made("em", ReceiptStatus.ACTED).event_id}) == 2
    assert made("dwp", ReceiptStatus.READ).event_id != one.event_id


def test_only_the_last_ones_are_remembered() -> None:
    memory = Memory(2)
    for number in ("a", "b", "b", "c"):
        memory.add(number)
    assert [number in memory for number in "abc"] == [False, True, True]
