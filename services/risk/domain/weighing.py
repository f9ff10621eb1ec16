"""Why somebody should look, how soon, and until when."""

from __future__ import annotations

from datetime import datetime

from schemas.risk import Closing, Reason, Rosh, Urgency
from schemas.tracking import Tamper
from services.risk.domain.state import About, Alert, Standing, Zone
from services.risk.rules import Rules

URGENCIES = tuple(Urgency)
"""The most urgent first."""
_ON_THE_BODY = frozenset({Tamper.STRAP, Tamper.BODY})


def reasons_of(standing: Standing, alert: Alert, rules: Rules) -> tuple[Reason, ...]:
    """Why somebody should look, the weightiest first."""
    victim = standing.zone(alert.subject).protects_victim
    first = {
        About.ZONE: Reason.VICTIM_ZONE if victim else Reason.ZONE,
        About.TAMPER: Reason.TAMPER,
        About.DUTY: Reason.MISSED_DUTY,
    }[alert.about]
    high = (Reason.HIGH_RISK,) if _rosh(standing) in rules.high else ()
    return (first, *high, *((Reason.LEARNED_LATE,) if alert.late else ()))


def urgency_of(standing: Standing, alert: Alert, rules: Rules) -> Urgency:
    """How soon somebody should look. Source: local standard, see decision 4."""
    high = _rosh(standing) in rules.high
    if alert.about is About.DUTY:
        low = _rosh(standing) in rules.low
        return rules.missed_duty_at_low_risk if low else rules.missed_duty
    if alert.about is About.TAMPER:
        live = rules.tamper_at_high_risk if high else rules.tamper
    else:
        concern = high or standing.zone(alert.subject).protects_victim
        live = rules.zone_of_concern if concern else rules.zone
    return max(live, rules.late_at_most, key=URGENCIES.index) if alert.late else live


def closing_of(standing: Standing, alert: Alert, now: datetime | None = None) -> Closing | None:
    """Why the alert no longer stands, or None while it does.

    With `now`, also by a zone whose time is up, though nobody said that it ended.
    """
    if alert.about is About.DUTY:
        about = (one for one in standing.met if one.deadline_ref == alert.subject)
        over = next((one for one in about if one.turn >= alert.turn), None)
        if over is None:
            return None
        return Closing.DUTY_CANCELLED if over.cancelled else Closing.DUTY_DONE
    if alert.about is About.TAMPER:
        anywhere = alert.tamper in _ON_THE_BODY
        fitted = (f for f in standing.fitted if anywhere or f.device_ref == alert.subject)
        return Closing.TAG_REFITTED if any(alert.at < f.at for f in fitted) else None
    zone = standing.zone(alert.subject)
    if zone.left_at is not None and alert.at < zone.left_at:
        return Closing.LEFT_ZONE
    ended = zone.ended_at is not None and alert.at < zone.ended_at
    return Closing.ZONE_ENDED if ended or _expired(zone, alert, now) else None


def expires_at(standing: Standing, alert: Alert) -> datetime | None:
    """When the time of the alert's zone is up, if that would close it."""
    if alert.about is not About.ZONE or alert.urgency is None:
        return None
    ends = standing.zone(alert.subject).in_force_to
    return ends if ends is not None and alert.at < ends else None


def _expired(zone: Zone, alert: Alert, now: datetime | None) -> bool:
    ends = zone.in_force_to
    return now is not None and ends is not None and alert.at < ends <= now


def _rosh(standing: Standing) -> Rosh | None:
    return standing.rosh.overall if standing.rosh else None
