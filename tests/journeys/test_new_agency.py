"""An agency is taken on, and off again, while a hub runs on a real broker: nobody else notices."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from schemas.base import Fact
from services.hub.cli import main
from tests import makers
from tests.agreements.makers import FILES
from tests.journeys.hub import Hub

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
        apply(hub, FILES)
    after = makers.a_tenancy(source=LIKE, tenancy_ref="old-2", **person)
    hub.say(tmp_path, after)
    assert heard(hub, after)
    hub.at_rest()
