"""Which epoch an installation's inboxes are in.

An inbox that was restored may hold other notices at the offsets after the backup than the lost one
held there, and of one whose agreement narrowed some are gone: (epoch, offset) is an agency's
sequence, and its folder says both.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

EPOCH = "epoch.json"
RESTORING = "restoring.json"
"""While this file is there a restore was begun and not ended: nobody may start the hub."""


class Withdrawal(BaseModel):
    """Unread notices that were withdrawn from an inbox, and issued again as far as they may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    """The inbox's how manieth since its installation's epoch began."""
    begins: int
    """From this offset on, before `end`, they stood; the inbox begins there now."""
    end: int
    opened_at: datetime


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
    withdrawn: dict[str, Withdrawal] = {}
    """By inbox, the last withdrawal: each begins an epoch of that inbox alone."""

    def of(self, inbox: str) -> int:
        """The number of the epoch that inbox is in."""
        last = self.withdrawn.get(inbox)
        return self.number if last is None else self.number + last.number

    @property
    def highest(self) -> int:
        """The highest number any inbox was ever given."""
        return max(map(self.of, self.withdrawn), default=self.number)

    def with_withdrawal(self, inbox: str, begins: int, end: int, at: datetime) -> Epoch:
        """The epochs with that one begun; the same withdrawal again begins none."""
        last = self.withdrawn.get(inbox)
        if last is not None and last.end == end:
            return self
        number = 1 if last is None else last.number + 1
        one = Withdrawal(number=number, begins=begins, end=end, opened_at=at)
        return self.model_copy(update={"withdrawn": {**self.withdrawn, inbox: one}})


def read(home: Path) -> Epoch:
    """The epoch the inboxes are in."""
    try:
        return Epoch.model_validate_json((home / EPOCH).read_bytes())
    except FileNotFoundError:
        return Epoch()
