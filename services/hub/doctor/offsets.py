"""How far everybody has come: services, open transactions, and senders with their dead letters."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from confluent_kafka import ConsumerGroupTopicPartitions

from services.agreements import ours
from services.hub.catalogue import all_services
from services.hub.doctor.agreed import applied
from services.hub.doctor.patient import WAIT_S, Patient, taken_since
from services.hub.offsets import Place, earliest, latest
from services.runtime.names import SERVICES, Names
from services.runtime.symptoms import Symptom, Weight

PATIENCE = timedelta(seconds=60)
"""Nothing takes a well hub as long as this."""
BETWEEN_LOOKS_S = 3.0
"""Whoever gets anything done commits it within a second."""


@dataclass(frozen=True)
class Waiting:
    """One source partition of a service."""

    place: Place
    position: int
    """The first record that is not done."""
    end: int
    old: int
    """The first record younger than our patience; the end if there is none."""

    @property
    def late(self) -> bool:
        """Whether a record has been waiting for longer than our patience."""
        return self.position < self.old


@dataclass(frozen=True)
class GroupSeen:
    """A service as the group it is at the broker."""

    service: str
    members: int
    sources: tuple[Waiting, ...]


def look_at_groups(patient: Patient) -> tuple[list[GroupSeen], list[GroupSeen]]:
    """Each service, twice where one seems stuck: whoever is catching up has moved meanwhile."""
    first = _groups(patient)
    if not any(source.late for group in first for source in group.sources):
        return first, first
    time.sleep(BETWEEN_LOOKS_S)
    return first, _groups(patient)


def _groups(patient: Patient) -> list[GroupSeen]:
    names = patient.cluster.names
    sources = {one.app_id: one.sources for one in all_services(patient.home, names)}
    described = patient.admin.describe_consumer_groups(list(sources), request_timeout=WAIT_S)
    places = patient.places(sorted({topic for topics in sources.values() for topic in topics}))
    starts, ends, old = _bounds(patient, places)
    found = []
    for service in SERVICES:
        group = names.app(service)
        done = positions(patient, group)
        waiting = [
            Waiting(at, max(done.get(at, 0), starts[at]), ends[at], old[at])
            for at in places
            if at[0] in sources[group]
        ]
        found.append(GroupSeen(service, len(described[group].result().members), tuple(waiting)))
    return found


def groups(first: Iterable[GroupSeen], second: Iterable[GroupSeen]) -> Iterator[Symptom]:
    """Services without anybody at work, and those that do not move."""
    for before, now in zip(first, second, strict=True):
        do = f"read logs/{now.service}-*.log; hub status"
        if not now.members:
            yield Symptom(now.service, "no worker is in its group", do, Weight.STOPS)
        stood = {source.place: source.position for source in before.sources if source.late}
        for source in now.sources:
            if source.late and stood.get(source.place) == source.position:
                topic, number = source.place
                waits = source.end - source.position
                wrong = f"{waits} records wait in {topic}[{number}] for over a minute, none is done"
                yield Symptom(now.service, wrong, do, Weight.STOPS)


@dataclass(frozen=True)
class ChangelogSeen:
    """One partition of rows or a journal."""

    place: Place
    stable: int
    """Before this, everything is committed or aborted."""
    old: int
    """The first record younger than our patience; the end if there is none."""


def look_at_changelogs(patient: Patient, patience: timedelta = PATIENCE) -> list[ChangelogSeen]:
    """What the services keep at the broker."""
    names = patient.cluster.names
    kept = [stem(service) for service in SERVICES for stem in (names.rows, names.journal)]
    places = patient.places(kept)
    _, _, old = _bounds(patient, places, patience)
    stable = patient.offsets(places, latest(), committed=True)
    return [ChangelogSeen(at, stable[at], old[at]) for at in places]


def transactions(seen: Iterable[ChangelogSeen], names: Names) -> Iterator[Symptom]:
    """Transactions nobody ends: whoever takes that partition next cannot read its rows.

    Rows can be made anew. A journal is the only one that knows its order: its worker goes on with
    what stands there, but nothing can be made anew from it until the transaction is ended.
    """
    keeps = {names.rows(service): service for service in SERVICES}
    for one in seen:
        if one.stable < one.old:
            topic, number = one.place
            wrong = f"a transaction is open at {one.stable} for over a minute"
            abort = (
                "restart its workers: their next entry ends it if it was theirs; else "
                f"kafka-transactions.sh abort --topic {topic} --partition {number} "
                f"--start-offset {one.stable}"
            )
            rows = f"run: hub rebuild {keeps.get(topic)}, before a restarted worker has to"
            yield Symptom(
                f"{topic}[{number}]", wrong, rows if topic in keeps else abort, Weight.STOPS
            )


@dataclass(frozen=True)
class LettersSeen:
    """What came back to a sender and was not read there yet."""

    sender: str
    waiting: int
    ours: bool


def look_at_letters(patient: Patient) -> list[LettersSeen]:
    """Counts alone: a dead letter is its sender's."""
    names = patient.cluster.names
    senders = [*ours.SAYS, *applied(patient).agencies]
    topics = {names.dead(sender): sender for sender in senders}
    places = patient.places(topics)
    starts, ends, _ = _bounds(patient, places)
    found = []
    for at in places:
        sender, own = topics[at[0]], topics[at[0]] in ours.SAYS
        read = 0 if own else positions(patient, names.agency_user(sender)).get(at, 0)
        found.append(LettersSeen(sender, max(0, ends[at] - max(read, starts[at])), own))
    return found


def letters(seen: Iterable[LettersSeen]) -> Iterator[Symptom]:
    """Who has letters waiting. An agency's are its own to read; ours are a bug."""
    for one in seen:
        if one.waiting and one.ours:
            wrong = f"{one.waiting} of what it said were refused at the door"
            yield Symptom(one.sender, wrong, "page a developer: our own services speak in order")
        elif one.waiting:
            wrong = f"{one.waiting} dead letters wait for it"
            do = "ring its operations contact: it alone may read them"
            yield Symptom(f"agency {one.sender}", wrong, do, Weight.WATCH)


def positions(patient: Patient, group: str) -> Mapping[Place, int]:
    """How far a group says it has come, where it has said so."""
    asked = [ConsumerGroupTopicPartitions(group)]
    (answer,) = patient.admin.list_consumer_group_offsets(asked, request_timeout=WAIT_S).values()
    return {
        (one.topic, one.partition): one.offset
        for one in answer.result().topic_partitions or ()
        if one.offset >= 0
    }


def _bounds(
    patient: Patient, places: list[Place], patience: timedelta = PATIENCE
) -> tuple[Mapping[Place, int], Mapping[Place, int], Mapping[Place, int]]:
    """Beginning, end, and the first record younger than our patience.

    Asked before how far somebody has come, so that whoever goes on meanwhile is not called late.
    """
    starts = patient.offsets(places, earliest())
    ends = patient.offsets(places, latest())
    young = patient.offsets(places, taken_since(datetime.now(UTC) - patience))
    old = {at: ends[at] if young[at] < 0 else young[at] for at in places}
    return starts, ends, old
