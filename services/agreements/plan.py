"""The difference between what the agreements ask of the broker and what it holds. Pure.

Only what is this installation's is ever changed: its topics by name, the rights on them, and all
rights of the principals the agreements name. Topics are never deleted, refusals set by hand never
lifted; both are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from services.agreements.broker_plan import Binding, Desired, Scope, Topic
from services.agreements.live import Live
from services.runtime.faults import Stop


@dataclass(frozen=True)
class Plan:
    """What `apply` would do, and what it would leave for a person to look at."""

    create: tuple[Topic, ...]
    configure: Mapping[str, Mapping[str, str]]
    """Settings to set, by topic."""
    give: tuple[Binding, ...]
    take: tuple[Binding, ...]
    withdrawn: tuple[str, ...]
    """Users without `User:` whose agency has no file any more: their passwords go."""
    leftover: tuple[str, ...] = ()
    """Topics nobody speaks of any more; they keep their data until somebody deletes them."""
    foreign: tuple[Binding, ...] = ()
    """Rights that are not ours to take, yet reach our topics."""
    denied: tuple[Binding, ...] = ()
    """Refusals set by hand against our principals or topics; they win over any agreement."""
    quotas: Mapping[str, int | None] = field(default_factory=dict)
    """Bytes a second to hold users to; None: to none any more."""

    @property
    def changes(self) -> bool:
        """Whether `apply` has anything to do."""
        narrowed = self.take or self.withdrawn
        return bool(self.create or self.configure or self.give or self.quotas or narrowed)

    @property
    def same(self) -> bool:
        """Whether the broker holds exactly what the agreements ask."""
        return not (self.changes or self.foreign or self.denied)

    def lines(self) -> Iterable[str]:
        """The plan in words, narrowing first."""
        yield from (f"- no longer: {right}" for right in self.take)
        yield from (f"- no longer a password: {user}" for user in self.withdrawn)
        yield from (f"+ topic {t.name} ({t.partitions})" for t in self.create)
        for topic, settings in self.configure.items():
            yield from (f"~ topic {topic}: {key} = {value}" for key, value in settings.items())
        for user, rate in self.quotas.items():
            yield f"~ {user} may send {rate:,} bytes a second" if rate else f"- {user}: no limit"
        yield from (f"+ {right}" for right in self.give)
        yield from (f"! not ours, but reaches our topics: {right}" for right in self.foreign)
        yield from (f"! refused by hand: {right}" for right in self.denied)
        yield from (
            f"? topic {topic} belongs to no agreement; left as it is" for topic in self.leftover
        )


def compare(wanted: Desired, live: Live, scope: Scope, own: frozenset[str]) -> Plan:
    """The plan; `own` are the principals this tool itself may run as.

    Raises:
        Stop: a topic has another number of partitions than it must, or the plan would take a
            right of the tool's own.
    """
    mismatched = [
        name
        for name, topic in wanted.topics.items()
        if name in live.topics and live.topics[name].partitions != topic.partitions
    ]
    if mismatched:
        raise Stop(f"partitions are fixed at birth; these have others: {', '.join(mismatched)}")
    ours = _in_scope(wanted, live.allowed, scope)
    leftover = live.topics.keys() - wanted.topics.keys()
    take = tuple(sorted(ours - wanted.bindings - _still_to_do(wanted, ours, leftover)))
    if any(right.principal in own for right in take):
        raise Stop("the plan would take a right of the principal that deploys; look at it by hand")
    reached = (right for right in live.allowed - ours if scope.reaches(right, wanted.topics))
    by_host = _in_scope(wanted, live.elsewhere, scope)
    withdrawn = _withdrawn(wanted, ours, scope)
    return Plan(
        create=tuple(sorted(t for n, t in wanted.topics.items() if n not in live.topics)),
        configure=_settings(wanted, live),
        give=tuple(sorted(wanted.bindings - live.allowed)),
        take=take,
        withdrawn=withdrawn,
        leftover=tuple(sorted(leftover)),
        foreign=tuple(sorted({*reached, *by_host})),
        denied=tuple(sorted(_in_scope(wanted, live.denied, scope))),
        quotas={
            **{user: None for user in withdrawn if user in live.quotas},
            **{u: rate for u, rate in sorted(wanted.quotas.items()) if live.quotas.get(u) != rate},
        },
    )


def _in_scope(wanted: Desired, rights: frozenset[Binding], scope: Scope) -> frozenset[Binding]:
    """Rights on our topics, and every right of those who have or should have one there."""
    on_topics = {r for r in rights if r.resource == "topic" and scope.topic(r.name)}
    on_topics = {r for r in on_topics if r.pattern == "literal"}
    known = wanted.principals | {r.principal for r in on_topics if _is_named_like_ours(r)}
    return frozenset(on_topics | {r for r in rights if r.principal in known})


def _still_to_do(
    wanted: Desired, ours: frozenset[Binding], leftover: Collection[str]
) -> frozenset[Binding]:
    """The rights of our own services on topics no agreement speaks of any more.

    What was said under earlier agreements is done under them: a letter that waits, its answer, a
    notice, a batch done again, a rebuild. Refused one of these, a service would end at it again and
    again. The agencies' own rights there go at once.
    """
    services = {who for who in wanted.principals if who.startswith("User:service-")}
    return frozenset(r for r in ours if r.principal in services and r.name in leftover)


def _is_named_like_ours(right: Binding) -> bool:
    return right.principal.startswith(("User:agency-", "User:service-"))


def _settings(wanted: Desired, live: Live) -> Mapping[str, Mapping[str, str]]:
    changed = {}
    for name, topic in sorted(wanted.topics.items()):
        if name in live.topics:
            now = live.topics[name].configs
            other = {key: value for key, value in topic.configs.items() if now.get(key) != value}
            if other:
                changed[name] = other
    return changed


def _withdrawn(wanted: Desired, ours: frozenset[Binding], scope: Scope) -> tuple[str, ...]:
    gone = {right.principal for right in ours} - wanted.principals
    users = (principal.removeprefix("User:") for principal in gone)
    return tuple(sorted(user for user in users if user.startswith(scope.names.agency_user(""))))
