"""A newer version of a fact is read at once and written from where the log says so."""

from pathlib import Path

import pytest

from schemas.base import Fact
from schemas.log import SchemasAdopted
from schemas.register import CategoryChanged
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.schema_store import SchemaStore, committed
from tests.makers import a_level, admitted, schemas_adopted
from tests.newer_schemas import NEWER, build_has, of_two_builds
from tests.runtime.tally import ONE, SAID, House, tally


@pytest.fixture
def stores(tmp_path: Path) -> tuple[SchemaStore, SchemaStore]:
    return of_two_builds(tmp_path, CategoryChanged, "previous")


@pytest.fixture
def store(stores: tuple[SchemaStore, SchemaStore]) -> SchemaStore:
    return stores[1]


def written_by(house: House) -> list[int]:
    """By which schemas the service said what it said, first to last."""
    return [wire.schema_id_of(record.value or b"") for record in house.topics.read(SAID)]


def level(number: int) -> Fact:
    return admitted(a_level(level=number), ONE)


async def a_house() -> House:
    house = House(tally())
    await house.open()
    return house


def test_up_to_what_is_adopted_the_newest_is_written_and_without_the_first(
    store: SchemaStore,
) -> None:
    first = committed().latest(CategoryChanged).schema_id
    assert store.latest(CategoryChanged).schema_id == NEWER
    assert store.latest(CategoryChanged, NEWER - 1).schema_id == first
    assert store.latest(CategoryChanged, 0).schema_id == first
    assert store.latest(SchemasAdopted, 0).name == "log.schemas-adopted/v1"
    assert store.changes(CategoryChanged, SchemasAdopted) == [0, NEWER]
    assert store.highest == NEWER


async def test_a_newer_version_is_written_only_where_the_log_says_that_it_is_adopted(
    store: SchemaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_has(monkeypatch, store)
    house = await a_house()
    first = store.latest(CategoryChanged, 0).schema_id
    house.put(level(1), level(2), schemas_adopted(NEWER), level(3))
    await house.settle()
    assert written_by(house) == [first, first, NEWER]
    said = [wire.decode(record.value or b"") for record in house.topics.read(SAID)]
    assert [getattr(fact, "previous", None) for fact in said] == [None, None, 2]
    heads = [record.header("ce_dataschema") for record in house.topics.read(SAID)]
    assert heads[-1] == f"urn:mappa-hub:schema:{NEWER}".encode()


async def test_what_a_newer_build_says_before_that_an_older_one_says_to_the_letter(
    stores: tuple[SchemaStore, SchemaStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for build in stores:
        build_has(monkeypatch, build)
        house = await a_house()
        house.put(schemas_adopted(stores[0].highest), level(1), level(2))
        await house.settle()
        said.append([(r.value, r.headers) for r in house.topics.read(SAID)])
    assert said[0] == said[1]
    assert len(said[0]) == 2


async def test_a_build_without_the_schemas_adopted_stops_before_the_first_fact_under_them() -> None:
    house = await a_house()
    house.put(level(1), schemas_adopted(NEWER), level(2))
    with pytest.raises(Stop):
        await house.settle()
    assert house.lane.store.meta.adopted == {}
    assert len(written_by(house)) == 1
