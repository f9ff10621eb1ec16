"""An agency at work with the stock client and nothing but its folder: it speaks and reads on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from examples.agency_client import Bundle, closed, commit
from services.hub.broker.cluster import Cluster

PACE_S = 0.01


@dataclass
class Outsider:
    """Says one number after the other on its topic and keeps what its inbox brings.

    Threads end at the first refusal, as the stock client does; `refusals` says when, and by what.
    """

    folder: Path
    topic: str
    acknowledged: list[float] = field(default_factory=list)
    """When each number was, by `time.monotonic`; its place is the number."""
    brought: list[tuple[float, bytes]] = field(default_factory=list)
    refusals: dict[str, tuple[float, str]] = field(default_factory=dict)
    _over: Event = field(default_factory=Event)
    _anew: dict[str, Event] = field(default_factory=dict)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Both threads work."""
        for name, work in (("speaks", self._speak), ("reads", self._read)):
            self._anew[name] = Event()
            thread = Thread(target=self._until_refused, args=(name, work), name=name)
            self._threads.append(thread)
            thread.start()

    def start_anew(self) -> None:
        """Both read the folder again, as after a restart of the agency's program."""
        for name in self._anew:
            self._anew[name].set()
        until = time.monotonic() + 30
        while any(anew.is_set() for anew in self._anew.values()) and not self.refusals:
            assert time.monotonic() < until, "the agency's program did not start anew"
            time.sleep(0.02)

    def stop(self) -> None:
        """Both have ended; everything said is answered."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _until_refused(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except KafkaException as refused:
            error: KafkaError = refused.args[0]
            self.refusals[name] = (time.monotonic(), error.name())

    def _speak(self) -> None:
        producer, number = Bundle.read(self.folder).producer(), 0
        while not self._over.is_set():
            if self._anew["speaks"].is_set():
                _answered(producer)
                producer = Bundle.read(self.folder).producer()
                self._anew["speaks"].clear()
            producer.produce(self.topic, b"%d" % number, on_delivery=self._told)
            number += 1
            producer.poll(0)
            if "speaks" in self.refusals:
                return
            time.sleep(PACE_S)
        _answered(producer)

    def _told(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.acknowledged.append(time.monotonic())
        else:
            self.refusals.setdefault("speaks", (time.monotonic(), error.name()))

    def _read(self) -> None:
        while not self._over.is_set():
            bundle = Bundle.read(self.folder)
            with closed(bundle.consumer()) as consumer:
                self._anew["reads"].clear()
                consumer.subscribe([bundle.topics["inbox"]])
                while not self._over.is_set() and not self._anew["reads"].is_set():
                    self._take(consumer)

    def _take(self, consumer: Consumer) -> None:
        messages = consumer.consume(500, 0.1)
        for message in messages:
            if (error := message.error()) is not None and error.code() > 0:
                raise KafkaException(error)
        brought = [message for message in messages if message.error() is None]
        self.brought += [(time.monotonic(), message.value() or b"") for message in brought]
        if brought:
            commit(consumer, brought)


def _answered(producer: Producer) -> None:
    assert producer.flush(30) == 0


@contextmanager
def told(cluster: Cluster, topic: str, numbers: Iterator[int]) -> Iterator[None]:
    """Somebody writes one of these numbers after the other there during the block."""
    over = Event()

    def tell() -> None:
        producer = Producer({**cluster.admin_config(), "enable.idempotence": True})
        while not over.wait(PACE_S):
            producer.produce(topic, b"%d" % next(numbers))
            producer.poll(0)
        assert producer.flush(30) == 0

    thread = Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def stands_in(cluster: Cluster, topic: str) -> list[int]:
    """The numbers in a topic of one partition, as they stand."""
    consumer = Consumer({**cluster.admin_config(), "group.id": "none"})
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        consumer.assign([TopicPartition(topic, 0, 0)])
        found: list[int] = []
        while len(found) < end:
            found += [int(m.value() or b"") for m in consumer.consume(1000, 1) if not m.error()]
        return found
    finally:
        consumer.close()


@contextmanager
def at_work(outsider: Outsider) -> Iterator[None]:
    """The agency works during the block."""
    outsider.start()
    try:
        yield
    finally:
        outsider.stop()
