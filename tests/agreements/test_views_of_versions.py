"""A view shows a newer version's field from where the log says that version is in use."""

from pathlib import Path
from typing import Any

import pytest

from schemas.register import CategoryChanged
from schemas.risk import RoshAssessed
from services.agreements.bundle import topics
from services.agreements.compile import Agency, Agreements, load
from services.agreements.epochs import Epoch
from tests.in_memory import NAMES
from tests.newer_schemas import NEWER, build_has, of_two_builds

FILES = Path(__file__).parents[2] / "deploy" / "agreements"
KIND = CategoryChanged.kind()


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Agreements, Agreements]:
    """The agreements of this repository as an older and a newer build compile them."""
    compiled = []
    for store in of_two_builds(tmp_path, CategoryChanged, "previous"):
        build_has(monkeypatch, store)
        compiled.append(load(FILES))
    return compiled[0], compiled[1]


def test_until_it_is_adopted_both_builds_show_the_same_view(
    builds: tuple[Agreements, Agreements],
) -> None:
    older, newer = (build.agencies["prison"].grants[KIND] for build in builds)
    assert builds[0].version == builds[1].version
    for adopted in (0, NEWER - 1):
        before, after = older.view_at(adopted), newer.view_at(adopted)
        assert before == after
        assert after is not None
        assert "previous" not in after.fields
    adopted_view = newer.view_at(NEWER)
    assert adopted_view is not None
    assert "previous" in adopted_view.fields


def test_an_agency_has_the_views_to_come_before_anything_is_written_by_them(
    builds: tuple[Agreements, Agreements],
) -> None:
    older, newer = builds
    to_come = newer.agencies["prison"].grants[KIND].view
    assert to_come.schema_id in newer.view_schemas
    assert older.view_schemas.items() <= newer.view_schemas.items()


def test_an_agency_says_nothing_by_a_schema_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, newer = of_two_builds(tmp_path, RoshAssessed, "tool")
    build_has(monkeypatch, newer)
    probation = load(FILES).agencies["probation"]
    first = newer.latest(RoshAssessed, 0).schema_id
    assert said_by(probation, NEWER - 1) == first
    assert said_by(probation, NEWER) == NEWER


def said_by(agency: Agency, adopted: int) -> int:
    """By which schema that agency is told to say assessments."""
    says: Any = topics(agency, NAMES, adopted, Epoch())["says"]
    schema_id: int = says[RoshAssessed.kind()]["schema_id"]
    return schema_id
