"""Which rules are in force, and whom others would affect."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from schemas.base import Fact, PersonId
from schemas.register import Circumstance
from services.agreements.references import References
from services.hub.broker.cluster import Cluster
from services.hub.register.invented import changed, convicted, notified, ordered
from services.hub.register.limits import Limits
from services.hub.register.people import Told
from services.hub.rules import command
from services.hub.rules.command import rules
from services.hub.rules.in_force import BY_HUB_UP, FILE, NEWEST, in_force, keep
from services.hub.rules.shadow import Report, compared
from services.registry.rules import RULES
from services.runtime.installed import INSTALLED

BEFORE, AFTER = RULES["2026-3"], RULES["2026-4"]
ONE, OTHER, THIRD = (PersonId(UUID(int=number)) for number in (1, 2, 3))
TERM = convicted(date(2026, 3, 2), 12)
MOVED = changed(Circumstance.HOME, date(2026, 4, 1))
TODAY = date(2026, 4, 3)
"""The last day to notify a move of the first."""


def one(person: PersonId, *heard: Fact) -> Told:
    return Told(person, heard, Limits(), AFTER)


def report(*people: Told, day: date = TODAY) -> dict[str, set[PersonId]]:
    return dict(compared(people, day, BEFORE, AFTER).rows())


def test_a_duty_only_the_other_rules_watch_is_named_with_how_it_stands() -> None:
    heard = (TERM, notified(date(2026, 3, 3)), MOVED)
    assert report(one(ONE, *heard), one(OTHER, TERM, notified(date(2026, 3, 3)))) == {
        "notify a new home: new, and is to be done": {ONE}
    }
    late = report(one(ONE, *heard), day=date(2026, 4, 4))
    assert late == {"notify a new home: new, and counts as a possible breach": {ONE}}


def test_an_order_that_keeps_somebody_on_the_register_is_named() -> None:
    order = ordered(date(2026, 3, 2))
    found = report(one(ONE, convicted(date(2026, 3, 2), 12), order))
    assert "is subject to notification for longer" in found


def test_by_the_same_rules_nobody_is_affected_and_of_nobody_nothing_is_counted() -> None:
    same = compared([one(ONE, TERM, MOVED), one(THIRD)], TODAY, AFTER, AFTER)
    assert (same.people, same.affected, list(same.rows())) == (1, set(), [])


def test_back_to_earlier_rules_reads_the_other_way_round() -> None:
    back = compared([one(ONE, TERM, MOVED)], TODAY, AFTER, BEFORE)
    assert "notify a new home: no longer to be done" in dict(back.rows())


def test_what_is_true_of_most_comes_first() -> None:
    found = Report()
    found.changes |= {"of one": {ONE}, "of two": {ONE, OTHER}, "of one more": {OTHER}}
    assert [change for change, _ in found.rows()] == ["of two", "of one", "of one more"]


def test_a_new_installation_begins_by_the_newest_and_an_older_one_stays(tmp_path: Path) -> None:
    assert in_force(tmp_path) == NEWEST
    (tmp_path / INSTALLED).write_text("b1 4")
    assert in_force(tmp_path) == BY_HUB_UP
    assert keep(tmp_path) == BY_HUB_UP
    assert keep(tmp_path, NEWEST) == in_force(tmp_path) == NEWEST
    assert (tmp_path / FILE).read_text() == NEWEST


def run(*words: str) -> Result:
    return CliRunner().invoke(rules, [*words])


def test_it_is_said_which_are_in_force_and_how_newer_ones_are_looked_at(tmp_path: Path) -> None:
    keep(tmp_path, "2026-3")
    said = run("show", "--home", str(tmp_path)).output
    assert said.startswith("Rules 2026-3 are in force.")
    assert f"hub rules compare {NEWEST}" in said
    told = json.loads(run("show", "--home", str(tmp_path), "--json").output)
    assert told == {"in_force": "2026-3", "known": sorted(RULES), "newest": NEWEST}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation by earlier rules, and an officer of probation who may ask."""
    keep(tmp_path, "2026-3")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "references").write_bytes(b"s" * 32)
    act = SimpleNamespace(by=SimpleNamespace(agency="probation"))
    monkeypatch.setattr(Cluster, "load", lambda home: SimpleNamespace(home=home))
    monkeypatch.setattr(command, "decide", lambda *_: act)
    return tmp_path


def compare(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str, **heard: Any) -> Result:
    monkeypatch.setattr(command, "everybody", lambda *_: heard["of"])
    return run("compare", NEWEST, "--home", str(home), *words)


def test_the_report_counts_everybody_and_names_some_by_the_askers_own_reference(
    asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [PersonId(UUID(int=number)) for number in range(10, 15)]
    heard = [one(who, TERM, notified(date(2026, 3, 3)), MOVED) for who in people]
    done = compare(asked, monkeypatch, of=heard)
    assert done.exit_code == 3, done.output
    assert f"Rules {NEWEST} instead of 2026-3: 5 of 5 people" in done.output
    names = References(b"s" * 32)
    refs = sorted(names.ref("probation", who) for who in people)
    everybody = compare(asked, monkeypatch, "--all", "--json", of=heard)
    (change,) = json.loads(everybody.stdout)["changes"]
    assert (change["people"], change["named"]) == (5, refs)
    some = compare(asked, monkeypatch, "--json", of=heard)
    assert json.loads(some.stdout)["changes"][0]["named"] == refs[:3]
    assert not any(str(who) in done.output + everybody.output for who in people)


def test_where_nobody_is_affected_it_says_so(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = compare(asked, monkeypatch, of=[one(ONE, TERM, notified(date(2026, 3, 3)))])
    assert (done.exit_code, "0 of 1 people" in done.output) == (0, True)


def test_where_nobody_is_enrolled_nobody_is_shown(
    asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "decide", lambda *_: None)
    done = compare(asked, monkeypatch, of=[one(ONE, TERM, MOVED)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "hub actor enrol" in done.stderr
