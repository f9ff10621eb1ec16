"""What a lane stands on, over the simulated broker: every await is a place to be struck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.hub.simulation.broker import Broker
from services.hub.simulation.steps import Step
from services.runtime.journal import entry, read_again
from services.runtime.records import Outgoing, Outgoings, Record, RowBytes


@dataclass(frozen=True, slots=True)
class StepOutbox:
    """Publishes one record after the other, then waits for the broker's word."""

    broker: Broker

    async def send(self, records: Outgoings) -> None:
        """Every record stands in its topic."""
        for record in records:
            await Step("say", in_flight=record, may_fail=True)
            self.broker.append(record)
        await Step("said", may_fail=True)


@dataclass(slots=True)
class StepRowLog:
    """One worker's hold on the rows of its service."""

    broker: Broker
    service: str
    holds: dict[int, int] = field(default_factory=dict)

    async def take(self, partition: int) -> dict[str, bytes]:
        """Fence the former holder, then every row there is."""
        place = (self.service, partition)
        await Step("take")
        self.holds[partition] = self.broker.fence(place)
        await Step("recover")
        return dict(self.broker.rows[place])

    async def save(self, partition: int, rows: RowBytes) -> None:
        """All of these rows, or none; the answer can be lost before or after."""
        await Step("save", may_fail=True)
        self.broker.save((self.service, partition), self.holds[partition], rows)
        await Step("saved", may_fail=True)


@dataclass(frozen=True, slots=True)
class StepJournal:
    """The order of input, fenced like the rows."""

    broker: Broker
    rowlog: StepRowLog
    topic: str

    async def append(self, batch: Sequence[Record], rows: RowBytes) -> None:
        """The order of this batch is kept, and with it the rows of the one before."""
        await Step("write down", may_fail=True)
        self.broker.save((self.rowlog.service, 0), self.rowlog.holds[0], rows)
        self.broker.append(Outgoing(self.topic, None, entry(batch)))
        await Step("written down", may_fail=True)

    async def unfinished(self, done: Mapping[str, int]) -> Sequence[Record]:
        """The records of the last batch written down that are not done, in its order."""
        await Step("look back")
        return read_again(self.broker.topics, self.topic, done)
