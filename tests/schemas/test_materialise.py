from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from schemas.base import Fact, FieldClass, Instant, LogFact, Part, has
from schemas.catalogue import ENTRIES
from schemas.materialise import (
    AVRO,
    UNRECOGNISED,
    NotAllowed,
    derive,
    due,
    main,
    number,
    read_ids,
    symbol,
    versions,
)

FACTS = [entry.fact for entry in ENTRIES]


class Shade(StrEnum):
    """How dark."""

    OFF_WHITE = "off-white"
    BLACK = "black"


class Spot(Part):
    """A spot."""

    shade: Annotated[Shade, has(FieldClass.RISK, "How dark.")] = Shade.BLACK


class Painted(LogFact):
    """Something was painted.

    This is not for readers of the schema.
    """

    blob: Annotated[bytes, has(FieldClass.RISK, "Some bytes.")]
    ratio: Annotated[float, has(FieldClass.RISK, "Between nothing and one.", ge=0, le=1)]
    on: Annotated[date, has(FieldClass.RISK, "The day.")]
    spots: Annotated[tuple[Spot, ...], has(FieldClass.RISK, "The spots.")] = ()
    biggest: Annotated[Spot | None, has(FieldClass.RISK, "The biggest.")] = None


def fields_of(fact: type[Fact]) -> dict[str, Any]:
    return {field["name"]: field for field in derive(fact)["fields"]}


def a_fact_with(annotation: Any, default: Any = ...) -> type[Fact]:
    info: Any = has(FieldClass.RISK, "A field.")
    body = {
        "__annotations__": {"value": Annotated[annotation, info]},
        "__doc__": "A fact.",
        "__module__": __name__,
    }
    if default is not ...:
        body["value"] = default
    return type("Odd", (LogFact,), body)


def test_the_committed_files_say_what_the_models_say() -> None:
    assert due(FACTS, versions(AVRO)) == {}


def test_a_record_carries_its_first_sentence_and_each_field_its_class() -> None:
    schema = derive(Painted)
    assert schema["doc"] == "Something was painted."
    assert {field["class"] for field in schema["fields"]} <= set(FieldClass)
    assert fields_of(Painted)["blob"] == {
        "name": "blob",
        "type": "bytes",
        "doc": "Some bytes.",
        "class": "risk",
    }


def test_times_days_and_identifiers_are_logical_types() -> None:
    fields = fields_of(Painted)
    assert fields["occurred_at"]["type"] == {"type": "long", "logicalType": "timestamp-micros"}
    assert fields["on"]["type"] == {"type": "int", "logicalType": "date"}
    assert fields["event_id"]["type"] == {"type": "string", "logicalType": "uuid"}


def test_what_may_be_absent_is_absent_by_default() -> None:
    field = fields_of(Painted)["biggest"]
    assert field["default"] is None
    assert field["type"][0] == "null"


def test_a_part_is_defined_once_and_named_after_that() -> None:
    fields = fields_of(Painted)
    assert fields["spots"]["type"]["items"]["name"] == "Spot"
    assert fields["biggest"]["type"] == ["null", "hub.test_materialise.Spot"]


def test_an_enum_has_a_symbol_for_words_younger_than_its_schema() -> None:
    [shade] = fields_of(Painted)["spots"]["type"]["items"]["fields"]
    assert shade["type"]["symbols"] == ["off_white", "black", UNRECOGNISED]
    assert shade["type"]["default"] == UNRECOGNISED
    assert shade["default"] == "black"


def test_a_word_is_found_again_from_its_symbol() -> None:
    for entry in ENTRIES:
        for info in entry.fact.model_fields.values():
            if isinstance(info.annotation, type) and issubclass(info.annotation, StrEnum):
                for word in info.annotation:
                    assert symbol(word).replace("_", "-") == word


@pytest.mark.parametrize("word", ["Upper", "under_score", "1st", "", "a--b", UNRECOGNISED])
def test_a_word_that_could_not_be_found_again_is_refused(word: str) -> None:
    with pytest.raises(NotAllowed):
        symbol(word)


@pytest.mark.parametrize(
    "annotation",
    [
        datetime,
        Decimal,
        dict[str, str],
        list[str],
        tuple[str, str],
        set[str],
        int | str,
        int | str | None,
        Any,
        object,
    ],
)
def test_a_type_outside_the_short_list_is_refused(annotation: Any) -> None:
    with pytest.raises(NotAllowed, match=r"Odd\.value"):
        derive(a_fact_with(annotation))


def test_what_may_be_absent_but_is_not_by_default_is_refused() -> None:
    with pytest.raises(NotAllowed, match="absent by default"):
        derive(a_fact_with(int | None, default=3))


def test_a_default_that_avro_cannot_say_is_refused() -> None:
    day = date(2026, 1, 1)
    with pytest.raises(NotAllowed, match="cannot say"):
        derive(a_fact_with(date, default=day))


def test_a_field_without_a_class_is_refused() -> None:
    class Bare(LogFact):
        """A fact."""

        value: Annotated[int, Field(description="A number.")]

    with pytest.raises(NotAllowed, match=r"Bare\.value: no class"):
        derive(Bare)


def test_a_field_without_a_sentence_is_refused() -> None:
    class Mute(LogFact):
        """A fact."""

        value: Annotated[int, Field(json_schema_extra={"class": "risk"})]

    with pytest.raises(NotAllowed, match=r"Mute\.value"):
        derive(Mute)


def test_a_fact_without_a_sentence_is_refused() -> None:
    class Nameless(LogFact):
        when: Annotated[Instant, has(FieldClass.RISK, "When.")]

    with pytest.raises(NotAllowed, match="Nameless"):
        derive(Nameless)


def test_a_changed_model_is_due_as_the_next_version() -> None:
    before = derive(Painted)
    before["fields"] = before["fields"][:-1]
    assert list(due([Painted], {Painted.kind(): [before]})) == [f"{Painted.kind()}/v2"]


def test_another_wording_of_a_sentence_is_not_a_new_version() -> None:
    before = derive(Painted)
    before["doc"] = "Said otherwise."
    before["fields"][0]["doc"] = "Said otherwise."
    assert due([Painted], {Painted.kind(): [before]}) == {}


def test_a_field_of_another_class_is_a_new_version() -> None:
    before = derive(Painted)
    before["fields"][0]["class"] = "victim"
    assert list(due([Painted], {Painted.kind(): [before]})) == [f"{Painted.kind()}/v2"]


def test_an_id_is_given_once_and_never_again() -> None:
    ids = number(["a.b/v1", "a.c/v1"], {"a.a/v1": 7, "a.c/v1": 2})
    assert ids == {"a.a/v1": 7, "a.c/v1": 2, "a.b/v1": 8}


def test_materialising_anew_gives_the_committed_names_and_then_nothing_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], tmp_path) == 1
    assert list(tmp_path.iterdir()) == []
    assert main([], tmp_path) == 0
    assert read_ids(tmp_path).keys() == {f"{fact.kind()}/v1" for fact in FACTS}
    capsys.readouterr()
    assert main(["--check"], tmp_path) == 0
    assert capsys.readouterr().err == ""


def test_a_version_that_could_not_read_the_last_one_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 0
    path = tmp_path / "log.tick" / "v1.avsc"
    path.write_text(path.read_text().replace('"now"', '"then"'))
    assert main([], tmp_path) == 1
    assert [file.name for file in path.parent.iterdir()] == ["v1.avsc"]
    assert "then: field-removed" in capsys.readouterr().err
