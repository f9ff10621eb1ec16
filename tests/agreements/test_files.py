"""What is wrong with a file is said with its place, all at once, and without its values."""

from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from services.agreements.commands import OF_THE_HOME, SHIPPED, files_option, home_option
from services.agreements.compile import load
from services.agreements.duty import Turn
from services.agreements.faults import AgreementsRefused, Finding
from services.agreements.model import Agreement, Contacts, Limits, Never, Receives
from services.agreements.words import WORDS
from tests.agreements.makers import IN_ORDER, a_file, committed, line_of


def refused(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(AgreementsRefused) as caught:
        load(folder)
    return caught.value.findings


def only(folder: Path) -> Finding:
    (finding,) = refused(folder)
    return finding


def test_the_committed_files_are_in_order() -> None:
    assert len(committed().receivers) == 28


def test_a_file_in_order_compiles(tmp_path: Path) -> None:
    a_file(tmp_path)
    agency = load(tmp_path).agencies["exampleshire-housing"]
    assert agency.grants["custody.release-date-set"].terms.expires == date(2027, 3, 31)


_REFERENCE, _HEALTH = "receives.0.redact.reference", "receives.0.redact.health"
_CATEGORIES = "receives.0.categories"
TERMS = (
    "purposes",
    "basis",
    "expires",
    "reviewed",
    "review_by",
    "owner",
    "kept_days",
    "onward",
    "why",
    "on_case",
)


@pytest.mark.parametrize("field", TERMS)
def test_a_grant_without_any_of_its_terms_does_not_compile(tmp_path: Path, field: str) -> None:
    text = IN_ORDER.splitlines(keepends=True)
    kept = [line for line in text if not line.strip().startswith(f"{field}:")]
    (tmp_path / "exampleshire-housing.yaml").write_text("".join(kept))
    finding = only(tmp_path)
    assert (finding.field, finding.reason) == (f"receives.0.{field}", "Field required")
    assert finding.line == line_of("- facts:")
    assert finding.write.startswith(f"write {field}: ")


@pytest.mark.parametrize(
    "field", ["competent_authority", "sharing_agreement", "dpia", "role", "data_protection"]
)
def test_an_agreement_without_its_references_does_not_compile(tmp_path: Path, field: str) -> None:
    text = IN_ORDER.splitlines(keepends=True)
    kept = [line for line in text if not line.strip().startswith(f"{field}:")]
    (tmp_path / "exampleshire-housing.yaml").write_text("".join(kept))
    assert only(tmp_path).field.endswith(field)


NO_SOURCE = ("    source: R-AGY-3\n", "")
VICTIM = ("[release-date-set]", "[zone-set]"), ("[reference, custody]", "[reference, victim]")
ADULTS = ("on_case: true", "on_case: true\n    ages: [adult]")


@pytest.mark.parametrize(
    ("changes", "field", "write"),
    [
        ((), "receives.0.ages", "write ages: [adult], or write source: "),
        ((*VICTIM, ADULTS), "receives.0.classes", "write source: "),
        (
            (ADULTS, ("ages: [adult]", "ages: [adult]\n    category_4: true")),
            "receives.0.category_4",
            "write source: ",
        ),
    ],
)
def test_what_is_sensitive_of_under_18s_or_of_category_4_needs_a_source(
    tmp_path: Path, changes: tuple[tuple[str, str], ...], field: str, write: str
) -> None:
    a_file(tmp_path, NO_SOURCE, *changes)
    finding = only(tmp_path)
    assert finding.field == field
    assert finding.write.startswith(write)
    a_file(tmp_path, *changes)
    assert load(tmp_path).agencies


def test_for_adults_a_sentence_is_enough(tmp_path: Path) -> None:
    a_file(tmp_path, NO_SOURCE, ADULTS)
    assert load(tmp_path).agencies


def test_what_a_file_denies_no_grant_of_it_gives(tmp_path: Path) -> None:
    never = "never:\n  facts: [released]\n  classes: [custody]\nreceives:"
    a_file(
        tmp_path,
        ("receives:", never),
        ("[release-date-set]", "[release-date-set, released, level-set]"),
        ("[reference, custody]", "[reference, custody, management]"),
    )
    grants = load(tmp_path).agencies["exampleshire-housing"].grants
    assert set(grants) == {"custody.release-date-set", "case.level-set"}
    assert grants["custody.release-date-set"].view.fields == ("occurred_at", "recorded_at")
    assert "level" in grants["case.level-set"].view.fields


def test_every_key_of_a_file_has_words_to_write() -> None:
    models = (Agreement, Contacts, Limits, Never, Receives, Turn)
    keys = {name for model in models for name in model.model_fields}
    assert set(WORDS) == keys


def test_every_refusal_says_what_to_write(tmp_path: Path) -> None:
    a_file(tmp_path, ("says: [tenancy-started", "says: [no-such-fact"), ("urgency", "urgent"))
    assert all(finding.write for finding in refused(tmp_path))


def test_an_empty_list_of_purposes_is_not_a_purpose(tmp_path: Path) -> None:
    a_file(tmp_path, ("purposes: [s325(2)(a)]", "purposes: []"))
    assert only(tmp_path).field == "receives.0.purposes"


def test_all_errors_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    a_file(tmp_path, ("says: [tenancy-started", "says: [no-such-fact"), ("urgency", "urgent"))
    a_file(tmp_path, ("on_case: true", "on_case: false"), slug="otherham-housing")
    found = {(finding.file, finding.field) for finding in refused(tmp_path)}
    assert found == {
        ("exampleshire-housing.yaml", "says.0"),
        ("exampleshire-housing.yaml", "receives.0.urgent"),
        ("exampleshire-housing.yaml", "receives.0.urgency"),
        ("otherham-housing.yaml", "receives.0.on_case"),
    }


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("[release-date-set]", "[secret-word]", "receives.0.facts.0", "no fact of that name"),
        ("[reference, custody]", "[reference, secret-word]", "receives.0.classes.1", "not a word"),
        ("[reference, custody]", "[reference, internal]", "receives.0.classes.1", "never granted"),
        ("[reference, custody]", "[provenance]", "receives.0.classes.0", "Responsible Authority"),
        ("[reference, custody]", "[health]", "receives.0.facts.0", "no field of it"),
        ("[reference, custody]", "[custody, custody]", "receives.0.classes.1", "written twice"),
        ("[release-date-set]", "[position]", "receives.0.facts.0", "never told to anybody"),
        ("[release-date-set]", "[tick]", "receives.0.facts.0", "never told to anybody"),
        ("on_case: true", "on_case: false", "receives.0.on_case", "always true"),
        ("on_case: true", "on_case: true\n    own_only: true", "receives.0.own_only", "no agency"),
        ("on_case: true", 'on_case: "true"', "receives.0.on_case", "boolean"),
        ("reviewed: 2026-11-02", "reviewed: 2027-04-01", "receives.0.reviewed", "last day"),
        ("expires: 2027-03-31", "expires: 2027", "receives.0.expires", "date"),
        ("expires: 2027-03-31", "expires: 2027-02-31", "receives.0.expires", "not a value"),
        ("[tenancy-started,", "[alert-raised,", "says.0", "only a service"),
        ("[tenancy-started,", "[conviction-recorded,", "says.0", "who is eligible"),
        ("[tenancy-started,", "[notice-receipted,", "says.1", "written twice"),
        ("governance@", "secret.word@", "contacts.governance", "pattern"),
        ("role: controller", "role: controller\nrole: controller", "role", "written twice"),
        ("role: controller", "role: !secret-word x", "role", "not a value"),
        ("basis: cja-2003-s325(4)", "basis: secret-word", "receives.0.basis", "not a word"),
        ("agency: exampleshire-housing", "agency: otherham", "agency", "name of the file"),
        ("body: housing-authority", "body: hub", "body", "service of the hub"),
        ("[tenancy-started,", "[agency-joined-case,", "says.0", "who may know"),
        ("[tenancy-started,", "[limited-access-set,", "says.0", "who may know"),
        ("[release-date-set]", "[notice-issued]", "receives.0.facts.0", "never told to anybody"),
        ("on_case: true", "on_case: true\n    redact: {reference: mask}", _REFERENCE, "no sense"),
        ("on_case: true", "on_case: true\n    redact: {health: mask}", _HEALTH, "not granted"),
        ("on_case: true", "on_case: true\n    categories: [4]", _CATEGORIES, "does not say so"),
        ("    why: When", "    why: when", "receives.0.why", "pattern"),
        ("review_by: 2027-03-01", "review_by: 2027-04-01", "receives.0.review_by", "last day"),
        ("review_by: 2027-03-01", "review_by: 2026-11-02", "receives.0.review_by", "last review"),
        ("kept_days: 365", "kept_days: 0", "receives.0.kept_days", "greater"),
        ("basis: cja-2003-s325(4)", "basis: dpa-2018-part-3", "receives.0.basis", "Schedule 8"),
    ],
)
def test_what_is_wrong_is_named_by_field_and_line(
    tmp_path: Path, old: str, new: str, field: str, reason: str
) -> None:
    path = a_file(tmp_path, (old, new))
    finding = next(found for found in refused(tmp_path) if found.field == field)
    assert reason in finding.reason
    written = path.read_text().splitlines()[finding.line - 1]
    assert new.splitlines()[-1].split("[")[0].split(":")[0].strip() in written
    assert "secret" not in str(AgreementsRefused((finding,)))


