"""Rows made anew from the log alone, and whether they are what they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from uuid import UUID

from schemas.log import PersonHeld
from services.runtime import wire
from services.runtime.again import Kept, kept_again
from services.runtime.faults import Stop
from services.runtime.ports import History
from services.runtime.records import Record
from services.runtime.service import Service

_HELD = PersonHeld.kind()


async def kept_by_log(
    service: Service,
    partition: int,
    log: Callable[[], Iterable[Record]],
    end: int,
    held: frozenset[UUID],
    *,
    build: str,
    build_since: int,
    history: History,
    on_progress: Callable[[int], None],
) -> Kept:
    """What the service keeps of the partition's log before `end`, held where it held before.

    `log` reads the partition from its beginning to beyond `end`; `held` are the ids of what the
    service said of holding and that does not stand in the log yet.

    Raises:
        Stop: the log is not whole, or this build does not hold whom earlier ones held.
    """
    in_log = dict(_said_of_holding(log(), service.name))
    known = held | in_log.keys()
    kept = await kept_again(
        service,
        partition,
        takewhile(lambda record: record.offset < end, whole(log(), end)),
        build,
        build_since=build_since,
        history=history,
        failed_before=known,
        on_progress=on_progress,
    )
    _check_held(kept.held, known, {one for one, offset in in_log.items() if offset < end})
    return kept


def said_held(records: Iterable[Record]) -> frozenset[UUID]:
    """The ids of what stands where a service says whom it holds."""
    return frozenset(UUID(bytes.decode(record.header("ce_id") or b"")) for record in records)


def _said_of_holding(records: Iterable[Record], service: str) -> Iterator[tuple[UUID, int]]:
    """What the service said of holding, and where that stands in the log."""
    for record in records:
        if wire.kind_of(record.headers) == _HELD and record.header("ce_source") == service.encode():
            yield from ((one, record.offset) for one in said_held((record,)))


def whole(records: Iterable[Record], end: int = 0) -> Iterator[Record]:
    """All of these records of the log, from its beginning and beyond `end`, none missing.

    Raises:
        Stop: one is.
    """
    following = 0
    for record in records:
        if record.offset != following:
            raise Stop(f"{record.topic}[{record.partition}] does not hold {following} any more")
        following += 1
        yield record
    if following < end:
        raise Stop("the log ends before what was done of it: it has to be restored first")


def _check_held(now: frozenset[UUID], known: frozenset[UUID], due: set[UUID]) -> None:
    """Nobody is held of whom nothing was said, and nobody let go in silence.

    Raises:
        Stop: the rules of this build fail elsewhere than those that ran.
    """
    if fresh := len(now - known):
        raise Stop(
            f"this build's rules fail {fresh} times where earlier ones did not, and nobody would "
            "be told: nothing was changed; mend the build"
        )
    if gone := len(due - now):
        raise Stop(
            f"this build does not even decide what earlier ones held {gone} times: nothing was "
            "changed; install the build that ran"
        )
