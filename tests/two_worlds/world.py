"""One world played through the real door and services, and all that one agency can observe of it.

The test of secrecy is that `observed` is equal in two worlds. What differs is shown by place, never
by value: where a difference is found, what it shows may be a person's.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from schemas.base import Fact
from services.agreements import bundle
from services.agreements.broker_plan import Binding, agency_rights, desired
from services.agreements.epochs import Epoch
from services.hub.agency.page import Installation, Seen, page
from services.hub.catalogue import built
from services.hub.rules.in_force import NEWEST
from services.hub.simulation.town import poisoned
from services.runtime.decision import Decide, Route
from services.runtime.outbox import MemoryTopics
from services.runtime.records import Record
from services.runtime.schema_store import committed
from services.runtime.service import Service
from tests.in_memory import NAMES, REFERENCES, Hub, agreements, everything, versions
from tests.makers import later
from tests.two_worlds.day import HOURS, MORE, Said

Observed = Mapping[str, bytes]
"""By place, what stands there; equal in two worlds, or the agency can tell them apart."""


Act = Callable[[], Awaitable[None]]
"""Something else that somebody does."""


@dataclass(eq=False)
class World:
    """What a day has left behind."""

    hub: Hub
    answers: dict[str, list[Mapping[str, bytes]]] = field(default_factory=dict)
    """By agency, what its own bridge answered, in order."""
    rights: dict[str, tuple[Binding, ...]] = field(default_factory=dict)
    """By agency, rights at the broker other than those of its agreement."""


@cache
def services() -> tuple[Service, ...]:
    """All that stand behind the door, risk with one assessment its rule fails on."""
    ours = poisoned(built(NAMES, agreements(), versions(agreements(), MORE), REFERENCES))
    return tuple(one for one in ours if one.name != "admission")


def rerouted(service: Service, fact: type, changed: Callable[[Decide], Decide]) -> Service:
    """The service with that rule changed."""
    routes = tuple(
        Route(one.fact, changed(one.decide)) if one.fact is fact else one for one in service.routes
    )
    return replace(service, routes=routes)


async def play(
    said: Iterable[Said],
    hub: Hub | None = None,
    acts: Iterable[tuple[float, Act]] = (),
    *,
    at_once: bool = False,
) -> World:
    """The day with that said, each thing with all that follows from it.

    `at_once`: what is said between two ticks is read in one go, as after an outage.
    """
    hub = hub or Hub(*services())
    await hub.start(rules=NEWEST, schemas=committed().highest)
    ticks = [(float(hours), None) for hours in HOURS]
    steps: list[tuple[float, Fact | Act | None]] = [*said, *ticks, *acts]
    for hours, step in sorted(steps, key=lambda one: one[0]):
        hub.memory.at(later(hours=hours))
        if step is None:
            await hub.tick(later(hours=hours))
        elif isinstance(step, Fact):
            hub.say(step)
            if not at_once:
                await hub.memory.settle()
        else:
            await step()
    return World(hub)


# -- what one agency observes


def observed(agency: str, world: World) -> Observed:
    """Everything the agency can see of the hub, by place."""
    return dict(_observed(agency, world))


def differences(one: Observed, other: Observed) -> list[str]:
    """The places at which two worlds can be told apart."""
    return sorted(at for at in one.keys() | other.keys() if one.get(at) != other.get(at))


def _observed(agency: str, world: World) -> Iterator[tuple[str, bytes]]:
    topics = world.hub.memory.topics
    for topic in (NAMES.inbox(agency), NAMES.dead(agency)):
        records = topics.read(topic)
        yield f"{topic} length", b"%d" % len(records)
        for number, record in enumerate(records):
            yield from _record(f"{topic} {number}", record)
    yield from _said(agency, topics)
    yield from _broker(agency, world)
    yield from _folder(agency)
    yield "page", _page(agency, topics)
    for number, answer in enumerate(world.answers.get(agency, ())):
        for part, value in answer.items():
            yield f"answer {number} {part}", value


def _record(at: str, record: Record) -> Iterator[tuple[str, bytes]]:
    yield f"{at} offset", b"%d" % record.offset
    yield f"{at} time", b"%d" % record.timestamp_ms
    yield f"{at} key", record.key or b""
    yield f"{at} value", record.value or b""
    yield f"{at} headers", repr([name for name, _ in record.headers]).encode()
    for name, value in record.headers:
        yield f"{at} header {name}", value


def _said(agency: str, topics: MemoryTopics) -> Iterator[tuple[str, bytes]]:
    """The broker tells a producer at which offset its record stands."""
    for topic in topics.names():
        if topic.startswith(f"from.{agency}."):
            yield f"{topic} end", b"%d" % topics.end(topic)


def _broker(agency: str, world: World) -> Iterator[tuple[str, bytes]]:
    """What the broker lists to the agency: what it has any right on, of all there is."""
    rights = world.rights.get(agency) or tuple(agency_rights(agreements().agencies[agency], NAMES))
    there = _agreed_topics() | set(world.hub.memory.topics.names())
    topics = sorted(t for t in there if any(_reaches(right, "topic", t) for right in rights))
    yield "topics listed", json.dumps(topics).encode()
    groups = sorted({right.name for right in rights if right.resource == "group"})
    yield "groups listed", json.dumps(groups).encode()


@cache
def _agreed_topics() -> frozenset[str]:
    return frozenset(desired(agreements(), NAMES).topics)


def _reaches(right: Binding, resource: str, name: str) -> bool:
    if right.resource != resource:
        return False
    return name.startswith(right.name) if right.pattern == "prefixed" else name == right.name


def _folder(agency: str) -> Iterator[tuple[str, bytes]]:
    """The agency's own folder, but for its password."""
    ours = agreements().agencies[agency]
    adopted = committed().highest
    yield "folder topics.json", json.dumps(bundle.topics(ours, NAMES, adopted, Epoch())).encode()
    for number, schema in bundle.schemas(ours, adopted).items():
        yield f"folder schemas/{number}.avsc", json.dumps(schema).encode()


def _page(agency: str, topics: MemoryTopics) -> bytes:
    """Its own page, by what its credentials are shown."""
    inbox = (0, topics.end(NAMES.inbox(agency)), None)
    seen = Seen(inbox, tuple(topics.read(NAMES.dead(agency))))
    here = Installation(NAMES, committed().highest, Epoch(), later(hours=HOURS[-1]))
    return json.dumps(page(agreements(), agency, here, seen=seen).as_object()).encode()


# -- what agencies can find out together


def notes_in_common(one: str, other: str, world: World) -> frozenset[bytes]:
    """References of persons and numbers of notices that two agencies were both given."""
    return _references(one, world) & _references(other, world)


def ids_of_the_log(agency: str, world: World) -> list[str]:
    """Kinds of facts of which the hub's own ids stand anywhere in that inbox."""
    told = b"".join(everything(record) for record in world.hub.inbox(agency))
    return [
        fact.kind()
        for fact in world.hub.in_log()
        for number in (fact.event_id, fact.person_id)
        if number is not None and (number.bytes in told or str(number).encode() in told)
    ]


def _references(agency: str, world: World) -> frozenset[bytes]:
    given = {"ce_id", "ce_subject"}
    return frozenset(
        value
        for record in world.hub.inbox(agency)
        for name, value in (*record.headers, ("ce_subject", record.key or b""))
        if name in given
    )