def test_two_grants_of_one_fact_in_one_file_are_refused(tmp_path: Path) -> None:
    grant = IN_ORDER[IN_ORDER.index("  - facts") : IN_ORDER.index("limits:")]
    a_file(tmp_path, ("limits:", f"{grant}limits:"))
    assert only(tmp_path).field == "receives.1.facts.0"


def test_a_reminder_asks_for_no_receipt(tmp_path: Path) -> None:
    a_file(tmp_path, ("[release-date-set]", "[notice-overdue]"))
    assert only(tmp_path).field == "receives.0.receipt"


def test_all_reasons_but_one_would_tell_that_one(tmp_path: Path) -> None:
    all_but_victim = "[reference, monitoring, management, risk]"
    a_file(
        tmp_path,
        ("[release-date-set]", "[alert-raised]"),
        ("[reference, custody]", all_but_victim),
        ("same-day", "immediate"),
    )
    assert only(tmp_path).field == "receives.0.classes"


def test_an_alert_told_without_all_its_reasons_may_not_come_late(tmp_path: Path) -> None:
    """Its own urgency would tell the reason, so the grant's stands for it."""
    some = ("[reference, custody]", "[reference, management, risk]")
    a_file(tmp_path, ("[release-date-set]", "[alert-raised]"), some)
    assert only(tmp_path).field == "receives.0.urgency"
    a_file(tmp_path, ("[release-date-set]", "[alert-raised]"), some, ("same-day", "immediate"))
    assert load(tmp_path).receivers


