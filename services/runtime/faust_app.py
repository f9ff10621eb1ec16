"""How Faust runs the lanes: the one module that touches Faust's and aiokafka's private names.

Faust keeps the application's life cycle, group membership, static members, the assignor, fetching
and stopping. Source records never become Faust events: they go in micro-batches, one lane per
partition number, to `Lane.run`, and what is committed to the group is what lanes have done. The
truth of how far a lane has come stands with its rows (decision 6); the committed offsets are for
lag monitors and for the lease. `tests/contract/test_faust_names.py` pins every name used here.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, time
from typing import Any, cast

import faust
from aiokafka.errors import IllegalStateError, KafkaError  # type: ignore[import-untyped]
from aiokafka.structs import OffsetAndMetadata  # type: ignore[import-untyped]  # ships no types
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, ensure_aiokafka_TP
from faust.transport.drivers.aiokafka import Consumer as AIOKafkaConsumer
from faust.transport.drivers.aiokafka import Transport as AIOKafkaTransport
from faust.types import TP

from services.runtime.batch import Lane
from services.runtime.connection import Connection
from services.runtime.faults import EXIT_ROWS, Fault, RowsUnusable, Stop
from services.runtime.http import Health
from services.runtime.records import Record
from services.runtime.service import Service
from services.runtime.telemetry import Meters
from services.runtime.turns import Turns

log = logging.getLogger(__name__)

FETCH_WAIT_MS = 50
IDLE_FETCH_WAIT_MS = 500
IDLE_POLL_S = 0.25
EXIT_BUG = 70
"""Exit code of a process that stopped without acknowledging (EX_SOFTWARE)."""


@dataclass(slots=True)
class _Work:
    """A lane at work: what waits for it, and the task that does it."""

    lane: Lane
    waiting: Turns
    some: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class LaneThread(AIOKafkaConsumerThread):
    """Faust's consumer thread; the broker waits for long only if asked for all partitions at once.

    What was fetched of one may still be here: the next fetch is for the others alone, and until it
    is back nobody asks for that one.
    """

    async def on_start(self) -> None:
        """The consumer starts; how long each fetch may wait is known when it is made."""
        await super().on_start()
        fetcher = self._ensure_consumer()._fetcher  # noqa: SLF001
        planned = fetcher._get_actions_per_node  # noqa: SLF001

        def plan(assignment: Any) -> Any:  # noqa: ANN401
            paused = any(assignment.state_value(tp).paused for tp in assignment.tps)
            wait_ms = FETCH_WAIT_MS if paused or fetcher._records else IDLE_FETCH_WAIT_MS  # noqa: SLF001
            fetcher._fetch_max_wait_ms = wait_ms  # noqa: SLF001
            return planned(assignment)

        fetcher._get_actions_per_node = plan  # noqa: SLF001

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Offer the offsets to the group; a broker that is away only means: not yet.

        Faust would crash this thread, and the process go on without a consumer.
        """
        consumer = self._ensure_consumer()
        mine = self.assignment()
        offered = {
            ensure_aiokafka_TP(tp): OffsetAndMetadata(offset, "")
            for tp, offset in offsets.items()
            if tp in mine
        }
        try:
            await consumer.commit(offered)
        except (KafkaError, IllegalStateError) as refused:
            log.warning("commit not taken", extra={"fault": type(refused).__name__})
            return False
        self.tp_last_committed_at.update(dict.fromkeys(offsets, monotonic()))
        return True


