"""Who is outside the hub: those who say things, and those who are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from schemas.base import Fact
from schemas.notice import Notice, ReceiptStatus
from services.bridge.inbox import Courier, Letter, Memory, receipt
from services.bridge.watch import Watch
from services.hub.simulation.broker import Broker
from services.hub.simulation.steps import Step, Task
from services.hub.simulation.workers import Process
from services.hub.simulation.world import Saying
from services.runtime import wire
from services.runtime.names import Names
from services.runtime.schema_store import SchemaStore
from services.runtime.speech import as_said


class Speaker(Process):
    """An agency's system, or the clock: says one thing after the other."""

    def __init__(self, name: str, sayings: Sequence[Saying], broker: Broker) -> None:
        super().__init__(name)
        self._sayings = sayings
        self._broker = broker
        self.tasks.append(Task(self._speak()))

    async def _speak(self) -> None:
        for saying in self._sayings:
            await Step("speak")
            now_ms = round(saying.at.timestamp() * 1000)
            self._broker.topics.now_ms = max(self._broker.topics.now_ms, now_ms)
            self._broker.append(saying.out)


class Receiver(Process):
    """A receiver behind the real courier of the bridges.

    What its partner keeps survives it, as does the place it committed.
    """

    def __init__(self, slug: str, names: Names, broker: Broker, views: SchemaStore) -> None:
        super().__init__(slug)
        self.calls: Counter[str] = Counter()
        """How often each notice was handed to the partner."""
        self.died = False
        self.committed = 0
        self._names = names
        self._broker = broker
        self._views = views
        self._watch = Watch(slug)

    def start(self) -> None:
        """A new process: it knows its committed place and nothing else."""
        self.up = True
        inbox = _StepInbox(self, self._broker, self._names.inbox(self.name), self._views)
        door = _StepDoor(self._broker, self._names)
        clock = _clock(self._broker)
        courier = Courier(self.name, inbox, door, self._hand_over, self._watch, clock=clock)
        self.tasks = [Task(courier.run())]

    def stop(self) -> None:
        """The process ends here."""
        self.up, self.died = False, True
        for task in self.tasks:
            task.die()
        self.tasks.clear()

    async def _hand_over(self, notice: Notice) -> Sequence[Fact]:
        await Step("hand over")
        self.calls[str(notice.notice_ref)] += 1
        await Step("handed over")
        if self.name not in RECEIPTING:
            return ()
        return (
            receipt(
                self.name,
                notice.notice_ref,
                notice.person_ref,
                ReceiptStatus.COLLECTED,
                at=_clock(self._broker)(),
            ),
        )


RECEIPTING = ("derby-housing",)
"""Who says that it collected a notice."""


class _StepInbox:
    """An inbox as `KafkaInbox` keeps it: what was seen is learned again from the topic."""

    def __init__(self, receiver: Receiver, broker: Broker, topic: str, views: SchemaStore) -> None:
        self._receiver = receiver
        self._broker = broker
        self._topic = topic
        self._views = views
        self._seen = Memory()
        for record in broker.topics.read(topic)[: receiver.committed]:
            self._seen.add((record.header("ce_id") or b"").decode())

    async def take(self) -> Letter:
        """The next one that is not a repeat."""
        while True:
            await Step("take", ready=self._more)
            at = self._receiver.committed
            record = self._broker.topics.read(self._topic, 0, at)[0]
            ce_id = (record.header("ce_id") or b"").decode()
            if ce_id not in self._seen:
                shown = wire.decode_view(record.value or b"", self._views)
                return Letter(at, ce_id, Notice.model_validate(shown))
            self._receiver.committed = at + 1

    def _more(self) -> bool:
        return self._broker.end(self._topic) > self._receiver.committed

    async def done(self, letter: Letter) -> None:
        """It is handed over and never comes again."""
        self._seen.add(letter.ce_id)
        await Step("commit")
        self._receiver.committed = letter.offset + 1

    async def close(self) -> None:
        """Nothing more is taken."""


class _StepDoor:
    """Where a receiver says its receipts."""

    def __init__(self, broker: Broker, names: Names) -> None:
        self._broker = broker
        self._names = names

    def check(self, fact: Fact) -> None:
        """Everything may be said."""

    async def say(self, facts: Sequence[Fact]) -> None:
        """All of them are with the broker."""
        for fact in facts:
            await Step("say")
            self._broker.append(as_said(self._names, fact))

    async def close(self) -> None:
        """Nothing more is said."""


def _clock(broker: Broker) -> Callable[[], datetime]:
    return lambda: datetime.fromtimestamp(broker.topics.now_ms / 1000, UTC)
