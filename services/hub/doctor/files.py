"""What can be seen on this machine's disk: secrets, certificates, schemas, build, room."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from schemas.catalogue import ENTRIES
from schemas.log import BuildAdopted
from schemas.materialise import AVRO, due, versions
from services.hub.backup.take import LAST_BACKUP
from services.hub.broker import passwords
from services.hub.broker.layout import Home
from services.hub.doctor.agreed import told_last
from services.hub.doctor.patient import Patient
from services.runtime import installed
from services.runtime.installed import adopted_build, build_fingerprint
from services.runtime.schema_store import VIEW_IDS, committed
from services.runtime.symptoms import Symptom, Weight

_CLOSED = ("secrets", "pki", "agencies", "bridges", "sftp")
"""Folders in which nothing is for other users of this machine."""
_FOLDERS = (*_CLOSED, "logs", "run", "agreements", "broker")
_DROP = "drop"
"""What a partner lays down arrives as the partner's client sets it, inside a closed folder."""
_PUBLIC = ("*.pub", "known_hosts")
BACKUP_WITHIN = timedelta(hours=1)
_LEAST_FREE = 2**30
_LEAST_FREE_PCT = 5


@dataclass(frozen=True)
class Item:
    """A file or folder of the installation, and who may open it."""

    path: str
    folder: bool
    mode: int
    ours: bool = True
    """Whether it belongs to the user the hub runs as."""


def look_at_items(home: Path) -> tuple[Item, ...]:
    """Every folder, and every file in those with secrets but those that are public by nature."""
    found = [home, *(home / name for name in _FOLDERS if (home / name).is_dir())]
    for name in _CLOSED:
        found += sorted((home / name).rglob("*"))
    return tuple(_item(home, path) for path in found if not _of_others(path))


def _of_others(path: Path) -> bool:
    return _DROP in path.parts or any(path.match(pattern) for pattern in _PUBLIC)


def _item(home: Path, path: Path) -> Item:
    seen, name = path.lstat(), path.relative_to(home).as_posix()
    folder = stat.S_ISDIR(seen.st_mode)
    return Item(name, folder, stat.S_IMODE(seen.st_mode), seen.st_uid == os.getuid())


def closed(items: Iterable[Item], home: Path) -> Iterator[Symptom]:
    """What others could open, or belongs to somebody else."""
    for item in items:
        where = "the home" if item.path == "." else item.path
        place, mode = home / item.path, "700" if item.folder else "600"
        if item.mode & 0o077:
            wrong = f"is open to other users of this machine ({item.mode:04o})"
            yield Symptom(where, wrong, f"chmod {mode} {place}; a secret others saw is renewed")
        if not item.ours:
            do = f"chown it to the user the hub runs as; chmod {mode} {place}"
            yield Symptom(where, "belongs to another user", do)


def missing_secrets(home: Path, wanted: Iterable[str]) -> Iterator[Symptom]:
    """Secrets that are not there; `wanted` are the names of agencies' passwords."""
    if not (home / "secrets" / "references").is_file():
        do = "restore it from the safe copy: a new one makes strangers of everybody"
        yield Symptom("secrets/references", "is not there", do, Weight.STOPS)
    for name in wanted:
        if not (home / "secrets" / name).is_file():
            do = "run: hub agreements apply, then send the agency its folder anew"
            yield Symptom(f"secrets/{name}", "is not there", do)


def passwords_of(home: Path, users: Iterable[str]) -> Iterator[str]:
    """The files these agencies' passwords should be in; one that is revoked has none."""
    for user in users:
        stands = passwords.standing(home, user)
        if stands.revoked_at is None:
            yield passwords.file_of(home, user, stands.current).name


def certificates(home: Path, now: datetime) -> Iterator[Symptom]:
    """Every certificate this home has issued, and those the broker runs with."""
    pki = Home(home).pki
    in_use = sorted(Home(home).brokers.glob("*/pem/*.pem"))
    return installed.certificates([*sorted(pki.rglob("*.pem")), *in_use], now)


