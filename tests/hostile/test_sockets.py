"""What strangers and partners do to a bridge's sockets; the others are served meanwhile."""

import asyncio
import gzip
import io
import json
import tracemalloc
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic

import aiohttp
import asyncssh
import pytest
from aiohttp import web
from pydantic import SecretStr

from services.bridge.door import MemoryDoor
from services.bridge.drop import DropFolder
from services.bridge.https import Credential, HttpsServer, application, server_tls
from services.bridge.lines import Lines
from services.bridge.rows import MAX_LINES, MAX_ROWS, Report, rows_of_body, rows_of_file, take_in
from services.bridge.sftp import MOST_OPEN, SftpPlace, SftpServer
from services.bridge.watch import Watch
from services.em_bridge.inbound import Inbound
from services.em_bridge.mapping import Feed, Taken, Tolerances, read_row
from services.runtime.faults import Refused
from tests.bridge.kit import Certificates, certificates, eventually
from tests.em_bridge.rows import a_position_row
from tests.makers import NOON

SECRET = "a-test-secret-of-more-than-32-characters"
SHOWN = {"Authorization": f"Bearer {SECRET}"}
ROW = json.dumps(a_position_row()).encode()
SAYS = ("tracking.position",)
MEGABYTE = 1_000_000


class Served:
    """The tag provider's HTTPS door with few lines, and what was said through it."""

    def __init__(self, tls: Certificates) -> None:
        self.tls = tls
        self.door = MemoryDoor("em", SAYS)
        watch = Watch("em")
        inbound = Inbound(self.door, watch, Tolerances(), lambda: NOON)
        app = application(
            [web.post("/v1/{feed}", inbound.push)],
            Credential(SecretStr(SECRET)),
            watch,
            within=timedelta(seconds=1),
        )
        self.lines = Lines(most=40, most_of_one=20, silent_s=0.5)
        context = server_tls(tls.certificate, tls.key)
        self.server = HttpsServer(app, "127.0.0.1", 0, context, self.lines)

    async def post(
        self, body: bytes, headers: dict[str, str] | None = None, came_from: str = "127.0.0.9"
    ) -> tuple[int, dict[str, object]]:
        """The partner's own request, from its own address."""
        connector = aiohttp.TCPConnector(local_addr=(came_from, 0))
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.post(
                f"https://127.0.0.1:{self.server.port}/v1/position",
                data=io.BytesIO(body),
                headers={**SHOWN, **(headers or {})},
                ssl=self.tls.client(),
            ) as response,
        ):
            return response.status, await response.json()

    async def serves(self) -> bool:
        """Whether the partner is served, and soon."""
        async with asyncio.timeout(5):
            return (await self.post(ROW))[0] == 202

    async def connect(
        self, tls: bool = True, came_from: str = "127.0.0.1"
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(
            "127.0.0.1",
            self.server.port,
            ssl=self.tls.client() if tls else None,
            local_addr=(came_from, 0),
        )


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served(certificates(tmp_path))
    await served.server.start()
    yield served
    await served.server.stop()


async def ended(reader: asyncio.StreamReader, within_s: float) -> bool:
    """Whether the other side hung up in that time."""
    try:
        async with asyncio.timeout(within_s):
            with suppress(OSError):
                while await reader.read(65_536):
                    pass
    except TimeoutError:
        return False
    return True


@contextmanager
def memory_below(most: int) -> Iterator[None]:
    """What happens inside needs no more than that at any time."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most, f"{peak} bytes"


# -- HTTPS: slow, many, packed


@pytest.mark.parametrize("said", [b"", b"POST /v1/position HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_who_does_not_come_to_the_point_is_hung_up_on(served: Served, said: bytes) -> None:
    reader, writer = await served.connect()
    began = monotonic()
    writer.write(said)
    dribble = asyncio.create_task(_dribble(writer, b"a" if said else b""))
    assert await ended(reader, 5)
    assert 0.3 < monotonic() - began < 4
    dribble.cancel()
    writer.close()
    assert await served.serves()


async def _dribble(writer: asyncio.StreamWriter, said: bytes = b"a") -> None:
    with suppress(OSError):
        while True:
            writer.write(said)
            await writer.drain()
            await asyncio.sleep(0.05)


async def test_a_body_that_never_ends_is_answered_and_then_hung_up_on(served: Served) -> None:
    reader, writer = await served.connect()
    head = f"POST /v1/position HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n"
    writer.write(f"{head}Content-Length: 1000\r\n\r\n".encode())
    dribble = asyncio.create_task(_dribble(writer))
    async with asyncio.timeout(5):
        assert b"408" in await reader.readline()
    assert await ended(reader, 15)
    dribble.cancel()
    writer.close()
    assert served.door.said == []


async def test_a_line_that_is_used_now_and_then_stays(served: Served) -> None:
    url = f"https://127.0.0.1:{served.server.port}/v1/position"
    async with aiohttp.ClientSession() as session:
        for _ in range(4):
            async with session.post(
                url, data=ROW, headers=SHOWN, ssl=served.tls.client()
            ) as response:
                assert response.status == 202
                assert response.connection is None or response.connection.transport is not None
            await asyncio.sleep(0.2)
        assert len(served.door.said) == 4


@pytest.mark.parametrize("tls", [True, False], ids=["silent", "without-tls"])
async def test_one_address_cannot_hold_every_line(served: Served, tls: bool) -> None:
    async def hold() -> asyncio.StreamWriter | None:
        with suppress(OSError):
            return (await served.connect(tls=tls))[1]
        return None

    held = [await hold() for _ in range(60)]
    assert await served.serves()
    for writer in held:
        if writer is not None:
            writer.transport.abort()
    await eventually(lambda: served.lines.take("127.0.0.1"))


async def test_what_is_no_tls_costs_one_line_for_a_moment(served: Served) -> None:
    for said in (b"GET / HTTP/1.0\r\n\r\n", b"SSH-2.0-x\r\n", bytes(400)):
        reader, writer = await served.connect(tls=False)
        writer.write(said)
        assert await ended(reader, 5)
        writer.close()
    assert await served.serves()


def _bombs() -> dict[str, tuple[bytes, str]]:
    zeros = bytes(50 * MEGABYTE)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("position_a.jsonl", zeros)
    return {
        "gzip": (gzip.compress(zeros), "gzip"),
        "gzip-of-gzip": (gzip.compress(gzip.compress(zeros)), "gzip, gzip"),
        "deflate": (zlib.compress(zeros), "deflate"),
        "not-even-gzip": (b"nonsense", "gzip"),
        "zip": (packed.getvalue(), ""),
    }


BOMBS = _bombs()
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)


@pytest.mark.parametrize("name", [name for name, (_, how) in BOMBS.items() if how])
async def test_what_is_packed_is_not_unpacked(served: Served, name: str) -> None:
    body, how = BOMBS[name]
    with memory_below(20 * MEGABYTE):
        status, answer = await served.post(body, {"Content-Encoding": how})
    assert (status, answer) == (415, {"error": "not-plain-utf-8"})
    assert served.door.said == []


@pytest.mark.parametrize("body", [BOMBS["zip"][0], LAUGHS], ids=["zip", "xml"])
async def test_what_is_no_json_is_refused_row_by_row_as_it_is(served: Served, body: bytes) -> None:
    with memory_below(20 * MEGABYTE):
        status, answer = await served.post(body)
    assert status == 202
    assert answer["facts"] == 0
    assert answer["refused"] == answer["rows"] != 0


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "utf-7", "no-such"])
async def test_another_charset_is_refused_whatever_the_bytes_are(
    served: Served, charset: str
) -> None:
    status, _ = await served.post(ROW, {"Content-Type": f"application/json; charset={charset}"})
    assert status == 415
    status, _ = await served.post(ROW, {"Content-Type": "application/json; charset=UTF-8"})
    assert status == 202


async def test_bytes_of_another_charset_are_refused_by_row(served: Served) -> None:
    for body in (ROW.decode().encode("utf-16"), b"\xef\xbb\xbf" + ROW):
        _, answer = await served.post(body)
        assert (answer["facts"], answer["rows"]) == (0, answer["refused"])


async def test_a_head_without_end_is_refused(served: Served) -> None:
    reader, writer = await served.connect()
    with suppress(OSError):
        writer.write(b"POST /v1/position HTTP/1.1\r\n" + b"X-A: " + b"a" * MEGABYTE)
        await writer.drain()
    assert await ended(reader, 5)
    writer.close()
    assert await served.serves()


# -- rows: small texts that would be large in memory, files that would keep others waiting


@pytest.mark.parametrize("item", [b"[]", b"{}", b"1", b'{"a":1}', b'""'])
def test_a_small_text_of_very_many_values_does_not_fill_the_memory(item: bytes) -> None:
    body = b"[" + b",".join([item] * (4 * MEGABYTE // (len(item) + 1))) + b"]"
    with memory_below(20 * MEGABYTE), pytest.raises(Refused, match="too-many-values"):
        rows_of_body(body)


def test_a_small_text_of_very_many_lines_is_refused() -> None:
    with memory_below(20 * MEGABYTE), pytest.raises(Refused, match="too-many-rows"):
        rows_of_body(b"1\n" * (2 * MEGABYTE))


def test_a_body_full_of_ordinary_rows_is_read() -> None:
    rows = [ROW] * (8 * MEGABYTE // len(ROW))
    assert len(rows_of_body(b"[" + b",".join(rows) + b"]")) == len(rows) < MAX_ROWS


def test_of_a_file_of_very_many_lines_one_fault_stands_for_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "position_a.jsonl"
    path.write_bytes(b"\n" * (MAX_LINES + 1000))
    assert [number for number, _ in rows_of_file(path)] == [MAX_LINES + 1]


async def test_a_long_file_of_nonsense_lets_others_have_their_turn(tmp_path: Path) -> None:
    path = tmp_path / "position_a.jsonl"
    path.write_bytes(b"x\n" * 20_000)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(others())
    report = await take_in(rows_of_file(path), _row, MemoryDoor("em", SAYS), Watch("em"))
    other.cancel()
    assert report.refused == 20_000
    assert turns >= 30


def _row(row: object) -> Taken:
    return read_row(Feed.POSITION, row, NOON, Tolerances())


def test_a_report_lists_so_many_faults_and_counts_the_others() -> None:
    report = Report()
    for number in range(5000):
        report.fault(number, Refused("not-json"))
    assert len(json.dumps(report.as_json())) < 100_000
    assert report.as_json()["faults_not_listed"] == 4000


# -- SFTP


class Dropping:
    """The SFTP server with few lines."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = DropFolder(root / "em", max_file=100_000)
        self.lines = Lines(most=40, most_of_one=20)
        self.server = SftpServer(
            SftpPlace("127.0.0.1", 0, root / "keys"),
            {"em": self.folder},
            Watch("em"),
            lines=self.lines,
            login_s=0.5,
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncssh.SFTPClient]:
        """The partner's own, from its own address."""
        async with (
            asyncssh.connect(
                "127.0.0.1",
                self.server.port,
                local_addr=("127.0.0.9", 0),
                username="em",
                client_keys=[str(self.root / "keys" / "em.key")],
                known_hosts=str(self.root / "keys" / "known_hosts"),
                config=[],
                agent_path=None,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            yield sftp


@pytest.fixture
async def dropping(tmp_path: Path) -> AsyncIterator[Dropping]:
    dropping = Dropping(tmp_path)
    await dropping.server.start()
    yield dropping
    await dropping.server.stop()


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-slow\r\n", b"GET / HTTP/1.1\r\n\r\n"])
async def test_who_does_not_log_in_is_hung_up_on(dropping: Dropping, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", dropping.server.port)
    writer.write(said)
    dribble = asyncio.create_task(_dribble(writer))
    assert await ended(reader, 5)
    dribble.cancel()
    writer.close()


async def test_one_address_cannot_hold_every_sftp_line(dropping: Dropping) -> None:
    port = dropping.server.port
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
    async with asyncio.timeout(5), dropping.session() as sftp:
        assert await sftp.listdir("drop")
    for _, writer in held:
        writer.transport.abort()
    await eventually(lambda: dropping.lines.take("127.0.0.1"))


async def test_a_partner_has_so_many_files_open_at_once(dropping: Dropping) -> None:
    async with dropping.session() as sftp:
        files = [await sftp.open(f"drop/{number}.jsonl", "wb") for number in range(MOST_OPEN)]
        with pytest.raises(asyncssh.SFTPFailure):
            await sftp.open("drop/more.jsonl", "wb")
        await files[0].close()
        async with sftp.open("drop/more.jsonl", "wb") as more:
            await more.write(b"{}\n")
    async with dropping.session() as sftp, sftp.open("drop/again.jsonl", "wb") as again:
        await again.write(b"{}\n")


@pytest.mark.parametrize(
    "path",
    [
        b"drop/a.jsonl\0",
        b"drop/a\0/../../x.jsonl",
        b"drop/\xe2\x80\xa4\xe2\x80\xa4/a.jsonl",
        b"drop/\xef\xbc\x8e\xef\xbc\x8e/a.jsonl",
        b"drop/\xc0\xae\xc0\xae/a.jsonl",
        b"drop\\..\\a.jsonl",
        b"drop/a.jsonl\n",
        b"drop/..",
        b"drop/%2e%2e%2fa.jsonl",
        b"drop/-" + b"a" * 5000,
        b"/" * 5000,
    ],
)
async def test_a_path_trick_reaches_nothing(dropping: Dropping, path: bytes) -> None:
    before = sorted(dropping.root.rglob("*"))
    async with dropping.session() as sftp:
        for attempt in (
            sftp.open(path, "wb"),
            sftp.open(path, "rb"),
            sftp.remove(path),
            sftp.rename(path, b"drop/b.jsonl"),
            sftp.symlink(b"/etc/passwd", path),
        ):
            with pytest.raises(asyncssh.SFTPError):
                await attempt
        assert sorted(dropping.root.rglob("*")) == before
        assert await sftp.listdir("drop")
