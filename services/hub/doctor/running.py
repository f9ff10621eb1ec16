"""Whether what should run does, whether anybody is held, and whether time passes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from schemas.log import Tick
from services.hub import start
from services.hub.doctor.patient import Patient
from services.hub.held.desk import Desk
from services.hub.rebuild import by_itself
from services.hub.rebuild.by_itself import Renewal
from services.hub.rest import metric
from services.hub.start import Process
from services.runtime import preflight
from services.runtime.names import SERVICES
from services.runtime.records import Record
from services.runtime.speech import recorded_at
from services.runtime.symptoms import Symptom, Weight

CLOCK = "clock"
_TICKS_MISSED = 3
_GRACE_S = 10.0


def processes(running: Iterable[Process], logs: Path) -> Iterator[Symptom]:
    """Those that are unwell, and those that are not there at all."""
    found = list(running)
    if not found:
        yield Symptom("services", "none runs", "run: hub up", Weight.STOPS)
        return
    for one in found:
        if one.pid is None:
            yield Symptom(one.name, "waits to be started", "run: hub clock")
        elif one.because:
            do = f"read {logs / one.name}.log; restarts so far: {one.restarts}"
            yield Symptom(one.name, one.because, do)
    for service in (*SERVICES, CLOCK):
        if not any(one.name == service or one.name.startswith(f"{service}-") for one in found):
            do = "run: hub down, then hub up"
            yield Symptom(service, "has no process", do, Weight.STOPS)


def look_at_renewals(home: Path) -> list[Renewal]:
    """Services whose rows were made anew without anybody's asking, as far as nobody saw to it."""
    return [one for service in SERVICES if (one := by_itself.last(home, service)) is not None]


def renewals(seen: Iterable[Renewal]) -> Iterator[Symptom]:
    """Whose rows are being made anew, were, or could not be."""
    for one in seen:
        at = f"{datetime.fromtimestamp(one.at, UTC):%d %B %H:%M} UTC"
        if one.failed:
            do = f"then run: hub rebuild {one.service}"
            wrong = f"its rows could not be made anew by themselves at {at}: {one.failed}"
            yield Symptom(one.service, wrong, do, Weight.STOPS)
        elif one.ended:
            wrong = f"its rows could not be used and were made anew by themselves at {at}"
            do = "expected after a roll of builds with another state; else find out why"
            yield Symptom(one.service, wrong, do, Weight.WATCH)
        else:
            do = "wait; hub status shows when it works again"
            yield Symptom(one.service, f"its rows are being made anew since {at}", do)


@dataclass(frozen=True)
class HeldSeen:
    """What a service says of those it could not decide about."""

    service: str
    persons: int = 0
    """Persons its rows say are held."""
    parked: int = 0
    """Records set aside since its workers started: process after process ended at them."""
    differ: int = 0
    """What was said again with other bytes since they started."""


def look_at_held(patient: Patient) -> list[HeldSeen]:
    """Counts alone: who is held is for the lead agency, which is told."""
    persons = Counter(hold.service for hold in Desk(patient.cluster).holds())
    running = [one for one in start.running(patient.home) if one.pid and not one.because]
    return [
        HeldSeen(
            service,
            persons[service],
            _counted(running, service, "hub_records_parked_total"),
            _counted(running, service, "hub_repeats_that_differ_total"),
        )
        for service in SERVICES
    ]


def _counted(running: Iterable[Process], service: str, name: str) -> int:
    mine = [one for one in running if one.name.startswith(f"{service}-")]
    return int(sum(sum(metric(one.port, name).values()) for one in mine))


def held(seen: Iterable[HeldSeen]) -> Iterator[Symptom]:
    """Whom the hub is not watching, and where two builds disagree."""
    for one in seen:
        if one.persons:
            wrong = f"{one.persons} held: the hub does not watch them"
            do = "hub held list; mend the rule, install the build, hub held release"
            yield Symptom(one.service, wrong, do)
        if one.parked:
            wrong = f"{one.parked} records set aside: process after process ended at them"
            do = f"read 'set aside' in logs/{one.service}-*.log; they are with their senders"
            yield Symptom(one.service, wrong, do)
        if one.differ:
            wrong = f"{one.differ} records were said again with other bytes: two builds disagree"
            yield Symptom(one.service, wrong, "stop all but the adopted build; page a developer")


@dataclass(frozen=True)
class TickSeen:
    """The last tick: when the clock said it was, and when the broker took it."""

    says: datetime | None
    taken_at: datetime | None
    every_s: float


def look_at_clock(patient: Patient) -> TickSeen:
    """The last tick the clock said."""
    topic, every_s = patient.cluster.names.said(CLOCK, Tick), _every_s(patient.home)
    last = patient.last(topic) if patient.places([topic]) else None
    if last is None:
        return TickSeen(None, None, every_s)
    return TickSeen(_said_at(last), recorded_at(last), every_s)


def _said_at(tick: Record) -> datetime:
    return datetime.fromisoformat((tick.header("ce_time") or b"").decode())


def clock(seen: TickSeen, now: datetime) -> Iterator[Symptom]:
    """Whether it ticks, and whether its machine, the broker and this machine agree on the time."""
    if seen.says is None or seen.taken_at is None:
        do = "run: hub status; if it is held, hub clock"
        yield Symptom(CLOCK, "has not ticked: no deadline is watched", do)
        return
    yield from preflight.behind(int(seen.taken_at.timestamp() * 1000), now)
    off_s = (seen.says - seen.taken_at).total_seconds()
    if abs(off_s) > preflight.SKEW_S:
        way = "ahead of" if off_s > 0 else "behind"
        wrong = f"is {abs(off_s):.0f} s {way} the broker: legal dates go by it"
        yield Symptom("the clock's machine", wrong, "set both machines by NTP (chronyc tracking)")
    silent_s = (now - seen.taken_at).total_seconds()
    if silent_s > _TICKS_MISSED * seen.every_s + _GRACE_S:
        wrong = f"ticked last {silent_s:.0f} s ago, not {seen.every_s:.0f}: no deadline is watched"
        yield Symptom(CLOCK, wrong, "read logs/clock.log; and look at this machine's own time")


def _every_s(home: Path) -> float:
    """Seconds between ticks, as the clock that runs here was told."""
    path = home / "run" / "programs.json"
    programs = json.loads(path.read_text())["programs"] if path.is_file() else []
    told = (one["environ"].get("HUB_EVERY_S") for one in programs if one["name"] == CLOCK)
    return float(next(told, None) or 10)


def now_utc() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)