class LaneConsumer(AIOKafkaConsumer):
    """Faust's consumer, handing micro-batches to lanes instead of messages to streams.

    Sources are open or shut. Shut, nothing is fetched; what was fetched before is forgotten, for
    it is not acknowledged, and opening seeks to where the rows stand.
    """

    app: LaneApp

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        self._works: dict[int, _Work] = {}
        self._open = False
        self._epoch = 0
        self._one_takes = asyncio.Lock()
        self._done: dict[TP, int] = {}
        self._accepted: dict[TP, int] = {}
        self._renewed_at = monotonic()
        super().__init__(*args, **kwargs)

    def _new_consumer_thread(self) -> LaneThread:
        return LaneThread(self, loop=self.loop, beacon=self.beacon)

    # -- shutting and opening

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Shut first, end the running batches, then let Faust go on."""
        await self._shut()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Faust takes what was given; a standby, given nothing, is well all the same."""
        if not assigned:
            self.app.health.progress()
        await super().on_partitions_assigned(assigned, generation_id)

    async def wait_empty(self) -> None:
        """No batch runs any more, and what was done is committed."""
        await self._shut()

    async def perform_seek(self) -> None:
        """Begin to take the assigned partitions; Faust calls this once after each rebalance.

        It is not waited for: Faust would cancel it after half a minute and never call again, and to
        read many rows on a busy machine takes longer. Until they are there, nothing is fetched.
        """
        self.add_future(self._take_and_open())

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: Faust would look at positions, which a partition lacks until it was sought in.

        That no work gets done `Health` says.
        """

    async def crash(self, reason: BaseException) -> None:
        """Whatever of Faust's own fails here, the process ends: else it would stand still."""
        if not self.app.should_stop:
            self.app.stop_now(reason)

    async def _take_and_open(self) -> None:
        async with self._one_takes:
            await self._shut()
            epoch = self._epoch
            try:
                await self._open_lanes(epoch)
            except Exception as error:  # noqa: BLE001  whatever it is, nothing would be done any more
                if epoch == self._epoch:
                    self.app.stop_now(error)

    async def _open_lanes(self, epoch: int) -> None:
        """Read the rows, seek to where they stand, begin; not if all was given anew meanwhile."""
        sources = {tp for tp in self.assignment() if tp.topic in self.app.hub_service.sources}
        opened = {n: self.app.new_lane(n, self._lease) for n in {tp.partition for tp in sources}}
        await asyncio.gather(*(lane.open() for lane in opened.values()))
        if epoch != self._epoch:
            return
        self._done = {}
        for tp in sources:
            await self._seek_source(tp, opened[tp.partition].position(tp.topic))
        if epoch != self._epoch:
            return
        self._works = {
            number: _Work(lane, Turns(self.app.hub_service.leads))
            for number, lane in opened.items()
        }
        for work in self._works.values():
            work.idle.set()
            work.task = asyncio.create_task(self._serve(work))
        self._accepted = {}
        self._renewed_at = monotonic()
        self._open = True
        self.app.health.progress()
        log.info(
            "partitions taken", extra={"count": len(opened), "service": self.app.hub_service.name}
        )

    async def _seek_source(self, tp: TP, position: int | None) -> None:
        if position is None:
            await self._thread.seek_to_beginning(ensure_aiokafka_TP(tp))
        else:
            await self._seek(tp, position)
            self._done[tp] = position

    async def _shut(self) -> None:
        self._open = False
        self._epoch += 1
        works, self._works = self._works, {}
        for work in works.values():
            work.waiting.clear()
            await work.idle.wait()
            if work.task is not None:
                work.task.cancel()
        if works:
            await self.force_commit()

    # -- fetching

    async def _drain_messages(self, fetcher: Any) -> None:  # noqa: ANN401
        """Fetch until stopped; any failure ends the process.

        Faust would end the fetcher alone, and the worker go on without reading, in good health.
        """
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._fetch_once()
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise
        except Exception as error:  # noqa: BLE001  whatever it is, nothing would be read any more
            if not self.app.should_stop:
                self.app.stop_now(error)

    async def _fetch_once(self) -> None:
        wanted = {
            tp
            for tp in self._get_active_partitions()
            if tp.partition in self._works
            and self._works[tp.partition].waiting.wants(tp.topic)
            and tp.topic in self.app.hub_service.sources
        }
        if not self._open or not wanted:
            await asyncio.sleep(0.02)
            return
        epoch = self._epoch
        fetched = await self._getmany(wanted, IDLE_POLL_S)
        if epoch != self._epoch:
            return
        for tp, records in fetched.items():
            if not records:
                continue
            work = self._works[tp.partition]
            work.waiting.put(_record(record) for record in records)
            work.some.set()
            self.app.monitor.stream_inbound_time[tp] = monotonic()

    # -- deciding

    async def _serve(self, work: _Work) -> None:
        """Work until shut; any failure ends the process, for a lane must not die in silence."""
        try:
            await self._work_off(work)
        except LeaseLost:
            log.warning("lease lost: shut until the group takes this worker back")
            self._open = False
            work.waiting.clear()
        except Exception as error:  # noqa: BLE001  a bug: nothing is acknowledged
            await self._stop(work, error)
        finally:
            work.idle.set()

    async def _work_off(self, work: _Work) -> None:
        while True:
            await work.some.wait()
            # Shut, what is written down is left to whoever takes the partition next.
            batch = (self._open and work.lane.written_down) or work.waiting.take()
            if not batch:
                work.some.clear()
                continue
            self.app.health.waiting = True
            work.idle.clear()
            back = await work.lane.run(batch, work.waiting.take)
            self._note(work, batch, back)
            work.idle.set()
            if back:
                await asyncio.sleep(0.1)

    def _note(self, work: _Work, batch: Sequence[Record], back: Sequence[Record]) -> None:
        lane, meters, now = work.lane, self.app.meters, time()
        work.waiting.put_back(back)
        for topic in {record.topic for record in batch}:
            position = lane.position(topic)
            if position is not None:
                tp = TP(topic, lane.partition)
                self._done[tp] = position
                meters.position.labels(topic=topic, partition=lane.partition).set(position)
                end = self.highwater(tp)
                if end is not None:
                    behind = max(0, end - position)
                    meters.lag.labels(topic=topic, partition=lane.partition).set(behind)
        meters.rows.labels(partition=lane.partition).set(len(lane.store))
        meters.batches.inc()
        meters.taken.inc(len(batch) - len(back))
        meters.delay_s.observe(max(0.0, now - batch[-1].timestamp_ms / 1000))
        self.app.health.progress()
        self.app.health.waiting = any(bool(w.waiting) for w in self._works.values())

    async def _stop(self, work: _Work, error: BaseException) -> None:
        """End the process without acknowledging; the other lanes finish what they began first."""
        others = [other.idle.wait() for other in self._works.values() if other is not work]
        for other in self._works.values():
            other.waiting.clear()
        if others:
            await asyncio.wait([asyncio.ensure_future(wait) for wait in others], timeout=3)
        for topic in self.app.hub_service.sources:
            position = work.lane.position(topic)
            if position is not None:
                self._done[TP(topic, work.lane.partition)] = position
        await asyncio.wait([asyncio.ensure_future(self.force_commit())], timeout=3)
        self.app.stop_now(error)

    # -- committing

    async def force_commit(
        self,
        topics: Any = None,  # noqa: ANN401, ARG002
        start_new_transaction: bool = True,  # noqa: ARG002, FBT001, FBT002
    ) -> bool:
        """Tell the group how far the lanes have come."""
        fresh = {
            tp: offset for tp, offset in self._done.items() if self._accepted.get(tp) != offset
        }
        return await self._offer(fresh) if fresh else False

    async def _offer(self, offsets: Mapping[TP, int]) -> bool:
        sent_at = monotonic()
        mine = self.assignment()
        offered = {tp: offset for tp, offset in offsets.items() if tp in mine}
        if not offered or not await self._commit(offered):
            return False
        self._accepted |= offered
        self._renewed_at = sent_at
        self._committed_offset.update(offered)
        return True

    async def _lease(self) -> None:
        """The group still counts this worker in: it took a commit within a third of the session.

        A worker frozen past its session wakes up believing the partitions are its own. The broker
        refuses its rows (decision 6); this keeps it from saying things first. While the broker is
        away it waits.

        Raises:
            LeaseLost: the partitions were given anew; the batch is dropped, un-acknowledged.
            Stop: no commit is taken for four sessions.
        """
        if monotonic() - self._renewed_at < self.app.conf.broker_session_timeout / 3:
            return
        epoch, until = self._epoch, monotonic() + 4 * self.app.conf.broker_session_timeout
        while self._done and not await self._offer(dict(self._done)):
            if epoch != self._epoch:
                raise LeaseLost("the group gave the partitions anew")
            if monotonic() > until:
                raise Stop("the group takes no commit from this worker")
            self.app.health.because = "the group takes no commit"
            await asyncio.sleep(0.5)


