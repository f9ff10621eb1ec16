"""The recorded log fed to each service in memory gives the same bytes as the run did.

Everything is read with the rights of whoever reads it anyway: the log as the registry, what
services said as the door, an inbox as its receiver.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from schemas.base import kebab
from schemas.notice import CanarySent
from schemas.tracking import Position
from services.agreements import ours
from services.agreements.compile import Agreements
from services.hub.broker.cluster import ClientConfig, Cluster
from services.runtime import wire
from services.runtime.again import Again, in_order, said_again
from services.runtime.journal import spans_of
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.service import Service
from services.runtime.topics import Reader
from services.runtime.wire import Trigger

NOBODY = "fed-again"
"""The build that feeds again: it is none that was ever adopted, so it reads past all that were."""
Said = tuple[bytes | None, bytes | None, Headers]
"""Key, value and headers."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one service said in the run against what it says again."""

    service: str
    inputs: int
    same: int
    repeats: int
    """Records the run holds twice; readers drop the second."""
    because: Counter[str]
    """Why it decided as it did, in all of its decisions."""
    different: tuple[str, ...]
    """Topics in which anything is missing, too much or different, with counts."""

    @property
    def identical(self) -> bool:
        """To the letter."""
        return not self.different


def is_canary(record: Record) -> bool:
    """Whether it is about nobody, and only shows that nothing is stuck."""
    return wire.kind_of(record.headers) == CanarySent.kind()


class Recorded:
    """The recorded run; `by_deployer` before the agencies are let in, when only that one can."""

    def __init__(
        self, cluster: Cluster, agreements: Agreements, *, by_deployer: bool = False
    ) -> None:
        self._cluster = cluster
        self._by_deployer = by_deployer
        self._names = cluster.names
        self._agencies = agreements.agencies
        self._readers: dict[str, Reader] = {}

    def log(self) -> dict[int, list[Record]]:
        """The log by partition, as it stands now."""
        log: dict[int, list[Record]] = {number: [] for number in range(LOG_PARTITIONS)}
        reader = self._as_service("registry")
        for record in reader.read(self._names.log, LOG_PARTITIONS):
            log[record.partition].append(record)
        return log

    def said(self, topic: str) -> list[Record]:
        """What stands in any topic somebody writes, the log among them."""
        if topic == self._names.log:
            return [record for records in self.log().values() for record in records]
        return self.source(topic)

    def source(self, topic: str) -> list[Record]:
        """A topic somebody says something on, or an inbox."""
        names = self._names
        for slug in self._agencies:
            if topic in (names.inbox(slug), names.dead(slug)):
                return list(self._as_agency(slug).read(topic))
        if self._is_of_nobody(topic):
            return list(self._as_deployer().read(topic))
        raw = topic.endswith(f".{kebab(Position.__name__)}")
        tracking = raw or topic == names.inbox("tracking")
        return list(self._as_service("tracking" if tracking else "admission").read(topic))

    def begins(self, topic: str) -> int:
        """How many records of an inbox were taken out again; 0 of any other topic."""
        for slug in self._agencies:
            if topic == self._names.inbox(slug):
                return self._as_agency(slug).ends(topic)[0]
        return 0

    def journal(self, service: str) -> list[Record]:
        """In which order the service took its sources."""
        return list(self._as_service(service).read(self._names.journal(service)))

    def taken(self, service: Service) -> dict[int, list[Record]]:
        """What the service took, by partition, in its order."""
        if not service.journaled:
            return self.log()
        journal = self.journal(service.name)
        # An agency that was taken off has said what the service no longer reads.
        topics = {topic for entry in journal for topic, _, _ in spans_of(entry)}
        return {0: in_order(journal, {topic: self.source(topic) for topic in sorted(topics)})}

    def close(self) -> None:
        """No connection is left."""
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def _as_service(self, service: str) -> Reader:
        return self._reader(service, lambda: self._cluster.service_config(service))

    def _is_of_nobody(self, topic: str) -> bool:
        """Whether it was the inbox, or held the dead letters, of an agency that was taken off."""
        for stem in (self._names.inbox(""), self._names.dead("")):
            if topic.startswith(stem):
                return topic.removeprefix(stem) not in ours.SAYS
        return False

    def _as_deployer(self) -> Reader:
        return self._reader("", self._cluster.admin_config)

    def _as_agency(self, slug: str) -> Reader:
        if self._by_deployer:
            return self._as_deployer()
        return self._reader(slug, lambda: self._cluster.agency_config(slug))

    def _reader(self, who: str, config: Callable[[], ClientConfig]) -> Reader:
        if who not in self._readers:
            self._readers[who] = Reader(config())
        return self._readers[who]


