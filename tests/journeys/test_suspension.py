"""An agency is suspended on a real broker: what it is told waits, and comes once it is released."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from schemas.notice import NoticesResumed, Withheld
from services.agreements import suspended
from services.agreements.references import References
from services.hub.cli import main
from services.runtime import wire
from tests import makers
from tests.journeys.hub import Hub
from tests.journeys.test_narrowing import Standing, numbers, releases

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
AGENCY = "erewash-housing"


def hub_says(hub: Hub, *words: str) -> str:
    done = CliRunner().invoke(main, [*words, "--home", str(hub.home)], env={"HUB_ACTOR": ""})
    assert done.exit_code == 0, done.output
    return done.output


def shown(hub: Hub) -> list[str]:
    done = hub.client(AGENCY, "listen", "--for", "6", "--json", "--receipt", "none")
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["notice_ref"] for line in done.stdout.splitlines()]


FACT = "release-date-set"


def lapsed(hub: Hub, kind: type[Withheld]) -> set[str]:
    """The numbers of all that lapsed, by the log's facts of that kind."""
    facts = (
        wire.decode(record.value or b"")
        for records in hub.recorded().log().values()
        for record in records
        if wire.kind_of(record.headers) == kind.kind()
    )
    return {
        str(one.notice_ref)
        for fact in facts
        if isinstance(fact, Withheld) and fact.lapsed
        for one in fact.notices
    }


def test_what_a_suspended_grant_would_tell_waits_and_the_rest_goes_on(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = {"identifiers": (makers.a_pnc(1712),), "occurred_at": datetime.now(UTC)}
    hub.say(tmp_path, makers.a_conviction(**person))
    hub.say(tmp_path, makers.a_joining(AGENCY, **person))
    unread = releases(1712, "AAA")
    hub.say(tmp_path, *unread)
    hub.at_rest()
    began = time.monotonic()
    hub_says(hub, "agency", "suspend", AGENCY, "--fact", FACT)
    took = time.monotonic() - began
    waiting = releases(1712, "BBB", "CCC")
    beside = makers.a_tenancy(source="amber-valley-housing", **person)
    hub.say(tmp_path, *waiting, beside)
    hub.at_rest()
    had = shown(hub)
    references = References((hub.home / "secrets" / "references").read_bytes())
    assert had == [str(references.notice(AGENCY, beside.event_id))]
    (one,) = json.loads(hub_says(hub, "agency", "suspended", "--json"))
    assert (one["agency"], one["fact"]) == (AGENCY, FACT)
    assert one["waiting"] == len(unread) + len(waiting)
    assert "as agreed" in hub_says(hub, "agreements", "plan", "--dir", "deploy/agreements")

    hub_says(hub, "agency", "resume", AGENCY, "--fact", FACT, "--release")
    hub.at_rest()
    released = shown(hub)
    assert set(released) == numbers(hub, [*unread, *waiting], AGENCY)

    hub_says(hub, "agency", "suspend", AGENCY, "--fact", FACT)
    skipped = releases(1712, "DDD")
    hub.say(tmp_path, *skipped)
    hub.at_rest()
    hub_says(hub, "agency", "resume", AGENCY, "--fact", FACT, "--skip")
    hub.at_rest()
    assert shown(hub) == []
    assert numbers(hub, skipped, AGENCY) == lapsed(hub, NoticesResumed)
    assert suspended.read(hub.home).grants == {}
    with capsys.disabled():
        click.echo(f"\nOne grant suspended: {took:.2f} s, its unread notices withdrawn.")


def test_what_a_suspended_agency_is_told_waits_and_is_released_or_skipped(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = {"identifiers": (makers.a_pnc(1711),), "occurred_at": datetime.now(UTC)}
    hub.say(tmp_path, makers.a_conviction(**person))
    hub.say(tmp_path, makers.a_joining(AGENCY, **person))
    read = releases(1711, "AAA")
    hub.say(tmp_path, *read)
    hub.at_rest()
    before = shown(hub)
    assert numbers(hub, read, AGENCY) <= set(before)
    session = Standing(hub, AGENCY)
    with session.listening():
        began = time.monotonic()
        hub_says(hub, "agency", "suspend", AGENCY)
        until = began + 10
        while session.refused_at is None and time.monotonic() < until:
            time.sleep(0.05)
        assert session.refused_at is not None
    waiting = releases(1711, "BBB", "CCC")
    hub.say(tmp_path, *waiting)
    hub.at_rest()
    (one,) = json.loads(hub_says(hub, "agency", "suspended", "--json"))
    assert one["agency"] == AGENCY
    assert one["waiting"] >= len(waiting)
    where = ("--dir", "deploy/agreements")
    assert "as agreed" in hub_says(hub, "agreements", "plan", *where)  # nor does apply let it in
    refused = hub.client(AGENCY, "listen", "--for", "6", "--json")
    assert refused.returncode == 3

    hub_says(hub, "agency", "resume", AGENCY, "--release")
    hub.at_rest()
    released = shown(hub)
    assert numbers(hub, waiting, AGENCY) <= set(released)
    assert not set(before) & set(released)

    hub_says(hub, "agency", "suspend", AGENCY)
    skipped = releases(1711, "DDD")
    hub.say(tmp_path, *skipped)
    hub.at_rest()
    hub_says(hub, "agency", "resume", AGENCY, "--skip")
    hub.at_rest()
    assert shown(hub) == []
    assert numbers(hub, skipped, AGENCY) == lapsed(hub, Withheld)
    assert suspended.read(hub.home).since == {}
    assert "as agreed" in hub_says(hub, "agreements", "plan", *where)
    with capsys.disabled():
        click.echo(f"\nSuspended: refused {session.refused_at - began:.2f} s after it was said.")
