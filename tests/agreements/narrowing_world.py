"""A hub in memory in which an agreement narrows while facts come, readers read and commands end.

The steps at the broker are those of `services.agreements.withdrawal`; here they are made on topics
in memory, and any of them may be the last of its command.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from schemas.base import Fact
from schemas.notice import NoticeIssued, NoticeWaiting, Withheld
from services.agreements import acts, suspended, withdrawal
from services.agreements.compile import Agreements
from services.agreements.replay import Replay
from services.agreements.suspended import Ending
from services.agreements.withdrawal import Unread
from services.hub.simulation import people
from services.notify.app import build
from services.runtime import wire
from services.runtime.again import said_again
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.schema_store import SchemaStore
from services.runtime.speech import log_partition
from tests.in_memory import NAMES, REFERENCES, Hub, agreements, changed, versions
from tests.makers import (
    NOON,
    a_conviction,
    a_joining,
    a_leaving,
    a_level,
    a_pnc,
    a_receipt,
    a_release_date,
    a_tenancy,
    a_tick,
    agreements_adopted,
    an_address_change,
)

F = TypeVar("F", bound=Fact)
HOUSING = "derby-housing"
NARROWER: Mapping[str, tuple[str, str]] = {
    "a class": ("classes: [reference, identity, custody]", "classes: [reference, identity]"),
    "a kind": ("facts: [tenancy-started, tenancy-ended]", "facts: [tenancy-ended]"),
    "whom": ("areas: [E06000015]", "areas: [E06000015]\n    levels: [2]"),
}
SIGN = {
    "release": (people.CO_ORDINATOR,),
    "skip": (people.LEAD, people.GOVERNS),
    "expire": (people.CO_ORDINATOR, people.GOVERNS),
}
PEOPLE = (a_pnc(1), a_pnc(2))
PORT = (
    "log_ends",
    "shut",
    "decides_by",
    "took",
    "unread",
    "inbox",
    "log",
    "issued",
    "waiting",
    "say",
    "take_out",
    "let_in",
)


@cache
def narrower(how: str) -> Agreements:
    """The agreements of this repository, but that housing is granted less."""
    return changed(HOUSING, *NARROWER[how])


class EndedError(Exception):
    """The command ended here."""


class Reader:
    """An agency's own client: fetches ahead, shows each number once, commits when it likes."""

    def __init__(self, world: World, agency: str) -> None:
        self._world = world
        self.agency = agency
        self.position = 0
        self.fetched: list[Record] = []
        self.shown: dict[UUID, Record] = {}

    def fetch(self, most: int) -> None:
        if self.agency in self._world.shut:
            return
        first = max(self.position, self._world.first.get(self.agency, 0))
        found = self._world.stands(self.agency, first)[:most]
        self.fetched += found
        self.position = first + len(found)

    def show(self, most: int) -> None:
        for record in self.fetched[:most]:
            self.shown.setdefault(number_of(record), record)
        del self.fetched[:most]

    def commit(self) -> None:
        self._world.committed[self.agency] = self.position - len(self.fetched)

    def answer(self, number: UUID) -> Fact:
        record = self.shown[number]
        return a_receipt(
            source=self.agency,
            person_ref=(record.key or b"").decode(),
            notice_ref=number,
            occurred_at=self._world.now,
        )


