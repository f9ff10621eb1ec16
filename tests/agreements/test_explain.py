"""Why somebody may or may not, with the line it is written on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.base import FieldClass
from services.agreements.commands import agreements as command
from services.agreements.compile import Agreements, load
from services.agreements.explain import Explanation, Unknown, explain
from tests.agreements.makers import IN_ORDER, a_file, line_of

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture
def compiled(tmp_path: Path) -> Agreements:
    narrow = "on_case: true\n    levels: []\n    areas: [E06000015]"
    a_file(tmp_path, ("on_case: true", narrow))
    a_file(tmp_path, ("[reference, custody]", "[]"), slug="otherham")
    return load(tmp_path)


def said(answer: Explanation) -> str:
    return "\n".join(str(reason) for reason in answer.reasons)


def test_a_grant_is_shown_with_purpose_basis_conditions_and_lines(compiled: Agreements) -> None:
    answer = explain(compiled, "exampleshire-housing", "release-date-set", NOW)
    assert answer.told
    assert not answer.says
    text = said(answer)
    assert "CJA 2003 s325(2)(a)" in text
    assert "cja-2003-s325(4)" in text
    assert "always so outside the Responsible Authority" in text
    assert "areas E06000015" in text
    assert "levels none: nobody passes" in text
    assert "sees occurred_at, recorded_at, release_on, release, prison_code" in text
    assert f"[exampleshire-housing.yaml:{line_of('- facts:')}]" in text


def test_a_class_that_is_not_granted_is_why_nothing_is_seen(compiled: Agreements) -> None:
    agency, fact = "exampleshire-housing", "custody.release-date-set"
    answer = explain(compiled, agency, fact, NOW, FieldClass.IDENTITY)
    assert not answer.told
    assert f"not granted  [{agency}.yaml:{line_of('classes:')}]" in said(answer)
    seen = explain(compiled, agency, fact, NOW, FieldClass.REFERENCE)
    assert seen.told
    assert "event_id stays hidden" in said(seen)


@pytest.mark.parametrize(
    ("slug", "fact", "why", "says"),
    [
        ("exampleshire-housing", "tenancy-started", "it is listed", True),
        ("exampleshire-housing", "tenancy-ended", "it is not listed", False),
        ("exampleshire-housing", "alert-raised", "only a service of the hub says it", False),
        ("exampleshire-housing", "tick", "nobody is told that fact", False),
        ("exampleshire-housing", "alert-raised", "no grant names the fact", False),
        ("otherham", "release-date-set", "list of classes is empty", False),
        ("nobody", "release-date-set", "[no nobody.yaml]", False),
        ("clock", "tick", "is the hub's own and says tick", True),
    ],
)
def test_whatever_stops_it_is_named(
    compiled: Agreements, slug: str, fact: str, why: str, says: bool
) -> None:
    answer = explain(compiled, slug, fact, NOW)
    assert why in said(answer)
    assert (answer.says, answer.told) == (says, False)


def test_after_its_last_day_a_grant_is_why_it_stopped(compiled: Agreements) -> None:
    late = datetime(2027, 4, 1, tzinfo=UTC)
    answer = explain(compiled, "exampleshire-housing", "release-date-set", late)
    assert not answer.told
    assert "last day was 2027-03-31  [exampleshire-housing.yaml:" in said(answer)


def test_what_the_file_denies_and_what_is_less_than_whole_is_said_with_its_line(
    tmp_path: Path,
) -> None:
    a_file(
        tmp_path,
        ("receives:", "never:\n  facts: [released]\n  classes: [location]\nreceives:"),
        ("[release-date-set]", "[release-date-set, released, address-changed]"),
        ("[reference, custody]", "[reference, custody, location]\n    redact: {custody: coarsen}"),
        ("on_case: true", "on_case: true\n    ages: [adult]\n    payload: id-only"),
    )
    compiled = load(tmp_path)
    denied = explain(compiled, "exampleshire-housing", "released", NOW)
    assert not denied.told
    assert "whatever it grants  [exampleshire-housing.yaml:" in said(denied)
    place = explain(compiled, "exampleshire-housing", "address-changed", NOW, FieldClass.LOCATION)
    assert not place.told
    assert "never sees class location: the file says so  [" in said(place)
    text = said(explain(compiled, "exampleshire-housing", "release-date-set", NOW))
    for words in (
        "only of people 18 or older where the fact stands",
        "of people of category 4 only where the case's list names it",
        "payload id-only: no more than the notice's head and numbers",
        "custody coarse: the month of a date, the council of a place",
    ):
        assert words in text


def test_a_fact_nobody_knows_is_wrong_usage(compiled: Agreements) -> None:
    with pytest.raises(Unknown):
        explain(compiled, "exampleshire-housing", "no-such-fact", NOW)
    run = CliRunner().invoke(command, ["explain", "--agency", "dwp", "--fact", "no-such-fact"])
    assert run.exit_code == 2


def test_the_command_answers_in_words_and_in_json() -> None:
    asked = ["explain", "--agency", "tracking", "--fact", "zone-entered"]
    words = CliRunner().invoke(command, asked)
    assert words.exit_code == 0
    assert "as a service of the hub" in words.output
    run = CliRunner().invoke(command, [*asked, "--json"])
    assert '"says": true, "told": false' in run.output


def test_files_that_are_not_in_order_are_exit_code_1(tmp_path: Path) -> None:
    path = a_file(tmp_path, ("on_case: true", "on_case: false"))
    asked = ["--dir", str(tmp_path), "--home", str(tmp_path / "hub")]
    run = CliRunner().invoke(command, ["plan", *asked])
    assert run.exit_code == 1
    assert f"{path.name}:{line_of('on_case', IN_ORDER)}: receives.0.on_case" in run.output


def test_without_a_broker_the_plan_is_exit_code_1(tmp_path: Path) -> None:
    run = CliRunner().invoke(
        command, ["plan", "--home", str(tmp_path)], env={"HUB_BOOTSTRAP_SERVERS": ""}
    )
    assert run.exit_code == 1
    assert "hub broker start" in run.output
