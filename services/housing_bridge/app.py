"""The bridge of one housing authority, put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web

from services.bridge.bundle import Bundle
from services.bridge.door import Door, KafkaDoor
from services.bridge.https import Credential, HttpsServer, application, server_tls
from services.bridge.inbox import Courier, Inbox
from services.bridge.kafka_inbox import KafkaInbox
from services.bridge.process import Bridge
from services.bridge.secrets import ensure_secret
from services.bridge.waiting import Backoff
from services.bridge.watch import Watch
from services.bridge.webhook import Webhook
from services.housing_bridge.client import Referrals
from services.housing_bridge.inbound import Inbound
from services.housing_bridge.settings import HousingBridgeSettings

MAX_EVENT = 64 * 1024


def build(
    settings: HousingBridgeSettings,
    *,
    door: Door | None = None,
    inbox: Inbox | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    backoff: Backoff = Backoff(),  # noqa: B008  # frozen
) -> Bridge:
    """The bridge by its settings; without a door and an inbox of its own it uses the broker's."""
    agency = settings.agency
    watch = Watch(agency)
    if door is None or inbox is None:
        bundle = Bundle.read(settings.agency_dir)
        confirm_within = timedelta(seconds=settings.confirm_within_s)
        door = door or KafkaDoor(bundle, agency, confirm_within)
        inbox = inbox or KafkaInbox(bundle, watch)
    webhook = Webhook(
        settings.webhook_url,
        ensure_secret(settings.webhook_secret),
        authority=settings.webhook_ca,
        answer_within=timedelta(seconds=settings.answer_within_s),
    )
    referrals = Referrals(agency, settings.area_id, webhook, clock)
    courier = Courier(agency, inbox, door, referrals.hand_over, watch, clock=clock, backoff=backoff)
    https = HttpsServer(
        application(
            [web.post("/v1/events", Inbound(agency, door, watch).post)],
            Credential(ensure_secret(settings.push_secret)),
            watch,
            max_body=MAX_EVENT,
        ),
        settings.host,
        settings.https_port,
        server_tls(settings.tls_certificate, settings.tls_key),
    )
    return Bridge(
        watch,
        status_port=settings.status_port,
        servers={"https": https},
        workers={"notices": courier.run},
        closes=(door.close, inbox.close, webhook.close),
    )
