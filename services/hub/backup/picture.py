"""A backup, read: what it held when it was taken, and which moment of the hub it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, takewhile
from pathlib import Path

from services.hub.backup import segments
from services.hub.backup.cut import READERS, Cut, cut
from services.hub.backup.manifest import Manifest
from services.runtime.names import Names
from services.runtime.records import Record
from services.runtime.rows import META, Meta

CUT_AT_MOST = timedelta(minutes=15)
"""Nothing older than the backup by more than that may fall to the cut."""


class Picture:
    """The backup, read."""

    def __init__(self, folder: Path, manifest: Manifest, names: Names) -> None:
        self.folder = folder
        self.manifest = manifest
        self.names = names
        rows = manifest.rows
        self.rows = (
            {}
            if rows is None
            else {(r.key or b"").decode(): r.value or b"" for r in segments.read(folder, rows)}
        )

    def read(self, topic: str, number: int) -> Iterator[Record]:
        """What the partition held when the backup was taken."""
        first, end = self.manifest.topics[topic].spans[number]
        held = (segments.read(self.folder, one) for one in self.manifest.of(topic, number))
        for record in chain.from_iterable(held):
            if first <= record.offset < end:
                yield record

    def cut(self) -> Cut:
        """What of it is one moment."""
        names, manifest = self.names, self.manifest
        done = {
            service: manifest.done.get(names.app(service), {})
            for service in ("admission", "tracking", *READERS)
        }
        horizon = manifest.began_at - CUT_AT_MOST
        return cut(
            names,
            {topic: [end for _, end in held.spans] for topic, held in manifest.topics.items()},
            self.read,
            done,
            Meta.model_validate_json(self.rows.get(META, b"{}")).positions,
            int(horizon.timestamp() * 1000),
        )

    def kept(self, picked: Cut, topic: str, number: int) -> Iterator[Record]:
        """What of the partition is put back."""
        records = self.read(topic, number)
        if topic == self.names.journal("admission"):
            return islice(records, picked.entries)
        if topic == self.names.journal("tracking"):
            return islice(records, picked.steps)
        end = picked.said.get(topic, self.manifest.topics[topic].spans[number][1])
        if topic == self.names.log:
            end = picked.log[number]
        return takewhile(lambda record: record.offset < end, records)

    def unfinished_since(self, picked: Cut) -> datetime:
        """Since when something said is not done yet, by the cut; else when the backup began.

        What was said and is past its retention when the hub is up again is gone by then.
        """
        since = self.manifest.began_at
        for topic in self.manifest.topics:
            done = self._done_of(picked, topic)
            if done is None:
                continue
            first = next((one for one in self.read(topic, 0) if one.offset >= done), None)
            if first is not None:
                since = min(since, datetime.fromtimestamp(first.timestamp_ms / 1000, UTC))
        return since

    def _done_of(self, picked: Cut, topic: str) -> int | None:
        """How far an agency's words are done; None: not of an agency, or nobody was told."""
        for service in ("admission", "tracking"):
            parts = picked.done[service].get(topic)
            if parts is not None and topic not in picked.said:
                return parts[0]
        return None
