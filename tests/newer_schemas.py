"""The schemas of two builds: in the newer, one field of a fact came with a second version."""

import json
import shutil
from pathlib import Path

import pytest

from schemas.base import Fact
from schemas.materialise import AVRO, derive
from services.agreements import bundle, views
from services.agreements import compile as compiling
from services.runtime import batch, wire
from services.runtime.schema_store import SchemaStore

NEWER = 1000
"""The id of the second version."""


def of_two_builds(folder: Path, fact: type[Fact], field: str) -> tuple[SchemaStore, SchemaStore]:
    """All schemas there are, in the older build without that field of that fact."""
    older, newer = folder / "older", folder / "newer"
    shutil.copytree(AVRO, older)
    first = derive(fact)
    first["fields"] = [item for item in first["fields"] if item["name"] != field]
    (older / fact.kind() / "v1.avsc").write_text(json.dumps(first))
    shutil.copytree(older, newer)
    (newer / fact.kind() / "v2.avsc").write_text(json.dumps(derive(fact)))
    ids = json.loads((newer / "ids.json").read_text()) | {f"{fact.kind()}/v2": NEWER}
    (newer / "ids.json").write_text(json.dumps(ids))
    return SchemaStore(older), SchemaStore(newer)


def build_has(monkeypatch: pytest.MonkeyPatch, store: SchemaStore) -> None:
    """From here on these are the schemas of the build that runs."""
    for module in (wire, batch, views, bundle, compiling):
        monkeypatch.setattr(module, "committed", lambda: store)
    for cut in (views._schema, views._definitions):
        monkeypatch.setattr(views, cut.__name__, getattr(cut, "__wrapped__", cut))
