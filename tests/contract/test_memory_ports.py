"""The ports in memory keep what every port owes."""

from collections.abc import Sequence

from services.runtime.journal import MemoryJournal
from services.runtime.outbox import MemoryOutbox, MemoryTopics
from services.runtime.ports import Journal, Outbox, RowLog
from services.runtime.records import Outgoing, Record
from services.runtime.rowlog import MemoryRowLog
from tests.contract.ports import JournalSuite, OutboxSuite, Put, Read, RowLogSuite


class TestMemoryOutbox(OutboxSuite):
    def made(self) -> tuple[Outbox, Read]:
        topics = MemoryTopics()

        async def read(topic: str, partition: int) -> Sequence[Record]:
            return topics.read(topic, partition)

        return MemoryOutbox(topics), read


class TestMemoryRowLog(RowLogSuite):
    def made(self) -> RowLog:
        return MemoryRowLog()


class TestMemoryJournal(JournalSuite):
    def made(self) -> tuple[Journal, Put, RowLog]:
        topics, rowlog = MemoryTopics(), MemoryRowLog()

        async def put(topic: str, count: int) -> Sequence[Record]:
            return [topics.append(Outgoing(topic, None, b"%d" % n)) for n in range(count)]

        return MemoryJournal(topics, "journal", rowlog), put, rowlog