def schemas(home: Path, folder: Path = AVRO) -> Iterator[Symptom]:
    """Whether ids, frozen files, models and what agencies were given fit each other."""
    unsound = list(installed.schema_ids(folder))
    yield from unsound
    if not unsound:
        yield from installed.written(installed.in_use(home), committed().highest)
    frozen = versions(folder)
    for name in due([entry.fact for entry in ENTRIES], frozen):
        do = "install the build again; a developer: python -m schemas.materialise"
        yield Symptom(f"schema {name}", "the model says something no frozen file says", do)
    if not unsound:
        ours = {one.schema_id: one.schema for one in committed()}
        for path in sorted(home.glob("agencies/*/schemas/*.avsc")):
            yield from given(path, json.loads(path.read_text()), ours)


def given(path: Path, schema: object, ours: Mapping[int, object]) -> Iterator[Symptom]:
    """Whether an id means to an agency what it means to us; views are the agency's own."""
    number = int(path.stem)
    if number not in VIEW_IDS and ours.get(number) != schema:
        where = f"agency {path.parent.parent.name}"
        wrong = f"was given another schema under id {number} than ours"
        yield Symptom(where, wrong, "find out which ids.json it was; a committed id never changes")


@dataclass(frozen=True)
class BuildSeen:
    """The build by everybody who ought to know it."""

    adopted: str
    """What the installation wrote down as adopted last."""
    said_at: int
    own: str
    """The code that is installed here."""
    told: str | None
    """What the door was told last, if that is still kept."""
    told_at: int


def look_at_build(patient: Patient) -> BuildSeen:
    """Which build everybody has."""
    adopted, said_at = adopted_build(patient.home)
    return BuildSeen(adopted, said_at, build_fingerprint(), *told_last(patient, BuildAdopted))


def build(seen: BuildSeen) -> Iterator[Symptom]:
    """Where they differ."""
    yield from installed.build(seen.adopted, seen.own)
    if seen.adopted and seen.told is not None and seen.told != seen.adopted:
        wrong = f"the log was told build {seen.told}, this installation says {seen.adopted}"
        yield Symptom("build", wrong, "somebody else adopted one: agree, then hub up again")
    elif seen.adopted and seen.told_at > seen.said_at:
        wrong = f"was adopted again at {seen.told_at}, this installation says at {seen.said_at}"
        yield Symptom("build", wrong, "somebody else adopted it: find out who, then hub up again")


def look_at_backup(home: Path) -> datetime | None:
    """When the last backup began; None: none was ever taken."""
    file = home / LAST_BACKUP
    return datetime.fromisoformat(file.read_text()) if file.is_file() else None


def backup(began_at: datetime | None, now: datetime) -> Iterator[Symptom]:
    """Whether more could be lost than anybody meant, where backups are taken at all."""
    if began_at is not None and now - began_at > BACKUP_WITHIN:
        hours = (now - began_at) / timedelta(hours=1)
        wrong = f"the last one began {hours:.0f} hours ago; all since would be lost with the disks"
        yield Symptom("backup", wrong, "look why it is not run any more; hub backup take FOLDER")


@dataclass(frozen=True)
class Room:
    """Bytes of a disk."""

    free: int
    total: int


def look_at_room(home: Path) -> Room:
    """Room on the disk of the installation, where the local broker writes too."""
    usage = shutil.disk_usage(home)
    return Room(usage.free, usage.total)


def room(seen: Room) -> Iterator[Symptom]:
    """Whether it is about to be full."""
    free_pct = 100 * seen.free / seen.total
    if seen.free < _LEAST_FREE or free_pct < _LEAST_FREE_PCT:
        wrong = f"{seen.free / 2**30:.1f} GiB free ({free_pct:.0f} %)"
        do = "make room: a broker with a full disk stops; never delete its files by hand"
        yield Symptom("disk", wrong, do)
