"""Delivers what partners have to their bridges, as the partners would: files, and events.

A file goes into a bridge's SFTP drop and its report is waited for; an event is posted to a bridge's
HTTPS door, again and again while that says that the broker is away.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import asyncssh

from services.runtime.faults import Refused, Unavailable

UPLOADING = ".part"
"""Added to a file's name until all of it is there."""
Progress = Callable[[str, int, int], None]
"""(file name, done, in all): bytes of a file, or events."""


@dataclass(frozen=True, slots=True)
class DropPoint:
    """Where a partner delivers, and as whom."""

    host: str
    port: int
    user: str
    key: Path
    known_hosts: Path


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the bridge's report says became of one file."""

    file: str
    rows: int
    facts: int
    late: int
    refused: int
    not_for_the_hub: dict[str, int] = field(default_factory=dict)
    faults: tuple[dict[str, Any], ...] = ()
    """Row, field and reason; never a value."""


def em_drop(home: Path, port: int, host: str = "127.0.0.1") -> DropPoint:
    """The tag provider's drop of the installation in `home` (usually `.hub`)."""
    keys = home / "sftp"
    return DropPoint(host, port, "em", keys / "em.key", keys / "known_hosts")


async def deliver(
    files: Sequence[Path],
    to: DropPoint,
    *,
    on_progress: Progress = lambda *_: None,
    within_s: float = 300,
) -> list[Delivered]:
    """Each file's report, in order: the broker has confirmed what it says was said.

    Raises:
        Refused: a file cannot be delivered under its name, or is too big.
        Unavailable: nobody listens there, our key is not known, or no report came in time.
    """
    try:
        async with (
            asyncssh.connect(
                to.host,
                to.port,
                username=to.user,
                client_keys=[str(to.key)],
                known_hosts=str(to.known_hosts),
                config=[],
                agent_path=None,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            for path in files:
                await _upload(sftp, path, on_progress)
            return [await _report(sftp, path.name, within_s) for path in files]
    except (OSError, asyncssh.DisconnectError, asyncssh.KeyImportError) as away:
        raise Unavailable(f"the drop does not answer: {type(away).__name__}") from None


async def _upload(sftp: asyncssh.SFTPClient, path: Path, on_progress: Progress) -> None:
    def shown(_: bytes, __: bytes, done: int, total: int) -> None:
        on_progress(path.name, done, total)

    place = f"drop/{path.name}"
    try:
        await sftp.put(str(path), place + UPLOADING, progress_handler=shown)
        await sftp.posix_rename(place + UPLOADING, place)
    except asyncssh.SFTPError as refused:
        raise Refused(f"not-delivered-{type(refused).__name__}", "file") from None


async def _report(sftp: asyncssh.SFTPClient, name: str, within_s: float) -> Delivered:
    until = monotonic() + within_s
    while monotonic() < until:
        try:
            async with sftp.open(f"reports/{name}.report.json", "rb") as file:
                report = json.loads(await file.read())
        except asyncssh.SFTPNoSuchFile:
            await asyncio.sleep(0.1)
            continue
        return Delivered(
            file=name,
            rows=report["rows"],
            facts=report["facts"],
            late=report["late"],
            refused=report["refused"],
            not_for_the_hub=report["not_for_the_hub"],
            faults=tuple(report["faults"]),
        )
    raise Unavailable("no report came in time")


@dataclass(frozen=True, slots=True)
class HttpsDoor:
    """Where a partner posts, and with which secret."""

    url: str
    secret: Path
    authority: Path


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a file of events."""

    taken: int
    refused: tuple[dict[str, Any], ...] = ()
    """Row, field and reason; never a value."""


async def post_events(
    file: Path,
    to: HttpsDoor,
    *,
    on_progress: Progress = lambda *_: None,
    within_s: float = 300,
) -> Posted:
    """Each line of the file is confirmed or refused, one after the other.

    Raises:
        Refused: our secret is not known there.
        Unavailable: the bridge or the broker behind it did not come back in time.
    """
    lines = [line for line in file.read_bytes().splitlines() if line.strip()]  # noqa: ASYNC240
    headers = {"Authorization": f"Bearer {to.secret.read_text('ascii').strip()}"}
    tls = ssl.create_default_context(cafile=to.authority)
    until = monotonic() + within_s
    refused: list[dict[str, Any]] = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for number, line in enumerate(lines, start=1):
            faults = await _post(session, to.url, line, tls, until)
            refused += [{"row": number, **fault} for fault in faults]
            on_progress(file.name, number, len(lines))
    return Posted(len(lines) - len({fault["row"] for fault in refused}), tuple(refused))


async def _post(
    session: aiohttp.ClientSession, url: str, line: bytes, tls: ssl.SSLContext, until: float
) -> list[dict[str, str]]:
    """What is wrong with one event, if anything."""
    while monotonic() < until:
        try:
            async with session.post(url, data=line, ssl=tls) as response:
                if response.status == 202:
                    return []
                answer = await response.json()
        except aiohttp.ClientError:
            await asyncio.sleep(0.5)
            continue
        if response.status == 401:
            raise Refused("not-known")
        if response.status not in (408, 503):
            faults: list[dict[str, str]] = answer.get("errors", [])
            return faults or [{"field": "", "reason": answer["error"]}]
        await asyncio.sleep(0.5)
    raise Unavailable("the bridge does not take it")
