"""What can go wrong, told apart by type and never by text.

    Fault
    ├── Unreadable    bytes that are not a fact               → back to the sender, go on
    ├── Refused       a fact its sender may not say           → back to the sender, go on
    ├── Unavailable   a dependency is away                    → wait with back-off, health turns red
    └── Stop          a bug, or a wrong installation          → do not acknowledge, end the process
        └── RowsUnusable  rows lost, hidden or unknown        → the same; they are made anew

Messages name the field or the thing to do, never a value: they reach logs and senders.
"""

from __future__ import annotations


class Fault(Exception):
    """Base of all faults the hub raises itself."""


class _WithField(Fault):
    def __init__(self, reason: str, field: str = "") -> None:
        self.reason = reason
        """A coded reason in kebab-case."""
        self.field = field
        """Dotted path of the offending field, or empty."""
        super().__init__(f"{reason}: {field}" if field else reason)


class Unreadable(_WithField):
    """Bytes that are not a fact of a known schema."""


class Refused(_WithField):
    """A fact that its sender may not say, or that cannot be about anybody."""


class Unavailable(Fault):
    """Something the hub depends on does not answer for now."""


class Stop(Fault):
    """The process must end without acknowledging what it has in hand."""


class RowsUnusable(Stop):
    """A service's rows are lost, hidden or of a version this build does not know."""


EXIT_ROWS = 76
"""Exit code of a worker whose rows have to be made anew; the supervisor does that once."""
