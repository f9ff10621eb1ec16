"""One person's facts, read from the log as it stood at some moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from schemas.base import Fact, PersonId
from schemas.log import RulesAdopted
from services.agreements.references import References
from services.hub.broker.cluster import Cluster
from services.hub.register import counts
from services.hub.register.counts import Counts
from services.registry.domain import DAYS, Register, as_of
from services.registry.rules import RULES, Rules
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.speech import log_partition, recorded_at
from services.runtime.topics import Reader

_READ: tuple[type[Fact], ...] = (*DAYS, RulesAdopted)
_OF_SOMEBODY = frozenset(fact.kind() for fact in DAYS)
_WANTED = frozenset(fact.kind() for fact in _READ)


@dataclass(frozen=True, slots=True)
class Found:
    """One person's register, and the rules by which it is what it is."""

    register: Register
    rules: Rules
    day: date


def look_up(cluster: Cluster, agency: str, ref: str, day: date, known_at: datetime) -> Found | None:
    """The register of whom the agency means, on that day, as far as the hub knew at that moment.

    None: it means nobody, or the register keeps nothing of that person.

    Raises:
        Stop: rules were adopted that this build does not have.
        Unavailable: the broker does not answer.
    """
    references = References((cluster.home / "secrets" / "references").read_bytes())
    person = references.person(agency, ref)
    if person is None:
        return None
    return shown(list(_heard(cluster, person, known_at)), day)


def shown(heard: Sequence[Fact], day: date) -> Found | None:
    """What one person's facts and the rules adopted among them show on that day.

    Raises:
        Stop: rules were adopted that this build does not have.
    """
    versions = [fact.version for fact in heard if isinstance(fact, RulesAdopted)]
    rules = _rules(versions[-1] if versions else None)
    register = as_of(heard, day, rules)
    return None if register is None else Found(register, rules, day)


def _heard(cluster: Cluster, person: PersonId, known_at: datetime) -> Iterator[Fact]:
    with closing(Reader(cluster.service_config("registry"))) as reader:
        log = reader.part(cluster.names.log, log_partition(person))
        for record in _known_by(known_at, log):
            mine = record.key in (None, person.bytes)
            if mine and wire.kind_of(record.headers) in _WANTED:
                yield wire.decode(record.value or b"")


def heard_of_all(cluster: Cluster) -> Iterator[tuple[PersonId, list[Fact]]]:
    """Everybody with all the register heard of them, one partition of the log after the other.

    Raises:
        Unavailable: the broker does not answer.
    """
    with closing(Reader(cluster.service_config("registry"))) as reader:
        for number in range(LOG_PARTITIONS):
            people: defaultdict[PersonId, list[Fact]] = defaultdict(list)
            for record in reader.part(cluster.names.log, number):
                if wire.kind_of(record.headers) in _OF_SOMEBODY:
                    fact = wire.decode(record.value or b"")
                    if fact.person_id is not None:
                        people[fact.person_id].append(fact)
            yield from people.items()


def counted_by(cluster: Cluster, known_at: datetime) -> Counts:
    """How many were managed, as far as the hub knew at that moment.

    Raises:
        Unavailable: the broker does not answer.
    """
    return counts.counted(_all_heard(cluster, known_at))


def _all_heard(cluster: Cluster, known_at: datetime) -> Iterator[tuple[PersonId, Fact]]:
    with closing(Reader(cluster.service_config("registry"))) as reader:
        for number in range(LOG_PARTITIONS):
            for record in _known_by(known_at, reader.part(cluster.names.log, number)):
                if wire.kind_of(record.headers) in counts.COUNTED:
                    fact = wire.decode(record.value or b"")
                    if fact.person_id is not None:
                        yield fact.person_id, fact


def _known_by(moment: datetime, log: Iterable[Record]) -> Iterator[Record]:
    """What of one partition the hub had heard then."""
    return takewhile(lambda record: recorded_at(record) <= moment, log)


def _rules(version: str | None) -> Rules:
    if version is None or version not in RULES:
        raise Stop("rules are in force that this build does not have; update it")
    return RULES[version]
