"""The workers of one service and the group that gives partitions to them.

What the group does is what Kafka's classic protocol and Faust do with it: everybody lets go, then
everybody is given anew; who is silent for a session is left out and learns of it late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from services.hub.simulation.broker import Broker
from services.hub.simulation.ports import StepJournal, StepOutbox, StepRowLog
from services.hub.simulation.steps import Step, Task
from services.runtime.batch import Lane
from services.runtime.history import MemoryHistory
from services.runtime.records import Record
from services.runtime.rows import META, Meta
from services.runtime.service import Service
from services.runtime.telemetry import Meters

SESSION = 80
"""Steps of silence after which a group gives a worker's partitions away."""
BATCH = 12
"""Most records of one batch: small, so that there are many."""
COMMITS = 0.3
"""How often a worker tells its group after a batch how far it has come."""
AHEAD = 0.5
"""How often what is there already is written down with the rows of the batch before it."""


class GivenAwayError(Exception):
    """The group takes no commit of this worker: its partitions may be another's."""


class AheadError(Exception):
    """A worker acknowledged what was not durable."""


@dataclass(slots=True)
class Process:
    """Whatever runs tasks and can be struck."""

    name: str
    tasks: list[Task] = field(default_factory=list)
    up: bool = True
    frozen: bool = False


class Worker(Process):
    """A process of a service: one lane on each partition its group gave it."""

    def __init__(self, name: str, service: Service, broker: Broker, draw: Random) -> None:
        super().__init__(name, up=False)
        self.service = service
        self.member = False
        self.shut = False
        """Asked to let go: lanes end after the batch in hand."""
        self.rewind = 0
        """So many records before its place the next fetch begins, once."""
        self.build, self.build_since = "", -1
        self.group: Group
        self._broker = broker
        self._draw = draw
        self._rowlog = StepRowLog(broker, service.name)
        self._renewed_at = 0

    def start(self, build: str, since: int) -> None:
        """A new process, of the build adopted last: nothing is remembered."""
        self.up, self.frozen, self.shut = True, False, False
        self.build, self.build_since = build, since
        self._rowlog = StepRowLog(self._broker, self.service.name)
        self._renewed_at = self._broker.now

    def stop(self) -> None:
        """The process ends here, whatever it was doing."""
        self.up = False
        for task in self.tasks:
            task.die()
        self.tasks.clear()

    def take(self, partitions: list[int]) -> None:
        """Work on these from now on."""
        self.shut = False
        self._renewed_at = self._broker.now
        self.tasks += [Task(self._work(number)) for number in partitions]

    async def _work(self, partition: int) -> None:
        lane = self._lane(partition)
        await lane.open()
        reader = _Reader(self._broker, lane, self._draw)
        while True:
            await Step("fetch", ready=lambda: self.shut or reader.more() or bool(lane.written_down))
            if self.shut:
                break
            batch = lane.written_down
            if not batch:
                rewind, self.rewind = self.rewind, 0
                batch = reader.fetch(rewind)
            reader.put_back(await lane.run(batch, reader.following))
            if self._draw.random() < COMMITS:
                await self._commit(lane)
        await self._commit(lane)

    def _lane(self, partition: int) -> Lane:
        service = self.service
        journal = StepJournal(self._broker, self._rowlog, service.names.journal(service.name))
        return Lane(
            service,
            partition,
            StepOutbox(self._broker),
            self._rowlog,
            self.group.meters,
            self.build,
            journal if service.journaled else None,
            self._lease,
            self.build_since,
            MemoryHistory(self._broker.topics),
        )

    async def _commit(self, lane: Lane) -> None:
        """Tell the group how far the lane has come; a refusal means only: not yet."""
        await Step("commit")
        if self.group.accepts(self):
            self._renewed_at = self._broker.now
            self._check_durable(lane)

    def _check_durable(self, lane: Lane) -> None:
        raw = self._broker.rows[self.service.name, lane.partition].get(META)
        durable = Meta.model_validate_json(raw).positions if raw else {}
        for topic, position in lane.store.meta.positions.items():
            if position > durable.get(topic, 0):
                raise AheadError(f"{topic}[{lane.partition}] acknowledged to {position}")

    async def _lease(self) -> None:
        """As `LaneConsumer` does: a commit the group took within a third of the session."""
        if self._broker.now - self._renewed_at < SESSION // 3:
            return
        await Step("commit")
        if not self.group.accepts(self):
            raise GivenAwayError
        self._renewed_at = self._broker.now


class _Reader:
    """Fetches for one lane: any source first, a few records of each."""

    def __init__(self, broker: Broker, lane: Lane, draw: Random) -> None:
        self._broker = broker
        self._number = lane.partition
        self._draw = draw
        self._next = {topic: lane.position(topic) or 0 for topic in lane.service.sources}
        self._waiting: list[Record] = []
        self._looked_at = -1
        self._unread: list[str] = []

    def more(self) -> bool:
        """Whether anything is unread."""
        if self._looked_at != self._broker.appended:
            self._looked_at = self._broker.appended
            end, used = self._broker.end, self._broker.used[self._number]
            self._unread = [
                topic
                for topic, seen in self._next.items()
                if topic in used and end(topic, self._number) > seen
            ]
        return bool(self._unread)

    def fetch(self, rewind: int) -> list[Record]:
        """Some of what is unread, what had to wait first."""
        self._draw.shuffle(self._unread)
        batch, self._waiting = self._waiting, []
        for topic in self._unread:
            first = max(0, self._next[topic] - rewind)
            most = self._draw.randint(1, BATCH)
            records = self._broker.topics.read(topic, self._number, first)[:most]
            batch += records
            self._next[topic] = max(self._next[topic], records[-1].offset + 1)
        self._looked_at = -1
        return batch

    def following(self) -> list[Record]:
        """What is taken next, if anything is there yet, or chance has it so."""
        return self.fetch(0) if self.more() and self._draw.random() < AHEAD else []

    def put_back(self, records: Sequence[Record]) -> None:
        """These have to wait until rules are adopted."""
        self._waiting = list(records)


class Group:
    """Who of a service's workers works on what."""

    def __init__(self, workers: list[Worker], broker: Broker, draw: Random) -> None:
        self.workers = workers
        self.meters = Meters(workers[0].service.name)
        self.unsettled = True
        self._holding: dict[int, Worker] = {}
        self._broker = broker
        self._draw = draw
        for worker in workers:
            worker.group = self

    def accepts(self, worker: Worker) -> bool:
        """Whether the group counts that worker in and is not giving anew."""
        return worker.member and worker in self._holding.values()

    def join(self, worker: Worker) -> None:
        """It wants partitions. A worker that was away for less than a session gets its own."""
        if worker.member and not self.unsettled:
            worker.take([number for number, at in self._holding.items() if at is worker])
            return
        worker.member = True
        self._unsettle()

    def leave(self, worker: Worker) -> None:
        """It is out; what it held is given anew."""
        worker.member = False
        self._unsettle()

    def settle(self) -> None:
        """Once everybody has let go, give anew."""
        members = [worker for worker in self.workers if worker.member]
        for worker in members:
            worker.shut = True
        if not members or any(worker.tasks or not worker.up for worker in members):
            return
        self.unsettled = False
        self._draw.shuffle(members)
        count = members[0].service.partitions
        self._holding = {number: members[number % len(members)] for number in range(count)}
        for worker in members:
            worker.take([number for number, at in self._holding.items() if at is worker])

    def _unsettle(self) -> None:
        self.unsettled = True
        self._holding = {}
