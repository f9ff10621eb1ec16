"""Which epoch an installation's inboxes are in.

An inbox that was restored may hold other notices at the offsets after the backup than the lost one
held there: (epoch, offset) is an agency's sequence, and its folder says both.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

EPOCH = "epoch.json"
RESTORING = "restoring.json"
"""While this file is there a restore was begun and not ended: nobody may start the hub."""


class Epoch(BaseModel):
    """An epoch of all inboxes of an installation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = 1
    opened_at: datetime | None = None
    """None: the first one, which was never opened by a restore."""
    say_again_since: datetime | None = None
    """What was said to the hub from this instant until `opened_at` has to be said again."""
    first_offsets: dict[str, int] = {}
    """By inbox: what stands below is of an earlier epoch and as it was."""


def read(home: Path) -> Epoch:
    """The epoch the inboxes are in."""
    try:
        return Epoch.model_validate_json((home / EPOCH).read_bytes())
    except FileNotFoundError:
        return Epoch()