async def compare(recorded: Recorded, service: Service) -> Comparison:
    """The service's run against its doing again.

    The hub may run on meanwhile: what stood before the input was read must be said again, and what
    is said again must stand there after.
    """
    before = {topic: recorded.said(topic) for topic in service.writes}
    parts = recorded.taken(service)
    runs = [await said_again(service, number, part, NOBODY) for number, part in parts.items()]
    inputs = sum(len(part) for part in parts.values())
    taken = {record.topic for part in parts.values() for record in part}
    return _compared(service, inputs, runs, taken, before, recorded)


def _compared(
    service: Service,
    inputs: int,
    runs: Sequence[Again],
    taken: Iterable[str],
    before: Mapping[str, Sequence[Record]],
    recorded: Recorded,
) -> Comparison:
    expected: dict[str, list[Outgoing]] = {topic: [] for topic in service.writes}
    taken = {*service.sources, *taken}
    for out in chain.from_iterable(run.said for run in runs):
        expected.setdefault(out.topic, []).append(out)
    same, repeats, different = 0, 0, []
    for topic, outs in sorted(expected.items()):
        earlier, _ = _once(_of(taken, before.get(topic, ())))
        once, twice = _once(_of(taken, recorded.said(topic)))
        wanted = dict(map(_said, outs))
        absent = sum(1 for identity, said in wanted.items() if once.get(identity) != said)
        # What was withdrawn, or is past its retention, is not there to be compared.
        absent = max(0, absent - recorded.begins(topic))
        extra = sum(1 for identity, said in earlier.items() if wanted.get(identity) != said)
        same, repeats = same + len(wanted) - absent, repeats + twice
        if absent or extra:
            different.append(f"{topic}: {absent} said only again, {extra} only in the run")
    because = sum((run.because for run in runs), Counter[str]())
    return Comparison(service.name, inputs, same, repeats, because, tuple(different))


def _of(taken: Collection[str], records: Iterable[Record]) -> Sequence[Record]:
    """What came of those topics: letters of one agency come back from the door and tracking."""
    return [
        record
        for record in records
        if (source := record.header("hub_topic")) is None or source.decode() in taken
    ]


def stand(said: Iterable[Outgoing], stands: Mapping[str, Sequence[Record]]) -> int:
    """How many of the things said stand in none of those topics to the letter."""
    found = {topic: _once(records)[0] for topic, records in stands.items()}
    return sum(
        found[out.topic].get(identity) != what for out in said for identity, what in [_said(out)]
    )


def _once(records: Iterable[Record]) -> tuple[dict[bytes, Said], int]:
    """Records by identity, and how many were repeats to the letter; others count as different."""
    once: dict[bytes, Said] = {}
    repeats = 0
    for record in records:
        said: Said = (record.key, record.value, record.headers)
        identity = _identity(record.headers, record.partition)
        if once.get(identity) == said:
            repeats += 1
        elif identity in once:
            once[identity + b"|differs"] = said
        else:
            once[identity] = said
    return once, repeats


def _said(out: Outgoing) -> tuple[bytes, Said]:
    return _identity(out.headers, out.partition), (out.key, out.value, out.headers)


def _identity(headers: Headers, partition: int) -> bytes:
    """What tells two things said apart: what triggered them, or the notice's or letter's own id."""
    return b"|".join((identity_of(headers), str(partition).encode()))


def identity_of(headers: Headers) -> bytes:
    """The same, within one partition."""
    found = dict(headers)
    if "hub_offset" in found:  # a dead letter; its other headers are its sender's
        return found["hub_topic"] + b"@" + found["hub_offset"]
    trigger = Trigger.of(headers)
    if trigger is not None:
        return trigger.header()[1]
    return found.get("ce_id", b"")


def lines(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """One line each, for people."""
    for one in comparisons:
        verdict = "to the letter" if one.identical else "NOT the same"
        yield (
            f"{one.service}: {one.inputs} records in, {one.same} said again {verdict}"
            f" ({one.repeats} repeats in the run)"
        )
        yield from (f"    {line}" for line in one.different)
