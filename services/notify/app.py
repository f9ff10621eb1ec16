"""Notices as a service: the log in, inboxes and facts about notices out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from schemas.base import Fact, LogFact
from schemas.catalogue import ENTRIES
from schemas.log import PersonHeld, suspended_grants
from schemas.notice import NoticeIssued, NoticeWaiting, Withheld
from services.agreements.compile import Agreements
from services.agreements.ours import SAYS
from services.agreements.references import References
from services.agreements.versions import Versions
from services.notify.domain import BY_FACT, LOOKS_BACK, ME, Case, Delivery, remind, tell
from services.notify.rules import ENDINGS, LADDERS, Rules
from services.runtime import wire
from services.runtime.decision import Route
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Headers, Outgoing
from services.runtime.schema_store import SchemaStore
from services.runtime.service import Service
from services.runtime.speech import held_person, person_of, reads_log, says_facts

ROUTES = (
    *(Route(fact, decide) for fact, decide in BY_FACT.items()),
    *(
        Route(entry.fact, tell)
        for entry in ENTRIES
        if not issubclass(entry.fact, LogFact | NoticeIssued | NoticeWaiting)
        and entry.fact not in BY_FACT
        and not entry.raw
    ),
)


def build(
    names: Names, receivers: Iterable[str], versions: Versions, references: References
) -> Service:
    """The fan-out to those receivers."""
    views = SchemaStore()
    return Service(
        name="notify",
        names=names,
        sources=(names.log,),
        partitions=LOG_PARTITIONS,
        read=reads_log(route.fact for route in ROUTES),
        routes=ROUTES,
        key_of=_row,
        state_of=lambda _: Case,
        states=(Case,),
        rules_of=_rules(versions, references, views),
        writes=(
            *(names.inbox(receiver) for receiver in receivers),
            *(names.said("notify", fact) for fact in SAYS["notify"]),
        ),
        say=_says(names, views),
        on_tick=remind,
        looks_back=LOOKS_BACK,
        held_fact=held_person("notify"),
    )


def _row(fact: Fact) -> str:
    """The person's; that this service holds it is decided beside it, since the row is held."""
    mine = isinstance(fact, PersonHeld) and fact.service == ME
    if mine or (isinstance(fact, Withheld) and fact.of_hold):
        return f"held:{person_of(fact)}"
    return person_of(fact)


def _rules(
    versions: Versions, references: References, views: SchemaStore
) -> Callable[[Mapping[str, str]], Rules | None]:
    def agreements_of(version: str) -> Agreements:
        agreements = versions.get(version)
        for schema_id, schema in agreements.view_schemas.items():
            views.register(schema_id, schema)
        return agreements

    @cache
    def of(rules: str, version: str, schemas: str, suspended: frozenset[tuple[str, str]]) -> Rules:
        if rules not in LADDERS:
            raise Stop("rules were adopted that this worker does not have: update and restart")
        agreements = agreements_of(version)
        earlier = cache(agreements_of)
        return Rules(
            agreements=agreements,
            references=references,
            ladder=LADDERS[rules],
            schemas=int(schemas),
            earlier=earlier,
            suspended=suspended,
            endings=rules in ENDINGS,
        )

    def rules_of(adopted: Mapping[str, str]) -> Rules | None:
        if "agreements" not in adopted or "rules" not in adopted:
            return None
        schemas, suspended = adopted.get("schemas", "0"), suspended_grants(adopted)
        return of(adopted["rules"], adopted["agreements"], schemas, suspended)

    return rules_of


def _says(
    names: Names, views: SchemaStore
) -> Callable[[Fact | Delivery, Headers, int], Iterable[Outgoing]]:
    say_fact = says_facts(names, "notify")

    def say(thing: Fact | Delivery, marks: Headers, adopted: int) -> Iterable[Outgoing]:
        if isinstance(thing, Delivery):
            return (_into_inbox(names, views, thing),)
        return say_fact(thing, marks, adopted)

    return say


def _into_inbox(names: Names, views: SchemaStore, notice: Delivery) -> Outgoing:
    """A notice as its receiver finds it. It carries no marks: a place in the log would tell."""
    head = wire.head(
        event_id=notice.notice_ref,
        kind=notice.kind,
        occurred_at=notice.occurred_at,
        subject=notice.person_ref,
        schema_id=notice.schema_id,
    )
    value = wire.encode_view(notice.schema_id, notice.record, views)
    return Outgoing(names.inbox(notice.agency), notice.person_ref.encode(), value, head)