class World:
    """One hub, two people, and whoever reads."""

    def __init__(self, seed: int, home: Path, how: str) -> None:
        self.draw = Random(f"narrowing {seed}")
        self.home = home
        self.wide, self.narrow = agreements(), narrower(how)
        self.known = versions(self.wide, self.narrow)
        self.hub = Hub(build(NAMES, self.wide.receivers, self.known, REFERENCES), known=self.known)
        self.now = NOON
        self.first: dict[str, int] = {}
        self.committed: dict[str, int] = {}
        self.shut: set[str] = set()
        self.ended_early = 0
        self.withdrawn: list[tuple[str, Unread]] = []
        self.readers = [Reader(self, slug) for slug in (HOUSING, "prison")]
        self.to_say = self._story()
        self.views = SchemaStore()
        for known in (self.wide, self.narrow):
            for number, schema in known.view_schemas.items():
                self.views.register(number, schema)

    def _story(self) -> list[Fact]:
        said: list[Fact] = []
        for number, whose in enumerate(PEOPLE):
            of = {"identifiers": (whose,)}
            facts: list[Fact] = [
                a_joining(HOUSING, **of),
                *(a_release_date(prison_code=code, **of) for code in ("AAA", "BBB", "CCC")),
                *(
                    a_tenancy(source="amber-valley-housing", tenancy_ref=f"t-{number}-{n}", **of)
                    for n in range(2)
                ),
                a_level(3, **of),
                an_address_change(**of),
                a_joining("prison", **of),
            ]
            self.draw.shuffle(facts)
            if self.draw.random() < 0.3:
                facts += [a_leaving(HOUSING, **of), a_level(2, **of)]
            said += [a_conviction(**of), *facts]
        return [
            one.model_copy(update={"occurred_at": NOON + timedelta(minutes=n)})
            for n, one in enumerate(said)
        ]

    # -- what happens

    async def begin(self) -> None:
        await self.hub.start(NOON)

    async def something(self) -> None:
        """A little of what goes on beside the command."""
        for _ in range(self.draw.randint(0, 3)):
            await self.draw.choice(
                (self._say, self._say, self._work, self._work, self._read, self._answer, self._tick)
            )()

    async def _say(self) -> None:
        if self.to_say:
            self.now += timedelta(minutes=1)
            self.hub.memory.at(self.now)
            self.hub.say(self.to_say.pop(0))

    async def _work(self) -> None:
        for lane in self.draw.sample(self.hub.memory._lanes, k=3):
            await self.hub.memory._step(lane)

    async def _read(self) -> None:
        reader = self.draw.choice(self.readers)
        reader.fetch(self.draw.randint(0, 4))
        reader.show(self.draw.randint(0, 4))
        if self.draw.random() < 0.7:
            reader.commit()

    async def _answer(self) -> None:
        reader = self.draw.choice(self.readers)
        if reader.shown:
            self.hub.say(reader.answer(self.draw.choice(sorted(reader.shown))))

    async def _tick(self) -> None:
        self.now += timedelta(hours=self.draw.choice((0, 1, 30)))
        self.hub.memory.at(self.now)
        self.hub.say(a_tick(self.now))

    # -- the command

    async def narrowed(self) -> None:
        """`hub agreements apply`, run until it is done; it may end at each of its steps."""
        said = False

        async def apply(port: Struck) -> bool:
            nonlocal said
            before = self.narrow if said else self.wide
            withdrawal.begin(self.home, before, self.narrow, self.now, port)
            await self.something()
            if not said or self.draw.random() < 0.5:
                self.hub.say(agreements_adopted(self.narrow.version, occurred_at=self.now))
                said = True
            await self.something()
            return self._go_on(port)

        await self._until_done(apply)

    def _go_on(self, port: Struck) -> bool:
        return withdrawal.go_on(self.home, port, self.known.get, REFERENCES, self.now)

    async def _until_done(self, run: Callable[[Struck], Awaitable[bool]]) -> None:
        ends = self.draw.randint(0, 4)
        for attempt in range(60):
            try:
                if await run(Struck(self, ends > attempt)):
                    return
            except EndedError:
                self.ended_early += 1
            await self.something()
            if attempt > 20:
                await self.hub.memory.settle()
        raise AssertionError("it was never done")

    # -- suspended, and what waited decided

    async def suspended(self) -> None:
        """Housing is suspended for a while, and the day goes on."""
        suspended.begin(self.home, HOUSING, self.now)
        self._shut([HOUSING])
        for reader in self.readers:
            reader.fetched.clear()
        for _ in range(self.draw.randint(5, 25)):
            await self.something()

    async def resumed(self, outcome: str, before: datetime | None = None) -> None:
        """`hub agency resume`, run until it is done; it may end at each of its steps."""
        act = people.decided(
            "inbox",
            outcome,
            f"agency-{HOUSING}",
            *SIGN[outcome],
            at=self.now,
            installation=REFERENCES.installation,
        )
        self.hub.say(act)
        await self.hub.memory.settle()
        ending = Ending(outcome=outcome, act=act.event_id, before=before)
        withdrawal.end_suspension(self.home, HOUSING, self.wide, ending, self.now)

        async def resume(port: Struck) -> bool:
            return self._go_on(port)

        await self._until_done(resume)

    # -- one grant suspended, and what waited for it decided

    async def grant_suspended(self, about: str) -> None:
        """`hub agency suspend --fact`, run until it is done; it may end at each of its steps."""
        await self._of_grant(about, "suspend", None)

    async def grant_resumed(self, about: str, outcome: str, before: datetime | None = None) -> None:
        """`hub agency resume --fact`, likewise."""
        await self._of_grant(about, outcome, before)

    async def _of_grant(self, about: str, outcome: str, before: datetime | None) -> None:
        act = people.decided(
            "inbox",
            outcome,
            acts.of_grant(HOUSING, about),
            *SIGN.get(outcome, (people.CO_ORDINATOR,)),
            at=self.now,
            installation=REFERENCES.installation,
        )
        self.hub.say(act)
        await self.hub.memory.settle()
        ends = outcome != "suspend"
        ending = Ending(outcome=outcome, act=act.event_id, before=before) if ends else None
        pending = withdrawal.of_grant(
            self.home, HOUSING, self.wide, about, act.event_id, self.now, self._log_ends(), ending
        )

        async def run(port: Struck) -> bool:
            if not ends:
                suspended.begin_grant(self.home, HOUSING, about, pending.began_at)
                port.shut([HOUSING])
            await self.something()
            for fact in pending.suspensions():
                self.hub.say(fact)
            await self.something()
            return self._go_on(port)

        await self._until_done(run)

    # -- the port

    def stands(self, agency: str, since: int = 0) -> list[Record]:
        return self.hub.memory.topics.read(NAMES.inbox(agency), 0, since)

    def port(self, step: str, *given: Any) -> Any:
        return getattr(self, f"_{step}")(*given)

    def _log_ends(self) -> Mapping[int, int]:
        topics = self.hub.memory.topics
        return {number: topics.end(NAMES.log, number) for number in range(LOG_PARTITIONS)}

    def _shut(self, agencies: Sequence[str]) -> None:
        self.shut |= {*agencies}

    def _decides_by(self, version: str, since: Mapping[int, int]) -> bool:
        lanes = [lane for lane in self.hub.memory._lanes if lane.service.name == "notify"]
        return {lane.store.meta.adopted.get("agreements") for lane in lanes} == {version}

    def _took(self, event_id: UUID, since: Mapping[int, int]) -> bool:
        number = str(event_id).encode()
        found = {r.partition: r.offset for r in self.log() if r.header("ce_id") == number}
        assert all(at >= since[partition] for partition, at in found.items())
        lanes = [lane for lane in self.hub.memory._lanes if lane.service.name == "notify"]
        return len(found) == LOG_PARTITIONS and all(
            (lane.position(NAMES.log) or 0) > found[lane.partition] for lane in lanes
        )

    def _unread(self, agency: str) -> Unread:
        end = self.hub.memory.topics.end(NAMES.inbox(agency))
        begins = max(self.first.get(agency, 0), self.committed.get(agency, 0))
        return Unread(begins=begins, end=end)

    def _inbox(self, agency: str) -> Iterable[Record]:
        return self.stands(agency, self.first.get(agency, 0))

    def log(self) -> list[Record]:
        topics = self.hub.memory.topics
        return [r for number in range(LOG_PARTITIONS) for r in topics.read(NAMES.log, number)]

    _log = log

    def _issued(self) -> Iterable[Record]:
        return self.hub.memory.topics.read(NAMES.said("notify", NoticeIssued))

    def _waiting(self) -> Iterable[Record]:
        return self.hub.memory.topics.read(NAMES.said("notify", NoticeWaiting))

    def _say_all(self, facts: Iterable[Withheld]) -> None:
        for fact in facts:
            if self.draw.random() < 0.1:
                self.hub.say(fact)
                raise EndedError
            self.hub.say(fact)

    def _take_out(self, agency: str, unread: Unread, _: datetime) -> None:
        self.first[agency] = unread.end
        if (agency, unread) not in self.withdrawn:
            self.withdrawn.append((agency, unread))

    def _let_in(self, agency: str) -> None:
        self.shut.discard(agency)

    # -- what is so in the end

    async def ended(self) -> None:
        """Everything is said, decided and read."""
        while self.to_say:
            await self._say()
        await self.hub.memory.settle()
        for reader in self.readers:
            reader.fetch(10_000)
            reader.show(10_000)

    def read(self, record: Record) -> dict[str, Any]:
        return wire.decode_view(record.value or b"", self.views)

    def by_person(self, agency: str) -> list[Record]:
        """What was ever put into the inbox, without repeats to the letter; each person's in order.

        How notices of different people interleave is chance.
        """
        found: dict[tuple[UUID, bytes | None], Record] = {}
        for record in self.stands(agency):
            found.setdefault((number_of(record), record.value), record)
        return sorted(found.values(), key=lambda one: self._partition(agency, one))

    @staticmethod
    def _partition(agency: str, record: Record) -> int:
        person = REFERENCES.person(agency, (record.key or b"").decode())
        assert person is not None
        return log_partition(person)

    async def fed_again(self, agency: str) -> list[tuple[UUID, bytes | None]]:
        """What a replay of the log puts into the inbox, partition by partition."""
        service = build(NAMES, self.wide.receivers, self.known, REFERENCES)
        told: dict[tuple[UUID, bytes | None], None] = {}
        for number in range(LOG_PARTITIONS):
            log = self.hub.memory.topics.read(NAMES.log, number)
            for out in (await said_again(service, number, log, "again")).said:
                if out.topic == NAMES.inbox(agency):
                    told[UUID(dict(out.headers)["ce_id"].decode()), out.value] = None
        return list(told)


