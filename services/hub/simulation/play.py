"""Plays a schedule: who goes on next, who is struck, and what becomes of them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from random import Random
from uuid import UUID

from schemas.base import PersonId
from schemas.notice import NoticeIssued
from services.agreements.acts import recall_number
from services.hub.simulation import people
from services.hub.simulation.broker import Broker
from services.hub.simulation.outside import Receiver, Speaker
from services.hub.simulation.steps import Task
from services.hub.simulation.town import FAILS, REFERENCES, Town
from services.hub.simulation.workers import SESSION, GivenAwayError, Group, Process, Worker
from services.hub.simulation.world import BUILDS, Plan, Strike
from services.runtime import wire
from services.runtime.faults import Unavailable
from services.runtime.names import LOG_PARTITIONS
from services.runtime.rows import META, waits_of
from services.runtime.service import Service
from services.runtime.speech import as_said, log_partition

LONGEST = 60_000
"""Steps after which a schedule that has not come to rest never will."""
_STRUCK = ("not saved: fenced", "another build was adopted here", FAILS)
"""Ends of a process that are no fault of its own."""


@dataclass(slots=True)
class Played:
    """What a schedule led to."""

    plan: Plan
    town: Town
    broker: Broker
    receivers: Sequence[Receiver]
    story: list[tuple[int, str, str]] = field(default_factory=list)
    """Step, process, and what happened there; no one's data."""
    wrong: list[str] = field(default_factory=list)
    """What should not have happened while it ran."""
    steps: int = 0


def play(plan: Plan, town: Town, *, told: bool = False) -> Played:
    """The schedule from its beginning to its rest; `told` puts every step into the story."""
    return _Play(plan, town, told=told).run()


