"""Inboxes at the broker, for a narrowing: shut, read, emptied and opened as whoever deploys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from uuid import UUID

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.log import AgreementsAdopted
from schemas.notice import NoticeIssued, NoticeWaiting, Withheld
from services.agreements import bundle, epochs, live
from services.agreements.adopt import tell, tell_all
from services.agreements.broker_plan import Binding
from services.agreements.compile import Agreements
from services.agreements.withdrawal import Unread
from services.hub.broker.cluster import ClientConfig, Cluster
from services.hub.broker.private import write_private
from services.runtime import topics, wire
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.topics import Reader


class KafkaInboxes:
    """The inboxes of an installation, under the agreements that are coming into force."""

    def __init__(self, cluster: Cluster, agreements: Agreements) -> None:
        self._cluster = cluster
        self._names = cluster.names
        self._agreements = agreements
        self._admin = AdminClient(cluster.admin_config())

    def reading(self, agency: str) -> Binding:
        """The right by which an agency reads its inbox."""
        user = f"User:{self._names.agency_user(agency)}"
        return Binding(user, "topic", self._names.inbox(agency), "literal", "read")

    def log_ends(self) -> Mapping[int, int]:
        """Where the log ends, by partition; at 0 where there is none yet."""
        log = self._names.log
        if log not in self._admin.list_topics(timeout=live.WAIT_S).topics:
            return dict.fromkeys(range(LOG_PARTITIONS), 0)
        with self._reader() as reader:
            return {number: reader.ends(log, number)[1] for number in range(LOG_PARTITIONS)}

    def shut(self, agencies: Sequence[str]) -> None:
        """The broker refuses them their inbox, also on sessions that stand.

        Raises:
            KafkaException: it refused or did not answer; run it again.
        """
        filters = [live.exactly(self.reading(agency)) for agency in agencies]
        live.wait(self._admin.delete_acls(filters, request_timeout=live.WAIT_S).values())
        answer_held_fetches(self._cluster, map(self._names.inbox, agencies))

    def decides_by(self, version: str, since: Mapping[int, int]) -> bool:
        """Whether notify has taken the adoption of that version, in every partition.

        Raises:
            Unavailable: the broker did not answer.
        """
        found = dict[int, int]()
        for record in self._log_since(since):
            if wire.kind_of(record.headers) == AgreementsAdopted.kind():
                adopted = wire.decode(record.value or b"")
                if isinstance(adopted, AgreementsAdopted):
                    found[record.partition] = record.offset if adopted.version == version else -1
        return self._notify_is_past(found)

    def took(self, event_id: UUID, since: Mapping[int, int]) -> bool:
        """Whether notify has taken that fact, which stands in every partition.

        Raises:
            Unavailable: the broker did not answer.
        """
        number = str(event_id).encode()
        stands = (r for r in self._log_since(since) if r.header("ce_id") == number)
        return self._notify_is_past({record.partition: record.offset for record in stands})

    def _log_since(self, since: Mapping[int, int]) -> Iterator[Record]:
        with self._reader() as reader:
            for number in range(LOG_PARTITIONS):
                yield from reader.part(self._names.log, number, since=since.get(number, 0))

    def _notify_is_past(self, found: Mapping[int, int]) -> bool:
        """Whether every partition has such a place, and notify has taken what stands there."""
        if len(found) < LOG_PARTITIONS or min(found.values()) < 0:
            return False
        log = self._names.log
        places = [(log, number) for number in range(LOG_PARTITIONS)]
        done = topics.done(self._cluster.admin_config(), self._names.app("notify"), places)
        return all(done.get(log, {}).get(number, 0) > at for number, at in found.items())

    def knows(self, event_id: UUID, since: int) -> bool:
        """Whether the log's first partition holds that fact, from there on."""
        number = str(event_id).encode()
        with self._reader() as reader:
            log = reader.part(self._names.log, 0, since=since)
            return any(record.header("ce_id") == number for record in log)

    def unread(self, agency: str) -> Unread:
        """From what the agency's group did not commit to the end of its inbox.

        Raises:
            Unavailable: the broker did not answer.
        """
        inbox, group = self._names.inbox(agency), self._names.agency_user(agency)
        with self._reader() as reader:
            first, end = reader.ends(inbox)
        committed = topics.done(self._cluster.admin_config(), group, [(inbox, 0)])
        collected = committed.get(inbox, {}).get(0, 0)
        return Unread(begins=min(max(first, collected), end), end=end)

    def inbox(self, agency: str) -> Iterator[Record]:
        """Everything that stands in it."""
        return self._read(self._names.inbox(agency), 1)

    def log(self) -> Iterator[Record]:
        """The log, one partition after the other."""
        return self._read(self._names.log, LOG_PARTITIONS)

    def issued(self) -> Iterator[Record]:
        """What notify said of notices lately."""
        return self._read(self._names.said("notify", NoticeIssued), 1)

    def waiting(self) -> Iterator[Record]:
        """What notify said lately of notices that wait."""
        return self._read(self._names.said("notify", NoticeWaiting), 1)

    def say(self, facts: Iterable[Withheld]) -> None:
        """The broker has them.

        Raises:
            KafkaException: it refused or did not answer; run it again.
        """
        said = iter(facts)
        for first in islice(said, 1):
            tell(self._cluster, first)  # a right that was given a moment ago is waited for
        tell_all(self._cluster, said)

    def take_out(self, agency: str, unread: Unread, at: datetime) -> None:
        """The inbox begins after what was unread, in an epoch of its own.

        Raises:
            KafkaException: the broker refused or did not answer; run it again.
        """
        inbox, home = self._names.inbox(agency), self._cluster.home
        epoch = epochs.read(home).with_withdrawal(inbox, unread.begins, unread.end, at)
        write_private(home / epochs.EPOCH, epoch.model_dump_json(indent=1))
        place = TopicPartition(inbox, 0, unread.end)
        live.wait(self._admin.delete_records([place], request_timeout=live.WAIT_S).values())

    def let_in(self, agency: str) -> None:
        """It may read its inbox again, and its folder says in which epoch that is.

        Raises:
            KafkaException: the broker refused or did not answer; run it again.
        """
        if agency not in self._agreements.agencies:
            return
        bundle.write(self._cluster, self._agreements.agencies[agency])
        right = live.acl(self.reading(agency))
        live.wait(self._admin.create_acls([right], request_timeout=live.WAIT_S).values())

    def _reader(self) -> closing[Reader]:
        return closing(Reader(self._cluster.admin_config()))

    def _read(self, topic: str, partitions: int) -> Iterator[Record]:
        with self._reader() as reader:
            yield from reader.read(topic, partitions)


