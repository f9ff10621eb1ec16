"""The SFTP server on loopback: who gets in, what they may do there, when a file is complete."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from services.bridge.drop import DropFolder
from services.bridge.sftp import SftpPlace, SftpServer
from services.bridge.watch import Watch
from tests.bridge.kit import a_while, eventually


class Served:
    def __init__(self, root: Path) -> None:
        self.keys = root / "keys"
        self.folder = DropFolder(root / "em", max_file=100_000)
        self.other = DropFolder(root / "other")
        folders = {"em": self.folder, "other": self.other}
        self.server = SftpServer(SftpPlace("127.0.0.1", 0, self.keys), folders, Watch("em"))

    def options(self, user: str = "em", key: str = "em.key") -> dict[str, object]:
        return {
            "username": user,
            "client_keys": [str(self.keys / key)],
            "known_hosts": str(self.keys / "known_hosts"),
            "config": [],
            "agent_path": None,
        }

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncssh.SSHClientConnection]:
        async with asyncssh.connect("127.0.0.1", self.server.port, **self.options()) as connection:
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncssh.SFTPClient]:
        async with self.connected() as connection, connection.start_sftp_client() as sftp:
            yield sftp

    def dropped(self) -> list[str]:
        return sorted(path.name for path in (self.folder.public / "drop").iterdir())


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served(tmp_path)
    await served.server.start()
    yield served
    await served.server.stop()


async def write(sftp: asyncssh.SFTPClient, path: str, content: bytes = b"{}\n") -> None:
    async with sftp.open(path, "wb") as file:
        await file.write(content)


async def test_a_closed_upload_is_complete(served: Served) -> None:
    async with served.session() as sftp:
        async with sftp.open("drop/a.jsonl", "wb") as file:
            await file.write(b"{}\n")
            assert served.dropped() == []
        await eventually(lambda: served.dropped() == ["a.jsonl"])
        assert served.folder.arrived.is_set()


async def test_a_whole_file_of_many_blocks_arrives_as_it_was(
    served: Served, tmp_path: Path
) -> None:
    local = tmp_path / "position_x.jsonl"
    local.write_bytes(bytes(range(256)) * 380)
    async with served.session() as sftp:
        await sftp.put(str(local), "/drop/position_x.jsonl", preserve=True)
    await eventually(lambda: served.dropped() == ["position_x.jsonl"])
    assert (served.folder.public / "drop" / local.name).read_bytes() == local.read_bytes()


async def test_a_rename_completes_a_file_uploaded_under_another_name(served: Served) -> None:
    async with served.session() as sftp:
        await write(sftp, "drop/a.jsonl.part")
        await sftp.rename("drop/a.jsonl.part", "drop/a.jsonl")
        await write(sftp, "drop/a.jsonl.part")
        await sftp.posix_rename("drop/a.jsonl.part", "drop/a.jsonl")
    assert served.dropped() == ["a.jsonl"]


async def test_an_upload_cut_off_in_the_middle_never_arrives(served: Served) -> None:
    async with served.connected() as connection:
        sftp = await connection.start_sftp_client()
        file = await sftp.open("drop/a.jsonl", "wb")
        await file.write(b"{}\n")
        connection.abort()
    await a_while()
    assert served.dropped() == []


async def test_a_session_ended_with_a_file_open_is_cut_off_too(served: Served) -> None:
    async with served.connected() as connection:
        sftp = await connection.start_sftp_client()
        file = await sftp.open("drop/a.jsonl", "wb")
        await file.write(b"{}\n")
        sftp.exit()
        await sftp.wait_closed()
        await a_while()
    assert served.dropped() == []


async def test_what_is_too_big_is_refused_and_leaves_nothing(served: Served) -> None:
    async with served.session() as sftp:
        with pytest.raises(asyncssh.SFTPError):
            await write(sftp, "drop/a.jsonl", b"x" * 100_001)
    await a_while()
    assert served.dropped() == []
    assert list((served.folder.root / "ours" / "partial").iterdir()) == []


@pytest.mark.parametrize(
    "path",
    [
        "a.jsonl",
        "done/a.jsonl",
        "orders/a.json",
        "drop/../done/a.jsonl",
        "drop/../../ours/working/a.jsonl",
        "../a.jsonl",
        "/etc/a.jsonl",
        "drop/.hidden",
        "drop/a/b.jsonl",
        "drop/a b.jsonl",
        "drop/é.jsonl",
        "drop/" + "a" * 200,
        "drop/",
    ],
)
async def test_nothing_is_written_but_plain_names_in_the_drop(served: Served, path: str) -> None:
    before = sorted(served.folder.root.parent.rglob("*"))
    async with served.session() as sftp:
        with pytest.raises(asyncssh.SFTPError):
            await write(sftp, path)
    assert sorted(served.folder.root.parent.rglob("*")) == before


async def test_only_whole_new_files_are_written(served: Served) -> None:
    async with served.session() as sftp:
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await sftp.open("drop/a.jsonl", "ab")
        await write(sftp, "drop/a.jsonl")
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await sftp.open("drop/a.jsonl", "r+b")
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await sftp.open("drop/a.jsonl", "rb")


async def test_reports_and_orders_are_read_and_removed(served: Served) -> None:
    report = served.folder.public / "reports" / "a.jsonl.report.json"
    report.write_bytes(b"{}")
    served.folder.place_order("1.json", {"case_id": "r"})
    async with served.session() as sftp:
        assert "1.json" in [str(name) for name in await sftp.listdir("orders")]
        async with sftp.open("orders/1.json", "rb") as file:
            assert json.loads(await file.read()) == {"case_id": "r"}
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await file.write(b"changed")
        assert (await sftp.stat("orders/1.json")).size
        await sftp.remove("orders/1.json")
        await sftp.remove("reports/a.jsonl.report.json")
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.remove("orders/1.json")
    assert served.folder.collected.is_set()
    assert not report.exists()


async def test_nothing_else_is_possible(served: Served) -> None:
    async with served.session() as sftp:
        await write(sftp, "drop/a.jsonl")
        for attempt in (
            sftp.mkdir("drop/x"),
            sftp.rmdir("done"),
            sftp.symlink("/etc/passwd", "drop/b.jsonl"),
            sftp.link("drop/a.jsonl", "drop/b.jsonl"),
            sftp.rename("drop/a.jsonl", "orders/a.json"),
            sftp.rename("drop/a.jsonl", "../../../b.jsonl"),
            sftp.remove("done/a.jsonl"),
            sftp.statvfs("/"),
            sftp.readlink("drop/a.jsonl"),
        ):
            with pytest.raises(asyncssh.SFTPError):
                await attempt
        assert await sftp.realpath("../../..") == "/"


async def test_there_is_no_shell_no_command_and_no_tunnel(served: Served) -> None:
    async with served.connected() as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", 80)
        with pytest.raises((asyncssh.ChannelOpenError, asyncssh.ProcessError)):
            await connection.run("id", check=True)


@pytest.mark.parametrize(
    ("user", "key"), [("em", "other.key"), ("other", "em.key"), ("nobody", "em.key")]
)
async def test_nobody_gets_in_without_the_key_of_their_name(
    served: Served, user: str, key: str
) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect("127.0.0.1", served.server.port, **served.options(user, key))


async def test_a_password_is_not_even_asked_for(served: Served) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect(
            "127.0.0.1",
            served.server.port,
            username="em",
            password="x",
            client_keys=None,
            known_hosts=str(served.keys / "known_hosts"),
            config=[],
            agent_path=None,
        )


async def test_each_partner_has_its_own_folders(served: Served) -> None:
    served.other.place_order("secret.json", {})
    async with served.session() as sftp:
        assert "secret.json" not in [str(name) for name in await sftp.listdir("orders")]


async def test_keys_are_made_once_and_only_their_owner_can_read_them(served: Served) -> None:
    for name in ("host.key", "em.key", "other.key"):
        assert (served.keys / name).stat().st_mode & 0o777 == 0o600
    before = (served.keys / "host.key").read_bytes()
    again = SftpServer(SftpPlace("127.0.0.1", 0, served.keys), {"em": served.folder}, Watch("em"))
    await again.start()
    await again.stop()
    assert (served.keys / "host.key").read_bytes() == before


async def test_a_partner_may_bring_its_own_key(served: Served, tmp_path: Path) -> None:
    own = asyncssh.generate_private_key("ssh-ed25519")
    keys = tmp_path / "brought"
    keys.mkdir()
    (keys / "em.pub").write_bytes(own.export_public_key())
    server = SftpServer(SftpPlace("127.0.0.1", 0, keys), {"em": served.folder}, Watch("em"))
    await server.start()
    async with asyncssh.connect(
        "127.0.0.1",
        server.port,
        username="em",
        client_keys=[own],
        known_hosts=str(keys / "known_hosts"),
        config=[],
        agent_path=None,
    ):
        assert not (keys / "em.key").exists()
    await server.stop()
    await asyncio.sleep(0)
