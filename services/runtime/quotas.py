"""How many bytes a second each principal may send: the broker slows down whoever sends more.

confluent-kafka's AdminClient cannot ask for quotas (KIP-546) and Kafka's own tool is a Java start
each time, so they go by aiokafka, whose admin client knows the describing request; the altering one
is spelled out here from the protocol (API key 49, version 0).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import errors  # type: ignore[import-untyped]  # ships no types
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # ships no types
from aiokafka.protocol import admin, api, types  # type: ignore[import-untyped]  # likewise

from services.runtime.connection import tls_of
from services.runtime.faults import Unavailable
from services.runtime.outbox import Config

RATE = "producer_byte_rate"
WAIT_MS = 30_000
_TEXT = types.String("utf-8")
_ENTITY = types.Array(("entity_type", _TEXT), ("entity_name", _TEXT))
_CHANGES = types.Array(("key", _TEXT), ("value", types.Float64), ("remove", types.Boolean))
_ANY = 2
"""Matches every name of that type."""


def read(config: Config) -> dict[str, int]:
    """Bytes a second by user, of every user that is held to any.

    Raises:
        Unavailable: the broker does not answer, or refuses.
    """
    rates: dict[str, int] = _asked(_read(config))
    return rates


def put(config: Config, rates: Mapping[str, int | None]) -> None:
    """Those users are held to so many bytes a second; None: to none any more.

    Raises:
        Unavailable: the broker does not answer, or refuses.
    """
    if rates:
        _asked(_put(config, rates))


class _Altered(api.Response):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = types.Schema(
        ("throttle_time_ms", types.Int32),
        (
            "entries",
            types.Array(
                ("error_code", types.Int16),
                ("error_message", _TEXT),
                ("entity", _ENTITY),
            ),
        ),
    )


class _AlterV0(api.RequestStruct):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _Altered
    SCHEMA = types.Schema(
        (
            "entries",
            types.Array(
                ("entity", _ENTITY),
                ("ops", _CHANGES),
            ),
        ),
        ("validate_only", types.Boolean),
    )


class _Alter(api.Request[_AlterV0]):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 49

    def __init__(self, entries: list[Any]) -> None:
        self._entries = entries

    def build(self, struct: type[_AlterV0]) -> _AlterV0:
        return struct(self._entries, False)  # noqa: FBT003  the protocol's order


async def _read(config: Config) -> dict[str, int]:
    async with _admin(config) as client:
        asked = admin.DescribeClientQuotasRequest([("user", _ANY, None)], False)  # noqa: FBT003  likewise
        answer = await client._send_request(asked)  # noqa: SLF001  it has no public way to ask
    _refuse(answer.error_code)
    return {
        dict(entity)["user"]: int(rate)
        for entity, values in answer.entries
        if (rate := dict(values).get(RATE)) is not None and dict(entity)["user"] is not None
    }


async def _put(config: Config, rates: Mapping[str, int | None]) -> None:
    entries = [
        ([("user", user)], [(RATE, float(rate or 0), rate is None)])
        for user, rate in sorted(rates.items())
    ]
    async with _admin(config) as client:
        answer = await client._send_to_controller(_Alter(entries))  # noqa: SLF001  likewise
    for code, *_ in answer.entries:
        _refuse(code)


def _refuse(code: int) -> None:
    if code:
        raise Unavailable(f"the broker takes no quota: {errors.for_code(code).__name__}")


@asynccontextmanager
async def _admin(config: Config) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(
        bootstrap_servers=str(config["bootstrap.servers"]),
        security_protocol="SSL",
        ssl_context=tls_of(config),
        request_timeout_ms=WAIT_MS,
    )
    try:
        await client.start()
        yield client
    except errors.KafkaError as fault:
        raise Unavailable(f"the broker's quotas: {type(fault).__name__}") from None
    finally:
        await client.close()


def _asked(question: Any) -> Any:  # noqa: ANN401
    """The answer, also for whoever runs an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, question).result()