@pytest.mark.parametrize("name", ["registry", "clock", "deploy", "hub"])
def test_no_agency_takes_a_name_of_the_hub(tmp_path: Path, name: str) -> None:
    a_file(tmp_path, slug=name)
    assert only(tmp_path).field == "agency"


def test_a_service_says_nothing_in_its_file(tmp_path: Path) -> None:
    a_file(tmp_path, ("body: housing-authority", "body: hub"), slug="tracking", kind="service")
    assert only(tmp_path).field == "says"


def test_only_a_service_there_is_has_an_inbox_of_its_own(tmp_path: Path) -> None:
    says_nothing = ("says: [tenancy-started, notice-receipted]", "says: []")
    a_file(
        tmp_path,
        says_nothing,
        ("body: housing-authority", "body: hub"),
        slug="elsewhere",
        kind="service",
    )
    assert only(tmp_path).field == "agency"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "not YAML"),
        ("a: &x 1\nb: *x\n", "alias"),
        ("", "dictionary"),
        ("- 1", "dictionary"),
        ("? [a]\n: 1\n", "Extra inputs"),
    ],
)
def test_what_is_not_a_plain_mapping_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "exampleshire-housing.yaml").write_text(text)
    assert any(reason in finding.reason for finding in refused(tmp_path))


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "exampleshire-housing.yaml").write_bytes(b"\xff\xfe\xfd")
    assert only(tmp_path).reason == "not text"


def test_a_directory_without_files_is_refused(tmp_path: Path) -> None:
    assert "no agreement file" in only(tmp_path).reason


@click.command()
@home_option
@files_option("--dir", "directory")
def _shows(home: Path, directory: Path) -> None:
    """Nothing but which files are meant in that home."""
    click.echo(directory)


def test_the_files_are_the_homes_own_where_it_has_some(tmp_path: Path) -> None:
    """Else a hub with people of its own would be held against the files we ship (the demo is)."""
    own, other = tmp_path / "own", tmp_path / "other"
    (own / OF_THE_HOME).mkdir(parents=True)
    other.mkdir()
    asked: dict[tuple[str, ...], Path] = {
        ("--home", str(own)): own / OF_THE_HOME,
        ("--home", str(other)): SHIPPED,
        ("--home", str(own), "--dir", str(other)): other,
    }
    for arguments, meant in asked.items():
        answer = CliRunner().invoke(_shows, arguments)
        assert (answer.exit_code, answer.output.strip()) == (0, str(meant))
