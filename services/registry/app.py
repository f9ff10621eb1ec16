"""The notification register as a service: the log in, duties and clocks out."""

from __future__ import annotations

from services.agreements.ours import SAYS
from services.registry.domain import BY_FACT, Register, on_tick
from services.registry.rules import RULES
from services.runtime.decision import Route
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.service import Service
from services.runtime.speech import adopted, held_person, person_of, reads_log, says_facts

ME = "registry"

ROUTES = tuple(Route(fact, decide) for fact, decide in BY_FACT.items())


def build(names: Names) -> Service:
    """The register."""
    return Service(
        name=ME,
        names=names,
        sources=(names.log,),
        partitions=LOG_PARTITIONS,
        read=reads_log(route.fact for route in ROUTES),
        routes=ROUTES,
        key_of=person_of,
        state_of=lambda _: Register,
        states=(Register,),
        rules_of=adopted("rules", RULES),
        writes=tuple(names.said(ME, fact) for fact in SAYS[ME]),
        say=says_facts(names, ME),
        on_tick=on_tick,
        held_fact=held_person(ME),
    )
