"""Leaks as somebody could really make them, each planted in a hub that is otherwise as it is."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from aiohttp import web

from schemas.base import FactAboutPerson
from services.admission.domain import Letter, Returned
from services.agreements.broker_plan import Binding
from services.bridge.https import application, problem
from services.notify.domain import Delivery
from services.runtime.decision import Context, Decide, Decision, State
from services.runtime.memory import MemoryHub
from services.runtime.outbox import MemoryTopics
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.service import Service
from tests.in_memory import NAMES, Hub, a_door, agreements
from tests.two_worlds.day import OTHER, OTHER_ID
from tests.two_worlds.world import rerouted, services

_MARKER = (("marker", b""),)
Says = Callable[[Any, Headers, int], Iterable[Outgoing]]


def a_hub(
    *,
    door: Callable[[Service], Service] = lambda same: same,
    notify: Callable[[Service], Service] = lambda same: same,
    topics: MemoryTopics | None = None,
) -> Hub:
    """The hub with one of its parts exchanged."""
    behind = [notify(one) if one.name == "notify" else one for one in services()]
    hub = Hub()
    hub.memory = MemoryHub([door(a_door()), *behind])
    hub.memory.topics = topics or hub.memory.topics
    return hub


def answer_that_nobody_is_meant(door: Service) -> Service:
    """What waits for its person goes back as well, with a reason."""

    def changed(admit: Decide) -> Decide:
        def leaks(state: State | None, letter: Letter, context: Context) -> Decision[State]:
            decision = admit(state, letter, context)
            if decision.because != "waiting":
                return decision
            return replace(decision, facts=(Returned(letter, "nobody", "identifiers"),))

        return leaks

    return rerouted(door, Letter, changed)


def know_an_event_by_its_id_alone(door: Service) -> Service:
    """An event id is one fact's, whoever says it of whom; a second is sent back."""
    heard: dict[UUID, str] = {}

    def changed(admit: Decide) -> Decide:
        def leaks(state: State | None, letter: Letter, context: Context) -> Decision[State]:
            fact = letter.fact
            if isinstance(fact, FactAboutPerson):
                first = heard.setdefault(fact.event_id, letter.speaker)
                if first != letter.speaker:
                    back = Returned(letter, "said-differently", "event_id")
                    return Decision(None, "refused-said-differently", (back,))
            return admit(state, letter, context)

        return leaks

    return rerouted(door, Letter, changed)


def mark_what_is_withheld(notify: Service) -> Service:
    """Who is not told gets a marker in place of the notice, which no reader is shown."""

    def beside(notice: Delivery) -> Iterator[Outgoing]:
        for agency in agreements().agencies:
            if agency != notice.agency:
                yield Outgoing(NAMES.inbox(agency), None, None, _MARKER)

    return _says_beside(notify, beside)


class HidesMarkers(MemoryTopics):
    """Markers take offsets, as those of transactions do; readers never see one."""

    def read(self, topic: str, partition: int = 0, offset: int = 0) -> list[Record]:
        found = super().read(topic, partition, offset)
        return [record for record in found if record.headers != _MARKER]


def a_topic_for_each_person(notify: Service) -> Service:
    """Each agency has one for each managed person, below its inbox."""

    def beside(notice: Delivery) -> Iterator[Outgoing]:
        for agency in agreements().agencies:
            yield Outgoing(f"{NAMES.inbox(agency)}.{notice.person_ref}", None, b"")

    return _says_beside(notify, beside)


def by_prefix(agency: str) -> tuple[Binding, ...]:
    """The right to all topics that begin as its inbox does."""
    principal = f"User:{NAMES.agency_user(agency)}"
    return (Binding(principal, "topic", NAMES.inbox(agency), "prefixed", "read"),)


class LateWhereMuchIsTold(MemoryTopics):
    """What stands in an inbox stands there the later, the more there was to tell anybody."""

    def append(self, out: Outgoing) -> Record:
        if not out.topic.startswith("to."):
            return super().append(out)
        now, told = self.now_ms, sum(self.end(NAMES.inbox(one)) for one in agreements().receivers)
        self.now_ms = now + told
        try:
            return super().append(out)
        finally:
            self.now_ms = now


def _says_beside(notify: Service, more: Callable[[Delivery], Iterable[Outgoing]]) -> Service:
    say: Says = notify.say

    def says(thing: Any, marks: Headers, schemas: int) -> Iterator[Outgoing]:
        yield from say(thing, marks, schemas)
        if isinstance(thing, Delivery):
            yield from more(thing)

    return replace(notify, say=says)


# -- in a bridge


def forbidden_beside_not_found(hub: Hub) -> Callable[..., web.Application]:
    """Asked for a person, a bridge says 403 of one the hub knows and 404 of any other."""

    async def person(_: web.Request) -> web.Response:
        return problem(403, "not-yours") if _known(hub) else problem(404, "not-found")

    def with_people(routes: Iterable[web.RouteDef], *rest: Any, **more: Any) -> web.Application:
        return application([*routes, web.get("/v1/people/{number}", person)], *rest, **more)

    return with_people


def longer_where_somebody_is_meant(hub: Hub) -> Callable[..., web.Application]:
    """An answer is a byte longer where the hub knows the person."""

    def longer(
        handler: Callable[[web.Request], Awaitable[web.Response]],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            response = await handler(request)
            if _known(hub) and OTHER.value.encode() in await request.read():
                response.text = f"{response.text} "
            return response

        return answer

    def with_longer(routes: Iterable[web.RouteDef], *rest: Any, **more: Any) -> web.Application:
        longest = [web.post(route.path, longer(route.handler)) for route in routes]  # type: ignore[arg-type]  # our handlers are coroutines
        return application(longest, *rest, **more)

    return with_longer


def _known(hub: Hub) -> bool:
    return any(fact.person_id == OTHER_ID for fact in hub.in_log())
