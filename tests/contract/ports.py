"""What every outbox, row log and journal owes, whatever it stands on.

A test class inherits a suite and gives `made`; the one over the broker is a journey.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from services.runtime.ports import Journal, Outbox, RowLog
from services.runtime.records import Outgoing, Record

Read = Callable[[str, int], Awaitable[Sequence[Record]]]
Put = Callable[[str, int], Awaitable[Sequence[Record]]]


class OutboxSuite:
    """Published is published: in order, whole, with everything beside the value."""

    @abstractmethod
    def made(self) -> tuple[Outbox, Read]:
        """An outbox, and how to read a partition of a topic."""

    async def test_when_it_returns_every_record_is_there_in_order(self) -> None:
        outbox, read = self.made()
        await outbox.send([Outgoing("x", None, b"%d" % number) for number in range(500)])
        stands = await read("x", 0)
        assert [record.value for record in stands] == [b"%d" % number for number in range(500)]
        assert [record.offset for record in stands] == list(range(500))

    async def test_key_headers_and_partition_are_those_given(self) -> None:
        outbox, read = self.made()
        headers = (("a", b"1"), ("b", b""), ("a", b"2"))
        await outbox.send([Outgoing("x", b"key", b"value", headers, 3)])
        (record,) = await read("x", 3)
        assert (record.key, record.value, record.headers) == (b"key", b"value", headers)
        assert record.header("a") == b"2"
        assert await read("x", 0) == []

    async def test_a_record_may_have_no_key_and_no_value(self) -> None:
        outbox, read = self.made()
        await outbox.send([Outgoing("x", None, None)])
        (record,) = await read("x", 0)
        assert (record.key, record.value, record.headers) == (None, None, ())

    async def test_one_send_may_go_to_several_topics(self) -> None:
        outbox, read = self.made()
        await outbox.send([Outgoing("x", None, b"1"), Outgoing("y", None, b"2")])
        assert [record.value for t in "xy" for record in await read(t, 0)] == [b"1", b"2"]

    async def test_nothing_to_say_is_said_at_once(self) -> None:
        outbox, read = self.made()
        await outbox.send([])
        assert await read("x", 0) == []


class RowLogSuite:
    """What was saved is what is taken."""

    @abstractmethod
    def made(self) -> RowLog:
        """An empty row log."""

    async def test_nothing_saved_nothing_taken(self) -> None:
        assert await self.made().take(0) == {}

    async def test_the_last_saved_of_each_key_is_taken(self) -> None:
        rowlog = self.made()
        await rowlog.take(0)
        await rowlog.save(0, {"a": b"1", "b": b"2"})
        await rowlog.save(0, {"a": b"3"})
        assert await rowlog.take(0) == {"a": b"3", "b": b"2"}

    async def test_a_removed_row_is_gone_and_removing_what_is_not_there_does_no_harm(self) -> None:
        rowlog = self.made()
        await rowlog.take(0)
        await rowlog.save(0, {"a": b"1"})
        await rowlog.save(0, {"a": None, "b": None})
        assert await rowlog.take(0) == {}

    async def test_partitions_are_apart(self) -> None:
        rowlog = self.made()
        for partition in (0, 1):
            await rowlog.take(partition)
            await rowlog.save(partition, {"a": b"%d" % partition})
        assert await rowlog.take(0) == {"a": b"0"}
        assert await rowlog.take(1) == {"a": b"1"}

    async def test_what_was_taken_is_a_copy(self) -> None:
        rowlog = self.made()
        (await rowlog.take(0))["a"] = b"1"
        assert await rowlog.take(0) == {}


class JournalSuite:
    """The last order written down is the one read back."""

    @abstractmethod
    def made(self) -> tuple[Journal, Put, RowLog]:
        """A journal, how to let so many records stand in a topic it reads again, and its rows."""

    async def test_an_empty_journal_has_no_last_batch(self) -> None:
        journal, _, _ = self.made()
        assert await journal.unfinished({}) == []

    async def test_the_last_batch_comes_back_in_its_order(self) -> None:
        journal, put, rowlog = self.made()
        await rowlog.take(0)
        a, b = await put("a", 4), await put("b", 2)
        await journal.append([a[0]], {})
        await journal.append([b[0], a[1], a[2], b[1], a[3]], {})
        assert await journal.unfinished({}) == [b[0], a[1], a[2], b[1], a[3]]

    async def test_of_the_last_batch_only_what_is_not_done_is_read(self) -> None:
        journal, put, rowlog = self.made()
        await rowlog.take(0)
        a, b = await put("a", 3), await put("b", 2)
        await journal.append([*a, *b], {})
        assert await journal.unfinished({"a": 2, "b": 2}) == [a[2]]
        assert await journal.unfinished({"a": 3, "b": 1}) == [b[1]]

    async def test_a_topic_may_go_once_nothing_of_it_is_left_to_do(self) -> None:
        journal, put, rowlog = self.made()
        await rowlog.take(0)
        (one,) = await put("a", 1)
        gone = replace(one, topic=f"{one.topic}-gone")
        await journal.append([one, gone], {})
        assert await journal.unfinished({gone.topic: 1}) == [one]

    async def test_rows_are_saved_with_the_order_of_what_comes_after_them(self) -> None:
        journal, put, rowlog = self.made()
        await rowlog.take(0)
        (one,) = await put("a", 1)
        await journal.append([one], {"a": b"1"})
        assert await rowlog.take(0) == {"a": b"1"}
        assert await journal.unfinished({}) == [one]
