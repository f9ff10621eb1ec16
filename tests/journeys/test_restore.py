"""The cluster is lost under load and restored: nobody is told twice, no more lost than the RPO."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from schemas import tracking
from schemas.base import Fact
from services.agreements.versions import Versions
from services.hub import start
from services.hub.broker import process
from services.hub.broker import record as records
from services.hub.broker.cluster import Cluster
from services.hub.broker.layout import Home
from services.hub.cli import main
from services.hub.processes import Layout
from services.hub.proofs import Recorded, compare, lines
from tests import makers
from tests.journeys.hub import AGREEMENTS, Hub, eventually, meanwhile

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.timeout(900)]

LISTENERS = ("derbyshire-police", "probation", "derby-housing")
DEVICE, ZONE = "D-60000", "Z-60000"
LAYOUT = Layout(tick_s=1.0)


@dataclass
class Agencies:
    """What agencies said and when, and what each was shown, all by the stock client."""

    hub: Hub
    folder: Path
    said: list[tuple[datetime, Fact]] = field(default_factory=list)
    """With the instant at which the broker had it at the latest."""
    shown: dict[str, list[str]] = field(default_factory=dict)
    about: dict[tuple[str, str], str] = field(default_factory=dict)
    """Of which kind of fact each notice told."""

    def say(self, *facts: Fact) -> None:
        """Each with its own agency's client."""
        self.hub.say(self.folder, *facts)
        self.said += [(datetime.now(UTC), fact) for fact in facts]

    def story(self, turn: int) -> list[Fact]:
        """Six people become known, each moves on, and somebody else enters a zone or leaves it."""
        now = datetime.now(UTC)
        people = [makers.a_pnc(60_001 + 10 * turn + n) for n in range(6)]
        about: list[dict[str, Any]] = [{"identifiers": (p,), "occurred_at": now} for p in people]
        inside = tracking.Point(longitude_deg=-1.475, latitude_deg=52.925)
        outside = tracking.Point(longitude_deg=-1.300, latitude_deg=52.800)
        return [
            *(makers.a_conviction(**one) for one in about),
            *(makers.a_joining(**one) for one in about),
            *(makers.a_release_date(**one) for one in about),
            makers.a_position(
                occurred_at=now, device_ref=DEVICE, point=outside if turn % 2 else inside
            ),
        ]

    def tell_a_story(self) -> None:
        """The next one."""
        self.say(*self.story(len(self.said)))

    def watch_somebody(self) -> None:
        """Somebody with a tag, and a zone around a victim."""
        earlier, person = datetime.now(UTC) - timedelta(hours=2), makers.a_pnc(60_000)
        about: dict[str, Any] = {"identifiers": (person,), "occurred_at": earlier}
        zone = {"in_force_from": earlier, "protects_victim": True, "zone_ref": ZONE}
        self.say(
            makers.a_conviction(**about),
            makers.a_zone(**about, **zone),
            makers.a_fitting(**about, device_ref=DEVICE),
        )

    def listen(self, seconds: int = 4) -> None:
        """Everybody is shown what is new to them."""
        for slug in LISTENERS:
            done = self.hub.client(slug, "listen", "--json", "--for", str(seconds))
            assert done.returncode == 0, done.stderr
            new = [json.loads(line) for line in done.stdout.splitlines()]
            self.about |= {(slug, one["notice_ref"]): one["about"] for one in new}
            self.shown.setdefault(slug, []).extend(one["notice_ref"] for one in new)


def command(*words: str) -> dict[str, Any]:
    """What the `hub` command answers."""
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def lose_everything(home: Path) -> None:
    """kill -9 for the broker; its data, and all the hub's own files but its address, are gone."""
    record = records.read(Home(home).record)
    assert record is not None
    for node in record.nodes:
        assert node.pid is not None
        os.kill(node.pid, signal.SIGKILL)
    start.stop_services(home, lambda _: None)
    process.stop(home)
    for name in ("broker", "secrets", "pki", "sftp", "bridges", "agreements", "run"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "build").unlink()


def told(hub: Hub, slug: str) -> list[str]:
    """The ids of an inbox, in order."""
    inbox = hub.recorded().source(hub.cluster.names.inbox(slug))
    return [(record.header("ce_id") or b"").decode() for record in inbox]


def in_log(hub: Hub) -> set[str]:
    log = hub.recorded().log()
    return {(one.header("ce_id") or b"").decode() for part in log.values() for one in part}


