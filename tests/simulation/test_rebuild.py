"""Rows made anew are those of the run, byte for byte, whatever had befallen it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any
from uuid import UUID

import pytest

from schemas.log import PersonHeld, Tick
from schemas.risk import RoshAssessed
from services.agreements.references import References
from services.agreements.versions import Versions
from services.hub.catalogue import built
from services.hub.rebuild.by_door import kept_by_the_door
from services.hub.rebuild.by_journal import kept_by_journal
from services.hub.rebuild.by_log import kept_by_log, said_held
from services.hub.simulation.play import Played, play
from services.hub.simulation.town import Town
from services.hub.simulation.world import BUILDS
from services.runtime.batch import Lane
from services.runtime.decision import Context, Decision, Route, State
from services.runtime.faults import Stop
from services.runtime.history import MemoryHistory
from services.runtime.journal import spans_of
from services.runtime.names import LOG_PARTITIONS
from services.runtime.outbox import MemoryOutbox, MemoryTopics
from services.runtime.records import Record
from services.runtime.rowlog import MemoryRowLog
from services.runtime.rows import META, Meta
from services.runtime.service import Service
from services.runtime.telemetry import Meters
from services.runtime.wire import Trigger
from tests.simulation.schedules import FILES

SEEDS = range(300, 312)
BY_LOG = ("registry", "risk", "notify")
BY_JOURNAL = ("admission", "tracking")
TICKED_PAST = 409
"""A letter is taken after the tick that would have forgotten it, so it waits for the next."""
NEVER = 10**9
"""As if the last build had been adopted after everything that stands in the log."""


@pytest.fixture(scope="module")
def runs(town: Town) -> Sequence[Played]:
    return [play(town.plan(seed), town) for seed in SEEDS]


def service_of(played: Played, name: str) -> Service:
    return next(one for one in played.town.services if one.name == name)


async def by_log(played: Played, service: Service, number: int, end: int) -> Mapping[str, bytes]:
    topics = played.broker.topics
    log = topics.read(service.names.log, number)
    held = said_held(topics.read(service.names.said(service.name, PersonHeld)))
    return await made(service, number, log, end, MemoryHistory(topics), held)


async def made(
    service: Service,
    number: int,
    log: Sequence[Record],
    end: int,
    history: MemoryHistory,
    held: frozenset[UUID] = frozenset(),
) -> Mapping[str, bytes]:
    kept = await kept_by_log(
        service,
        number,
        lambda: log,
        end,
        held,
        build=BUILDS[0],
        build_since=NEVER,
        history=history,
        on_progress=lambda _: None,
    )
    return kept.rows


def versions(town: Town) -> Versions:
    return Versions(FILES, {town.agreements.version: town.agreements})


@pytest.mark.parametrize("name", BY_LOG)
async def test_made_from_the_log_they_are_the_same(runs: Sequence[Played], name: str) -> None:
    for played in runs:
        service = service_of(played, name)
        for number in range(service.partitions):
            stood = played.broker.rows[name, number]
            end = played.broker.end(service.names.log, number)
            assert await by_log(played, service, number, end) == stood


def test_some_of_those_runs_held_somebody_and_adopted_twice(runs: Sequence[Played]) -> None:
    held = [r for p in runs for r in p.broker.topics.read(p.town.names.said("risk", PersonHeld))]
    assert held
    assert any(len(p.broker.topics.read(p.town.builds)) > 1 for p in runs)


def test_every_service_names_all_types_of_state_it_keeps(
    runs: Sequence[Played], town: Town
) -> None:
    for service in town.services:
        keys = {
            key
            for played in runs
            for (name, _), rows in played.broker.rows.items()
            for key in rows
            if name == service.name and key != META
        }
        assert keys
        assert {service.state_of(key) for key in keys} <= set(service.states)


@pytest.mark.parametrize("name", BY_JOURNAL)
async def test_made_by_the_journal_they_are_the_same(runs: Sequence[Played], name: str) -> None:
    for played in runs:
        service, topics = service_of(played, name), played.broker.topics
        stood = played.broker.rows[name, 0]
        done = Meta.model_validate_json(stood.get(META, "{}")).positions
        again, records = await kept_by_journal(
            service,
            topics.read(service.names.journal(name)),
            read(played),
            done,
            build=BUILDS[0],
            build_since=NEVER,
        )
        assert again.rows == stood
        assert records == sum(done.values())


@pytest.mark.parametrize("name", BY_LOG)
async def test_from_there_the_service_goes_on_and_says_nothing_new(
    runs: Sequence[Played], name: str
) -> None:
    """Made up to any place, the rest makes it say what stands there already, and keep the same."""
    for played in runs:
        service, topics = service_of(played, name), played.broker.topics
        log = service.names.log
        for number in range(service.partitions):
            end = played.broker.end(log, number)
            rowlog, said = MemoryRowLog(), MemoryTopics()
            rowlog.rows[number] = dict(await by_log(played, service, number, end * 2 // 3))
            lane = Lane(
                service,
                number,
                MemoryOutbox(said),
                rowlog,
                Meters(name),
                BUILDS[0],
                build_since=NEVER,
                history=MemoryHistory(topics),
            )
            await lane.open()
            await lane.run(topics.read(log, number, lane.position(log) or 0))
            assert rowlog.rows[number] == played.broker.rows[name, number]
            for topic in said.names():
                new = {(one.value, one.headers) for one in said.read(topic)}
                assert new <= {(one.value, one.headers) for one in topics.read(topic)}


async def test_who_was_held_stays_held_though_the_rule_is_mended(
    runs: Sequence[Played], town: Town
) -> None:
    """Nobody would be told what was not decided about them meanwhile."""
    mended = next(
        one
        for one in built(town.names, town.agreements, versions(town), References(bytes(32)))
        if one.name == "risk"
    )
    for played in runs:
        for number in range(mended.partitions):
            end = played.broker.end(mended.names.log, number)
            rows = await by_log(played, mended, number, end)
            assert rows == played.broker.rows["risk", number]


async def test_a_build_that_fails_where_others_did_not_is_refused(runs: Sequence[Played]) -> None:
    """Of those it holds now nobody would hear."""

    def fail(_: State | None, __: RoshAssessed, ___: Context) -> Decision[State]:
        raise ValueError

    assert await refusals(runs, "nobody would be told", routes=(Route(RoshAssessed, fail),))


async def test_a_build_that_does_not_decide_what_was_held_is_refused(
    runs: Sequence[Played],
) -> None:
    assert await refusals(runs, "does not even decide", routes=())


async def refusals(runs: Sequence[Played], words: str, **changes: Any) -> int:
    """How often risk, changed so, is refused in those words."""
    refused = 0
    for played in runs:
        service = replace(service_of(played, "risk"), **changes)
        for number in range(service.partitions):
            try:
                await by_log(played, service, number, played.broker.end(service.names.log, number))
            except Stop as stop:
                refused += words in str(stop)
    return refused


async def test_a_log_that_begins_late_or_ends_early_is_refused(runs: Sequence[Played]) -> None:
    service = service_of(runs[0], "registry")
    log = runs[0].broker.topics.read(service.names.log)
    for records, end in ((log[1:], len(log)), (log[:5] + log[6:], len(log)), (log, len(log) + 1)):
        with pytest.raises(Stop):
            await made(service, 0, records, end, MemoryHistory(runs[0].broker.topics))


async def test_from_the_log_it_wrote_and_what_is_kept_the_doors_rows_are_the_same(
    runs: Sequence[Played], town: Town
) -> None:
    """At any place of the journal, though its last batch stands in the log already."""
    waiting = 0
    for played in (*runs[:6], play(town.plan(TICKED_PAST), town)):
        service, everything = service_of(played, "admission"), read(played)
        journal = everything(service.names.journal("admission"))
        for cut in {len(journal), *range(2, len(journal), 7)}:
            exact, _ = await kept_by_journal(
                service, journal[:cut], everything, {}, build=BUILDS[0], build_since=NEVER
            )
            log = log_till(played, journal[:cut])
            found = kept_by_the_door(service, log, journal[:cut], everything, {})
            assert different(found, exact.rows) == set()
            waiting += sum(key.startswith("wait:") for key in found)
    assert waiting


async def test_past_the_sources_time_only_who_waited_and_the_last_words_are_gone(
    runs: Sequence[Played],
) -> None:
    for played in runs:
        service, everything = service_of(played, "admission"), read(played)
        journal = everything(service.names.journal("admission"))
        stood = played.broker.rows["admission", 0]
        done = Meta.model_validate_json(stood[META]).positions
        half = len(journal) // 2
        gone: Counter[str] = Counter()
        for topic, _, end in chain.from_iterable(map(spans_of, journal[:half])):
            gone[topic] = max(end, gone[topic])

        def kept(topic: str, gone: Counter[str] = gone, played: Played = played) -> list[Record]:
            return [one for one in read(played)(topic) if one.offset >= gone[topic]]

        log = log_till(played, journal)
        found = kept_by_the_door(service, log, journal[half:], kept, done)
        lost = {key.split(":")[0] for key in different(found, stood)}
        assert lost <= {"wait", META}
        was, now = (Meta.model_validate_json(rows[META]) for rows in (stood, found))
        assert now.positions == was.positions
        assert now.heard.items() <= was.heard.items()
        assert (now.adopted, now.now_us) == (was.adopted, was.now_us)
        letters = {key: row for key, row in found.items() if key.startswith("wait:")}
        assert letters.keys() <= stood.keys()


def log_till(played: Played, journal: Sequence[Record]) -> list[list[Record]]:
    """The log as those batches left it."""
    topics, log = played.broker.topics, played.town.names.log
    taken: Counter[str] = Counter()
    for topic, _, end in chain.from_iterable(map(spans_of, journal)):
        taken[topic] = max(end, taken[topic])

    def stood(record: Record) -> bool:
        trigger = Trigger.of(record.headers)
        return trigger is not None and trigger.offset < taken[trigger.topic]

    return [list(filter(stood, topics.read(log, number))) for number in range(LOG_PARTITIONS)]


def different(found: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> set[str]:
    """Keys under which not the same is kept; the order in which positions are listed is nothing.

    How many of a sender's began to wait today is counted anew.
    """
    metas = [Meta.model_validate_json(rows.get(META, "{}")) for rows in (found, wanted)]
    for meta, rows in zip(metas, (found, wanted), strict=True):
        assert meta.count in (None, len(rows) - 1)
        meta.count = None
    keys = {key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key)}
    keys = {key for key in keys if not key.startswith("waited:")}
    return keys - {META} | ({META} if metas[0] != metas[1] else set())


async def test_sources_past_their_time_are_refused_and_so_is_what_does_not_stand_in_the_log(
    runs: Sequence[Played],
) -> None:
    played = runs[0]
    service, everything = service_of(played, "admission"), read(played)
    journal = everything(service.names.journal("admission"))

    async def refused(read: Callable[[str], list[Record]], journal: Sequence[Record]) -> str:
        with pytest.raises(Stop) as stop:
            await kept_by_journal(service, journal, read, {}, build=BUILDS[0], build_since=NEVER)
        return str(stop.value)

    ticks = service.names.said("clock", Tick)
    late = lambda topic: everything(topic)[topic == ticks :]  # noqa: E731  a reader in one line
    assert "not kept any more" in await refused(late, journal)
    assert "not kept any more" in await refused(everything, journal[1:])
    short = lambda topic: everything(topic)[: -1 if topic == service.names.log else None]  # noqa: E731
    assert "do not stand" in await refused(short, journal)


def read(played: Played) -> Callable[[str], list[Record]]:
    topics = played.broker.topics
    return lambda topic: [one for n in range(LOG_PARTITIONS) for one in topics.read(topic, n)]
