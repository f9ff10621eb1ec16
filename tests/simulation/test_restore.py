"""A hub backed up at any moment of any schedule, lost and restored, goes on as after a crash.

The ends are noted at different steps while everybody works on, in the order a backup notes them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from schemas.log import BuildAdopted, PersonHeld
from services.hub.backup.cut import READERS, Cut, cut
from services.hub.proofs import is_canary
from services.hub.rebuild.by_door import kept_by_the_door
from services.hub.rebuild.by_log import kept_by_log, said_held
from services.hub.simulation.broker import Broker
from services.hub.simulation.play import Played, _Play
from services.hub.simulation.town import Town
from services.hub.simulation.verdict import verdict
from services.hub.simulation.world import Plan
from services.runtime import wire
from services.runtime.again import in_order, said_again
from services.runtime.history import MemoryHistory
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Outgoing, Record
from services.runtime.rows import META, Meta
from services.runtime.service import Service
from tests.simulation.test_rebuild import different, service_of

SEEDS = range(510, 550)
STAGES = 4


@dataclass
class Film:
    """What was noted, and when."""

    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    done: dict[str, dict[str, dict[int, int]]] = field(default_factory=dict)
    tracking: dict[str, bytes] = field(default_factory=dict)
    committed: dict[str, int] = field(default_factory=dict)


class Filmed(_Play):
    """A play of which a backup is taken, a stage at each of these steps."""

    def __init__(self, plan: Plan, town: Town, steps: Sequence[int]) -> None:
        super().__init__(plan, town, told=False)
        self._stages = list(enumerate(sorted(steps)))
        self.film = Film()

    def run(self) -> Played:
        played = super().run()
        self._note_until(None)
        return played

    def _happen(self) -> None:
        super()._happen()
        self._note_until(self._broker.now)

    def _note_until(self, now: int | None) -> None:
        while self._stages and (now is None or self._stages[0][1] <= now):
            self._note(self._stages.pop(0)[0])

    def _note(self, stage: int) -> None:
        film, broker, names = self.film, self._broker, self._town.names
        door, wearers = names.journal("admission"), names.journal("tracking")
        if stage == 0:
            film.committed = {one.name: one.committed for one in self._receivers}
            film.done = {one.name: _done(broker, one) for one in self._town.services}
            film.tracking = dict(broker.rows["tracking", 0])
        elif stage == 1:
            film.ends |= {(name, 0): broker.end(name) for name in (door, wearers)}
        elif stage == 2:
            film.ends |= {
                (names.log, number): broker.end(names.log, number)
                for number in range(LOG_PARTITIONS)
            }
        else:
            rest = set(broker.topics.names()) - {door, wearers, names.log}
            film.ends |= {(name, 0): broker.end(name) for name in rest}


def _done(broker: Broker, service: Service) -> dict[str, dict[int, int]]:
    """How far its group may have been told it is done: never beyond its rows."""
    done: dict[str, dict[int, int]] = {}
    for number in range(service.partitions):
        rows = broker.rows[service.name, number]
        for topic, offset in Meta.model_validate_json(rows.get(META, b"{}")).positions.items():
            done.setdefault(topic, {})[number] = offset
    return done


class Restored:
    """The picture of a film, put into an empty broker."""

    def __init__(self, town: Town, before: Broker, film: Film) -> None:
        self.town, self.before, self.film = town, before, film
        self.names = town.names
        self.cut = self._cut()

    def _cut(self) -> Cut:
        ends: dict[str, list[int]] = {self.names.log: [0] * LOG_PARTITIONS}
        for (topic, number), end in self.film.ends.items():
            ends.setdefault(topic, [0])[number] = end
        tracking = Meta.model_validate_json(self.film.tracking.get(META, b"{}")).positions
        return cut(self.names, ends, self.read, self.film.done, tracking, 0)

    def read(self, topic: str, number: int) -> list[Record]:
        return self.before.topics.read(topic, number)[: self.film.ends.get((topic, number), 0)]

    def kept(self, topic: str, number: int) -> list[Record]:
        records, picked = self.read(topic, number), self.cut
        if topic == self.names.journal("admission"):
            return records[: picked.entries]
        if topic == self.names.journal("tracking"):
            return records[: picked.steps]
        end = picked.log[number] if topic == self.names.log else picked.said.get(topic)
        return records[:end]

    def into(self, broker: Broker) -> None:
        for topic, number in sorted(self.film.ends):
            for record in self.kept(topic, number):
                broker.topics.now_ms = record.timestamp_ms
                out = Outgoing(topic, record.key, record.value, record.headers, number)
                assert broker.append(out).offset == record.offset
        broker.topics.now_ms = self.before.topics.now_ms
        broker.rows["tracking", 0] = dict(self.film.tracking)
        for service in self.town.services:
            if service.name == "admission":
                broker.rows["admission", 0] = self._door(service, broker)
            elif service.name in READERS:
                for number in range(service.partitions):
                    rows = asyncio.run(self._reader(service, number, broker))
                    broker.rows[service.name, number] = rows

    def _door(self, service: Service, broker: Broker) -> dict[str, bytes]:
        topics = broker.topics
        log = [topics.read(self.names.log, number) for number in range(LOG_PARTITIONS)]
        journal = topics.read(self.names.journal("admission"))
        done = {topic: parts[0] for topic, parts in self.cut.done["admission"].items()}
        return kept_by_the_door(service, log, journal, topics.read, done)

    async def _reader(self, service: Service, number: int, broker: Broker) -> dict[str, bytes]:
        topics, log = broker.topics, broker.topics.read(self.names.log, number)
        kept = await kept_by_log(
            service,
            number,
            lambda: log,
            self.cut.done[service.name].get(self.names.log, {}).get(number, 0),
            said_held(topics.read(self.names.said(service.name, PersonHeld))),
            build="whoever restores",
            build_since=10**9,
            history=MemoryHistory(topics),
            on_progress=lambda _: None,
        )
        return dict(kept.rows)


class GoesOn(_Play):
    """The hub restored; whoever said what was lost says it again."""

    def __init__(self, first: Filmed, restored: Restored) -> None:
        super().__init__(_said_again(first, restored), restored.town, told=False)
        restored.into(self._broker)
        adopted = self._broker.topics.read(restored.town.builds)
        if adopted:
            fact = wire.decode(adopted[-1].value or b"")
            assert isinstance(fact, BuildAdopted)
            self._build, self._build_since = fact.version, adopted[-1].offset
        handed_over = _handed_over(first, restored)
        for receiver in self._receivers:
            receiver.committed = restored.film.committed[receiver.name]
            receiver.calls = Counter(handed_over[receiver.name])


def _said_again(first: Filmed, restored: Restored) -> Plan:
    stands = Counter(
        (topic, record.value)
        for topic, number in restored.film.ends
        for record in restored.read(topic, number)
    )
    again = []
    for saying in first._plan.sayings:  # noqa: SLF001  a play is made of it
        if stands[saying.out.topic, saying.out.value]:
            stands[saying.out.topic, saying.out.value] -= 1
        else:
            again.append(saying)
    return replace(first._plan, sayings=tuple(again), strikes=())  # noqa: SLF001  as above


def _handed_over(first: Filmed, restored: Restored) -> Mapping[str, list[str]]:
    """What each receiver had handed over when it was asked how far it is."""
    return {
        name: list(
            dict.fromkeys(
                (record.header("ce_id") or b"").decode()
                for record in restored.read(restored.names.inbox(name), 0)[:end]
                if not is_canary(record)
            )
        )
        for name, end in restored.film.committed.items()
    }


def restored_and_played(town: Town, seed: int) -> tuple[Restored, Played]:
    """The schedule of that seed, lost on the way, restored, and played to its end."""
    plan = town.plan(seed)
    draw = Random(f"film {seed}")  # noqa: S311  # to be had again, not a secret
    begin = draw.randint(20, 700)
    steps = [
        begin + draw.choice((0, 5, 50, 250)) * draw.randint(0, stage) for stage in range(STAGES)
    ]
    first = Filmed(plan, town, steps)
    first.run()
    restored = Restored(town, first._broker, first.film)  # noqa: SLF001  what was left of it
    played = GoesOn(first, restored).run()
    played.plan = plan
    return restored, played


def test_a_hub_lost_and_restored_at_any_moment_is_as_if_it_had_only_crashed(town: Town) -> None:
    left_out = again = 0
    for seed in SEEDS:
        restored, played = restored_and_played(town, seed)
        assert not (wrong := unforgiven(played)), f"seed {seed}: {wrong}"
        assert nobody_misses_anything(played)
        for topic, number in restored.film.ends:
            kept = len(restored.kept(topic, number))
            left_out += len(restored.read(topic, number)) - kept
            again += played.broker.end(topic, number) - kept
    assert left_out > len(SEEDS)
    assert again > len(SEEDS)


def unforgiven(played: Played) -> list[str]:
    """What is wrong but for what no backup can tell (decision 9).

    The door's rows are made anew, so a sender's count of that day is (decision 6). What an agency
    was told after the cut it keeps, so its inbox may have that in another order than it is said
    again, and decided at another tick it is due at another time.
    """
    forgiven = ["notify said other than it should in to."]
    if when_to_act_alone_differs(played):
        forgiven += [f"{one.name} finds two different notices" for one in played.receivers]
    if counts_alone_differ(played):
        forgiven += ["admission[0] has come elsewhere", "admission[0] keeps a row that is not"]
    return [one for one in verdict(played) if not one.startswith(tuple(forgiven))]


def counts_alone_differ(played: Played) -> bool:
    """Whether the door's rows are those of its input but for how much of a day waited."""
    service, topics = service_of(played, "admission"), played.broker.topics
    sources = {topic: topics.read(topic) for topic in service.sources}
    taken = in_order(topics.read(service.names.journal("admission")), sources)
    wanted = asyncio.run(said_again(service, 0, taken, "once more")).rows
    return not different(played.broker.rows["admission", 0], wanted)


def when_to_act_alone_differs(played: Played) -> bool:
    """Whether notices of one number are the same but for when to act."""
    told: dict[tuple[str, bytes | None], set[str]] = {}
    for receiver in played.receivers:
        for record in played.broker.topics.read(played.town.names.inbox(receiver.name)):
            notice = wire.decode_view(record.value or b"", played.town.views)
            notice.pop("act_by", None)
            told.setdefault((receiver.name, record.header("ce_id")), set()).add(str(notice))
    return all(len(notices) == 1 for notices in told.values())


def nobody_misses_anything(played: Played) -> bool:
    """Whether each inbox holds every notice that its log gives, under its number."""
    service, topics = service_of(played, "notify"), played.broker.topics
    due = {
        (out.topic, dict(out.headers)["ce_id"])
        for number in range(LOG_PARTITIONS)
        for out in asyncio.run(
            said_again(service, number, topics.read(service.names.log, number), "once more")
        ).said
        if out.topic.startswith(service.names.inbox(""))
    }
    return all(
        any(record.header("ce_id") == number for record in topics.read(inbox))
        for inbox, number in due
    )
