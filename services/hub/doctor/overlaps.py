"""Credentials that wait for somebody: overlaps left open, passwords grown old, the shut out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from services.hub.rotation.listing import Row
from services.runtime.symptoms import Symptom, Weight

OPEN_FOR = timedelta(days=14)
"""So long an agency may take to take up a new password."""
PASSWORD_LASTS = timedelta(days=397)
"""As long as a certificate; after that somebody should renew it. Source: none found; local choice,
decision 8."""


def symptoms(rows: Iterable[Row], now: datetime) -> Iterator[Symptom]:
    """What of the credentials somebody has to end, renew or let in again."""
    for row in rows:
        if row.revoked_at is not None:
            wrong = f"is shut out since {row.revoked_at:%d %B %H:%M} UTC"
            do = f"when it is safe again: hub secrets reinstate {row.principal}"
            yield Symptom(row.principal, wrong, do)
        elif row.overlap_since is not None:
            yield from _overlap(row, row.overlap_since, now)
        elif row.until is None and row.since is not None and now - row.since > PASSWORD_LASTS:
            wrong = f"its password is {(now - row.since).days} days old"
            do = f"run: hub secrets rotate {row.principal}"
            yield Symptom(row.principal, wrong, do, Weight.WATCH)


def _overlap(row: Row, since: datetime, now: datetime) -> Iterator[Symptom]:
    late = now - since > OPEN_FOR
    wrong = f"{row.beside} is valid beside it since {since:%d %B}, {(now - since).days} days"
    do = f"when nobody comes by the old one any more: hub secrets retire {row.principal}"
    yield Symptom(row.principal, wrong, do, Weight.FAULT if late else Weight.WATCH)
