"""What the broker has to hold: topics, rights and password users, compiled from the agreements.

Pure: agreements and names in, what should be out. No right is given by prefix but the one to a
service's transactions; nothing is denied, since what nobody allows is denied (design §2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from schemas.catalogue import BY_KIND, entry_of
from services.agreements import ours
from services.agreements.compile import Agency, Agreements
from services.agreements.needs import Needs, needs
from services.runtime.names import LOG_PARTITIONS, SERVICES, Names

KEPT_AT_THE_DOOR = timedelta(hours=72)
"""What was said, what was returned, and in which order it was taken. Source: design §2."""
SEGMENTS_PER_RETENTION = 12
"""A segment is deleted whole, so what is kept for 72 h is gone at the latest 6 h later."""


@dataclass(frozen=True, order=True)
class Topic:
    """A topic as it should be."""

    name: str
    partitions: int
    configs: Mapping[str, str] = field(compare=False)


@dataclass(frozen=True, order=True)
class Binding:
    """One right: an allowed operation of a principal on a resource, from any host."""

    principal: str
    resource: str
    """`topic`, `group`, `transactional-id` or `cluster`."""
    name: str
    pattern: str
    """`literal` or `prefixed`."""
    operation: str

    def __str__(self) -> str:
        star = "*" if self.pattern == "prefixed" else ""
        who = self.principal.removeprefix("User:")
        return f"{who} may {self.operation} {self.resource} {self.name}{star}"


@dataclass(frozen=True)
class Desired:
    """All that the agreements ask of the broker."""

    topics: Mapping[str, Topic]
    bindings: frozenset[Binding]
    users: tuple[str, ...]
    """Slugs of the agencies that come by password."""
    quotas: Mapping[str, int]
    """Bytes a second, by user without `User:`."""

    @property
    def principals(self) -> frozenset[str]:
        """Everybody who has any right."""
        return frozenset(binding.principal for binding in self.bindings)


def desired(agreements: Agreements, names: Names) -> Desired:
    """What the broker has to hold for these agreements."""
    own = needs(agreements, names)
    topics = [*_agency_topics(agreements, names), *_own_topics(agreements, own, names)]
    bindings = [
        right for agency in agreements.agencies.values() for right in agency_rights(agency, names)
    ]
    bindings += [right for who, need in own.items() for right in _rights(who, need, names)]
    return Desired(
        topics={topic.name: topic for topic in topics},
        bindings=frozenset(bindings),
        users=tuple(sorted(agreements.agencies)),
        quotas={
            names.agency_user(slug): agency.agreement.limits.bytes_per_second
            for slug, agency in agreements.agencies.items()
        },
    )


def agency_rights(agency: Agency, names: Names) -> Iterator[Binding]:
    """An agency writes what it says, and reads its inbox and what came back; nothing else."""
    principal = f"User:{names.agency_user(agency.slug)}"
    for kind in agency.says:
        yield _on_topic(principal, names.said(agency.slug, BY_KIND[kind].fact), "write")
    for topic in (names.inbox(agency.slug), names.dead(agency.slug)):
        yield _on_topic(principal, topic, "read")
    yield Binding(principal, "group", names.agency_user(agency.slug), "literal", "read")


def _rights(who: str, need: Needs, names: Names) -> Iterator[Binding]:
    principal = f"User:{names.service_user(who)}"
    for topic in need.reads:
        yield _on_topic(principal, topic, "read")
    for topic in need.writes:
        yield _on_topic(principal, topic, "write")
    if not need.row_partitions:
        return
    kept = [names.rows(who), *([names.journal(who)] if need.journaled else [])]
    for topic in kept:
        yield _on_topic(principal, topic, "read")
        yield _on_topic(principal, topic, "write")
    app = names.app(who)
    yield Binding(principal, "group", app, "literal", "read")
    yield Binding(principal, "transactional-id", f"{app}-", "prefixed", "write")


def _on_topic(principal: str, topic: str, operation: str) -> Binding:
    return Binding(principal, "topic", topic, "literal", operation)


def _agency_topics(agreements: Agreements, names: Names) -> Iterator[Topic]:
    for slug, agency in agreements.agencies.items():
        limits = agency.agreement.limits
        size = {"max.message.bytes": str(limits.largest_message_bytes), **_UNPACKED}
        for kind in agency.says:
            entry = BY_KIND[kind]
            kept = _kept_for(entry.kept_for)
            yield Topic(names.said(slug, entry.fact), 1, {**kept, **size})
        yield Topic(names.dead(slug), 1, _kept_for(KEPT_AT_THE_DOOR))
    for slug, receiver in agreements.receivers.items():
        days = receiver.agreement.limits.inbox_kept_days
        yield Topic(names.inbox(slug), 1, _kept_for(timedelta(days=days)))


def _own_topics(agreements: Agreements, own: Mapping[str, Needs], names: Names) -> Iterator[Topic]:
    forever = {"retention.ms": "-1", "retention.bytes": "-1"}
    yield Topic(names.log, LOG_PARTITIONS, {**_kept_for(KEPT_AT_THE_DOOR), **forever})
    for who, facts in ours.SAYS.items():
        for fact in facts:
            yield Topic(names.said(who, fact), 1, _kept_for(entry_of(fact).kept_for))
        yield Topic(names.dead(who), 1, _kept_for(KEPT_AT_THE_DOOR))
    for who, need in own.items():
        if need.row_partitions:
            yield Topic(names.rows(who), need.row_partitions, _COMPACTED)
            if need.journaled:
                yield Topic(names.journal(who), 1, _kept_for(KEPT_AT_THE_DOOR))


_UNPACKED = {"compression.type": "uncompressed"}
"""The broker unpacks what an agency sends compressed and measures that: nobody's 60 kB become
60 MB at the door, nor a dead letter too large to be written."""
_STAMPED = {"message.timestamp.type": "LogAppendTime"}
_COMPACTED = {
    **_STAMPED,
    "cleanup.policy": "compact",
    "segment.bytes": str(16 * 1024 * 1024),
    "min.cleanable.dirty.ratio": "0.25",
}
"""Rows are read whole when a partition is taken. The last segment is never compacted: with Kafka's
own of 1 GiB that much could stand there which no longer holds, minutes of reading."""


def _kept_for(time: timedelta) -> dict[str, str]:
    milliseconds = int(time.total_seconds() * 1000)
    return {
        **_STAMPED,
        "cleanup.policy": "delete",
        "retention.ms": str(milliseconds),
        "segment.ms": str(milliseconds // SEGMENTS_PER_RETENTION),
    }


@dataclass(frozen=True)
class Scope:
    """What is ours on a cluster that others use too, by name and prefix alone."""

    names: Names

    def topic(self, name: str) -> bool:
        """Whether a topic of that name can only be this installation's."""
        prefix = f"{self.names.prefix}." if self.names.prefix else ""
        if name.startswith(prefix):
            first, *rest = name.removeprefix(prefix).split(".")
            if (first, len(rest)) in (("from", 2), ("to", 1), ("dead", 1)):
                return True
        kept = {
            stem(service) for stem in (self.names.rows, self.names.journal) for service in SERVICES
        }
        return name == self.names.log or name in kept

    def reaches(self, binding: Binding, topics: Mapping[str, Topic]) -> bool:
        """Whether a right by prefix or by `*` reaches a topic of ours."""
        if binding.resource != "topic":
            return False
        if binding.pattern == "prefixed":
            return any(topic.startswith(binding.name) for topic in topics)
        return binding.name == "*"
