"""What a day costs the register, and how long a look at another day takes.

A Tick wakes only those of whom it can show something new (`wake_at` of each row, in a heap). The
first one after all were loaded comes before the days that are measured: of whoever is due within
the days of a reminder it says so at once, which is four weeks' reminders in one. Beside it, in the
same process: a bare loop that decodes and encodes as many rows as were woken, and the rule asked
for everybody. What a look at another day takes is in `looking_back.py`.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from schemas.register import NotificationKind
from services.hub.broker.cluster import Cluster
from services.registry.app import build
from services.registry.dates import start_of
from services.registry.domain import Register, on_tick
from services.registry.domain.clocks import wake_of
from services.registry.domain.decide import kept_of
from services.registry.rules import RULES
from services.runtime.decision import Context
from services.runtime.memory import MemoryHub
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Outgoing
from services.runtime.rowlog import MemoryRowLog
from services.runtime.rows import META, Kept, Meta, decode_row, encode_row, micros
from services.runtime.speech import log_partition
from services.runtime.wire import encode, headers_of
from tests import makers
from tests.bench import looking_back
from tests.bench.figures import Figure
from tests.bench.machine import memory_mb

NEWEST = RULES[max(RULES)]
BEGINS = date(2026, 4, 1)
DAYS = 7
TICKS_EACH = 20
"""Ticks of the log that is looked back at, for each person."""


@dataclass(frozen=True)
class Day:
    """One daily Tick."""

    took_s: float
    bare_s: float
    woken: int


def figures(cluster: Cluster, persons: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """A day of so many people, and a day of one of them ten years long."""
    names, who = Names(), f"{persons:,} people"
    say(f"making rows of {who} …")
    before = memory_mb(os.getpid())
    rows = _rows(names, persons)
    hub = MemoryHub([build(names)])
    hub.rowlogs["registry"] = rows
    asyncio.run(hub.open())
    held = memory_mb(os.getpid()) - before
    loaded = _day(hub, names, BEGINS - timedelta(days=1))
    days = [_day(hub, names, BEGINS + timedelta(days=number)) for number in range(DAYS)]
    whole = _everybody(rows, BEGINS + timedelta(days=DAYS))
    slowest = max(day.took_s for day in days)
    ratio = median(day.took_s / day.bare_s for day in days)
    idle = _ticked(hub, names, start_of(BEGINS + timedelta(days=DAYS - 1)) + timedelta(hours=1))
    say(f"  {median(day.woken for day in days):,.0f} woken a day; slowest day {slowest:.2f} s")
    yield Figure(f"daily Tick, {who}, slowest of {DAYS} days", slowest, "s", 2)
    yield Figure("the same over a bare loop over the rows woken", ratio, "×")
    left = f"the first Tick after loading them, {loaded.woken:,} to be reminded"
    yield Figure(left, loaded.took_s, "s")
    yield Figure(f"asking the rule for all {who} instead", whole, "s")
    yield Figure(f"Tick on which nobody is due, {who}", idle * 1000, "ms")
    yield Figure(f"rows of {who} in memory and kept", held, "MB")
    yield from looking_back.figures(cluster, TICKS_EACH * persons, say)


def _rows(names: Names, persons: int) -> MemoryRowLog:
    """Everybody subject without end, who notified on a day of their own in the year before."""
    kept = MemoryRowLog()
    shape = build(names).shape
    templates = [_row(BEGINS - timedelta(days=days)) for days in range(1, 366)]
    for number in range(persons):
        person = makers.a_person(number)
        row = templates[number % len(templates)].model_copy(update={"person_id": person})
        wake = wake_of(row, NEWEST)
        raw = encode_row(Kept(row, None if wake is None else micros(wake)))
        kept.rows[log_partition(person)][str(person)] = raw
    for rows in kept.rows.values():
        adopted = {"rules": NEWEST.version, "build": "memory"}
        meta = Meta(positions={names.log: 0}, adopted=adopted, count=len(rows), shape=shape)
        rows[META] = meta.model_dump_json().encode()
    return kept


def _row(notified_on: date) -> Register:
    annual = NotificationKind.ANNUAL
    facts = (
        makers.admitted(makers.a_conviction(convicted_on=date(2016, 3, 1))),
        makers.admitted(makers.a_notification(made_on=notified_on, notification=annual)),
    )
    row = kept_of(facts, NEWEST)
    if row is None:
        raise ValueError("facts")
    return row


def _day(hub: MemoryHub, names: Names, day: date) -> Day:
    rows = hub.rowlogs["registry"].rows
    due_us = micros(start_of(day))
    woken = [
        raw
        for partition in range(LOG_PARTITIONS)
        for key, raw in rows[partition].items()
        if key != META and (decode_row(raw, Register).wake_us or due_us + 1) <= due_us
    ]
    began = time.process_time()
    for raw in woken:
        encode_row(decode_row(raw, Register))
    bare_s = time.process_time() - began
    return Day(_ticked(hub, names, start_of(day)), bare_s, len(woken))


def _ticked(hub: MemoryHub, names: Names, now: datetime) -> float:
    """Processor seconds of one Tick in every partition."""
    tick = makers.a_tick(now)
    for partition in range(LOG_PARTITIONS):
        hub.append(Outgoing(names.log, None, encode(tick), headers_of(tick), partition))
    began = time.process_time()
    asyncio.run(hub.settle())
    return time.process_time() - began


def _everybody(kept: MemoryRowLog, day: date) -> float:
    tick, context = makers.a_tick(start_of(day)), Context(rules=NEWEST, now=None, rows={})
    began = time.process_time()
    for rows in kept.rows.values():
        for key, raw in rows.items():
            if key != META:
                on_tick(decode_row(raw, Register).state, tick, context)
    return time.process_time() - began
