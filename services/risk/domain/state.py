"""What risk keeps of a person: what was heard that bears on alerts, and the alerts."""

from __future__ import annotations

from enum import StrEnum

from schemas.base import Instant, PersonId
from schemas.risk import Rosh, Urgency
from schemas.tracking import Tamper
from services.runtime.decision import State


class About(StrEnum):
    """What an alert is about."""

    ZONE = "zone"
    TAMPER = "tamper"
    DUTY = "duty"


class Assessed(State):
    """The latest assessment of the risk of serious harm."""

    at: Instant
    overall: Rosh


class Zone(State):
    """What has to be known of a zone to weigh a crossing: of its highest version, and its end."""

    zone_ref: str
    version: int = 0
    """0: the zone is known by its crossings alone."""
    protects_victim: bool = False
    in_force_to: Instant | None = None
    left_at: Instant | None = None
    ended_at: Instant | None = None


class Fitted(State):
    """When a device was last fitted."""

    device_ref: str
    at: Instant


class Met(State):
    """A duty that was done, or fell away."""

    deadline_ref: str
    heard_at: Instant
    turn: int = 0
    """Of the last such word: it is about what was missed before, and nothing missed since."""
    cancelled: bool = False
    """Whether by that word it fell away and was not done."""


class Alert(State):
    """An alert: what raised it, and how urgent it is while it stands."""

    alert_ref: str
    about: About
    subject: str
    """The number of the zone, the device or the deadline."""
    at: Instant
    heard_at: Instant
    late: bool = False
    tamper: Tamper | None = None
    turn: int = 0
    """Of a missed duty: tells what is missed anew, after it fell away, from what was before."""
    urgency: Urgency | None = None
    """None: it no longer stands."""


class Standing(State):
    """How a person stands. Each list in an order of its own, never that of hearing."""

    person_id: PersonId
    rosh: Assessed | None = None
    zones: tuple[Zone, ...] = ()
    fitted: tuple[Fitted, ...] = ()
    met: tuple[Met, ...] = ()
    alerts: tuple[Alert, ...] = ()

    def zone(self, zone_ref: str) -> Zone:
        """What is known of that zone."""
        return next((z for z in self.zones if z.zone_ref == zone_ref), Zone(zone_ref=zone_ref))

    def alert(self, alert_ref: str) -> Alert | None:
        """The alert of that number."""
        return next((alert for alert in self.alerts if alert.alert_ref == alert_ref), None)

    def with_zone(self, zone: Zone) -> Standing:
        """The same with that zone as it is known now."""
        others = (one for one in self.zones if one.zone_ref != zone.zone_ref)
        zones = tuple(sorted((*others, zone), key=lambda one: one.zone_ref))
        return self.model_copy(update={"zones": zones})

    def with_alert(self, alert: Alert) -> Standing:
        """The same with that alert as it stands now."""
        others = (one for one in self.alerts if one.alert_ref != alert.alert_ref)
        alerts = tuple(sorted((*others, alert), key=lambda one: one.alert_ref))
        return self.model_copy(update={"alerts": alerts})
