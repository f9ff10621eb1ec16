"""How long from submission to inbox at a steady rate, beside two bare loops in a row."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    Message,
    Producer,
    TopicPartition,
)

from schemas.base import Fact
from services.agreements.references import References
from services.runtime.names import SERVICES
from services.runtime.outbox import RDKAFKA, Config
from services.runtime.wire import encode, headers_of
from tests.bench import bare, load
from tests.bench.hub import Hub, NotMeasured, Worker, until_so
from tests.bench.topics import emptied
from tests.processes import guard

SENDER, RECEIVER = "derbyshire-police", "probation"
PERSONS = 500
RATES = (50, 100, 200)
ALLOW_S = 20.0
READY_S = 60.0
KNOWN_PER_S = 500
WARMING_UP = 150
"""Facts sent before anything counts: a broker that has just started is slow."""
A_FEW = 20
"""Ticks and what they make services say."""
PROMPT: Config = {"linger.ms": 0, "batch.size": 16_384}
"""A batch is a message to the broker, and agencies' are limited to 64 KiB."""
WHOLE_LINE, TWO_LOOPS = "admission → notify", "two bare loops"


@dataclass(frozen=True)
class Run:
    """One spell at one rate."""

    who: str
    rate: int
    sent: int
    seconds: tuple[float, ...]
    """Of each that arrived, in no order."""

    def ms(self, share: float) -> float:
        """The time within which that share of those that arrived did, milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


@dataclass
class Road:
    """Somebody who sends, and somebody else who waits where it comes out."""

    who: str
    sender: Config
    receiver: Config
    group: str
    out: str
    """The topic where it comes out."""
    where: Callable[[Fact], str]
    """The topic a fact is sent to."""
    known_as: Callable[[Fact], bytes]
    """The `ce_id` by which it comes out."""
    hears: Callable[[Fact], bool] = lambda _: True
    """Whether it comes out at all."""
    _sent: dict[bytes, float] = field(default_factory=dict)
    _arrived: dict[bytes, float] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What comes out is noticed the moment it can be read."""
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            self._ended.set()
            watcher.join()

    def spell(self, facts: Iterable[Fact], rate: int) -> Run:
        """Send these at that rate and wait until each has come out, or long enough."""
        producer = Producer({**self.sender, **PROMPT}, logger=RDKAFKA)
        began, numbers = time.perf_counter(), []
        for count, fact in enumerate(facts):
            value, headers, number = encode(fact), headers_of(fact), self.known_as(fact)
            time.sleep(max(0.0, began + count / rate - time.perf_counter()))
            producer.poll(0)
            if self.hears(fact):
                self._sent[number] = time.perf_counter()
                numbers.append(number)
            producer.produce(
                self.where(fact), value, headers=list(headers), on_delivery=self._taken
            )
        producer.flush(30)
        self._wait_for(numbers)
        took = (self._arrived[n] - self._sent[n] for n in numbers if n in self._arrived)
        run = Run(self.who, rate, len(numbers), tuple(took))
        if not run.seconds:
            raise NotMeasured(f"{self.who}: nothing came out within {ALLOW_S:.0f} s")
        return run

    def _taken(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            raise NotMeasured(f"{self.who}: the broker did not take a fact: {error.name()}")

    def _wait_for(self, numbers: list[bytes]) -> None:
        until = time.monotonic() + ALLOW_S
        while time.monotonic() < until and not all(n in self._arrived for n in numbers):
            time.sleep(0.05)

    def _watch(self) -> None:
        settings = {"group.id": self.group, "enable.auto.commit": False}
        consumer = Consumer({**self.receiver, **settings}, logger=RDKAFKA)
        consumer.assign([TopicPartition(self.out, 0, OFFSET_BEGINNING)])
        while not self._ended.is_set():
            message = consumer.poll(0.2)
            if message is None or message.error() is not None:
                continue
            at = time.perf_counter()
            number = dict(message.headers() or ()).get("ce_id")
            if isinstance(number, bytes):
                self._arrived.setdefault(number, at)
        consumer.close()


def measure(
    hub: Hub, seconds: float, rounds: Iterable[int], say: Callable[[str], None]
) -> Iterator[Run]:
    """Spells of the whole line and of the bare loops in turn, at each rate."""
    facts = load.steadily(PERSONS, SENDER)
    with ExitStack() as both:
        roads = (both.enter_context(_bare_loops(hub)), both.enter_context(whole_line(hub, say)))
        say("warming up …")
        for road in roads:
            road.spell(islice(facts, WARMING_UP), RATES[0])
        for number in rounds:
            for rate in RATES:
                for road in roads:
                    run = road.spell(islice(facts, round(rate * seconds)), rate)
                    say(
                        f"  round {number}: {run.who} at {rate}/s: "
                        f"p50 {run.ms(0.5):.0f} ms, p99 {run.ms(0.99):.0f} ms"
                    )
                    yield run


@contextmanager
def whole_line(
    hub: Hub, say: Callable[[str], None], services: Iterable[str] = SERVICES
) -> Iterator[Road]:
    """These services and the clock at work; the persons spoken of are known."""
    road = road_to(hub, RECEIVER)
    say("starting the services …")
    everybody = [*(f"{service}-1" for service in services), "clock"]
    with hub.running(everybody) as workers, road.watched():
        hub.adopt()
        say(f"making {PERSONS} invented persons known …")
        road.spell(load.known_persons(PERSONS, SENDER), KNOWN_PER_S)
        say("waiting until nothing is left to do …")
        until_so(lambda: _at_rest(workers.values()), READY_S, "the services are at rest")
        yield road


def road_to(hub: Hub, receiver: str, hears: Callable[[Fact], bool] = lambda _: True) -> Road:
    """From what the sender says to that agency's inbox."""
    cluster, names = hub.cluster, hub.names
    references = References((cluster.home / "secrets" / "references").read_bytes())
    return Road(
        who=WHOLE_LINE,
        sender=cluster.agency_config(SENDER),
        receiver=cluster.agency_config(receiver),
        group=names.agency_user(receiver),
        out=names.inbox(receiver),
        where=lambda fact: names.said(SENDER, type(fact)),
        known_as=lambda fact: str(references.notice(receiver, fact.event_id)).encode(),
        hears=hears,
    )


def _at_rest(workers: Iterable[Worker]) -> bool:
    """Whether nobody has anything left to do, ticks aside."""
    before = [worker.figure("hub_records_taken_total") for worker in workers]
    time.sleep(1)
    after = [worker.figure("hub_records_taken_total") for worker in workers]
    return sum(after) - sum(before) <= A_FEW


@contextmanager
def _bare_loops(hub: Hub) -> Iterator[Road]:
    """Two bare loops, the second on what the first one says."""
    config, topics = hub.cluster.admin_config(), ("bench.a", "bench.b", "bench.c", "bench.rows")
    with emptied(config, dict.fromkeys(topics, 1)), ExitStack() as loops:
        for source, target in (("bench.a", "bench.b"), ("bench.b", "bench.c")):
            task = bare.Task(dict(config), source, 1, target, "bench.rows", f"bench-{target}")
            loops.enter_context(_running(task))
        road = Road(
            who=TWO_LOOPS,
            sender=config,
            receiver=config,
            group="bench",
            out="bench.c",
            where=lambda _: "bench.a",
            known_as=lambda fact: str(fact.event_id).encode(),
        )
        with road.watched():
            yield road


@contextmanager
def _running(task: bare.Task) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-m", bare.__name__], stdin=subprocess.PIPE, text=True
    ) as process:
        guard([process.pid])
        if process.stdin is not None:
            process.stdin.write(json.dumps(asdict(task)) + "\n")
            process.stdin.flush()
        try:
            yield
        finally:
            process.kill()
