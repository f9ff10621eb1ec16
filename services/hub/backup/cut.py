"""Which part of a backup is one moment of the hub. Pure: offsets and triggers in, offsets out.

The door's journal is the measure: it says which letters the door had taken, batch by batch, and all
that a batch made it say stood in the log before the next was begun. So the log is cut to what those
batches said; what services said of it, to what they said of that log; and how far each is done, to
what is left of what it said. Beyond the cut every service does again what it did, as after a crash.
What agencies said is kept whole. So is every inbox: what was told was told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.runtime.faults import Stop
from services.runtime.journal import Span, spans_of
from services.runtime.names import Names
from services.runtime.records import Record
from services.runtime.wire import Trigger

Ends = dict[str, int]
"""By topic of one partition: the offset after the last that counts."""
Read = Callable[[str, int], Iterable[Record]]
"""The records of a topic's partition, in order."""

READERS = ("registry", "risk", "notify")
"""Services whose only source is the log."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What is put back."""

    log: Mapping[int, int]
    """By partition."""
    said: Ends
    """Of what our stateful services said: the rest of it is said again."""
    entries: int
    """Of the door's journal, from the first that is kept."""
    steps: int
    """Of tracking's journal."""
    done: Mapping[str, Mapping[str, Mapping[int, int]]]
    """By service, as its group is told."""


def cut(
    names: Names,
    ends: Mapping[str, Sequence[int]],
    read: Read,
    done: Mapping[str, Mapping[str, Mapping[int, int]]],
    tracking: Mapping[str, int],
    horizon_ms: int,
) -> Cut:
    """The cut; `ends` by topic and partition, `done` by service; `tracking`: where its rows stand.

    Raises:
        Stop: the log holds what the door did not write, or something older than the horizon would
            be cut off.
    """
    by = {
        service: sorted(topic for topic in ends if _by(names, topic) == service)
        for service in (*READERS, "tracking")
    }
    said = {
        topic: _end(read(topic, 0), ends[topic][0], lambda t: t.offset < tracking.get(t.topic, 0))
        for topic in by["tracking"]
    }
    journal = [spans_of(entry) for entry in read(names.journal("admission"), 0)]
    entries = _prefix(journal, said)
    door = {topic: parts[0] for topic, parts in done.get("admission", {}).items()}
    taken, sure = _positions(journal, entries, door)
    log = {
        number: _end(
            read(names.log, number), end, lambda t: t.offset < taken.get(t.topic, 0), horizon_ms
        )
        for number, end in enumerate(ends[names.log])
    }
    told: dict[str, dict[str, dict[int, int]]] = {
        "admission": {topic: {0: offset} for topic, offset in sure.items()},
        "tracking": {
            topic: {0: min(parts[0], tracking.get(topic, 0))}
            for topic, parts in done.get("tracking", {}).items()
        },
    }
    for service in READERS:
        so_far = done.get(service, {}).get(names.log, {})
        sure_of = {number: min(offset, log[number]) for number, offset in so_far.items()}
        for topic in by[service]:
            said[topic] = _kept(read(topic, 0), ends[topic][0], log, sure_of)
        told[service] = {names.log: sure_of}
    steps = [spans_of(entry) for entry in read(names.journal("tracking"), 0)]
    return Cut(log, said, entries, _prefix(steps, tracking, absent=0), told)


def _by(names: Names, topic: str) -> str:
    try:
        return names.said_by(topic)[0]
    except ValueError:
        return ""


def _end(
    records: Iterable[Record], end: int, counts: Callable[[Trigger], bool], horizon_ms: int = 0
) -> int:
    """The offset of the first that does not count; else the end.

    Raises:
        Stop: that is older than the horizon.
    """
    for record in records:
        if counts(_trigger(record)):
            continue
        if record.timestamp_ms < horizon_ms:
            raise Stop(
                f"what made {record!r} be said is not in the backup, though it is older than the "
                "backup: take another backup, or use one from before"
            )
        return record.offset
    return end


def _prefix(
    journal: Sequence[Sequence[Span]], ends: Mapping[str, int], absent: int | None = None
) -> int:
    """How many entries take nothing beyond those ends; a topic without one ends at `absent`."""
    for number, spans in enumerate(journal):
        for topic, _, end in spans:
            limit = ends.get(topic, absent)
            if limit is not None and end > limit:
                return number
    return len(journal)


def _positions(
    journal: Sequence[Sequence[Span]], entries: int, done: Mapping[str, int]
) -> tuple[Ends, Ends]:
    """Per source how far the door had begun it, and how far it is sure to be done with it."""
    taken, sure = dict(done), dict(done)
    begun = max(entries - 1, 0)
    for number in range(len(journal) - 1, -1, -1):  # what comes first in time has the last word
        for topic, first, _ in reversed(journal[number]):
            if number >= begun:
                sure[topic] = first
            if number >= entries:
                taken[topic] = first
    for number, spans in enumerate(journal[:entries]):
        for topic, _, end in spans:
            taken[topic] = end
            if number < begun:
                sure[topic] = end
    for topic, offset in done.items():
        sure[topic] = min(sure[topic], offset)
    return taken, sure


def _kept(records: Iterable[Record], end: int, log: Mapping[int, int], sure: dict[int, int]) -> int:
    """The first thing said of what is cut off; what stands behind it, its service says again."""
    over = None
    for record in records:
        trigger = _trigger(record)
        if over is None and trigger.offset >= log[trigger.partition]:
            over = record.offset
        if over is not None and trigger.partition in sure:
            sure[trigger.partition] = min(sure[trigger.partition], trigger.offset)
    return end if over is None else over


def _trigger(record: Record) -> Trigger:
    trigger = Trigger.of(record.headers)
    if trigger is None:
        raise Stop(f"{record.topic} holds what no service of the hub wrote")
    return trigger
