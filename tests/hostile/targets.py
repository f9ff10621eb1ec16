"""What hostile inputs are thrown at, and what must become of each: answered, or put aside by name.

A target takes a run of inputs by seed and numbers, counts what became of them, and raises `Broken`
for the first that is neither; its text holds a number and coded words, never what was thrown.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast

import asyncssh
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from schemas.base import Fact, FactAboutPerson, Identifier, IdentifierType
from schemas.catalogue import BY_KIND
from services.agreements.needs import needs
from services.bridge import signature
from services.bridge.door import MemoryDoor
from services.bridge.drop import PARTNER_SEES, DropFolder
from services.bridge.https import MAX_BODY, Credential, application
from services.bridge.rows import rows_of_body, take_in
from services.bridge.sftp import SftpPlace, SftpServer
from services.bridge.watch import Watch
from services.em_bridge.inbound import Inbound as EmInbound
from services.em_bridge.mapping import Feed, Taken, Tolerances, read_row
from services.housing_bridge.inbound import Inbound as HousingInbound
from services.housing_bridge.mapping import outcome_in
from services.hub.catalogue import built
from services.runtime import wire
from services.runtime.faults import Refused, Unreadable
from services.runtime.names import LOG_PARTITIONS, SERVICES, SPEAKERS
from services.runtime.records import Outgoing, Record
from services.runtime.rowlog import MemoryRowLog
from tests.em_bridge.rows import a_position_row, an_activation_row, an_event_row
from tests.hostile import mutate
from tests.hostile.mutate import CANARIES, chance
from tests.housing_bridge.events import a_decision, a_move, a_start, an_end, an_offer
from tests.in_memory import NAMES, REFERENCES, Hub, agreements, versions
from tests.makers import NOON, a_conviction, a_pnc, examples, later

Became = Counter[str]
Run = Callable[[int, int, int], Coroutine[Any, Any, Became]]

ROW_TAKEN = 1_000_000
"""The broker takes rows up to 1 MiB, head and key included."""
RECORD_TAKEN = 1_048_000
LARGEST = 65_000
"""What the agreements let an agency send, less what a batch needs."""

_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_FIELD = re.compile(r"[A-Za-z0-9_.\[\]-]{0,100}")


class Broken(AssertionError):  # noqa: N818
    """An input was neither answered nor put aside as it must be."""


@contextmanager
def thrown(target: str, seed: int, index: int) -> Iterator[None]:
    """Whatever escapes, is told by seed and number alone."""
    try:
        yield
    except Broken as broken:
        fault = str(broken)
    except Exception as error:  # noqa: BLE001  # the text could hold what was thrown
        fault = f"{type(error).__name__} escaped"
    else:
        return
    raise Broken(f"{target}: seed {seed}, input {index}: {fault}")


def coded(reason: str, field: str) -> None:
    """A reason and a field are words of ours.

    Raises:
        Broken: they are not, or hold something that was thrown.
    """
    if not _REASON.fullmatch(reason) or not _FIELD.fullmatch(field):
        raise Broken("a reason or field is no code")
    silent(f"{reason} {field}")


def silent(text: str) -> None:
    """No word of what was thrown stands there.

    Raises:
        Broken: one does.
    """
    if any(canary in text for canary in CANARIES):
        raise Broken("a value was repeated")


class Overheard(logging.Handler):
    """What is logged meanwhile: no error that is not ours to make, and nothing that was thrown."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.fault: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        text = logging.Formatter().format(record) + str(vars(record))
        if any(canary in text for canary in CANARIES):
            self.fault = "a value was logged"
        elif record.levelno >= logging.ERROR:
            self.fault = f"an error was logged by {record.name}"

    def check(self) -> None:
        """Nothing of that kind was logged.

        Raises:
            Broken: something was.
        """
        if self.fault is not None:
            raise Broken(self.fault)


@contextmanager
def overheard() -> Iterator[Overheard]:
    """Everything logged inside is looked at."""
    ears = Overheard()
    logging.getLogger().addHandler(ears)
    try:
        yield ears
    finally:
        logging.getLogger().removeHandler(ears)


# -- the wire


@cache
def _shapes() -> tuple[tuple[Fact, bytes], ...]:
    return tuple((fact, wire.encode(fact)) for fact in examples().values())


