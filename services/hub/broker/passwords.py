"""An agency's password: two slots at the broker, one a mechanism, used in turn.

The broker keeps one password per user and SCRAM mechanism, so one user may have two at a time
under one name: rights do not change while the password does (decision 8). Owns what of this is on
disk: a file per slot in `secrets/`, and `secrets/principals.json`, which says what stands.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from services.hub.broker.faults import NotSetUp
from services.hub.broker.layout import Home
from services.hub.broker.private import held, private_directory, write_private


class Slot(StrEnum):
    """A place for a password; its value is the mechanism as clients name it."""

    SHA_512 = "SCRAM-SHA-512"
    SHA_256 = "SCRAM-SHA-256"

    @property
    def other(self) -> Slot:
        """The one that is used next."""
        return Slot.SHA_256 if self is Slot.SHA_512 else Slot.SHA_512


class Standing(BaseModel):
    """What stands of one user's passwords; holds none itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    current: Slot = Slot.SHA_512
    """The slot of the password its folder holds."""
    since: datetime | None = None
    """When it was handed over; None if it is the first."""
    overlap_since: datetime | None = None
    """Since when the other slot's is valid beside it; None if it is not."""
    revoked_at: datetime | None = None
    """Since when it is shut out; None if it is not."""


_ALL = TypeAdapter(dict[str, Standing])


def standing(home: Path, user: str) -> Standing:
    """What stands of this user."""
    return _read(home).get(user, Standing())


def revoked(home: Path) -> Iterator[str]:
    """Users that are shut out."""
    return (user for user, stands in _read(home).items() if stands.revoked_at is not None)


def put_down(home: Path, user: str, stands: Standing) -> None:
    """Written down for this user, the others as they were."""
    with held(_folder(home) / ".lock"):
        both = {**_read(home), user: stands}
        write_private(_record(home), _ALL.dump_json(both, indent=1, exclude_defaults=True))


def alone(home: Path) -> AbstractContextManager[None]:
    """Nobody else makes or ends a credential of this home meanwhile; others wait.

    Applying agreements counts too: else it could give back a password that is just being ended.
    """
    return held(_folder(home) / ".rotating")


def file_of(home: Path, user: str, slot: Slot) -> Path:
    """Where the password of that slot is, if there is one."""
    name = user if slot is Slot.SHA_512 else f"{user}.sha-256"
    return Home(home).secrets / name


def ensure(home: Path, user: str, slot: Slot) -> Path:
    """The slot's file, with 256 random bits made where there was none."""
    path = file_of(home, user, slot)
    with held(_folder(home) / ".lock"):
        if not path.exists():
            write_private(path, secrets.token_urlsafe(32))
    return path


def filled(home: Path, user: str) -> Iterator[Slot]:
    """The slots that have a password."""
    return (slot for slot in Slot if file_of(home, user, slot).is_file())


def made_at(path: Path) -> datetime:
    """When the file was last written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _read(home: Path) -> dict[str, Standing]:
    record = _record(home)
    try:
        return _ALL.validate_json(record.read_bytes()) if record.is_file() else {}
    except ValidationError:
        raise NotSetUp(f"{record} is damaged. Restore it from the safe copy.") from None


def _record(home: Path) -> Path:
    return Home(home).secrets / "principals.json"


def _folder(home: Path) -> Path:
    return private_directory(Home(home).secrets)
