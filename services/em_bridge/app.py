"""The bridge of the electronic monitoring provider, put together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import time

from aiohttp import web

from services.bridge.bundle import Bundle
from services.bridge.door import Door, KafkaDoor
from services.bridge.drop import DropFolder, work_off
from services.bridge.https import Credential, HttpsServer, application, server_tls
from services.bridge.inbox import Courier, Inbox
from services.bridge.kafka_inbox import KafkaInbox
from services.bridge.process import Bridge
from services.bridge.secrets import ensure_secret
from services.bridge.sftp import SftpPlace, SftpServer
from services.bridge.waiting import Backoff
from services.bridge.watch import Watch
from services.em_bridge.client import Orders
from services.em_bridge.inbound import Inbound
from services.em_bridge.mapping import SOURCE, Tolerances
from services.em_bridge.settings import EmBridgeSettings

log = logging.getLogger(__name__)


def build(
    settings: EmBridgeSettings,
    *,
    door: Door | None = None,
    inbox: Inbox | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    backoff: Backoff = Backoff(),  # noqa: B008  # frozen
) -> Bridge:
    """The bridge by its settings; without a door and an inbox of its own it uses the broker's."""
    watch = Watch("em")
    if door is None or inbox is None:
        bundle = Bundle.read(settings.agency_dir)
        door = door or KafkaDoor(bundle, SOURCE, settings.confirm_within)
        inbox = inbox or KafkaInbox(bundle, watch)
    folder = DropFolder(settings.drop_dir)
    tolerances = Tolerances(late_after=timedelta(seconds=settings.late_after_s))
    inbound = Inbound(door, watch, tolerances, clock)
    orders = Orders(folder, door, watch, backoff)
    courier = Courier(SOURCE, inbox, door, orders.hand_over, watch, clock=clock, backoff=backoff)
    sftp = SftpServer(
        SftpPlace(settings.host, settings.sftp_port, settings.sftp_keys), {SOURCE: folder}, watch
    )
    https = HttpsServer(
        application(
            [web.post("/v1/{feed}", inbound.push)],
            Credential(ensure_secret(settings.push_secret)),
            watch,
        ),
        settings.host,
        settings.https_port,
        server_tls(settings.tls_certificate, settings.tls_key),
    )
    return Bridge(
        watch,
        status_port=settings.status_port,
        servers={"sftp": sftp, "https": https},
        workers={
            "files": lambda: work_off(folder, inbound.take_file, watch, backoff),
            "receipts": orders.say_collected,
            "notices": courier.run,
            "sweeper": lambda: _sweep(folder, timedelta(hours=settings.keep_done_h)),
        },
        closes=(door.close, inbox.close),
    )


async def _sweep(folder: DropFolder, keep: timedelta) -> None:
    """For ever: what was taken is not kept longer than the hub keeps what was said of it."""
    while True:
        swept = folder.sweep(keep, time())
        if swept:
            log.info("Files of the provider were removed", extra={"count": swept})
        await asyncio.sleep(600)
