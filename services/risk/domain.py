"""What makes somebody look at a person: alerts with reasons and urgency, never a score.

The hub recommends; people decide. An alert stands until what raised it is over.
"""

from __future__ import annotations

from schemas.base import Fact, Instant, PersonId, derived_id, follows
from schemas.register import DeadlineMet, DeadlineMissed
from schemas.risk import (
    AlertClosed,
    AlertRaised,
    Closing,
    Reason,
    Rosh,
    RoshAssessed,
    Urgency,
)
from schemas.tracking import (
    TagFitted,
    TagTampered,
    ZoneEnded,
    ZoneEntered,
    ZoneLeft,
    ZoneSet,
)
from services.risk.rules import Rules
from services.runtime.decision import Context, Decision, State

ME = "risk"
REMEMBERED = 200
"""Causes remembered per person: local choice, see decision 4."""


class Zone(State):
    """What has to be known of a zone to weigh a crossing."""

    zone_ref: str
    version: int
    protects_victim: bool


class Alert(State):
    """An alert that stands, and what would end it."""

    alert_ref: str
    subject: str
    """The zone, device or deadline it is about."""
    raised_at: Instant


class Standing(State):
    """How a person stands."""

    person_id: PersonId
    rosh: Rosh | None = None
    rosh_at: Instant | None = None
    zones: tuple[Zone, ...] = ()
    alerts: tuple[Alert, ...] = ()
    over: tuple[tuple[str, Instant], ...] = ()
    """Subjects that ended, and when: what is heard late of the time before raises nothing."""
    counted: tuple[str, ...] = ()
    """Causes an alert was raised for, oldest first."""

    def zone(self, zone_ref: str) -> Zone | None:
        """The zone of that number."""
        return next((zone for zone in self.zones if zone.zone_ref == zone_ref), None)


def take_zone(standing: Standing | None, fact: ZoneSet, _: Context) -> Decision[Standing]:
    """Remember whether the zone protects a victim; a lower version changes nothing."""
    known = _of(standing, fact)
    before = known.zone(fact.zone_ref)
    if before is not None and before.version >= fact.zone_version:
        return Decision(known, "already-known")
    zone = Zone(
        zone_ref=fact.zone_ref, version=fact.zone_version, protects_victim=fact.protects_victim
    )
    others = tuple(one for one in known.zones if one.zone_ref != fact.zone_ref)
    zones = tuple(sorted((*others, zone), key=lambda one: one.zone_ref))
    return Decision(known.model_copy(update={"zones": zones}), "zone-known")


def assess(standing: Standing | None, fact: RoshAssessed, _: Context) -> Decision[Standing]:
    """The latest assessment counts; urgency follows it from here on."""
    known = _of(standing, fact)
    place = (fact.occurred_at, fact.overall.value)
    if known.rosh and known.rosh_at and place <= (known.rosh_at, known.rosh.value):
        return Decision(known, "older-assessment")
    update = {"rosh": fact.overall, "rosh_at": fact.occurred_at}
    return Decision(known.model_copy(update=update), "assessed")


def weigh(standing: Standing | None, fact: ZoneEntered, context: Context) -> Decision[Standing]:
    """A crossing is looked at at once if the zone protects a victim or the risk is high.

    What was learned late is not live: looked at the same day, with the reason shown.
    """
    rules: Rules = context.rules
    known = _of(standing, fact)
    zone = known.zone(fact.zone_ref)
    victim = zone is not None and zone.protects_victim
    high = known.rosh in rules.high
    reasons = (
        *((Reason.VICTIM_ZONE,) if victim else (Reason.ZONE,)),
        *((Reason.HIGH_RISK,) if high else ()),
        *((Reason.LEARNED_LATE,) if fact.late else ()),
    )
    live = rules.zone_of_concern if victim or high else rules.zone
    return _raise(known, fact, f"zone:{fact.zone_ref}", rules.zone if fact.late else live, reasons)


def take_tamper(
    standing: Standing | None, fact: TagTampered, context: Context
) -> Decision[Standing]:
    """Interference with the equipment is looked at; at high risk at once, unless learned late."""
    rules: Rules = context.rules
    known = _of(standing, fact)
    high = known.rosh in rules.high
    reasons = (
        Reason.TAMPER,
        *((Reason.HIGH_RISK,) if high else ()),
        *((Reason.LEARNED_LATE,) if fact.late else ()),
    )
    urgency = rules.zone_of_concern if high and not fact.late else rules.tamper
    return _raise(known, fact, f"device:{fact.device_ref}", urgency, reasons)


