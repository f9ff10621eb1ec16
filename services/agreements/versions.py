"""The versions of the agreements an installation has had, each by its fingerprint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.agreements.compile import Agreements, load, load_earlier
from services.agreements.faults import AgreementsRefused
from services.runtime.faults import Stop

LATEST = "latest"
"""The file that names the version applied last."""
ADOPTED = "adopted"
"""The file that names the version that was said to be in force last: told later than applied."""


class Versions:
    """Compiled agreements by version, read from `<folder>/<version>/` when first asked for.

    `hub agreements apply` writes them there before it says that they are adopted.
    """

    def __init__(self, folder: Path, known: dict[str, Agreements] | None = None) -> None:
        self._folder = folder
        self._known = dict(known or {})

    def latest(self) -> Agreements:
        """The agreements applied last.

        Raises:
            Stop: none were.
        """
        pointer = self._folder / LATEST
        if not pointer.is_file():
            raise Stop("no agreements were applied here; run: hub agreements apply")
        return self.get(pointer.read_text().strip())

    def adopted(self) -> Agreements | None:
        """The agreements said to be in force last; None before the first.

        Raises:
            Stop: they are not here any more.
        """
        for name in (ADOPTED, LATEST):
            pointer = self._folder / name
            if pointer.is_file():
                return self.get(pointer.read_text().strip())
        return None

    def views(self) -> dict[int, dict[str, Any]]:
        """Every view there ever was: what is unread in an inbox may be of an earlier version."""
        folders = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        known = [self.get(folder.name) for folder in folders if folder.is_dir()]
        return {
            number: schema
            for agreements in (*known, *self._known.values())
            for number, schema in agreements.view_schemas.items()
        }

    def get(self, version: str) -> Agreements:
        """The agreements of that version.

        Raises:
            Stop: this installation does not have them.
        """
        found = self._known.get(version)
        if found is None:
            directory = self._folder / version
            if not directory.is_dir():
                raise Stop("agreements were adopted that are not here; run: hub agreements apply")
            found = _kept(directory, version)
            if found.version != version:
                raise Stop(
                    "agreements were changed after they were adopted; run: hub agreements apply"
                )
            self._known[version] = found
        return found


def _kept(directory: Path, version: str) -> Agreements:
    try:
        return load(directory)
    except AgreementsRefused:
        before = load_earlier(directory, version)
        if before is None:
            raise
        return before