class _Play:
    def __init__(self, plan: Plan, town: Town, *, told: bool) -> None:
        self._plan = plan
        self._told = told
        self._broker = Broker()
        self._draw = Random(f"play {plan.seed}")  # noqa: S311  # to be had again, not a secret
        self._build, self._build_since = BUILDS[0], -1
        self._groups = [self._group(service) for service in town.services]
        self._workers = [worker for group in self._groups for worker in group.workers]
        self._receivers = [
            Receiver(slug, town.names, self._broker, town.views) for slug in town.receivers
        ]
        self._outside: list[Process] = [*self._speakers(), *self._receivers]
        self._processes: list[Process] = [*self._workers, *self._outside]
        self._strikes = sorted(plan.strikes, key=lambda strike: strike.after)
        self._events: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = count()
        self._played = Played(plan, town, self._broker, self._receivers)
        self._town = town

    def _group(self, service: Service) -> Group:
        workers = [
            Worker(f"{service.name}-{number}", service, self._broker, self._draw)
            for number in (1, 2)
        ]
        return Group(workers, self._broker, self._draw)

    def _speakers(self) -> list[Speaker]:
        speakers = dict.fromkeys(saying.speaker for saying in self._plan.sayings)
        return [
            Speaker(
                name,
                [saying for saying in self._plan.sayings if saying.speaker == name],
                self._broker,
            )
            for name in speakers
        ]

    # -- the run

    def run(self) -> Played:
        """Until nobody has anything to do and nothing is to come."""
        for worker in self._workers:
            self._start(worker)
        for receiver in self._receivers:
            receiver.start()
        while self._broker.now < LONGEST:
            self._happen()
            for group in self._groups:
                if group.unsettled:
                    group.settle()
            chosen = self._choose()
            if chosen is not None:
                self._broker.now += 1
                self._turn(*chosen)
            elif self._events:
                self._broker.now = max(self._broker.now, self._events[0][0])
            else:
                break
        else:
            self._played.wrong.append("it never came to rest")
        for process in self._processes:
            for task in process.tasks:
                task.die()
        self._played.steps = self._broker.now
        return self._played

    def _happen(self) -> None:
        """What was to come by now."""
        while self._events and self._events[0][0] <= self._broker.now:
            heapq.heappop(self._events)[2]()

    def _choose(self) -> tuple[Process, Task] | None:
        """Some task that can go on: the first from any place in the round."""
        first = self._draw.randrange(len(self._processes))
        for process in (*self._processes[first:], *self._processes[:first]):
            if not process.tasks or process.frozen:
                continue
            tasks = process.tasks
            if len(tasks) > 1:
                tasks = self._draw.sample(tasks, k=len(tasks))
            for task in tasks:
                ready = task.step.ready
                if task.sleeps_until <= self._broker.now and (ready is None or ready()):
                    return process, task
        return None

    def _turn(self, process: Process, task: Task) -> None:
        """The task goes on, unless its process is struck here."""
        if self._strikes and self._strikes[0].after <= self._broker.now:
            for number, strike in enumerate(self._strikes):
                if strike.after > self._broker.now:
                    break
                if self._strike(strike, process, task):
                    del self._strikes[number]
                    return
        self._go_on(process, task)

    def _go_on(self, process: Process, task: Task, fault: Exception | None = None) -> None:
        if self._told:
            self._tell(process.name, f"goes on from: {task.step.at}")
        try:
            task.go_on(fault)
        except GivenAwayError:
            self._tell(process.name, "has lost its lease and lets go")
            if isinstance(process, Worker):
                process.shut = True
        except Exception as error:  # noqa: BLE001  whatever ends a worker is looked at
            self._ended(process, error, struck=error is fault)
        if task.over and task in process.tasks:
            process.tasks.remove(task)

    def _ended(self, process: Process, error: Exception, *, struck: bool) -> None:
        """A process ended by itself: it stops un-acknowledged and is started again."""
        reason = str(error.__cause__ or error)
        self._tell(process.name, f"stops: {reason or type(error).__name__}")
        if not struck and not reason.startswith(_STRUCK):
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            line = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else ""
            self._played.wrong.append(
                f"{process.name} stopped: {type(error).__name__} in {line} {reason}"
            )
            if len(self._played.wrong) > 20:
                self._broker.now = LONGEST
        if isinstance(process, Worker):
            self._end(process)

    # -- processes

    def _start(self, worker: Worker) -> None:
        if not worker.up:
            worker.start(self._build, self._build_since)
            worker.group.join(worker)

    def _end(self, worker: Worker) -> None:
        """It is gone; its group learns of it after a session, the supervisor soon."""
        worker.stop()
        self._later(self._draw.randint(5, 2 * SESSION), lambda: self._start(worker))
        self._later(SESSION, lambda: self._miss(worker))

    def _miss(self, worker: Worker) -> None:
        if worker.member and (not worker.up or worker.frozen):
            self._tell(worker.name, "is left out of its group")
            worker.group.leave(worker)

    def _rejoin(self, worker: Worker) -> None:
        """It learns that it was left out: lets go, and joins once it has."""
        if not worker.up or worker.frozen or worker.member:
            return
        worker.shut = True
        if worker.tasks:
            self._later(5, lambda: self._rejoin(worker))
        else:
            worker.group.join(worker)

    def _later(self, steps: int, what: Callable[[], object]) -> None:
        heapq.heappush(self._events, (self._broker.now + steps, next(self._numbers), what))

    def _tell(self, who: str, what: str) -> None:
        self._played.story.append((self._broker.now, who, what))

    # -- misfortunes

    def _strike(self, strike: Strike, process: Process, task: Task) -> bool:
        """Whether that misfortune can befall whoever is at work, and did."""
        strikes = {
            "crash": self._crash,
            "straggler": self._straggler,
            "freeze": self._freeze,
            "lost-answer": self._lost_answer,
            "slow": self._slow,
            "twice": self._twice,
            "leave": self._leave,
            "outage": self._outage,
            "all-down": self._all_down,
            "roll": self._roll,
            "lift": self._lift,
            "recall": self._recall,
        }
        return strikes[strike.kind](process, task, strike.length)

    def _crash(self, process: Process, task: Task, _: int) -> bool:
        if isinstance(process, Receiver):
            self._tell(process.name, f"is killed at: {task.step.at}")
            process.stop()
            self._later(20, process.start)
            return True
        if not isinstance(process, Worker):
            return False
        self._tell(process.name, f"is killed at: {task.step.at}")
        self._end(process)
        return True

    def _straggler(self, process: Process, task: Task, length: int) -> bool:
        """Killed with a record on its way, which arrives late."""
        on_its_way = task.step.in_flight
        if not isinstance(process, Worker) or on_its_way is None:
            return False
        self._tell(process.name, f"is killed; {on_its_way!r} arrives {length} steps later")
        self._end(process)
        self._later(length, lambda: self._broker.append(on_its_way))
        return True

    def _freeze(self, process: Process, task: Task, length: int) -> bool:
        """Often where something is under way, and often until just after it was left out."""
        if not isinstance(process, Worker) or (length % 2 and not task.step.may_fail):
            return False
        length = SESSION + length % 40 if length % 3 else length
        self._tell(process.name, f"freezes for {length} steps at: {task.step.at}")
        process.frozen = True
        self._later(SESSION, lambda: self._miss(process))
        self._later(length, lambda: self._thaw(process))
        return True

    def _thaw(self, worker: Worker) -> None:
        if not (worker.up and worker.frozen):
            return
        worker.frozen = False
        self._tell(worker.name, "wakes up" + ("" if worker.member else ", left out"))
        if not worker.member:
            self._later(self._draw.randint(0, SESSION), lambda: self._rejoin(worker))

    def _lost_answer(self, process: Process, task: Task, _: int) -> bool:
        """What was asked of the broker was done or not: nobody can tell."""
        if not isinstance(process, Worker) or not task.step.may_fail:
            return False
        self._tell(process.name, f"gets no answer at: {task.step.at}")
        self._go_on(process, task, Unavailable("no answer"))
        return True

    def _slow(self, process: Process, task: Task, length: int) -> bool:
        self._tell(process.name, f"takes {length} steps for: {task.step.at}")
        task.sleeps_until = self._broker.now + length
        self._later(length, lambda: None)
        return True

    def _twice(self, process: Process, _: Task, length: int) -> bool:
        """What was fetched before is fetched again."""
        if not isinstance(process, Worker):
            return False
        self._tell(process.name, "fetches again what it had")
        process.rewind = length % 20 + 1
        return True

    def _leave(self, process: Process, _: Task, length: int) -> bool:
        """Leaves its group as it should, and comes back."""
        if not isinstance(process, Worker) or not process.member:
            return False
        self._tell(process.name, f"leaves its group for {length} steps")
        process.shut = True
        process.group.leave(process)
        self._later(length, lambda: self._rejoin(process))
        return True

    def _outage(self, _: Process, __: Task, ___: int) -> bool:
        """The broker is away for long: of what was asked of it half is answered."""
        self._tell("broker", "is away")
        for worker in self._workers:
            for task in list(worker.tasks):
                if task.step.may_fail and self._draw.random() < 0.5 and worker.up:
                    self._go_on(worker, task, Unavailable("no answer"))
        return True

    def _all_down(self, _: Process, __: Task, ___: int) -> bool:
        self._tell("everything", "is killed")
        for worker in self._workers:
            if worker.up:
                self._end(worker)
        return True

    def _roll(self, _: Process, __: Task, ___: int) -> bool:
        """Another build is installed and adopted; workers that had the old one stop for it."""
        if not self._broker.end(self._town.builds):
            return False  # nothing is in force yet
        self._build = BUILDS[self._build == BUILDS[0]]
        self._tell("deploy", f"adopts {self._build}")
        said = self._broker.append(self._town.build_adopted(self._build, self._broker.now))
        self._build_since = said.offset
        return True

    def _lift(self, _: Process, __: Task, length: int) -> bool:
        """Somebody lets risk decide again what waited for a held person, or leave it out."""
        held = [
            (key, waits_of(row)[0])
            for number in range(LOG_PARTITIONS)
            for key, row in self._broker.rows["risk", number].items()
            if key != META and waits_of(row)
        ]
        if not held:
            return False
        person, failed_at = self._draw.choice(held)
        skipped = length % 2 == 0
        self._tell("deploy", f"lifts the hold at {failed_at}" + (", skipping" if skipped else ""))
        said = people.decided(
            "hold",
            "skip" if skipped else "release",
            f"risk-{log_partition(PersonId(UUID(person)))}-{failed_at}",
            self._draw.choice(people.EVERYBODY),  # most of whom may not
            at=datetime.fromtimestamp(self._broker.topics.now_ms / 1000, UTC),
            installation=REFERENCES.installation,
            person_id=PersonId(UUID(person)),
        )
        self._broker.append(as_said(self._town.names, said))
        return True

    def _recall(self, _: Process, __: Task, length: int) -> bool:
        """Two people, who may or not, recall a notice that somebody was told."""
        kind, log = NoticeIssued.kind(), self._town.names.log
        told = [
            record
            for number in range(LOG_PARTITIONS)
            for record in self._broker.topics.read(log, number)
            if wire.kind_of(record.headers) == kind
        ]
        issued = wire.decode(self._draw.choice(told).value or b"") if told else None
        if not isinstance(issued, NoticeIssued):
            return False
        may = (people.GOVERNS, people.GOVERNS_TOO)
        signers = may if length % 4 else self._draw.sample(people.EVERYBODY, k=2)
        self._tell("deploy", f"recalls the notice {issued.notice_ref}")
        said = people.decided(
            "notice",
            "recall",
            recall_number(issued.notice_ref),
            *signers,
            at=datetime.fromtimestamp(self._broker.topics.now_ms / 1000, UTC),
            installation=REFERENCES.installation,
            person_id=issued.person_id,
        )
        self._broker.append(as_said(self._town.names, said))
        return True
