"""`hub demo`: a whole hub, a synthetic county, a kill half way, and what came of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from services.agreements.versions import Versions
from services.bridge.bundle import Bundle
from services.hub import start
from services.hub.broker.cluster import Cluster
from services.hub.catalogue import all_services
from services.hub.demo import people
from services.hub.demo.delivery import Phase
from services.hub.demo.outside import LISTENERS, REFUSED, Outside, notices_shown
from services.hub.demo.story import Story, live, prepare
from services.hub.processes import Layout
from services.hub.proofs import Comparison, Recorded, compare, is_canary
from services.hub.rest import Lag, until_at_rest
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS

Say = Callable[[str], None]

KILLED = ("registry-1", "notify-1", "admission-1")
"""Killed half way through the live phase."""
TICK_S = 2.0
SEED = 20170331
PEEKS = ("dwp", "probation")
"""Who tries to read whose inbox."""


@dataclass
class Outcome:
    """What the demo found."""

    took_s: float = 0.0
    said: Counter[str] = field(default_factory=Counter)
    """Facts in the log by source."""
    because: Counter[str] = field(default_factory=Counter)
    """What the door decided, by reason."""
    refused: dict[str, Counter[str]] = field(default_factory=dict)
    """Dead letters by sender, then reason."""
    notices: dict[str, int] = field(default_factory=dict)
    """Different notices in each inbox."""
    shown: Counter[str] = field(default_factory=Counter)
    webhooks: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    rows_refused: int = 0
    delays_s: list[float] = field(default_factory=list)
    """From the broker's taking a fact to its notice standing in an inbox, live phase."""
    lag: dict[str, int] = field(default_factory=dict)
    peek_refused: bool = False
    killed: tuple[str, ...] = ()
    restarts: int = 0
    missing: tuple[str, ...] = ()
    """What the story says must be there and is not."""
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """All three proofs, and nothing missing."""
        identical = all(one.identical for one in self.comparisons)
        return self.peek_refused and identical and not self.missing and self.restarts > 0

    def percentile_ms(self, percent: int) -> float:
        """Of the delays."""
        if len(self.delays_s) < 2:
            return 0.0
        return quantiles(self.delays_s, n=100)[percent - 1] * 1000


async def demo(home: Path, agreements: Path, size: str, say: Say, *, keep: bool = False) -> Outcome:
    """Run it all in a fresh home; the broker is left running, with `keep` all of the hub.

    Raises:
        Stop: something did not come up, or did not come to rest.
    """
    began = time.monotonic()
    await asyncio.to_thread(_fresh, home, say)
    agreements = people.enrol(agreements, home)
    outcome = Outcome()
    async with Outside(home) as outside:
        layout = Layout(
            tick_s=TICK_S,
            clock_waits_for=str(start.clock_file(home)),
            webhooks=outside.urls(),
        )
        cluster = await asyncio.to_thread(start.bring_up, home, agreements, say, layout)
        await outside.listen()
        lag = Lag(cluster, all_services(home, cluster.names))
        try:
            story, live_from = await _tell(home, size, outside, lag, say, outcome)
        finally:
            lag.close()
        code = await outside.try_read(PEEKS[0], cluster.names.inbox(PEEKS[1]))
        outcome.peek_refused = code == REFUSED
        outcome.webhooks = outside.webhooks
        outcome.rows = sum(one.rows for one in outside.delivered)
        outcome.rows_refused = sum(one.refused for one in outside.delivered)
    if not keep:
        await asyncio.to_thread(start.stop_services, home, say)
    say("Reading what was recorded …")
    outcome.shown = notices_shown(home)
    recorded = Recorded(cluster, Versions(home / "agreements").latest())
    await asyncio.to_thread(_count_all, recorded, cluster, home, story, live_from, outcome)
    say("Feeding the recorded log to every service again, in memory …")
    for service in all_services(home, cluster.names):
        outcome.comparisons.append(await compare(recorded, service))
        say(f"  {service.name} done")
    recorded.close()
    outcome.because = outcome.comparisons[0].because
    outcome.took_s = time.monotonic() - began
    return outcome


def _fresh(home: Path, say: Say) -> None:
    if home.exists():
        say(f"Clearing an earlier demo in {home} …")
        start.bring_down(home, lambda _: None)
        shutil.rmtree(home)


