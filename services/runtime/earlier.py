"""Facts of the log that were said before, at hand for rules that look back at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.ports import History
from services.runtime.records import Record
from services.runtime.rows import RowStore
from services.runtime.service import Service

Earlier = Callable[[Iterable[int]], Sequence[Any]]
"""Offsets in the log → the facts there."""


async def at_hand(
    service: Service, store: RowStore, history: History | None, records: Sequence[Record]
) -> Earlier:
    """What the rules of these records may look back at, fetched in one go before any decides.

    What a rule looks at stands where the rows say before the batch, or in the batch itself. So
    where nobody looks back nothing is read, and a batch of many who do costs one visit to the log.

    Raises:
        Stop: the log does not hold one of them; or (later) a rule looks where it did not say.
        Unavailable: the broker does not answer.
    """
    behind, read = service.looks_back, service.read
    found: dict[int, Record] = {}
    looking = []
    if behind:  # from the log alone: the headers of what others say may be anything
        looking = [read(record) for record in records if wire.kind_of(record.headers) in behind]
    if looking:
        rows = [(fact, store.get(service.key_of(fact))) for fact in looking]
        known = [(fact, row and row.state) for fact, row in rows]
        found = {record.offset: record for record in records}
        wanted = {offset for fact, state in known for offset in behind[fact.kind()](state, fact)}
        missing, at = sorted(wanted - found.keys()), records[-1]
        if missing and history is not None:
            more = await history.read(at.topic, at.partition, missing)
            found |= {record.offset: record for record in more}

    def earlier(offsets: Iterable[int]) -> Sequence[Any]:
        try:
            return [read(found[offset]) for offset in offsets]
        except KeyError:
            raise Stop("a rule looks at what it did not say it would") from None

    return earlier