async def the_wire(seed: int, first: int, count: int) -> Became:
    """Any bytes are a fact that can be written again, or unreadable for a coded reason."""
    became = Became()
    for index in range(first, first + count):
        r = chance(seed, "wire", index)
        raw = mutate.some_bytes(r, r.choice(_shapes())[1], 1_100_000)
        if r.random() < 0.001:
            raw += bytes(1_000_000)
        with thrown("wire", seed, index):
            try:
                fact = wire.decode(raw)
                if wire.decode(wire.encode(fact)) != fact:
                    raise Broken("read again it is another fact")
                became["fact"] += 1
            except Unreadable as fault:
                coded(fault.reason, fault.field)
                became[fault.reason] += 1
    return became


# -- the door, and all services behind it


class LimitedRows(MemoryRowLog):
    """Rows as the broker takes them, and no longer ones."""

    async def save(self, partition: int, rows: Any) -> None:
        """As in memory.

        Raises:
            Broken: a row the broker would refuse, and the service stop.
        """
        if any(value is not None and len(value) > ROW_TAKEN for value in rows.values()):
            raise Broken("a row is longer than the broker takes")
        await super().save(partition, rows)


@cache
def _agency_topics() -> tuple[str, ...]:
    hubs = {*SERVICES, *SPEAKERS}
    said = [
        NAMES.said(slug, BY_KIND[kind].fact)
        for slug, agency in agreements().agencies.items()
        if slug not in hubs
        for kind in agency.says
    ]
    return tuple(sorted(said))


