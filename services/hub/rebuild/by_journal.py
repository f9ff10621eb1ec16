"""Rows made anew of a service with several sources: from its journal, while that is whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from itertools import chain
from time import monotonic, sleep

from services.hub.proofs import stand
from services.runtime.again import Again, in_order, said_again
from services.runtime.faults import Stop
from services.runtime.journal import Span, spans_of
from services.runtime.outbox import Config
from services.runtime.records import Record
from services.runtime.rowlog import TRANSACTION_TIMEOUT_MS
from services.runtime.service import Service
from services.runtime.topics import Reader

OPEN_S = TRANSACTION_TIMEOUT_MS / 1000 + 15
"""Longer than a transaction stays open of which the coordinator knows, its worker being gone."""


async def kept_by_journal(
    service: Service,
    journal: Sequence[Record],
    read: Callable[[str], Sequence[Record]],
    done: Mapping[str, int],
    *,
    build: str,
    build_since: int,
) -> tuple[Again, int]:
    """What the service keeps of all it is known to have done, and of how many records that is.

    All that a batch made it say was with the broker before the next was written down; of the last,
    so much is known as its group was told. The rest of that is done again when the service takes
    its partition, as after any crash. `done` is by topic.

    Raises:
        Stop: sources are kept 72 hours, and some of what was taken is gone; or this build says
            something else of it than what stands there.
    """
    taken = [spans_of(entry) for entry in journal]
    sources = {topic: read(topic) for topic in sorted({t for spans in taken for t, _, _ in spans})}
    if journal and journal[0].offset:
        raise Stop(_gone(service))
    _check_whole(service, taken, sources)
    earlier = in_order(journal[:-1], sources)
    last = in_order(journal, sources)[len(earlier) :]
    records = [*earlier, *(one for one in last if one.offset < done.get(one.topic, 0))]
    again = await said_again(service, 0, records, build, build_since)
    stands = {topic: read(topic) for topic in service.writes}
    if lacking := stand(again.said, stands):
        raise Stop(
            f"this build says {lacking} things of what {service.name} took that do not stand "
            "anywhere: nothing was changed; install the build that ran"
        )
    return again, len(records)


def check_ended(config: Config, journal: str, within_s: float = OPEN_S) -> None:
    """No transaction hides what stands in the journal; one at work ends before that time is over.

    Raises:
        Stop: one does not end.
        Unavailable: the broker refuses or does not answer.
    """
    whole = {**config, "isolation.level": "read_uncommitted"}
    with closing(Reader(whole)) as every, closing(Reader(config)) as ended:
        _, end = every.ends(journal)
        until = monotonic() + within_s
        while (stable := ended.ends(journal)[1]) < end:
            if monotonic() > until:
                raise Stop(
                    f"{journal} holds a transaction that nobody ends, open at {stable}: nothing "
                    "was changed; run: hub doctor"
                )
            sleep(0.2)


def _check_whole(
    service: Service, batches: Iterable[Iterable[Span]], sources: Mapping[str, Sequence[Record]]
) -> None:
    """Everything taken is still there, from each source's beginning.

    Raises:
        Stop: it is not.
    """
    taken: Counter[str] = Counter()
    for topic, first, end in chain.from_iterable(batches):
        if first > taken[topic]:
            raise Stop(_gone(service))
        taken[topic] = max(taken[topic], end)
    for topic, end in taken.items():
        if sum(record.offset < end for record in sources[topic]) < end:
            raise Stop(_gone(service))


def _gone(service: Service) -> str:
    return (
        f"what {service.name} took first is not kept any more, so its rows cannot be made anew "
        "from what it read: nothing was changed; restore them from a backup"
    )
