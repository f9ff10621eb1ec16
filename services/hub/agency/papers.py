"""What an agency's developer is given beside the credentials: description, schemas, samples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from services.agreements import asyncapi, bundle, samples
from services.agreements.compile import Agency
from services.hub.broker.private import private_directory, write_private
from services.runtime.names import Names

SAMPLES = "samples"
README = """\
What the hub and {name} say to each other.

asyncapi.json   channels, operations, messages: AsyncAPI 3.0
schemas/        the Avro schema of each, by the id that stands before a record
samples/says/   an example of each fact it may say: a line for `agency_client.py say`
samples/told/   an example of each notice it may get: as JSON, and byte for byte (.avro)

Everybody in the samples is invented. Each speaks of a reference the hub gives nobody: said as it
is, it comes back with `unknown-reference` (or, of a device, waits 72 hours and is forgotten). In
what you really say, leave person_ref out, or put the reference of a notice of yours there.
"""


def papers(agency: Agency, names: Names, adopted: int) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file. No secret is among them."""
    yield "README.txt", README.format(name=agency.name).encode()
    yield "asyncapi.json", _json(asyncapi.document(agency, names, adopted))
    for schema_id, schema in bundle.schemas(agency, adopted).items():
        yield f"schemas/{schema_id}.avsc", _json(schema)
    for name, content in samples.files(agency):
        yield f"{SAMPLES}/{name}", content


def write(folder: Path, agency: Agency, names: Names, adopted: int) -> int:
    """All of them stand in that folder, beside whatever else does; how many.

    Samples of what is no longer agreed go. Schemas stay: what is unread was written by them.
    """
    written = 0
    kept = set()
    for name, content in papers(agency, names, adopted):
        path = folder / name
        private_directory(path.parent)
        write_private(path, content)
        kept.add(path)
        written += 1
    for path in (folder / SAMPLES).glob("*/*"):
        if path not in kept:
            path.unlink()
    return written


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
