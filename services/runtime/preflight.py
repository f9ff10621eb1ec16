"""Rights, topics and the clock, checked at the broker before a worker starts.

With a missing grant Faust hangs without a word, or goes on without saving its state, so a worker
asks the broker first, as itself, and names every fault with what to do. It may not ask for the
settings of a topic or for the rights of others: that is left to `hub doctor`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from confluent_kafka import KafkaError, KafkaException, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported unsaid
    AclOperation,
    AdminClient,
    OffsetSpec,
)

from services.runtime.faults import Unavailable
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.outbox import RDKAFKA, Config
from services.runtime.service import Service
from services.runtime.symptoms import Symptom, Weight

WAIT_S = 20
SKEW_S = 5.0
"""By so much clocks of well-kept machines never differ."""
_APPLY = "run: hub agreements apply"
_NOT_THERE = frozenset(
    {
        "_TIMED_OUT",
        "_TRANSPORT",
        "_ALL_BROKERS_DOWN",
        "COORDINATOR_LOAD_IN_PROGRESS",
        "COORDINATOR_NOT_AVAILABLE",
        "NOT_COORDINATOR",
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one of our principals needs at the broker."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    partitions: Mapping[str, int] = field(default_factory=dict)
    """How many each of those topics must have."""
    group: str = ""
    trial: str = ""
    """A transactional id of its own that nobody works with."""

    def rights(self) -> dict[str, set[AclOperation]]:
        """The operations needed, by topic."""
        rights: dict[str, set[AclOperation]] = {}
        for topics, operation in (
            (self.reads, AclOperation.READ),
            (self.writes, AclOperation.WRITE),
        ):
            for topic in topics:
                rights.setdefault(topic, set()).add(operation)
        return rights


def wanted_by(service: Service) -> Wanted:
    """What a service needs to run."""
    names, rows = service.names, service.names.rows(service.name)
    own = [rows, *([names.journal(service.name)] if service.journaled else [])]
    keyed = dict.fromkeys((*service.sources, rows), service.partitions)
    return Wanted(
        reads=(*service.sources, *own),
        writes=(*service.writes, *own),
        partitions={**cut(names, (*service.writes, *own)), **keyed},
        group=service.app_id,
        trial=names.trial_id(service.name),
    )


def cut(names: Names, topics: Iterable[str]) -> dict[str, int]:
    """Partitions of topics that are written to: the log has several, all others one."""
    return {topic: LOG_PARTITIONS if topic == names.log else 1 for topic in topics}


def symptoms(wanted: Wanted, config: Config) -> list[Symptom]:
    """What keeps this principal from working, one line each; empty when nothing does.

    Raises:
        Unavailable: the broker does not answer.
    """
    admin = AdminClient({**config}, logger=RDKAFKA)
    found = list(_topics(admin, wanted))
    if wanted.group:
        found += _group(admin, wanted.group)
    if wanted.trial:
        found += _transactions(config, wanted.trial)
    if not found:
        found += behind(_newest_ms(admin, wanted), datetime.now(UTC))
    return found


def behind(newest_ms: int, now: datetime) -> Iterator[Symptom]:
    """Whether the broker took something at a time that has not come yet here.

    That this clock is ahead cannot be told from a broker nobody writes to.
    """
    seconds = newest_ms / 1000 - now.timestamp()
    if seconds > SKEW_S:
        wrong = f"is {seconds:.0f} s behind the broker's"
        yield Symptom("this machine's clock", wrong, "set it by NTP (chronyc tracking)")


def _topics(admin: AdminClient, wanted: Wanted) -> Iterator[Symptom]:
    rights = wanted.rights()
    described = admin.describe_topics(
        TopicCollection(sorted(rights)), include_authorized_operations=True, request_timeout=WAIT_S
    )
    for topic, future in described.items():
        where = f"topic {topic}"
        try:
            description = future.result()
        except KafkaException as refused:
            yield Symptom(where, _refusal(refused), _APPLY, Weight.STOPS)
            continue
        yield from _missing(where, rights[topic], description.authorized_operations)
        count, due = len(description.partitions), wanted.partitions.get(topic)
        if due is not None and count != due:
            wrong = f"has {count} partitions, not {due}, which are fixed at birth"
            do = "stop, restore it from a copy, or set up anew and replay"
            yield Symptom(where, wrong, do, Weight.STOPS)


def _group(admin: AdminClient, group: str) -> Iterator[Symptom]:
    (future,) = admin.describe_consumer_groups(
        [group], include_authorized_operations=True, request_timeout=WAIT_S
    ).values()
    where = f"group {group}"
    try:
        operations = future.result().authorized_operations
    except KafkaException as refused:
        yield Symptom(where, _refusal(refused), _APPLY, Weight.STOPS)
    else:
        yield from _missing(where, {AclOperation.READ}, operations)


def _transactions(config: Config, trial: str) -> Iterator[Symptom]:
    """Tried with an id of its own: the true one would fence whoever holds the partition."""
    producer = Producer({**config, "transactional.id": trial}, logger=RDKAFKA)
    try:
        producer.init_transactions(WAIT_S)
    except KafkaException as refused:
        where = f"transactions {trial}"
        yield Symptom(where, f"WRITE: {_refusal(refused)}", _APPLY, Weight.STOPS)


def _newest_ms(admin: AdminClient, wanted: Wanted) -> int:
    """When the broker took the newest record of what is read; -1 if there is none."""
    newest = OffsetSpec.max_timestamp()  # type: ignore[no-untyped-call]  # it has no types
    places = {
        TopicPartition(topic, number): newest
        for topic in wanted.reads
        for number in range(wanted.partitions.get(topic, 1))
    }
    if not places:
        return -1
    answers = admin.list_offsets(places, request_timeout=WAIT_S).values()
    try:
        return max(int(answer.result().timestamp) for answer in answers)
    except KafkaException as refused:
        raise Unavailable(f"the broker does not answer: {_refusal(refused)}") from None


def _refusal(refused: KafkaException) -> str:
    """Why the broker refuses.

    Raises:
        Unavailable: it does not refuse, it is only not there yet.
    """
    error: KafkaError = refused.args[0]
    if passes(error):
        raise Unavailable("the broker does not answer") from None
    return str(error.name())


def passes(error: KafkaError) -> bool:
    """Whether the broker does not refuse, but is not there yet."""
    return error.retriable() or error.name() in _NOT_THERE


def _missing(
    where: str, wanted: set[AclOperation], given: Iterable[AclOperation] | None
) -> Iterator[Symptom]:
    lacking = sorted(operation.name for operation in wanted - set(given or ()))
    if lacking:
        yield Symptom(where, f"{', '.join(lacking)} is not granted", _APPLY, Weight.STOPS)
