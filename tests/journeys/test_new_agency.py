"""An agency is taken on, and off again, while a hub runs on a real broker: nobody else notices.

It goes on talking while it loses the right to: what the door has then half done it can still end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from shutil import copytree
from threading import Event, Thread

import pytest
from click.testing import CliRunner

from schemas.base import Fact
from services.hub.cli import main
from tests import makers
from tests.agreements.makers import FILES
from tests.journeys.hub import Hub, line

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
NEW, LIKE = "example-valley-housing", "amber-valley-housing"
HEARD_WITHIN_S = 90


def apply(hub: Hub, files: Path) -> str:
    words = ("agreements", "apply", "--dir", str(files), "--home", str(hub.home))
    done = CliRunner().invoke(main, words, env={"HUB_ACTOR": ""})
    assert done.exit_code in (0, 3), done.output
    return done.output


def heard(hub: Hub, fact: Fact) -> bool:
    """Whether the fact comes into the log."""
    number, until = str(fact.event_id).encode(), time.monotonic() + HEARD_WITHIN_S
    while time.monotonic() < until:
        log = hub.recorded().log()
        if any(record.header("ce_id") == number for part in log.values() for record in part):
            return True
        time.sleep(1)
    return False


@contextmanager
def talking(hub: Hub, folder: Path, source: str, fact: Callable[[int], Fact]) -> Iterator[None]:
    """Meanwhile the agency says one after another, refused or not; it has begun before."""
    ended, begun, number = Event(), Event(), count()

    def talk() -> None:
        while not ended.wait(0.3):
            file = folder / f"talk-{next(number)}.jsonl"
            file.write_text(line(fact(next(number))))
            hub.client(source, "say", str(file), "--json")
            begun.set()

    thread = Thread(target=talk)
    thread.start()
    try:
        assert begun.wait(60)
        yield
    finally:
        ended.set()
        thread.join()


def test_a_new_agency_is_heard_and_taken_off_again_while_all_others_go_on(
    hub: Hub, tmp_path: Path
) -> None:
    person = {"identifiers": (makers.a_pnc(1811),), "occurred_at": datetime.now(UTC)}
    hub.say(tmp_path, makers.a_conviction(**person))
    files = tmp_path / "agreements"
    copytree(FILES, files)
    text = (files / f"{LIKE}.yaml").read_text().replace(LIKE, NEW)
    (files / f"{NEW}.yaml").write_text(text)
    try:
        apply(hub, files)
        theirs = makers.a_tenancy(source=NEW, tenancy_ref="new-1", **person)
        others = makers.a_tenancy(source=LIKE, tenancy_ref="old-1", **person)
        hub.say(tmp_path, theirs, others)
        assert heard(hub, theirs)
        assert heard(hub, others)
    finally:
        with talking(
            hub,
            tmp_path,
            NEW,
            lambda n: makers.a_tenancy(source=NEW, tenancy_ref=f"talk-{n}", **person),
        ):
            apply(hub, FILES)
    after = makers.a_tenancy(source=LIKE, tenancy_ref="old-2", **person)
    hub.say(tmp_path, after)
    assert heard(hub, after)
    hub.at_rest()


def test_an_agency_may_say_one_kind_less_while_it_says_it_and_the_door_goes_on(
    hub: Hub, tmp_path: Path
) -> None:
    person = {"identifiers": (makers.a_pnc(1812),), "occurred_at": datetime.now(UTC)}
    hub.say(tmp_path, makers.a_conviction(**person))
    files = tmp_path / "agreements"
    copytree(FILES, files)
    before = (files / f"{LIKE}.yaml").read_text()
    assert before.count("  - tenancy-ended\n") == 1
    (files / f"{LIKE}.yaml").write_text(before.replace("  - tenancy-ended\n", ""))
    try:
        with talking(
            hub,
            tmp_path,
            LIKE,
            lambda n: makers.a_tenancy_end(source=LIKE, tenancy_ref=f"unknown-{n}", **person),
        ):
            apply(hub, files)
        after = makers.a_tenancy(source=LIKE, tenancy_ref="less-1", **person)
        hub.say(tmp_path, after)
        assert heard(hub, after)
        hub.at_rest()
    finally:
        apply(hub, FILES)
