"""Whether a service's rows were made anew without anybody's asking, and what became of it.

The supervisor does it once after each adoption of a build: what comes back after that has a cause
that a rebuild does not cure. `hub rebuild` by hand, where it succeeds, lets it do so once more.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from services.hub.broker.private import private_directory, write_private


@dataclass(frozen=True, slots=True)
class Renewal:
    """One attempt."""

    service: str
    build: str
    """Adopted then, and where that was said."""
    at: float
    """Seconds since 1970."""
    ended: bool = False
    failed: str = ""
    """Why it could not be, or empty."""


def last(home: Path, service: str) -> Renewal | None:
    """The last attempt for that service; None: there was none, or somebody has seen to it since."""
    file = _file(home, service)
    return Renewal(**json.loads(file.read_text())) if file.is_file() else None


def under_way(home: Path, service: str) -> bool:
    """Whether the supervisor began one and did not end it."""
    begun = last(home, service)
    return begun is not None and not begun.ended


def write_down(home: Path, renewal: Renewal) -> None:
    """The attempt is known to whoever comes later."""
    private_directory(home / "run")
    write_private(_file(home, renewal.service), json.dumps(asdict(renewal)))


def forget(home: Path, service: str) -> None:
    """Somebody has seen to it."""
    _file(home, service).unlink(missing_ok=True)


def _file(home: Path, service: str) -> Path:
    return home / "run" / f"{service}.rebuilt"
