"""How long a look at another day takes in ten years of a county's log.

One partition is written as it stands in life: a Tick every ten seconds, a fact about somebody to so
many Ticks, and among those all that is said of one person in ten years. It holds a part of the
Ticks of ten years, and what grows with them is extrapolated by that part: the first look, which
reads past all of them, and looks at everybody; at most, for what does not grow is multiplied too,
so that few Ticks say much more than there is. A later look at one person visits that person's
facts and is shown as measured. Beside it a bare loop takes every record of the same partition.

Ticks are written many to a batch, though in life each is a batch of its own: reading those costs
the same per record, writing them thirty times as much.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

from confluent_kafka import Consumer, TopicPartition

from schemas.base import PersonId, sourced_id
from schemas.log import Tick
from services.hub.broker.cluster import Cluster
from services.hub.register.log_reading import LogReader, log_reader
from services.hub.register.people import Told
from services.hub.register.reading import people_in
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Outgoing, Record
from services.runtime.speech import log_partition
from tests import makers
from tests.bench import load
from tests.bench.figures import Figure
from tests.bench.hub import Hub

YEARS = 10
TICKS = YEARS * 365 * 8_640
"""One every ten seconds, in each partition."""
COUNTY, FACTS_A_YEAR = 1_500, 20
FACTS = COUNTY * FACTS_A_YEAR * YEARS // LOG_PARTITIONS
"""In each partition."""
BETWEEN = TICKS // FACTS
"""Ticks from one fact to the next."""
MINE = FACTS_A_YEAR * YEARS
"""Facts about the one person."""
DAY, EVER = date(2036, 3, 31), makers.later(days=40_000)
NUMBER = COUNTY // 2


def figures(cluster: Cluster, ticks: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """A look at one person, and at everybody, in a log of which so many Ticks are written."""
    hub, part = Hub.set_up(cluster, "lookback"), TICKS / ticks
    person = makers.a_person(NUMBER)
    say(f"writing {ticks:,} Ticks and {ticks // BETWEEN:,} facts, 1/{part:.3g} of {YEARS} years …")
    hub.write("admission", _log(hub.names, hub.agreements.version, person, ticks))
    bare = _bare(hub, log_partition(person))
    first = _looked_up(hub, person)
    again = min(_looked_up(hub, person) for _ in range(3))
    everybody = _everybody(hub)
    who = f"one of {COUNTY:,} people, {YEARS} years of facts and Ticks"
    said = f"from 1/{part:.3g}"
    yield Figure(f"as of a day: {who}", again, "s", 5)
    yield Figure(f"the first look on a machine, at most, {said}", first * part, "s")
    yield Figure("the first look over a bare loop over the same partition", first / bare, "×")
    whole = everybody * part * LOG_PARTITIONS
    yield Figure(f"a list of all {COUNTY:,}, at most, {said}", whole, "s")


def _log(names: Names, version: str, person: PersonId, ticks: int) -> Iterator[Outgoing]:
    for number, fact in enumerate(load.adoptions(version)):
        for partition in range(LOG_PARTITIONS):
            yield load.in_log(names, fact, number, partition)
    partition, facts = log_partition(person), ticks // BETWEEN
    others = [
        who
        for who in range(COUNTY)
        if who != NUMBER and log_partition(makers.a_person(who)) == partition
    ]
    for number in range(ticks):
        yield load.in_log(names, _tick(number), number, partition)
        if number % BETWEEN == 0:
            nth = number // BETWEEN
            is_mine = nth * MINE // facts != (nth - 1) * MINE // facts
            who = NUMBER if is_mine else others[nth % len(others)]
            at = makers.later(minutes=number // 6)
            fact = load.said(load.STEPS[nth % len(load.STEPS)], who, number, at)
            admitted = makers.admitted(fact, makers.a_person(who), at)
            yield load.in_log(names, admitted, number, partition)


def _tick(number: int) -> Tick:
    now = makers.later(seconds=10 * number)
    return Tick(
        event_id=sourced_id("clock", Tick.kind(), str(number)),
        occurred_at=now,
        source="clock",
        now=now,
    )


def _bare(hub: Hub, partition: int) -> float:
    """Seconds of a loop that asks each record for its key, and no more."""
    began = time.monotonic()
    config = {**hub.cluster.service_config("registry"), "group.id": "none"}
    consumer = Consumer({**config, "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    with closing(consumer):
        place = TopicPartition(hub.names.log, partition, 0)
        _, end = consumer.get_watermark_offsets(place, timeout=30)
        consumer.assign([place])
        at = 0
        while at < end:
            for message in consumer.consume(2_000, timeout=0.5):
                if message.error() is None:
                    message.key()
                    at = (message.offset() or 0) + 1
    return time.monotonic() - began


def _looked_up(hub: Hub, person: PersonId) -> float:
    """Seconds from the question to the answer, as `hub register show` reads."""
    return _asked(hub, lambda log: iter([log.of(person)]), 1)


def _everybody(hub: Hub) -> float:
    """Seconds to read and fold everybody, as the lists do."""
    return _asked(hub, LogReader.parts, 2)


def _asked(
    hub: Hub, parts: Callable[[LogReader], Iterator[Iterator[Record]]], at_least: int
) -> float:
    began = time.monotonic()
    with closing(log_reader(hub.cluster)) as log:
        answers = [told for told in people_in(parts(log), EVER) if _shown(told)]
    took = time.monotonic() - began
    if len(answers) < at_least:
        raise ValueError("person")
    return took


def _shown(told: Told) -> bool:
    return told.register(DAY) is not None
