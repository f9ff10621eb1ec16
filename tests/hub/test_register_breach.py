"""What an officer decided about a possible breach: shown, listed, and decided at the command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from schemas.base import Fact, PersonId
from schemas.log import Decided
from schemas.register import BreachOutcome
from services.agreements import signing
from services.agreements.references import References
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import private_directory, write_private
from services.hub.register import breach_command, lists, lookup, words
from services.hub.register.breach_command import NO_SUCH
from services.hub.register.command import register
from services.hub.register.lookup import possible_breaches, shown
from services.hub.register.showing import print_register
from services.runtime.records import Record
from tests.agreements.makers import FILES
from tests.agreements.test_signing import Place
from tests.hub.register_people import told
from tests.hub.test_register_lists import scope
from tests.hub.test_register_reading import log
from tests.makers import (
    PERSON,
    a_breach_decision,
    a_deadline_met,
    a_deadline_missed,
    a_limit,
    a_person,
)
from tests.registry.person import MONDAY, cautioned, notified
from tests.registry.test_breaches import EXCUSED, FOUND, FRIDAY, LATER, at, number, word

LEAD_ROLE, ON_CALL = "lead-officer", "on-call"


def page(day: date, *facts: Fact) -> str:
    there = shown(told(*facts), day)
    assert there is not None
    out = StringIO()
    print_register(there, Console(file=out, width=120, highlight=False))
    return out.getvalue()


def read(day: date, *facts: Fact) -> list[dict[str, Any]]:
    there = shown(told(*facts), day)
    assert there is not None
    found: list[dict[str, Any]] = words.as_object(there)["clocks"]
    return found


# -- shown and listed


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (FOUND, "missed: a breach, decided 6 Mar 2026"),
        (EXCUSED, "missed: excused, decided 6 Mar 2026"),
    ],
)
def test_what_was_decided_stands_in_place_of_what_was_possible(
    outcome: BreachOutcome, says: str
) -> None:
    facts = (cautioned(MONDAY), word(outcome, at(FRIDAY)))
    assert says in page(LATER, *facts)
    assert "possible breach" not in page(LATER, *facts)
    assert "missed: possible breach" in page(date(2026, 3, 5), *facts)


def test_one_done_late_says_both() -> None:
    facts = (cautioned(MONDAY), notified(FRIDAY), word(EXCUSED, at(FRIDAY)))
    assert "done late, 6 Mar 2026: excused, decided 6 Mar 2026" in page(LATER, *facts)


def test_for_programs_each_duty_has_its_number_and_what_was_decided() -> None:
    (plain,) = read(LATER, cautioned(MONDAY))
    assert (plain["deadline"], plain["decision"]) == (number(MONDAY), None)
    (one,) = read(LATER, cautioned(MONDAY), word(FOUND, at(FRIDAY)))
    assert one["decision"] == {
        "at": "2026-03-06T12:00:00Z",
        "outcome": "found",
        "reasons": ["not-notified"],
    }


def overdue(*facts: Fact) -> Sequence[tuple[str, str]]:
    rows = lists.overdue([told(*facts)], scope(LATER)).rows
    return [(row["deadline"], row["stands"]) for row in rows]


def test_what_is_excused_stays_on_the_list_as_it_is_still_to_be_done() -> None:
    missed = cautioned(MONDAY)
    assert overdue(missed) == [(number(MONDAY), "possible breach")]
    for outcome, says in ((FOUND, "a breach"), (EXCUSED, "excused")):
        decided = word(outcome, at(FRIDAY))
        assert overdue(missed, decided) == [(number(MONDAY), f"{says}, decided 6 Mar 2026")]
    assert overdue(missed, notified(FRIDAY), word(FOUND, at(FRIDAY))) == []


# -- what the log says could be a breach


class Log:
    """The log, as it is read for one person."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    def of(self, person: PersonId) -> Iterator[Record]:
        return (one for one in self._records if one.key in (None, person.bytes))

    def close(self) -> None:
        """Nothing is open."""


def possible(
    monkeypatch: pytest.MonkeyPatch, *said: Fact, agency: str = "probation"
) -> frozenset[str]:
    records = log(*((PERSON, fact) for fact in said), (a_person(8), a_deadline_missed()))
    monkeypatch.setattr(lookup, "log_reader", lambda _: Log(records))
    cluster: Any = None
    return possible_breaches(cluster, agency, PERSON)