async def _tell(
    home: Path, size: str, outside: Outside, lag: Lag, say: Say, outcome: Outcome
) -> tuple[Story, datetime]:
    """Deliver the story phase by phase, with the kill in the last one."""
    say(f"Inventing a {size} …")
    story = await asyncio.to_thread(prepare, home / "demo" / "story", size, SEED, _now())
    for phase in story.phases:
        await _phase(phase, outside, lag, say)
    start.start_clock(home)
    say("The clock runs.")
    live_from = _now()
    story = await asyncio.to_thread(live, story, live_from)
    telling = asyncio.ensure_future(outside.deliver(story.phases[-1].deliveries))
    say("Delivering the live day …")
    await asyncio.sleep(4)
    outcome.killed = await asyncio.to_thread(_kill, home, say)
    await telling
    await until_at_rest(lag, within_s=120, ticking=LOG_PARTITIONS)
    outcome.lag = await asyncio.to_thread(lag.behind)
    outcome.restarts = sum(one.restarts for one in start.running(home))
    say("Everything is at rest.")
    return story, live_from


async def _phase(phase: Phase, outside: Outside, lag: Lag, say: Say) -> None:
    said = phase.expected.said.total()
    say(f"Delivering {phase.name}: {said} facts in {len(phase.deliveries)} files …")
    began = time.monotonic()
    await outside.deliver(phase.deliveries)
    await until_at_rest(lag, within_s=180)
    say(f"  at rest after {time.monotonic() - began:.1f} s")


def _kill(home: Path, say: Say) -> tuple[str, ...]:
    pids = {one.name: one.pid for one in start.running(home)}
    killed = []
    for name in KILLED:
        pid = pids.get(name)
        if pid is None:
            raise Stop(f"{name} does not run, so it cannot be killed")
        os.kill(pid, signal.SIGKILL)
        killed.append(name)
    say(f"Killed {', '.join(killed)} with -9, in the middle of it.")
    return tuple(killed)


def _count_all(
    recorded: Recorded,
    cluster: Cluster,
    home: Path,
    story: Story,
    live_from: datetime,
    outcome: Outcome,
) -> None:
    latest, names = Versions(home / "agreements").latest(), cluster.names
    for records in recorded.log().values():
        for record in records:
            source = record.header("ce_source") or b"?"
            if is_canary(record):
                continue
            if record.partition == 0 or record.key is not None:
                outcome.said[source.decode()] += 1
    for slug in latest.agencies:
        reasons = Counter(
            (record.header("hub_reason") or b"?").decode()
            for record in recorded.source(names.dead(slug))
        )
        if reasons:
            outcome.refused[slug] = reasons
        outcome.notices[slug] = _inbox(recorded, home, names.inbox(slug), slug, live_from, outcome)
    outcome.missing = tuple(_missing(story, outcome))


def _inbox(
    recorded: Recorded, home: Path, topic: str, slug: str, live_from: datetime, outcome: Outcome
) -> int:
    """Different notices in an inbox; their delays go to the outcome."""
    bundle = Bundle.read(home / "agencies" / slug)
    seen = set()
    for record in recorded.source(topic):
        ref = record.header("ce_id")
        if ref in seen or is_canary(record):
            continue
        seen.add(ref)
        notice = wire.decode_view(record.value or b"", bundle.views)
        recorded_at = notice["told"].get("recorded_at")
        if isinstance(recorded_at, datetime) and recorded_at >= live_from:
            outcome.delays_s.append(record.timestamp_ms / 1000 - recorded_at.timestamp())
    return len(seen)


def _missing(story: Story, outcome: Outcome) -> list[str]:
    """Where the run differs from what the story says must come of it."""
    wrong = []
    expected = story.expected
    for agency in sorted(expected.said):
        found, wanted = outcome.said[agency], expected.admitted(agency)
        if agency not in (*LISTENERS, "em", "derby-housing", "amber-valley-housing"):
            continue
        receipts = found - wanted
        if receipts < 0:
            wrong.append(f"{agency}: {found} facts in the log, at least {wanted} expected")
        refused = outcome.refused.get(agency, Counter())
        if refused != expected.refused.get(agency, Counter()):
            wrong.append(f"{agency}: refused {dict(refused)}")
    for slug in LISTENERS:
        if outcome.shown[slug] != outcome.notices[slug]:
            wrong.append(
                f"{slug}: {outcome.notices[slug]} notices in its inbox, {outcome.shown[slug]} shown"
            )
    return wrong


def _now() -> datetime:
    return datetime.now(UTC)
