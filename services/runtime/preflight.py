"""Rights and topics, checked before a worker starts.

With a missing grant Faust hangs without a word, or goes on without saving its state, so a worker
asks the broker first, as itself, and names every fault with what to do.
"""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient  # type: ignore[attr-defined]  # re-exported unsaid

from services.runtime.faults import Unavailable
from services.runtime.outbox import RDKAFKA, Config
from services.runtime.service import Service

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


def faults(service: Service, config: Config) -> list[str]:
    """What keeps this service from working, one line each; empty when nothing does.

    Raises:
        Unavailable: the broker does not answer.
    """
    admin = AdminClient({**config}, logger=RDKAFKA)
    own = [service.names.rows(service.name)]
    if service.journaled:
        own.append(service.names.journal(service.name))
    wanted = {topic: {AclOperation.READ} for topic in service.sources}
    for topic in own:
        wanted.setdefault(topic, set()).update({AclOperation.READ, AclOperation.WRITE})
    for topic in service.writes:
        wanted.setdefault(topic, set()).add(AclOperation.WRITE)
    found = _topic_faults(admin, service, wanted)
    return found + _group_faults(admin, service.app_id)


def _topic_faults(
    admin: AdminClient, service: Service, wanted: dict[str, set[AclOperation]]
) -> list[str]:
    described = admin.describe_topics(
        TopicCollection(sorted(wanted)), include_authorized_operations=True, request_timeout=20
    )
    found = []
    keyed = {*service.sources, service.names.rows(service.name)}
    for topic, future in described.items():
        try:
            description = future.result()
        except KafkaException as refused:
            found.append(f"topic {topic}: {_refusal(refused)}; {_APPLY}")
            continue
        found += _missing(f"topic {topic}", wanted[topic], description.authorized_operations)
        count = len(description.partitions)
        if topic in keyed and count != service.partitions:
            found.append(f"topic {topic} has {count} partitions, not {service.partitions}")
    return found


def _group_faults(admin: AdminClient, group: str) -> list[str]:
    (future,) = admin.describe_consumer_groups(
        [group], include_authorized_operations=True, request_timeout=20
    ).values()
    try:
        operations = future.result().authorized_operations
    except KafkaException as refused:
        return [f"group {group}: {_refusal(refused)}; {_APPLY}"]
    return _missing(f"group {group}", {AclOperation.READ}, operations)


def _refusal(refused: KafkaException) -> str:
    """Why the broker refuses.

    Raises:
        Unavailable: it does not refuse, it is only not there yet.
    """
    error: KafkaError = refused.args[0]
    if error.retriable() or error.name() in _NOT_THERE:
        raise Unavailable("the broker does not answer") from None
    return str(error.name())


def _missing(
    what: str, wanted: set[AclOperation], given: Iterable[AclOperation] | None
) -> list[str]:
    lacking = sorted(operation.name for operation in wanted - set(given or ()))
    return [f"{what}: {', '.join(lacking)} is not granted; {_APPLY}"] if lacking else []
