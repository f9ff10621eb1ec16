"""What an agency's own credentials are shown, and how its folder stands. Changes nothing.

Looked at as the agency itself: what the broker would not show it, cannot come on its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from services.agreements.bundle import folder_of
from services.bridge.bundle import Bundle
from services.hub.agency.page import Folder, Seen
from services.hub.agency.why import Told
from services.hub.broker import passwords
from services.hub.broker.cluster import Cluster
from services.hub.proofs import is_canary
from services.runtime.names import Names
from services.runtime.outbox import Config
from services.runtime.records import Record
from services.runtime.topics import Reader, done

LATEST_LETTERS = 1000
"""Of its dead letters so many are looked at, the latest."""
LATEST_AFTER_A_CANARY = 1000
"""Among so many notices, the latest, the last canary is looked for."""
LATEST_NOTICES = 10_000
"""Of its notices likewise."""


def folder(cluster: Cluster, slug: str) -> Folder:
    """How the agency's folder and password stand; the password is not read."""
    user, at = cluster.names.agency_user(slug), folder_of(cluster, slug)
    stands = passwords.standing(cluster.home, user)
    kept = passwords.file_of(cluster.home, user, stands.current)
    since = stands.since or (passwords.made_at(kept) if kept.is_file() else None)
    files = sorted(path.name for path in at.iterdir()) if at.is_dir() else []
    return Folder(
        path=str(at),
        principal=user,
        comes_by=f"password, {stands.current.value}, over TLS",
        since=_text(since),
        both_valid_since=_text(stands.overlap_since),
        shut_out_since=_text(stands.revoked_at),
        files=tuple(files),
    )


def seen(config: Mapping[str, str], slug: str, names: Names) -> Seen:
    """What the broker shows the agency of its inbox and of its dead letters.

    Raises:
        Unavailable: it refuses, or does not answer.
    """
    quiet: Config = {**config, "log_level": 0}
    inbox, group = names.inbox(slug), names.agency_user(slug)
    reader = Reader(quiet)
    try:
        first, end = reader.ends(inbox)
        letters = latest(reader, names.dead(slug), LATEST_LETTERS)
        canary = last_canary(latest(reader, inbox, LATEST_AFTER_A_CANARY))
    finally:
        reader.close()
    collected = done(quiet, group, [(inbox, 0)]).get(inbox, {}).get(0)
    return Seen((first, end, collected), letters, canary)


def last_canary(records: Iterable[Record]) -> tuple[int, str] | None:
    """Where the last canary among them stands, and when it was sent."""
    found = None
    for record in records:
        if is_canary(record):
            found = record.offset, (record.header("ce_time") or b"").decode()
    return found


def told(bundle: Bundle, slug: str, names: Names) -> tuple[list[Told], tuple[Record, ...]]:
    """The latest of its notices, read by its own schemas, and of its dead letters.

    Raises:
        Unavailable: the broker refuses, or does not answer.
        Unreadable: a notice of a schema that is not in the folder.
    """
    reader = Reader({**bundle.client, "log_level": 0})
    try:
        notices = latest(reader, names.inbox(slug), LATEST_NOTICES)
        letters = latest(reader, names.dead(slug), LATEST_LETTERS)
    finally:
        reader.close()
    return [Told(one, bundle.notice(one.value or b"")) for one in notices], letters


def latest(reader: Reader, topic: str, at_most: int) -> tuple[Record, ...]:
    """The latest records of a topic of one partition.

    Raises:
        Unavailable: the broker refuses, or does not answer.
    """
    _, end = reader.ends(topic)
    return tuple(reader.part(topic, 0, since=max(0, end - at_most)))


def _text(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")
