"""A person looked up in the register on a real broker, by whom it takes, and recorded."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from schemas.log import ActRefused, Decided
from services.agreements.references import References
from services.hub.broker.cluster import Cluster
from services.hub.register import catch_up, command, log_reading
from services.hub.register.consulting import NOBODY
from services.hub.register.release_command import SOMETHING_RED
from tests import makers
from tests.journeys.by_hand import KNOWN, SOMEBODY, Installation, put_up
from tests.journeys.hub import apart

pytestmark = pytest.mark.journey


@pytest.fixture
def installation(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with apart(cluster) as mine, put_up(mine, tmp_path_factory, "co-ordinator") as there:
        yield there


def looked_up(
    installation: Installation, reference: str, role: str | None, page: str = "show"
) -> Result:
    by = () if role is None else ("--as", installation.actors[role])
    keys = ("--keys", str(installation.keys))
    return CliRunner().invoke(
        command.register, [page, reference, *by, *keys, "--json"], env={"HUB_ACTOR": ""}
    )


def caught_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The hub has caught up with the log, however short it is; what it keeps of it."""
    monkeypatch.setattr(log_reading, "_WORTH_KEEPING", 0)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setattr(sys, "argv", ["catch_up", str(home)])
    catch_up.main()
    return list((home / "places").iterdir())


def test_who_may_reads_it_who_may_not_is_refused_and_both_are_recorded(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = installation.cluster
    monkeypatch.setattr(Cluster, "load", lambda _: cluster)
    references = References((cluster.home / "secrets" / "references").read_bytes())
    asyncio.run(installation.said(KNOWN, makers.a_rosh(), makers.a_release_date()))
    asyncio.run(installation.admit())
    hers = references.ref("probation", SOMEBODY)

    page = looked_up(installation, hers, "lead-officer")
    assert page.exit_code == 0, page.output
    shown = json.loads(page.stdout)
    assert shown["requirement"]["basis"] == "imprisonment-30-months-or-more"
    assert KNOWN.family_name not in page.output

    assert caught_up(cluster.home, monkeypatch) != []
    again = looked_up(installation, hers, "lead-officer")
    assert json.loads(again.stdout) == shown

    ready = looked_up(installation, hers, "lead-officer", "release")
    assert ready.exit_code == SOMETHING_RED, ready.output
    (over,) = json.loads(ready.stdout)["lines"]
    assert (over["what"], over["colour"], over["owed_by"]) == ("release", "red", "prison-service")
    assert KNOWN.family_name not in ready.output

    nobody = looked_up(installation, hers, None)
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    refused = looked_up(installation, hers, "on-call")
    assert (refused.exit_code, refused.stdout) == (1, "")
    others = references.ref("derbyshire-police", SOMEBODY)
    unknown = [looked_up(installation, ref, "lead-officer") for ref in (others, "p-" + "0" * 32)]
    assert {(one.exit_code, one.output) for one in unknown} == {(1, f"Error: {NOBODY}\n")}

    by = ("--as", installation.others[0], "--keys", str(installation.keys))
    counts = CliRunner().invoke(command.register, ["counts", *by, "--json"])
    assert counts.exit_code == 0, counts.output
    assert json.loads(counts.stdout)["managed"]["all"]["all"] == 0  # no register runs here
    lead = ("--as", installation.actors["lead-officer"], "--keys", str(installation.keys))
    assert CliRunner().invoke(command.register, ["counts", *lead]).exit_code == 1

    tables = CliRunner().invoke(command.register, ["statistics", *by, "--json"])
    assert tables.exit_code == 0, tables.output
    assert json.loads(tables.stdout)["table_3"]["registered"] in (0, None)  # one is hidden
    assert CliRunner().invoke(command.register, ["statistics", *lead]).exit_code == 1
    listed = CliRunner().invoke(command.register, ["as-of", *lead, "--json"])
    assert listed.exit_code == 0, listed.output
    assert [row["person"] for row in json.loads(listed.stdout)["rows"]] == [hers]
    assert KNOWN.family_name not in listed.output
    for name in ("due", "overdue", "released"):
        assert CliRunner().invoke(command.register, [name, *lead, "--csv"]).exit_code == 0
    others_list = ("--as", installation.actors["on-call"], "--keys", str(installation.keys))
    assert CliRunner().invoke(command.register, ["as-of", *others_list]).exit_code == 1

    asyncio.run(installation.admit())
    acts = [one for one in installation.stands(Decided) if isinstance(one, Decided)]
    assert [(one.what, one.outcome, one.by.role) for one in acts] == [
        ("register", "consult", "lead-officer")
    ] * 5 + [("register", "count", "co-ordinator")] * 2 + [("register", "list", "lead-officer")] * 4
    assert [one.subject for one in acts][:5] == [hers, hers, hers, others, "p-" + "0" * 32]
    assert [one.subject for one in acts][-4:] == ["as-of", "due", "overdue", "released"]
    told = [one for one in installation.stands(ActRefused) if isinstance(one, ActRefused)]
    assert [(one.what, one.reason) for one in told] == [("register", "role-may-not")] * 4
