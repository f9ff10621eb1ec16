"""What all schedules share: the services as they are deployed, under the agreements there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from schemas.base import sourced_id
from schemas.case import LevelSet
from schemas.log import BuildAdopted
from schemas.risk import RoshAssessed
from services.admission.domain import Letter
from services.agreements.compile import Agreements, load
from services.agreements.references import References
from services.agreements.versions import Versions
from services.hub.catalogue import built
from services.hub.simulation import people
from services.hub.simulation.world import BEGIN, CRASHING, POISON, Plan, plan
from services.runtime.decision import Context, Decide, Decision, Route, State
from services.runtime.names import Names
from services.runtime.records import Outgoing
from services.runtime.schema_store import SchemaStore
from services.runtime.service import Service
from services.runtime.speech import as_said

REFERENCES = References(bytes(32))
FAILS = "the door fails here"
"""What the door says when it is made to fail."""


@dataclass(frozen=True, slots=True)
class Town:
    """The services, who is told, and how to read what they are told."""

    names: Names
    agreements: Agreements
    services: tuple[Service, ...]
    receivers: tuple[str, ...]
    views: SchemaStore = field(default_factory=SchemaStore)

    def plan(self, seed: int) -> Plan:
        """The schedule of that seed."""
        return plan(seed, self.names, self.agreements.version)

    @property
    def builds(self) -> str:
        """Where builds are adopted."""
        return self.names.said("deploy", BuildAdopted)

    def build_adopted(self, version: str, number: int) -> Outgoing:
        """That build is in force."""
        fact = BuildAdopted(
            event_id=sourced_id("deploy", BuildAdopted.kind(), f"{version}@{number}"),
            occurred_at=BEGIN,
            source="deploy",
            version=version,
        )
        return as_said(self.names, fact)


@cache
def a_town(files: Path) -> Town:
    """The hub under the agreements in that folder, built once in each process."""
    names, agreements = Names(), people.enrol(load(files))
    versions = Versions(Path("nowhere"), {agreements.version: agreements})
    services = built(names, agreements, versions, REFERENCES)
    views = SchemaStore()
    for number, schema in agreements.view_schemas.items():
        views.register(number, schema)
    return Town(names, agreements, tuple(poisoned(services)), _told(agreements), views)


def _told(agreements: Agreements) -> tuple[str, ...]:
    return tuple(slug for slug in agreements.receivers if slug != "tracking")


def poisoned(services: Iterable[Service]) -> Iterable[Service]:
    """Risk's rule fails on an assessment without a tool, the door on a level of a certain day."""
    spoilt = {"risk": (RoshAssessed, _fails_on_tool), "admission": (Letter, _fails_on_day)}
    for service in services:
        fact, fails = spoilt.get(service.name, (None, None))
        routes = tuple(
            Route(route.fact, fails(route.decide)) if fails and route.fact is fact else route
            for route in service.routes
        )
        yield replace(service, routes=routes)


def _fails_on_tool(decide: Decide) -> Decide:
    def assess(state: State | None, fact: RoshAssessed, context: Context) -> Decision[State]:
        if fact.tool == POISON:
            raise ValueError(POISON)
        return decide(state, fact, context)

    return assess


def _fails_on_day(decide: Decide) -> Decide:
    def admit(state: State | None, letter: Letter, context: Context) -> Decision[State]:
        if isinstance(letter.fact, LevelSet) and letter.fact.set_on == CRASHING:
            raise ValueError(FAILS)
        return decide(state, letter, context)

    return admit
