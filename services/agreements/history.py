"""What was agreed to in a folder of agreement files, version after version, and by whom.

Beside the files stands `signed.jsonl`: a line for each version, with what changed in it, what that
widens, and the act of the two who agreed to it. No private key is in it, nor anything of a person
but their numbers. So whoever has the files can prove that none was widened by one person alone, or
see that it was. It needs no broker; a running hub has its own proof (`hub actor verify`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.log import Decided
from services.agreements import acts
from services.agreements.compile import Agreements, fingerprint_of, outline
from services.agreements.model import Agreement
from services.agreements.widening import takes_two, widened
from services.runtime.faults import Refused, Stop

FILE = "signed.jsonl"
WAITING = "waiting"
"""Folder of acts that one of two has signed; the other has it with the files."""
INSTALLATION = "agreement-files"
"""For what is signed here: it counts for no hub, and what is signed for a hub not here."""


class Entry(BaseModel):
    """One version."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: str
    wider: tuple[str, ...]
    """What it lets somebody say, know or decide more than the one before, in words."""
    act: Decided | None
    """Who agreed to it; none where it took nobody."""
    agreements: dict[str, dict[str, Any] | None]
    """By agency what its file says from here on, of those that changed; None: it has none."""


@dataclass(frozen=True)
class History:
    """Every version there was, the last one in force."""

    entries: tuple[Entry, ...]

    @property
    def content(self) -> Mapping[str, dict[str, Any]]:
        """What the files say by the last entry, by agency."""
        return _content(self.entries)

    @property
    def last(self) -> Agreements:
        """The version it ends with: who may say, know and decide; it grants nothing.

        Raises:
            Stop: there is none, or it is not an agreement of today's form.
        """
        return _outlined(self.content)


def read(directory: Path) -> History:
    """The history of that folder's files; without a line where there is none.

    Raises:
        Stop: the file is not what is written here.
    """
    file = directory / FILE
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(Entry.model_validate_json(line))
        except ValidationError:
            raise Stop(
                f"{FILE}:{number}: not a version as `hub agreements sign` writes it"
            ) from None
    return History(tuple(entries))


def wider(history: History, files: Agreements) -> list[str]:
    """What the files let somebody do more than was agreed to, in words."""
    return widened(history.last, files) if history.entries else []


def needs_two(history: History, files: Agreements) -> bool:
    """Whether two people have to sign the files as they are."""
    return bool(history.entries) and bool(takes_two(history.last, files))


def same(history: History, files: Agreements) -> bool:
    """Whether the files say what the last entry does."""
    if not history.entries:
        return False
    known = {slug: one.agreement for slug, one in history.last.receivers.items()}
    return known == {slug: one.agreement for slug, one in files.receivers.items()}


def add(directory: Path, history: History, files: Agreements, act: Decided | None) -> Entry:
    """The files as they are, as the next line of the history."""
    before = history.content
    now = {slug: one.agreement.model_dump(mode="json") for slug, one in files.receivers.items()}
    changed = {slug: said for slug, said in now.items() if before.get(slug) != said}
    gone = dict.fromkeys(before.keys() - now.keys())
    entry = Entry(
        version=files.version,
        wider=tuple(wider(history, files)),
        act=act,
        agreements={**changed, **gone},
    )
    with (directory / FILE).open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry.model_dump(mode="json"), sort_keys=True) + "\n")
    return entry


def faults(history: History) -> Iterator[str]:
    """What in the history was not agreed to by whom it takes, a line each; empty: all of it was."""
    before: Agreements | None = None
    used: dict[UUID, datetime] = {}
    for number in range(1, len(history.entries) + 1):
        entry, content = history.entries[number - 1], _content(history.entries[:number])
        after = _outlined(content)
        at = f"{FILE}:{number}"
        if fingerprint_of(content.values()) != entry.version:
            yield f"{at}: what stands there is not the version it names"
        if before is not None and takes_two(before, after):
            reason = _unsigned(entry, before, used)
            if reason:
                yield f"{at}: widens, and two have not agreed to it: {reason}"
        if entry.act is not None:
            used[entry.act.event_id] = entry.act.occurred_at
        before = after


def _unsigned(entry: Entry, before: Agreements, used: Mapping[UUID, datetime]) -> str:
    """Why its act does not count, as a coded reason; empty if it does."""
    act = entry.act
    if act is None:
        return "nobody signed"
    if (act.what, act.outcome, act.subject) != ("agreements", "widen", entry.version):
        return "another-act"
    if act.event_id in used or any(act.occurred_at <= earlier for earlier in used.values()):
        return "signed-before"
    try:
        # There is no broker's clock here: it is held against the moment its signers named.
        acts.check(act, act.occurred_at, before, INSTALLATION)
    except Refused as refused:
        return refused.reason
    return ""


def _content(entries: Iterable[Entry]) -> Mapping[str, dict[str, Any]]:
    said: dict[str, dict[str, Any] | None] = {}
    for entry in entries:
        said |= entry.agreements
    return MappingProxyType({slug: one for slug, one in said.items() if one is not None})


def _outlined(content: Mapping[str, dict[str, Any]]) -> Agreements:
    try:
        said = [Agreement.model_validate_json(json.dumps(one)) for one in content.values()]
    except ValidationError:
        raise Stop(f"{FILE} holds an agreement of another form than today's") from None
    return outline(said)
