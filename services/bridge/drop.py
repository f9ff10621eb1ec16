"""A partner's folders: what it drops, what became of it, what it has to collect.

    partner/            what the partner sees
      drop/             it uploads here; a file is taken once it is closed or renamed to `*.jsonl`
      done/             taken: the broker has confirmed everything in it that could be read
      refused/          not taken as a whole
      reports/          `<file>.report.json` for each of them
      orders/           ours for the partner; removing one says that its system holds it
    ours/               what it does not see
      partial/          uploads that are not complete
      working/          the file in hand
      removed/          orders the partner removed and the hub does not know of yet

Every step is one rename, so that a kill leaves each file in exactly one of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from services.bridge.rows import MAX_FILE, Report
from services.bridge.secrets import private_folder
from services.bridge.waiting import Backoff, patiently
from services.bridge.watch import Watch
from services.runtime.faults import Refused

PARTNER_SEES = ("drop", "done", "refused", "reports", "orders")
_OURS = ("partial", "working", "removed")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""Names of files; never anybody's, by the partner's own naming."""
TAKEN = ".jsonl"


class Upload:
    """A file on its way in. Nobody looks at it before it is complete."""

    def __init__(self, path: Path, name: str, most: int) -> None:
        self.name = name
        self.path = path
        self.broken = False
        self._most = most
        self._file = path.open("xb", buffering=0)

    def write(self, offset: int, data: bytes) -> int:
        """Bytes at that place.

        Raises:
            Refused: the file is longer than files may be; it never becomes complete.
        """
        if self.broken or offset + len(data) > self._most:
            self.broken = True
            raise Refused("too-big")
        self._file.seek(offset)
        return self._file.write(data)

    def flush(self) -> None:
        """Nothing is held back: writes are not buffered."""

    def fileno(self) -> int:
        """The open file's number, by which the server tells its size."""
        return self._file.fileno()

    def close(self) -> None:
        """All of it is on the disk."""
        os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """It was never sent."""
        self.path.unlink(missing_ok=True)


class DropFolder:
    """The folders of one partner."""

    def __init__(self, root: Path, max_file: int = MAX_FILE) -> None:
        self.root = root
        self.arrived = asyncio.Event()
        """Set when a file is complete."""
        self.collected = asyncio.Event()
        """Set when the partner removed an order."""
        self._max_file = max_file
        self._numbers = count()
        for folder in [self.public / name for name in PARTNER_SEES] + [
            self._ours(name) for name in _OURS
        ]:
            private_folder(folder)
        for left in self._ours("partial").iterdir():
            left.unlink()

    @property
    def public(self) -> Path:
        """What the partner sees."""
        return self.root / "partner"

    def begin(self, name: str) -> Upload:
        """A file begins to arrive."""
        path = self._ours("partial") / f"{next(self._numbers)}-{name}"
        return Upload(path, name, self._max_file)

    def complete(self, upload: Upload) -> None:
        """It is all there, unless it was too big; its old report no longer holds."""
        if upload.broken:
            upload.discard()
            return
        self._report(upload.name).unlink(missing_ok=True)
        upload.path.replace(self.public / "drop" / upload.name)
        self.arrived.set()

    def renamed(self, old: str, new: str) -> None:
        """The partner gives a dropped file the name it is to be taken under.

        Raises:
            FileNotFoundError: it is not there, or taken already.
        """
        self._report(new).unlink(missing_ok=True)
        (self.public / "drop" / old).replace(self.public / "drop" / new)
        self.arrived.set()

    def claim(self) -> Path | None:
        """The file to work on: the one a kill left in hand, or else the oldest dropped."""
        for left in self._ours("working").iterdir():
            return left
        waiting = [path for path in (self.public / "drop").iterdir() if path.suffix == TAKEN]
        if not waiting:
            return None
        oldest = min(waiting, key=lambda path: (path.stat().st_mtime_ns, path.name))
        return oldest.replace(self._ours("working") / oldest.name)

    def finish(self, path: Path, report: Mapping[str, Any], folder: str) -> None:
        """The report stands before the file moves: a kill between the two repeats both."""
        text = json.dumps({"file": path.name, **report}, indent=1).encode()
        self._write(self._report(path.name), text)
        os.utime(path)
        path.replace(self.public / folder / path.name)

    def place_order(self, name: str, document: Mapping[str, Any]) -> None:
        """An order for the partner to collect, whole from the first moment."""
        text = json.dumps(document, indent=1, sort_keys=True).encode()
        self._write(self.public / "orders" / name, text)

    def remove_order(self, name: str) -> None:
        """The partner's system holds it, as of the file's time from now on.

        Raises:
            FileNotFoundError: there is none of that name.
        """
        path = self.public / "orders" / name
        os.utime(path)
        path.replace(self._ours("removed") / name)
        self.collected.set()

    def removed_orders(self) -> list[Path]:
        """Orders the partner removed and the hub does not know of yet."""
        return sorted(self._ours("removed").iterdir())

    def sweep(self, keep: timedelta, now_s: float) -> int:
        """Remove what is older than it is kept, and how many that were.

        What waits to be taken stays, however long the broker is away; so do orders.
        """
        kept_long = [
            path
            for name in ("drop", "done", "refused", "reports")
            for path in (self.public / name).iterdir()
            if now_s - path.stat().st_mtime > keep.total_seconds()
            and not (name == "drop" and path.suffix == TAKEN)
        ]
        for path in kept_long:
            path.unlink()
        return len(kept_long)

    def _report(self, name: str) -> Path:
        return self.public / "reports" / f"{name}.report.json"

    def _ours(self, name: str) -> Path:
        return self.root / "ours" / name

    def _write(self, path: Path, content: bytes) -> None:
        """On the disk under its name, or not there."""
        partial = self._ours("partial") / f"{next(self._numbers)}-{path.name}"
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)


Take = Callable[[Path], Awaitable[Report]]
"""Takes a whole file in. Raises `Refused` for the file, `Unavailable` while the broker is away."""


async def work_off(folder: DropFolder, take: Take, watch: Watch, backoff: Backoff) -> None:
    """For ever: take each dropped file, one after the other; it is done only when confirmed."""
    while True:
        folder.arrived.clear()
        while (path := folder.claim()) is not None:
            await _work(folder, path, take, watch, backoff)
        await folder.arrived.wait()


async def _work(folder: DropFolder, path: Path, take: Take, watch: Watch, backoff: Backoff) -> None:
    try:
        report = await patiently(lambda: take(path), "broker", watch, backoff)
    except Refused as refused:
        whole = Report()
        whole.fault(0, refused)
        watch.rows.labels(outcome="file-refused").inc()
        folder.finish(path, whole.as_json(), "refused")
    else:
        folder.finish(path, report.as_json(), "done")
