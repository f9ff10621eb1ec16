"""Strikes, each followed by the line's running again, and verdicts between them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from confluent_kafka import KafkaException

from services.hub.broker.faults import BrokerFault
from services.runtime.faults import Fault as Unreachable
from tests.journeys.faults.compaction import not_compacted
from tests.journeys.faults.scene import Scene, StoppedForGood
from tests.journeys.faults.table import Fault
from tests.journeys.faults.verdict import Verdict

Say = Callable[[str], None]
WORKS_S = 1.0
"""So long the line works between two blows."""


@dataclass
class Outcome:
    """What became of one fault."""

    fault: str
    runs: int = 0
    said: int = 0
    lost: int = 0
    repeated: int = 0
    twice: int = 0
    stale: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    hung: int = 0
    pauses_s: list[float] = field(default_factory=list)
    stopped: str = ""
    """Why the line did not run again."""
    not_shown: str = ""
    """Why it could not be struck here."""
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept, as far as shown."""
        return not (self.lost or self.twice or self.stale or self.differing or self.stopped)


def struck(scene: Scene, fault: Fault, runs: int, say: Say) -> Outcome:
    """The fault so often, under load, each group of strikes with its verdict."""
    outcome, hung = Outcome(fault.name), scene.hung
    try:
        _strikes(scene, fault, runs, outcome, say)
    except (StoppedForGood, Unreachable, BrokerFault, KafkaException) as stopped:
        outcome.stopped = str(stopped)
        say(f"{fault.name}: {stopped}")
    outcome.hung = scene.hung - hung
    for service in list(scene.guests):
        scene.leave(service)
    return outcome


def _strikes(scene: Scene, fault: Fault, runs: int, outcome: Outcome, say: Say) -> None:
    before = scene.last
    for number in range(1, runs + 1):
        scene.load.resume()
        time.sleep(WORKS_S)
        with scene.pause(outcome.pauses_s):
            fault.strike(scene, number - 1)
        outcome.runs = number
        say(f"{fault.name} {number} of {runs}: again after {outcome.pauses_s[-1]:.1f} s")
        if number % fault.together == 0 or number == runs:
            if fault.compacts:
                _compact(scene, outcome)
            _note(outcome, scene.at_rest(), before)
            say(f"{fault.name}: {_words(scene.last)}")


def _compact(scene: Scene, outcome: Outcome) -> None:
    """All rows are compacted, every worker gone at once, and the line runs again."""
    services = scene.services
    if left := not_compacted(scene.hub.cluster, services):
        outcome.notes.append(f"not compacted in time: rows of {', '.join(left)}")
    with scene.pause([]):
        for service in services:
            for name in scene.workers(service.name):
                scene.signal(name, signal.SIGKILL)


def _note(outcome: Outcome, verdict: Verdict, before: Verdict) -> None:
    """What is there now and was not before this fault."""
    outcome.said = verdict.said - before.said
    outcome.lost = verdict.lost - before.lost
    outcome.twice = verdict.twice - before.twice
    outcome.repeated = verdict.repeated - before.repeated
    outcome.differing = [one for one in verdict.differing if one not in before.differing]
    outcome.stale = [one for one in verdict.stale if one not in before.stale]


def _words(verdict: Verdict) -> str:
    found = f"{verdict.said} said, {verdict.lost} lost, {verdict.twice} counted twice"
    wrong = [*verdict.differing, *(f"stale rows: {one}" for one in verdict.stale)]
    return "; ".join([found, *wrong] if wrong else [found, "rows and topics as in memory"])
