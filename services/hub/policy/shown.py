"""Which fields a view shows, how plainly, and of which classes; and what of them a notice carries.

Pure. Fields are named by their path in the fact: `home.council_code`, `reasons[]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schemas.base import FieldClass, Part
from schemas.materialise import UNRECOGNISED, Schema
from services.agreements.views import WORD_CLASSES, Classes

WHOLE = "whole"


class Direction(StrEnum):
    """Which way something goes from one version to the next."""

    WIDENS = "widens"
    NARROWS = "narrows"
    CHANGES = "changes"
    """Neither more nor less can be told of it, only that it is another."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One field that is shown."""

    classes: Classes
    """Its own, those of what it stands in, and those behind its words."""
    how: str
    """`whole`, `month` or `masked`."""
    words: frozenset[str] | None = None
    """Of an enum: those that can be shown."""


def fields_of(schema: Schema) -> dict[str, Shown]:
    """Every field of the fact that the view of that schema shows, by its path."""
    told = next(item["type"] for item in schema["fields"] if item["name"] == "told")
    return dict(_of_record(told, "", frozenset(), {}))


def values_of(told: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """What a notice carries of the fact, by path; of what stands in a list, all of it in order."""
    found: dict[str, list[Any]] = {}
    for path, value in _values(told, ""):
        found.setdefault(path, []).append(value)
    return {path: tuple(values) for path, values in found.items()}


def way(before: Shown | None, after: Shown | None) -> Direction | None:
    """Which way the field goes between two views; None: it is shown alike."""
    if before == after:
        return None
    if before is None or after is None:
        return Direction.WIDENS if before is None else Direction.NARROWS
    if before.how != after.how:
        plainer = {before.how: Direction.NARROWS, after.how: Direction.WIDENS}
        return plainer.get(WHOLE, Direction.CHANGES)
    return among(before.words, after.words)


def among(before: frozenset[Any] | None, after: frozenset[Any] | None) -> Direction | None:
    """Which way a set of what is let through goes; None lets everything through."""
    if before == after:
        return None
    if after is None or (before is not None and before < after):
        return Direction.WIDENS
    if before is None or after < before:
        return Direction.NARROWS
    return Direction.CHANGES


def _of_record(
    record: Schema, at: str, above: Classes, named: dict[str, Schema]
) -> Iterator[tuple[str, Shown]]:
    named[f"{record.get('namespace', '')}.{record['name']}".lstrip(".")] = record
    for item in record["fields"]:
        classes = above | {FieldClass(item["class"])}
        yield from _of_type(item["type"], f"{at}{item['name']}", classes, named)


def _of_type(
    kind: Any,  # noqa: ANN401
    path: str,
    classes: Classes,
    named: dict[str, Schema],
) -> Iterator[tuple[str, Shown]]:
    if isinstance(kind, list):
        yield from _of_type(kind[1], path, classes, named)
    elif isinstance(kind, str) and kind in named:
        yield from _of_type(named[kind], path, classes, named)
    elif isinstance(kind, str):
        yield path, Shown(classes, WHOLE)
    elif kind["type"] == "array":
        yield from _of_type(kind["items"], f"{path}[]", classes, named)
    elif kind["type"] == "record":
        yield from _of_record(kind, f"{path}.", classes, named)
    elif kind["type"] == "enum":
        yield path, _words(kind, classes, named)
    else:
        yield path, Shown(classes, kind.get("shown", WHOLE))


def _words(enum: Schema, classes: Classes, named: dict[str, Schema]) -> Shown:
    name = f"{enum.get('namespace', '')}.{enum['name']}".lstrip(".")
    named[name] = enum
    needed = WORD_CLASSES.get(name, {})
    words = frozenset(enum["symbols"]) - {UNRECOGNISED}
    behind = frozenset[FieldClass]().union(*(needed[word] for word in words if word in needed))
    return Shown(classes | behind, WHOLE, words)


def _values(value: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _values(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _values(part, f"{path}[]")
    elif isinstance(value, Part):
        yield from _values(value.__dict__, path)
    else:
        yield path, value