@contextmanager
def standing(home: Path) -> Iterator[Hub]:
    """The hub of that home, up."""
    start.bring_up(home, AGREEMENTS, lambda _: None, LAYOUT, owner_pid=os.getpid())
    cluster = Cluster.load(home)
    with closing(Recorded(cluster, Versions(home / "agreements").latest())) as topics:
        yield Hub(home, cluster, topics)


def test_a_lost_cluster_is_restored_and_nobody_is_told_twice(tmp_path: Path) -> None:
    home, folder, secrets = tmp_path / "home", tmp_path / "b", tmp_path / "s" / "secrets"
    try:
        process.start(home, quick=True, owner_pid=os.getpid())
        with standing(home) as hub:
            agencies = Agencies(hub, tmp_path)
            agencies.watch_somebody()
            with meanwhile(agencies.tell_a_story):
                eventually(lambda: len(agencies.said) > 60, 120, "the line runs")
                first = command("backup", "take", str(folder), "--home", str(home))
                agencies.listen()
                more = command(
                    "backup", "take", str(folder), "--home", str(home), "--secrets", str(secrets)
                )
                agencies.listen()
                some = len(agencies.said)
                eventually(lambda: len(agencies.said) > some, 60, "more is said, and will be lost")
            agencies.listen()
            inboxes = {slug: told(hub, slug) for slug in LISTENERS}
        lost_at = datetime.now(UTC)
        lose_everything(home)
        print(f"taken: {first['records']}, then {more['new_records']} in {more['took_s']:.1f} s")  # noqa: T201

        began = time.monotonic()
        restored = command("restore", str(folder), "--home", str(home), "--secrets", str(secrets))
        print(f"restored: {restored}")  # noqa: T201
        with standing(home) as hub:
            rto_s = time.monotonic() - began
            agencies.hub = hub
            until = datetime.fromisoformat(restored["holds_all_said_before"])
            print(f"RPO {(lost_at - until).total_seconds():.1f} s, RTO {rto_s:.1f} s")  # noqa: T201
            hub.at_rest(120)
            nothing_before_the_backup_is_lost(agencies, until)
            everybody_goes_on(agencies, restored, inboxes)
    finally:
        start.stop_services(home, lambda _: None)
        process.stop(home)


def nothing_before_the_backup_is_lost(agencies: Agencies, until: datetime) -> None:
    kept = {str(fact.event_id) for at, fact in agencies.said if at < until and admitted(fact)}
    assert len(kept) > 60
    assert kept <= in_log(agencies.hub)


def everybody_goes_on(
    agencies: Agencies, restored: dict[str, Any], before: dict[str, list[str]]
) -> None:
    """Shown what they miss, said again what was lost, and never shown anything twice."""
    hub = agencies.hub
    for slug in LISTENERS:
        epoch = json.loads((hub.home / "agencies" / slug / "topics.json").read_text())[
            "inbox_epoch"
        ]
        assert epoch["number"] == restored["epoch"] == 2
        first = epoch["first_offset"]
        assert told(hub, slug)[:first] == before[slug][:first]
        since = datetime.fromisoformat(epoch["say_again_since"])
    missing = {str(fact.event_id) for _, fact in agencies.said if admitted(fact)} - in_log(hub)
    assert missing, "something was lost after the backup, or this shows nothing"
    again = [fact for at, fact in agencies.said if at >= since]
    assert missing <= {str(fact.event_id) for fact in again}
    hub.say(agencies.folder, *again)
    hub.at_rest(120)
    agencies.listen()
    agencies.say(*agencies.story(1_000))
    hub.at_rest(120)
    agencies.listen()

    said = {str(fact.event_id) for _, fact in agencies.said if admitted(fact)}
    assert said <= in_log(hub)
    for slug in LISTENERS:
        shown = Counter(agencies.shown[slug])
        assert not [ref for ref, times in shown.items() if times > 1]
        about_somebody = {record.header("ce_id") for record in hub.of_somebody(slug)}
        assert {(one or b"").decode() for one in about_somebody} <= set(shown)
        gone = set(shown) - set(told(hub, slug))
        assert not Counter(agencies.about[slug, one] for one in gone)
    found = [asyncio.run(compare(hub.recorded(), one)) for one in hub.services()]
    found = [one for one in found if one.service in ("registry", "risk", "notify")]
    inbox = hub.cluster.names.inbox("")
    # What was told after the cut stands in the inbox as it was told, due when it was due then.
    wrong = [line for one in found for line in one.different if not line.startswith(inbox)]
    assert not wrong, "\n".join(lines(found))


def admitted(fact: Fact) -> bool:
    """Whether it enters the log; a position never does."""
    return not isinstance(fact, tracking.Position)
