"""Invented facts for measuring: a log of mixed kinds, and what an agency says at a steady rate."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle

from schemas.base import Fact, FactAboutPerson, sourced_id
from schemas.log import AgreementsAdopted, BuildAdopted, RulesAdopted, SchemasAdopted
from schemas.register import NotificationKind
from services.hub.rules.in_force import NEWEST
from services.runtime.installed import build_fingerprint
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Outgoing
from services.runtime.schema_store import committed
from services.runtime.speech import DEPTH, log_partition
from services.runtime.wire import Trigger, encode, headers_of
from tests import makers

Maker = Callable[..., FactAboutPerson]

STEPS: tuple[Maker, ...] = (
    makers.a_conviction,
    makers.a_joining,
    makers.a_level,
    makers.a_rosh,
    makers.a_release_date,
    makers.a_release,
    makers.a_notification,
    makers.an_address_change,
    makers.a_zone,
    makers.a_fitting,
    makers.a_notification,
    makers.an_address_change,
    makers.a_rosh,
    makers.a_tenancy,
    makers.a_notification,
    makers.an_address_change,
    makers.a_level,
    makers.a_zone_ending,
    makers.a_notification,
    makers.an_address_change,
)
"""What is said of each person, one step after the other; the next person begins a step later, so
that the log is of one mixture all along."""
SAID_STEADILY: tuple[Maker, ...] = (
    makers.an_address_change,
    makers.a_level,
    makers.an_address_change,
    makers.a_notification,
)
"""What one body says at a steady rate; another is told of each."""


def adoptions(version: str) -> tuple[Fact, ...]:
    """What has to be in force before anything is decided."""
    now = datetime.now(UTC)
    return tuple(
        kind(
            event_id=sourced_id("deploy", kind.kind(), f"{adopted}@{now.isoformat()}"),
            occurred_at=now,
            source="deploy",
            version=adopted,
        )
        for kind, adopted in (
            (SchemasAdopted, str(committed().highest)),
            (RulesAdopted, NEWEST),
            (BuildAdopted, build_fingerprint()),
            (AgreementsAdopted, version),
        )
    )


def log(
    names: Names, version: str, persons: int, facts: int, together: int | None = None
) -> Iterator[Outgoing]:
    """A log as the door would have written it: adoptions, then so many facts of mixed kinds.

    `together`: so many people's stories are told at a time, each whole before the next people's
    begin, so that people have as long a history in the log's beginning as at its end.
    """
    for number, fact in enumerate(adoptions(version)):
        for partition in range(LOG_PARTITIONS):
            yield in_log(names, fact, number, partition)
    crowd = together or persons
    story = len(STEPS) if together else -(-facts // persons)
    for number in range(facts):
        before, told = divmod(number, crowd * story)
        step, place = divmod(told, crowd)
        who = before * crowd + place
        person = makers.a_person(who)
        at = makers.later(minutes=number)
        fact = said(STEPS[(step + who) % len(STEPS)], who, number, at)
        admitted = makers.admitted(fact, person, at)
        yield in_log(names, admitted, number, log_partition(person))


def known_persons(persons: int, source: str) -> Iterator[FactAboutPerson]:
    """What makes those persons known at the door."""
    for who in range(persons):
        yield said(makers.a_conviction, who, who, recently(), source=source)


def steadily(persons: int, source: str) -> Iterator[FactAboutPerson]:
    """One fact after another by that body, person after person, for ever."""
    for number, make in enumerate(cycle(SAID_STEADILY)):
        yield said(make, number % persons, number, recently(), source=source)


def said(make: Maker, who: int, number: int, at: datetime, **fields: object) -> FactAboutPerson:
    """What is said of that person; `number` tells it from whatever else is said at that moment."""
    return make(
        event_id=sourced_id("bench", make.__name__, f"{at.isoformat()}/{number}"),
        occurred_at=at,
        identifiers=(makers.a_pnc(who),),
        **_own(make, who, at),
        **fields,
    )


def _own(make: Maker, who: int, at: datetime) -> dict[str, object]:
    """What tells a person's things from another's, and a notification from the one before."""
    if make is makers.a_notification:
        return {"notification": NotificationKind.ANNUAL, "made_on": at.date()}
    if make in (makers.a_zone, makers.a_zone_ending):
        return {"zone_ref": f"zone-{who}"}
    return {"device_ref": f"device-{who}"} if make is makers.a_fitting else {}


def recently() -> datetime:
    """A moment ago: nobody takes it for the future."""
    return datetime.now(UTC) - timedelta(seconds=1)


def in_log(names: Names, fact: Fact, number: int, partition: int) -> Outgoing:
    """The fact as the door would have appended it, said as so many."""
    trigger = Trigger(names.said(fact.source, type(fact)), 0, number, 0)
    headers = headers_of(fact, (trigger.header(), (DEPTH, b"1")))
    key = None if fact.person_id is None else fact.person_id.bytes
    return Outgoing(names.log, key, encode(fact), headers, partition)
