"""All services in one process without a broker: the same routes, the same lanes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.runtime.batch import Lane
from services.runtime.history import MemoryHistory
from services.runtime.journal import MemoryJournal
from services.runtime.outbox import MemoryOutbox, MemoryTopics
from services.runtime.records import Outgoing
from services.runtime.rowlog import MemoryRowLog
from services.runtime.service import Service
from services.runtime.telemetry import Meters


class MemoryHub:
    """Every service over topics in memory; time is what the driver says it is."""

    def __init__(self, services: Iterable[Service], build: str = "memory") -> None:
        self.topics = MemoryTopics()
        self.build = build
        self.meters: dict[str, Meters] = {}
        self.rowlogs: dict[str, MemoryRowLog] = {}
        self._services = tuple(services)
        self._lanes: list[Lane] = []

    async def open(self) -> None:
        """Every lane takes its partition; again after a crash, from the rows that were saved."""
        self._lanes = [
            await self._lane(service, partition)
            for service in self._services
            for partition in range(service.partitions)
        ]

    async def _lane(self, service: Service, partition: int) -> Lane:
        rowlog = self.rowlogs.setdefault(service.name, MemoryRowLog())
        journal = MemoryJournal(self.topics, service.names.journal(service.name), rowlog)
        lane = Lane(
            service,
            partition,
            MemoryOutbox(self.topics),
            rowlog,
            self.meters.setdefault(service.name, Meters(service.name)),
            self.build,
            journal if service.journaled else None,
            history=MemoryHistory(self.topics),
        )
        await lane.open()
        return lane

    def at(self, moment: datetime) -> None:
        """What is appended from here on is appended at that moment."""
        self.topics.now_ms = round(moment.timestamp() * 1000)

    def append(self, out: Outgoing) -> None:
        """Somebody outside says something."""
        self.topics.append(out)

    async def settle(self) -> None:
        """Run until nobody has anything left to read."""
        while any([await self._step(lane) for lane in self._lanes]):
            pass

    async def _step(self, lane: Lane) -> bool:
        records = [
            record
            for source in lane.service.sources
            for record in self.topics.read(source, lane.partition, lane.position(source) or 0)
        ]
        if not records:
            return False
        return len(await lane.run(records)) < len(records)
