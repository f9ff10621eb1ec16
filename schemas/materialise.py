"""The Avro of every fact, derived from its model and kept frozen under `schemas/avro/`.

    python -m schemas.materialise            write what is new
    python -m schemas.materialise --check    fail if the files do not say what the models say

A file that exists is never written again: a changed model gives the next version. Whether that
version may follow the ones before it is asked in `schemas.compatibility`; what every file has to
say, in `schemas.lints`. An enum has one more symbol than the model has words, `unrecognised`, its
Avro default: a reader older than a word reads that instead of failing, and nobody may say it.

Source: local choice, see decision 1.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, NewType, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from schemas.base import Fact, Part
from schemas.catalogue import ENTRIES
from schemas.compatibility import incompatible

AVRO = Path(__file__).with_name("avro")
"""Where the frozen files are."""
UNRECOGNISED = "unrecognised"
"""What a reader sees in place of a word younger than its schema."""

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Any] = {
    str: "string",
    int: "long",
    float: "double",
    bool: "boolean",
    bytes: "bytes",
    AwareDatetime: {"type": "long", "logicalType": "timestamp-micros"},
    date: {"type": "int", "logicalType": "date"},
    UUID: {"type": "string", "logicalType": "uuid"},
}
_WORD = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class NotAllowed(TypeError):
    """A model says something that cannot go on the wire."""


def derive(fact: type[Fact]) -> Schema:
    """The Avro schema of a fact.

    Raises:
        NotAllowed: a type outside the short list, or a field without class or sentence.
    """
    return _record(fact, set())


def symbol(word: str) -> str:
    """A kebab-case word as an Avro name; `word.replace("_", "-")` leads back."""
    if not _WORD.fullmatch(word) or word == UNRECOGNISED:
        raise NotAllowed("an enum's words are kebab-case, start with a letter, and are its own")
    return word.replace("-", "_")


def meaning(schema: object) -> object:
    """The schema without its sentences: what has to change for a new version to be due."""
    if isinstance(schema, dict):
        return {key: meaning(value) for key, value in schema.items() if key != "doc"}
    if isinstance(schema, list):
        return [meaning(item) for item in schema]
    return schema


def versions(folder: Path) -> dict[str, list[Schema]]:
    """The committed schemas by kind, oldest version first."""
    found: dict[str, list[Schema]] = {}
    for kind in sorted(path for path in folder.glob("*") if path.is_dir()):
        count = len(list(kind.glob("v*.avsc")))
        found[kind.name] = [_read(kind / f"v{n}.avsc") for n in range(1, count + 1)]
    return found


def due(models: Sequence[type[Fact]], committed: Mapping[str, list[Schema]]) -> dict[str, Schema]:
    """The files that are missing, by name (`<kind>/vN`)."""
    missing = {}
    for model in models:
        schema, before = derive(model), committed.get(model.kind(), [])
        if not before or meaning(before[-1]) != meaning(schema):
            missing[f"{model.kind()}/v{len(before) + 1}"] = schema
    return missing


def read_ids(folder: Path) -> dict[str, int]:
    """The id of each committed schema, by name."""
    path = folder / "ids.json"
    ids: dict[str, int] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return ids


def number(names: Sequence[str], ids: Mapping[str, int]) -> dict[str, int]:
    """`ids`, with the next free id for each name that has none; an id is never given twice."""
    numbered = dict(ids)
    for name in names:
        numbered.setdefault(name, max(numbered.values(), default=0) + 1)
    return numbered


def main(arguments: Sequence[str], folder: Path = AVRO) -> int:
    """Write what is new; 1 if it may not follow what there is, or with `--check` if any is due."""
    committed = versions(folder)
    missing = due([entry.fact for entry in ENTRIES], committed)
    refused = []
    for name, schema in missing.items():
        sys.stderr.write(f"{name}: the model says something no committed file says\n")
        refused += incompatible([*committed.get(name.split("/")[0], ()), schema])
    for reason in refused:
        sys.stderr.write(f"{reason}: say it as a fact of a new name\n")
    if refused or "--check" in arguments:
        return 1 if missing else 0
    for name, schema in missing.items():
        path = folder / f"{name}.avsc"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(schema), "utf-8")
    (folder / "ids.json").write_text(_text(number(list(missing), read_ids(folder))), "utf-8")
    return 0


def _record(model: type[Part], named: set[str]) -> Schema:
    name, space = model.__name__, _namespace(model)
    named.add(f"{space}.{name}")
    if not model.__doc__:
        raise NotAllowed(f"{model.__name__}: no sentence")
    return {
        "type": "record",
        "name": name,
        "namespace": space,
        "doc": _first_line(model),
        "fields": [
            _field(f"{model.__name__}.{field}", field, info, named)
            for field, info in model.model_fields.items()
        ],
    }


def _field(path: str, name: str, info: FieldInfo, named: set[str]) -> Schema:
    extra = info.json_schema_extra
    if not isinstance(extra, dict) or "class" not in extra or not info.description:
        raise NotAllowed(f"{path}: no class or no sentence")
    field = {
        "name": name,
        "type": _type(path, info.annotation, named),
        "doc": info.description,
        "class": extra["class"],
    }
    if info.default is not PydanticUndefined:
        field["default"] = _default(path, info.default, field["type"])
    return field


def _type(path: str, annotation: Any, named: set[str]) -> Any:  # noqa: ANN401
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, NewType):
        return _type(path, annotation.__supertype__, named)
    if origin is Annotated:
        return _type(path, arguments[0], named)
    if origin in (Union, UnionType) and len(arguments) == 2 and arguments[1] is NoneType:
        return ["null", _type(path, arguments[0], named)]
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": _type(path, arguments[0], named)}
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum | Part):
        full = f"{_namespace(annotation)}.{annotation.__name__}"
        if full in named:
            return full
        return (
            _enum(annotation, named)
            if issubclass(annotation, StrEnum)
            else _record(annotation, named)
        )
    raise NotAllowed(f"{path}: of a type that does not go on the wire")


def _enum(enum: type[StrEnum], named: set[str]) -> Schema:
    space = _namespace(enum)
    named.add(f"{space}.{enum.__name__}")
    return {
        "type": "enum",
        "name": enum.__name__,
        "namespace": space,
        "doc": _first_line(enum),
        "symbols": [*(symbol(word.value) for word in enum), UNRECOGNISED],
        "default": UNRECOGNISED,
    }


def _default(path: str, default: object, avro: object) -> object:
    if isinstance(avro, list) and default is not None:
        raise NotAllowed(f"{path}: what may be absent is absent by default")
    if isinstance(default, StrEnum):
        return symbol(default.value)
    if default == ():
        return []
    if default is None or isinstance(default, str | int | float):
        return default
    raise NotAllowed(f"{path}: a default that Avro cannot say")


def _namespace(model: type) -> str:
    return f"hub.{model.__module__.rsplit('.', 1)[-1]}"


def _first_line(model: type) -> str:
    return (model.__doc__ or "").strip().split("\n", 1)[0]


def _read(path: Path) -> Schema:
    schema: Schema = json.loads(path.read_text("utf-8"))
    return schema


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
