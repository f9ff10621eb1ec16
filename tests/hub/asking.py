"""Somebody asks why, of a day that was played in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from schemas.base import PersonId
from schemas.notice import Notice
from services.agreements.actors import Role
from services.hub.agency.why import Told
from services.hub.recording import Recording
from services.hub.why.answer import Answer, Asker
from services.hub.why.question import MayNotAsk, Question, Sight, answered
from services.hub.why.replay import Person, Replay
from services.runtime import wire
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from tests.in_memory import NAMES, REFERENCES, agreements, versions
from tests.makers import later
from tests.two_worlds.day import MORE
from tests.two_worlds.world import World

AT = later(hours=200)


def asker(agency: str, *roles: Role) -> Asker:
    return Asker(agency, frozenset(roles or (Role.CO_ORDINATOR,)))


def recording(world: World) -> Recording:
    """Its log."""
    topics = world.hub.memory.topics
    return Recording(NAMES, {n: topics.read(NAMES.log, n) for n in range(LOG_PARTITIONS)})


def told(agency: str, world: World) -> list[Told]:
    """Its notices, as it reads them."""
    views = world.hub.views
    return [
        Told(record, Notice.model_validate(wire.decode_view(record.value or b"", views)))
        for record in world.hub.inbox(agency)
    ]


@dataclass(frozen=True)
class Remembered(Replay):
    """Decides about each person once, however many questions are asked of one log."""

    found: dict[PersonId, Person] = field(default_factory=dict)

    async def of(self, person: PersonId) -> Person:
        if person not in self.found:
            self.found[person] = await super().of(person)
        return self.found[person]


_LATEST: WeakKeyDictionary[World, Remembered] = WeakKeyDictionary()


def replay_of(world: World) -> Replay:
    """One for each log there was: what is said later makes another."""
    now, last = recording(world), _LATEST.get(world)
    if last is None or last.recording != now:
        last = _LATEST[world] = Remembered(now, versions(agreements(), MORE), REFERENCES)
    return last


def sight(world: World) -> Sight:
    """What there is to look at."""
    replay = replay_of(world)

    def own(agency: str) -> tuple[Sequence[Told], Sequence[Record]]:
        return told(agency, world), world.hub.dead(agency)

    return Sight(agreements(), NAMES, AT, own, lambda: replay)


async def ask(world: World, who: Asker | None, question: Question) -> Answer:
    """The answer; that it may not be asked is one too."""
    try:
        return await answered(question, who, sight(world))
    except MayNotAsk as refused:
        return Answer(False, (str(refused),))
