"""What every committed schema has to say, beyond being Avro.

    unclassified    a field without a class of `FieldClass`
    undocumented    a record, field or enum without a sentence
    no-fallback     an enum without `unrecognised` as its last symbol and default
    foreign-type    a type or logical type outside the short list; so no decimals, maps or fixed
    wide-choice     a choice of more than nothing and one type, or whose default is not nothing

Agreements grant field classes: a field without one would be granted to nobody or to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.base import FieldClass
from schemas.materialise import UNRECOGNISED

Schema = dict[str, Any]

FACT_IDS = range(1, 2**30)
"""The ids of facts; those of views are above."""
_CLASSES = frozenset(FieldClass)
_PLAIN = frozenset({"string", "long", "double", "boolean", "bytes"})
_LOGICAL = frozenset(
    {("long", "timestamp-micros"), ("int", "date"), ("string", "uuid")},
)


def wanting(schema: Schema) -> list[str]:
    """What the schema fails to say: `path: code`."""
    return list(_type(schema, str(schema.get("name", ""))))


def misnumbered(
    ids: Mapping[str, int], kinds: Mapping[str, int], known: Sequence[str]
) -> list[str]:
    """Names without an id or file, ids given twice or out of range, kinds nobody can read.

    `kinds` counts the committed versions of each kind; `known` are the kinds of the catalogue.
    """
    files = {f"{kind}/v{n}" for kind, count in kinds.items() for n in range(1, count + 1)}
    found = [f"{name}: no-id" for name in sorted(files - ids.keys())]
    found += [f"{name}: no-file" for name in sorted(ids.keys() - files)]
    found += [f"{name}: id-out-of-range" for name, n in ids.items() if n not in FACT_IDS]
    if len(set(ids.values())) != len(ids):
        found.append("ids.json: id-given-twice")
    found += [f"{kind}: not-in-catalogue" for kind in sorted(kinds.keys() - set(known))]
    found += [f"{kind}: not-materialised" for kind in sorted(set(known) - kinds.keys())]
    return found


def _type(schema: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    if isinstance(schema, list):
        if len(schema) != 2 or schema[0] != "null":
            yield f"{path}: wide-choice"
        for branch in schema:
            if branch != "null":
                yield from _type(branch, path)
    elif isinstance(schema, str):
        if schema not in _PLAIN and "." not in schema:
            yield f"{path}: foreign-type"
    elif schema.get("type") == "record":
        yield from _sentence(schema, path)
        for field in schema["fields"]:
            yield from _field(field, f"{path}.{field['name']}")
    elif schema.get("type") == "enum":
        yield from _sentence(schema, path)
        if schema.get("default") != UNRECOGNISED or schema["symbols"][-1] != UNRECOGNISED:
            yield f"{path}: no-fallback"
    elif schema.get("type") == "array":
        yield from _type(schema["items"], path)
    elif (schema.get("type"), schema.get("logicalType")) not in _LOGICAL:
        yield f"{path}: foreign-type"


def _field(field: Schema, path: str) -> Iterator[str]:
    yield from _sentence(field, path)
    if field.get("class") not in _CLASSES:
        yield f"{path}: unclassified"
    if isinstance(field["type"], list) and field.get("default", ...) is not None:
        yield f"{path}: wide-choice"
    yield from _type(field["type"], path)


def _sentence(schema: Schema, path: str) -> Iterator[str]:
    if not str(schema.get("doc", "")).strip():
        yield f"{path}: undocumented"
