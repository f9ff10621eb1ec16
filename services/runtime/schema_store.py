"""Avro schemas by id: the committed ones of all facts, and the views registered beside them.

Not a registry in any sense: nothing is fetched, and a service starts from the files it came with.
Views get their ids where agreements are compiled, from `VIEW_IDS` on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator

from schemas.base import Fact
from schemas.catalogue import BY_KIND
from schemas.materialise import AVRO, read_ids, versions
from services.runtime.avro import Codec, Schema, codec
from services.runtime.faults import Stop, Unreadable

VIEW_IDS = range(2**30, 2**31)
"""The ids of views; those of facts are below."""
NEWEST = VIEW_IDS.start - 1
"""Adopted by whoever may write by every schema there is."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """One schema, with all that is needed to write and read by it."""

    schema_id: int
    name: str
    """`<kind>/vN` of a fact; the record's own name of a view."""
    schema: Schema
    codec: Codec
    frame: bytes
    """What stands in front of each record: a zero, and the id in four bytes."""
    kind: str = ""
    """The kind of fact; empty for a view."""
    validator: SchemaValidator | Any = None
    """Makes the fact of what was read; None for a view."""


class SchemaStore:
    """Schemas by id. Facts are there from the start; views are registered."""

    def __init__(self, folder: Path = AVRO) -> None:
        self._by_id: dict[int, Stored] = {}
        self._versions: dict[type[Fact], list[Stored]] = defaultdict(list)
        self._latest: dict[tuple[type[Fact], int], Stored] = {}
        for stored in _of_facts(folder):
            self._by_id[stored.schema_id] = stored
            self._versions[BY_KIND[stored.kind].fact].append(stored)

    def register(self, schema_id: int, schema: Schema) -> None:
        """Make a view known; saying the same again changes nothing.

        Raises:
            Stop: the id is not a view's, or means another schema already.
        """
        known = self._by_id.get(schema_id)
        if schema_id not in VIEW_IDS or (known is not None and known.schema != schema):
            raise Stop("a view's id is a fact's, or stands for another view")
        if known is None:
            self._by_id[schema_id] = Stored(
                schema_id, str(schema["name"]), schema, codec(schema), frame(schema_id)
            )

    def get(self, schema_id: int) -> Stored:
        """The schema of that id.

        Raises:
            Unreadable: there is none.
        """
        stored = self._by_id.get(schema_id)
        if stored is None:
            raise Unreadable("unknown-schema")
        return stored

    def latest(self, fact: type[Fact], adopted: int = NEWEST) -> Stored:
        """The schema by which that fact is written where ids up to `adopted` are in use.

        The first version always is: every build reads it (decision 10).
        """
        known = self._latest.get((fact, adopted))
        if known is None:
            first, *later = self._versions[fact]
            in_use = (one for one in later if one.schema_id <= adopted)
            known = max(in_use, key=lambda one: one.schema_id, default=first)
            self._latest[fact, adopted] = known
        return known

    def changes(self, *facts: type[Fact]) -> list[int]:
        """The ids with whose adoption those facts are written otherwise than before, and 0."""
        return sorted({0, *(one.schema_id for fact in facts for one in self._versions[fact][1:])})

    @property
    def highest(self) -> int:
        """The highest id of a fact's schema there is."""
        return max(number for number in self._by_id if number <= NEWEST)

    def __iter__(self) -> Iterator[Stored]:
        return iter(self._by_id.values())


@cache
def _of_facts(folder: Path) -> tuple[Stored, ...]:
    """What the files there say; they are as they came with the build, so they are read once."""
    ids, found = read_ids(folder), list[Stored]()
    for kind, schemas in versions(folder).items():
        validator = TypeAdapter(BY_KIND[kind].fact).validator
        for n, schema in enumerate(schemas, start=1):
            number, way = ids[f"{kind}/v{n}"], codec(schema, uuids=False)
            found.append(
                Stored(number, f"{kind}/v{n}", schema, way, frame(number), kind, validator)
            )
    return tuple(found)


def frame(schema_id: int) -> bytes:
    """Confluent framing: magic 0 and the id, most significant byte first."""
    return b"\0" + schema_id.to_bytes(4)


@cache
def committed() -> SchemaStore:
    """The schemas of all facts, read once. For views make your own store: this one is shared."""
    return SchemaStore()
