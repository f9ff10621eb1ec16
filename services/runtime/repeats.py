"""What is kept of the last word of each of our writers' streams, by which a repeat is known."""

from __future__ import annotations

from hashlib import blake2b

from services.runtime.records import Record
from services.runtime.wire import Trigger


def heard_of(record: Record, trigger: Trigger) -> tuple[str, tuple[int, int, str]]:
    """The writer's stream, and the place of that record in it."""
    return stream_of(record, trigger), (trigger.offset, trigger.part, digest_of(record))


def stream_of(record: Record, trigger: Trigger) -> str:
    """Where what set it off stands: for each such place a writer only ever goes on."""
    return f"{record.topic}|{trigger.topic}|{trigger.partition}"


def digest_of(record: Record) -> str:
    """Tells two values apart without keeping them."""
    return blake2b(record.value or b"", digest_size=8).hexdigest()
