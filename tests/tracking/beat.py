"""Tracking's rows, and a wearer walking past an invented zone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from schemas.base import Fact
from schemas.notice import Notice
from schemas.risk import Urgency
from schemas.tracking import Position, TagFitted, TagRemoved, ZoneEnded, ZoneEntered, ZoneSet
from services.runtime.decision import Context, Decision
from services.tracking.domain import assess, hear, key_of
from services.tracking.rules import RULES
from tests.makers import NOON, NOTICE, a_fitting, a_position, a_removal, a_zone, a_zone_ending

PERSON_REF = "person-ref-1"
INSIDE, OUTSIDE, EDGE = (-1.475, 52.925), (-1.500, 52.925), (-1.480, 52.925)
"""About 335 m inside the zone of `a_zone`, 1.3 km outside it, and on its line."""


class Beat:
    """All rows of tracking, and what was said."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        self.said: list[Fact] = []
        self.because: list[str] = []
        self.heard: list[Position] = []

    def get(self, key: str) -> Any:
        """Another row's state."""
        return self.rows.get(key)

    def hear(self, *heard: Position | Notice) -> list[Fact]:
        """What is said on those."""
        said: list[Fact] = []
        for one in heard:
            said += self._take(one)
        return said

    def _take(self, heard: Position | Notice) -> list[Fact]:
        context = Context(rules=RULES["2026-1"], now=None, rows=self)
        key = key_of(heard)
        decision: Decision[Any]
        if isinstance(heard, Position):
            self.heard.append(heard)
            decision = assess(self.rows.get(key), heard, context)
        else:
            decision = hear(self.rows.get(key), heard, context)
        for other, row in {key: None, **decision.others}.items():
            state = decision.state if row is None else row.state
            if state is not None:
                self.rows[other] = state
        self.because.append(decision.because)
        self.said.extend(decision.facts)
        return list(decision.facts)


def watched(**zone: Any) -> Beat:
    """Somebody wearing `device-1`, bound by one zone, since the day before."""
    beat = Beat()
    beat.hear(told(a_zone(occurred_at=at(-1440), **zone)), told(a_fitting(occurred_at=at(-1440))))
    return beat


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def seen(
    place: tuple[float, float], minutes: float, delay_s: float = 20, **fields: Any
) -> Position:
    """A position found then, and received so long after."""
    found = at(minutes)
    recorded_at = found + timedelta(seconds=delay_s)
    return a_position(*place, occurred_at=found, recorded_at=recorded_at, **fields)


def told(
    fact: ZoneSet | ZoneEnded | TagFitted | TagRemoved, person_ref: str = PERSON_REF
) -> Notice:
    """The fact as tracking finds it in its inbox."""
    shown: dict[str, object] = {"occurred_at": fact.occurred_at, "recorded_at": fact.occurred_at}
    if isinstance(fact, ZoneSet):
        shown |= fact.model_dump(
            include={"zone_ref", "zone_version", "zone", "in_force_from", "in_force_to"}
        )
        shown["outline"] = [point.model_dump() for point in fact.outline]
        shown["zone"] = fact.zone.value
    elif isinstance(fact, ZoneEnded):
        shown["zone_ref"] = fact.zone_ref
    else:
        shown["device_ref"] = fact.device_ref
    return Notice(
        notice_ref=NOTICE,
        person_ref=person_ref,
        about=fact.kind(),
        urgency=Urgency.IMMEDIATE,
        told=shown,
    )


def ended(minutes: float, **fields: Any) -> Notice:
    """The zone was ended then."""
    return told(a_zone_ending(occurred_at=at(minutes), **fields))


def removed(minutes: float, **fields: Any) -> Notice:
    """The tag was taken off then."""
    return told(a_removal(occurred_at=at(minutes), **fields))


def fitted(minutes: float, **fields: Any) -> Notice:
    """The tag was put on then."""
    return told(a_fitting(occurred_at=at(minutes), **fields))


def short(facts: Iterable[Fact]) -> list[str]:
    """What was said, as a reader looks at it."""
    return [
        ("in" if isinstance(fact, ZoneEntered) else "out")
        + (" late" if isinstance(fact, ZoneEntered) and fact.late else "")
        + f" {(fact.occurred_at - NOON) / timedelta(minutes=1):g}"
        for fact in facts
    ]