async def the_door(seed: int, first: int, count: int) -> Became:
    """Every record in an agency's topic is admitted, waits, is counted, or came back untouched.

    All services run behind the door on what gets in, and no row of theirs outgrows the broker.
    """
    hub = Hub(*built(NAMES, agreements(), versions(), REFERENCES)[1:])
    for service in SERVICES:
        hub.memory.rowlogs[service] = LimitedRows()
    became = Became()
    await hub.start()
    await hub.hear(*(a_conviction(identifiers=(a_pnc(number),)) for number in range(3)))
    step = 50
    for start in range(first, first + count, step):
        end = min(start + step, first + count)
        with thrown("door", seed, start), overheard() as ears:
            became += await _letters(hub, seed, range(start, end))
            ears.check()
            await hub.tick(later(hours=(end - first) // step))
    return became


async def _letters(hub: Hub, seed: int, indices: Iterable[int]) -> Became:
    memory, before = hub.memory, _because(hub)
    ends = {place: memory.topics.end(*place) for place in _places(hub)}
    put: list[Record] = []
    for index in indices:
        topic, value, headers = _a_letter(chance(seed, "door", index))
        put.append(memory.topics.append(Outgoing(topic, b"key", value, tuple(headers))))
    await memory.settle()
    new = [
        record
        for place in _places(hub)
        for record in memory.topics.read(*place, ends.get(place, 0))
    ]
    if any(_size(record) > RECORD_TAKEN for record in new):
        raise Broken("a record is longer than the broker takes")
    outcome = _because(hub) - before
    if outcome.total() != sum(record.topic in _read_by_the_door() for record in new):
        raise Broken("a letter is gone and nobody counted it")
    _came_back_untouched(put, [r for r in new if r.topic.startswith("dead.")], outcome)
    held = (m.registry.get_sample_value("hub_rows_held_total") for m in memory.meters.values())
    if any(held):
        raise Broken("a rule failed for somebody")
    return outcome


def _places(hub: Hub) -> list[tuple[str, int]]:
    """Every topic with anything in it, and each of its partitions."""
    return [
        (topic, partition)
        for topic in hub.memory.topics.names()
        for partition in (range(LOG_PARTITIONS) if topic == NAMES.log else (0,))
    ]


@cache
def _read_by_the_door() -> frozenset[str]:
    return frozenset(needs(agreements(), NAMES)["admission"].reads)


def _because(hub: Hub) -> Became:
    """How often the door gave each reason, and dropped what a service of ours said again."""
    counts = Became()
    for metric in hub.memory.meters["admission"].decisions.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                counts[sample.labels["because"]] = int(sample.value)
    return counts


def _came_back_untouched(put: list[Record], returned: list[Record], outcome: Became) -> None:
    sent = {(record.topic, str(record.offset).encode()): record for record in put}
    refused = sum(count for because, count in outcome.items() if because.startswith("refused-"))
    by_the_door = [
        letter
        for letter in returned
        if (letter.header("hub_topic") or b"").decode() in _read_by_the_door()
    ]
    if len(by_the_door) != refused:
        raise Broken("what was refused and what came back are not as many")
    for letter in returned:
        said = {name: letter.header(name) or b"" for name in ("hub_reason", "hub_field")}
        coded(said["hub_reason"].decode(), said["hub_field"].decode())
        own = sent.get(
            ((letter.header("hub_topic") or b"").decode(), letter.header("hub_offset") or b"")
        )
        if own is None:
            continue  # one of our own services' letters, which is decided by what came before
        untouched = (own.key, own.value, own.headers) == (
            letter.key,
            letter.value,
            letter.headers[: len(own.headers)],
        )
        if not untouched or letter.topic != NAMES.dead(NAMES.said_by(own.topic)[0]):
            raise Broken("a letter came back changed, or to another")


def _size(record: Record) -> int:
    beside = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + beside + 100


def _a_letter(r: Random) -> tuple[str, bytes, list[tuple[str, bytes]]]:
    """Mostly one that its sender may say, bent in its facts; else bent in its bytes or place."""
    fact, raw = r.choice(_shapes())
    headers = list(wire.headers_of(fact))
    own = NAMES.said(fact.source, type(fact))
    topic = own if own in _agency_topics() and r.random() < 0.9 else r.choice(_agency_topics())
    if r.random() < 0.75:
        said = _bent(r, fact, NAMES.said_by(topic)[0])
        try:
            raw = wire.encode(said)
        except Unreadable:
            raw = b"\0"
    if r.random() < 0.35:
        raw = mutate.some_bytes(r, raw, LARGEST)
    if len(raw) > LARGEST:
        raw = raw[:LARGEST]
    return topic, raw, mutate.some_headers(r, headers)


_NUMBERS = ("X000001", "A0001AA", "QQ123456C", "7777777777", "0" * 40, "\0", "ÿ" * 40, CANARIES[3])
_MOMENTS = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    NOON - timedelta(days=400),
    NOON + timedelta(hours=23),
)


def _bent(r: Random, fact: Fact, speaker: str) -> Fact:
    """The fact with other numbers, instants, sizes, or things only the hub says."""
    update: dict[str, Any] = {
        "source": speaker if r.random() < 0.9 else r.choice(("risk", "clock"))
    }
    if not isinstance(fact, FactAboutPerson) or r.random() < 0.9:
        update |= {"person_id": None, "recorded_at": None, "caused_by": None}
    if r.random() < 0.7:
        update["event_id"] = fact.event_id.__class__(int=r.getrandbits(128))
    if r.random() < 0.3:
        update["occurred_at"] = r.choice(_MOMENTS)
    if isinstance(fact, FactAboutPerson):
        update["person_ref"] = r.choice((None, None, None, "CANARY-REF", "x" * 64))
        if r.random() < 0.8:
            update["identifiers"] = tuple(
                _number(r) for _ in range(r.choice((0, 1, 1, 1, 2, 3, 400)))
            )
    elif "device_ref" in type(fact).model_fields:
        update["device_ref"] = r.choice(("99001", "99002", "CANARY-REF"))
    return fact.model_copy(update=update)


def _number(r: Random) -> Identifier:
    if r.random() < 0.75:
        return a_pnc(r.randrange(6))
    kind = r.choice(list(IdentifierType))
    return Identifier.model_construct(type=kind, value=r.choice(_NUMBERS))


# -- rows of the tag provider

_FEEDS: dict[Feed, Callable[[], dict[str, Any]]] = {
    Feed.POSITION: a_position_row,
    Feed.EVENT: an_event_row,
    Feed.ACTIVATION: an_activation_row,
}


def _em_body(r: Random) -> tuple[Feed, bytes]:
    feed = r.choice(list(Feed))
    shape = _FEEDS[r.choice(list(Feed)) if r.random() < 0.05 else feed]()
    rows = [mutate.some_json(r, shape) for _ in range(r.choice((1, 1, 1, 3)))]
    if r.random() < 0.3:
        return feed, b"[" + b",".join(rows) + b"]"
    return feed, b"\n".join(rows)


async def the_rows(seed: int, first: int, count: int) -> Became:
    """Every row comes to facts, is none of the hub's business, or is refused by number."""
    door = MemoryDoor("em", agreements().agencies["em"].says)
    watch, became = Watch("em"), Became()
    for index in range(first, first + count):
        feed, body = _em_body(chance(seed, "rows", index))
        with thrown("rows", seed, index):
            try:
                rows = rows_of_body(body)
            except Refused as refused:
                coded(refused.reason, refused.field)
                became["body-refused"] += 1
                continue
            door.said.clear()
            door.keys.clear()
            report = await take_in(rows, _reader(feed), door, watch)
            _accounted(report.as_json(), len(rows))
            became["refused"] += report.refused
            became["facts"] += report.facts
            became["not-for-the-hub"] += report.not_for_the_hub.total()
    return became


def _reader(feed: Feed) -> Callable[[object], Taken]:
    return lambda row: read_row(feed, row, NOON, Tolerances())


def _accounted(report: dict[str, Any], rows: int) -> None:
    aside = report["refused"] + sum(report["not_for_the_hub"].values())
    if report["rows"] != rows or report["facts"] < rows - aside:
        raise Broken("a row is gone and nobody counted it")
    for fault in report["faults"]:
        coded(fault["reason"], fault["field"])


# -- events of a housing authority

_EVENTS = (an_offer, a_start, an_end, a_move, a_decision)


class _Asked:
    """As much of a request as its handler looks at."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        return self._body


async def the_events(seed: int, first: int, count: int) -> Became:
    """Every event is confirmed, or answered with each wrong field and a coded reason."""
    agency = "derby-housing"
    door = MemoryDoor(agency, agreements().agencies[agency].says)
    inbound, became = HousingInbound(agency, door, Watch(agency)), Became()
    for index in range(first, first + count):
        r = chance(seed, "events", index)
        body = mutate.some_json(r, r.choice(_EVENTS)())
        with thrown("events", seed, index):
            door.said.clear()
            door.keys.clear()
            try:
                response = await inbound.post(cast(web.Request, _Asked(body)))
            except Refused as refused:
                coded(refused.reason, refused.field)
                became["refused"] += 1
                continue
            if (response.status == 202) != bool(door.said) or response.status not in (202, 400):
                raise Broken("answered otherwise than it was said")
            for error in _errors(response):
                coded(error["reason"], error["field"])
            became[str(response.status)] += 1
            _an_answer(
                mutate.some_value(r, {"status": "ACCEPTED", "outcomeReason": "PRIORITY_NEED"})
            )
    return became


def _errors(response: web.Response) -> list[dict[str, str]]:
    text = response.text or "{}"
    silent(text)
    errors: list[dict[str, str]] = json.loads(text).get("errors", [])
    return errors


def _an_answer(answer: object) -> None:
    try:
        outcome_in(answer)
    except Refused as refused:
        coded(refused.reason, refused.field)


# -- requests

_SECRET = "a-test-secret-of-more-than-32-characters"
_ANSWERS = {202, 400, 401, 404, 405, 413, 415}


async def the_requests(seed: int, first: int, count: int) -> Became:
    """Every request has an answer of ours, in our words, and nothing is logged of it."""
    em, housing = (MemoryDoor(s, agreements().agencies[s].says) for s in ("em", "derby-housing"))
    watch = Watch("em")
    inbound = EmInbound(em, watch, Tolerances(), lambda: NOON)
    events = HousingInbound("derby-housing", housing, watch)
    app = application(
        [web.post("/v1/events", events.post), web.post("/v1/{feed}", inbound.push)],
        Credential(SecretStr(_SECRET), lambda: NOON.timestamp()),
        watch,
        max_body=min(MAX_BODY, 200_000),
    )
    became = Became()
    server = TestServer(app)
    await server.start_server(access_log=None, auto_decompress=False)
    async with TestClient(server, auto_decompress=False) as client:
        for index in range(first, first + count):
            for door in (em, housing):
                door.said.clear()
                door.keys.clear()
            with thrown("requests", seed, index), overheard() as ears:
                became[await _request(client, chance(seed, "requests", index))] += 1
                ears.check()
    return became


async def _request(client: TestClient[Any, Any], r: Random) -> str:
    feed, body = _em_body(r)
    path = f"/v1/{feed}"
    if r.random() < 0.4:
        path, body = "/v1/events", mutate.some_json(r, r.choice(_EVENTS)())
    if r.random() < 0.1:
        path = r.choice(("/", "/v1/", "/v1/..%2f..%2fetc", "/v1/%00", "/v1/Canary%20Testperson"))
    if r.random() < 0.02:
        body = bytes(r.choice((199_999, 200_001, 500_000)))
    async with client.post(path, data=body, headers=_shown(r, body)) as response:
        silent(await response.text())
        if response.status not in _ANSWERS:
            raise Broken(f"answered {response.status}")
        return str(response.status)


def _shown(r: Random, body: bytes) -> dict[str, str]:
    shown = {"Authorization": f"Bearer {_SECRET}"}
    what = r.random()
    if what < 0.05:
        shown = {
            "Authorization": r.choice(("Bearer ", "Bearer \u00ff", "Basic eDp4", "Bearer Canary"))
        }
    elif what < 0.15:
        signed = signature.sign(SecretStr(_SECRET), body, int(NOON.timestamp()))
        shown = {signature.HEADER: signed if what < 0.1 else f"{signed}0"}
    if r.random() < 0.1:
        shown["Content-Encoding"] = r.choice(
            ("gzip", "deflate", "br", "zstd", "identity", "GZIP, br")
        )
    if r.random() < 0.2:
        charset = r.choice(("utf-8", "UTF-8", "utf-16", "latin-1", "none-such", '"', "utf-7"))
        shown["Content-Type"] = f"application/json; charset={charset}"
    if r.random() < 0.1:
        shown[r.choice(("X-Forwarded-For", "TE", "Range", "Cookie"))] = CANARIES[0]
    return shown


# -- files


async def the_files(seed: int, first: int, count: int) -> Became:
    """Every path is refused or is a file in its place; every file taken has a report."""
    with tempfile.TemporaryDirectory() as home:
        became, root = Became(), Path(home)
        folder = DropFolder(root / "em", max_file=200_000)
        door = MemoryDoor("em", agreements().agencies["em"].says)
        inbound = EmInbound(door, Watch("em"), Tolerances(), lambda: NOON)
        server = SftpServer(SftpPlace("127.0.0.1", 0, root / "keys"), {"em": folder}, Watch("em"))
        await server.start()
        before = _outside(root)
        options = {"client_keys": [str(root / "keys" / "em.key")], "username": "em", "config": []}
        known = str(root / "keys" / "known_hosts")
        async with (
            asyncssh.connect("127.0.0.1", server.port, known_hosts=known, **options) as connection,
            connection.start_sftp_client() as sftp,
        ):
            for index in range(first, first + count):
                r = chance(seed, "files", index)
                with thrown("files", seed, index), overheard() as ears:
                    became[await _drop(sftp, r)] += 1
                    door.said.clear()
                    door.keys.clear()
                    while (path := folder.claim()) is not None:
                        became[await _take(folder, inbound, path)] += 1
                    ears.check()
                    if index % 50 == 0 and _outside(root) != before:
                        raise Broken("something stands where nobody may write")
        await server.stop()
    return became


async def _drop(sftp: asyncssh.SFTPClient, r: Random) -> str:
    path = mutate.some_path(r)
    body = _em_body(r)[1]
    try:
        what = r.random()
        if what < 0.7:
            async with sftp.open(path, "wb") as file:
                await file.write(body, r.choice((0, 0, 0, 10, 199_990, 2**62)))
        elif what < 0.8:
            await sftp.rename(path, mutate.some_path(r))
        elif what < 0.9:
            await sftp.remove(path)
        else:
            await r.choice((sftp.stat, sftp.listdir, sftp.readlink, sftp.realpath))(path)
    except asyncssh.SFTPError as refused:
        silent(refused.reason)
        return "refused"
    return "done"


async def _take(folder: DropFolder, inbound: EmInbound, path: Path) -> str:
    try:
        report = await inbound.take_file(path)
    except Refused as refused:
        coded(refused.reason, refused.field)
        folder.finish(path, {}, "refused")
        return "file-refused"
    _accounted(report.as_json(), report.rows)
    folder.finish(path, report.as_json(), "done")
    return "file-taken"


def _outside(root: Path) -> list[str]:
    """Everything but what stands in the partner's folders."""
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.parent.name not in PARTNER_SEES or path.is_symlink()
    )


TARGETS: dict[str, tuple[Run, float]] = {
    "wire": (the_wire, 0.35),
    "door": (the_door, 0.25),
    "rows": (the_rows, 0.19),
    "events": (the_events, 0.14),
    "requests": (the_requests, 0.05),
    "files": (the_files, 0.02),
}
"""By name, with its share of all inputs: what is slow gets less."""
