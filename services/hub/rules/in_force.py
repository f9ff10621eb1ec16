"""Which rules are in force in an installation: known here as well as in the log."""

from __future__ import annotations

from pathlib import Path

from services.hub.broker.private import write_private
from services.registry.rules import RULES
from services.runtime.installed import INSTALLED

FILE = "rules"
"""The file of an installation that names the rules adopted last."""
NEWEST = max(RULES, key=lambda version: [int(part) for part in version.split("-")])
BY_HUB_UP = "2026-3"
"""What `hub up` adopted wherever rules were not yet adopted by people."""


def in_force(home: Path) -> str:
    """Those adopted last; in a new installation, the newest this build has."""
    file = home / FILE
    if file.is_file():
        return file.read_text().strip()
    return BY_HUB_UP if (home / INSTALLED).is_file() else NEWEST


def keep(home: Path, version: str | None = None) -> str:
    """That version, or the one in force, is known here to be in force."""
    kept = version or in_force(home)
    write_private(home / FILE, kept)
    return kept
