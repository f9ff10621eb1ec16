"""What has to be true after any schedule, found from what stands at the broker alone.

Two kinds of check. The recorded input is fed to each service anew, from nothing and undisturbed:
what it says and keeps has to be what was said and kept, to the letter. And, knowing nothing of the
services' code: who said what has to be in the log once and in order, and everybody was told once.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from schemas.log import HoldLifted, PersonHeld, Tick
from schemas.risk import RoshAssessed
from services.agreements.replay import Replay
from services.hub.proofs import identity_of, is_canary
from services.hub.simulation.play import Played
from services.hub.simulation.taken_back import wrongly_taken_back
from services.hub.simulation.town import REFERENCES
from services.hub.simulation.world import BEGIN, POISON, Saying
from services.runtime import wire
from services.runtime.again import Again, in_order, said_again
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.rows import META, Meta, waits_of
from services.runtime.service import Service
from services.runtime.wire import Trigger

FORGOTTEN = timedelta(hours=72)
"""What is about nobody known may be gone after that."""


def verdict(played: Played) -> list[str]:
    """Everything that is wrong; empty if the schedule was withstood."""
    return [*played.wrong, *_Verdict(played).found()]


class _Verdict:
    def __init__(self, played: Played) -> None:
        self._played = played
        self._topics = played.broker.topics
        self._names = played.town.names
        self._log = [list(_once(self._read(self._names.log, n))) for n in range(LOG_PARTITIONS)]
        ticks = [s.out.value or b"" for s in played.plan.sayings if s.kind == Tick.kind()]
        self._latest = max((wire.decode(raw).occurred_at for raw in ticks), default=BEGIN)

    def _read(self, topic: str, partition: int = 0) -> list[Record]:
        return self._topics.read(topic, partition)

    def found(self) -> Iterator[str]:
        """Every fault, in words."""
        for service in self._played.town.services:
            yield from self._same_again(service)
        yield from self._sayings_in_the_log()
        yield from self._in_order_per_person()
        yield from self._ids_once()
        yield from self._decided()
        yield from self._held()
        yield from self._set_aside()
        yield from self._told()
        for records in self._log:
            facts = [wire.decode(record.value or b"") for record in records]
            yield from wrongly_taken_back(facts, REFERENCES)

    # -- against a second, undisturbed time

    def _same_again(self, service: Service) -> Iterator[str]:
        said: dict[tuple[str, int], list[Record]] = {}
        for number, records in self._input(service).items():
            again = asyncio.run(said_again(service, number, records, "once more"))
            yield from self._rows_same(service, number, again)
            for at, out in enumerate(again.said):
                said.setdefault((out.topic, out.partition), []).append(
                    Record(out.topic, out.partition, at, 0, out.key, out.value, out.headers)
                )
        for topic in service.writes:
            partitions = LOG_PARTITIONS if topic == self._names.log else 1
            for number in range(partitions):
                wanted = _by_stream(said.get((topic, number), []), self._names.log)
                stands = _by_stream(_once(self._read(topic, number)), self._names.log)
                if wanted != stands:
                    yield f"{service.name} said other than it should in {topic}[{number}]"

    def _input(self, service: Service) -> Mapping[int, Sequence[Record]]:
        """What each partition of the service took, in order."""
        if not service.journaled:
            return {n: self._read(self._names.log, n) for n in range(service.partitions)}
        sources = {topic: self._read(topic) for topic in service.sources}
        return {0: in_order(self._read(self._names.journal(service.name)), sources)}

    def _rows_same(self, service: Service, number: int, again: Again) -> Iterator[str]:
        stands = dict(self._played.broker.rows[service.name, number])
        wanted = dict(again.rows)
        meta, wanted_meta = (Meta.model_validate_json(r.pop(META, "{}")) for r in (stands, wanted))
        if meta != wanted_meta:
            yield f"{service.name}[{number}] has come elsewhere than its input"
        for key in sorted(stands.keys() | wanted.keys()):
            if stands.get(key) != wanted.get(key):
                yield f"{service.name}[{number}] keeps a row that is not the fold of its input"
                return

    # -- knowing nothing of how it is done

    def _sayings_in_the_log(self) -> Iterator[str]:
        stands = Counter(_ce_id(record) for records in self._log for record in records)
        said = {saying.ce_id for saying in self._played.plan.sayings}
        for saying in self._played.plan.sayings:
            count = stands[saying.ce_id.encode()] if saying.ce_id else 0
            copies = LOG_PARTITIONS if saying.kind.startswith("log.") else 1
            if count not in (0, copies):
                yield f"{saying.kind} of {saying.speaker} is {count} times in the log"
            due = saying.admitted and said.issuperset(saying.needs)
            if due and not count and not self._may_be_forgotten(saying):
                yield f"{saying.kind} of {saying.speaker} is missing in the log"

    def _may_be_forgotten(self, saying: Saying) -> bool:
        """Whether the clock ran so far that it need not have waited for its person any more."""
        return bool(saying.needs) and self._latest - saying.at >= FORGOTTEN

    def _in_order_per_person(self) -> Iterator[str]:
        """What one speaker says on one topic of one person keeps its order.

        What was forgotten and then said again begins anew.
        """
        order: dict[tuple[str, bytes], int] = {}
        sayings = self._played.plan.sayings
        twice = Counter(saying.ce_id for saying in sayings)
        anew = {one.ce_id.encode() for one in sayings if self._may_be_forgotten(one)}
        anew = {ce_id for ce_id in anew if twice[ce_id.decode()] > 1}
        for topic in dict.fromkeys(saying.out.topic for saying in sayings):
            for record in self._read(topic):
                order.setdefault((topic, _ce_id(record)), record.offset)
        last: dict[tuple[bytes | None, str], int] = {}
        for record in (record for records in self._log for record in records):
            fact = wire.decode(record.value or b"")
            topic = self._names.said(fact.source, type(fact))
            at = order.get((topic, _ce_id(record)))
            if at is None or record.key is None or _ce_id(record) in anew:
                continue
            if at < last.get((record.key, topic), -1):
                yield f"{fact.kind()} of {fact.source} is out of order in the log"
            last[record.key, topic] = at

    def _ids_once(self) -> Iterator[str]:
        """Every fact about a person is in the log once, whoever said it."""
        stands = Counter(
            _ce_id(record) for records in self._log for record in records if record.key
        )
        for _, count in stands.items():
            if count > 1:
                yield f"a fact is {count} times in the log"

    def _decided(self) -> Iterator[str]:
        """Nothing that takes a person is in the log without one; each act in every partition."""
        town, ids = self._played.town, set()
        known = {town.agreements.version: town.agreements}
        for records in self._log:
            replay = Replay(known.__getitem__, REFERENCES.installation)
            for record in records:
                wrong = replay.take(wire.decode(record.value or b""))
                if wrong:
                    yield f"what takes a person is in the log without: {wrong}"
            ids.add(frozenset(replay.decided))
        if len(ids) > 1:
            yield "an act is not in every partition"

    def _held(self) -> Iterator[str]:
        """Who is held, where, and how often that was said: as a simple count of the log has it."""
        for number, records in enumerate(self._log):
            failing: dict[str, list[int]] = {}
            due: Counter[str] = Counter()
            said: Counter[str] = Counter()
            for record in records:
                fact = wire.decode(record.value or b"")
                person = str(fact.person_id)
                waiting = failing.setdefault(person, [])
                if isinstance(fact, RoshAssessed) and fact.tool == POISON:
                    due[person] += not waiting
                    waiting.append(record.offset)
                elif isinstance(fact, HoldLifted) and waiting[:1] == [fact.failed_at]:
                    failing[person] = waiting[1:] if fact.skipped else waiting
                    due[person] += bool(failing[person])
                elif isinstance(fact, PersonHeld) and fact.service == "risk":
                    said[person] += 1
            if said != due:
                yield "that a person is held was said too often, or not often enough"
            rows = self._played.broker.rows["risk", number]
            held = {key: waits_of(row)[0] for key, row in rows.items() if _held_row(key, row)}
            if held != {person: waiting[0] for person, waiting in failing.items() if waiting}:
                yield "somebody is held where no rule failed, or is not where one did"

    def _set_aside(self) -> Iterator[str]:
        """What the door itself fails on goes back to its sender, once."""
        for saying in self._played.plan.sayings:
            if saying.crashes:
                dead = _once(self._read(self._names.dead(saying.speaker)))
                back = [record for record in dead if _ce_id(record) == saying.ce_id.encode()]
                if [record.header("hub_reason") for record in back] != [b"failed-here"]:
                    yield f"{saying.kind} of {saying.speaker} did not come back once"

    def _told(self) -> Iterator[str]:
        """Everybody acts once on every notice of their inbox, whose repeats are the same.

        A canary is taken and handed to nobody; everybody who is told anything finds each once.
        """
        sent = {_ce_id(one) for records in self._log for one in records if is_canary(one)}
        agencies = self._played.town.agreements.agencies
        told = {slug for slug, one in agencies.items() if one.grants}
        for receiver in self._played.receivers:
            inbox = self._read(self._names.inbox(receiver.name))
            notices = {_ce_id(record): record for record in inbox}
            for record in inbox:
                if notices[_ce_id(record)].value != record.value:
                    yield f"{receiver.name} finds two different notices under one number"
            canaries = {ce_id for ce_id, record in notices.items() if is_canary(record)}
            if len(canaries) != (len(sent) if receiver.name in told else 0):
                yield f"{receiver.name} does not find every canary once"
            if set(receiver.calls) != {ce_id.decode() for ce_id in notices.keys() - canaries}:
                yield f"{receiver.name} was not handed every notice of its inbox, or others too"
            if not receiver.died and any(count > 1 for count in receiver.calls.values()):
                yield f"{receiver.name} was handed a notice twice"
            if receiver.committed != len(inbox):
                yield f"{receiver.name} has not come to the end of its inbox"


def _held_row(key: str, row: bytes) -> bool:
    return key != META and bool(waits_of(row))


def _ce_id(record: Record) -> bytes:
    return record.header("ce_id") or b""


def _once(records: Iterable[Record]) -> Iterator[Record]:
    """Without what its readers drop: a repeat by place, or by the notice's or letter's number."""
    last: dict[tuple[str, int], tuple[int, int]] = {}
    seen: set[bytes] = set()
    for record in records:
        letter = record.header("hub_topic") is not None
        trigger = None if letter else Trigger.of(record.headers)
        if trigger is not None:
            stream, place = (trigger.topic, trigger.partition), (trigger.offset, trigger.part)
            if place > last.get(stream, (-1, -1)):
                last[stream] = place
                yield record
            continue
        number = identity_of(record.headers)
        if number not in seen:
            seen.add(number)
            yield record


def _by_stream(records: Iterable[Record], log: str) -> dict[object, list[object]]:
    """What was said, by what set it off: the order within each is promised, among them chance."""
    streams: dict[object, list[object]] = defaultdict(list)
    for record in records:
        trigger = Trigger.of(record.headers)
        stream: object = record.key
        if record.topic == log:
            stream = "log"
        elif trigger is not None:
            stream = (trigger.topic, trigger.partition)
        elif record.header("hub_topic") is not None:
            stream = record.header("hub_topic")
        streams[stream].append((record.key, record.value, record.headers))
    return dict(streams)