def take_missed_duty(
    standing: Standing | None, fact: DeadlineMissed, context: Context
) -> Decision[Standing]:
    """A missed duty is a possible breach for an officer to look at (R-NOT-72)."""
    rules: Rules = context.rules
    known = _of(standing, fact)
    high = known.rosh in rules.high
    reasons = (Reason.MISSED_DUTY, *((Reason.HIGH_RISK,) if high else ()))
    urgency = rules.missed_duty_at_high_risk if high else rules.missed_duty
    return _raise(known, fact, f"deadline:{fact.deadline_ref}", urgency, reasons)


def settle_crossing(standing: Standing | None, fact: ZoneLeft, _: Context) -> Decision[Standing]:
    """Back on the right side: the alert is closed; the next crossing raises another."""
    return _close(_of(standing, fact), fact, f"zone:{fact.zone_ref}", Closing.LEFT_ZONE)


def settle_zone(standing: Standing | None, fact: ZoneEnded, _: Context) -> Decision[Standing]:
    """A zone that no longer binds cannot be crossed."""
    return _close(_of(standing, fact), fact, f"zone:{fact.zone_ref}", Closing.ZONE_ENDED)


def settle_tamper(standing: Standing | None, fact: TagFitted, _: Context) -> Decision[Standing]:
    """The device was fitted anew."""
    return _close(_of(standing, fact), fact, f"device:{fact.device_ref}", Closing.TAG_REFITTED)


def settle_duty(standing: Standing | None, fact: DeadlineMet, _: Context) -> Decision[Standing]:
    """The duty was done after all, late or not."""
    return _close(_of(standing, fact), fact, f"deadline:{fact.deadline_ref}", Closing.DUTY_DONE)


def _raise(
    known: Standing, cause: Fact, subject: str, urgency: Urgency, reasons: tuple[Reason, ...]
) -> Decision[Standing]:
    """One alert for each cause; a cause from before the subject ended raises none any more."""
    if str(cause.event_id) in known.counted:
        return Decision(known, "already-counted")
    counted = (*known.counted, str(cause.event_id))[-REMEMBERED:]
    heard = known.model_copy(update={"counted": counted})
    ended = dict(known.over).get(subject)
    alert_ref = str(derived_id(cause.event_id, "alert", subject))
    raised = follows(
        cause,
        AlertRaised,
        source=ME,
        part=subject,
        alert_ref=alert_ref,
        urgency=urgency,
        reasons=reasons,
    )
    if ended is not None and cause.occurred_at <= ended:
        # It happened and has to be seen, but what it was about is over: it does not stand.
        return Decision(heard, "over-already", (raised,))
    alert = Alert(alert_ref=alert_ref, subject=subject, raised_at=cause.occurred_at)
    alerts = tuple(sorted((*known.alerts, alert), key=lambda one: one.alert_ref))
    return Decision(heard.model_copy(update={"alerts": alerts}), reasons[0].value, (raised,))


def _close(known: Standing, cause: Fact, subject: str, closing: Closing) -> Decision[Standing]:
    """Alerts about the subject raised before this are closed."""
    ended = dict(known.over)
    ended[subject] = max(ended.get(subject, cause.occurred_at), cause.occurred_at)
    closed = [
        one for one in known.alerts if one.subject == subject and one.raised_at <= cause.occurred_at
    ]
    standing = known.model_copy(
        update={
            "over": tuple(sorted(ended.items()))[-REMEMBERED:],
            "alerts": tuple(one for one in known.alerts if one not in closed),
        }
    )
    facts = tuple(
        follows(
            cause,
            AlertClosed,
            source=ME,
            part=one.alert_ref,
            alert_ref=one.alert_ref,
            closing=closing,
        )
        for one in closed
    )
    return Decision(standing, closing.value if closed else "nothing-stood", facts)


def _of(standing: Standing | None, fact: Fact) -> Standing:
    if standing is not None:
        return standing
    if fact.person_id is None:
        raise ValueError("a fact in the log is about nobody")
    return Standing(person_id=fact.person_id)
