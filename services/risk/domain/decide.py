"""What risk decides on each fact, and on a Tick.

Every alert that stands is weighed anew whenever something is heard, so the order of hearing does
not matter: what is heard late closes an alert, or raises it again if it turns out more urgent than
those told of it know.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from schemas.base import Fact, derived_id, follows
from schemas.log import Tick
from schemas.register import CancelGround, DeadlineCancelled, DeadlineMet, DeadlineMissed
from schemas.risk import AlertClosed, AlertRaised, Closing, Rosh, RoshAssessed, Urgency
from schemas.tracking import (
    TagFitted,
    TagTampered,
    Tamper,
    ZoneEnded,
    ZoneEntered,
    ZoneLeft,
    ZoneSet,
)
from services.risk.domain.state import About, Alert, Assessed, Fitted, Met, Standing, Zone
from services.risk.domain.weighing import (
    URGENCIES,
    closing_of,
    expires_at,
    reasons_of,
    urgency_of,
)
from services.risk.rules import Rules
from services.runtime.decision import Context, Decision

ME = "risk"
_NEVER = datetime.max.replace(tzinfo=UTC)


class Because(StrEnum):
    """Why risk decided as it did; of several, what stands first here."""

    VICTIM_ZONE = "victim-zone"
    ZONE = "zone"
    TAMPER = "tamper"
    MISSED_DUTY = "missed-duty"
    MORE_URGENT = "more-urgent"
    OVER_ALREADY = "over-already"
    CLOSED = "closed"
    ALREADY_COUNTED = "already-counted"
    NOTED = "noted"


def weigh(standing: Standing | None, fact: ZoneEntered, context: Context) -> Decision[Standing]:
    """A crossing is looked at at once if the zone protects a victim or the risk is high.

    What was learned late is not live: looked at the same day, with the reason shown. One alert for
    each visit, since tracking says a visit once.
    """
    return _raise(_of(standing, fact), fact, About.ZONE, fact.zone_ref, context, late=fact.late)


def take_tamper(
    standing: Standing | None, fact: TagTampered, context: Context
) -> Decision[Standing]:
    """Interference with the equipment is looked at; at high risk at once, unless learned late."""
    before = _of(standing, fact)
    return _raise(
        before, fact, About.TAMPER, fact.device_ref, context, late=fact.late, tamper=fact.tamper
    )


def take_missed_duty(
    standing: Standing | None, fact: DeadlineMissed, context: Context
) -> Decision[Standing]:
    """A missed duty is a possible breach for an officer to look at (R-NOT-72)."""
    before, turn = _of(standing, fact), fact.turn or 0
    return _raise(before, fact, About.DUTY, fact.deadline_ref, context, turn=turn)


def take_zone(standing: Standing | None, fact: ZoneSet, context: Context) -> Decision[Standing]:
    """Whether the zone protects a victim, and until when it binds, by its highest version."""
    before = _of(standing, fact)
    known = before.zone(fact.zone_ref)
    said = known.model_copy(
        update={
            "version": fact.zone_version,
            "protects_victim": fact.protects_victim,
            "in_force_to": fact.in_force_to,
        }
    )
    newer = _version(said) > _version(known)
    return _settle(before, before.with_zone(said if newer else known), fact, context)


def assess(standing: Standing | None, fact: RoshAssessed, context: Context) -> Decision[Standing]:
    """The latest assessment counts; of two of the same moment, the higher."""
    before = _of(standing, fact)
    said = Assessed(at=fact.occurred_at, overall=fact.overall)
    latest = max((said, before.rosh or said), key=_assessment)
    return _settle(before, before.model_copy(update={"rosh": latest}), fact, context)


def settle_crossing(
    standing: Standing | None, fact: ZoneLeft, context: Context
) -> Decision[Standing]:
    """Certainly back on the right side: crossings of before then are over."""
    before = _of(standing, fact)
    zone = before.zone(fact.zone_ref)
    left = zone.model_copy(update={"left_at": _later(zone.left_at, fact.occurred_at)})
    return _settle(before, before.with_zone(left), fact, context)


def settle_zone(standing: Standing | None, fact: ZoneEnded, context: Context) -> Decision[Standing]:
    """A zone that no longer binds cannot be crossed."""
    before = _of(standing, fact)
    zone = before.zone(fact.zone_ref)
    ended = zone.model_copy(update={"ended_at": _later(zone.ended_at, fact.occurred_at)})
    return _settle(before, before.with_zone(ended), fact, context)


def settle_tamper(
    standing: Standing | None, fact: TagFitted, context: Context
) -> Decision[Standing]:
    """Fitted anew: interference of before then with that device is over, on the body with any."""
    before = _of(standing, fact)
    last = {one.device_ref: one.at for one in before.fitted}
    last[fact.device_ref] = _later(last.get(fact.device_ref), fact.occurred_at)
    fitted = tuple(Fitted(device_ref=ref, at=at) for ref, at in sorted(last.items()))
    return _settle(before, before.model_copy(update={"fitted": fitted}), fact, context)


def settle_duty(
    standing: Standing | None, fact: DeadlineMet, context: Context
) -> Decision[Standing]:
    """The duty was done after all, late or not."""
    return _over(_of(standing, fact), fact, context)


def settle_cancelled(
    standing: Standing | None, fact: DeadlineCancelled, context: Context
) -> Decision[Standing]:
    """The duty fell away, so it was not missed; unless only the requirement ended.

    What was missed before that is still a possible breach, for an officer to look at.
    """
    before = _of(standing, fact)
    if fact.ground is CancelGround.REQUIREMENT_ENDED:
        return _settle(before, before, fact, context)
    return _over(before, fact, context)


def on_tick(standing: Standing, tick: Tick, context: Context) -> Decision[Standing]:
    """A zone whose time is up closes what is about it, though nobody said that it ended."""
    return _settle(standing, standing, tick, context)


def _over(
    before: Standing, fact: DeadlineMet | DeadlineCancelled, context: Context
) -> Decision[Standing]:
    """Of several words about one duty that of the highest turn counts."""
    said = Met(
        deadline_ref=fact.deadline_ref,
        heard_at=_heard_at(fact),
        turn=fact.turn or 0,
        cancelled=isinstance(fact, DeadlineCancelled),
    )
    known = {one.deadline_ref: one for one in before.met}
    old = known.get(said.deadline_ref, said)
    last = max(old, said, key=lambda one: (one.turn, one.cancelled))
    heard_at = _later(old.heard_at, said.heard_at)
    known[said.deadline_ref] = last.model_copy(update={"heard_at": heard_at})
    met = tuple(one for _, one in sorted(known.items()))
    return _settle(before, before.model_copy(update={"met": met}), fact, context)


def _raise(
    before: Standing,
    cause: ZoneEntered | TagTampered | DeadlineMissed,
    about: About,
    subject: str,
    context: Context,
    *,
    late: bool = False,
    tamper: Tamper | None = None,
    turn: int = 0,
) -> Decision[Standing]:
    """One alert for each crossing and tampering, and one for each time a deadline is missed."""
    again = f":{turn}" if turn else ""
    origin = before.person_id if about is About.DUTY else cause.event_id
    alert = Alert(
        alert_ref=str(derived_id(origin, "risk.alert", f"{about}:{subject}{again}")),
        about=about,
        subject=subject,
        at=cause.occurred_at,
        heard_at=_heard_at(cause),
        late=late,
        tamper=tamper,
        turn=turn,
    )
    known = before.alert(alert.alert_ref)
    if known is not None:
        first = {"at": min(known.at, alert.at), "heard_at": min(known.heard_at, alert.heard_at)}
        after = before.with_alert(known.model_copy(update=first))
        return Decision(after, Because.ALREADY_COUNTED, wake_at=_wake(after))
    return _settle(before, before.with_alert(alert), cause, context)


def _settle(before: Standing, heard: Standing, cause: Fact, context: Context) -> Decision[Standing]:
    """Every alert that stands, weighed by all that was heard; what is new in it is said."""
    rules: Rules = context.rules
    now = cause.now if isinstance(cause, Tick) else None
    alerts: list[Alert] = []
    facts: list[AlertRaised | AlertClosed] = []
    for alert in heard.alerts:
        old = before.alert(alert.alert_ref)
        told = old.urgency if old else None
        if old is not None and told is None:
            alerts.append(alert)
            continue
        urgency, closing = urgency_of(heard, alert, rules), closing_of(heard, alert, now)
        if told is None or (closing is None and _more_urgent(urgency, told)):
            facts.append(_raised(heard, alert, urgency, cause, rules))
        if closing is not None:
            facts.append(_closed(heard, alert, closing, cause))
        stands = None if closing is not None else urgency
        alerts.append(alert.model_copy(update={"urgency": stands}))
    after = _remembered(heard.model_copy(update={"alerts": tuple(alerts)}), rules)
    because = min(_becauses(before, facts), key=list(Because).index, default=Because.NOTED)
    return Decision(after, because, tuple(facts), _wake(after))


def _raised(
    standing: Standing, alert: Alert, urgency: Urgency, cause: Fact, rules: Rules
) -> AlertRaised:
    return follows(
        cause,
        AlertRaised,
        source=ME,
        part=alert.alert_ref,
        alert_ref=alert.alert_ref,
        urgency=urgency,
        reasons=reasons_of(standing, alert, rules),
    )


def _closed(standing: Standing, alert: Alert, closing: Closing, cause: Fact) -> AlertClosed:
    return follows(
        cause,
        AlertClosed,
        source=ME,
        of=UUID(alert.alert_ref),  # an alert is closed once
        person_id=standing.person_id,
        alert_ref=alert.alert_ref,
        closing=closing,
    )


def _becauses(before: Standing, facts: list[AlertRaised | AlertClosed]) -> Iterator[Because]:
    closed = {fact.alert_ref for fact in facts if isinstance(fact, AlertClosed)}
    for fact in facts:
        if isinstance(fact, AlertClosed):
            yield Because.CLOSED
        elif fact.alert_ref in closed:
            yield Because.OVER_ALREADY
        elif before.alert(fact.alert_ref) is not None:
            yield Because.MORE_URGENT
        else:
            yield Because(fact.reasons[0].value)


def _more_urgent(now: Urgency, before: Urgency) -> bool:
    return URGENCIES.index(now) < URGENCIES.index(before)


def _remembered(standing: Standing, rules: Rules) -> Standing:
    """Without what is long over; counted from the last thing heard that can belong together."""
    heard = [a.heard_at for a in standing.alerts] + [one.heard_at for one in standing.met]
    if not heard:
        return standing
    before = max(heard) - rules.remember
    return standing.model_copy(
        update={
            "alerts": tuple(a for a in standing.alerts if a.urgency or a.heard_at >= before),
            "met": tuple(one for one in standing.met if one.heard_at >= before),
        }
    )


def _wake(standing: Standing) -> datetime | None:
    expiries = (expires_at(standing, alert) for alert in standing.alerts)
    return min((at for at in expiries if at is not None), default=None)


def _version(zone: Zone) -> tuple[int, bool, bool, datetime]:
    """What makes one word about a zone count before another: of a version said twice, the wider."""
    ends = zone.in_force_to
    return zone.version, zone.protects_victim, ends is None, ends or _NEVER


def _assessment(assessed: Assessed) -> tuple[datetime, int]:
    return assessed.at, tuple(Rosh).index(assessed.overall)


def _later(known: datetime | None, said: datetime) -> datetime:
    return said if known is None else max(known, said)


def _heard_at(fact: Fact) -> datetime:
    return fact.recorded_at or fact.occurred_at


def _of(standing: Standing | None, fact: Fact) -> Standing:
    """What is known of the person a fact of the log is about.

    Raises:
        ValueError: it is about nobody, which the door never admits.
    """
    if standing is not None:
        return standing
    if fact.person_id is None:
        raise ValueError("person_id")
    return Standing(person_id=fact.person_id)
