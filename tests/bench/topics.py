"""Topics of the benchmark's own, beside the hub's."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic, sleep

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AclOperation,
    AdminClient,
    NewTopic,
)

from services.hub.broker.cluster import ClientConfig
from services.hub.offsets import latest, offsets

WAIT_S = 30


@contextmanager
def emptied(config: ClientConfig, topics: Mapping[str, int]) -> Iterator[None]:
    """Those topics with so many partitions, new and for the length of the block."""
    admin = AdminClient({**config, "log_level": 0})
    new = [NewTopic(name, partitions) for name, partitions in topics.items()]
    for made in admin.create_topics(new, operation_timeout=WAIT_S).values():
        made.result(WAIT_S)
    try:
        yield
    finally:
        for gone in admin.delete_topics(list(topics), operation_timeout=WAIT_S).values():
            gone.result(WAIT_S)


def emptied_group(config: ClientConfig, group: str) -> None:
    """Nothing is known of the group any more; there need not have been one.

    A static member stays in it until its session ends, also when its process is gone.
    """
    admin, until = AdminClient({**config, "log_level": 0}), monotonic() + 2 * WAIT_S
    while True:
        gone = admin.delete_consumer_groups([group], request_timeout=WAIT_S)[group]
        try:
            gone.result(WAIT_S)
        except KafkaException as refused:
            code = refused.args[0].code()
            if code == KafkaError.GROUP_ID_NOT_FOUND:
                return
            if code != KafkaError.NON_EMPTY_GROUP or monotonic() > until:
                raise
            sleep(0.5)
        else:
            return


def written(config: ClientConfig, topics: Iterable[str]) -> int:
    """How many records were ever written to those topics of one partition."""
    admin = AdminClient({**config, "log_level": 0})
    places = [(topic, 0) for topic in topics]
    return sum(offsets(admin, places, latest(), WAIT_S, committed=False).values())


def may_write(config: ClientConfig, topic: str) -> bool:
    """Whether the broker lets that principal write there by now."""
    admin, asked = AdminClient({**config, "log_level": 0}), TopicCollection([topic])
    found = admin.describe_topics(asked, include_authorized_operations=True)
    try:
        operations = found[topic].result(WAIT_S).authorized_operations
    except KafkaException:
        return False
    return AclOperation.WRITE in (operations or ())
