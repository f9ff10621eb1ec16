"""A steady load of invented facts, each said by its own agency with nothing but its folder.

What the broker does not take is said again, as an agency would: the same fact with the same id.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.base import Fact, sourced_id
from schemas.tracking import Position
from services.bridge.bundle import Bundle
from services.runtime.outbox import RDKAFKA
from services.runtime.wire import encode, headers_of
from tests import makers

PER_S = 25
PEOPLE = 200
"""So many people are known in the end; what is said is about all of them in turn."""
WATCHED = 3
"""Of so many more, a tag's positions are said, into a zone and out of it again."""
MOVING = 5
"""Every so-manieth thing said is a position."""
SPELL = 500
"""After so many things said others are watched: of nobody is it warned for ever."""
INSIDE, OUTSIDE = (-1.475, 52.925), (-1.300, 52.800)
Make = Callable[..., Fact]


class Load:
    """People nobody else speaks of, and what their agencies say of them, one thing after another.

    `first` numbers the first of them.
    """

    def __init__(self, agencies: Path, first: int, per_s: float = PER_S) -> None:
        self._agencies = agencies
        self._first = first
        self._every_s = 1 / per_s
        self._voices: dict[str, _Voice] = {}
        self._speaks = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._facts = self._stories()

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def resume(self) -> None:
        """Things are being said again."""
        self._speaks.set()

    def pause(self, within_s: float = 120) -> None:
        """Nothing is said any more, and the broker has taken all that was.

        Raises:
            TimeoutError: it did not in that time.
        """
        self._speaks.clear()
        until = time.monotonic() + within_s
        while self.unsaid:
            if time.monotonic() > until:
                raise TimeoutError(f"the broker did not take {self.unsaid} facts")
            time.sleep(0.05)

    @property
    def taken(self) -> frozenset[bytes]:
        """The ids of all facts for the log that the broker has taken."""
        return frozenset().union(*(frozenset(voice.taken) for voice in self._voices.values()))

    @property
    def unsaid(self) -> int:
        """Facts under way."""
        return sum(voice.unsaid for voice in self._voices.values())

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ended.is_set():
            if self._speaks.is_set():
                fact = next(self._facts)
                self._voice(fact.source).say(fact)
            for voice in list(self._voices.values()):
                voice.listen()
            due = max(due + self._every_s, time.monotonic() - 1)
            time.sleep(max(0.0, due - time.monotonic()))
        for voice in self._voices.values():
            voice.end()

    def _voice(self, source: str) -> _Voice:
        if source not in self._voices:
            self._voices = {**self._voices, source: _Voice(Bundle.read(self._agencies / source))}
        return self._voices[source]

    def _stories(self) -> Iterator[Fact]:
        for number in count():
            watched = PEOPLE + number // SPELL * WATCHED
            if number % SPELL == 0:
                yield from self._put_on_a_tag(range(watched, watched + WATCHED))
            if number % MOVING == 0:
                turn, who = divmod(number // MOVING, WATCHED)
                yield self._moved(watched + who, number, INSIDE if turn % 2 else OUTSIDE)
                continue
            turn, who = divmod(number, PEOPLE)
            about = {"identifiers": (makers.a_pnc(self._first + who),)}
            if turn == 0:
                yield self._new(makers.a_conviction, number, about)
            else:
                yield self._new(_STEPS[(turn + who) % len(_STEPS)], number, about)

    def _put_on_a_tag(self, people: Iterable[int]) -> Iterator[Fact]:
        for who in people:
            start = _recently() - timedelta(hours=1)
            about = {"identifiers": (makers.a_pnc(self._first + who),)}
            yield self._new(makers.a_conviction, 0, about)
            zone = {"zone_ref": self._zone(who), "in_force_from": start, "protects_victim": True}
            yield self._new(makers.a_zone, 0, about | zone | {"occurred_at": start})
            fitting = {"device_ref": self._device(who), "occurred_at": start}
            yield self._new(makers.a_fitting, 0, about | fitting)

    def _moved(self, who: int, number: int, to: tuple[float, float]) -> Position:
        longitude, latitude = to
        at = _recently()
        return makers.a_position(
            longitude,
            latitude,
            event_id=sourced_id("em", Position.kind(), f"{self._first}/{number}"),
            occurred_at=at,
            device_ref=self._device(who),
        )

    def _new(self, make: Make, number: int, fields: dict[str, Any]) -> Fact:
        at = _recently()
        who = fields["identifiers"][0].value
        own = {"event_id": sourced_id("load", make.__name__, f"{who}/{number}"), "occurred_at": at}
        return make(**own | fields)

    def _zone(self, who: int) -> str:
        return f"zone-{self._first + who}"

    def _device(self, who: int) -> str:
        return f"device-{self._first + who}"


_STEPS: tuple[Make, ...] = (
    makers.an_address_change,
    makers.a_level,
    makers.a_notification,
    makers.a_release_date,
    makers.a_rosh,
)


class _Voice:
    """One agency's producer, made anew if it may not go on."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._again: deque[Fact] = deque()
        self._under_way = 0
        self.taken: set[bytes] = set()
        self._producer = self._made()

    @property
    def unsaid(self) -> int:
        """Facts the broker has not taken yet."""
        return self._under_way + len(self._again)

    def _made(self) -> Producer:
        return Producer(
            {
                **self._bundle.client,
                "enable.idempotence": True,
                "batch.size": self._bundle.largest_batch_bytes,
                "delivery.timeout.ms": 120_000,
            },
            logger=RDKAFKA,
        )

    def say(self, fact: Fact) -> None:
        """The fact is on its way."""

        def heard(error: KafkaError | None, _: Message) -> None:
            self._under_way -= 1
            if error is not None:
                self._again.append(fact)
            elif not isinstance(fact, Position):
                self.taken.add(str(fact.event_id).encode())

        self._under_way += 1
        try:
            self._producer.produce(
                self._bundle.says[fact.kind()],
                encode(fact),
                headers=list(headers_of(fact)),
                on_delivery=heard,
            )
        except (KafkaException, BufferError):
            self._under_way -= 1
            self._again.append(fact)

    def listen(self) -> None:
        """What the broker answered is known; what it refused is said again."""
        self._producer.poll(0)
        if self._again and not self._under_way:
            self._producer = self._made()  # one that met a fatal error says nothing more
            for _ in range(len(self._again)):
                self.say(self._again.popleft())

    def end(self) -> None:
        """Nothing is left in the producer."""
        self._producer.flush(5)


def _recently() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=1)
