"""How the authority reaches us: one event a request, answered when the broker has confirmed it."""

from __future__ import annotations

from aiohttp import web

from schemas.base import Fact
from services.bridge.door import Door
from services.bridge.inbox import receipt
from services.bridge.rows import json_of
from services.bridge.watch import Watch
from services.housing_bridge.mapping import Decided, FieldsRefused, read_event
from services.runtime.faults import Refused

Fields = tuple[tuple[str, str], ...]


class Inbound:
    """Takes the authority's events in."""

    def __init__(self, agency: str, door: Door, watch: Watch) -> None:
        self._agency = agency
        self._door = door
        self._watch = watch

    async def post(self, request: web.Request) -> web.Response:
        """`POST /v1/events`: 202 with the event's id once confirmed; 400 with every wrong field."""
        try:
            fact = self._fact(read_event(self._agency, json_of(await request.read())))
            self._door.check(fact)
        except FieldsRefused as refused:
            return self._refused(refused.fields)
        except Refused as refused:
            return self._refused(((refused.field, refused.reason),))
        await self._door.say([fact])
        self._watch.said.labels(kind=fact.kind()).inc()
        self._watch.rows.labels(outcome="taken").inc()
        return web.json_response({"eventId": str(fact.event_id)}, status=202)

    def _fact(self, said: Fact | Decided) -> Fact:
        """A fact of the authority's own, or the receipt of a notice it has decided on."""
        if isinstance(said, Fact):
            return said
        return receipt(
            self._agency,
            said.notice_ref,
            said.person_ref,
            said.outcome.status,
            at=said.at,
            reason=said.outcome.reason,
        )

    def _refused(self, fields: Fields) -> web.Response:
        self._watch.rows.labels(outcome="refused").inc()
        errors = [{"field": field, "reason": reason} for field, reason in fields]
        return web.json_response({"errors": errors}, status=400)
