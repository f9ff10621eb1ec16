"""The secrets of an installation in a file of their own, kept apart from its data.

Either opens nothing by itself: data without secrets shows nobody who may read it, and a restored
hub without the reference secret would make strangers of everybody. With a passphrase the file is
sealed by age, so `age -d` opens it too; without one, closing it to others is all that protects it.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # has no types

from services.hub.backup.manifest import installation_of
from services.hub.broker.private import private_directory, write_private
from services.runtime.faults import Stop

REFERENCES = "secrets/references"
_FOLDERS = ("pki", "secrets", "sftp")
_SEALED = b"age-encryption.org/"


def keep(home: Path, file: Path, passphrase: str = "") -> int:
    """The secrets of that home are in the file, closed to others; how many."""
    private_directory(file.parent)
    bare = io.BytesIO()
    paths = list(_paths(home))
    with tarfile.open(fileobj=bare, mode="w:gz") as archive:
        for path in paths:
            archive.add(path, path.relative_to(home).as_posix(), recursive=False)
    raw = bare.getvalue()
    write_private(file, pyrage.passphrase.encrypt(raw, passphrase) if passphrase else raw)
    return len(paths)


def lay(file: Path, home: Path, installation: str, passphrase: str = "") -> int:
    """What of the file's secrets is not in that home is there now; how many were laid.

    Raises:
        Stop: the file cannot be opened, or is another installation's.
    """
    found = _opened(file, passphrase)
    references = found.get(REFERENCES)
    if references is None or installation_of(references) != installation:
        raise Stop(f"{file} holds the secrets of another installation than the backup's")
    laid = 0
    for name, content in found.items():
        path = home / name
        if not path.exists():
            private_directory(path.parent)
            write_private(path, content)
            laid += 1
    return laid


def _paths(home: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        found = (home / folder).rglob("*")
        yield from sorted(path for path in found if path.is_file() and path.name[0] != ".")
    yield from sorted((home / "bridges").glob("*/*.secret"))


def _opened(file: Path, passphrase: str) -> dict[str, bytes]:
    try:
        raw = file.read_bytes()
    except OSError:
        raise Stop(f"{file} cannot be read") from None
    if raw.startswith(_SEALED):
        if not passphrase:
            raise Stop(f"{file} is sealed: give its passphrase with --passphrase-file")
        try:
            raw = pyrage.passphrase.decrypt(raw, passphrase)
        except pyrage.DecryptError:
            raise Stop(f"{file} does not open: another passphrase, or it was damaged") from None
    try:
        with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
            return dict(_members(archive))
    except (tarfile.TarError, EOFError, OSError):
        raise Stop(f"{file} is not what hub backup writes, or was damaged") from None


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        path = Path(member.name)
        inside = not path.is_absolute() and ".." not in path.parts
        content = archive.extractfile(member) if member.isreg() and inside else None
        if content is None:
            raise tarfile.TarError
        yield member.name, content.read()