class LeaseLost(Fault):
    """The group may have given the partitions away: drop the batch, wait to be taken back."""


class LaneTransport(AIOKafkaTransport):
    """Faust's aiokafka transport with our consumer."""

    Consumer = LaneConsumer


class LaneApp(faust.App):
    """A Faust application that runs one service's lanes."""

    hub_service: Service
    meters: Meters
    health: Health
    new_lane: Callable[[int, Callable[[], Any]], Lane]

    def stop_now(self, error: BaseException) -> None:
        """End the process at once; nothing of what is in hand was acknowledged."""
        reason = str(error) if isinstance(error, Stop) else type(error).__name__
        log.critical(
            "stopping un-acknowledged",
            extra={"service": self.hub_service.name, "reason": reason},
            exc_info=error,
        )
        logging.shutdown()
        os._exit(EXIT_ROWS if isinstance(error, RowsUnusable) else EXIT_BUG)


def faust_app(
    service: Service,
    connection: Connection,
    *,
    new_lane: Callable[[int, Callable[[], Any]], Lane],
    meters: Meters,
    health: Health,
    worker: str,
    session_timeout_s: float,
    datadir: Path,
) -> LaneApp:
    """The Faust application of a service, as `worker` of its group."""
    url, credentials = connection.faust()
    app = LaneApp(
        service.app_id,
        broker=url,
        broker_credentials=credentials,
        broker_session_timeout=session_timeout_s,
        broker_heartbeat_interval=session_timeout_s / 4,
        broker_request_timeout=max(30.0, session_timeout_s),
        broker_rebalance_timeout=60.0,
        broker_commit_interval=1.0,
        broker_max_poll_records=2000,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=service.member(worker),
        stream_recovery_delay=0.0,
        stream_wait_empty=True,
        topic_allow_declare=False,
        topic_disable_leader=True,
        # No Faust tables, but a replica count keeps Faust's own assignor, which gives all sources
        # of one partition number to one worker; aiokafka's round robin would spread them.
        table_standby_replicas=1,
        web_enabled=False,
        datadir=str(datadir),
        autodiscover=False,
    )
    app.hub_service, app.meters, app.health, app.new_lane = service, meters, health, new_lane
    app.transport = cast(Any, LaneTransport)(app.conf.broker_consumer, app)
    for source in service.sources:
        app.topics.add(app.topic(source, key_type=bytes, value_type=bytes))
    return app


def _record(record: Any) -> Record:  # noqa: ANN401
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple((key, value or b"") for key, value in record.headers),
    )
