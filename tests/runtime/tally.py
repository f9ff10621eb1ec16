"""An invented service and what it stands on, for tests of the runtime: it counts, and can break."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from schemas.base import Fact, PersonId
from schemas.case import LevelSet
from schemas.custody import ReleaseDateSet
from schemas.log import RulesAdopted, Tick
from schemas.register import CategoryChanged, RequirementEnded
from schemas.risk import Rosh, RoshAssessed
from services.runtime import wire
from services.runtime.batch import Lane
from services.runtime.decision import Context, Decision, Route, State
from services.runtime.history import MemoryHistory
from services.runtime.journal import MemoryJournal
from services.runtime.names import Names
from services.runtime.outbox import MemoryOutbox, MemoryTopics
from services.runtime.records import Outgoing, Outgoings, Record
from services.runtime.rowlog import MemoryRowLog
from services.runtime.service import Service
from services.runtime.speech import DEPTH, adopted, held_person, person_of, reads_log, says_facts
from services.runtime.telemetry import Meters
from tests.makers import NOON, a_level, a_person, a_release_date, a_rosh, admitted

NAMES = Names()
ME = "tally"
SAID = NAMES.said(ME, CategoryChanged)
WOKEN = NAMES.said(ME, RequirementEnded)
CANARY = "Testperson-canary"
ONE, OTHER = a_person(1), a_person(2)
DAY = NOON.date() + timedelta(days=1)
MIDNIGHT = datetime.combine(DAY, time(), UTC)


class Tally(State):
    """What was heard of a person, in the order it came."""

    levels: tuple[int, ...] = ()
    woken: tuple[datetime, ...] = ()


def count(tally: Tally | None, fact: LevelSet, _: Context) -> Decision[Tally]:
    """Says each level with the one before, so that order shows."""
    known = tally or Tally()
    before = known.levels[-1] if known.levels else None
    said = CategoryChanged(
        event_id=fact.event_id,
        occurred_at=fact.occurred_at,
        source=ME,
        person_id=fact.person_id,
        category=fact.level,
        previous=before,
    )
    return Decision(
        Tally(levels=(*known.levels, fact.level), woken=known.woken), "counted", (said,)
    )


def wait_for(tally: Tally | None, fact: ReleaseDateSet, _: Context) -> Decision[Tally]:
    """Wants to be woken on the day of release."""
    wake_at = datetime.combine(fact.release_on, time(), UTC)
    return Decision(tally or Tally(), "waits", wake_at=wake_at)


def woken(tally: Tally, tick: Tick, _: Context) -> Decision[Tally]:
    """Says that it was, and wants nothing more."""
    state = Tally(levels=tally.levels, woken=(*tally.woken, tick.now))
    said = RequirementEnded(
        event_id=tick.event_id, occurred_at=tick.now, source=ME, ended_on=tick.now.date()
    )
    return Decision(state, "woken", (said,))


def assess(tally: Tally | None, fact: RoshAssessed, _: Context) -> Decision[Tally]:
    """Fails for the very high, with a value in its text."""
    if fact.overall is Rosh.VERY_HIGH:
        raise ValueError(CANARY)
    return Decision(tally, "assessed")


def adopt(_: Tally | None, fact: RulesAdopted, context: Context) -> Decision[Tally]:
    """Lets in what versions begin with a number, as the door lets in what it finds in order."""
    if not fact.version[0].isdigit():
        return Decision(None, "refused")
    return Decision(None, "adopted", log_fact=fact)


ROUTES = (
    Route(LevelSet, count),
    Route(ReleaseDateSet, wait_for),
    Route(RoshAssessed, assess),
)


def tally(**changes: Any) -> Service:
    """The service, reading the log of one partition."""
    service = Service(
        name=ME,
        names=NAMES,
        sources=(NAMES.log,),
        partitions=1,
        read=reads_log(route.fact for route in ROUTES),
        routes=ROUTES,
        key_of=person_of,
        state_of=lambda _: Tally,
        states=(Tally,),
        rules_of=lambda _: "rules",
        writes=(SAID, WOKEN),
        say=says_facts(NAMES, ME),
        on_tick=woken,
        held_fact=held_person(ME),
    )
    return replace(service, **changes)


SOURCES = ("a", "b", "deploy")


def merger() -> Service:
    """The same from two topics in which order chance has it, once rules are adopted."""
    return tally(
        sources=SOURCES,
        read=lambda record: wire.decode(record.value or b""),
        routes=(*ROUTES, Route(RulesAdopted, adopt)),
        key_of=lambda fact: "all",
        rules_of=adopted("rules", {"2026-1": "rules"}),
        leads=("deploy",),
        holds=False,
    )


class Heard(State):
    """What a reader of the service's facts counted."""

    facts: tuple[tuple[int | None, int | None], ...] = ()