def answer_held_fetches(cluster: Cluster, topics: Iterable[str]) -> list[str]:
    """A fetch the broker was holding is answered with what it knows already, not what comes next.

    The broker asks for rights when a fetch begins and may hold it as long as the client likes. The
    last record said again ends it; by its `ce_id` every reader knows it for a repeat. Returns the
    topics where that was not taken; a topic in which nothing stands has nothing to say.
    """
    return [topic for topic in topics if not _answered(cluster, topic)]


def _answered(cluster: Cluster, topic: str) -> bool:
    config: ClientConfig = {**cluster.admin_config(), "log_level": 0}
    consumer = Consumer({**config, "group.id": "none"})
    place = TopicPartition(topic, 0)
    try:
        low, high = consumer.get_watermark_offsets(place, timeout=live.WAIT_S)
        if high <= low:
            return True
        place.offset = high - 1
        consumer.assign([place])
        last = consumer.poll(live.WAIT_S)
    except KafkaException:
        return True  # an agency that is told nothing has no inbox
    finally:
        consumer.close()
    if last is None or last.error() is not None:
        return False
    producer = Producer({**config, "acks": "all", "message.max.bytes": 2_000_000})
    producer.produce(topic, last.value(), last.key(), headers=last.headers())
    return not producer.flush(live.WAIT_S)
