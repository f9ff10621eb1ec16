"""Risk as a service: the log in, alerts out."""

from __future__ import annotations

from schemas.register import DeadlineCancelled, DeadlineMet, DeadlineMissed
from schemas.risk import RoshAssessed
from schemas.tracking import TagFitted, TagTampered, ZoneEnded, ZoneEntered, ZoneLeft, ZoneSet
from services.agreements.ours import SAYS
from services.risk.domain import (
    ME,
    Standing,
    assess,
    on_tick,
    settle_cancelled,
    settle_crossing,
    settle_duty,
    settle_tamper,
    settle_zone,
    take_missed_duty,
    take_tamper,
    take_zone,
    weigh,
)
from services.risk.rules import RULES
from services.runtime.decision import Route
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.service import Service
from services.runtime.speech import adopted, held_person, person_of, reads_log, says_facts

ROUTES = (
    Route(ZoneSet, take_zone),
    Route(RoshAssessed, assess),
    Route(ZoneEntered, weigh),
    Route(TagTampered, take_tamper),
    Route(DeadlineMissed, take_missed_duty),
    Route(ZoneLeft, settle_crossing),
    Route(ZoneEnded, settle_zone),
    Route(TagFitted, settle_tamper),
    Route(DeadlineMet, settle_duty),
    Route(DeadlineCancelled, settle_cancelled),
)


def build(names: Names) -> Service:
    """The risk engine."""
    return Service(
        name=ME,
        names=names,
        sources=(names.log,),
        partitions=LOG_PARTITIONS,
        read=reads_log(route.fact for route in ROUTES),
        routes=ROUTES,
        key_of=person_of,
        state_of=lambda _: Standing,
        states=(Standing,),
        rules_of=adopted("rules", RULES),
        writes=tuple(names.said(ME, fact) for fact in SAYS[ME]),
        say=says_facts(names, ME),
        on_tick=on_tick,
        held_fact=held_person(ME),
    )
