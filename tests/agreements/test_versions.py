"""Agreements by version: what was adopted is what is read, or nothing is."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.agreements.compile import load
from services.agreements.faults import AgreementsRefused
from services.agreements.versions import LATEST, Versions
from services.agreements.whom import Known
from services.runtime.faults import Stop
from tests.agreements.makers import a_file


def applied(folder: Path, *changes: tuple[str, str]) -> str:
    """These agreements are kept as `hub agreements apply` keeps them; their version."""
    draft = folder / "draft"
    draft.mkdir(exist_ok=True)
    a_file(draft, *changes)
    version = load(draft).version
    (folder / version).mkdir(exist_ok=True)
    a_file(folder / version, *changes)
    (folder / LATEST).write_text(f"{version}\n")
    return version


OTHER = ("inbox_kept_days: 30", "inbox_kept_days: 31")


def test_a_version_is_read_by_its_fingerprint(tmp_path: Path) -> None:
    version = applied(tmp_path)
    assert Versions(tmp_path).get(version).version == version


def test_several_versions_are_kept_beside_each_other(tmp_path: Path) -> None:
    one, other = applied(tmp_path), applied(tmp_path, OTHER)
    assert one != other
    versions = Versions(tmp_path)
    assert [versions.get(version).version for version in (one, other)] == [one, other]
    assert versions.latest().version == other


def test_a_version_is_compiled_once(tmp_path: Path) -> None:
    version = applied(tmp_path)
    versions = Versions(tmp_path)
    first = versions.get(version)
    for path in (tmp_path / version).iterdir():
        path.unlink()
    assert versions.get(version) is first


def test_what_was_never_applied_here_stops_the_worker(tmp_path: Path) -> None:
    applied(tmp_path)
    with pytest.raises(Stop, match="run: hub agreements apply"):
        Versions(tmp_path).get("0" * 32)


def test_without_anything_applied_there_is_no_latest(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="hub agreements apply"):
        Versions(tmp_path).latest()


def test_agreements_changed_after_they_were_adopted_are_refused_every_time(tmp_path: Path) -> None:
    version = applied(tmp_path)
    a_file(tmp_path / version, OTHER)
    versions = Versions(tmp_path)
    for _ in range(2):
        with pytest.raises(Stop, match="changed after they were adopted"):
            versions.get(version)


def test_a_comment_changes_no_version(tmp_path: Path) -> None:
    version = applied(tmp_path)
    (path,) = (tmp_path / version).iterdir()
    path.write_text("# another comment\n" + path.read_text())
    assert Versions(tmp_path).get(version).version == version


def test_a_version_that_does_not_compile_stops_the_worker(tmp_path: Path) -> None:
    version = applied(tmp_path)
    (path,) = (tmp_path / version).iterdir()
    path.write_text("")
    with pytest.raises(AgreementsRefused):
        Versions(tmp_path).get(version)


TERMS = (
    "competent_authority",
    "sharing_agreement",
    "dpia",
    "data_protection",
    "why",
    "source",
    "owner",
    "kept_days",
    "onward",
    "review_by",
)
ADOPTED_THEN = "95228806ca483995fc46a4797cfde948"
"""The fingerprint a build before these terms gave to the file below."""


def signed_earlier(folder: Path, *changes: tuple[str, str]) -> Path:
    """A version adopted before grants carried their terms, kept as it was."""
    (folder / ADOPTED_THEN).mkdir(exist_ok=True)
    path = a_file(folder / ADOPTED_THEN, ("on_case: true", "on_case: true\n    levels: [2]"))
    lines = path.read_text().splitlines(keepends=True)
    text = "".join(one for one in lines if not one.strip().startswith(TERMS))
    for old, new in changes:
        text = text.replace(old, new)
    path.write_text(text)
    return path


def test_a_version_adopted_in_an_earlier_form_is_still_read_and_means_what_it_meant(
    tmp_path: Path,
) -> None:
    signed_earlier(tmp_path)
    found = Versions(tmp_path).get(ADOPTED_THEN)
    assert found.version == ADOPTED_THEN
    (grant,) = found.agencies["exampleshire-housing"].grants.values()
    child = Known(category=4, level=2, born_on=date(2015, 1, 31))
    assert grant.whom.passes(child, datetime(2026, 11, 26, tzinfo=UTC))
    assert not grant.whom.passes(Known(level=1), datetime(2026, 11, 26, tzinfo=UTC))


def test_what_was_changed_since_is_refused_in_an_earlier_form_too(tmp_path: Path) -> None:
    signed_earlier(tmp_path, ("levels: [2]", "levels: [1, 2]"))
    with pytest.raises(AgreementsRefused):
        Versions(tmp_path).get(ADOPTED_THEN)


def test_nobody_signs_in_an_earlier_form_any_more(tmp_path: Path) -> None:
    with pytest.raises(AgreementsRefused, match="Field required"):
        load(signed_earlier(tmp_path).parent)


def test_versions_given_need_no_folder(tmp_path: Path) -> None:
    a_file(tmp_path)
    one = load(tmp_path)
    assert Versions(Path("nowhere"), {one.version: one}).get(one.version) is one