def hear(heard: Heard | None, fact: CategoryChanged, _: Context) -> Decision[Heard]:
    """Counts every one."""
    before = heard.facts if heard else ()
    return Decision(Heard(facts=(*before, (fact.previous, fact.category))), "heard")


def listener() -> Service:
    """A reader downstream."""
    return tally(
        name="listener",
        sources=(SAID,),
        read=lambda record: wire.decode(record.value or b""),
        routes=(Route(CategoryChanged, hear),),
        state_of=lambda _: Heard,
        states=(Heard,),
        key_of=lambda _: "all",
        on_tick=None,
    )


class CrashError(Exception):
    """The process ends here."""


class Crashing:
    """An outbox and a row log that end the process at a chosen place, once."""

    def __init__(self, topics: MemoryTopics) -> None:
        self.outbox, self.rowlog = MemoryOutbox(topics), MemoryRowLog()
        self.at = ""
        """`before-publish`, `after-publish`, `before-save`, `after-save`, or nowhere."""
        self.order: list[str] = []

    async def send(self, records: Outgoings) -> None:
        self._crash("before-publish")
        await self.outbox.send(records)
        self.order.append("publish")
        self._crash("after-publish")

    async def take(self, partition: int) -> dict[str, bytes]:
        return await self.rowlog.take(partition)

    async def save(self, partition: int, rows: Mapping[str, bytes | None]) -> None:
        self._crash("before-save")
        await self.rowlog.save(partition, rows)
        self.order.append("save")
        self._crash("after-save")

    def _crash(self, place: str) -> None:
        if self.at == place:
            self.at = ""
            raise CrashError


class House:
    """One service over topics in memory, which can crash and be opened again."""

    def __init__(self, service: Service, build: str = "build-1") -> None:
        self.service, self.build = service, build
        self.topics = MemoryTopics()
        self.broken = Crashing(self.topics)
        self.meters = Meters(service.name)
        self.lane: Lane
        self.listener = Lane(
            listener(), 0, MemoryOutbox(self.topics), MemoryRowLog(), Meters("listener"), build
        )

    async def open(self, **changes: Any) -> Lane:
        """The partition is taken, again if it was before."""
        journal = MemoryJournal(self.topics, NAMES.journal(ME), self.broken)
        self.lane = Lane(
            self.service,
            0,
            self.broken,
            self.broken,
            self.meters,
            self.build,
            journal if self.service.journaled else None,
            history=MemoryHistory(self.topics),
            **changes,
        )
        await self.lane.open()
        return self.lane

    def put(
        self,
        *facts: Fact,
        topic: str = NAMES.log,
        trigger: wire.Trigger | None = None,
        depth: int = 0,
    ) -> list[Record]:
        """These facts stand in the topic."""
        said_by_us = () if trigger is None else (trigger.header(),)
        marks = (*said_by_us, (DEPTH, str(depth).encode())) if depth else said_by_us
        return [
            self.topics.append(
                Outgoing(topic, None, wire.encode(fact), wire.headers_of(fact, marks))
            )
            for fact in facts
        ]

    def left(self) -> list[Record]:
        """What was not taken yet, topic by topic."""
        return [
            record
            for topic in self.service.sources
            for record in self.topics.read(topic, 0, self.lane.position(topic) or 0)
        ]

    def counted(self, name: str) -> float:
        """The value of one of its counters."""
        value = self.meters.registry.get_sample_value(f"hub_{name}_total")
        return 0 if value is None else value

    async def settle(self) -> None:
        """Everything is taken, or waits for adoption."""
        while left := self.left():
            if len(await self.lane.run(left)) == len(left):
                return

    def said(self, topic: str = SAID) -> list[Record]:
        """What stands in a topic of the service."""
        return self.topics.read(topic)

    async def heard(self) -> tuple[tuple[int | None, int | None], ...]:
        """What a reader of its facts counts: previous level and level."""
        await self.listener.open()
        await self.listener.run(self.said())
        row = self.listener.store.get("all")
        return () if row is None else row.state.facts

    def state(self, key: str) -> Any:
        row = self.lane.store.get(key)
        return None if row is None else row.state


def because(meters: Meters) -> dict[str, float]:
    """Decisions counted by reason."""
    return {
        sample.labels["because"]: sample.value
        for metric in meters.registry.collect()
        for sample in metric.samples
        if sample.name == "hub_decisions_total"
    }


async def a_house(**changes: Any) -> House:
    """The service with these changes, its partition taken."""
    house = House(tally(**changes))
    await house.open()
    return house


def level(number: int, person: PersonId = ONE, **fields: Any) -> Fact:
    return admitted(a_level(number, **fields), person)


def failing(person: PersonId = ONE) -> Fact:
    return admitted(a_rosh(Rosh.VERY_HIGH), person)


def release(day: date = DAY, person: PersonId = ONE) -> Fact:
    return admitted(a_release_date(release_on=day), person)
