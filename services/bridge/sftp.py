"""An SFTP server of a few folders and nothing else: by key only, no shell, no forwarding.

A partner sees its own folders, drops files into one of them, reads reports and orders, and
removes those. Every other request is refused, whatever its path looks like.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import asyncssh

from services.bridge.drop import NAME, PARTNER_SEES, DropFolder, Upload
from services.bridge.lines import Lines
from services.bridge.secrets import ensure_host, ensure_partner
from services.bridge.watch import Watch
from services.runtime.faults import Refused

LOGIN_S = 20.0
"""So long a connection may take to say who it is."""
MOST_OPEN = 100
"""Files a partner has open at once."""
_READABLE = ("reports", "orders")
_WRITE = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
_ONLY_WITH = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT


class _OpenFiles:
    """How many files a partner has open, over all its sessions."""

    count = 0


class _Folders(asyncssh.SFTPServer):
    """One session of one partner."""

    def __init__(
        self, chan: asyncssh.SSHServerChannel[bytes], folder: DropFolder, open_files: _OpenFiles
    ) -> None:
        super().__init__(chan, chroot=os.fsencode(folder.public))
        self._folder = folder
        self._open_files = open_files
        self._closed: list[Upload] = []

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """A new file in `drop/`, or a report or order to read."""
        place, name = _place(path)
        if self._open_files.count >= MOST_OPEN:
            raise asyncssh.SFTPFailure("too many files open")
        opened = self._opened(path, pflags, place, name)
        self._open_files.count += 1
        return opened

    def _opened(self, path: bytes, pflags: int, place: str, name: str) -> object:
        if not pflags & _WRITE:
            _only(place, *_READABLE)
            return super().open(path, asyncssh.FXF_READ, asyncssh.SFTPAttrs())
        _only(place, "drop")
        if pflags & asyncssh.FXF_APPEND or pflags & _ONLY_WITH != _ONLY_WITH:
            raise asyncssh.SFTPPermissionDenied("only whole files are taken")
        return self._folder.begin(name)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Bytes of an upload."""
        if not isinstance(file_obj, Upload):
            raise asyncssh.SFTPPermissionDenied("not open for writing")
        try:
            return file_obj.write(offset, data)
        except Refused as refused:
            raise asyncssh.SFTPFailure(refused.reason) from None

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Bytes of a report or order."""
        if isinstance(file_obj, Upload):
            raise asyncssh.SFTPPermissionDenied("not open for reading")
        read = super().read(file_obj, offset, size)
        return read if isinstance(read, bytes) else b""

    def close(self, file_obj: object) -> None:
        """An upload is complete once its sender could know that it is.

        When a connection breaks the server closes what was open and ends the session in one
        step; what is closed in that step was cut off.
        """
        self._open_files.count -= 1
        if not isinstance(file_obj, Upload):
            super().close(file_obj)
            return
        file_obj.close()
        self._closed.append(file_obj)
        asyncio.get_running_loop().call_soon(self._settle)

    def exit(self) -> None:
        """The session ends: what came to its end only by that is not complete."""
        for upload in self._closed:
            upload.discard()
        self._closed = []

    def _settle(self) -> None:
        for upload in self._closed:
            self._folder.complete(upload)
        self._closed = []

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Within `drop/`: how some senders say that a file is complete."""
        (old_place, old), (new_place, new) = _place(oldpath), _place(newpath)
        _only(old_place, "drop")
        _only(new_place, "drop")
        self._settle()
        self._folder.renamed(old, new)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """The same."""
        self.rename(oldpath, newpath)

    def remove(self, path: bytes) -> None:
        """Take a dropped file back, tidy a report away, or say that an order was collected."""
        place, name = _place(path)
        _only(place, "drop", "reports", "orders")
        if place == "orders":
            self._folder.remove_order(name)
        else:
            (self._folder.public / place / name).unlink()

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Nothing: times and modes are ours; many senders set them and take no for a failure."""

    def lsetstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Nothing."""

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Nothing."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise asyncssh.SFTPPermissionDenied("not here")

    mkdir = rmdir = symlink = link = readlink = statvfs = fstatvfs = open56 = lock = _refuse


def _place(path: bytes) -> tuple[str, str]:
    """Folder and file of a path; there are no others."""
    try:
        steps = [step for step in path.decode("ascii").split("/") if step not in ("", ".")]
    except UnicodeDecodeError:
        steps = []
    if len(steps) != 2 or steps[0] not in PARTNER_SEES or not NAME.fullmatch(steps[1]):
        raise asyncssh.SFTPPermissionDenied("not here")
    return steps[0], steps[1]


def _only(place: str, *allowed: str) -> None:
    if place not in allowed:
        raise asyncssh.SFTPPermissionDenied("not here")


class _Gate(asyncssh.SSHServer):
    """Lets in who has the key of the name it gives."""

    def __init__(self, keys: Mapping[str, asyncssh.SSHKey], watch: Watch, lines: Lines) -> None:
        self._keys = keys
        self._watch = watch
        self._lines = lines
        self._address: str | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Turned away at once if there is no room."""
        address = str(conn.get_extra_info("peername", ("",))[0])
        if self._lines.take(address):
            self._address = address
        else:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """There is room for another."""
        if self._address is not None:
            self._lines.give_back(self._address)
            self._address = None

    def begin_auth(self, username: str) -> bool:
        """Everybody has to prove who they are."""
        return True

    def public_key_auth_supported(self) -> bool:
        """By key, and by nothing else."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether it is that partner's key."""
        known = username in self._keys and self._keys[username] == key
        self._watch.asked.labels(status="sftp-key" if known else "sftp-unknown-key").inc()
        return known


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """Where the server listens, and where its keys are."""

    host: str
    port: int
    keys: Path


class SftpServer:
    """The server; each partner's name leads to its own folders."""

    def __init__(
        self,
        place: SftpPlace,
        folders: Mapping[str, DropFolder],
        watch: Watch,
        *,
        lines: Lines | None = None,
        login_s: float = LOGIN_S,
    ) -> None:
        self._lines = lines or Lines()
        self._login_s = login_s
        self._open_files = {partner: _OpenFiles() for partner in folders}
        self._place = place
        self._folders = folders
        self._watch = watch
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self) -> None:
        """Keys exist and connections are taken."""
        keys = {partner: ensure_partner(self._place.keys, partner) for partner in self._folders}
        self._acceptor = await asyncssh.listen(
            self._place.host,
            self._place.port,
            server_factory=lambda: _Gate(keys, self._watch, self._lines),
            server_host_keys=[ensure_host(self._place.keys)],
            sftp_factory=self._session,
            sftp_version=3,
            allow_scp=False,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            host_based_auth=False,
            kbdint_auth=False,
            password_auth=False,
            gss_host=None,
            login_timeout=self._login_s,
            keepalive_interval=60,
        )

    def _session(self, chan: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        partner = chan.get_extra_info("username")
        return _Folders(chan, self._folders[partner], self._open_files[partner])

    @property
    def port(self) -> int:
        """Where it listens; what the system chose where 0 was asked for."""
        return self._acceptor.get_port() if self._acceptor else 0

    async def stop(self) -> None:
        """No connection is left."""
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
