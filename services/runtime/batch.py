"""One partition's micro-batch: decide → publish → save → acknowledge. Free of Kafka and Faust."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.base import Fact
from schemas.log import ADOPTED, Adoption, HoldLifted, Tick, put_in_force
from services.runtime import wire
from services.runtime.decision import Context, Decide, Decision
from services.runtime.earlier import Earlier, at_hand
from services.runtime.faults import RowsUnusable, Stop
from services.runtime.ports import History, Journal, Outbox, RowLog
from services.runtime.records import Outgoing, Record
from services.runtime.repeats import digest_of, heard_of, stream_of
from services.runtime.rows import Kept, RowStore, Working, micros
from services.runtime.schema_store import committed
from services.runtime.service import Service
from services.runtime.speech import Speech
from services.runtime.telemetry import Meters
from services.runtime.wire import Trigger

log = logging.getLogger(__name__)

MAX_HELD = 20
"""So many rows of a partition held since it was taken mean a bad build, not bad luck.

Source: local choice, see decision 5."""
CRASHES = 3
"""So many processes may end at one record of several bodies' before it is set aside.

Source: local choice, see decision 5."""

_LIFTED = HoldLifted.kind()
Next = Callable[[], Sequence[Record]]
"""What is to be taken next, of what waits already; none where nothing does."""


async def _always() -> None:
    """The lease of those who cannot lose a partition."""


async def _none() -> Mapping[str, int]:
    """The group of those who have none."""
    return {}


class FailedBeforeError(Exception):
    """A rule failed here in the run that is done again."""


@dataclass(slots=True)
class Lane:
    """All work on one partition; never two batches at once."""

    service: Service
    partition: int
    outbox: Outbox
    rowlog: RowLog
    meters: Meters
    build: str
    journal: Journal | None = None
    lease: Callable[[], Awaitable[None]] = _always
    build_since: int = -1
    """Where whoever deploys said last that this build is in force; -1: unknown, or not the last."""
    history: History | None = None
    """Where what waited for a held person is found; not needed where nobody is held."""
    done: Callable[[], Awaitable[Mapping[str, int]]] = _none
    """By source, how far the group was told it is done: rows never stand before that."""
    failed_before: frozenset[UUID] = frozenset()
    """Ids of what was said when rows were held, in a run that is done again: held again there."""
    store: RowStore = field(init=False)
    routes: dict[type, Decide] = field(init=False)
    held: int = 0
    written_down: Sequence[Record] = ()
    """The order of what has to be run next; it is durable already."""

    def __post_init__(self) -> None:
        """Index the routes by what they are for."""
        self.routes = {route.fact: route.decide for route in self.service.routes}

    async def open(self) -> None:
        """Take the partition: fence its former holder, recover the rows, finish its last batch.

        A batch that was journaled but not saved is done again in the same order, so that what was
        said of it already is said again to the letter and dropped by its readers.

        Raises:
            Stop: another build is in force, and this is none that was adopted since.
            RowsUnusable: they cannot be read, or are lost: going on would say everything again.
        """
        rows = await self.rowlog.take(self.partition)
        anew = f"; run: hub rebuild {self.service.name}"
        try:
            self.store = RowStore(self.service.state_of, rows, self.service.shape)
        except RowsUnusable as unreadable:
            raise RowsUnusable(f"{unreadable}{anew}") from None
        build = self.store.meta.adopted.get("build")
        if build not in (None, self.build) and self.build_since < 0:
            raise Stop("another build was adopted here: install it and start again")
        done = (await self.done()).items()
        if not self.store.whole or any((self.position(at) or 0) < offset for at, offset in done):
            raise RowsUnusable(f"rows of partition {self.partition} are lost{anew}")
        if self.journal is not None:
            unfinished = await self.journal.unfinished(self.store.meta.positions)
            if unfinished:
                await self.work(unfinished)

    def position(self, topic: str) -> int | None:
        """The next offset to read of that source; None: from its beginning."""
        return self.store.meta.positions.get(topic)

    async def run(self, records: Sequence[Record], following: Next = tuple) -> Sequence[Record]:
        """Take these records; returns those that have to wait until rules are adopted.

        With several sources, the order of what follows is durable with these records' rows, and it
        is `written_down` then: two transactions a batch would cost the time of one.

        Raises:
            Stop: a bug; what came before it is published and saved, nothing after it is.
        """
        leads = self.service.leads
        if leads and self.service.rules_of(self.store.meta.adopted) is None:
            first = [record for record in records if record.topic in leads]
            waiting = [record for record in records if record.topic not in leads]
            if first:
                await self._write_down(first)
                await self.work(first)
            if not waiting or self.service.rules_of(self.store.meta.adopted) is None:
                return waiting
            records = waiting
        if records is not self.written_down:
            await self._write_down(records)
        self.written_down = ()
        await self.work(records, following)
        return ()

    async def _write_down(self, records: Sequence[Record]) -> None:
        if self.journal is not None:
            await self.journal.append(records, {})

    async def work(self, records: Sequence[Record], following: Next = tuple) -> None:
        """Take these records in this order, which is written down or the only one there is.

        Raises:
            Stop: a bug; what came before it is published and saved, nothing after it is.
        """
        *parts, last = self._parts(records)
        for part in parts:
            await self._batch(part)
        await self._batch(last, following)

    def _parts(self, records: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """In batches: one begins with each lifted hold, for it looks back in the log."""
        start = 0
        if self.service.holds:
            for at, record in enumerate(records):
                if at > start and wire.kind_of(record.headers) == _LIFTED:
                    yield records[start:at]
                    start = at
        yield records[start:]

    async def _waited(self, record: Record) -> Sequence[Record] | None:
        """What waited for the person whose hold this record lifts; None: it lifts none.

        Only this service's hold, and only if it still stands where it was seen.
        """
        done = record.offset < self.store.meta.positions.get(record.topic, 0)
        if done or not self.service.holds or wire.kind_of(record.headers) != _LIFTED:
            return None
        lifted = self.service.read(record)
        row = self.store.get(str(lifted.person_id))
        mine = lifted.service == self.service.name
        if not mine or row is None or row.held_at != lifted.failed_at or self.history is None:
            return None
        waits = row.waits[1:] if lifted.skipped else row.waits
        return await self.history.read(record.topic, self.partition, waits)

    async def _batch(self, records: Sequence[Record], following: Next = tuple) -> None:
        waited = await self._waited(records[0]) if records else None
        taken = (*records, *(waited or ()))
        look = await at_hand(self.service, self.store, self.history, taken)
        batch = _Batch(self, look, waited)
        bug = batch.decide_all(records)
        if batch.said:
            await self.lease()
            await self.outbox.send(batch.said)
        if batch.taken or batch.crashed:
            await self.lease()
            await self._save(batch.working, tuple if bug else following)
        if bug is not None:
            because = f": {bug.__cause__}" if isinstance(bug.__cause__, Stop) else ""
            kind = RowsUnusable if isinstance(bug.__cause__, RowsUnusable) else Stop
            raise kind(f"{self.service.name} cannot go on at {bug}{because}") from bug.__cause__

    async def _save(self, working: Working, following: Next) -> None:
        """The rows are durable, and where something waits already, its order is too."""
        rows = working.encoded()
        ready = self.journal is not None and self.service.rules_of(working.meta.adopted) is not None
        self.written_down = following() if ready else ()
        if self.journal is not None and self.written_down:
            await self.journal.append(self.written_down, rows)
        else:
            await self.rowlog.save(self.partition, rows)
        working.apply()


class RowTooLargeError(Exception):
    """A row grew past what the broker takes: its person is held before anything is saved."""


class _Batch:
    """The decisions of one micro-batch, on a working copy of the rows."""

    def __init__(self, lane: Lane, look: Earlier, waited: Sequence[Record] | None) -> None:
        self.lane, self.look, self.waited = lane, look, waited
        """What waited for the person whose hold the first record lifts; None: it lifts none."""
        self.crashed = False
        self.service = lane.service
        self.working = Working(lane.store)
        self.said: list[Outgoing] = []
        self.taken = 0
        self._rules = self.service.rules_of(self.working.meta.adopted)

    def decide_all(self, records: Sequence[Record]) -> Stop | None:
        """Decide each record in order; stop before the first that shows a bug."""
        meta = self.working.meta
        for record in records:
            if record.offset < meta.positions.get(record.topic, 0):
                continue
            said = len(self.said)
            self.working.begin()
            try:
                self._take(record)
            except Exception as error:  # noqa: BLE001  any failure outside a rule is a bug
                log.error(  # noqa: TRY400 G201  the text could hold a value; type and place do not
                    "cannot go on", extra={"at": repr(record), "fault": type(error).__name__}
                )
                del self.said[said:]
                self.working.undo()
                self._note_crash(record, error)
                bug = Stop(repr(record))
                bug.__cause__ = error
                return bug
            meta.positions[record.topic] = record.offset + 1
            meta.crashed.pop(_place(record), None)
            self.taken += 1
        return None

    @property
    def _schemas(self) -> int:
        """Up to which id schemas are in use; before any were adopted, the first of each fact is."""
        return int(self.working.meta.adopted.get("schemas", 0))

    def _note_crash(self, record: Record, error: Exception) -> None:
        """Durable, so that the third process after this one knows; a wanted stop is none."""
        if isinstance(error, Stop) or self.service.park(record) is None:
            return
        crashed = self.working.meta.crashed
        crashed[_place(record)] = crashed.get(_place(record), 0) + 1
        self.crashed = True

    def _take(self, record: Record) -> None:
        trigger = Trigger.of(record.headers) if self.service.trusts(record) else None
        if trigger is not None and self._heard_before(record, trigger):
            return
        if self.working.meta.crashed.get(_place(record), 0) >= CRASHES:
            self._park(record)
        else:
            item = self.service.read(record)
            if item is not None:
                self._weigh(item, record, Speech(self.service, record, self._schemas))
        if trigger is not None:
            self.working.meta.heard.update([heard_of(record, trigger)])

    def _weigh(self, item: Any, record: Record, speech: Speech) -> None:  # noqa: ANN401
        decide = self.lane.routes.get(type(item))
        decision = None
        if type(item) is HoldLifted:
            self._lift(item, speech)
        if decide is not None:
            decision = self._decide(self.service.key_of(item), item, decide, record, speech)
        fact: Any = None if decision is None else decision.log_fact
        if record.topic == self.service.names.log:
            fact = item
        if type(fact) is Tick:
            self._tick(fact, record, speech)
        elif type(fact) in ADOPTED:
            self._adopt(fact, record)

    def _park(self, record: Record) -> None:
        """Back to its sender untouched; everybody else's go on."""
        back = self.service.park(record)
        if back is None:
            raise Stop("a record was to be set aside that cannot be")
        log.critical("set aside: three processes ended at it", extra={"at": repr(record)})
        self.lane.meters.parked.inc()
        self.said.append(back)

    def _heard_before(self, record: Record, trigger: Trigger) -> bool:
        """Whether a writer of ours says this again; each of its streams only ever grows."""
        last = self.working.meta.heard.get(stream_of(record, trigger))
        place = (trigger.offset, trigger.part)
        if last is None or place > last[:2]:
            return False
        self.lane.meters.repeats.inc()
        if place == last[:2] and digest_of(record) != last[2]:
            self.lane.meters.repeats_that_differ.inc()
            log.error("repeat differs: two builds disagree", extra={"at": repr(record)})
        return True

    def _decide(
        self,
        key: str,
        item: Any,  # noqa: ANN401
        decide: Decide,
        record: Record,
        speech: Speech,
    ) -> Decision[Any] | None:
        """The decision, kept and said; None where the row is held, or is from now on."""
        row = self.working.row(key)
        if row is not None and row.waits:
            self.lane.meters.decisions.labels(because="held").inc()
            self.working.put(key, replace(row, waits=(*row.waits, record.offset)))
            return None
        now, look = self.working.meta.now, self.look
        context = Context(self._rules, now, self.working, record.offset, look)
        try:
            self._fail_as_before(key, item, speech)
            decision = decide(None if row is None else row.state, item, context)
            said = [outgoing for thing in decision.facts for outgoing in speech.of(thing)]
            kept = None
            if decision.state is not None:
                kept = Kept(decision.state, _wake(decision.wake_at))
                if kept == row:
                    kept = row
                elif not self.working.fits(key, kept):
                    raise RowTooLargeError
        except Exception as error:
            if not self.service.holds or isinstance(error, Stop):
                raise
            self._hold(key, row, item, record, speech, error)
            return None
        self.lane.meters.decisions.labels(decision.because).inc()
        self._keep(key, row, kept, decision)
        self.said.extend(said)
        return decision

    def _fail_as_before(self, key: str, item: Any, speech: Speech) -> None:  # noqa: ANN401
        if self.lane.failed_before:
            held = self._held(key, item, speech, FailedBeforeError.__name__)
            if held is not None and held.event_id in self.lane.failed_before:
                raise FailedBeforeError

    def _keep(self, key: str, row: Kept | None, kept: Kept | None, decision: Decision[Any]) -> None:
        if kept is not row:
            self.working.put(key, kept)
        for other, change in decision.others.items():
            self.working.put(
                other, None if change is None else Kept(change.state, _wake(change.wake_at))
            )

    def _hold(
        self,
        key: str,
        row: Kept | None,
        item: Any,  # noqa: ANN401
        record: Record,
        speech: Speech,
        error: Exception,
    ) -> None:
        """Hold this row, loudly; the others go on."""
        self.lane.held += not isinstance(error, FailedBeforeError)
        if self.lane.held > MAX_HELD:
            raise Stop("too many rows held here: a bad build") from error
        state, wake = (None, None) if row is None else (row.state, row.wake_us)
        self.working.put(key, Kept(state, wake, (record.offset,)))
        self.lane.meters.held.inc()
        log.error(  # noqa: TRY400  the error's text could hold a value
            "row held", extra={"at": repr(record), "fault": type(error).__name__}
        )
        held = self._held(key, item, speech, type(error).__name__)
        if held is not None:
            self.said.extend(speech.of(held))

    def _held(self, key: str, item: Any, speech: Speech, fault: str) -> Fact | None:  # noqa: ANN401
        """What is said when that row is held here."""
        say = self.service.held_fact
        return None if say is None else say(key, item, fault, f"{key}@{speech.offset}")

    def _lift(self, lifted: HoldLifted, speech: Speech) -> None:
        """Decide again what waited for the person, in its order; it may fail and be held again."""
        key = str(lifted.person_id)
        row = self.working.row(key)
        if self.waited is None or row is None:
            return
        self.lane.held = max(0, self.lane.held - 1)
        self.working.put(key, None if row.state is None else Kept(row.state, row.wake_us))
        for record in self.waited:
            item = self.service.read(record)
            tick = isinstance(item, Tick)
            decide = self.service.on_tick if tick else self.lane.routes.get(type(item))
            if decide is not None:
                self._decide(key, item, decide, record, speech)

    def _tick(self, tick: Tick, record: Record, speech: Speech) -> None:
        meta = self.working.meta
        meta.now_us = max(meta.now_us or 0, micros(tick.now))
        if self.service.on_tick is None:
            return
        for key in self.working.due(meta.now_us):
            self._decide(key, tick, self.service.on_tick, record, speech)

    def _adopt(self, fact: Adoption, record: Record) -> None:
        what, version = put_in_force(fact)
        before = self.working.meta.adopted
        # A build reads past the adoption of others until it finds its own, and past those that its
        # own came after (a roll back with a backlog); one that was in force and is no longer must
        # not decide another fact.
        replaced = what == "build" and version != self.lane.build == before.get("build")
        if replaced and self._said_at(record) > self.lane.build_since:
            raise Stop("another build was adopted here: install it and start again")
        if what == "schemas" and int(version) > committed().highest:
            raise Stop("facts are written by schemas this build does not have: install a newer one")
        adopted = {**before, what: version}
        self._rules = self.service.rules_of(adopted)
        self.working.meta.adopted = adopted

    def _said_at(self, record: Record) -> int:
        """Where whoever deploys said it: what the log holds of it tells, as the door put it."""
        trigger = Trigger.of(record.headers) if self.service.trusts(record) else None
        return record.offset if trigger is None else trigger.offset


def _place(record: Record) -> str:
    return f"{record.topic}@{record.offset}"


def _wake(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)