def test_missed_or_done_late_as_the_log_says(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = a_deadline_missed(deadline_ref="missed")
    late = a_deadline_met(deadline_ref="late", late=True)
    in_time = a_deadline_met(deadline_ref="in-time")
    assert possible(monkeypatch, missed, late, in_time) == {"missed", "late"}
    assert possible(monkeypatch, in_time) == frozenset()
    assert possible(monkeypatch, a_breach_decision()) == frozenset()


def test_nothing_is_said_of_whom_the_agency_may_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (a_deadline_missed(deadline_ref="missed"), a_limit("prison"))
    assert possible(monkeypatch, *said) == frozenset()
    assert possible(monkeypatch, *said, agency="prison") == {"missed"}


# -- the command


class Hub:
    """A hub without a broker, with an officer who may and one who may not."""

    def __init__(self, place: Place) -> None:
        self.actors = {role: place.enrol("probation", role) for role in (LEAD_ROLE, ON_CALL)}
        place.apply()
        self.keys, self.told = place.keys, list[Decided]()
        self.ref = References(bytes(32)).ref("probation", PERSON)

    def breach(self, *more: str, role: str | None = LEAD_ROLE, deadline: str = "") -> Result:
        by = () if role is None else ("--as", self.actors[role])
        words = ("breach", more[0] if more else self.ref, deadline or number(MONDAY))
        outcome = more[1:] or ("found",)
        keys = ("--keys", str(self.keys))
        return CliRunner().invoke(register, [*words, *outcome, *by, *keys], env={"HUB_ACTOR": ""})


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    home, files = tmp_path / "home", tmp_path / "agreements"
    copytree(FILES, files)
    write_private(private_directory(home / "secrets") / "references", bytes(32))
    made = Hub(Place(home, files, tmp_path / "keys"))
    monkeypatch.setattr(Cluster, "load", lambda _: SimpleNamespace(home=home))
    for module in (breach_command, signing):
        monkeypatch.setattr(module, "tell", lambda _, fact: made.told.append(fact))
    missed = frozenset({number(MONDAY)})
    monkeypatch.setattr(
        breach_command,
        "possible_breaches",
        lambda _, agency, person: missed if (agency, person) == ("probation", PERSON) else set(),
    )
    return made


def test_a_lead_officer_decides_and_the_door_is_told_of_whom(hub: Hub) -> None:
    done = hub.breach(hub.ref, "excused", "--reason", "notified-elsewhere")
    assert (done.exit_code, done.output) == (0, f"{breach_command.DECIDED}\n")
    (fact,) = hub.told
    assert (fact.what, fact.outcome, fact.reasons) == ("breach", "excused", ("notified-elsewhere",))
    assert (fact.subject, fact.person_id) == (number(MONDAY), PERSON)
    assert datetime.now(tz=fact.occurred_at.tzinfo) - fact.occurred_at < timedelta(minutes=5)


@pytest.mark.parametrize("deadline", [number(FRIDAY), number(MONDAY).upper()])
def test_the_number_has_to_be_of_a_possible_breach_of_that_person(hub: Hub, deadline: str) -> None:
    done = hub.breach(deadline=deadline)
    known = deadline.lower() == number(MONDAY)
    assert done.exit_code == (0 if known else 1)
    assert (NO_SUCH in done.output) is not known
    assert bool(hub.told) is known


@pytest.mark.parametrize("agency", ["derbyshire-police", ""])
def test_of_nobody_or_by_another_agencys_reference_nothing_is_decided(
    hub: Hub, agency: str
) -> None:
    ref = References(bytes(32)).ref(agency, PERSON) if agency else "p-" + "0" * 32
    done = hub.breach(ref, "found")
    assert (done.exit_code, done.output) == (1, f"Error: {NO_SUCH}\n")
    assert hub.told == []


def test_who_may_not_is_refused_and_that_it_was_asked_is_told_without_whom(hub: Hub) -> None:
    done = hub.breach(role=ON_CALL)
    assert done.exit_code == 1
    assert "may not decide that a duty not done in time is a breach: role-may-not" in done.output
    assert [fact.person_id for fact in hub.told] == [None]


def test_it_says_who_may_and_which_reasons_there_are(hub: Hub) -> None:
    nobody = hub.breach(role=None)
    assert nobody.exit_code == 1
    assert hub.actors[LEAD_ROLE] in nobody.output
    assert hub.actors[ON_CALL] not in nobody.output
    reason = hub.breach(hub.ref, "found", "--reason", "mistaken")
    assert reason.exit_code == 1
    assert "not-notified, notified-late, false-information" in reason.output
    assert hub.told == []


@pytest.mark.parametrize(("deadline", "outcome"), [("7", "found"), (number(MONDAY), "guilty")])
def test_what_is_no_number_or_no_outcome_is_not_understood(
    hub: Hub, deadline: str, outcome: str
) -> None:
    assert hub.breach(hub.ref, outcome, deadline=deadline).exit_code == 2
    assert hub.told == []


def test_no_message_holds_the_persons_number(hub: Hub) -> None:
    for done in (hub.breach(), hub.breach(deadline=number(FRIDAY)), hub.breach(role=ON_CALL)):
        assert str(PERSON) not in done.output
        assert hub.ref not in done.output
