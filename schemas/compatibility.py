"""Whether one version of a fact may follow another, and whether frozen files stayed frozen.

Every version of a kind has to read every other (FULL_TRANSITIVE; the kind itself is the major).
We ask for more than Avro does: replay must give an old fact the meaning it had, so nothing is
taken away and no default changes. What cannot be said this way is a fact of a new name.

    field-without-default   a new field, and the facts before it have no value for it
    field-removed · word-removed · retyped · default-changed
    word-unreadable         a new word, and older readers have no default to fall back on

Source: local choice, see decision 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

Schema = dict[str, Any]


def incompatible(versions: Sequence[Schema]) -> list[str]:
    """What keeps these versions, oldest first, from reading each other: `vA-vB path: code`."""
    found = []
    for (a, older), (b, newer) in combinations(enumerate(versions, start=1), 2):
        names = (_named(older), _named(newer))
        found += [f"v{a}-v{b} {fault}" for fault in _type(older, newer, "", names)]
    return found


def thawed(frozen: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """The names that were frozen and are changed or gone; a new name is no fault."""
    return [name for name, value in frozen.items() if now.get(name) != value]


_Names = tuple[dict[str, Schema], dict[str, Schema]]


def _type(older: Any, newer: Any, path: str, names: _Names) -> Iterator[str]:  # noqa: ANN401
    older, newer = _resolved(older, names[0]), _resolved(newer, names[1])
    if isinstance(older, list) and isinstance(newer, list) and len(older) == len(newer):
        for old, new in zip(older, newer, strict=True):
            yield from _type(old, new, path, names)
    elif not isinstance(older, dict) or not isinstance(newer, dict):
        if older != newer:
            yield f"{path}: retyped"
    elif any(older.get(key) != newer.get(key) for key in ("type", "logicalType")) or (
        _full_name(older) != _full_name(newer)
    ):
        yield f"{path}: retyped"
    elif older["type"] == "record":
        yield from _fields(older, newer, path, names)
    elif older["type"] == "enum":
        yield from _words(older, newer, path)
    elif older["type"] == "array":
        yield from _type(older["items"], newer["items"], path, names)


def _fields(older: Schema, newer: Schema, path: str, names: _Names) -> Iterator[str]:
    before = {field["name"]: field for field in older["fields"]}
    after = {field["name"]: field for field in newer["fields"]}
    for name in sorted(before.keys() - after.keys()):
        yield f"{path}.{name}: field-removed".removeprefix(".")
    for name, field in after.items():
        inner = f"{path}.{name}".removeprefix(".")
        if name not in before:
            if "default" not in field:
                yield f"{inner}: field-without-default"
            continue
        if before[name].get("default", ...) != field.get("default", ...):
            yield f"{inner}: default-changed"
        yield from _type(before[name]["type"], field["type"], inner, names)


def _words(older: Schema, newer: Schema, path: str) -> Iterator[str]:
    before, after = set(older["symbols"]), set(newer["symbols"])
    if before - after:
        yield f"{path}: word-removed"
    if after - before and older.get("default") not in before:
        yield f"{path}: word-unreadable"


def _resolved(schema: Any, names: Mapping[str, Schema]) -> Any:  # noqa: ANN401
    return names.get(schema, schema) if isinstance(schema, str) else schema


def _full_name(schema: Schema) -> str:
    return f"{schema.get('namespace', '')}.{schema.get('name', '')}"


def _named(schema: Any) -> dict[str, Schema]:  # noqa: ANN401
    """The records and enums defined anywhere in a schema, by full name."""
    if isinstance(schema, list):
        return {name: found for item in schema for name, found in _named(item).items()}
    if not isinstance(schema, dict):
        return {}
    found = {_full_name(schema): schema} if "name" in schema and "namespace" in schema else {}
    for inner in (schema.get("items"), *(field["type"] for field in schema.get("fields", ()))):
        found |= _named(inner)
    return found