class Struck:
    """The port, whose command may end before or after any step."""

    def __init__(self, world: World, may_end: bool) -> None:
        self._world = world
        self._may_end = may_end

    def __getattr__(self, step: str) -> Any:
        assert step in PORT
        draw = self._world.draw

        def taken(*given: Any) -> Any:
            ends = draw.random() if self._may_end else 1.0
            if ends < 0.08:
                raise EndedError
            name = "say_all" if step == "say" else step
            found = self._world.port(name, *given)
            if ends < 0.16:
                raise EndedError
            return found

        return taken


def number_of(record: Record) -> UUID:
    return UUID((record.header("ce_id") or b"").decode())


def in_log(world: World, kind: type[F]) -> list[F]:
    facts = (wire.decode(record.value or b"") for record in world.log())
    return [fact for fact in facts if isinstance(fact, kind)]


def replayed(world: World) -> list[str]:
    """What of the log was not decided by whom it takes."""
    known = {one.version: one for one in (world.wide, world.narrow)}
    found = []
    for number in range(LOG_PARTITIONS):
        replay = Replay(known.__getitem__, REFERENCES.installation)
        for record in world.hub.memory.topics.read(NAMES.log, number):
            if wrong := replay.take(wire.decode(record.value or b"")):
                found.append(wrong)
    return found
