"""What lets somebody say, know or decide more is found; what narrows is not."""

from pathlib import Path

import pytest

from services.agreements.compile import Agreements, load
from services.agreements.widening import governs, widened
from tests.agreements.makers import a_file, committed

KEY = "A" * 42 + "E"
OTHER_KEY = "B" * 42 + "E"
ONE = f"""\
actors:
  - actor: a-000000000001
    roles: [contact, on-call]
    key: {KEY}
    until: 2027-03-31
"""
LAST = "  bytes_per_second: 1048576\n"


def of(folder: Path, *changes: tuple[str, str]) -> Agreements:
    folder.mkdir(exist_ok=True)
    a_file(folder, *changes)
    return load(folder)


MORE = [
    ("says: [tenancy-started,", "says: [tenancy-started, tenancy-ended,"),
    ("facts: [release-date-set]", "facts: [release-date-set, released]"),
    ("classes: [reference, custody]", "classes: [reference, custody, location]"),
    ("expires: 2027-03-31", "expires: 2027-04-01"),
    ("purposes: [s325(2)(a)]", "purposes: [s325(2)(a), s325(2)(b)]"),
    ("basis: cja-2003-s325(4)", "basis: oma-2007-s14"),
    ("role: controller", "role: processor"),
    ("contacts:", "identifiers: [pnc]\ncontacts:"),
    (LAST, LAST + ONE),
]
NO_MORE = [
    ("name: Exampleshire", "name: New Exampleshire"),
    ("says: [tenancy-started, notice-receipted]", "says: [tenancy-started]"),
    ("classes: [reference, custody]", "classes: [custody]"),
    ("facts: [release-date-set]", "facts: []"),
    ("expires: 2027-03-31", "expires: 2027-03-30"),
    ("on_case: true", "on_case: true\n    areas: [E06000015]"),
    ("on_case: true", "on_case: true\n    levels: [2, 3]"),
    ("urgency: same-day", "urgency: routine"),
    ("reviewed: 2026-11-02", "reviewed: 2026-11-03"),
    ("inbox_kept_days: 30", "inbox_kept_days: 20"),
]


@pytest.mark.parametrize("change", MORE)
def test_more_is_found(tmp_path: Path, change: tuple[str, str]) -> None:
    before, after = of(tmp_path / "a"), of(tmp_path / "b", change)
    assert len(widened(before, after)) == 1
    assert before.version != after.version


@pytest.mark.parametrize("change", NO_MORE)
def test_less_is_not(tmp_path: Path, change: tuple[str, str]) -> None:
    assert widened(of(tmp_path / "a"), of(tmp_path / "b", change)) == []


@pytest.mark.parametrize("filters", ["areas: [E06000015]", "levels: [2]", "own_only: true"])
def test_a_filter_taken_away_is_more(tmp_path: Path, filters: str) -> None:
    fact = ("facts: [release-date-set]", "facts: [agency-joined-case]")
    classes = ("classes: [reference, custody]", "classes: [reference, management]")
    with_it = ("on_case: true", f"on_case: true\n    {filters}")
    before = of(tmp_path / "a", fact, classes, with_it)
    assert len(widened(before, of(tmp_path / "b", fact, classes))) == 1


@pytest.mark.parametrize(
    ("change", "more"),
    [
        (("roles: [contact, on-call]", "roles: [contact]"), 0),
        (("roles: [contact, on-call]", "roles: [contact, on-call, lead-officer]"), 1),
        ((KEY, OTHER_KEY), 1),
        (("until: 2027-03-31", "until: 2027-04-01"), 1),
        (("until: 2027-03-31", "until: 2026-12-31"), 0),
        ((ONE, ""), 0),
    ],
)
def test_who_may_do_more_is_found(tmp_path: Path, change: tuple[str, str], more: int) -> None:
    enrolled = (LAST, LAST + ONE)
    before, after = of(tmp_path / "a", enrolled), of(tmp_path / "b", enrolled, change)
    assert len(widened(before, after)) == more


def test_a_new_agency_is_more_and_one_less_is_less(tmp_path: Path) -> None:
    before = of(tmp_path / "a")
    (tmp_path / "b").mkdir()
    a_file(tmp_path / "b", slug="another-housing")
    after = of(tmp_path / "b")
    assert widened(before, after) == ["another-housing: has an agreement"]
    assert widened(after, before) == []


def test_the_committed_files_enrol_nobody_and_keep_their_fingerprint() -> None:
    assert not governs(committed())
    assert not any(one.agreement.actors for one in committed().agencies.values())


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ((KEY, "short"), "actors.0.key"),
        (("a-000000000001", "jane.doe"), "actors.0.actor"),
        ((f"    key: {KEY}\n", ""), "actors.0"),
        ((f"key: {KEY}", f"key: {KEY}\n    subject: abc"), "actors.0"),
        ((f"key: {KEY}", "subject: abc"), "actors.0.subject"),
        ((f"key: {KEY}", "subject: j@example.invalid"), "actors.0.subject"),
        (("[contact, on-call]", "[contact, contact]"), "actors.0.roles"),
        (("[contact, on-call]", "[chief]"), "actors.0.roles.0"),
        ((ONE, ONE + ONE.removeprefix("actors:\n")), "actors.1.actor"),
    ],
)
def test_what_is_no_enrolment_is_refused(
    tmp_path: Path, change: tuple[str, str], wrong: str
) -> None:
    with pytest.raises(Exception, match=rf": {wrong}: ") as refused:
        of(tmp_path / "a", (LAST, LAST + ONE), change)
    assert "jane" not in str(refused.value)


def test_nobody_is_enrolled_in_two_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    a_file(tmp_path / "a", (LAST, LAST + ONE), slug="another-housing")
    with pytest.raises(Exception, match="is in another file"):
        of(tmp_path / "a", (LAST, LAST + ONE))
